#include "connector/lock_groups.h"

#include <algorithm>

namespace lockstep::connector {

Task<void> LockGroups::acquire(std::set<std::string> groups) {
  constexpr Duration kLook{60'000};  // release() tells
  const auto taken = [&] { return std::ranges::any_of(groups, [&](const std::string& group) { return held_.contains(group); }); };
  while (taken()) co_await released_.wait_until(executor_.clock().now() + kLook);
  held_.insert(groups.begin(), groups.end());
}

void LockGroups::release(const std::set<std::string>& groups) {
  for (const std::string& group : groups) held_.erase(group);
  released_.notify();
}

}  // namespace lockstep::connector
