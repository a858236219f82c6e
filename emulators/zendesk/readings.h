#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace lockstep::emulators::zendesk {

/// What is not certain of the platform, each a switch by the member's name. The defaults are the readings that are harder on a client (README).
struct Readings {
  bool unknown_members = false, unknown_parameters = false, unknown_side_loads = false, unknown_orders = false,
       fields_give_way = false;             // passed over instead of refused
  bool any_content_type = false;            // of a body that is JSON
  bool large_pages = false;                 // page[size] beyond the most is the most
  bool search_passes_over = false;          // what a search does not look at
  bool unknown_scopes_refused = false;      // at the token already
  bool shared_external_ids = false;         // of users and organizations, as of tickets
  bool email_replaces = false;              // another primary address takes the place of the one before
  bool requesters_deleted = false;          // whatever tickets they have
  bool organizations_made_by_name = false;  // where a user's organization is not there
  bool assignees_of_any_group = false;
  bool shared_group_names = false;
  bool comments_without_text = false;  // but with files
  bool uploads_used_again = false;
  Duration upload_life{3'600'000};
  bool puts_counted_alone = false;  // as updates of a user: neither create_or_update nor tags
  bool jobs_in_order = false;
  std::string jobs_end = "completed";  // or failed, or killed: half-way
  bool deleted_organizations_exported = false;
  bool permanent_deletions_told = false;  // to webhooks
  bool enumerations_in_lower_case = false;
  bool retries_without_time = false;  // of 429 and 503, also when no Retry-After was said
  std::int64_t breaker_least = 10;    // fewer answers say nothing of a share
  Duration breaker_open{300'000};
};

}  // namespace lockstep::emulators::zendesk
