#include "emulators/core/outgoing.h"

#include <algorithm>

namespace lockstep::emulators {

namespace {

constexpr Duration kReorderedWait{5'000};

}  // namespace

OutgoingQueue::Entry& OutgoingQueue::enter(WallTime due, http::Request request) {
  std::uint64_t id = ++last_id_;
  Entry& entry = entries_[id];
  entry.request.due = due;
  entry.request.request = std::move(request);
  entry.request.id = id;
  return entry;
}

void OutgoingQueue::push(WallTime due, http::Request request) {
  std::string what = request.method + " " + request.url;
  if (faults_.fires(kFaultWebhookLost, what)) return finished_(request);
  if (auto late = faults_.fires(kFaultWebhookLate, what)) due = due + late->delay;
  if (auto twice = faults_.fires(kFaultWebhookDuplicated, what)) enter(due + twice->delay, request);
  auto reordered = faults_.fires(kFaultWebhookReordered, what);
  Entry& entry = enter(due, std::move(request));
  if (reordered) entry.behind_next = due + (reordered->delay > Duration{0} ? reordered->delay : kReorderedWait);
}

std::vector<OutgoingRequest> OutgoingQueue::take(WallTime now, std::size_t at_once) {
  std::vector<OutgoingRequest> due;
  for (auto& [id, entry] : entries_) {
    if (under_way_ >= at_once) break;
    if (entry.handed_out || now < entry.request.due || (entry.behind_next && now < *entry.behind_next)) continue;
    entry.handed_out = true;
    ++under_way_;
    if (prepare_) prepare_(entry.request.request, entry.failures, now);
    due.push_back(entry.request);
  }
  if (due.empty()) return due;
  // What was to stay behind goes out with the next look: those of one look may arrive in any order.
  for (auto& [id, entry] : entries_) {
    if (id < due.back().id) entry.behind_next.reset();
  }
  return due;
}

void OutgoingQueue::hurry(WallTime now) {
  for (auto& [id, entry] : entries_) {
    if (!entry.handed_out) entry.request.due = std::min(entry.request.due, now);
  }
}

void OutgoingQueue::answered(std::uint64_t id, bool delivered, WallTime now) {
  auto known = entries_.find(id);
  if (known == entries_.end()) return;
  Entry& entry = known->second;
  if (entry.handed_out) --under_way_;
  if (delivered || entry.failures >= retry_delays_.size()) {
    if (!delivered) ++given_up_;
    finished_(entry.request.request);
    entries_.erase(known);
    return;
  }
  entry.request.due = now + retry_delays_[entry.failures++];
  entry.handed_out = false;
}

}  // namespace lockstep::emulators
