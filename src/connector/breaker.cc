#include "connector/breaker.h"

#include <algorithm>

namespace lockstep::connector {

namespace {
constexpr std::int64_t kBaseMs = 1'000, kCapMs = 60'000;
constexpr Duration kTrialWait{1'000};  // while somebody else tries
}  // namespace

std::optional<Failure> Breaker::refuses() {
  auto refused = would_refuse();
  if (!refused && is_open()) trying_ = true;
  return refused;
}

std::optional<Failure> Breaker::would_refuse() const {
  if (!is_open()) return std::nullopt;
  const Duration left = until_ - executor_.clock().now();
  if (left <= Duration{0} && !trying_) return std::nullopt;
  Failure failure = make_failure(FailureClass::transient, FailureScope::vendor, "nothing is sent until the other side answers again: " + last_);
  failure.unsent = true;
  failure.wait = std::max(left, kTrialWait);
  return failure;
}

void Breaker::succeeded() {
  failures_ = opened_ = 0;
  trying_ = false;
}

void Breaker::failed(const Failure& failure) {
  const bool vendor_down = failure.failure_class == FailureClass::transient && failure.scope == FailureScope::vendor;
  if (!vendor_down) return succeeded();
  const bool was_open = is_open();
  const bool was_trial = trying_;
  trying_ = false;
  ++failures_;
  last_ = failure.message;
  if (!is_open() || (was_open && !was_trial)) return;  // answers to what was sent before it opened tell nothing new
  const std::int64_t ceiling = std::min(kCapMs, kBaseMs << std::min<std::uint32_t>(opened_, 16));
  ++opened_;
  until_ = executor_.clock().now() + std::max(Duration{rng_.between(0, ceiling)}, failure.wait.value_or(Duration{0}));
}

void RetryBudget::sent() { tokens_ = std::min(kMost, tokens_ + 1); }

bool RetryBudget::take() {
  if (tokens_ < kPerRetry) return false;
  tokens_ -= kPerRetry;
  return true;
}

}  // namespace lockstep::connector
