// The live list of fields (contract A2).
#include <algorithm>

#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

/// System fields that an account lists beside its own.
bool listed(const ObjectType& type, const Property& property) {
  static const std::set<std::string> kTicketFields = {"subject", "description", "status", "type", "priority", "group_id", "assignee_id"};
  return property.custom() || (type.name == "ticket" && kTicketFields.contains(property.name));
}

Property with_id(Property property) {
  if (property.id == 0) property.id = 360'000'000'800 + property.field;
  if (property.title.empty()) property.title = capitalised(property.name);
  return property;
}

Property* custom_field(ObjectType& type, std::string_view id) {
  Property* property = type.find(id);
  return property && property->custom() ? property : nullptr;
}

/// Kinds of fields that are kept here; the API has a few more.
std::optional<Kind> kind_of(const ObjectType& type, std::string_view wire) {
  if (wire == "text" || wire == "textarea") return Kind::text;
  if (wire == "integer") return Kind::integer;
  if (wire == "checkbox") return Kind::boolean;
  if (wire == "date") return Kind::date;
  if (wire == (type.name == "ticket" ? "tagger" : "dropdown")) return Kind::choice;
  return std::nullopt;
}

bool is_key(std::string_view key) {
  return !key.empty() && key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos && !(key[0] >= '0' && key[0] <= '9');
}

void read_options(const json::object& given, Property& property, Problems& problems) {
  const json::value* list = given.if_contains("custom_field_options");
  if (!list) return;
  property.options.clear();
  property.option_names.clear();
  for (const json::value& each : list->is_array() ? list->get_array() : json::array()) {
    std::string value(each.is_object() ? text_member(each.get_object(), "value") : ""), name(each.is_object() ? text_member(each.get_object(), "name") : "");
    if (value.empty() || name.empty()) problems.add("custom_field_options", "BlankValue", "Custom field options: each needs a name and a value");
    if (property.option_names.contains(value))
      problems.add("custom_field_options", "DuplicateValue", "Custom field options: " + value + " has already been taken");
    property.options.push_back(value);
    property.option_names[value] = std::move(name);
  }
}

void read_traits(const json::object& given, Property& property, Problems& problems) {
  if (given.contains("title")) property.title = std::string(text_member(given, "title"));
  if (given.contains("description")) property.description = std::string(text_member(given, "description"));
  for (const auto& [name, flag] : {std::pair("active", &property.active), std::pair("required", &property.required)}) {
    if (const json::value* value = given.if_contains(name); value && value->is_bool()) *flag = value->get_bool();
  }
  for (const char* name : {"agent_description", "collapsed_for_agents", "editable_in_portal", "position", "raw_description", "raw_title", "raw_title_in_portal",
                           "required_in_portal", "title_in_portal", "visible_in_portal"}) {
    if (const json::value* shown = given.if_contains(name)) property.presentation[name] = json::value(*shown, json::storage_ptr());
  }
  read_options(given, property, problems);
  if (property.title.empty()) problems.add("title", "BlankValue", "Title: cannot be blank");
  if (property.kind == Kind::choice && property.options.empty()) problems.add("custom_field_options", "BlankValue", "Custom field options: cannot be blank");
}

}  // namespace

Zendesk::Answer Zendesk::field_list(Call& call, ObjectType& type) {
  json::array rows;
  for (const Property& property : type.properties) {
    if (listed(type, property)) rows.push_back(field_row(type, with_id(property), call.base_url));
  }
  json::value count(rows.size());
  return json_answer(200, json::object{{type.name + "_fields", std::move(rows)}, {"count", count}, {"next_page", nullptr}, {"previous_page", nullptr}});
}

Zendesk::Answer Zendesk::field_read(Call& call, ObjectType& type) {
  std::string id = id_in(call);
  for (const Property& property : type.properties) {
    Property known = with_id(property);
    if (listed(type, property) && (std::to_string(known.id) == id || (property.custom() && property.key() == id)))
      return json_answer(200, json::object{{type.name + "_field", field_row(type, known, call.base_url)}});
  }
  if (id == "count") {
    auto rows = std::count_if(type.properties.begin(), type.properties.end(), [&](const Property& property) { return listed(type, property); });
    return counted(call, rows);
  }
  return record_not_found();
}

Zendesk::Answer Zendesk::field_options(Call& call, ObjectType& type) {
  Property* property = custom_field(type, id_in(call));
  if (!property) return record_not_found();
  json::object row = field_row(type, *property, call.base_url);
  json::value options = row.contains("custom_field_options") ? row.at("custom_field_options") : json::value(json::array());
  json::value count(options.as_array().size());
  return json_answer(200, json::object{{"custom_field_options", std::move(options)}, {"count", count}, {"next_page", nullptr}, {"previous_page", nullptr}});
}

Zendesk::Answer Zendesk::field_create(Call& call, ObjectType& type) {
  JsonDocument document;
  auto given = read_member(call, document, type.name + "_field");
  if (!given) return tl::unexpected(std::move(given.error()));
  Problems problems;
  Property property;
  property.type = std::string(text_member(**given, "type"));
  auto kind = kind_of(type, property.type);
  property.kind = kind.value_or(Kind::text);
  property.id = next_field_;
  std::string key = type.name == "ticket" ? std::to_string(property.id) : std::string(text_member(**given, "key"));
  if (!kind) problems.add("type", "InvalidValue", "Type: " + property.type + " is not a type of field that is kept here");
  if (type.name != "ticket" && !is_key(key)) problems.add("key", "InvalidFormat", "Key: may hold small letters, digits, - and _ and begins with a letter");
  if (custom_field(type, key)) problems.add("key", "DuplicateValue", "Key: " + key + " has already been taken");
  read_traits(**given, property, problems);
  if (!problems.empty()) return problems.refusal();
  ++next_field_;
  property.name = type.custom_group + "." + key;
  property.field = type.table->field(property.name);
  type.properties.push_back(property);
  json::object row = field_row(type, property, call.base_url);
  std::string location(text_member(row, "url"));
  http::Response response = json_answer(201, json::object{{type.name + "_field", std::move(row)}});
  response.headers.add("Location", std::move(location));
  return response;
}

Zendesk::Answer Zendesk::field_update(Call& call, ObjectType& type) {
  Property* property = custom_field(type, id_in(call));
  if (!property) return record_not_found();
  JsonDocument document;
  auto given = read_member(call, document, type.name + "_field");
  if (!given) return tl::unexpected(std::move(given.error()));
  Problems problems;
  Property next = *property;
  std::string_view wire = text_member(**given, "type");
  if (!wire.empty() && wire != text_member(field_row(type, next, ""), "type")) problems.add("type", "InvalidValue", "Type: cannot be changed");
  read_traits(**given, next, problems);
  if (!problems.empty()) return problems.refusal();
  *property = std::move(next);
  return json_answer(200, json::object{{type.name + "_field", field_row(type, *property, call.base_url)}});
}

/// Those that are named come first, in that order.
Zendesk::Answer Zendesk::field_reorder(Call& call, ObjectType& type) {
  JsonDocument document;
  const json::object* body = document.parse(call.request.body) ? document.root().if_object() : nullptr;
  const json::value* ids = body ? body->if_contains(type.name + "_field_ids") : nullptr;
  if (!ids || !ids->is_array()) return refuse(422, "RecordInvalid", type.name + "_field_ids: is no list of ids");
  std::vector<std::string> wanted;
  for (const json::value& id : ids->get_array()) {
    if (!custom_field(type, scalar_text(id))) return refuse(422, "RecordInvalid", "Field: " + scalar_text(id) + " is invalid");
    wanted.push_back(scalar_text(id));
  }
  auto rank = [&](const Property& property) {
    if (!property.custom()) return std::ptrdiff_t{-1};  // the platform's own stay in front
    return std::find(wanted.begin(), wanted.end(), std::to_string(property.id)) - wanted.begin();
  };
  std::stable_sort(type.properties.begin(), type.properties.end(), [&](const Property& a, const Property& b) { return rank(a) < rank(b); });
  return json_answer(200, json::object());
}

Zendesk::Answer Zendesk::field_remove(Call& call, ObjectType& type) {
  const Property* property = custom_field(type, id_in(call));
  if (!property) return record_not_found();
  type.properties.erase(type.properties.begin() + (property - type.properties.data()));  // what records held of it is shown no more
  return http::Response(204, "");
}

Zendesk::Answer Zendesk::field_option(Call& call, ObjectType& type) {
  Property* property = custom_field(type, id_in(call));
  if (!property || property->kind != Kind::choice) return record_not_found();
  JsonDocument document;
  bool posted = call.request.method == "POST";
  auto given = posted ? read_member(call, document, "custom_field_option") : Outcome<const json::object*>(nullptr);
  if (!given) return tl::unexpected(std::move(given.error()));
  const json::value* asked = posted ? (*given)->if_contains("id") : nullptr;
  std::string wanted = asked ? scalar_text(*asked) : posted ? "" : id_in(call, "option");
  auto known = std::find_if(property->options.begin(), property->options.end(),
                            [&](const std::string& option) { return std::to_string(option_id(*property, option)) == wanted; });
  if (known == property->options.end() && !wanted.empty()) return record_not_found();
  if (!posted && call.request.method == "GET") return json_answer(200, json::object{{"custom_field_option", option_row(*property, *known)}});
  if (!posted) {
    property->options.erase(known);
    return http::Response(204, "");
  }
  std::string value(text_member(**given, "value")), name(text_member(**given, "name"));
  if (value.empty() || name.empty()) return refuse(422, "RecordInvalid", "An option needs a name and a value");
  bool taken = std::any_of(property->options.begin(), property->options.end(),
                           [&](const std::string& option) { return option == value && (known == property->options.end() || option != *known); });
  if (taken) return refuse(422, "RecordInvalid", "Value: " + value + " has already been taken");
  bool fresh = known == property->options.end();
  if (fresh) property->options.push_back(value);
  else *known = value;
  property->option_names[value] = name;
  return json_answer(fresh ? 201 : 200, json::object{{"custom_field_option", option_row(*property, value)}});
}

}  // namespace lockstep::emulators::zendesk
