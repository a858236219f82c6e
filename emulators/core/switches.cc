#include "emulators/core/switches.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::emulators {

void Switches::add(std::string name, Set set, Show show) { switches_.push_back({std::move(name), std::move(set), std::move(show)}); }

void Switches::add(std::string name, bool* on) {
  auto set = [on](const json::value& value, bool apply) {
    if (value.is_bool() && apply) *on = value.get_bool();
    return value.is_bool();
  };
  add(std::move(name), set, [on] { return json::value(*on); });
}

void Switches::add(std::string name, std::int64_t* number) {
  auto set = [number](const json::value& value, bool apply) {
    bool fits = value.is_int64() && value.get_int64() >= 0;
    if (fits && apply) *number = value.get_int64();
    return fits;
  };
  add(std::move(name), set, [number] { return json::value(*number); });
}

void Switches::add(std::string name, Duration* duration) {
  auto set = [duration](const json::value& value, bool apply) {
    bool fits = value.is_int64() && value.get_int64() >= 0;
    if (fits && apply) *duration = Duration(value.get_int64());
    return fits;
  };
  add(std::move(name), set, [duration] { return json::value(duration->count()); });
}

void Switches::add(std::string name, std::string* text) {
  auto set = [text](const json::value& value, bool apply) {
    if (value.is_string() && apply) *text = std::string(value.get_string());
    return value.is_string();
  };
  add(std::move(name), set, [text] { return json::value(*text); });
}

Result<void> Switches::change(const json::object& given) {
  for (bool apply : {false, true}) {
    for (const auto& member : given) {
      std::string_view name(member.key().data(), member.key().size());
      auto known = std::find_if(switches_.begin(), switches_.end(), [&](const Switch& each) { return each.name == name; });
      if (known == switches_.end() || !known->set(member.value(), apply))
        return fail(ErrorCode::invalid_input, fmt::format("no setting '{}' with such a value", name));
    }
  }
  changed_();
  return {};
}

json::object Switches::show() const {
  json::object all;
  for (const Switch& each : switches_) all[each.name] = each.show();
  return all;
}

http::Response Switches::answer(const http::ServerRequest& request) {
  if (request.method == "POST") {
    auto given = read_control_object(request);
    if (!given) return control_refusal(given.error().message);
    if (auto changed = change(*given); !changed) return control_refusal(changed.error().message);
  }
  return json_response(200, show());
}

Result<json::object> read_control_object(const http::ServerRequest& request) {
  JsonDocument document;
  TRY_VOID(document.parse(request.body));
  if (!document.root().is_object()) return fail(ErrorCode::invalid_input, "expected a JSON object");
  return json::object(document.root().get_object(), json::storage_ptr());
}

http::Response control_refusal(const std::string& sentence) { return json_response(400, json::object{{"error", sentence}}); }

}  // namespace lockstep::emulators
