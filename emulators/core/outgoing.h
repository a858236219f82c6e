#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "emulators/core/emulator.h"

namespace lockstep::emulators {

/// Webhooks on their way: handed out once when due, tried again by a schedule until one is answered well.
class OutgoingQueue {
 public:
  /// `retry_delays`: after the first failure, the second, …; when they are used up the webhook is given up.
  void set_schedule(std::vector<Duration> retry_delays) { retry_delays_ = std::move(retry_delays); }
  std::uint64_t push(WallTime due, http::Request request);
  std::vector<OutgoingRequest> take(WallTime now);
  /// `delivered`: by the dialect's reading of the status.
  void answered(std::uint64_t id, bool delivered, WallTime now);
  std::size_t waiting() const { return entries_.size(); }
  std::uint64_t given_up() const { return given_up_; }

 private:
  struct Entry {
    OutgoingRequest request;
    std::size_t failures = 0;
    bool handed_out = false;
  };
  std::vector<Duration> retry_delays_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t last_id_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace lockstep::emulators
