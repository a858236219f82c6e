#include "merge/order.h"

#include <algorithm>

namespace lockstep::merge {

namespace {

template <class T>
int sign(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

std::size_t tie_rank(ConnectionId system, const TypePolicy& policy) {
  if (system == kHub) return 0;
  for (std::size_t i = 0; i < policy.links.size(); ++i)
    if (policy.links[i].connection == system) return i + 1;
  return policy.links.size() + 1 + system.value();
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_zeros(std::string_view digits) { return digits.substr(std::min(digits.find_first_not_of('0'), digits.size())); }

/// INT64_MIN stands for "never": differences must not overflow.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_sub_overflow(a, b, &result) ? (a < b ? INT64_MIN : INT64_MAX) : result;
}

}  // namespace

int compare(const StampedValue& a, const StampedValue& b, const TypePolicy& policy) {
  if (const int order = sign(a.stamp.lifted_us, b.stamp.lifted_us)) return order;
  if (const int order = sign(a.stamp.own_us, b.stamp.own_us)) return order;
  if (const int order = sign(tie_rank(b.stamp.system, policy), tie_rank(a.stamp.system, policy))) return order;
  return a.value == b.value ? 0 : sign(stable_hash(a.value), stable_hash(b.value));
}

std::size_t rank(ConnectionId system, const std::vector<ConnectionId>& order) {
  if (system == kHub) return 0;
  return static_cast<std::size_t>(std::ranges::find(order, system) - order.begin()) + 1;
}

bool is_close_call(const Stamp& a, const Stamp& b) {
  if (a.system == kHub || b.system == kHub || a.lifted_us == INT64_MIN || b.lifted_us == INT64_MIN) return false;
  const std::int64_t apart = a.lifted_us < b.lifted_us ? difference(b.lifted_us, a.lifted_us) : difference(a.lifted_us, b.lifted_us);
  return apart <= a.uncertainty_us + b.uncertainty_us;
}

std::optional<int> compare_versions(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return std::nullopt;
  if (is_number(a) && is_number(b)) {
    const std::string_view x = without_zeros(a), y = without_zeros(b);
    if (x.size() != y.size()) return sign(x.size(), y.size());
    return sign(x, y);
  }
  if (a.size() != b.size()) return std::nullopt;
  return sign(a, b);
}

}  // namespace lockstep::merge
