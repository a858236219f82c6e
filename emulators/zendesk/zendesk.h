#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulators/core/emulator.h"
#include "emulators/core/tokens.h"

namespace lockstep::emulators::zendesk {

struct ZendeskOptions {
  OAuthClient client{"lockstep-client", "lockstep-secret", "Lockstep"};
  std::string api_token = "lockstep-api-token";
  std::string password = "lockstep-password";     // of every agent
  std::string agent_email = "agent@example.com";  // the account's owner, an administrator
  bool limits = true;
  std::int64_t requests_per_minute = 700;  // of the plan: Enterprise
  Duration token_life{3'600'000};
  Duration job_time{2'000};     // from asking to the end of a job
  Duration index_lag{120'000};  // of the search
};

/// One account of Zendesk Support: tickets with comments, users with identities, organizations.
std::unique_ptr<Emulator> make_zendesk(const EmulatorClock& clock, Rng rng, ZendeskOptions options);

}  // namespace lockstep::emulators::zendesk
