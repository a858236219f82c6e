// §5: imports and exports.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/search.h"
#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr Duration kExportTakes{2'000};
constexpr Duration kLinkLives{300'000};

std::string_view state_name(Import::State state) {
  switch (state) {
    case Import::State::started: return "STARTED";
    case Import::State::deferred: return "DEFERRED";
    case Import::State::done: return "DONE";
    case Import::State::canceled: return "CANCELED";
  }
  return "";
}

json::object render_import(const Import& import) {
  json::object counters;
  for (const auto& [name, count] : import.counters) counters[name] = count;
  json::object metadata{{"counters", std::move(counters)}, {"fileIds", json::array{json::value(import.id)}}, {"objectLists", json::array()}};
  json::object object{{"id", import.id},
                      {"state", json::string(state_name(import.state))},
                      {"createdAt", format_instant(import.created)},
                      {"updatedAt", format_instant(import.updated)},
                      {"metadata", std::move(metadata)},
                      {"mappedObjectTypeIds", json::array{json::value(import.type->type_id)}},
                      {"optOutImport", false},
                      {"importRequestJson", json::parse(import.request)}};
  if (!import.name.empty()) object["importName"] = import.name;
  return object;
}

json::object render_problem(const Import& import, const Import::Problem& problem, std::size_t number, bool message, bool data) {
  json::object source{{"lineNumber", problem.row}, {"fileId", std::stoll(import.id)}, {"containsEncryptedProperties", false}};
  if (data) {
    json::array cells;
    for (const std::string& cell : import.table.rows[problem.row - 2]) cells.emplace_back(cell);
    source["rowData"] = std::move(cells);
  }
  json::object row{{"id", fmt::format("{}{:04}", import.id, number)},
                   {"errorType", problem.type},
                   {"createdAt", import.updated.ms},
                   {"objectTypeId", import.type->type_id},
                   {"sourceData", std::move(source)}};
  if (!problem.value.empty()) row["invalidValue"] = problem.value;
  if (problem.column > 0) row["knownColumnNumber"] = problem.column;
  if (message) row["errorMessage"] = problem.message;
  return row;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

/// {"property"} of an export's filters, as a search has it.
void rename_properties(json::value* filters) {
  if (!filters || !filters->is_array()) return;
  for (json::value& filter : filters->get_array()) {
    json::object* given = filter.if_object();
    if (!given || given->contains("propertyName") || !given->contains("property")) continue;
    json::value name = given->at("property");
    given->emplace("propertyName", std::move(name));
  }
}

/// The search of an export, which has words of its own: "property", and an order of ASC or DESC ("DES" in an older guide).
Outcome<json::object> read_export_search(const json::object& body) {
  json::object search;
  const json::value* request = body.if_contains("publicCrmSearchRequest");
  if (request && request->is_object()) search = request->get_object();
  rename_properties(search.if_contains("filters"));
  if (const json::value* filters = search.if_contains("filters"); filters && filters->is_array() && filters->get_array().empty()) search.erase("filters");
  if (json::value* groups = search.if_contains("filterGroups"); groups && groups->is_array()) {
    for (json::value& group : groups->get_array()) rename_properties(group.is_object() ? group.get_object().if_contains("filters") : nullptr);
  }
  json::value* sorts = search.if_contains("sorts");
  if (!sorts || !sorts->is_array()) return search;
  for (json::value& sort : sorts->get_array()) {
    if (!sort.is_object() || !sort.get_object().contains("order")) continue;
    std::string order(text_member(sort.get_object(), "order"));
    if (order != "ASC" && order != "DESC" && order != "DES") return invalid("order is ASC or DESC");
    sort.get_object()["direction"] = order == "ASC" ? "ASCENDING" : "DESCENDING";
  }
  return search;
}

/// As a person reads it: options by their labels.
std::string labelled(const Property& property, const std::string& value) {
  std::vector<std::string> parts;
  for (std::string_view part : split(value, ';')) {
    const Option* option = property.find_option(part);
    parts.push_back(option ? option->label : std::string(part));
  }
  return join(parts, ";");
}

}  // namespace

Outcome<Import*> HubSpot::import_of(const Call& call) {
  for (Import& import : imports_.all()) {
    if (import.id == call.parameter("id") && import.app_id == caller_->id) return &import;
  }
  return hubspot::not_found();
}

HubSpot::Answer HubSpot::import_create(Call& call) {
  auto parts = parse_form_data(call.header("Content-Type").value_or(""), call.request.body);
  if (!parts) return refuse(415, "", "The body must be multipart/form-data");
  TRY(Import import, read_import(portal_, *parts));
  TRY_VOID(imports_.check_day(import, portal_.settings().daily_import_rows, call.now));
  import.app_id = caller_->id;
  import.writer = writer(call);
  return json_answer(200, render_import(imports_.add(std::move(import), call.now)));
}

HubSpot::Answer HubSpot::import_list(Call& call) {
  TRY(std::size_t limit, query_limit(call, 10, 100));
  std::string after = call.query_value("after").value_or("");
  json::array results;
  std::string last;
  bool more = false;
  for (const Import& import : imports_.all()) {
    if (import.app_id != caller_->id || import.id <= after) continue;
    more = results.size() == limit;
    if (more) break;
    results.push_back(render_import(import));
    last = import.id;
  }
  json::object body{{"results", std::move(results)}};
  if (more) body["paging"] = {{"next", {{"after", last}}}};
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::import_read(Call& call) {
  TRY(Import * import, import_of(call));
  return json_answer(200, render_import(*import));
}

HubSpot::Answer HubSpot::import_cancel(Call& call) {
  TRY(Import * import, import_of(call));
  if (import->state == Import::State::done || import->state == Import::State::canceled) return invalid(fmt::format("The import {} has ended", import->id));
  import->state = Import::State::canceled;
  import->updated = call.now;
  return json_answer(200, json::object{{"status", "COMPLETE"}, {"startedAt", format_instant(call.now)}, {"completedAt", format_instant(call.now)}});
}

HubSpot::Answer HubSpot::import_errors(Call& call) {
  TRY(Import * import, import_of(call));
  TRY(std::size_t limit, query_limit(call, 10, 100));
  bool message = query_flag(call, "includeErrorMessage"), data = query_flag(call, "includeRowData");
  std::string after = call.query_value("after").value_or("0");
  if (after.empty() || after.size() > 9 || after.find_first_not_of("0123456789") != std::string::npos) return invalid("after is not a cursor");
  std::size_t from = std::stoul(after), end = std::min(from + limit, import->problems.size());
  json::array results;
  for (std::size_t i = from; i < end; ++i) results.push_back(render_problem(*import, import->problems[i], i + 1, message, data));
  json::object body{{"results", std::move(results)}};
  if (end < import->problems.size()) body["paging"] = {{"next", {{"after", std::to_string(end)}}}};
  return json_answer(200, body);
}

/// The records of a view (a search without pages), or of a list.
Outcome<std::vector<RecordView>> HubSpot::exported_records(const json::object& body, ObjectType& type, WallTime at) {
  std::vector<RecordView> records;
  if (text_member(body, "exportType") == "LIST") {
    const json::value* id = body.if_contains("listId");
    RecordList* list = id ? lists_.find(scalar_text(*id), false, at) : nullptr;
    if (!list || list->type != &type) return invalid("listId must be that of a list of these objects");
    for (const RecordLists::Member& member : lists_.members(*list)) records.push_back(view_of(type, member.row));
    return records;
  }
  TRY(json::object search, read_export_search(body));
  TRY(SearchQuery query, read_search(portal_, type, search));
  query.limit = type.table->row_count();
  return run_search(portal_, type, query, at).page;
}

/// What an export holds, as a file of commas.
Outcome<std::string> HubSpot::export_file(const json::object& body, ObjectType& type, WallTime at, std::size_t& count) {
  std::vector<std::string> names = text_list(body, "objectProperties");
  if (names.empty()) return invalid("objectProperties must not be empty");
  Selection columns;
  std::vector<std::string> options = text_list(body, "exportInternalValuesOptions");
  bool internal = std::find(options.begin(), options.end(), "NAMES") != options.end(),
       values = std::find(options.begin(), options.end(), "VALUES") != options.end();
  std::string file = "Record ID";
  for (const std::string& name : names) {
    const Property* property = type.find(name);
    if (!property) return invalid(fmt::format("There is no property {} in {}", name, type.name));
    columns.push_back(property);
    file += "," + csv_cell(internal ? property->name : property->label);
  }
  TRY(std::vector<RecordView> records, exported_records(body, type, at));
  for (const RecordView& record : records) {
    file += "\n" + record.id();
    for (const Property* property : columns) {
      std::string value = value_of(portal_, record, *property).value_or("");
      file += "," + csv_cell(values ? value : labelled(*property, value));
    }
    ++count;
  }
  return file + "\n";
}

HubSpot::Answer HubSpot::export_start(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  std::string_view kind = text_member(*body, "exportType");
  if (kind != "VIEW" && kind != "LIST") return invalid("exportType must be VIEW or LIST");
  std::string format(text_member(*body, "format"));  // "xlsx" in the guide's examples
  for (char& c : format) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (format == "XLS" || format == "XLSX") return not_served(fmt::format("exports as {}", format));
  if (format != "CSV") return invalid("format must be one of CSV, XLS, XLSX");
  if (!text_member(*body, "associatedObjectType").empty() || !text_list(*body, "associatedObjectTypes").empty()) return not_served("exports of associations");
  ObjectType* type = portal_.catalogue().find(text_member(*body, "objectType"), kUpperName);
  if (!type) return invalid(fmt::format("Unable to infer object type from: {}", text_member(*body, "objectType")));
  if (limits_ && !export_limit_.admit(call.now))
    return refuse(429, "RATE_LIMITS", fmt::format("No more than {} exports can be made in 24 hours", export_limit_.limit()));
  Export made;
  TRY(made.file, export_file(*body, *type, call.now, made.rows));
  made.id = std::to_string(41'000'001 + exports_.size());
  made.name = std::string(text_member(*body, "exportName"));
  made.type = type->type_id;
  made.kind = std::string(kind);
  made.properties = text_list(*body, "objectProperties");
  made.created = call.now;
  made.begins = exports_.empty() ? call.now : std::max(call.now, exports_.back().done);  // one at a time
  made.done = made.begins + kExportTakes;
  made.key = tokens().random_text(40);
  exports_.push_back(made);
  std::string status = fmt::format("{}/crm/v3/exports/export/async/tasks/{}/status", call.base_url, made.id);
  return json_answer(202, json::object{{"id", made.id}, {"links", {{"status", status}}}});
}

Outcome<HubSpot::Export*> HubSpot::export_of(const Call& call) {
  for (Export& each : exports_) {
    if (each.id == call.parameter("id")) return &each;
  }
  return hubspot::not_found();
}

HubSpot::Answer HubSpot::export_status(Call& call) {
  TRY(Export * made, export_of(call));
  std::string_view state = made->state(call.now);
  bool done = state == "COMPLETE";
  json::object body{{"status", json::string(state)}, {"startedAt", format_instant(made->begins)}};
  body["completedAt"] = format_instant(done ? made->done : made->begins);
  if (done) {
    if (made->linked + kLinkLives <= call.now) made->linked = call.now, made->key = tokens().random_text(40);  // each link lives once
    body["result"] = fmt::format("{}/exported/{}", call.base_url, made->key);
  }
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::export_read(Call& call) {
  TRY(Export * made, export_of(call));
  json::array properties;
  for (const std::string& name : made->properties) properties.emplace_back(name);
  std::string_view state = made->state(call.now);
  return json_answer(200, json::object{{"id", made->id},
                                       {"exportName", made->name},
                                       {"exportType", made->kind},
                                       {"exportState", state == "COMPLETE"  ? "DONE"
                                                       : state == "PENDING" ? "ENQUEUED"
                                                                            : "PROCESSING"},
                                       {"objectType", made->type},
                                       {"objectProperties", std::move(properties)},
                                       {"recordCount", made->rows},
                                       {"createdAt", format_instant(made->created)},
                                       {"updatedAt", format_instant(made->created)}});
}

HubSpot::Answer HubSpot::exported_file(Call& call) {
  for (const Export& each : exports_) {
    if (each.key != call.parameter("key") || each.linked.ms == 0 || each.linked + kLinkLives <= call.now) continue;
    http::Response response(200, each.file);
    response.headers.add("Content-Type", "text/csv;charset=utf-8");
    return response;
  }
  return hubspot::not_found();
}

}  // namespace lockstep::emulators::hubspot
