#include "emulators/dynamics365/bulk_delete.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/core/xml.h"
#include "emulators/dynamics365/fetch_xml.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr Duration kTakes{1'000};
constexpr std::int64_t kBulkDelete = 13, kDone = 3, kAllWell = 30;

tl::unexpected<ApiError> bad_query(std::string message) { return refuse(400, code::kInvalidArgument, std::move(message)); }

/// "LastXDays" to "last-x-days"; those that FetchXML spells otherwise are listed.
std::string fetch_operator(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kOwn[] = {{"Equal", "eq"},
                                                                           {"NotEqual", "ne"},
                                                                           {"GreaterThan", "gt"},
                                                                           {"GreaterEqual", "ge"},
                                                                           {"LessThan", "lt"},
                                                                           {"LessEqual", "le"},
                                                                           {"EqualUserId", "eq-userid"},
                                                                           {"NotEqualUserId", "ne-userid"},
                                                                           {"DoesNotBeginWith", "not-begin-with"},
                                                                           {"DoesNotEndWith", "not-end-with"}};
  for (const auto& [spelling, own] : kOwn) {
    if (spelling == name) return std::string(own);
  }
  std::string text;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z' && !text.empty()) text += '-';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

const json::array* list_of(const json::object& object, const char* name) {
  const json::value* member = object.if_contains(name);
  return member ? member->if_array() : nullptr;
}

/// {"FilterOperator":"And","Conditions":[{"AttributeName","Operator","Values":[{"Value","Type"} or plain]}],"Filters":[…]}
Outcome<std::string> filter_xml(const json::object& criteria, int depth) {
  if (depth > 20) return bad_query("The criteria are nested too deeply.");
  std::string text = fmt::format("<filter type=\"{}\">", text_member(criteria, "FilterOperator") == "Or" ? "or" : "and");
  const json::array none;
  const json::array *conditions = list_of(criteria, "Conditions"), *filters = list_of(criteria, "Filters");
  for (const json::value& each : conditions ? *conditions : none) {
    if (!each.is_object()) return bad_query("A condition must be an object.");
    const json::object& condition = each.get_object();
    text += fmt::format("<condition attribute=\"{}\" operator=\"{}\"", xml_escape(text_member(condition, "AttributeName")),
                        xml_escape(fetch_operator(text_member(condition, "Operator"))));
    const json::array* values = list_of(condition, "Values");
    text += ">";
    for (const json::value& value : values ? *values : none) {
      const json::object* typed = value.if_object();
      text += xml_tag("value", scalar_text(typed && typed->contains("Value") ? typed->at("Value") : value));
    }
    text += "</condition>";
  }
  for (const json::value& each : filters ? *filters : none) {
    if (!each.is_object()) return bad_query("A filter must be an object.");
    TRY(std::string inner, filter_xml(each.get_object(), depth + 1));
    text += inner;
  }
  return text + "</filter>";
}

}  // namespace

Outcome<http::Response> BulkDeletes::start(ApiCall& api) {
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  for (const char* name : {"JobName", "SendEmailNotification", "ToRecipients", "CCRecipients", "RecurrencePattern", "StartDateTime"}) {
    if (!body.contains(name)) return bad_query(fmt::format("Required parameter '{}' is missing or not valid.", name));
  }
  const json::array* queries = list_of(body, "QuerySet");
  if (!queries || queries->empty()) return bad_query("Required parameter 'QuerySet' is missing or not valid.");
  if (!text_member(body, "RecurrencePattern").empty())
    return refuse(501, code::kNotImplemented, "Recurring bulk deletes are not implemented in this stand-in.");
  Job job{make_guid(organisation_.request_ids), api.call.now + kTakes, api.writer, std::string(api.scope().user), {}};
  for (const json::value& each : *queries) {
    if (!each.is_object()) return bad_query("A query must be an object.");
    const json::object& query = each.get_object();
    const TableSpec* table = organisation_.metadata.by_name(text_member(query, "EntityName"));
    if (!table) return refuse(400, "0x80041102", fmt::format("The entity with a name = '{}' was not found.", text_member(query, "EntityName")));
    if (!table->writable) return bad_query(fmt::format("The '{}' entity does not support bulk delete.", table->name));
    if (query.contains("LinkEntities") && list_of(query, "LinkEntities") && !list_of(query, "LinkEntities")->empty())
      return refuse(501, code::kNotImplemented, "Links of a bulk delete's query are not implemented in this stand-in.");
    TRY_VOID(api.allowed(*table, "Delete"));
    const json::value* criteria = query.if_contains("Criteria");
    std::string filter;
    if (criteria && criteria->is_object()) {
      TRY(filter, filter_xml(criteria->get_object(), 0));
    }
    job.queries.push_back({table, fmt::format("<fetch><entity name=\"{}\"><attribute name=\"{}\"/>{}</entity></fetch>", table->name, table->key, filter)});
    TRY_VOID(parse_fetch(api.scope(), *table, job.queries.back().xml));  // what is wrong is told at once
  }
  const TableSpec& rows = organisation_.metadata.require("asyncoperation");
  auto field = [&](std::string_view column) { return rows.require(column).field; };
  FieldChanges fields{{field("name"), std::string(text_member(body, "JobName"))},
                      {field("messagename"), std::string("BulkDelete")},
                      {field("primaryentitytype"), job.queries.front().table->name},
                      {field("operationtype"), kBulkDelete},
                      {field("statecode"), std::int64_t{0}},
                      {field("statuscode"), std::int64_t{0}}};
  WallTime second{api.call.now.ms - api.call.now.ms % 1000};
  organisation_.database.create(*rows.rows, job.id, fields, {second, api.writer.actor, "", false});
  json::object answer{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"}, {"JobId", job.id}};
  jobs_.push_back(std::move(job));
  return api_json(200, json::serialize(answer));
}

void BulkDeletes::run(WallTime now) {
  if (jobs_.empty() || jobs_.front().due > now) return;
  std::vector<Job> waiting;
  for (Job& job : jobs_) job.due <= now ? run(job) : waiting.push_back(std::move(job));
  jobs_ = std::move(waiting);
}

void BulkDeletes::run(Job& job) {
  job.writer.now = job.due;
  FilterScope scope{organisation_.metadata, job.due, job.user};
  std::size_t failed = 0;
  for (const Query& query : job.queries) {
    auto fetch = parse_fetch(scope, *query.table, query.xml);
    if (!fetch) continue;  // a column may have gone since
    for (const FetchRow& row : fetch_rows(*fetch, organisation_.users)) {
      if (!organisation_.records.remove(*query.table, row[0], job.writer)) ++failed;
    }
  }
  const TableSpec& rows = organisation_.metadata.require("asyncoperation");
  RowNumber row = organisation_.records.find(rows, job.id);
  if (row == kNoRow) return;  // somebody deleted it
  FieldChanges done{{rows.state_column()->field, kDone}, {rows.status_column()->field, kAllWell}};
  if (failed > 0) done.emplace_back(rows.require("message").field, fmt::format("{} rows could not be deleted.", failed));
  organisation_.database.update(*rows.rows, row, done, {WallTime{job.due.ms - job.due.ms % 1000}, job.writer.actor, "", false});
}

}  // namespace lockstep::emulators::dynamics365
