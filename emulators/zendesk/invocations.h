#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "emulators/core/json.h"
#include "http/message.h"

namespace lockstep::emulators::zendesk {

inline constexpr std::string_view kInvocationHeader = "X-Zendesk-Webhook-Invocation-Id";

/// One call of a receiver; status 0: it gave no answer in time.
struct Attempt {
  WallTime at;
  int status = 0;
  http::Request request;
  std::string answer;
};

/// One thing that a webhook had to tell.
struct Invocation {
  std::string id;
  std::string webhook;
  std::vector<Attempt> attempts;
};

/// What became of what webhooks had to tell: the last of them, as long as they are kept.
class Invocations {
 public:
  /// A request goes out, under the id that its outcome comes with.
  void sent(std::uint64_t outgoing, const http::Request& request);
  /// The invocation that was answered; null when it is not known.
  const Invocation* answered(std::uint64_t outgoing, int status, std::string_view answer, WallTime now);
  /// Of one webhook, the last one first.
  std::vector<const Invocation*> of(std::string_view webhook) const;
  const Invocation* find(std::string_view id) const;

 private:
  std::deque<Invocation> invocations_;
  std::map<std::uint64_t, http::Request> under_way_;  // by outgoing id
};

json::object render_invocation(const Invocation& invocation);
json::object render_attempt(const Invocation& invocation, std::size_t number);
/// Headers as a list of keys and values.
json::array render_headers(const http::Headers& headers);

}  // namespace lockstep::emulators::zendesk
