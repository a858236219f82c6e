#pragma once

#include <functional>
#include <memory>

#include "runtime/clock.h"
#include "runtime/task.h"

namespace lockstep {

/// Where coroutines run: one control thread over an io_context in the daemon, or virtual time in the simulator.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual Clock& clock() = 0;
  /// Queues `work` onto the control thread. May be called from any thread.
  virtual void post(std::function<void()> work) = 0;
  virtual boost::asio::any_io_executor asio() = 0;
};

/// The daemon's executor: real time, one thread that calls run().
class RealExecutor : public Executor {
 public:
  /// Until stop() or until nothing is left to do and no keep-alive is held.
  virtual void run() = 0;
  virtual void stop() = 0;
  /// Calls `handler` on the control thread at SIGINT or SIGTERM (at the first of them).
  virtual void on_termination(std::function<void()> handler) = 0;
};
std::unique_ptr<RealExecutor> make_real_executor();

/// Runs `executor` on the calling thread, which is the control thread for as long, until `task` has ended. For command-line
/// tools and tests. Rethrows what the task threw.
void run_until_complete(RealExecutor& executor, Task<void> task);

/// Lets whatever is ready run first. Who works through many rows does so every kRowsAtATime of them.
Task<void> yield(Executor& executor);
inline constexpr std::size_t kRowsAtATime = 200;

/// A condition that tasks wait for: notify() wakes all that wait now. Control thread only.
class Signal {
 public:
  explicit Signal(Executor& executor);
  ~Signal();
  void notify();
  /// Returns at the next notify(), or at `deadline`, whichever comes first; true when notified.
  Task<bool> wait_until(Instant deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Structured lifetime: every task belongs to a group; stop() asks all to end and waits until they have.
/// An exception that escapes a task is handed to `on_crash` (default: log and abort), never dropped.
class TaskGroup {
 public:
  explicit TaskGroup(Executor& executor);
  ~TaskGroup();  // precondition: nothing runs any more
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void spawn(Task<void> task);
  bool stopping() const;
  std::size_t running() const;
  /// Sleeps and waits of this group end at once, no new task is accepted, and every task has ended when it resumes.
  Task<void> stop();
  /// Sleeps until `when` or until stop() is called; false when the group stops.
  Task<bool> sleep_until(Instant when);
  Task<bool> sleep(Duration duration);
  /// Waits for `signal` as it does itself, or until stop() is called; false when the group stops.
  Task<bool> wait_until(Signal& signal, Instant deadline);
  /// Waits until every task has ended by itself.
  Task<void> join();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A counting semaphore for tasks, first come first served: bounds concurrency.
class Semaphore {
 public:
  Semaphore(Executor& executor, std::size_t permits);
  ~Semaphore();
  Task<void> acquire();
  void release();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace lockstep
