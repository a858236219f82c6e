#include "sim/virtual_executor.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <map>
#include <vector>

#include "base/check.h"

namespace lockstep::sim {

namespace asio = boost::asio;

namespace {

/// Handlers may be movable only, so std::function cannot hold them.
class Job {
 public:
  virtual ~Job() = default;
  virtual void run() = 0;
};

template <class Work>
class JobOf final : public Job {
 public:
  explicit JobOf(Work work) : work_(std::move(work)) {}
  void run() override {
    Work work = std::move(work_);
    std::move(work)();
  }

 private:
  Work work_;
};

constexpr Duration kYear{365LL * 24 * 3'600'000};

}  // namespace

class VirtualExecutor::Context final : public asio::execution_context {
 public:
  Context(WallTime start, std::optional<Rng> schedule) : wall_offset_(start.ms), schedule_(std::move(schedule)) {}
  ~Context() {
    power_off();
    shutdown();
    destroy();
  }

  void push(std::unique_ptr<Job> job) { ready_.push_back(std::move(job)); }

  /// Equal times keep the order in which they were set.
  using Key = std::pair<Instant, std::uint64_t>;
  Key set_timer(Instant when, std::function<void()> callback) {
    const Key key{std::max(when, now_), ++timer_count_};
    timers_.emplace(key, std::move(callback));
    return key;
  }
  void drop_timer(const Key& key) { timers_.erase(key); }

  bool has_ready() const { return next_ < ready_.size(); }
  std::optional<Instant> next_timer() const { return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first.first); }

  void run_ready() {
    if (schedule_) std::swap(ready_[next_], ready_[next_ + schedule_->below(ready_.size() - next_)]);
    const std::unique_ptr<Job> job = std::move(ready_[next_++]);
    if (next_ == ready_.size()) {
      ready_.clear();
      next_ = 0;
    }
    ++steps_;
    job->run();
  }

  void jump_to(Instant when) {
    now_ = std::max(now_, when);
    while (!timers_.empty() && timers_.begin()->first.first <= now_) {
      auto callback = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      push(std::make_unique<JobOf<std::function<void()>>>(std::move(callback)));
    }
  }

  /// Unwinding a suspended coroutine posts new work: drained until it is quiet, without running any of it.
  void power_off() {
    while (has_ready() || !timers_.empty()) {
      auto ready = std::exchange(ready_, {});
      auto timers = std::exchange(timers_, {});
      next_ = 0;
    }
  }

  Instant now_{0};
  std::int64_t wall_offset_;
  std::uint64_t steps_ = 0;

 private:
  std::optional<Rng> schedule_;
  std::vector<std::unique_ptr<Job>> ready_;
  std::size_t next_ = 0;  // ready_ before it has run
  std::map<Key, std::function<void()>> timers_;
  std::uint64_t timer_count_ = 0;
};

namespace {

/// What Asio asks of an executor; converts to any_io_executor.
template <class Context>
class ContextExecutor {
 public:
  explicit ContextExecutor(Context& context) : context_(&context) {}
  template <class Work>
  void execute(Work&& work) const {
    context_->push(std::make_unique<JobOf<std::decay_t<Work>>>(std::forward<Work>(work)));
  }
  asio::execution_context& query(asio::execution::context_t) const noexcept { return *context_; }
  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept { return asio::execution::blocking.never; }
  ContextExecutor require(asio::execution::blocking_t::never_t) const { return *this; }
  bool operator==(const ContextExecutor&) const noexcept = default;

 private:
  Context* context_;
};

}  // namespace

class VirtualExecutor::VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Context& context) : context_(context) {}
  Instant now() const override { return context_.now_; }
  WallTime wall() const override { return WallTime{context_.wall_offset_ + context_.now_.ms}; }
  Task<void> sleep_until(Instant when) override {
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        [this, when](auto handler) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          context_.set_timer(when, [shared] { std::move (*shared)(); });
        },
        asio::use_awaitable);
  }
  std::shared_ptr<void> call_at(Instant when, std::function<void()> callback) override {
    // A handle dropped while its callback waits among the ready tasks still calls it off.
    auto alive = std::make_shared<bool>(true);
    const Context::Key key = context_.set_timer(when, [alive, callback = std::move(callback)] {
      if (*alive) callback();
    });
    return std::shared_ptr<void>(nullptr, [this, key, alive](void*) {
      *alive = false;
      context_.drop_timer(key);
    });
  }

 private:
  Context& context_;
};

void VirtualExecutor::set_wall_back(Duration by) { context_->wall_offset_ -= by.count(); }

VirtualExecutor::VirtualExecutor(WallTime start, std::optional<Rng> schedule)
    : context_(std::make_unique<Context>(start, std::move(schedule))), clock_(std::make_unique<VirtualClock>(*context_)) {}
VirtualExecutor::~VirtualExecutor() { power_off(); }

Clock& VirtualExecutor::clock() { return *clock_; }
void VirtualExecutor::post(std::function<void()> work) { context_->push(std::make_unique<JobOf<std::function<void()>>>(std::move(work))); }
asio::any_io_executor VirtualExecutor::asio() { return ContextExecutor<Context>(*context_); }

bool VirtualExecutor::step() {
  if (!context_->has_ready()) {
    const auto next = context_->next_timer();
    if (!next) return false;
    context_->jump_to(*next);
  }
  context_->run_ready();
  return true;
}

void VirtualExecutor::run_until(Instant when) {
  for (;;) {
    if (!context_->has_ready()) {
      const auto next = context_->next_timer();
      if (!next || *next > when) break;
      context_->jump_to(*next);
    }
    context_->run_ready();
  }
  context_->jump_to(when);
}

bool VirtualExecutor::run_until(const std::function<bool()>& done, Duration limit) {
  const Instant end = clock().now() + limit;
  while (!done()) {
    if (clock().now() > end || !step()) return false;
  }
  return true;
}

void VirtualExecutor::complete(Task<void> task) {
  bool ended = false;
  std::exception_ptr failure;
  asio::co_spawn(asio(), std::move(task), [&](std::exception_ptr thrown) {
    failure = thrown;
    ended = true;
  });
  CHECK(run_until([&] { return ended; }, kYear), "a task that never ends");
  if (failure) std::rethrow_exception(failure);
}

void VirtualExecutor::power_off() { context_->power_off(); }
std::uint64_t VirtualExecutor::steps() const { return context_->steps_; }

}  // namespace lockstep::sim
