#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "emulators/core/emulator.h"
#include "emulators/core/faults.h"

namespace lockstep::emulators {

/// Webhooks on their way: handed out once when due, tried again by a schedule until one is answered well.
class OutgoingQueue {
 public:
  explicit OutgoingQueue(Faults& faults) : faults_(faults) {}
  /// `retry_delays`: after the first failure, the second, …; when they are used up the webhook is given up.
  void set_schedule(std::vector<Duration> retry_delays) { retry_delays_ = std::move(retry_delays); }
  /// Called for each request as it goes out, `attempt` 0 being the first: for signatures over the time of sending.
  using Prepare = std::function<void(http::Request& request, std::size_t attempt, WallTime now)>;
  void set_prepare(Prepare prepare) { prepare_ = std::move(prepare); }
  /// Called with each request that goes out no more: it was taken, given up or lost.
  void set_finished(std::function<void(const http::Request&)> finished) { finished_ = std::move(finished); }
  /// What the system has to tell; the webhook faults decide here what becomes of it.
  void push(WallTime due, http::Request request);
  /// `at_once`: no more are handed out than make so many without an outcome.
  std::vector<OutgoingRequest> take(WallTime now, std::size_t at_once = static_cast<std::size_t>(-1));
  /// `delivered`: by the dialect's reading of the status.
  void answered(std::uint64_t id, bool delivered, WallTime now);
  /// What waits for another attempt has it now.
  void hurry(WallTime now);
  std::size_t waiting() const { return entries_.size(); }
  std::uint64_t given_up() const { return given_up_; }

 private:
  struct Entry {
    OutgoingRequest request;
    std::size_t failures = 0;
    bool handed_out = false;
    std::optional<WallTime> behind_next;  // waits for a later one to go out, but no longer than until then
  };
  Entry& enter(WallTime due, http::Request request);
  Faults& faults_;
  std::vector<Duration> retry_delays_;
  Prepare prepare_;
  std::function<void(const http::Request&)> finished_ = [](const http::Request&) {};
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t last_id_ = 0;
  std::uint64_t given_up_ = 0;
  std::size_t under_way_ = 0;
};

}  // namespace lockstep::emulators
