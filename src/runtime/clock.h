#pragma once

#include <functional>
#include <memory>

#include "base/time.h"
#include "runtime/task.h"

namespace lockstep {

/// Seam 1 of 4. Nothing outside runtime/, apps/ and test/ reads a clock or sleeps by other means.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall() const = 0;
  /// Returns early, without error, when the enclosing task group stops; loops test `TaskGroup::stopping()`.
  virtual Task<void> sleep_until(Instant when) = 0;
  /// Calls back on the control thread at `when`, or soon after; dropping the handle before then calls it off.
  [[nodiscard]] virtual std::shared_ptr<void> call_at(Instant when, std::function<void()> callback) = 0;
  Task<void> sleep(Duration duration) { return sleep_until(now() + duration); }
};

}  // namespace lockstep
