#include "hub/clock_estimate.h"

#include <algorithm>

namespace lockstep {

namespace {
constexpr std::int64_t kUnknownMs = 5'000;
constexpr std::int64_t kDriftMsPerHour = 180;  // 50 ppm, a poor quartz
}  // namespace

void ClockEstimate::add(std::int64_t offset_ms, std::int64_t error_ms, WallTime now) {
  std::scoped_lock lock(mutex_);
  std::int64_t low = offset_ms - error_ms, high = offset_ms + error_ms;
  if (low_ms_) {
    const std::int64_t drift = std::max<std::int64_t>(0, (now - updated_).count()) * kDriftMsPerHour / 3'600'000;
    const std::int64_t old_low = *low_ms_ - drift, old_high = *high_ms_ + drift;
    // Disjoint intervals mean that a clock was set: only the new sample counts.
    if (old_low <= high && low <= old_high) {
      low = std::max(low, old_low);
      high = std::min(high, old_high);
    }
  }
  low_ms_ = low;
  high_ms_ = high;
  updated_ = now;
}

WallTime ClockEstimate::to_hub(WallTime remote) const {
  std::scoped_lock lock(mutex_);
  if (!low_ms_) return remote;
  return WallTime{remote.ms - (*low_ms_ + *high_ms_) / 2};
}

std::int64_t ClockEstimate::uncertainty_us(WallTime now) const {
  std::scoped_lock lock(mutex_);
  if (!low_ms_) return kUnknownMs * 1000;
  const std::int64_t drift = std::max<std::int64_t>(0, (now - updated_).count()) * kDriftMsPerHour / 3'600'000;
  return ((*high_ms_ - *low_ms_) / 2 + drift) * 1000;
}

}  // namespace lockstep
