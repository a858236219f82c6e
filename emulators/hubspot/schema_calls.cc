// Object types of an account's own (§2.1: "2-<n>"): what they are called, which properties they have, what they are tied to.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/definitions.h"
#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxTypes = 10;
constexpr int kFirstType = 3'400'000;

bool is_type_name(std::string_view name) {
  bool letter = !name.empty() && ((name.front() >= 'a' && name.front() <= 'z') || (name.front() >= 'A' && name.front() <= 'Z'));
  return letter && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

json::array array_of(const std::vector<std::string>& names) {
  json::array list;
  for (const std::string& name : names) list.emplace_back(name);
  return list;
}

/// A property may leave its group out, which is the type's own then, and its type: a line of text.
Outcome<Property> read_own_property(const json::value& given, const std::string& group) {
  if (!given.is_object()) return bad_json("line 1, column 1: a property is not an object");
  json::object body = given.get_object();
  for (const auto& [name, usual] : {std::pair<const char*, std::string>("groupName", group), {"type", "string"}, {"fieldType", "text"}}) {
    if (!body.contains(name)) body[name] = usual;
  }
  TRY(Property property, read_definition(body, true));  // "VIN", in the guide's example
  if (property.group != group) return invalid(fmt::format("there is no property group {}", property.group));
  return property;
}

/// What creates and updates say alike. `properties`: the names there are.
Outcome<void> read_labels(const json::object& body, const std::map<std::string, Property, std::less<>>& properties, CustomObject& custom,
                          std::vector<std::string>& required) {
  if (const json::value* labels = body.if_contains("labels")) {
    const json::object* both = labels->if_object();
    if (!both) return bad_json("line 1, column 1: labels is not an object");
    custom.singular = std::string(text_member(*both, "singular"));
    custom.plural = std::string(text_member(*both, "plural"));
  }
  if (body.contains("description")) custom.description = std::string(text_member(body, "description"));
  if (body.contains("primaryDisplayProperty")) custom.primary = std::string(text_member(body, "primaryDisplayProperty"));
  if (body.contains("requiredProperties")) required = text_list(body, "requiredProperties");
  if (body.contains("searchableProperties")) custom.searchable = text_list(body, "searchableProperties");
  if (body.contains("secondaryDisplayProperties")) custom.secondary = text_list(body, "secondaryDisplayProperties");
  if (custom.singular.empty() || custom.plural.empty()) return invalid("labels needs singular and plural");
  if (custom.primary.empty()) return invalid("primaryDisplayProperty is required");
  for (const auto* list : {&required, &custom.searchable, &custom.secondary}) {
    for (const std::string& name : *list) {
      if (!properties.contains(name)) return invalid(fmt::format("there is no property {}", name));
    }
  }
  if (!properties.contains(custom.primary)) return invalid(fmt::format("there is no property {}", custom.primary));
  return {};
}

void require(ObjectType& type, const std::vector<std::string>& names) {
  for (auto& [name, property] : type.properties) property.required = std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

/// Both directions of all pairs the type is part of.
json::array HubSpot::render_ties_of(const ObjectType& type) const {
  json::array ties;
  auto add = [&](const ObjectType& from, const ObjectType& to) {
    for (const AssociationType& each : portal_.associations().types(from, to)) {
      if (!each.removed)
        ties.push_back(json::object{{"id", std::to_string(each.id)}, {"fromObjectTypeId", from.type_id}, {"toObjectTypeId", to.type_id}, {"name", each.name}});
    }
  };
  for (const ObjectType& other : portal_.catalogue().objects()) {
    add(type, other);
    if (&other != &type) add(other, type);
  }
  return ties;
}

/// `whole`: with properties and associations.
json::object HubSpot::render_schema(const ObjectType& type, bool whole) const {
  const CustomObject& custom = *type.custom;
  json::array required, properties;
  for (const auto& [name, property] : type.properties) {
    if (property.required) required.emplace_back(name);
    if (property.archived.ms == 0) properties.push_back(render_definition(property));
  }
  json::object schema{{"id", type.type_id.substr(2)},
                      {"objectTypeId", type.type_id},
                      {"fullyQualifiedName", type.name},
                      {"name", custom.name},
                      {"labels", {{"singular", custom.singular}, {"plural", custom.plural}}},
                      {"primaryDisplayProperty", custom.primary},
                      {"secondaryDisplayProperties", array_of(custom.secondary)},
                      {"requiredProperties", std::move(required)},
                      {"searchableProperties", array_of(custom.searchable)},
                      {"createdAt", format_instant(custom.created)},
                      {"updatedAt", format_instant(custom.updated)},
                      {"archived", custom.archived.ms != 0}};
  if (!custom.description.empty()) schema["description"] = custom.description;
  if (whole) schema["properties"] = std::move(properties);
  if (whole) schema["associations"] = render_ties_of(type);
  if (!whole) schema["portalId"] = options_.portal_id;
  return schema;
}

HubSpot::Answer HubSpot::schema_list(Call& call) {
  bool archived = query_flag(call, "archived");
  json::array results;
  for (const ObjectType& type : portal_.catalogue().objects()) {
    if (type.custom && !type.deleted() && (type.custom->archived.ms != 0) == archived) results.push_back(render_schema(type, true));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::schema_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  if (!type->custom) return hubspot::not_found();
  return json_answer(200, render_schema(*type, true));
}

HubSpot::Answer HubSpot::schemas_batch_read(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  json::array results;
  for (const std::string& name : text_list(*body, "inputs")) {
    const ObjectType* type = portal_.catalogue().find(name, kIdAlone);
    if (type && type->custom) results.push_back(render_schema(*type, true));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::schema_create(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  CustomObject custom;
  custom.name = std::string(text_member(*body, "name"));
  custom.created = custom.updated = call.now;
  if (!is_type_name(custom.name)) return invalid(fmt::format("{} is not a valid name", custom.name));
  std::size_t own = 0, ever = 0;
  for (const ObjectType& each : portal_.catalogue().objects()) {
    if (!each.custom) continue;
    ++ever;
    if (each.deleted()) continue;
    ++own;
    if (each.custom->name == custom.name) return refuse(409, "CONFLICT", fmt::format("An object type named {} already exists.", custom.name));
  }
  if (own >= kMaxTypes) return invalid("The limit of custom object types is reached");
  std::string full_name = fmt::format("p{}_{}", options_.portal_id, custom.name);
  ObjectType type{full_name, full_name, fmt::format("2-{}", kFirstType + ever), custom.name + "_information", "hs_lastmodifieddate", {}};
  std::map<std::string, Property, std::less<>> properties;
  const json::value* given = body->if_contains("properties");
  if (!given || !given->is_array()) return bad_json("line 1, column 1: properties is missing or not an array");
  for (const json::value& each : given->get_array()) {
    TRY(Property property, read_own_property(each, type.group));
    property.created = property.updated = call.now;
    std::string name = property.name;
    if (!properties.emplace(name, std::move(property)).second) return invalid(fmt::format("there are two properties {}", name));
  }
  std::vector<std::string> required;
  TRY_VOID(read_labels(*body, properties, custom, required));
  std::vector<ObjectType*> tied;
  for (const std::string& name : text_list(*body, "associatedObjects")) {
    tied.push_back(portal_.catalogue().find(name, kUpperName));
    if (!tied.back()) return invalid(fmt::format("Unable to infer object type from: {}", name));
  }
  type.defaults = {custom.primary, "hs_createdate", "hs_lastmodifieddate", "hs_object_id"};
  type.mergeable = true;
  type.custom = std::move(custom);
  std::vector<Property> all = custom_properties();
  for (auto& [name, property] : properties) all.push_back(std::move(property));
  ObjectType& defined = portal_.catalogue().define(std::move(type), std::move(all));
  require(defined, required);
  portal_.associations().cover_all_types();
  for (ObjectType& each : portal_.catalogue().objects()) {
    bool wanted = std::find(tied.begin(), tied.end(), &each) != tied.end();
    if (wanted || each.engagement) portal_.associations().add_pair(defined, each, "", wanted);  // whatever is logged can be logged on any record
  }
  return json_answer(201, render_schema(defined, true));
}

HubSpot::Answer HubSpot::schema_update(Call& call) {
  TRY(ObjectType * type, type_of(call));
  if (!type->custom) return hubspot::not_found();
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  CustomObject next = *type->custom;
  std::vector<std::string> required;
  for (const auto& [name, property] : type->properties) {
    if (property.required) required.push_back(name);
  }
  TRY_VOID(read_labels(*body, type->properties, next, required));
  next.updated = call.now;
  type->custom = std::move(next);
  require(*type, required);
  return json_answer(200, render_schema(*type, false));
}

/// For good where the call says archived=true: one that is archived already, and whose name is free from then on.
HubSpot::Answer HubSpot::schema_archive(Call& call) {
  if (query_flag(call, "archived")) {
    ObjectType* archived = portal_.catalogue().find_archived(call.parameter("type"));
    if (!archived) return hubspot::not_found();
    for (ObjectType& other : portal_.catalogue().objects()) portal_.associations().remove_pair(*archived, other);
    archived->custom->deleted = true;
    return http::Response(204, "");
  }
  TRY(ObjectType * type, type_of(call));
  if (!type->custom) return hubspot::not_found();
  if (type->table->live_count() > 0) return invalid(fmt::format("{} still has records", type->name));
  type->custom->archived = call.now;
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::schema_tie(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  ObjectType* from = portal_.catalogue().find(text_member(*body, "fromObjectTypeId"), kFullName);
  ObjectType* to = portal_.catalogue().find(text_member(*body, "toObjectTypeId"), kFullName);
  if (!from || !to || (from != type && to != type) || !type->custom) return invalid("an association needs two object types, one of them this one");
  if (!portal_.associations().types(*from, *to).empty()) return refuse(409, "CONFLICT", "These object types are associated already.");
  portal_.associations().add_pair(*from, *to, std::string(text_member(*body, "name")), true);
  const AssociationType& made = portal_.associations().types(*from, *to).front();
  return json_answer(201, json::object{{"id", std::to_string(made.id)},
                                       {"fromObjectTypeId", from->type_id},
                                       {"toObjectTypeId", to->type_id},
                                       {"name", made.name},
                                       {"createdAt", format_instant(call.now)},
                                       {"updatedAt", format_instant(call.now)}});
}

HubSpot::Answer HubSpot::schema_untie(Call& call) {
  TRY(ObjectType * type, type_of(call));
  for (ObjectType& other : portal_.catalogue().objects()) {
    bool there = portal_.associations().find_type(*type, other, call.parameter("association")) ||
                 portal_.associations().find_type(other, *type, call.parameter("association"));
    if (!there || !type->custom) continue;
    if (!portal_.associations().remove_pair(*type, other)) return invalid("There are associations of this type");
    return http::Response(204, "");
  }
  return hubspot::not_found();
}

}  // namespace lockstep::emulators::hubspot
