#include "stand_ins.h"

#include <limits>

#include "emulators/dynamics365/dynamics365.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/salesforce/salesforce.h"
#include "emulators/zendesk/zendesk.h"

namespace lockstep::emulators {
namespace {

std::unique_ptr<Emulator> salesforce_org(const EmulatorClock& clock, Rng rng, const StandInSettings& settings) {
  salesforce::SalesforceOptions options;
  if (!settings.limits) options.daily_api_requests = std::numeric_limits<std::int64_t>::max() / 2;
  return salesforce::make_salesforce(clock, rng, std::move(options));
}

std::unique_ptr<Emulator> dynamics365_organisation(const EmulatorClock& clock, Rng rng, const StandInSettings& settings) {
  Dynamics365Options options;
  options.service_protection = settings.limits;
  return make_dynamics365(clock, rng, std::move(options));
}

std::unique_ptr<Emulator> hubspot_account(const EmulatorClock& clock, Rng rng, const StandInSettings& settings) {
  hubspot::HubSpotOptions options;
  options.limits = settings.limits;
  return hubspot::make_hubspot(clock, rng, std::move(options));
}

std::unique_ptr<Emulator> zendesk_account(const EmulatorClock& clock, Rng rng, const StandInSettings& settings) {
  zendesk::ZendeskOptions options;
  options.limits = settings.limits;
  return zendesk::make_zendesk(clock, rng, std::move(options));
}

}  // namespace

const std::vector<StandInFactory>& stand_in_factories() {
  static const std::vector<StandInFactory> kFactories = {
      {"salesforce", salesforce_org},
      {"dynamics365", dynamics365_organisation},
      {"hubspot", hubspot_account},
      {"zendesk", zendesk_account},
  };
  return kFactories;
}

}  // namespace lockstep::emulators
