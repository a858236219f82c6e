#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulators/core/emulator.h"
#include "emulators/core/tokens.h"

namespace lockstep::emulators::salesforce {

struct SalesforceOptions {
  /// Rolling 24 hours for the whole org. 15,000 is what a Developer edition has.
  std::int64_t daily_api_requests = 15'000;
  std::vector<OAuthClient> clients = {{"lockstep-client", "lockstep-secret", "lockstep"}};
  /// Refresh tokens that somebody has consented to, with their client.
  std::vector<std::pair<std::string, std::string>> refresh_tokens = {{"lockstep-refresh-token", "lockstep-client"}};
  /// The user of the first client, for the grants that log in by name and for SOAP.
  std::string username = "integration@lockstep.example";
  std::string password = "lockstep-password";
};

/// One org of Salesforce: OAuth, sObject rows, collections, composite, query. The contract it keeps to and
/// how sure each fact is: docs of the wire contract; README.md of this folder lists what is served.
std::unique_ptr<Emulator> make_salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options = {});

}  // namespace lockstep::emulators::salesforce
