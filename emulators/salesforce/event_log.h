#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/time.h"
#include "emulators/core/json.h"

namespace lockstep::emulators::salesforce {

/// One event of the Streaming API.
struct StreamEvent {
  std::uint64_t replay_id = 0;
  std::string channel;  // "/data/AccountChangeEvent", "/topic/Tickets"
  WallTime at;
  json::object data;  // as CometD carries it, but for the replay id in its member "event"
};

/// Events of one kind, kept so long, in the order of their replay ids.
class EventLog {
 public:
  explicit EventLog(Duration kept) : kept_(kept) {}
  /// Precondition: `data` has a member "event", an object.
  void push(std::string channel, WallTime at, json::object data);
  const std::deque<StreamEvent>& events() const { return events_; }
  /// The event that came last, while it may still change.
  StreamEvent* last() { return events_.empty() ? nullptr : &events_.back(); }
  std::uint64_t last_replay_id() const { return last_replay_id_; }
  /// Before the oldest event that is still kept.
  std::uint64_t oldest_position() const { return events_.empty() ? last_replay_id_ : events_.front().replay_id - 1; }
  void trim(WallTime now);

 private:
  Duration kept_;
  std::deque<StreamEvent> events_;
  std::uint64_t last_replay_id_ = 1000;
};

}  // namespace lockstep::emulators::salesforce
