#include "sim/plan.h"

#include <boost/json.hpp>

namespace lockstep::sim {

namespace json = boost::json;

namespace {

/// Names and members of an event in one place: printing, parsing and refusing what is unknown.
template <class One, class Visitor>
void each_member(One& event, Visitor&& visit) {
  visit("at_ms", event.at_ms);
  visit("who", event.who);
  visit("system", event.system);
  visit("what", event.what);
  visit("type", event.type);
  visit("number", event.number);
  visit("other", event.other);
  visit("field", event.field);
  visit("value", event.value);
  visit("rate", event.rate);
  visit("for_ms", event.for_ms);
  visit("count", event.count);
}

bool take(const json::value& from, std::string& into) {
  if (from.is_string()) into = std::string(from.get_string());
  return from.is_string();
}
bool take(const json::value& from, std::int64_t& into) {
  if (from.is_int64()) into = from.get_int64();
  return from.is_int64();
}
bool take(const json::value& from, double& into) {
  if (from.is_number()) into = from.to_number<double>();
  return from.is_number();
}

json::object object_of(const Event& event) {
  json::object object;
  const Event blank;
  std::vector<json::value> defaults;
  each_member(blank, [&](const char*, const auto& value) { defaults.emplace_back(value); });
  std::size_t index = 0;
  each_member(event, [&](const char* name, const auto& value) {
    if (json::value written(value); written != defaults[index++]) object[name] = std::move(written);
  });
  return object;
}

Result<Event> event_of(const json::value& value, std::size_t index) {
  const auto wrong = [&](const std::string& what) { return fail(ErrorCode::invalid_input, "event " + std::to_string(index) + ": " + what); };
  if (!value.is_object()) return wrong("expected an object");
  Event event;
  std::size_t known = 0;
  std::string bad;
  each_member(event, [&](const char* name, auto& member) {
    const json::value* given = value.get_object().if_contains(name);
    if (!given) return;
    ++known;
    if (!take(*given, member)) bad = name;
  });
  if (!bad.empty()) return wrong("'" + bad + "' has the wrong kind of value");
  if (known != value.get_object().size()) return wrong("it has a member that no event has");
  if (event.what.empty()) return wrong("'what' is missing");
  return event;
}

}  // namespace

double Plan::setting(std::string_view name, double otherwise) const {
  const auto found = config.find(std::string(name));
  return found == config.end() ? otherwise : found->second;
}

std::string to_json(const Plan& plan) {
  json::object config;
  for (const auto& [name, value] : plan.config) config[name] = value;
  std::string text = "{\"seed\": " + std::to_string(plan.seed) + ", \"profile\": " + json::serialize(json::value(plan.profile)) +
                     ",\n \"config\": " + json::serialize(config) + ",\n \"events\": [";
  const char* separator = "\n  ";
  for (const Event& event : plan.events) {
    text += separator + json::serialize(object_of(event));
    separator = ",\n  ";
  }
  return text + "\n ]}\n";
}

Result<Plan> parse_plan(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return fail(ErrorCode::invalid_input, "no JSON: " + error.message());
  const json::object* object = root.if_object();
  if (!object) return fail(ErrorCode::invalid_input, "a plan is a JSON object");
  Plan plan;
  for (const auto& member : *object) {
    const std::string name(member.key());
    const json::value& value = member.value();
    if (name == "seed" && value.is_number()) {
      plan.seed = value.is_uint64() ? value.get_uint64() : static_cast<std::uint64_t>(value.to_number<std::int64_t>());
    } else if (name == "profile" && value.is_string()) {
      plan.profile = std::string(value.get_string());
    } else if (name == "config" && value.is_object()) {
      for (const auto& setting : value.get_object()) {
        if (!setting.value().is_number()) return fail(ErrorCode::invalid_input, "config: a setting is a number");
        plan.config[std::string(setting.key())] = setting.value().to_number<double>();
      }
    } else if (name == "events" && value.is_array()) {
      for (const json::value& one : value.get_array()) {
        TRY(Event event, event_of(one, plan.events.size()));
        plan.events.push_back(std::move(event));
      }
    } else {
      return fail(ErrorCode::invalid_input, "'" + name + "' is no member of a plan, or has the wrong kind of value");
    }
  }
  std::ranges::stable_sort(plan.events, {}, &Event::at_ms);
  return plan;
}

}  // namespace lockstep::sim
