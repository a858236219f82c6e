#pragma once

#include <map>
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

/// A network in one process: requests go by host to stand-ins, webhooks of the stand-ins to whoever listens.
class VirtualTransport final : public http::Transport {
 public:
  VirtualTransport(Executor& executor, Rng rng) : executor_(executor), rng_(std::move(rng)) {}

  /// `base_url`: "http://127.0.0.1:9101". The stand-in outlives the transport.
  void add(const std::string& base_url, emulators::Emulator& stand_in) { hosts_[base_url] = &stand_in; }
  Task<Result<http::Response>> send(http::Request request) override;

  /// Takes the stand-ins' webhooks to `door` as they fall due, until `tasks` stops.
  Task<void> carry_webhooks(TaskGroup& tasks, http::Handler door);

  Weather weather;
  std::uint64_t requests = 0, webhooks = 0;

 private:
  Duration latency() { return Duration{rng_.between(weather.latency_least.count(), weather.latency_most.count())}; }
  Task<void> deliver(emulators::Emulator& stand_in, emulators::OutgoingRequest outgoing, http::Handler door);

  Executor& executor_;
  Rng rng_;
  std::map<std::string, emulators::Emulator*> hosts_;
};

}  // namespace lockstep::sim
