#include "emulators/dynamics365/bulk_delete.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/dynamics365/fetch_xml.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr Duration kTakes{1'000};
constexpr std::int64_t kBulkDelete = 13, kSuspended = 1, kWaiting = 10, kDone = 3, kAllWell = 30;

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

/// {"LinkFromAttributeName","LinkToEntityName","LinkToAttributeName","JoinOperator":"Inner","EntityAlias","LinkCriteria":{…},"LinkEntities":[…]}
Outcome<std::string> links_xml(const json::object& holder, int depth) {
  if (depth > 10) return bad_query("The links are nested too deeply.");
  const json::array none, *links = list_of(holder, "LinkEntities");
  std::string text;
  for (const json::value& each : links ? *links : none) {
    if (!each.is_object()) return bad_query("A link must be an object.");
    const json::object& link = each.get_object();
    std::string_view join = text_member(link, "JoinOperator"), alias = text_member(link, "EntityAlias");
    if (!join.empty() && join != "Inner" && join != "LeftOuter") return bad_query(fmt::format("The join operator '{}' is not valid in a bulk delete.", join));
    text += fmt::format("<link-entity name=\"{}\" from=\"{}\" to=\"{}\" link-type=\"{}\"", xml_escape(text_member(link, "LinkToEntityName")),
                        xml_escape(text_member(link, "LinkToAttributeName")), xml_escape(text_member(link, "LinkFromAttributeName")),
                        join == "LeftOuter" ? "outer" : "inner");
    if (!alias.empty()) text += fmt::format(" alias=\"{}\"", xml_escape(alias));
    const json::value* criteria = link.if_contains("LinkCriteria");
    TRY(std::string filter, criteria && criteria->is_object() ? filter_xml(criteria->get_object(), 0) : Outcome<std::string>(""));
    TRY(std::string inner, links_xml(link, depth + 1));
    text += ">" + filter + inner + "</link-entity>";
  }
  return text;
}

/// "FREQ=DAILY;INTERVAL=7"; 0 for none.
Outcome<Duration> read_recurrence(std::string_view pattern) {
  constexpr std::int64_t kDayMs = 86'400'000, kMostDays = 365;
  if (pattern.empty()) return Duration{0};
  std::int64_t days = 1;
  bool daily = false;
  for (std::string_view part : split(pattern, ';')) {
    if (part == "FREQ=DAILY") daily = true;
    if (part.starts_with("INTERVAL=")) days = std::atoll(std::string(part.substr(9)).c_str());
  }
  if (!daily || days < 1 || days > kMostDays) return bad_query("The recurrence pattern is FREQ=DAILY with an INTERVAL of 1 to 365.");
  return Duration{days * kDayMs};
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
  TRY(Duration every, read_recurrence(text_member(body, "RecurrencePattern")));
  auto start = parse_iso_time(text_member(body, "StartDateTime"));
  if (!start) return bad_query("Required parameter 'StartDateTime' is missing or not valid.");
  Job job{make_guid(organisation_.request_ids), std::max(api.call.now + kTakes, *start), api.writer, std::string(api.scope().user), {}, every};
  for (const json::value& each : *queries) {
    if (!each.is_object()) return bad_query("A query must be an object.");
    TRY(Query query, read_query(api, each.get_object()));
    job.queries.push_back(std::move(query));
  }
  bool waits = job.every > Duration{0} || *start > api.call.now;
  const TableSpec& rows = organisation_.metadata.require("asyncoperation");
  auto field = [&](std::string_view column) { return rows.require(column).field; };
  FieldChanges fields{{field("name"), std::string(text_member(body, "JobName"))},
                      {field("messagename"), std::string("BulkDelete")},
                      {field("primaryentitytype"), job.queries.front().table->name},
                      {field("operationtype"), kBulkDelete},
                      {field("statecode"), waits ? kSuspended : std::int64_t{0}},
                      {field("statuscode"), waits ? kWaiting : std::int64_t{0}},
                      {field("recurrencepattern"), std::string(text_member(body, "RecurrencePattern"))}};
  if (waits) fields.emplace_back(field("postponeuntil"), job.due.ms);
  WallTime second{api.call.now.ms - api.call.now.ms % 1000};
  organisation_.database.create(*rows.rows, job.id, fields, {second, api.writer.actor, "", false});
  json::object answer{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"}, {"JobId", job.id}};
  jobs_.push_back(std::move(job));
  return api_json(200, json::serialize(answer));
}

Outcome<BulkDeletes::Query> BulkDeletes::read_query(const ApiCall& api, const json::object& query) const {
  const TableSpec* table = organisation_.metadata.by_name(text_member(query, "EntityName"));
  if (!table) return refuse(400, "0x80041102", fmt::format("The entity with a name = '{}' was not found.", text_member(query, "EntityName")));
  if (!table->writable) return bad_query(fmt::format("The '{}' entity does not support bulk delete.", table->name));
  TRY_VOID(api.allowed(*table, "Delete"));
  const json::value* criteria = query.if_contains("Criteria");
  TRY(std::string filter, criteria && criteria->is_object() ? filter_xml(criteria->get_object(), 0) : Outcome<std::string>(""));
  TRY(std::string links, links_xml(query, 0));
  Query made{table, fmt::format("<fetch><entity name=\"{}\"><attribute name=\"{}\"/>{}{}</entity></fetch>", table->name, table->key, filter, links)};
  TRY_VOID(parse_fetch(api.scope(), *table, made.xml));  // what is wrong is told at once
  return made;
}

void BulkDeletes::run(WallTime now) {
  auto due = [&](const Job& job) { return job.due <= now; };
  if (std::none_of(jobs_.begin(), jobs_.end(), due)) return;
  std::vector<Job> waiting;
  for (Job& job : jobs_) {
    bool again = true;
    while (again && due(job)) again = run(job);
    if (again) waiting.push_back(std::move(job));
  }
  jobs_ = std::move(waiting);
}

bool BulkDeletes::run(Job& job) {
  const TableSpec& rows = organisation_.metadata.require("asyncoperation");
  RowNumber row = organisation_.records.find(rows, job.id);
  if (row == kNoRow || rows.rows->get(row, rows.state_column()->field) == ValueView(kDone)) return false;  // somebody ended it
  job.writer.now = job.due;
  FilterScope scope{organisation_.metadata, job.due, job.user};
  std::size_t failed = 0;
  for (const Query& query : job.queries) {
    auto fetch = parse_fetch(scope, *query.table, query.xml);
    if (!fetch) continue;       // a column may have gone since
    std::set<RowNumber> found;  // links find a row as often as they lead somewhere
    for (const FetchRow& each : fetch_rows(*fetch, organisation_.users)) found.insert(each[0]);
    for (RowNumber each : found) {
      if (!organisation_.records.remove(*query.table, each, job.writer)) ++failed;
    }
  }
  bool again = job.every > Duration{0};
  FieldChanges done{{rows.state_column()->field, again ? kSuspended : kDone}, {rows.status_column()->field, again ? kWaiting : kAllWell}};
  if (failed > 0) done.emplace_back(rows.require("message").field, fmt::format("{} rows could not be deleted.", failed));
  if (again) done.emplace_back(rows.require("postponeuntil").field, (job.due + job.every).ms);
  organisation_.database.update(*rows.rows, row, done, {WallTime{job.due.ms - job.due.ms % 1000}, job.writer.actor, "", false});
  job.due = job.due + job.every;
  return again;
}

}  // namespace lockstep::emulators::dynamics365
