#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <optional>

#include "runtime/executor.h"

namespace lockstep {

namespace {

namespace asio = boost::asio;

class RealClock final : public Clock {
 public:
  explicit RealClock(asio::io_context& context) : context_(context) {}
  Instant now() const override {
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count()};
  }
  WallTime wall() const override {
    return WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
  }
  Task<void> sleep_until(Instant when) override {
    asio::steady_timer timer(context_);
    timer.expires_after(std::max(when - now(), Duration{0}));
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  std::shared_ptr<void> call_at(Instant when, std::function<void()> callback) override {
    auto timer = std::make_shared<asio::steady_timer>(context_);
    timer->expires_after(std::max(when - now(), Duration{0}));
    timer->async_wait([callback = std::move(callback)](const boost::system::error_code& error) {
      if (!error) callback();
    });
    return timer;
  }

 private:
  asio::io_context& context_;
};

class AsioExecutor final : public RealExecutor {
 public:
  AsioExecutor() : clock_(context_), signals_(context_) {}
  Clock& clock() override { return clock_; }
  void post(std::function<void()> work) override { asio::post(context_, std::move(work)); }
  asio::any_io_executor asio() override { return context_.get_executor(); }
  void run() override {
    guard_.emplace(context_.get_executor());
    context_.restart();
    context_.run();
  }
  void stop() override {
    guard_.reset();
    context_.stop();
  }
  void on_termination(std::function<void()> handler) override {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([handler = std::move(handler)](const boost::system::error_code& error, int) {
      if (!error) handler();
    });
  }

 private:
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard_;
  RealClock clock_;
  asio::signal_set signals_;
};

}  // namespace

std::unique_ptr<RealExecutor> make_real_executor() { return std::make_unique<AsioExecutor>(); }

void run_until_complete(RealExecutor& executor, Task<void> task) {
  std::exception_ptr failure;
  asio::co_spawn(executor.asio(), std::move(task), [&](std::exception_ptr thrown) {
    failure = thrown;
    executor.stop();
  });
  executor.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace lockstep
