#include "emulators/zendesk/invocations.h"

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/schema.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::size_t kKept = 1'000;

bool taken(int status) { return status >= 200 && status < 300; }
int told_status(int status) { return status == 0 ? 504 : status; }  // no answer in time is logged as one (A9)

}  // namespace

void Invocations::sent(std::uint64_t outgoing, const http::Request& request) { under_way_[outgoing] = request; }

const Invocation* Invocations::answered(std::uint64_t outgoing, int status, std::string_view answer, WallTime now) {
  auto known = under_way_.find(outgoing);
  if (known == under_way_.end()) return nullptr;
  Attempt attempt{now, status, std::move(known->second), std::string(answer)};
  under_way_.erase(known);
  std::string id(attempt.request.headers.find(kInvocationHeader).value_or(""));
  auto held = std::find_if(invocations_.begin(), invocations_.end(), [&](const Invocation& each) { return each.id == id; });
  if (held == invocations_.end()) {
    if (invocations_.size() == kKept) invocations_.pop_front();
    held = invocations_.insert(invocations_.end(), {id, std::string(attempt.request.headers.find("X-Zendesk-Webhook-Id").value_or("")), {}});
  }
  held->attempts.push_back(std::move(attempt));
  return &*held;
}

std::vector<const Invocation*> Invocations::of(std::string_view webhook) const {
  std::vector<const Invocation*> found;
  for (auto each = invocations_.rbegin(); each != invocations_.rend(); ++each) {
    if (each->webhook == webhook) found.push_back(&*each);
  }
  return found;
}

const Invocation* Invocations::find(std::string_view id) const {
  auto held = std::find_if(invocations_.begin(), invocations_.end(), [&](const Invocation& each) { return each.id == id; });
  return held == invocations_.end() ? nullptr : &*held;
}

json::array render_headers(const http::Headers& headers) {
  json::array list;
  for (const auto& [name, value] : headers.all()) list.push_back(json::object{{"key", name}, {"value", value}});
  return list;
}

json::object render_invocation(const Invocation& invocation) {
  const Attempt& last = invocation.attempts.back();
  return {{"id", invocation.id},
          {"webhook_id", invocation.webhook},
          {"status", taken(last.status) ? "success" : "failed"},
          {"status_code", told_status(last.status)},
          {"latest_completed_at", format_time(last.at)}};
}

json::object render_attempt(const Invocation& invocation, std::size_t number) {
  const Attempt& attempt = invocation.attempts[number];
  return {{"id", invocation.id + "-" + std::to_string(number + 1)},
          {"status", taken(attempt.status) ? "success" : "failed"},
          {"status_code", told_status(attempt.status)},
          {"completed_at", format_time(attempt.at)},
          {"request", json::object{{"endpoint", attempt.request.url},
                                   {"http_method", attempt.request.method},
                                   {"headers", render_headers(attempt.request.headers)},
                                   {"payload", attempt.request.body}}},
          {"response", json::object{{"headers", json::array()}, {"payload", attempt.answer}}}};
}

}  // namespace lockstep::emulators::zendesk
