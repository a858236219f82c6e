#include "emulators/dynamics365/protection.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max() / 2;

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return digits;
}

}  // namespace

void ServiceProtection::set(const ProtectionSettings& settings) {
  settings_ = settings;
  users_.clear();
}

ServiceProtection::Counters& ServiceProtection::counters(const std::string& user) {
  auto known = users_.find(user);
  if (known != users_.end()) return known->second;
  Counters fresh{RollingLimit(settings_.requests, settings_.window), RollingLimit(kUnlimited, settings_.window), {}, 0};
  return users_.emplace(user, std::move(fresh)).first->second;
}

Throttled ServiceProtection::throttle(Counters& counters, RollingLimit& limit, WallTime now, ApiError error) const {
  std::int64_t window_s = settings_.window.count() / 1000;
  std::int64_t free_s = (limit.until_next_free(now).count() + 999) / 1000;
  std::int64_t wait_s = std::clamp<std::int64_t>(free_s + counters.refusals++, 1, std::max<std::int64_t>(window_s, 1));
  return {std::move(error), wait_s};
}

std::optional<Throttled> ServiceProtection::admit(const std::string& user, WallTime now, Duration lasts) {
  if (!settings_.on) return std::nullopt;
  Counters& held = counters(user);
  std::int64_t window_s = settings_.window.count() / 1000;
  held.ends.erase(held.ends.begin(), held.ends.upper_bound(now));
  if (static_cast<std::int64_t>(held.ends.size()) >= settings_.concurrent) {
    std::int64_t free_s = ((*held.ends.begin() - now).count() + 999) / 1000;
    return Throttled{
        {429, std::string(code::kConcurrencyExceeded), fmt::format("Number of concurrent requests exceeded the limit of {}.", settings_.concurrent)},
        std::max<std::int64_t>(free_s, 1)};
  }
  if (held.execution_ms.used(now) >= settings_.execution_ms) {
    ApiError error{429, std::string(code::kExecutionTimeExceeded),
                   fmt::format("Combined execution time of incoming requests exceeded limit of {} milliseconds over "
                               "time window of {} seconds. Decrease number of concurrent requests or reduce the "
                               "duration of requests and try again later.",
                               grouped(settings_.execution_ms), window_s)};
    return throttle(held, held.execution_ms, now, std::move(error));
  }
  if (!held.requests.admit(now)) {
    ApiError error{429, std::string(code::kRequestsExceeded),
                   fmt::format("Number of requests exceeded the limit of {} over time window of {} seconds.", settings_.requests, window_s)};
    return throttle(held, held.requests, now, std::move(error));
  }
  held.refusals = 0;
  if (lasts > Duration{0}) held.ends.insert(now + lasts);
  return std::nullopt;
}

void ServiceProtection::charge(const std::string& user, WallTime now, std::int64_t execution_ms) {
  if (settings_.on) counters(user).execution_ms.admit(now, execution_ms);
}

std::int64_t ServiceProtection::requests_left(const std::string& user, WallTime now) { return settings_.requests - counters(user).requests.used(now); }

std::int64_t ServiceProtection::execution_ms_left(const std::string& user, WallTime now) {
  return std::max<std::int64_t>(0, settings_.execution_ms - counters(user).execution_ms.used(now));
}

}  // namespace lockstep::emulators::dynamics365
