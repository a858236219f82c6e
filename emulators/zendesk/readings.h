#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
  bool agents_without_group = false;           // an agent's last membership goes like any other
  bool default_group_deleted = false;          // where there is another one
  bool deleted_groups_left_out = false;        // of lists
  std::string deleted_references = "nulled";   // or kept, or blocked: what refers to a record that is deleted
  bool unknown_assignees_passed_over = false;  // assignee_email of nobody, or of no agent
  bool unknown_followers_passed_over = false;  // who are no agents
  bool domains_assign_nobody = false;          // whose domain_names fit a new user's address
  bool tags_added_to_one = false;              // additional_tags, remove_tags of one ticket
  bool views_of_any_condition = false;
  bool audits_oldest_first = false;  // of all tickets, by limit
  Duration idempotency_key_life{2 * 3'600'000};
  bool strangers_refused = false;      // by users/me as well
  bool unknown_subscriptions = false;  // of webhooks: taken, and never told
  bool comments_without_text = false;  // but with files
  bool uploads_used_again = false;
  Duration upload_life{3'600'000};
  bool puts_counted_alone = false;  // as updates of a user: neither create_or_update nor tags
  bool jobs_in_order = false;
  std::string jobs_end = "completed";  // or failed, or killed: half-way
  bool deleted_organizations_exported = false;
  bool permanent_deletions_told = false;  // to webhooks
  bool enumerations_in_lower_case = false;
  std::vector<std::int64_t> webhook_retried_statuses{0, 409, 429, 503};  // 0: no answer
  bool retries_without_time = false;                                     // of 429 and 503, also when no Retry-After was said
  std::int64_t breaker_least = 10;                                       // fewer answers say nothing of a share
  Duration breaker_open{300'000};
};

}  // namespace lockstep::emulators::zendesk
