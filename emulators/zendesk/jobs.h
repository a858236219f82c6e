#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "emulators/zendesk/errors.h"
#include "emulators/zendesk/readings.h"
#include "runtime/rng.h"

namespace lockstep::emulators::zendesk {

inline constexpr std::size_t kMaxJobs = 30;  // queued or running

/// Asynchronous jobs (contract A3): asked for now, done later, row by row, none of them undone when another fails.
class Jobs {
 public:
  using Row = std::function<json::object(std::size_t index, WallTime now)>;  // does one row, tells its result
  Jobs(Rng rng, Duration time, const Readings& readings) : rng_(rng), time_(time), readings_(readings) {}
  /// Refused when too many are on their way.
  Outcome<json::object> start(std::string type, std::size_t total, Row row, WallTime now, const std::string& base_url);
  /// Does what is due by now.
  void run(WallTime now);
  /// Null when there is none (or no longer: an hour after its end).
  std::optional<json::object> status(std::string_view id, WallTime now, const std::string& base_url) const;
  json::array all(WallTime now, const std::string& base_url) const;
  /// How long one is shown after its end: an hour, or, by another page, a day.
  Duration& kept() { return kept_; }

 private:
  struct Job {
    std::string type;
    std::size_t total = 0;
    Row row;
    WallTime asked, due;
    bool done = false;
    std::size_t progress = 0;
    std::string end;  // as what it ended
    json::array results;
  };
  json::object describe(const std::string& id, const Job& job, WallTime now, const std::string& base_url) const;
  Rng rng_;
  Duration time_;
  const Readings& readings_;
  Duration kept_{3'600'000};
  std::map<std::string, Job, std::less<>> jobs_;
};

}  // namespace lockstep::emulators::zendesk
