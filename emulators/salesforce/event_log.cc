#include "emulators/salesforce/event_log.h"

namespace lockstep::emulators::salesforce {

void EventLog::push(std::string channel, WallTime at, json::object data) {
  data["event"].as_object()["replayId"] = ++last_replay_id_;
  events_.push_back({last_replay_id_, std::move(channel), at, std::move(data)});
}

void EventLog::trim(WallTime now) {
  while (!events_.empty() && events_.front().at + kept_ <= now) events_.pop_front();
}

}  // namespace lockstep::emulators::salesforce
