// §2.8: property definitions.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxUnique = 10, kMaxCustom = 1'000;  // of one object type

json::object render(const Property& property) {
  json::array options;
  std::size_t order = 0;
  for (const std::string& option : property.options)
    options.push_back(
        json::object{{"label", option}, {"value", option}, {"displayOrder", order++}, {"hidden", false}});
  json::object object{{"name", property.name},
                      {"label", property.label},
                      {"description", property.description},
                      {"type", json::string(name_of(property.type))},
                      {"fieldType", property.field_type},
                      {"groupName", property.group},
                      {"options", std::move(options)},
                      {"displayOrder", -1},
                      {"calculated", property.calculated},
                      {"externalOptions", property.owner},
                      {"hasUniqueValue", property.unique},
                      {"hidden", false},
                      {"hubspotDefined", !property.defined_by_us},
                      {"formField", false},
                      {"archived", false},
                      {"dataSensitivity", "non_sensitive"},
                      {"modificationMetadata",
                       {{"archivable", property.defined_by_us},
                        {"readOnlyDefinition", !property.defined_by_us},
                        {"readOnlyOptions", !property.defined_by_us},
                        {"readOnlyValue", property.read_only}}}};
  if (property.owner) object["referencedObjectType"] = "OWNER";
  if (property.created.ms != 0) object["createdAt"] = object["updatedAt"] = format_instant(property.created);
  return object;
}

Outcome<PropertyType> read_type(std::string_view name, std::string_view field_type) {
  struct Known {
    std::string_view name;
    PropertyType type;
    std::vector<std::string_view> field_types;
  };
  static const std::vector<Known> kKnown = {
      {"string", PropertyType::text, {"text", "textarea", "html", "file", "phonenumber"}},
      {"number", PropertyType::number, {"number"}},
      {"date", PropertyType::date, {"date"}},
      {"datetime", PropertyType::date_time, {"date"}},
      {"enumeration", PropertyType::enumeration, {"select", "radio", "checkbox", "booleancheckbox"}},
      {"bool", PropertyType::boolean, {"booleancheckbox"}}};
  for (const Known& known : kKnown) {
    if (known.name != name) continue;
    if (std::find(known.field_types.begin(), known.field_types.end(), field_type) == known.field_types.end())
      return invalid(fmt::format("fieldType {} does not fit type {}", field_type, name));
    return known.type;
  }
  return invalid(fmt::format("there is no property type {}", name));
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 && name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Outcome<Property> read_definition(const json::object& body) {
  Property property;
  property.name = std::string(text_member(body, "name"));
  property.label = std::string(text_member(body, "label"));
  property.group = std::string(text_member(body, "groupName"));
  property.description = std::string(text_member(body, "description"));
  property.field_type = std::string(text_member(body, "fieldType"));
  property.defined_by_us = true;
  for (const char* needed : {"name", "label", "groupName", "type", "fieldType"}) {
    if (text_member(body, needed).empty()) return invalid(fmt::format("{} is required", needed));
  }
  if (!is_name(property.name)) return invalid(fmt::format("{} is not a valid property name", property.name));
  TRY(property.type, read_type(text_member(body, "type"), property.field_type));
  if (property.field_type == "html") property.form = TextForm::html;
  const json::value* unique = body.if_contains("hasUniqueValue");
  property.unique = unique && unique->is_bool() && unique->get_bool();
  if (property.unique && property.type != PropertyType::text)
    return invalid("hasUniqueValue is for string properties");
  const json::value* options = body.if_contains("options");
  if (options && options->is_array()) {
    for (const json::value& option : options->get_array()) {
      std::string_view value = option.is_object() ? text_member(option.get_object(), "value") : "";
      if (value.empty()) return invalid("an option needs label and value");
      property.options.emplace_back(value);
    }
  }
  if (property.type == PropertyType::boolean) property.options = {"true", "false"};
  if ((property.type == PropertyType::enumeration) != !property.options.empty() &&
      property.type != PropertyType::boolean)
    return invalid("options belong to enumerations, which need them");
  return property;
}

}  // namespace

HubSpot::Answer HubSpot::property_list(Call& call) {
  TRY(ObjectType * type, type_of(call));
  json::array results;
  if (call.query_value("archived") != "true") {
    for (const auto& [name, property] : type->properties) results.push_back(render(property));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::property_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  const Property* property = type->find(call.parameter("name"));
  if (!property) return hubspot::not_found();
  return json_answer(200, render(*property));
}

HubSpot::Answer HubSpot::property_create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(Property property, read_definition(*body));
  if (type->find(property.name))
    return refuse(409, "CONFLICT", fmt::format("A property named '{}' already exists.", property.name));
  if (property.group != type->group)
    return invalid(fmt::format("there is no property group {} in {}", property.group, type->name));
  if (property.unique && type->engagement && !portal_.settings().engagement_unique_properties)
    return invalid(fmt::format("{} cannot have unique properties", type->name));
  std::size_t custom = 0, unique = 0;
  for (const auto& [name, known] : type->properties) {
    custom += known.defined_by_us ? 1 : 0;
    unique += known.unique ? 1 : 0;
  }
  if (custom >= kMaxCustom || (property.unique && unique >= kMaxUnique))
    return invalid("The limit of custom properties is reached");
  property.created = call.now;
  std::string name = property.name;
  portal_.catalogue().add(*type, std::move(property));
  return json_answer(201, render(type->property(name)));
}

}  // namespace lockstep::emulators::hubspot
