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
    return json_answer(200, json::object{{"count", json::object{{"value", rows}, {"refreshed_at", format_time(call.now)}}}});
  }
  return record_not_found();
}

Zendesk::Answer Zendesk::field_options(Call& call, ObjectType& type) {
  Property* property = type.find(id_in(call));
  if (!property || !property->custom()) return record_not_found();
  json::object row = field_row(type, *property, call.base_url);
  json::value options = row.contains("custom_field_options") ? row.at("custom_field_options") : json::value(json::array());
  json::value count(options.as_array().size());
  return json_answer(200, json::object{{"custom_field_options", std::move(options)}, {"count", count}, {"next_page", nullptr}, {"previous_page", nullptr}});
}

}  // namespace lockstep::emulators::zendesk
