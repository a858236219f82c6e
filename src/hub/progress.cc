#include "hub/progress.h"

#include <algorithm>

namespace lockstep {

void Coverage::forget() {
  std::scoped_lock lock(mutex_);
  known_.clear();
  rested_on_.clear();
}

void Coverage::reached(const std::string& object, WallTime until, Duration late) {
  std::scoped_lock lock(mutex_);
  Known& known = known_[object];
  if (until > known.until) known = Known{until, late};
}

std::optional<Coverage::Known> Coverage::of(const std::string& object) const {
  std::scoped_lock lock(mutex_);
  const auto found = known_.find(object);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void Coverage::rest_on(TypeIndex type, WallTime now) {
  std::scoped_lock lock(mutex_);
  rested_on_[type] = now;
}

bool Coverage::is_rested_on(TypeIndex type, WallTime since) const {
  std::scoped_lock lock(mutex_);
  const auto found = rested_on_.find(type);
  return found != rested_on_.end() && found->second >= since;
}

void Coverage::is_polled_every(TypeIndex type, Duration apart) {
  std::scoped_lock lock(mutex_);
  polled_every_[type] = apart;
}

Duration Coverage::polled_every(TypeIndex type) const {
  std::scoped_lock lock(mutex_);
  const auto found = polled_every_.find(type);
  return found == polled_every_.end() ? Duration{0} : found->second;
}

BulkWork::Mark::Mark(BulkWork& work, TypeIndex type, std::optional<ConnectionId> not_for) : work_(work), key_(type, not_for) {
  std::scoped_lock lock(work_.mutex_);
  ++work_.marks_[key_];
}

BulkWork::Mark::~Mark() {
  std::scoped_lock lock(work_.mutex_);
  if (--work_.marks_[key_] == 0) work_.marks_.erase(key_);
}

bool BulkWork::will_owe(TypeIndex type, ConnectionId connection) const {
  std::scoped_lock lock(mutex_);
  return std::ranges::any_of(marks_, [&](const auto& mark) { return mark.first.first == type && mark.first.second != connection; });
}

}  // namespace lockstep
