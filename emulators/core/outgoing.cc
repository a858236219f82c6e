#include "emulators/core/outgoing.h"

namespace lockstep::emulators {

std::uint64_t OutgoingQueue::push(WallTime due, http::Request request) {
  std::uint64_t id = ++last_id_;
  Entry& entry = entries_[id];
  entry.request.due = due;
  entry.request.request = std::move(request);
  entry.request.id = id;
  return id;
}

std::vector<OutgoingRequest> OutgoingQueue::take(WallTime now, std::size_t at_once) {
  std::vector<OutgoingRequest> due;
  for (auto& [id, entry] : entries_) {
    if (under_way_ >= at_once) break;
    if (entry.handed_out || now < entry.request.due) continue;
    entry.handed_out = true;
    ++under_way_;
    if (prepare_) prepare_(entry.request.request, entry.failures, now);
    due.push_back(entry.request);
  }
  return due;
}

void OutgoingQueue::answered(std::uint64_t id, bool delivered, WallTime now) {
  auto known = entries_.find(id);
  if (known == entries_.end()) return;
  Entry& entry = known->second;
  if (entry.handed_out) --under_way_;
  if (delivered || entry.failures >= retry_delays_.size()) {
    if (!delivered) ++given_up_;
    entries_.erase(known);
    return;
  }
  entry.request.due = now + retry_delays_[entry.failures++];
  entry.handed_out = false;
}

}  // namespace lockstep::emulators
