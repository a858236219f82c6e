#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulators/core/emulator.h"
#include "emulators/core/tokens.h"

namespace lockstep::emulators {

struct Dynamics365Options {
  std::string tenant = "contoso.onmicrosoft.com";
  std::string organisation = "lockstep";
  /// Applications with an application user in the organisation; `name` is what journals show.
  std::vector<OAuthClient> clients = {{"lockstep-client", "lockstep-secret", "lockstep"}};
  Duration token_life{3'599'000};
  /// ExpireChangeTrackingInDays: older delta links are refused.
  Duration change_tracking_life{7 * 24 * 3'600'000};
  /// Service protection limits of each application user (429). Off for benches.
  bool service_protection = true;
  std::int64_t requests_per_window = 6000;
  std::int64_t execution_ms_per_window = 1'200'000;
  /// Refuse API writes without application-required columns, as forms do. The platform itself is laxer.
  bool application_required = true;
  /// A case with open activities is neither resolved nor cancelled.
  bool open_activities_block = true;
};

/// One organisation of Microsoft Dataverse: token endpoint and Web API. What is served: README.md of this
/// folder.
std::unique_ptr<Emulator> make_dynamics365(const EmulatorClock& clock, Rng rng, Dynamics365Options options = {});

}  // namespace lockstep::emulators
