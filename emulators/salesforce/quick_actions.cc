// Quick actions: "NewTask" for the whole org, "Account.NewContact" for a record that what is made hangs on.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"

namespace lockstep::emulators::salesforce {
namespace {

json::object action_row(const Call& call, const ObjectType* on, const ObjectType& makes) {
  std::string base = fmt::format("/services/data/{}{}/quickActions/New{}", call.parameter("version"), on ? "/sobjects/" + on->name : "", makes.name);
  json::object urls{{"quickAction", base}, {"describe", base + "/describe"}, {"defaultValues", base + "/defaultValues"}};
  if (on) urls["defaultValuesTemplate"] = base + "/defaultValues/{ID}";
  return json::object{{"actionEnumOrId", "New" + makes.name},
                      {"label", "New " + makes.label},
                      {"name", (on ? on->name + ".New" : "New") + makes.name},
                      {"type", "Create"},
                      {"urls", std::move(urls)}};
}

}  // namespace

/// What the action of that name makes, and (of an object's) through which field it hangs on the record.
Salesforce::QuickAction Salesforce::quick_action_of(const ObjectType* on, std::string_view name) const {
  if (!name.starts_with("New")) return {};
  QuickAction action{on, org_.schema().find(name.substr(3)), nullptr};
  if (!action.makes || !action.makes->deletable || name.substr(3) != action.makes->name) return {};
  if (!on) return action;
  for (const ChildRelation& relation : child_relations()) {
    if (relation.parent == on->name && relation.child == action.makes->name && !relation.name.empty()) action.parent = &action.makes->field(relation.field);
  }
  return action.parent ? action : QuickAction{};
}

http::Response Salesforce::quick_actions(Call& call) {
  bool of_object = call.request.path().find("/sobjects/") != std::string::npos;
  const ObjectType* on = of_object ? object_of(call) : nullptr;
  if (of_object && !on) return not_found(call);
  json::array actions;
  for (const ObjectType& object : org_.schema().objects()) {
    if (quick_action_of(on, "New" + object.name).makes) actions.push_back(action_row(call, on, object));
  }
  return json_response(200, actions);
}

http::Response Salesforce::quick_action(Call& call) {
  bool of_object = call.request.path().find("/sobjects/") != std::string::npos;
  QuickAction action = quick_action_of(of_object ? object_of(call) : nullptr, call.parameter("action"));
  if (!action.makes || (of_object && !action.on)) return not_found(call);
  json::object row = action_row(call, action.on, *action.makes);
  auto part = std::find_if(call.parameters.begin(), call.parameters.end(), [](const auto& each) { return each.first == "part"; });
  if (call.request.method == "POST") return run_quick_action(call, action);
  if (part == call.parameters.end()) return json_response(200, row);
  if (part->second == "defaultValues") {
    json::object values{{"attributes", {{"type", action.makes->name}}}};
    if (action.parent && call.parameters.back().first == "record") values[action.parent->name] = call.parameters.back().second;
    return json_response(200, values);
  }
  if (part->second != "describe") return not_found(call);
  row["contextSobjectType"] = action.on ? json::value(action.on->name) : json::value(nullptr);
  row["targetSobjectType"] = action.makes->name;
  row["targetParentField"] = action.parent ? json::value(action.parent->name) : json::value(nullptr);
  row["targetRecordTypeId"] = nullptr;
  return json_response(200, row);
}

http::Response Salesforce::run_quick_action(Call& call, const QuickAction& action) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  const json::value* given = body.if_contains("record");
  json::object record = given && given->is_object() ? given->get_object() : json::object();
  std::string_view context = text_member(body, "contextId");
  if (action.parent) {
    auto parent = org_.find_live(*action.on, context, "INVALID_CROSS_REFERENCE_KEY");
    if (!parent) return error_response(parent.error());
    if (!record.contains(action.parent->name)) record[action.parent->name] = context;
  }
  auto row = org_.create(*action.makes, record, writer(call));
  if (!row) return error_response(row.error());
  return json_response(201, json::object{{"id", action.makes->table->record(*row).id},
                                         {"feedItemIds", nullptr},
                                         {"success", true},
                                         {"created", true},
                                         {"contextId", context.empty() ? json::value(nullptr) : json::value(json::string(context.data(), context.size()))},
                                         {"errors", json::array()}});
}

}  // namespace lockstep::emulators::salesforce
