#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <deque>
#include <exception>
#include <list>

#include "base/check.h"
#include "runtime/executor.h"

namespace lockstep {

namespace asio = boost::asio;

namespace {

/// One suspended task: woken once, by whoever comes first. Waking posts, so that no task runs inside another.
class Waiter {
 public:
  explicit Waiter(Executor& executor) : executor_(executor) {}
  void wake(bool notified) {
    if (woken_) return;
    woken_ = true;
    notified_ = notified;
    if (resume_) executor_.post(std::exchange(resume_, nullptr));
  }
  bool notified() const { return notified_; }
  bool woken() const { return woken_; }

  static Task<void> wait(std::shared_ptr<Waiter> self) {
    if (self->woken_) co_return;
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        [](auto handler, std::shared_ptr<Waiter> waiter) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          waiter->resume_ = [shared] { std::move (*shared)(); };
        },
        asio::use_awaitable, self);
  }

 private:
  Executor& executor_;
  std::function<void()> resume_;
  bool woken_ = false;
  bool notified_ = false;
};

}  // namespace

Task<void> yield(Executor& executor) {
  const auto waiter = std::make_shared<Waiter>(executor);
  executor.post([waiter] { waiter->wake(true); });
  co_await Waiter::wait(waiter);
}

struct Signal::State {
  explicit State(Executor& executor_) : executor(executor_) {}
  Executor& executor;
  std::list<std::shared_ptr<Waiter>> waiters;
};

Signal::Signal(Executor& executor) : state_(std::make_shared<State>(executor)) {}
Signal::~Signal() = default;

void Signal::notify() {
  for (auto& waiter : std::exchange(state_->waiters, {})) waiter->wake(true);
}

Task<bool> Signal::wait_until(Instant deadline) {
  std::shared_ptr<State> state = state_;
  auto waiter = std::make_shared<Waiter>(state->executor);
  state->waiters.push_back(waiter);
  std::weak_ptr<Waiter> weak = waiter;
  const std::shared_ptr<void> alarm = state->executor.clock().call_at(deadline, [weak] {
    if (auto alive = weak.lock()) alive->wake(false);
  });
  co_await Waiter::wait(waiter);
  state->waiters.remove(waiter);
  co_return waiter->notified();
}

struct TaskGroup::State {
  explicit State(Executor& executor_) : executor(executor_), ended(executor_), stopped(executor_) {}
  Executor& executor;
  Signal ended;    // a task ended
  Signal stopped;  // stop() was called
  std::size_t running = 0;
  bool stopping = false;
  std::list<Signal*> awaited;
  /// Stands in the list while it lives.
  class Waiting {
   public:
    Waiting(State& state, Signal& signal) : state_(state), place_(state.awaited.insert(state.awaited.end(), &signal)) {}
    ~Waiting() { state_.awaited.erase(place_); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    State& state_;
    std::list<Signal*>::iterator place_;
  };
};

namespace {
constexpr Duration kForever{365LL * 24 * 3'600'000};
}

TaskGroup::TaskGroup(Executor& executor) : state_(std::make_shared<State>(executor)) {}
TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(Task<void> task) {
  if (state_->stopping) return;
  ++state_->running;
  std::shared_ptr<State> state = state_;
  asio::co_spawn(state->executor.asio(), std::move(task), [state](std::exception_ptr thrown) {
    --state->running;
    state->ended.notify();
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      check_failed("no exception leaves a task", error.what());
    } catch (...) {
      check_failed("no exception leaves a task", "unknown exception");
    }
  });
}

bool TaskGroup::stopping() const { return state_->stopping; }
std::size_t TaskGroup::running() const { return state_->running; }

Task<void> TaskGroup::stop() {
  state_->stopping = true;
  state_->stopped.notify();
  for (Signal* signal : state_->awaited) signal->notify();  // waking posts: nobody leaves the list meanwhile
  co_await join();
}

Task<bool> TaskGroup::wait_until(Signal& signal, Instant deadline) {
  const std::shared_ptr<State> state = state_;
  if (state->stopping) co_return false;
  const State::Waiting waiting(*state, signal);
  co_await signal.wait_until(deadline);
  co_return !state->stopping;
}

Task<bool> TaskGroup::sleep_until(Instant when) {
  std::shared_ptr<State> state = state_;
  while (!state->stopping && state->executor.clock().now() < when) co_await state->stopped.wait_until(when);
  co_return !state->stopping;
}

Task<bool> TaskGroup::sleep(Duration duration) { return sleep_until(state_->executor.clock().now() + duration); }

Task<void> TaskGroup::join() {
  std::shared_ptr<State> state = state_;
  while (state->running > 0) co_await state->ended.wait_until(state->executor.clock().now() + kForever);
}

struct Semaphore::State {
  State(Executor& executor_, std::size_t permits_) : executor(executor_), permits(permits_) {}
  Executor& executor;
  std::size_t permits;
  std::deque<std::shared_ptr<Waiter>> waiters;
};

Semaphore::Semaphore(Executor& executor, std::size_t permits) : state_(std::make_shared<State>(executor, permits)) {}
Semaphore::~Semaphore() = default;

Task<void> Semaphore::acquire() {
  std::shared_ptr<State> state = state_;
  if (state->permits > 0 && state->waiters.empty()) {
    --state->permits;
    co_return;
  }
  auto waiter = std::make_shared<Waiter>(state->executor);
  state->waiters.push_back(waiter);
  co_await Waiter::wait(waiter);  // release() handed its permit over
}

void Semaphore::release() {
  if (state_->waiters.empty()) {
    ++state_->permits;
    return;
  }
  auto next = state_->waiters.front();
  state_->waiters.pop_front();
  next->wake(true);
}

}  // namespace lockstep
