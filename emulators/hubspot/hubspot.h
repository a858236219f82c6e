#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulators/core/emulator.h"
#include "emulators/core/tokens.h"

namespace lockstep::emulators::hubspot {

/// A private app or a service key: a bearer token that does not expire.
struct ServiceKey {
  std::string token;
  std::string app_id;
  std::string name;  // writes are journaled under it
};

/// A person of the account, as `hubspot_owner_id` names one.
struct Owner {
  std::string id;
  std::string user_id;
  std::string email;
  std::string first_name;
  std::string last_name;
  std::string team;       // its name; empty: in none
  bool archived = false;  // nothing can be given to it any more
};

struct HubSpotOptions {
  std::int64_t portal_id = 4'242'001;
  std::string time_zone = "Asia/Tokyo";  // deliberately not UTC: the daily quota starts anew at its midnight
  Duration utc_offset{9 * 3'600'000};
  /// The public app: its OAuth client, its id in webhooks; webhooks are signed with the client's secret.
  OAuthClient client = {"lockstep-client", "lockstep-secret", "lockstep"};
  std::string app_id = "2500001";
  std::string developer_key = "lockstep-developer-key";  // of the developer account, for the settings of webhooks
  std::vector<std::string> refresh_tokens = {"lockstep-refresh-token"};
  std::vector<std::string> redirect_uris = {"http://127.0.0.1/callback"};  // that the app registered: a code goes nowhere else
  std::vector<ServiceKey> service_keys = {{"pat-na1-00000000-0000-4000-8000-000000000001", "2500002", "lockstep"}};
  std::vector<Owner> owners = {{"70001", "10202051", "ann@portal.example", "Ann", "Archer", "Support"},
                               {"70002", "10202052", "bob@portal.example", "Bob", "Baker"},
                               {"70003", "10202053", "cem@portal.example", "Cem", "Carver", "", true}};
  Duration token_life{1'800'000};
  /// Quotas as published for the Free tier; off for benches.
  bool limits = true;
  std::int64_t burst_requests = 100;  // per app in rolling 10 s
  std::int64_t oauth_burst_requests = 110;
  std::int64_t search_requests = 5;  // per account and second
  std::int64_t daily_requests = 250'000;
  /// Until a write is found by search.
  Duration index_lag{5'000};
};

/// One account of HubSpot: OAuth, CRM objects, properties, associations, search, webhooks. What is served and
/// how sure each fact is: README.md of this folder.
std::unique_ptr<Emulator> make_hubspot(const EmulatorClock& clock, Rng rng, HubSpotOptions options = {});

}  // namespace lockstep::emulators::hubspot
