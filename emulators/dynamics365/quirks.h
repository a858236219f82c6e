#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"

namespace lockstep::emulators::dynamics365 {

inline constexpr Duration kBinLife{30LL * 24 * 3'600'000};

/// What an administrator allows to follow a status; statuses without a rule lead everywhere.
struct StatusTransition {
  std::string table;
  std::int64_t from = 0;
  std::set<std::int64_t> to;
};

/// Readings of what is not certain about the platform (contract, mark [?]), the stricter ones unless switched under settings; and
/// what an organisation may have on or off.
struct Quirks {
  std::vector<StatusTransition> status_transitions;
  bool recycle_bin = false;                          // deleted rows can be read and restored for 30 days
  std::int64_t not_member_status = 403;              // an application without a user in the organisation
  std::int64_t organisation_disabled_status = 403;   // where the whole organisation is disabled
  std::int64_t too_large_status = 413;               // of a request beyond the most that is taken; 400 by others
  bool unauthorized_body = false;                    // a 401 tells its code in a body; else it has none
  bool older_challenge = false;                      // a 401 does not say which resource it is of
  bool older_errors = false;                         // an error comes with an innererror, as years ago
  std::string segment_code = "0x8006088a";           // of a path that leads nowhere; "0x80060888" as integrators saw it
  Duration count_snapshot{24LL * 3'600'000};         // how old RetrieveTotalRecordCount may be
  bool full_last_pages = false;                      // a page that the last row fills has no link to an empty one
  bool navigation_of_any_lookup = false;             // associatednavigationproperty comes with lookups of one table too
  bool own_ticket_numbers = false;                   // a case may be created with its number; else it is refused
  std::string parser_code = "0x80060888";            // of a URL that cannot be read: a property, key or option that is not there; or "0x0"
  std::string invalid_property_code = "0x80048d19";  // of a body with a property that its table does not have; or "0x0"
  std::string stale_version_code = "0x80060882";     // of a 412 by ETag; the documentation's sample has ""
  std::int64_t duplicate_status = 412;               // a hit of a duplicate rule; 500 by the older page
  std::int64_t expired_token_status = 400;           // a delta token older than its life
  std::int64_t untracked_status = 400;               // change tracking of a table that has none
  bool repeated_rows = false;                        // a row twice in UpdateMultiple or UpsertMultiple: the last one holds
  bool repeated_members = false;                     // of a member that a body names twice the last one holds; else it is refused
  bool empty_targets = false;                        // CreateMultiple and its kin with no row change nothing; else they are refused
  Duration key_index{10'000};                        // until the index of a key made through the API is built: no key before
  bool repeated_content_ids = false;                 // the same Content-ID in two change sets of a batch
  bool deleted_ids_flat = false;                     // DeletedMetadata names each id with its category; else the ids of a category together
  bool self_ties_named = false;                      // a table's tie to itself may leave out what its two sides are called; else it is refused
  bool quoted_ids = false;                           // a filter may compare an id with its text in quotes; else it is refused
  bool selected_navigation = false;                  // $select may name a lookup by its navigation property; else it is refused
  bool bare_line_feeds = false;                      // lines of a batch may end with LF alone; else they are refused
  bool entity_id_beside_row = false;                 // OData-EntityId and Location come with a representation as well
  bool client_correlation = false;                   // webhooks bear the correlation id that the client sent
  bool time_left_in_seconds = false;                 // the unit of x-ms-ratelimit-time-remaining-xrm-requests; else ms
  bool status_moves_state = false;                   // statuscode alone moves statecode; else it is refused
  bool create_state_passed_over = false;             // statecode in the body of a create changes nothing; else it is refused (not of cases)
  bool default_close_status = false;                 // CloseIncident takes -1 for the default status; else it is no status of a resolved case
  bool empty_text_kept = false;                      // an empty text stays one; else it is null
  bool unresolved_parties = false;                   // a participant may be a bare address
  bool read_only_passed_over = false;                // read-only columns in a body change nothing; else they are refused
  bool larger_tops_cut = false;                      // $top beyond 5000 is 5000; else it is refused
  bool null_clears_any_target = false;               // null on the name of a target that is not set clears the lookup
};

}  // namespace lockstep::emulators::dynamics365
