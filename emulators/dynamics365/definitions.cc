// Reading the metadata: tables, their columns, keys and relationships.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/definition_filter.h"
#include "emulators/dynamics365/definition_rows.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::string_view member_name(const json::key_value_pair& member) { return {member.key().data(), member.key().size()}; }

struct DefinitionQuery {
  std::vector<std::string> select;
  std::string filter;
  std::vector<std::string> expand;  // "Attributes($select=LogicalName)"
};

DefinitionQuery definition_query(const QueryPairs& pairs) {
  DefinitionQuery query;
  for (const auto& [name, value] : pairs) {
    if (name == "$filter") query.filter = value;
    for (std::string_view each : split_outside(value, ',')) {
      if (name == "$select") query.select.emplace_back(each);
      if (name == "$expand") query.expand.emplace_back(each);
    }
  }
  return query;
}

Outcome<json::object> shown(const json::object& definition, const DefinitionQuery& query);

Outcome<json::value> expanded(const json::value& link, std::string_view options) {
  QueryPairs pairs;
  for (std::string_view option : split_outside(options, ';')) {
    std::size_t equals = option.find('=');
    if (equals != std::string_view::npos) pairs.emplace_back(option.substr(0, equals), option.substr(equals + 1));
  }
  DefinitionQuery query = definition_query(pairs);
  if (!link.is_array()) {
    if (!link.is_object()) return link;
    TRY(json::object one, shown(link.get_object(), query));
    return json::value(std::move(one));
  }
  json::array rows;
  for (const json::value& each : link.get_array()) {
    if (!query.filter.empty()) {
      TRY(bool wanted, definition_fits(each.get_object(), query.filter));
      if (!wanted) continue;
    }
    TRY(json::object row, shown(each.get_object(), query));
    rows.push_back(std::move(row));
  }
  return json::value(std::move(rows));
}

bool is_link(std::string_view name) { return std::find(std::begin(kDefinitionLinks), std::end(kDefinitionLinks), name) != std::end(kDefinitionLinks); }

/// What $select leaves of a definition, and the links that $expand names.
Outcome<json::object> shown(const json::object& definition, const DefinitionQuery& query) {
  json::object row;
  for (const std::string& name : query.select) {
    if (!definition.contains(name) || is_link(name)) return tl::unexpected<ApiError>(property_missing("MetadataBase", name));
  }
  for (const json::key_value_pair& member : definition) {
    std::string_view name = member_name(member);
    if (is_link(name)) continue;
    bool wanted = query.select.empty() || name == "@odata.type" || name == "MetadataId" ||
                  std::find(query.select.begin(), query.select.end(), name) != query.select.end();
    if (wanted) row[member.key()] = member.value();
  }
  for (const std::string& each : query.expand) {
    std::size_t open = each.find('(');
    std::string name = each.substr(0, open);
    const json::value* link = is_link(name) ? definition.if_contains(name) : nullptr;
    if (!link) return tl::unexpected<ApiError>(property_missing("MetadataBase", name));
    std::string_view options = open == std::string::npos ? "" : std::string_view(each).substr(open + 1, each.size() - open - 2);
    TRY(json::value value, expanded(*link, options));
    row[name] = std::move(value);
  }
  return row;
}

Outcome<http::Response> answer_one(const ApiCall& api, std::string_view context, const json::object& definition) {
  TRY(json::object row, shown(definition, definition_query(api.call.query)));
  json::object body{{"@odata.context", fmt::format("{}/$metadata#{}/$entity", api.base, context)}};
  for (const json::key_value_pair& member : row) body[member.key()] = member.value();
  return api_json(200, json::serialize(body));
}

Outcome<http::Response> answer_all(const ApiCall& api, std::string_view context, const json::array& definitions) {
  DefinitionQuery query = definition_query(api.call.query);
  json::array rows;
  for (const json::value& each : definitions) {
    if (!query.filter.empty()) {
      TRY(bool wanted, definition_fits(each.get_object(), query.filter));
      if (!wanted) continue;
    }
    TRY(json::object row, shown(each.get_object(), query));
    rows.push_back(std::move(row));
  }
  json::object body{{"@odata.context", fmt::format("{}/$metadata#{}", api.base, context)}, {"value", std::move(rows)}};
  return api_json(200, json::serialize(body));
}

/// "X(LogicalName='account')" or "X(GUID)": the row of `rows` that the key names. Null: the segment has no key.
Outcome<const json::object*> keyed(std::string_view segment, std::string_view name_member, const json::array& rows) {
  std::size_t open = segment.find('(');
  if (open == std::string_view::npos) return nullptr;
  std::string_view key = segment.substr(open + 1, segment.size() - open - 2);
  std::string_view member = "MetadataId";
  if (std::size_t equals = key.find('='); equals != std::string_view::npos) {
    member = trim(key.substr(0, equals));
    key = trim(key.substr(equals + 1));
    if (key.size() >= 2 && key.front() == '\'') key = key.substr(1, key.size() - 2);
    if (member != name_member && member != "MetadataId") return refuse(400, code::kBadRequestUrl, "Error in query syntax.");
  }
  for (const json::value& each : rows) {
    const json::value* held = each.get_object().if_contains(json::string_view(member.data(), member.size()));
    if (held && scalar_text(*held) == key) return &each.get_object();
  }
  return refuse(404, "0x80041102", fmt::format("The definition with a name = '{}' was not found.", key));
}

constexpr std::string_view kCast = "Microsoft.Dynamics.CRM.";

/// Leaves the rows of the type that the segment casts to; all of them when it casts to none.
json::array of_type(const json::array& rows, std::string_view cast) {
  json::array some;
  for (const json::value& each : rows) {
    if (cast.empty() || text_member(each.get_object(), "@odata.type") == "#" + std::string(cast)) some.push_back(each);
  }
  return some;
}

Outcome<http::Response> answer_rows(const ApiCall& api, std::string_view context, std::string_view name_member, const json::array& rows,
                                    const std::vector<std::string_view>& segments) {
  TRY(const json::object* one, keyed(segments.front(), name_member, rows));
  std::string_view cast = segments.size() > 1 ? segments[1] : "";
  bool link = segments.size() == 3 && one && segments[2].ends_with("OptionSet");
  if ((segments.size() > 2 && !link) || (!cast.empty() && !cast.starts_with(kCast))) return tl::unexpected<ApiError>(segment_missing(segments.back()));
  if (!one) return answer_all(api, context, of_type(rows, cast));
  if (!cast.empty() && text_member(*one, "@odata.type") != "#" + std::string(cast))
    return refuse(404, code::kBadRequestUrl, fmt::format("The definition is not of the type '{}'.", cast));
  if (!link) return answer_one(api, context, *one);
  const json::value* linked = one->if_contains(json::string_view(segments[2].data(), segments[2].size()));
  if (!linked) return tl::unexpected<ApiError>(segment_missing(segments[2]));
  return linked->is_object() ? answer_one(api, fmt::format("{}/{}", context, segments[2]), linked->get_object()) : no_content();
}

}  // namespace

Outcome<http::Response> entity_definitions(ApiCall& api, std::string_view path) {
  auto not_written = [] {
    return refuse(501, code::kNotImplemented,
                  "Of definitions tables, relationships, choices, columns and keys are made through this stand-in's API, tables changed, relationships, "
                  "choices and columns changed or deleted, keys deleted.");
  };
  bool writes = api.call.request.method != "GET";
  for (const auto& [name, value] : api.call.query) {
    if (name.starts_with('$') && name != "$select" && name != "$filter" && name != "$expand")
      return refuse(400, code::kBadRequestUrl, fmt::format("The query parameter '{}' is not supported for definitions.", name));
  }
  api.organisation.work_ms += 20;
  const Metadata& metadata = api.organisation.metadata;
  std::vector<std::string_view> segments = split(path, '/');
  std::string_view root = segments.front().substr(0, segments.front().find('('));
  bool cast = segments.size() == 3 && segments[2].starts_with(kCast);  // PUT names the type of its column so
  bool written = root == "EntityDefinitions" && (segments.size() == 2 || cast) && (segments[1].starts_with("Keys") || segments[1].starts_with("Attributes"));
  if (segments.size() == 1 && segments.front() == root && api.call.request.method == "POST") {
    if (root == "EntityDefinitions") return create_table(api);
    if (root == "RelationshipDefinitions") return create_relationship(api);
    if (root == "GlobalOptionSetDefinitions") return create_choice(api);
  }
  json::array rows;
  if (root == "GlobalOptionSetDefinitions") {
    for (const GlobalChoice& each : metadata.choices()) rows.push_back(choice_definition(each));
    TRY(const json::object* one, keyed(segments.front(), "Name", rows));
    if (one && writes) return change_choice(api, text_member(*one, "Name"));
    return writes ? not_written() : answer_rows(api, root, "Name", rows, segments);
  }
  bool whole = segments.size() == 1 || (segments.size() == 2 && segments[1].starts_with(kCast));
  bool changed = api.call.request.method == "PUT" || (api.call.request.method == "DELETE" && root == "RelationshipDefinitions");
  if (writes && !written && !(whole && changed)) return not_written();
  if (root == "RelationshipDefinitions") {
    for (const Relationship& each : metadata.relationships()) rows.push_back(relationship_definition(metadata, each));
    for (const ManyToMany& each : metadata.many_to_many()) rows.push_back(relationship_definition(metadata, each));
    TRY(const json::object* one, keyed(segments.front(), "SchemaName", rows));
    if (writes) return one ? change_relationship(api, *one) : not_written();
    return answer_rows(api, root, "SchemaName", rows, segments);
  }
  for (const TableSpec& table : metadata.tables()) rows.push_back(entity_definition(metadata, table));
  TRY(const json::object* entity, keyed(segments.front(), "LogicalName", rows));
  if (writes && !written) return entity ? change_table(api, *entity) : not_written();
  if (segments.size() == 1) return answer_rows(api, root, "LogicalName", rows, segments);
  if (writes && entity) {
    const char* list = segments[1].starts_with("Keys") ? "Keys" : "Attributes";
    TRY(const json::object* part, keyed(segments[1], "LogicalName", entity->at(list).as_array()));
    return write_definition(api, *entity, list, part);
  }
  std::string_view link = segments[1].substr(0, segments[1].find('('));
  const json::value* linked = entity && is_link(link) ? entity->if_contains(json::string_view(link.data(), link.size())) : nullptr;
  if (!linked) return tl::unexpected<ApiError>(segment_missing(segments[1]));
  std::string context = fmt::format("{}/{}", segments.front(), link);
  std::string_view name_member = link.ends_with("Relationships") ? "SchemaName" : "LogicalName";
  return answer_rows(api, context, name_member, linked->get_array(), {segments.begin() + 1, segments.end()});
}

Outcome<http::Response> csdl(ApiCall& api) {
  api.organisation.work_ms += 100;
  http::Response response(200, csdl_document(api.organisation.metadata));
  response.headers.add("Content-Type", "application/xml");
  response.headers.add("OData-Version", "4.0");
  return response;
}

}  // namespace lockstep::emulators::dynamics365
