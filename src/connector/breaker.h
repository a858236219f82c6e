#pragma once

#include <optional>

#include "connector/failure.h"
#include "runtime/executor.h"
#include "runtime/rng.h"

namespace lockstep::connector {

/// Spares a vendor that is down: after some failures in a row nothing is sent for a while (exponential, full jitter), then
/// one request tries whether it is back.
class Breaker {
 public:
  Breaker(Executor& executor, Rng rng) : executor_(executor), rng_(rng) {}

  /// Before a request. A failure: it must not be sent now. Every request let through ends with succeeded() or failed().
  std::optional<Failure> refuses();
  /// The same, but lets nothing through: to be asked before a request takes its place in a budget.
  std::optional<Failure> would_refuse() const;
  void succeeded();
  /// `vendor_down`: no answer, or one that says so; other failures prove that the vendor is there.
  void failed(const Failure& failure);
  bool is_open() const { return failures_ >= kOpensAfter; }

 private:
  static constexpr std::uint32_t kOpensAfter = 5;
  Executor& executor_;
  Rng rng_;
  std::uint32_t failures_ = 0;  // in a row
  std::uint32_t opened_ = 0;    // times in a row
  Instant until_{0};
  bool trying_ = false;  // half open: one request is under way
  std::string last_;
};

/// Retries are at most a tenth of what is sent, so that retrying never becomes the load.
class RetryBudget {
 public:
  void sent();
  /// Takes one retry if there is one left.
  bool take();

 private:
  static constexpr std::int64_t kPerRetry = 10, kMost = 200;
  std::int64_t tokens_ = kMost / 2;  // a start that fails may still be retried
};

}  // namespace lockstep::connector
