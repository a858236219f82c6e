#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "emulators/core/limits.h"
#include "emulators/dynamics365/errors.h"

namespace lockstep::emulators::dynamics365 {

struct ProtectionSettings {
  bool on = true;
  std::int64_t requests = 6000;
  std::int64_t execution_ms = 1'200'000;
  std::int64_t concurrent = 52;
  Duration window = std::chrono::minutes(5);
  std::int64_t recommended_parallelism = 8;  // x-ms-dop-hint
};

struct Throttled {
  ApiError error;
  std::int64_t retry_after_s = 0;
};

/// Service protection: requests and execution time of each user in a sliding window.
class ServiceProtection {
 public:
  const ProtectionSettings& settings() const { return settings_; }
  void set(const ProtectionSettings& settings);
  /// Counts the request, which takes `lasts`. Retry-After grows while the client keeps pushing.
  std::optional<Throttled> admit(const std::string& user, WallTime now, Duration lasts = Duration{0});
  void charge(const std::string& user, WallTime now, std::int64_t execution_ms);
  std::int64_t requests_left(const std::string& user, WallTime now);
  std::int64_t execution_ms_left(const std::string& user, WallTime now);

 private:
  struct Counters {
    RollingLimit requests;
    RollingLimit execution_ms;
    std::multiset<WallTime> ends;  // of requests that still run
    std::int64_t refusals = 0;     // since the last admitted request
  };
  Counters& counters(const std::string& user);
  Throttled throttle(Counters& counters, RollingLimit& limit, WallTime now, ApiError error) const;
  ProtectionSettings settings_;
  std::map<std::string, Counters> users_;
};

}  // namespace lockstep::emulators::dynamics365
