#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "runtime/executor.h"
#include "runtime/rng.h"

namespace lockstep::sim {

/// Virtual time on one thread: runs whatever is ready and, when nothing is, jumps to the next timer. The same seed gives
/// the same run. Everything that runs on it must live on its thread too: open the store with own_thread = false.
class VirtualExecutor final : public Executor {
 public:
  /// With a generator, ready tasks run in an order of its choosing; without one, first come first served.
  explicit VirtualExecutor(WallTime start, std::optional<Rng> schedule = std::nullopt);
  ~VirtualExecutor() override;

  Clock& clock() override;
  void post(std::function<void()> work) override;
  boost::asio::any_io_executor asio() override;

  /// Runs one ready task, moving time on if it must. False: nothing is ready and no timer is set.
  bool step();
  /// Runs everything that happens until `when`; time is `when` afterwards.
  void run_until(Instant when);
  void run_for(Duration duration) { run_until(clock().now() + duration); }
  /// Runs until `done()` holds, which is asked after every step; false when `limit` went by, or nothing is left to do.
  bool run_until(const std::function<bool()>& done, Duration limit);
  /// Runs `task` to its end, and what else happens meanwhile. Precondition: it ends within a year of virtual time.
  void complete(Task<void> task);

  /// Somebody sets the clock that people read; the other one goes on.
  void set_wall_back(Duration by);
  /// A power cut: every task and timer is gone, nothing runs any more. Time goes on from here. Destructors do run, so nothing
  /// durable may live in one.
  void power_off();
  std::uint64_t steps() const;

 private:
  class Context;
  class VirtualClock;
  std::unique_ptr<Context> context_;
  std::unique_ptr<VirtualClock> clock_;
};

}  // namespace lockstep::sim
