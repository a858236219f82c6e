#include "observe/log.h"

#include <re2/re2.h>

#include <cstdio>

#include "base/time.h"
#include "model/value.h"

namespace lockstep {

namespace {
constexpr std::size_t kLineMax = 4096;
constexpr const char* kLevels[] = {"debug", "info", "warn", "error"};
}  // namespace

std::string redact(std::string_view text) {
  static const RE2 kBearer("(?i)(bearer|basic)\\s+[A-Za-z0-9._~+/=-]{8,}");
  static const RE2 kNamed("(?i)((?:client_secret|refresh_token|access_token|password|api_key|assertion|code)[\"']?\\s*[=:]\\s*[\"']?)[^&\"'\\s,}]+");
  std::string out(text.substr(0, kLineMax));
  RE2::GlobalReplace(&out, kBearer, "\\1 …");
  RE2::GlobalReplace(&out, kNamed, "\\1…");
  return out;
}

void Log::write(Level level, std::string_view event, Fields fields) {
  if (level < least_) return;
  const std::string at = format_iso(clock_.wall());
  std::string line;
  if (json_) {
    line = "{\"at\": \"" + at + "\", \"level\": \"" + kLevels[static_cast<int>(level)] + "\", \"event\": " + to_json(Value(event));
    for (const auto& [name, value] : fields) line += ", " + to_json(Value(name)) + ": " + to_json(Value(redact(value)));
    line += "}";
  } else {
    line = at + " " + kLevels[static_cast<int>(level)] + " " + std::string(event);
    for (const auto& [name, value] : fields) {
      const std::string shown = redact(value);
      line += " " + std::string(name) + "=" + (shown.find(' ') == std::string::npos ? shown : to_json(Value(shown)));
    }
  }
  sink_(level, line);
}

Log::Sink stderr_sink() {
  return [](Log::Level, const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
}

}  // namespace lockstep
