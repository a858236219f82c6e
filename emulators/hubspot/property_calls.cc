// §2.8: properties and their groups.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/definitions.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxUnique = 10, kMaxCustom = 1'000, kMaxAllCustom = 10'000;  // the last one of all object types
constexpr std::size_t kMaxDefinitions = 100;                                        // in one call

PropertyGroup* find_group(ObjectType& type, std::string_view name) {
  for (PropertyGroup& group : type.groups) {
    if (group.name == name && !group.archived) return &group;
  }
  return nullptr;
}

json::object render_group(const PropertyGroup& group) {
  return json::object{{"name", group.name}, {"label", group.label}, {"displayOrder", group.display_order}, {"archived", group.archived}};
}

/// Of which properties a call asks for.
Outcome<std::string> sensitivity_of(const Call& call) {
  std::string given = call.query_value("dataSensitivity").value_or("non_sensitive");
  if (given != "non_sensitive" && given != "sensitive" && given != "highly_sensitive")
    return invalid("dataSensitivity is one of non_sensitive, sensitive, highly_sensitive");
  return given;
}

Outcome<void> read_group(const json::object& body, bool all, PropertyGroup& group) {
  const json::value *label = body.if_contains("label"), *order = body.if_contains("displayOrder");
  if (all && !label) return bad_json("line 1, column 1: label is required");
  if (label && (!label->is_string() || label->get_string().empty())) return invalid("label must not be empty");
  if (order && !order->is_int64()) return bad_json("line 1, column 1: displayOrder is not a number");
  if (label) group.label = std::string(label->get_string());
  if (order) group.display_order = order->get_int64();
  return {};
}

}  // namespace

/// One of those that a path or a batch names, archived or not.
Outcome<Property*> HubSpot::definition_of(ObjectType& type, std::string_view name, bool archived) {
  auto known = type.properties.find(name);
  if (known == type.properties.end() || (known->second.archived.ms != 0) != archived) return hubspot::not_found();
  return &known->second;
}

HubSpot::Answer HubSpot::property_list(Call& call) {
  TRY(ObjectType * type, type_of(call));
  bool archived = query_flag(call, "archived");
  TRY(std::string sensitivity, sensitivity_of(call));
  json::array results;
  for (const auto& [name, property] : type->properties) {
    if (property.sensitivity == sensitivity && (property.archived.ms != 0) == archived) results.push_back(render_definition(property));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::property_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  TRY_VOID(sensitivity_of(call));
  TRY(Property * property, definition_of(*type, call.parameter("name"), query_flag(call, "archived")));
  return json_answer(200, render_definition(*property));
}

/// Whether the account may have `more` properties of its own in `type`.
Outcome<void> HubSpot::check_property_room(const ObjectType& type, std::size_t more) const {
  auto own = [](const ObjectType& of) {
    return static_cast<std::size_t>(std::count_if(of.properties.begin(), of.properties.end(), [](const auto& known) { return known.second.defined_by_us; }));
  };
  std::size_t all = 0;
  for (const ObjectType& each : portal_.catalogue().objects()) all += each.deleted() ? 0 : own(each);
  if (own(type) + more > kMaxCustom || all + more > kMaxAllCustom) return invalid("The limit of custom properties is reached");
  return {};
}

/// Checks what the account allows, and adds it.
Outcome<const Property*> HubSpot::define(ObjectType& type, Property property, WallTime at) {
  if (type.properties.contains(property.name)) return refuse(409, "CONFLICT", fmt::format("A property named '{}' already exists.", property.name));
  if (!find_group(type, property.group)) return invalid(fmt::format("there is no property group {} in {}", property.group, type.name));
  if (property.unique && type.engagement && !portal_.settings().engagement_unique_properties)
    return invalid(fmt::format("{} cannot have unique properties", type.name));
  TRY_VOID(check_property_room(type, 1));
  std::size_t unique = 0;
  for (const auto& [name, known] : type.properties) unique += known.unique ? 1 : 0;
  if (property.unique && unique >= kMaxUnique) return invalid("The limit of unique properties is reached");
  property.created = property.updated = at;
  std::string name = property.name;
  portal_.catalogue().add(type, std::move(property));
  return &type.property(name);
}

HubSpot::Answer HubSpot::property_create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(Property property, read_definition(*body));
  TRY(const Property* added, define(*type, std::move(property), call.now));
  return json_answer(201, render_definition(*added));
}

HubSpot::Answer HubSpot::property_update(Call& call) {
  TRY(ObjectType * type, type_of(call));
  TRY(Property * property, definition_of(*type, call.parameter("name"), false));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  if (!property->defined_by_us) return invalid(fmt::format("{} is read only: HubSpot defines it", property->name));
  std::string group(text_member(*body, "groupName"));
  if (!group.empty() && !find_group(*type, group)) return invalid(fmt::format("there is no property group {} in {}", group, type->name));
  TRY_VOID(change_definition(*body, *property));
  property->updated = call.now;
  return json_answer(200, render_definition(*property));
}

HubSpot::Answer HubSpot::property_archive(Call& call) {
  TRY(ObjectType * type, type_of(call));
  TRY(Property * property, definition_of(*type, call.parameter("name"), false));
  if (!property->defined_by_us) return invalid(fmt::format("{} cannot be archived: HubSpot defines it", property->name));
  property->archived = property->updated = call.now;
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::properties_batch_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxDefinitions));
  const json::value* wanted = body->if_contains("archived");
  bool archived = wanted && wanted->is_bool() && wanted->get_bool();
  json::array results, errors;
  for (const json::object* input : inputs) {
    std::string name(text_member(*input, "name"));
    auto property = definition_of(*type, name, archived);
    if (property) {
      results.push_back(render_definition(**property));
      continue;
    }
    ApiError missing = refuse(404, "OBJECT_NOT_FOUND", fmt::format("There is no property {}", name)).value();
    missing.context = {{"name", {name}}};
    errors.push_back(error_row(missing));
  }
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

/// All or nothing: what can be wrong is found before the first is added.
HubSpot::Answer HubSpot::properties_batch_create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxDefinitions));
  std::vector<Property> wanted;
  for (const json::object* input : inputs) {
    TRY(Property property, read_definition(*input));
    bool twice = std::any_of(wanted.begin(), wanted.end(), [&](const Property& other) { return other.name == property.name; });
    if (twice || type->properties.contains(property.name)) return refuse(409, "CONFLICT", fmt::format("A property named '{}' already exists.", property.name));
    if (property.unique) return invalid("Unique properties are created one by one");
    if (!find_group(*type, property.group)) return invalid(fmt::format("there is no property group {} in {}", property.group, type->name));
    wanted.push_back(std::move(property));
  }
  TRY_VOID(check_property_room(*type, wanted.size()));
  json::array results;
  for (Property& property : wanted) {
    TRY(const Property* added, define(*type, std::move(property), call.now));
    results.push_back(render_definition(*added));
  }
  return batch_answer(201, std::move(results), {}, call.now);
}

HubSpot::Answer HubSpot::properties_batch_archive(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxDefinitions));
  for (const json::object* input : inputs) {
    auto known = type->properties.find(text_member(*input, "name"));
    if (known == type->properties.end()) continue;
    Property& property = known->second;
    if (property.defined_by_us && property.archived.ms == 0) property.archived = property.updated = call.now;
  }
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::group_list(Call& call) {
  TRY(ObjectType * type, type_of(call));
  json::array results;
  for (const PropertyGroup& group : type->groups) {
    if (!group.archived) results.push_back(render_group(group));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::group_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  const PropertyGroup* group = find_group(*type, call.parameter("name"));
  if (!group) return hubspot::not_found();
  return json_answer(200, render_group(*group));
}

HubSpot::Answer HubSpot::group_create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  PropertyGroup group;
  group.name = std::string(text_member(*body, "name"));
  if (group.name.empty()) return invalid("name is required");
  TRY_VOID(read_group(*body, true, group));
  if (find_group(*type, group.name)) return refuse(409, "CONFLICT", fmt::format("A property group named '{}' already exists.", group.name));
  type->groups.push_back(group);
  return json_answer(201, render_group(group));
}

HubSpot::Answer HubSpot::group_update(Call& call) {
  TRY(ObjectType * type, type_of(call));
  PropertyGroup* group = find_group(*type, call.parameter("name"));
  if (!group) return hubspot::not_found();
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY_VOID(read_group(*body, false, *group));
  return json_answer(200, render_group(*group));
}

HubSpot::Answer HubSpot::group_archive(Call& call) {
  TRY(ObjectType * type, type_of(call));
  PropertyGroup* group = find_group(*type, call.parameter("name"));
  if (!group) return hubspot::not_found();
  for (const auto& [name, property] : type->properties) {
    if (property.group == group->name && property.archived.ms == 0)
      return invalid(fmt::format("The group {} still has properties, {} among them", group->name, name));
  }
  group->archived = true;
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot
