#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "emulators/core/json.h"

namespace lockstep::emulators {

/// What tests may set of a stand-in, by name: its limits, and the readings of what is not certain about its platform. What the
/// switches point to must outlive them.
class Switches {
 public:
  /// Whether `value` is one; when `apply`, it is set. Never called to apply what it refused.
  using Set = std::function<bool(const json::value& value, bool apply)>;
  using Show = std::function<json::value()>;
  void add(std::string name, Set set, Show show);
  void add(std::string name, bool* on);
  void add(std::string name, std::int64_t* number);  // never below zero
  void add(std::string name, Duration* duration);    // in milliseconds, never below zero
  void add(std::string name, std::string* text);
  /// How many a limit admits.
  template <class Limit>
  void add_limit(std::string name, Limit& limit) {
    auto set = [&limit](const json::value& value, bool apply) {
      bool fits = value.is_int64() && value.get_int64() >= 0;
      if (fits && apply) limit.set_limit(value.get_int64());
      return fits;
    };
    add(std::move(name), set, [&limit] { return json::value(limit.limit()); });
  }
  /// Called after each change.
  void when_changed(std::function<void()> changed) { changed_ = std::move(changed); }

  /// All of them or none. Error: a sentence with the name of the first that is wrong.
  Result<void> change(const json::object& given);
  json::object show() const;
  /// The control plane's call: POST changes, and every method answers with all of them.
  http::Response answer(const http::ServerRequest& request);

 private:
  struct Switch {
    std::string name;
    Set set;
    Show show;
  };
  std::vector<Switch> switches_;
  std::function<void()> changed_ = [] {};
};

/// The body of a call of the control plane. Error: a sentence for its user.
Result<json::object> read_control_object(const http::ServerRequest& request);
http::Response control_refusal(const std::string& sentence);

}  // namespace lockstep::emulators
