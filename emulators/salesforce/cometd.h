#pragma once

#include <functional>
#include <map>
#include <string>

#include "emulators/core/limits.h"
#include "emulators/core/router.h"
#include "emulators/core/tokens.h"
#include "emulators/salesforce/events.h"

namespace lockstep::emulators::salesforce {

/// The Streaming API (§3.5): Bayeux over long polls, with replay.
class CometD {
 public:
  CometD(const Org& org, ChangeEvents& events, TokenRegistry& tokens, const Settings& settings)
      : org_(org), events_(events), tokens_(tokens), settings_(settings), deliveries_(settings.daily_event_deliveries, Duration(24 * 3'600'000)) {}

  /// One POST with its array of messages; kNotYet while a connect is held.
  http::Response handle(Call& call);
  /// To all that is asked: not now.
  http::Response too_busy(const Call& call) const;
  /// The session that a call names; empty: none.
  std::string access_of(const Call& call) const;
  /// How many events were delivered.
  RollingLimit& deliveries() { return deliveries_; }
  /// A session that a client keeps connected does not expire: called for each of its asks.
  std::function<void(const std::string& access, WallTime now)> keep_alive;

 private:
  struct Client {
    std::string id;
    std::string cookie;
    WallTime seen;
    bool connected = false;                          // has had its first, immediate connect
    std::map<std::string, std::uint64_t> positions;  // by channel: the replay id up to which it was told
  };
  json::object answer(Call& call, const json::object& message, json::array& events, http::Response& response);
  json::object handshake(Call& call, const json::object& message, http::Response& response);
  json::object connect(Call& call, const json::object& message, Client& client, json::array& events);
  json::object subscribe(const json::object& message, Client& client);
  bool holds(Call& call, const json::array& messages);
  bool signed_in(const Call& call) const { return tokens_.state(access_of(call), call.now) == TokenState::valid; }
  Client* client_of(const json::object& message, WallTime now);
  bool has_news(const Client& client) const;
  void deliver(const Call& call, Client& client, json::array& events);

  const Org& org_;
  ChangeEvents& events_;
  TokenRegistry& tokens_;
  const Settings& settings_;
  RollingLimit deliveries_;
  std::map<std::string, Client> clients_;
};

}  // namespace lockstep::emulators::salesforce
