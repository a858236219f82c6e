#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "base/time.h"

namespace lockstep {

/// How far a remote's clock is from ours, from HTTP Date headers: a Date is cut to its second, so each sample bounds the
/// offset to an interval, and the intersection of many narrows it (Cristian's algorithm). Widens with age: clocks drift.
/// Thread-safe: samples come from the control thread, readers are in store transactions.
class ClockEstimate {
 public:
  void add(std::int64_t offset_ms, std::int64_t error_ms, WallTime now);
  /// Remote time to hub time.
  WallTime to_hub(WallTime remote) const;
  /// Half the width of what is known, in microseconds; 5 s while nothing is known.
  std::int64_t uncertainty_us(WallTime now) const;

 private:
  mutable std::mutex mutex_;
  std::optional<std::int64_t> low_ms_, high_ms_;
  WallTime updated_;
};

}  // namespace lockstep
