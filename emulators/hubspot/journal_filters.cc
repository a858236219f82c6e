// §3.5: which records a journal's subscription is about, by their values.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/hubspot/journal.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::string_view kJournalOperators[] = {"EQ",  "N_EQ",     "IN",          "NOT_IN",    "GT",       "GTE",         "LT",
                                                  "LTE", "CONTAINS", "STARTS_WITH", "ENDS_WITH", "IS_EMPTY", "IS_NOT_EMPTY"};

std::optional<double> plain_number(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Numbers as numbers, everything else as text.
int value_order(const std::string& held, const std::string& wanted) {
  auto left = plain_number(held), right = plain_number(wanted);
  if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
  return held.compare(wanted);
}

bool condition_holds(const JournalCondition& condition, const std::string& held) {
  if (condition.op == "IS_EMPTY") return held.empty();
  if (condition.op == "IS_NOT_EMPTY") return !held.empty();
  auto equal = [&](const std::string& wanted) { return value_order(held, wanted) == 0; };
  bool any = std::any_of(condition.values.begin(), condition.values.end(), equal);
  if (condition.op == "EQ" || condition.op == "IN") return any;
  if (condition.op == "N_EQ" || condition.op == "NOT_IN") return !any;
  const std::string& wanted = condition.values.front();
  if (condition.op == "CONTAINS") return held.find(wanted) != std::string::npos;
  if (condition.op == "STARTS_WITH") return held.starts_with(wanted);
  if (condition.op == "ENDS_WITH") return held.ends_with(wanted);
  if (held.empty()) return false;
  int compared = value_order(held, wanted);
  if (condition.op == "GT") return compared > 0;
  if (condition.op == "GTE") return compared >= 0;
  return condition.op == "LT" ? compared < 0 : compared <= 0;
}

}  // namespace

Result<JournalFilter> ChangeJournal::read_filter(const json::object& given, const JournalSubscription& of, const Catalogue& catalogue) {
  const json::value* filter = given.if_contains("filter");
  const json::value* conditions = filter && filter->is_object() ? filter->get_object().if_contains("conditions") : nullptr;
  if (!conditions || !conditions->is_array() || conditions->get_array().empty()) return fail(ErrorCode::invalid_input, "filter.conditions is missing");
  auto type = std::find_if(catalogue.objects().begin(), catalogue.objects().end(), [&](const ObjectType& each) { return each.type_id == of.object_type_id; });
  JournalFilter read;
  for (const json::value& item : conditions->get_array()) {
    const json::object* sent = item.if_object();
    JournalCondition condition;
    if (sent) {
      condition.property = std::string(text_member(*sent, "property"));
      condition.op = std::string(text_member(*sent, "operator"));
      const json::value *value = sent->if_contains("value"), *values = sent->if_contains("values");
      if (value) condition.values.push_back(scalar_text(*value));
      for (const json::value& each : values && values->is_array() ? values->get_array() : json::array()) condition.values.push_back(scalar_text(each));
    }
    if (type == catalogue.objects().end() || !type->find(condition.property))
      return fail(ErrorCode::invalid_input, fmt::format("there is no property {}", condition.property));
    if (std::find(std::begin(kJournalOperators), std::end(kJournalOperators), condition.op) == std::end(kJournalOperators))
      return fail(ErrorCode::invalid_input, fmt::format("there is no operator {}", condition.op));
    bool alone = condition.op.ends_with("EMPTY"), list = condition.op == "IN" || condition.op == "NOT_IN";
    if (alone != condition.values.empty() || (!list && condition.values.size() > 1))
      return fail(ErrorCode::invalid_input, fmt::format("{} takes {}", condition.op, alone ? "no value" : list ? "values" : "a value"));
    read.conditions.push_back(std::move(condition));
  }
  return read;
}

const JournalFilter& ChangeJournal::add_filter(JournalSubscription& to, JournalFilter filter) {
  filter.id = ++last_subscription_;
  to.filters.push_back(std::move(filter));
  return to.filters.back();
}

JournalSubscription* ChangeJournal::find(std::string_view id) {
  auto known = std::find_if(subscriptions_.begin(), subscriptions_.end(), [&](const JournalSubscription& each) { return std::to_string(each.id) == id; });
  return known == subscriptions_.end() ? nullptr : &*known;
}

bool ChangeJournal::passes(const JournalSubscription& subscription, const ObjectType& type, std::string_view id) {
  RowNumber row = subscription.filters.empty() ? kNoRow : type.table->find(id);
  if (row == kNoRow) return subscription.filters.empty();
  for (const JournalFilter& filter : subscription.filters) {
    for (const JournalCondition& condition : filter.conditions) {
      const Property* property = type.find(condition.property);
      if (!property) return false;
      std::string held = property->source == Source::object_id ? std::string(id) : text_of_value(type.table->get(row, property->column));
      if (!condition_holds(condition, held)) return false;
    }
  }
  return true;
}

json::object render_journal_filter(const JournalSubscription& subscription, const JournalFilter& filter) {
  json::array conditions;
  for (const JournalCondition& each : filter.conditions) {
    json::object row{{"filterType", "CRM_OBJECT_PROPERTY"}, {"property", each.property}, {"operator", each.op}};
    if (each.op == "IN" || each.op == "NOT_IN") {
      json::array values;
      for (const std::string& value : each.values) values.emplace_back(value);
      row["values"] = std::move(values);
    } else if (!each.values.empty()) {
      row["value"] = each.values.front();
    }
    conditions.push_back(std::move(row));
  }
  return json::object{{"id", filter.id},
                      {"subscriptionId", subscription.id},
                      {"filter", {{"conditions", std::move(conditions)}}},
                      {"createdAt", format_instant(filter.created)}};
}

}  // namespace lockstep::emulators::hubspot
