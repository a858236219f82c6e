// §2.8: what a property's definition says, and may say.
#include "emulators/hubspot/definitions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

Outcome<PropertyType> read_type(std::string_view name, std::string_view field_type) {
  struct Known {
    std::string_view name;
    PropertyType type;
    std::vector<std::string_view> field_types;
  };
  static const std::vector<Known> kKnown = {{"string", PropertyType::text, {"text", "textarea", "html", "file", "phonenumber"}},
                                            {"number", PropertyType::number, {"number"}},
                                            {"date", PropertyType::date, {"date"}},
                                            {"datetime", PropertyType::date_time, {"date"}},
                                            {"enumeration", PropertyType::enumeration, {"select", "radio", "checkbox", "booleancheckbox"}},
                                            {"bool", PropertyType::boolean, {"booleancheckbox"}}};
  if (field_type == "calculation_equation") return not_served("calculated properties");
  for (const char* unserved : {"phone_number", "object_coordinates", "json"}) {
    if (name == unserved) return not_served(fmt::format("properties of the type {}", name));
  }
  for (const Known& known : kKnown) {
    if (known.name != name) continue;
    if (std::find(known.field_types.begin(), known.field_types.end(), field_type) == known.field_types.end())
      return invalid(fmt::format("fieldType {} does not fit type {}", field_type, name));
    return known.type;
  }
  return invalid(fmt::format("there is no property type {}", name));
}

bool is_name(std::string_view given, bool any_case) {
  std::string name = any_case ? to_lower_ascii(given) : std::string(given);
  return !name.empty() && name.size() <= 100 && name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

Outcome<std::vector<Option>> read_options(const json::value& given) {
  if (!given.is_array()) return bad_json("line 1, column 1: options is not an array");
  std::vector<Option> options;
  for (const json::value& item : given.get_array()) {
    const json::object* object = item.if_object();
    Option option;
    if (object) {
      option.value = std::string(text_member(*object, "value"));
      option.label = std::string(text_member(*object, "label"));
      option.description = std::string(text_member(*object, "description"));
      const json::value *order = object->if_contains("displayOrder"), *hidden = object->if_contains("hidden");
      option.display_order = order && order->is_int64() ? order->get_int64() : -1;
      option.hidden = hidden && hidden->is_bool() && hidden->get_bool();
    }
    if (option.value.empty() || option.label.empty()) return invalid("an option needs label and value");
    auto same = [&](const Option& other) { return other.value == option.value || other.label == option.label; };
    if (std::any_of(options.begin(), options.end(), same)) return invalid(fmt::format("there are two options {}", option.value));
    options.push_back(std::move(option));
  }
  return options;
}

/// What creates and updates share.
Outcome<void> read_common(const json::object& body, Property& property) {
  for (const char* name : {"name", "label", "groupName", "description", "type", "fieldType", "dataSensitivity"}) {
    const json::value* given = body.if_contains(name);
    if (given && !given->is_string() && !given->is_null()) return bad_json(fmt::format("line 1, column 1: {} is not a string", name));
  }
  for (const char* name : {"hidden", "formField", "hasUniqueValue"}) {
    const json::value* given = body.if_contains(name);
    if (given && !given->is_bool() && !given->is_null()) return bad_json(fmt::format("line 1, column 1: {} is not a boolean", name));
  }
  auto text = [&](const char* name, std::string& into) {
    const json::value* given = body.if_contains(name);
    if (given && given->is_string()) into = std::string(given->get_string());
  };
  auto flag = [&](const char* name, bool& into) {
    const json::value* given = body.if_contains(name);
    if (given && given->is_bool()) into = given->get_bool();
  };
  text("label", property.label);
  text("groupName", property.group);
  text("description", property.description);
  text("fieldType", property.field_type);
  flag("hidden", property.hidden);
  flag("formField", property.form_field);
  const json::value* order = body.if_contains("displayOrder");
  if (order && !order->is_null() && !order->is_int64()) return bad_json("line 1, column 1: displayOrder is not a number");
  if (order && order->is_int64()) property.display_order = order->get_int64();
  const json::value* options = body.if_contains("options");
  if (options && !options->is_null()) {
    TRY(property.options, read_options(*options));
  }
  return {};
}

/// What must hold of it as a whole.
Outcome<void> check(Property& property) {
  if (property.label.empty()) return invalid("label must not be empty");
  property.form = property.field_type == "html" ? TextForm::html : TextForm::any;
  if (property.type == PropertyType::boolean) {
    if (property.options.empty()) property.options = boolean("").options;
    if (property.options.size() != 2 || !property.find_option("true") || !property.find_option("false"))
      return invalid("a bool property has the options true and false");
  } else if ((property.type == PropertyType::enumeration) != !property.options.empty()) {
    return invalid("options belong to enumerations, which need them");
  }
  return {};
}

}  // namespace

json::object render_definition(const Property& property) {
  json::array options;
  for (const Option& option : property.options) {
    json::object row{{"label", option.label}, {"value", option.value}, {"displayOrder", option.display_order}, {"hidden", option.hidden}};
    if (!option.description.empty()) row["description"] = option.description;
    options.push_back(std::move(row));
  }
  json::object object{{"name", property.name},
                      {"label", property.label},
                      {"description", property.description},
                      {"type", json::string(name_of(property.type))},
                      {"fieldType", property.field_type},
                      {"groupName", property.group},
                      {"options", std::move(options)},
                      {"displayOrder", property.display_order},
                      {"calculated", property.calculated},
                      {"externalOptions", property.owner},
                      {"hasUniqueValue", property.unique},
                      {"hidden", property.hidden},
                      {"hubspotDefined", !property.defined_by_us},
                      {"formField", property.form_field},
                      {"archived", property.archived.ms != 0},
                      {"dataSensitivity", property.sensitivity},
                      {"modificationMetadata",
                       {{"archivable", property.defined_by_us},
                        {"readOnlyDefinition", !property.defined_by_us},
                        {"readOnlyOptions", !property.defined_by_us},
                        {"readOnlyValue", property.read_only}}}};
  if (property.owner) object["referencedObjectType"] = "OWNER";
  if (property.created.ms != 0) object["createdAt"] = format_instant(property.created);
  if (property.updated.ms != 0) object["updatedAt"] = format_instant(property.updated);
  if (property.archived.ms != 0) object["archivedAt"] = format_instant(property.archived);
  return object;
}

Outcome<Property> read_definition(const json::object& body, bool any_case) {
  Property property;
  property.defined_by_us = true;
  property.name = std::string(text_member(body, "name"));
  for (const char* needed : {"name", "label", "groupName", "type", "fieldType"}) {
    if (text_member(body, needed).empty()) return invalid(fmt::format("{} is required", needed));
  }
  if (!is_name(property.name, any_case)) return invalid(fmt::format("{} is not a valid property name", property.name));
  TRY_VOID(read_common(body, property));
  TRY(property.type, read_type(text_member(body, "type"), property.field_type));
  if (std::string_view given = text_member(body, "dataSensitivity"); !given.empty()) property.sensitivity = given;
  if (property.sensitivity != "non_sensitive" && property.sensitivity != "sensitive" && property.sensitivity != "highly_sensitive")
    return invalid(fmt::format("there is no dataSensitivity {}", property.sensitivity));
  const json::value* unique = body.if_contains("hasUniqueValue");
  property.unique = unique && unique->is_bool() && unique->get_bool();
  if (property.unique && (property.type != PropertyType::text || property.field_type != "text"))
    return invalid("hasUniqueValue is for string properties of the fieldType text");
  TRY_VOID(check(property));
  return property;
}

Outcome<void> change_definition(const json::object& body, Property& property) {
  Property next = property;
  for (const char* fixed : {"name", "hasUniqueValue"}) {  // §2.6, §2.8: at creation only
    if (body.contains(fixed)) return invalid(fmt::format("{} cannot be changed", fixed));
  }
  TRY_VOID(read_common(body, next));
  std::string_view type = text_member(body, "type");
  TRY(PropertyType wanted, read_type(type.empty() ? name_of(property.type) : type, next.field_type));
  if (wanted != property.type) return invalid("The type of a property that has values cannot be changed");
  TRY_VOID(check(next));
  property = std::move(next);
  return {};
}

}  // namespace lockstep::emulators::hubspot
