#include "emulators/dynamics365/webhooks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMaxPayload = 256 * 1024;
constexpr std::string_view kContracts = "http://schemas.microsoft.com/xrm/2011/Contracts";

std::string contract(std::string_view type) { return fmt::format("{}:{}", type, kContracts); }

std::string date_text(WallTime time) { return fmt::format("/Date({})/", time.ms); }

json::value text(std::string_view value) { return json::string(value.data(), value.size()); }

json::object pair(std::string_view key, json::value value) { return json::object{{"key", text(key)}, {"value", std::move(value)}}; }

/// What is told of a message by its own parameters alone, not by a Target with columns.
bool has_own_parameters(std::string_view message) { return message == "Close" || message == "Assign" || message == "SetState" || is_of_all_tables(message); }

json::value attribute(const Change& change) {
  ValueView value = view(change.value);
  if (is_null(value)) return nullptr;
  switch (change.column->type) {
    case ColumnType::lookup: return entity_reference(change.target, text_of(value));
    case ColumnType::option:
    case ColumnType::state:
    case ColumnType::status: return option_set_value(std::get<std::int64_t>(value));
    case ColumnType::money:
      if (!change.column->number_type.empty()) return static_cast<double>(std::get<std::int64_t>(value)) / kMoneyUnits;
      return json::object{{"__type", contract("Money")}, {"Value", static_cast<double>(std::get<std::int64_t>(value)) / kMoneyUnits}};
    case ColumnType::date_time: return text(date_text(WallTime{std::get<std::int64_t>(value)}));
    case ColumnType::date_only: {
      Result<Date> date = parse_iso_date(text_of(value));
      return date ? text(date_text(start_of(*date))) : json::value(nullptr);
    }
    default: return to_json(value);
  }
}

json::object envelope(const TableSpec& table, const Record& record, json::array attributes, json::value version) {
  return json::object{{"__type", contract("Entity")},    {"Attributes", std::move(attributes)}, {"EntityState", nullptr},    {"FormattedValues", json::array()},
                      {"Id", text(record.id)},           {"KeyAttributes", json::array()},      {"LogicalName", table.name}, {"RelatedEntities", json::array()},
                      {"RowVersion", std::move(version)}};
}

json::object entity(const RowEvent& event, Users& users) {
  const Record& record = event.table->rows->record(event.row);
  json::array attributes;
  for (const Change& change : event.submitted) {
    attributes.push_back(pair(change.column->logical_name, attribute(change)));
  }
  attributes.push_back(pair(event.table->key, text(record.id)));
  attributes.push_back(pair("modifiedon", text(date_text(record.modified))));
  attributes.push_back(pair("modifiedby", entity_reference("systemuser", users.id_of(record.modified_by))));
  return envelope(*event.table, record, std::move(attributes), json::value(std::to_string(record.number())));
}

/// The columns that hold a value in `fields`.
json::object image(const TableSpec& table, RowNumber row, const PackedFields& fields, const StepImage& wanted) {
  const Record& record = table.rows->record(row);
  json::array attributes;
  for (const Column& column : table.columns) {
    bool asked = wanted.columns.empty() || wanted.columns.contains(column.logical_name);
    bool stored = column.source == Source::stored || column.source == Source::owner;
    Change held{&column, stored && asked && !column.write_only ? own(fields.get(column.field)) : Value(), ""};
    if (is_null(view(held.value))) continue;
    if (column.type == ColumnType::lookup) held.target = column.target_field ? std::string(text_of(fields.get(*column.target_field))) : column.targets.front();
    attributes.push_back(pair(column.logical_name, attribute(held)));
  }
  attributes.push_back(pair(table.key, text(record.id)));
  return envelope(table, record, std::move(attributes), nullptr);
}

/// There is nothing before a create, and nothing after a delete.
json::array images(const Step& step, const RowEvent& event, bool before) {
  json::array found;
  bool changes = event.message == "Update" || event.message == "Assign" || event.message == "SetState";
  if (before ? !changes && event.message != "Delete" : event.message == "Delete") return found;
  const PackedFields& now = event.table->rows->record(event.row).fields;
  for (const StepImage& each : step.images) {
    if (before ? !each.before : !each.after) continue;
    found.push_back(pair(each.alias, image(*event.table, event.row, before && changes ? event.before : now, each)));
  }
  return found;
}

json::array input_parameters(const RowEvent& event, Users& users) {
  const std::string& id = event.table->rows->record(event.row).id;
  json::array parameters;
  if (event.message == "Delete") {
    parameters.push_back(pair("Target", entity_reference(event.table->name, id)));
  } else if (event.message == "Merge") {
    parameters.push_back(pair("Target", entity_reference(event.table->name, id)));
    parameters.push_back(pair("SubordinateId", text(event.subordinate)));
    parameters.push_back(pair("UpdateContent", entity(event, users)));
    parameters.push_back(pair("PerformParentingChecks", false));
  } else if (!event.targets.empty()) {
    json::array entities;
    for (const RowEvent::Target& each : event.targets)
      entities.push_back(entity({event.message, event.table, each.row, each.submitted, "", {}, event.depth}, users));
    parameters.push_back(pair("Targets", json::object{{"__type", contract("EntityCollection")},
                                                      {"Entities", std::move(entities)},
                                                      {"EntityName", event.table->name},
                                                      {"MoreRecords", false},
                                                      {"TotalRecordCount", -1}}));
  } else if (!has_own_parameters(event.message)) {
    parameters.push_back(pair("Target", entity(event, users)));
  }
  for (const auto& member : event.extra) {
    parameters.push_back(pair(std::string_view(member.key().data(), member.key().size()), member.value()));
  }
  return parameters;
}

}  // namespace

bool is_of_all_tables(std::string_view message) { return message == "Associate" || message == "Disassociate"; }

json::object entity_reference(std::string_view table, std::string_view id) {
  return json::object{{"__type", contract("EntityReference")},
                      {"Id", text(id)},
                      {"KeyAttributes", json::array()},
                      {"LogicalName", text(table)},
                      {"Name", nullptr},
                      {"RowVersion", nullptr}};
}

json::object option_set_value(std::int64_t value) { return json::object{{"__type", contract("OptionSetValue")}, {"Value", value}}; }

std::string Webhooks::new_id() { return make_guid(rng_); }

void Webhooks::add(Step step) {
  std::string id = step.id;
  steps_.insert_or_assign(std::move(id), std::move(step));
}

bool Webhooks::fires(const Step& step, const RowEvent& event) const {
  if (step.message != event.message || (!step.table.empty() && step.table != event.table->name)) return false;
  if (!event.message.starts_with("Update") || step.filtering.empty()) return true;
  auto differs = [&](const Change& change) { return event.table->rows->get(event.row, change.column->field) != event.before.get(change.column->field); };
  bool any_value = !only_changes_fire_ || event.message != "Update";
  auto sent = [&](const std::vector<Change>& submitted) {
    return std::any_of(submitted.begin(), submitted.end(),
                       [&](const Change& change) { return step.filtering.contains(change.column->logical_name) && (any_value || differs(change)); });
  };
  return sent(event.submitted) || std::any_of(event.targets.begin(), event.targets.end(), [&](const RowEvent::Target& each) { return sent(each.submitted); });
}

json::object Webhooks::context(const Step& step, const RowEvent& event, const Writer& writer) {
  const Record& record = event.table->rows->record(event.row);
  const std::string& user = users_.id_of(writer.actor, writer.now);
  const std::string& initiator = users_.id_of(writer.on_behalf.value_or(writer.actor), writer.now);
  json::array shared;
  if (!writer.tag.empty()) shared.push_back(pair("tag", text(writer.tag)));
  json::array outputs;
  if (event.message == "Create") outputs.push_back(pair("id", text(record.id)));
  if (event.message == "CreateMultiple") {
    json::array ids;
    for (const RowEvent::Target& each : event.targets) ids.push_back(text(event.table->rows->record(each.row).id));
    outputs.push_back(pair("Ids", std::move(ids)));
  }
  json::object owner = entity_reference("sdkmessageprocessingstep", step.id);
  owner.erase("__type");
  return json::object{{"BusinessUnitId", names_.business_unit_id},
                      {"CorrelationId", writer.correlation},
                      {"Depth", event.depth},
                      {"InitiatingUserId", initiator},
                      {"InputParameters", input_parameters(event, users_)},
                      {"IsExecutingOffline", false},
                      {"IsInTransaction", step.synchronous && step.stage != 10},
                      {"IsOfflinePlayback", false},
                      {"IsolationMode", 1},
                      {"MessageName", text(event.message)},
                      {"Mode", step.synchronous ? 0 : 1},
                      {"OperationCreatedOn", fmt::format("/Date({}+0000)/", writer.now.ms)},
                      {"OperationId", make_guid(rng_)},
                      {"OrganizationId", names_.id},
                      {"OrganizationName", names_.name},
                      {"OutputParameters", std::move(outputs)},
                      {"OwningExtension", std::move(owner)},
                      {"ParentContext", json::object{{"MessageName", text(event.message)}, {"Stage", 30}, {"SharedVariables", shared}}},
                      {"PostEntityImages", images(step, event, false)},
                      {"PreEntityImages", images(step, event, true)},
                      {"PrimaryEntityId", event.targets.empty() ? json::string_view(record.id) : json::string_view("00000000-0000-0000-0000-000000000000")},
                      {"PrimaryEntityName", event.table->name},
                      {"RequestId", writer.correlation},
                      {"SecondaryEntityName", "none"},
                      {"SharedVariables", shared},
                      {"Stage", step.stage},
                      {"UserId", user}};
}

http::Request Webhooks::request(const Step& step, const RowEvent& event, const Writer& writer) {
  http::Request sent("POST", step.url);
  auto add_query = [&](std::string_view name, std::string_view value) {
    sent.url += sent.url.find('?') == std::string::npos ? "?" : "&";
    sent.url += percent_encode(name) + "=" + percent_encode(value);
  };
  for (const auto& [name, value] : step.settings) {
    if (step.auth == StepAuth::webhook_key) add_query("code", value);
    if (step.auth == StepAuth::query_string) add_query(name, value);
    if (step.auth == StepAuth::http_header) sent.headers.add(name, value);
  }
  sent.headers.add("Content-Type", "application/json; charset=utf-8");
  sent.headers.add("x-ms-dynamics-organization", names_.host);
  sent.headers.add("x-ms-dynamics-entity-name", event.table->name);
  sent.headers.add("x-ms-dynamics-request-name", std::string(event.message));
  sent.headers.add("x-ms-correlation-request-id", writer.correlation);
  json::object body = context(step, event, writer);
  sent.body = json::serialize(body);
  if (sent.body.size() > kMaxPayload) {
    for (const char* left_out : {"ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages"}) {
      body.erase(left_out);
    }
    sent.body = json::serialize(body);
    sent.headers.add("x-ms-dynamics-msg-size-exceeded", "true");
  }
  sent.timeout = Duration(60'000);
  return sent;
}

void Webhooks::note(const RowEvent& event, const Writer& writer) {
  if (!writer.journaled) return;
  for (const auto& [id, step] : steps_) {
    if (step.synchronous ? writer.bypasses_synchronous : writer.bypasses_asynchronous) continue;
    if (writer.bypassed_steps.contains(id)) continue;
    if (!fires(step, event) || (step.synchronous && synchronous_told_)) continue;
    WallTime due = writer.now + step.delay;
    if (step.jitter.count() > 0) due = due + Duration(rng_.between(0, step.jitter.count()));
    noted_.push_back({due, request(step, event, writer), step.synchronous});
  }
}

bool Webhooks::has_synchronous() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const auto& each) { return each.second.synchronous; });
}

std::vector<http::Request> Webhooks::noted_synchronous() const {
  std::vector<http::Request> requests;
  for (const Noted& each : noted_) {
    if (each.synchronous) requests.push_back(each.request);
  }
  return requests;
}

bool Webhooks::before_matters(const TableSpec& table) const {
  auto wants = [&](const auto& each) { return each.second.table == table.name && (only_changes_fire_ || !each.second.images.empty()); };
  return std::any_of(steps_.begin(), steps_.end(), wants);
}

void Webhooks::flush(OutgoingQueue& queue) {
  for (Noted& noted : noted_) queue.push(noted.due, std::move(noted.request));
  noted_.clear();
}

}  // namespace lockstep::emulators::dynamics365
