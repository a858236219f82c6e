// What the account may hold and holds (§2.8), and what a property is checked for.
#include <algorithm>

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kCustomProperties = 1'000, kAllCustomProperties = 10'000, kPipelines = 100;

json::object part(std::size_t used, std::size_t most) {
  return json::object{{"limit", most}, {"usage", used}, {"percentage", most == 0 ? 100.0 : 100.0 * static_cast<double>(used) / static_cast<double>(most)}};
}

json::object part_of(const ObjectType& type, std::size_t used, std::size_t most) {
  json::object row = part(used, most);
  row["objectTypeId"] = type.type_id;
  row["singularLabel"] = type.singular;
  row["pluralLabel"] = type.name;
  return row;
}

json::object rule(std::string_view type, json::array arguments) {
  return json::object{{"ruleType", json::string(type.data(), type.size())}, {"ruleArguments", std::move(arguments)}};
}

}  // namespace

HubSpot::Answer HubSpot::property_limits(Call&) {
  json::array rows;
  std::size_t all = 0;
  for (const ObjectType& type : portal_.catalogue().objects()) {
    if (type.deleted()) continue;
    std::size_t custom = 0;
    for (const auto& [name, property] : type.properties) custom += property.defined_by_us && property.archived.ms == 0 ? 1 : 0;
    all += custom;
    rows.push_back(part_of(type, custom, kCustomProperties));
  }
  json::object total = part(all, kAllCustomProperties);
  return json_answer(
      200,
      json::object{
          {"byObjectType", std::move(rows)}, {"overallLimit", total["limit"]}, {"overallUsage", total["usage"]}, {"overallPercentage", total["percentage"]}});
}

HubSpot::Answer HubSpot::record_limits(Call&) {
  json::array rows, custom;
  auto most = static_cast<std::size_t>(portal_.settings().record_limit);
  for (const ObjectType& type : portal_.catalogue().objects()) {
    if (!type.deleted()) (type.custom ? custom : rows).push_back(part_of(type, type.table->live_count(), most));
  }
  return json_answer(200, json::object{{"hubspotDefinedObjectTypes", std::move(rows)}, {"customObjectTypes", {{"byObjectType", std::move(custom)}}}});
}

HubSpot::Answer HubSpot::pipeline_limits(Call&) {
  json::array rows;
  for (const ObjectType& type : portal_.catalogue().objects()) {
    std::size_t live = 0;
    for (const Pipeline& each : portal_.pipelines().all()) live += each.type == type.name && each.archived.ms == 0 ? 1 : 0;
    if (!type.pipeline.empty()) rows.push_back(part_of(type, live, kPipelines));
  }
  return json_answer(200, json::object{{"hubspotDefinedObjectTypes", std::move(rows)}, {"customObjectTypes", json::object{{"byObjectType", json::array()}}}});
}

/// Labels of the account's own, pair by pair.
HubSpot::Answer HubSpot::label_limits(Call&) {
  json::array rows;
  for (const ObjectType& from : portal_.catalogue().objects()) {
    for (const ObjectType& to : portal_.catalogue().objects()) {
      std::size_t own = 0;
      for (const AssociationType& type : portal_.associations().types(from, to)) own += type.own_label() && !type.removed ? 1 : 0;
      if (own == 0) continue;
      json::object row = part(own, kMaxOwnLabels);
      row["fromObjectTypeId"] = from.type_id;
      row["toObjectTypeId"] = to.type_id;
      rows.push_back(std::move(row));
    }
  }
  return json_answer(200, json::object{{"results", std::move(rows)}});
}

HubSpot::Answer HubSpot::property_rules(Call& call) {
  TRY(ObjectType * type, type_of(call));
  json::array all;
  bool one = std::any_of(call.parameters.begin(), call.parameters.end(), [](const auto& each) { return each.first == "name"; });
  for (const auto& [name, property] : type->properties) {
    bool asked = !one || call.parameter("name") == name;
    if (!asked || property.archived.ms != 0) continue;
    json::array rules;
    if (property.form == TextForm::email) rules.push_back(rule("FORMAT", {"EMAIL"}));
    if (property.type == PropertyType::text) rules.push_back(rule("MAX_LENGTH", {"65536"}));
    if (one) return json_answer(200, json::object{{"propertyValidationRules", std::move(rules)}});
    if (!rules.empty()) all.push_back(json::object{{"propertyName", name}, {"propertyValidationRules", std::move(rules)}});
  }
  if (one) return hubspot::not_found();
  return json_answer(200, json::object{{"results", std::move(all)}});
}

}  // namespace lockstep::emulators::hubspot
