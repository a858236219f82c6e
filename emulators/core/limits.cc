#include "emulators/core/limits.h"

#include <algorithm>

namespace lockstep::emulators {

RollingLimit::RollingLimit(std::int64_t limit, Duration window) : limit_(limit), window_(window), slice_ms_(std::max<std::int64_t>(1, window.count() / 1440)) {}

void RollingLimit::forget(WallTime now) {
  while (!slices_.empty() && slices_.front().start + window_ <= now) {
    used_ -= slices_.front().count;
    slices_.pop_front();
  }
}

bool RollingLimit::admit(WallTime now, std::int64_t cost) {
  forget(now);
  if (used_ + cost > limit_) return false;
  WallTime start{now.ms - now.ms % slice_ms_};
  if (slices_.empty() || slices_.back().start < start) slices_.push_back({start, 0});
  slices_.back().count += cost;
  used_ += cost;
  return true;
}

std::int64_t RollingLimit::used(WallTime now) {
  forget(now);
  return used_;
}

Duration RollingLimit::until_next_free(WallTime now) {
  forget(now);
  return slices_.empty() ? Duration{0} : slices_.front().start + window_ - now;
}

bool DailyLimit::admit(WallTime now, std::int64_t cost) {
  if (used(now) + cost > limit_) return false;
  used_ += cost;
  return true;
}

std::int64_t DailyLimit::used(WallTime now) {
  if (day(now) != today_) {
    today_ = day(now);
    used_ = 0;
  }
  return used_;
}

Duration DailyLimit::until_midnight(WallTime now) const { return start_of(Date{day(now).days + 1}) - (now + offset_); }

}  // namespace lockstep::emulators
