#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"

namespace lockstep::emulators {

/// At most `limit` calls in any `window`. Long windows are counted in 1,440 slices, so memory stays small.
class RollingLimit {
 public:
  RollingLimit(std::int64_t limit, Duration window);
  /// Counts the call and says whether it is within the limit; one beyond it is not counted.
  bool admit(WallTime now, std::int64_t cost = 1);
  std::int64_t used(WallTime now);
  std::int64_t limit() const { return limit_; }
  void set_limit(std::int64_t limit) { limit_ = limit; }
  Duration window() const { return window_; }
  /// Until the oldest counted call leaves the window; zero when nothing is counted.
  Duration until_next_free(WallTime now);

 private:
  struct Slice {
    WallTime start;
    std::int64_t count;
  };
  void forget(WallTime now);
  std::int64_t limit_;
  Duration window_;
  std::int64_t slice_ms_;
  std::deque<Slice> slices_;
  std::int64_t used_ = 0;
};

/// At most `limit` calls per calendar day of a place `offset` ahead of UTC.
class DailyLimit {
 public:
  explicit DailyLimit(std::int64_t limit, Duration offset = Duration{0}) : limit_(limit), offset_(offset) {}
  bool admit(WallTime now, std::int64_t cost = 1);
  std::int64_t used(WallTime now);
  std::int64_t limit() const { return limit_; }
  void set_limit(std::int64_t limit) { limit_ = limit; }
  Duration until_midnight(WallTime now) const;

 private:
  Date day(WallTime now) const { return date_of(now + offset_); }
  std::int64_t limit_;
  Duration offset_;
  Date today_;
  std::int64_t used_ = 0;
};

}  // namespace lockstep::emulators
