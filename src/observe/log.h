#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/clock.h"

namespace lockstep {

/// Structured log: one event a line, its fields behind it. Values come from rows that hold no secrets by type; whatever
/// still looks like a credential is struck out before it is printed.
class Log {
 public:
  enum class Level { debug, info, warn, error };
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;
  /// Takes one finished line, without line break.
  using Sink = std::function<void(Level, const std::string& line)>;

  Log(Clock& clock, bool json, Level least, Sink sink) : clock_(clock), json_(json), least_(least), sink_(std::move(sink)) {}
  void debug(std::string_view event, Fields fields) { write(Level::debug, event, fields); }
  void info(std::string_view event, Fields fields) { write(Level::info, event, fields); }
  void warn(std::string_view event, Fields fields) { write(Level::warn, event, fields); }
  void error(std::string_view event, Fields fields) { write(Level::error, event, fields); }

 private:
  void write(Level level, std::string_view event, Fields fields);
  Clock& clock_;
  bool json_;
  Level least_;
  Sink sink_;
};

/// Strikes out bearer tokens, key=value credentials and long random words.
std::string redact(std::string_view text);

/// To standard error.
Log::Sink stderr_sink();

}  // namespace lockstep
