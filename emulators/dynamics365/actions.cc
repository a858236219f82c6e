#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kActionMs = 60;

tl::unexpected<ApiError> bad_parameter(std::string_view name) {
  return refuse(400, code::kInvalidArgument, fmt::format("Required parameter '{}' is missing or not valid.", name));
}

/// "F(Name=@p1)" with "?@p1=…" to "F(Name=…)".
std::string with_parameters(const ApiCall& api, std::string_view segment) {
  std::string text;
  while (!segment.empty()) {
    std::size_t length = segment.starts_with('@') ? std::min(segment.find_first_of(",)"), segment.size()) : 1;
    std::string_view piece = segment.substr(0, length);
    auto given = length > 1 ? api.call.query_value(piece) : std::nullopt;
    text += given ? *given : std::string(piece);
    segment.remove_prefix(length);
  }
  return text;
}

const json::object* object_member(const json::object& body, std::string_view name) {
  const json::value* member = body.if_contains(json::string_view(name.data(), name.size()));
  return member ? member->if_object() : nullptr;
}

/// "Microsoft.Dynamics.CRM.contact" of a typed parameter to its table.
const TableSpec* typed_table(const Metadata& metadata, const json::object& entity) {
  constexpr std::string_view kPrefix = "Microsoft.Dynamics.CRM.";
  std::string_view type = text_member(entity, "@odata.type");
  if (type.starts_with('#')) type.remove_prefix(1);
  return type.starts_with(kPrefix) ? metadata.by_name(type.substr(kPrefix.size())) : nullptr;
}

}  // namespace

std::map<std::string, std::string, std::less<>> parameters_of(const ApiCall& api, std::string_view segment) {
  std::map<std::string, std::string, std::less<>> parameters;
  std::size_t open = segment.find('('), close = segment.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return parameters;
  for (std::string_view each : split_outside(segment.substr(open + 1, close - open - 1), ',')) {
    std::string_view name = each.substr(0, each.find('='));
    if (name.empty()) continue;
    std::string_view value = name.size() < each.size() ? each.substr(name.size() + 1) : "";
    auto alias = value.starts_with('@') ? api.call.query_value(value) : std::nullopt;
    parameters.emplace(name, alias ? *alias : std::string(value));
  }
  return parameters;
}

Outcome<RowReference> typed_row(const Organisation& organisation, const json::object& body, std::string_view name) {
  const json::object* entity = object_member(body, name);
  const TableSpec* table = entity ? typed_table(organisation.metadata, *entity) : nullptr;
  if (!table) return bad_parameter(name);
  auto id = parse_guid(text_member(*entity, table->key));
  if (!id) return bad_parameter(name);
  RowNumber row = organisation.records.find(*table, *id);
  if (row == kNoRow) return tl::unexpected<ApiError>(row_missing(table->name, *id));
  return RowReference{table, row};
}

Outcome<http::Response> who_am_i(ApiCall& api) {
  Organisation& organisation = api.organisation;
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"},
                    {"BusinessUnitId", organisation.names.business_unit_id},
                    {"UserId", organisation.users.id_of(api.writer.actor, api.call.now)},
                    {"OrganizationId", organisation.names.id}};
  return api_json(200, json::serialize(body));
}

/// What sets there are, for clients that look around first.
Outcome<http::Response> service_document(ApiCall& api) {
  json::array sets;
  for (const TableSpec& table : api.organisation.metadata.tables())
    sets.push_back(json::object{{"name", table.set}, {"kind", "EntitySet"}, {"url", table.set}});
  return api_json(200, json::serialize(json::object{{"@odata.context", api.base + "/$metadata"}, {"value", std::move(sets)}}));
}

Outcome<http::Response> version_of(ApiCall& api) {
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse"}, {"Version", "9.2.24113.00000"}};
  return api_json(200, json::serialize(body));
}

Outcome<http::Response> close_incident(ApiCall& api) {
  api.organisation.work_ms += kActionMs;
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  const json::object* sent = object_member(body, "IncidentResolution");
  if (!sent) return bad_parameter("IncidentResolution");
  const json::value* status = body.if_contains("Status");
  if (!status || !status->is_int64()) return bad_parameter("Status");
  std::string_view bind = text_member(*sent, "incidentid@odata.bind");
  if (bind.empty()) return bad_parameter("incidentid");
  const TableSpec& resolutions = api.organisation.metadata.require("incidentresolution");
  TRY(Payload checked, read_payload(api.organisation.metadata, resolutions, *sent, api.resolver(), Door::api, true));
  TRY(RowReference incident, api.resolver().resolve(bind));
  TRY_VOID(api.allowed(*incident.table, "Write"));
  CaseResolution resolution;
  resolution.subject = std::string(text_member(*sent, "subject"));
  resolution.description = std::string(text_member(*sent, "description"));
  if (const Change* minutes = checked.find(resolutions.require("timespent"))) {
    if (const std::int64_t* value = std::get_if<std::int64_t>(&minutes->value)) resolution.minutes_spent = *value;
  }
  resolution.status = status->get_int64();
  TRY_VOID(api.organisation.records.close_case(incident.row, resolution, api.writer));
  return no_content();
}

Outcome<http::Response> merge_rows(ApiCall& api) {
  api.organisation.work_ms += kActionMs;
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  TRY(RowReference winner, typed_row(api.organisation, body, "Target"));
  TRY(RowReference loser, typed_row(api.organisation, body, "Subordinate"));
  if (winner.table != loser.table) return bad_parameter("Subordinate");
  if (!body.contains("PerformParentingChecks")) return bad_parameter("PerformParentingChecks");
  if (!api.allowed(*winner.table, "Write") || !api.allowed(*winner.table, "Merge"))
    return refuse(403, code::kMergeNotAllowed, "Caller does not have sufficient privilege for a merge operation.");
  Payload content;
  if (const json::object* update = object_member(body, "UpdateContent")) {
    TRY(content, read_payload(api.organisation.metadata, *winner.table, *update, api.resolver(), Door::api, false));
  }
  TRY_VOID(api.organisation.records.merge(*winner.table, winner.row, loser.row, content, api.writer));
  return no_content();
}

Outcome<http::Response> restore_row(ApiCall& api) {
  api.organisation.work_ms += kActionMs;
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object* target = object_member(document.root().get_object(), "Target");
  const TableSpec* table = target ? typed_table(api.organisation.metadata, *target) : nullptr;
  auto id = table ? parse_guid(text_member(*target, table->key)) : std::nullopt;
  if (!id) return bad_parameter("Target");
  TRY_VOID(api.allowed(*table, "Create"));
  TRY_VOID(api.organisation.records.restore(*table, table->rows->find(*id), api.writer));
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.RestoreResponse"}, {"id", *id}};
  return api_json(200, json::serialize(body));
}

Outcome<http::Response> send_email(ApiCall& api, const Resource& resource) {
  api.organisation.work_ms += kActionMs;
  if (resource.table->name != "email") return tl::unexpected<ApiError>(segment_missing(resource.rest.front()));
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  TRY_VOID(api.allowed(*resource.table, "Write"));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::value* issue = document.root().get_object().if_contains("IssueSend");
  if (!issue || !issue->is_bool()) return bad_parameter("IssueSend");
  TRY_VOID(api.organisation.records.mark_email_sent(row, issue->get_bool(), api.writer));
  std::string subject(text_of(resource.table->rows->get(row, resource.table->require("subject").field)));
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.SendEmailResponse"}, {"Subject", subject}};
  return api_json(200, json::serialize(body));
}

/// "IsValidStateTransition(Entity=@p1,NewState=@p2,NewStatus=@p3)?@p1={'@odata.id':'incidents(G)'}&@p2='Resolved'&@p3=5"
Outcome<http::Response> valid_transition(ApiCall& api, std::string_view sent) {
  const Metadata& metadata = api.organisation.metadata;
  std::map<std::string, std::string, std::less<>> given = parameters_of(api, sent);
  std::string quoted = given["Entity"];
  std::replace(quoted.begin(), quoted.end(), '\'', '"');
  JsonDocument document;
  if (!document.parse(quoted) || !document.root().is_object()) return bad_parameter("Entity");
  const json::object& entity = document.root().get_object();
  std::string_view url = text_member(entity, "@odata.id");
  auto found = url.empty() ? typed_row(api.organisation, json::object{{"Entity", entity}}, "Entity") : api.resolver().resolve(url);
  if (!found) return tl::unexpected<ApiError>(found.error());
  const TableSpec& table = *found->table;
  TRY_VOID(api.allowed(table, "Read"));
  std::string_view label = given["NewState"];
  if (label.size() < 2 || label.front() != '\'' || label.back() != '\'') return bad_parameter("NewState");
  label = label.substr(1, label.size() - 2);
  auto named = [&](const State& each) { return each.label == label || std::to_string(each.value) == label; };
  auto state = std::find_if(table.states.begin(), table.states.end(), named);
  std::int64_t status = 0;
  const std::string& digits = given["NewStatus"];
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (error != std::errc() || end != digits.data() + digits.size()) return bad_parameter("NewStatus");
  if (table.states.empty()) return bad_parameter("Entity");
  const Option* option = table.status_column()->option(status);
  bool valid =
      state != table.states.end() && option && option->state == state->value && check_transition(table, found->row, status, metadata.quirks()).has_value();
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.IsValidStateTransitionResponse"}, {"IsValid", valid}};
  return api_json(200, json::serialize(body));
}

Outcome<http::Response> total_record_count(ApiCall& api, std::string_view sent) {
  std::string segment_text = with_parameters(api, sent);
  std::string_view segment = segment_text;
  std::size_t open = segment.find('['), close = segment.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return bad_parameter("EntityNames");
  }
  json::array keys, values;
  for (std::string_view name : split(segment.substr(open + 1, close - open - 1), ',')) {
    name = trim(name);
    bool quoted = name.size() > 2 && name.front() == name.back() && (name.front() == '\'' || name.front() == '"');
    if (quoted) name = name.substr(1, name.size() - 2);
    const TableSpec* table = api.organisation.metadata.by_name(name);
    if (!table) return bad_parameter("EntityNames");
    keys.push_back(json::value(table->name));
    auto [held, fresh] = api.organisation.counts.try_emplace(table->name, api.call.now, table->rows->live_count());
    if (!fresh && api.call.now - held->second.first >= api.organisation.metadata.quirks().count_snapshot)
      held->second = {api.call.now, table->rows->live_count()};
    values.push_back(held->second.second);
  }
  json::object collection{{"Count", keys.size()}, {"IsReadOnly", false}, {"Keys", keys}, {"Values", values}};
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse"},
                    {"EntityRecordCountCollection", collection}};
  return api_json(200, json::serialize(body));
}

}  // namespace lockstep::emulators::dynamics365
