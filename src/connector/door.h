#pragma once

#include "connector/answer.h"
#include "connector/definition.h"

namespace lockstep::connector {

/// What a door needs to know of its connection: neither executor nor network.
struct DoorContext {
  const Definition& definition;
  std::string public_url;  // where the sender reaches us
  Value params, facts, secrets;
  Scope scope() const;
};

/// Webhooks: whether the knock is genuine, and what it tells. Knows no network: the caller answers once the events are durable.
class Doorkeeper {
 public:
  explicit Doorkeeper(const DoorContext& context) : context_(context) {}
  Connector::DoorAnswer knock(const DoorSpec& door, const http::ServerRequest& request, WallTime now) const;

 private:
  /// Empty when the check holds, else why it does not.
  std::string check(const VerifySpec& spec, const http::ServerRequest& request, Scope& scope, WallTime now) const;
  std::string check_hmac(const VerifySpec& spec, const http::ServerRequest& request, Scope& scope, WallTime now) const;
  Result<std::optional<InboxEvent>> event_of(const DoorSpec& door, Scope& scope) const;
  std::string signed_uri(const VerifySpec& spec, const http::ServerRequest& request) const;

  const DoorContext& context_;
};

}  // namespace lockstep::connector
