#include "emulators/zendesk/triggers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::string_view kNotify = "notification_webhook";
constexpr const char* kCategory = "1";  // the account's only one
constexpr std::string_view kOperators[] = {"is",          "is_not",       "less_than",      "greater_than", "changed",
                                           "not_changed", "value",        "value_previous", "not_value",    "not_value_previous",
                                           "includes",    "not_includes", "present",        "not_present"};

/// The property that a condition speaks of; null for those of the save itself.
const Property* property_of(const ObjectType& tickets, std::string_view field) {
  if (field == "current_tags") return tickets.find("tags");
  if (field.starts_with("custom_fields_")) return tickets.find(field.substr(std::string_view("custom_fields_").size()));
  return tickets.find(field);
}

bool is_of_the_save(std::string_view field) { return field == "update_type" || field == "comment_is_public"; }

std::string shown(const Property& property, ValueView value) {
  json::value said = render_value(property, value);
  return scalar_text(said);
}

/// Statuses and priorities have an order; a value that is none of them is before all. Priorities are listed from the most urgent.
std::ptrdiff_t place_of(const Property& property, std::string_view value) {
  auto at = std::find(property.options.begin(), property.options.end(), value);
  if (at == property.options.end()) return -1;
  return property.name == "priority" ? property.options.end() - at : at - property.options.begin();
}

bool shares_tag(ValueView held, std::string_view wanted) {
  std::vector<std::string> tags = parts_of(held);
  for (std::string_view each : split(wanted, ' ')) {
    if (!each.empty() && std::find(tags.begin(), tags.end(), each) != tags.end()) return true;
  }
  return false;
}

tl::unexpected<ApiError> bad(std::string_view why) {
  Problems problems;
  problems.add("base", "InvalidValue", std::string(why));
  return problems.refusal();
}

json::array copy_of(const json::array& given) { return json::value(given, json::storage_ptr()).get_array(); }

}  // namespace

bool holds_of(const SavedTicket& saved, const json::object& condition) {
  const ObjectType& tickets = *saved.tickets;
  std::string_view field = text_member(condition, "field"), how = text_member(condition, "operator");
  std::string wanted = condition.contains("value") ? scalar_text(condition.at("value")) : "";
  if (field == "update_type") return (wanted == "Create") == saved.fresh;
  if (field == "comment_is_public") {
    if (!saved.public_comment) return wanted == "not_relevant" ? false : wanted == "none";
    return wanted == "not_relevant" || (wanted == "true") == *saved.public_comment;
  }
  const Property& property = *property_of(tickets, field);
  ValueView now = tickets.table->get(saved.row, property.field), then = saved.before.get(property.field);
  std::string value = shown(property, now);
  bool changed = saved.fresh ? !is_null(now) : now != then;
  if (how == "is") return value == wanted;
  if (how == "is_not") return value != wanted;
  if (how == "less_than") return place_of(property, value) < place_of(property, wanted);
  if (how == "greater_than") return place_of(property, value) > place_of(property, wanted);
  if (how == "changed") return changed;
  if (how == "not_changed") return !changed;
  if (how == "value") return changed && value == wanted;
  if (how == "not_value") return !(changed && value == wanted);
  if (how == "value_previous") return changed && shown(property, then) == wanted;
  if (how == "not_value_previous") return !(changed && shown(property, then) == wanted);
  if (how == "includes") return shares_tag(now, wanted);
  if (how == "not_includes") return !shares_tag(now, wanted);
  return is_null(now) == (how == "not_present");
}

Outcome<void> check_condition(const ObjectType& tickets, const json::value& given) {
  const json::object* condition = given.if_object();
  if (!condition) return bad("Conditions: each must be an object");
  std::string_view field = text_member(*condition, "field"), how = text_member(*condition, "operator");
  if (!is_of_the_save(field) && !property_of(tickets, field)) return bad(fmt::format("Conditions: {} is not a field", field));
  if (std::find(std::begin(kOperators), std::end(kOperators), how) == std::end(kOperators)) return bad(fmt::format("Conditions: {} is not an operator", how));
  return {};
}

bool is_about_a_save(const json::object& condition) {
  std::string_view how = text_member(condition, "operator");
  return is_of_the_save(text_member(condition, "field")) || how.find("changed") != std::string_view::npos || how.find("value") != std::string_view::npos;
}

Trigger& Triggers::add(Trigger trigger) {
  trigger.id = next_id_++;
  if (trigger.position == 0) trigger.position = static_cast<std::int64_t>(rows_.size()) + 1;
  return rows_.emplace(trigger.id, std::move(trigger)).first->second;
}

std::vector<const Trigger*> Triggers::in_order() const {
  std::vector<const Trigger*> order;
  for (const auto& [id, trigger] : rows_) order.push_back(&trigger);
  std::stable_sort(order.begin(), order.end(), [](const Trigger* a, const Trigger* b) { return a->position < b->position; });
  return order;
}

std::vector<std::pair<std::string, std::string>> Triggers::run(const SavedTicket& saved) const {
  std::vector<std::pair<std::string, std::string>> notifications;
  for (const Trigger* each : in_order()) {
    const Trigger& trigger = *each;
    auto holds = [&](const json::value& condition) { return holds_of(saved, condition.get_object()); };
    bool wanted = trigger.active && std::all_of(trigger.all.begin(), trigger.all.end(), holds) &&
                  (trigger.any.empty() || std::any_of(trigger.any.begin(), trigger.any.end(), holds));
    if (!wanted) continue;
    for (const json::value& action : trigger.actions) {
      const json::array& value = action.at("value").get_array();
      notifications.emplace_back(scalar_text(value[0]), value.size() > 1 ? scalar_text(value[1]) : "");
    }
  }
  return notifications;
}

Outcome<void> read_trigger(const ObjectType& tickets, const json::object& given, Trigger& trigger) {
  for (auto [name, target] : {std::pair("title", &trigger.title), std::pair("description", &trigger.description)}) {
    if (given.contains(name)) *target = std::string(text_member(given, name));
  }
  if (const json::value* active = given.if_contains("active"); active && active->is_bool()) trigger.active = active->get_bool();
  if (const json::value* position = given.if_contains("position"); position && !position->is_null()) {
    if (!position->is_int64() || position->get_int64() < 1) return bad("Position: is not valid");
    trigger.position = position->get_int64();
  }
  if (const json::value* category = given.if_contains("category_id"); category && !category->is_null() && scalar_text(*category) != kCategory)
    return bad("Category: is invalid");
  if (const json::value* conditions = given.if_contains("conditions")) {
    if (!conditions->is_object()) return bad("Conditions: must be an object");
    for (auto [name, target] : {std::pair("all", &trigger.all), std::pair("any", &trigger.any)}) {
      const json::value* list = conditions->get_object().if_contains(name);
      *target = list && list->is_array() ? copy_of(list->get_array()) : json::array();
    }
  }
  if (const json::value* actions = given.if_contains("actions")) {
    if (!actions->is_array()) return bad("Actions: must be a list");
    trigger.actions = copy_of(actions->get_array());
  }
  if (trigger.title.empty()) return bad("Title: cannot be blank");
  if (trigger.all.empty() && trigger.any.empty()) return bad("Conditions: at least one is needed");
  for (const json::array* list : {&trigger.all, &trigger.any}) {
    for (const json::value& each : *list) {
      if (auto good = check_condition(tickets, each); !good) return good;
    }
  }
  if (trigger.actions.empty()) return bad("Actions: at least one is needed");
  for (const json::value& each : trigger.actions) {
    const json::object* action = each.if_object();
    const json::value* value = action ? action->if_contains("value") : nullptr;
    if (!action || text_member(*action, "field") != kNotify) return bad("Actions: notification_webhook alone is served here");
    if (!value || !value->is_array() || value->get_array().empty()) return bad("Actions: notification_webhook needs a webhook and a body");
  }
  return {};
}

json::object trigger_definitions(const ObjectType& tickets) {
  json::array conditions, operators;
  for (std::string_view each : kOperators)
    operators.push_back(json::object{{"value", each}, {"title", capitalised(each)}, {"terminal", each.ends_with("changed")}});
  for (const Property& property : tickets.properties) {
    json::array values;
    for (const std::string& option : property.options) values.push_back(json::object{{"value", option}, {"title", capitalised(option)}, {"enabled", true}});
    std::string subject = property.custom() ? "custom_fields_" + property.key() : property.name == "tags" ? "current_tags" : property.name;
    conditions.push_back(json::object{{"subject", std::move(subject)},
                                      {"title", property.title.empty() ? capitalised(property.name) : property.title},
                                      {"type", values.empty() ? "text" : "list"},
                                      {"group", "ticket"},
                                      {"nullable", true},
                                      {"repeatable", false},
                                      {"operators", operators},
                                      {"values", std::move(values)}});
  }
  json::array actions{json::object{
      {"subject", kNotify}, {"title", "Notify active webhook"}, {"type", "list"}, {"group", "notifications"}, {"nullable", false}, {"repeatable", true}}};
  return json::object{{"conditions_all", conditions}, {"conditions_any", conditions}, {"actions", std::move(actions)}};
}

json::object render_trigger(const Trigger& trigger, const std::string& base_url) {
  return json::object{{"id", trigger.id},
                      {"url", fmt::format("{}/api/v2/triggers/{}.json", base_url, trigger.id)},
                      {"title", trigger.title},
                      {"raw_title", trigger.title},
                      {"description", trigger.description.empty() ? json::value(nullptr) : json::value(trigger.description)},
                      {"active", trigger.active},
                      {"position", trigger.position},
                      {"default", false},
                      {"category_id", kCategory},
                      {"conditions", json::object{{"all", trigger.all}, {"any", trigger.any}}},
                      {"actions", trigger.actions},
                      {"created_at", format_time(trigger.created)},
                      {"updated_at", format_time(trigger.updated)}};
}

std::string fill_placeholders(std::string_view text, const std::function<std::string(std::string_view)>& value_of) {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t open = text.find("{{", at), close = open == std::string_view::npos ? open : text.find("}}", open);
    filled += text.substr(at, close == std::string_view::npos ? std::string_view::npos : open - at);
    if (close == std::string_view::npos) break;
    filled += value_of(trim(text.substr(open + 2, close - open - 2)));
    at = close + 2;
  }
  return filled;
}

}  // namespace lockstep::emulators::zendesk
