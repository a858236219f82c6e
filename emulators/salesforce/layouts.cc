// What a page of an object shows: layouts, list views, quick actions.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/describe.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kMasterRecordType = "012000000000000AAA";

std::string layout_id(const char* prefix, const ObjectType& object) { return make_id(prefix, stable_hash(object.name) % 1'000'000); }

const Field& name_field(const ObjectType& object) {
  for (const char* name : {"Name", "CaseNumber", "Subject"}) {
    if (const Field* field = object.find(name)) return *field;
  }
  return object.field("Id");
}

/// The first fields of an object, its name before all.
std::vector<const Field*> column_fields(const ObjectType& object, std::size_t most) {
  std::vector<const Field*> fields{&name_field(object)};
  for (const Field* field : object.visible()) {
    bool shown = field->source == Source::stored && field->filterable && field != fields.front();
    if (shown && fields.size() < most) fields.push_back(field);
  }
  return fields;
}

json::object layout_item(const Field& field, bool editing) {
  json::object component{{"displayLines", 1}, {"tabOrder", 1}, {"type", "Field"}, {"value", field.name}};
  return json::object{{"editableForNew", field.may_create()},
                      {"editableForUpdate", field.may_update()},
                      {"label", field.label},
                      {"layoutComponents", json::array{std::move(component)}},
                      {"placeholder", false},
                      {"required", editing && !field.nillable && !field.defaulted && field.createable}};
}

/// One section of two columns with all fields.
json::array layout_sections(const ObjectType& object, bool editing) {
  json::array rows;
  for (const Field* field : object.visible()) {
    if (field->type == FieldType::id || (editing && !field->may_create() && !field->may_update())) continue;
    if (rows.empty() || rows.back().at("numItems") == 2) rows.push_back(json::object{{"layoutItems", json::array()}, {"numItems", 0}});
    json::object& row = rows.back().get_object();
    row["layoutItems"].get_array().push_back(layout_item(*field, editing));
    row["numItems"] = row["layoutItems"].get_array().size();
  }
  json::object section{{"collapsed", false},
                       {"columns", 2},
                       {"heading", object.label + " Information"},
                       {"layoutRows", json::array()},
                       {"rows", rows.size()},
                       {"tabOrder", "LeftToRight"},
                       {"useCollapsibleSection", false},
                       {"useHeading", false}};
  section["layoutRows"] = std::move(rows);
  return json::array{std::move(section)};
}

json::array related_lists(const ObjectType& object) {
  json::array lists;
  for (const ChildRelation& relation : child_relations()) {
    if (relation.parent != object.name || relation.name.empty()) continue;
    lists.push_back(json::object{{"name", json::string(relation.name.data(), relation.name.size())},
                                 {"sobject", json::string(relation.child.data(), relation.child.size())},
                                 {"field", relation.field},
                                 {"limitRows", 5}});
  }
  return lists;
}

json::object record_type_mapping(std::string_view id_name, const std::string& id) {
  return json::object{{"available", true}, {"active", true},   {"defaultRecordTypeMapping", true},  {"developerName", "Master"},
                      {"master", true},    {"name", "Master"}, {"recordTypeId", kMasterRecordType}, {id_name, id}};
}

}  // namespace

http::Response Salesforce::layouts(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return not_found(call);
  json::object layout{{"id", layout_id("00h", *object)},
                      {"detailLayoutSections", layout_sections(*object, false)},
                      {"editLayoutSections", layout_sections(*object, true)},
                      {"relatedLists", related_lists(*object)}};
  for (const char* none : {"buttonLayoutSection", "feedView", "highlightsPanelLayoutSection", "multirowEditLayoutSections", "quickActionList"})
    layout[none] = nullptr;
  bool one = call.parameters.back().first == "record_type";
  if (one && call.parameters.back().second != kMasterRecordType) return not_found(call);
  if (one) return json_response(200, layout);
  json::array mappings{record_type_mapping("layoutId", layout_id("00h", *object))};
  return json_response(
      200, json::object{
               {"layouts", json::array{std::move(layout)}}, {"recordTypeMappings", std::move(mappings)}, {"recordTypeSelectorRequired", json::array{false}}});
}

http::Response Salesforce::compact_layouts(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return not_found(call);
  std::string id = layout_id("0AH", *object);
  json::array items;
  for (const Field* field : column_fields(*object, 4)) items.push_back(layout_item(*field, false));
  json::object layout{{"actions", json::array()}, {"fieldItems", std::move(items)}, {"id", id}, {"imageItems", json::array()}, {"label", "System Default"},
                      {"name", "SYSTEM"},         {"objectType", object->name}};
  return json_response(200, json::object{{"compactLayouts", json::array{std::move(layout)}},
                                         {"defaultCompactLayoutId", id},
                                         {"recordTypeCompactLayoutMappings", json::array{record_type_mapping("compactLayoutId", id)}}});
}

/// The org has no approval processes.
http::Response Salesforce::approval_layouts(Call& call) {
  return object_of(call) ? json_response(200, json::object{{"approvalLayouts", json::array()}}) : not_found(call);
}

/// One for each object: all of its records.
json::object Salesforce::list_view_of(const Call& call, const ObjectType& object) const {
  std::string id = layout_id("00B", object), url = fmt::format("/services/data/{}/sobjects/{}/listviews/{}", call.parameter("version"), object.name, id);
  std::string developer_name = "All" + object.plural;
  std::erase(developer_name, ' ');
  return json::object{{"describeUrl", url + "/describe"}, {"developerName", developer_name}, {"id", id},  {"label", "All " + object.plural},
                      {"resultsUrl", url + "/results"},   {"soqlCompatible", true},          {"url", url}};
}

http::Response Salesforce::list_views(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return not_found(call);
  return json_response(
      200,
      json::object{
          {"done", true}, {"listviews", json::array{list_view_of(call, *object)}}, {"nextRecordsUrl", nullptr}, {"size", 1}, {"sobjectType", object->name}});
}

std::string Salesforce::list_view_query(const ObjectType& object) const {
  std::vector<std::string> names;
  for (const Field* field : column_fields(object, 6)) names.push_back(field->name);
  for (const char* stamp : {"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp"}) {
    if (std::find(names.begin(), names.end(), stamp) == names.end()) names.push_back(stamp);
  }
  return fmt::format("SELECT {} FROM {} ORDER BY {} ASC NULLS FIRST, Id ASC NULLS FIRST", join(names, ", "), object.name, name_field(object).name);
}

const ObjectType* Salesforce::object_of_list_view(std::string_view id) const {
  auto full = normalise_id(id);
  for (const ObjectType& object : org_.schema().objects()) {
    if (full && layout_id("00B", object) == *full) return &object;
  }
  return nullptr;
}

http::Response Salesforce::list_view(Call& call) {
  const ObjectType* object = object_of_list_view(call.parameter("view"));
  if (!object || object != object_of(call)) return not_found(call);
  const std::string* part = call.parameters.back().first == "part" ? &call.parameters.back().second : nullptr;
  if (!part) return json_response(200, list_view_of(call, *object));
  if (*part != "describe" && *part != "results") return not_found(call);
  std::string soql = list_view_query(*object);
  auto query = parse_soql(org_.schema(), soql, call.now);
  if (!query) return error_response(query.error());
  json::array columns;
  for (const FieldPath& path : query->select) {
    columns.push_back(json::object{{"ascendingLabel", nullptr},
                                   {"descendingLabel", nullptr},
                                   {"fieldNameOrPath", path.field->name},
                                   {"hidden", path.field->source != Source::stored},
                                   {"label", path.field->label},
                                   {"searchable", path.field->filterable},
                                   {"selectListItem", path.field->name},
                                   {"sortDirection", nullptr},
                                   {"sortIndex", nullptr},
                                   {"sortable", path.field->filterable},
                                   {"type", name_of(path.field->type)}});
  }
  json::object body{{"columns", std::move(columns)}, {"id", layout_id("00B", *object)}};
  if (*part == "describe") {
    for (const char* none : {"scopeEntityId", "whereCondition"}) body[none] = nullptr;
    json::array order{json::object{{"fieldNameOrPath", name_field(*object).name}, {"nullsPosition", "first"}, {"sortDirection", "ascending"}}};
    body["orderBy"] = std::move(order);
    body["query"] = soql;
    body["scope"] = "everything";
    body["sobjectType"] = object->name;
    return json_response(200, body);
  }
  return list_view_results(call, *query, std::move(body));
}

http::Response Salesforce::list_view_results(Call& call, const Query& query, json::object body) {
  auto number = [&](const char* name, std::size_t otherwise) {
    auto given = call.query_value(name);
    return given ? std::strtoul(given->c_str(), nullptr, 10) : otherwise;
  };
  constexpr std::size_t kMostRows = 2'000;
  std::size_t limit = std::min<std::size_t>(number("limit", 25), kMostRows), offset = number("offset", 0);
  std::vector<RowNumber> rows = find_rows(org_, query, false);
  Renderer renderer(org_, call.parameter("version"), {});
  json::array records;
  for (std::size_t i = offset; i < std::min(offset + limit, rows.size()); ++i) {
    json::array cells;
    for (const FieldPath& path : query.select) {
      json::value value = renderer.field(*query.object, rows[i], *path.field);
      cells.push_back(json::object{{"fieldNameOrPath", path.field->name}, {"value", value.is_null() ? json::value(nullptr) : json::value(scalar_text(value))}});
    }
    records.push_back(json::object{{"columns", std::move(cells)}});
  }
  json::object view = list_view_of(call, *query.object);
  body["developerName"] = view["developerName"];
  body["label"] = view["label"];
  body["done"] = offset + limit >= rows.size();
  body["size"] = records.size();
  body["records"] = std::move(records);
  return json_response(200, body);
}

}  // namespace lockstep::emulators::salesforce
