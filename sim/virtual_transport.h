#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "emulators/core/emulator.h"
#include "http/server.h"
#include "http/transport.h"
#include "runtime/executor.h"
#include "runtime/rng.h"

namespace lockstep::sim {

/// Virtual time as a stand-in sees it.
class StandInClock final : public emulators::EmulatorClock {
 public:
  explicit StandInClock(Clock& clock) : clock_(clock) {}
  WallTime now() const override { return clock_.wall(); }

 private:
  Clock& clock_;
};

/// What the network does to requests. A lost request never arrives; a lost answer leaves its work done.
struct Weather {
  Duration latency_least{10}, latency_most{120};
  double loses_requests = 0, loses_answers = 0;
};

/// Watches sign-ins with refresh tokens that change with each use. A token that somebody used twice is lost to both.
class TokenWatch {
 public:
  /// Returns the refresh token in it, or nothing. Notes what is wrong.
  std::string sent(const http::Request& request);
  void answered(const std::string& refresh_token, const http::Response* response);
  void forget_under_way() { under_way_.clear(); }
  std::vector<std::string> wrong;

 private:
  std::set<std::string> under_way_, replaced_;
  std::map<std::string, std::string> successor_of_;  // access token to the refresh token that it came for
};

/// Watches that nobody asks again before the time that a refusal named. One call may go where another may not: limits differ, so
/// each path is watched for itself.
class RetryWatch {
 public:
  void sent(const http::Request& request, Instant now);
  void answered(const std::string& url, const http::Response& response, Instant now);
  void forget() { closed_until_.clear(); }  // who starts anew does not know
  std::vector<std::string> wrong;

 private:
  std::map<std::string, Instant> closed_until_;
};

/// A network in one process: requests go by host to stand-ins, webhooks of the stand-ins to whoever listens.
class VirtualTransport final : public http::Transport {
 public:
  VirtualTransport(Executor& executor, Rng rng) : executor_(executor), rng_(std::move(rng)) {}

  /// `base_url`: "http://127.0.0.1:9101". The stand-in outlives the transport.
  void add(const std::string& base_url, emulators::Emulator& stand_in) { hosts_[base_url] = &stand_in; }
  Task<Result<http::Response>> send(http::Request request) override;

  /// Takes the stand-ins' webhooks to `door` as they fall due, until hang_up(). `tasks` lives until then.
  void carry_webhooks(TaskGroup& tasks, http::Handler door);

  /// After a power cut: nobody carries webhooks any more; senders whose webhook was under way get no answer, and send it again.
  void hang_up();

  Weather weather;
  std::set<std::string> down;  // base URLs that nobody answers at
  bool deaf = false;           // webhooks get lost, and their senders do not notice
  std::uint64_t requests = 0, webhooks = 0;
  TokenWatch tokens;
  RetryWatch retries;
  /// A hash over every request and answer with its time: two runs of one plan that differ anywhere differ here.
  std::uint64_t digest = 0;
  /// The next number of the network's randomness: equal when two runs drew equally often.
  std::uint64_t draw() { return rng_.next(); }

 private:
  void note(std::string_view what, std::string_view body);
  void trace(std::string_view what, std::string_view url, std::string_view body) const;  // to the file that LOCKSTEP_SIM_TRACE names
  Duration latency() { return Duration{rng_.between(weather.latency_least.count(), weather.latency_most.count())}; }
  Task<void> deliver(std::string base_url, emulators::OutgoingRequest outgoing, http::Handler door);

  Executor& executor_;
  Rng rng_;
  std::shared_ptr<void> next_look_;
  std::map<std::string, emulators::Emulator*> hosts_;
  std::set<std::pair<std::string, std::uint64_t>> under_way_;  // webhooks, by base URL of their sender
};

}  // namespace lockstep::sim
