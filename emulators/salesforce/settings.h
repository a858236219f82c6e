#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "emulators/core/switches.h"

namespace lockstep::emulators::salesforce {

/// What `POST /__emulator/settings` changes: limits, durations, and switches for what of the contract is not confirmed.
/// Defaults are the stricter reading.
struct Settings {
  std::int64_t daily_api_requests = 15'000;
  std::int64_t daily_app_requests = 0;          // of each application; 0: no quota of its own
  std::int64_t limits_lag_ms = 300'000;         // how old the numbers of /limits may be
  std::int64_t record_count_lag_ms = 300'000;   // the same of /limits/recordCount
  std::int64_t concurrent_requests = 5;         // that run for 20 s and longer: a Developer edition's
  bool password_grant = false;                  // OAuth's username-password flow, which new orgs block
  bool app_approved = true;                     // false: an administrator has to let users in first, and has not
  bool jwt_access_tokens = false;               // sessions are web tokens, which SOAP refuses
  std::int64_t session_minutes = 120;           // how long a session lives unused
  std::int64_t hourly_logins = 3'600;           // of one user
  std::string instance_url;                     // told with each token; empty: the address that was called
  bool high_assurance_required = false;         // the profile wants more than any session here has: 401 that no refresh mends
  bool password_expired = false;                // SOAP logs in all the same, to a session that is good for nothing
  bool rotate_refresh_tokens = false;           // a refresh hands out a new refresh token and the old one dies
  std::map<std::string, std::string> jwt_keys;  // by client: the PEM key or certificate its assertions are verified with
  std::int64_t upsert_body_version = 46;        // the first API version whose upsert answers an update with a body
  std::int64_t update_only_miss_status = 404;   // of an upsert with updateOnly=true that finds nothing
  std::int64_t cursor_minutes = 15;             // how long a query's cursor lives unused
  std::int64_t open_cursors = 10;
  std::int64_t short_page_rows = 200;        // of a page that the fault short_page makes short
  std::int64_t daily_bulk_batches = 15'000;  // of both bulk APIs, in rolling 24 hours
  std::int64_t daily_bulk_query_jobs = 10'000;
  std::int64_t bulk_job_ms = 500;                  // from UploadComplete to JobComplete
  std::int64_t bulk_result_rows = 250'000;         // of one page of results at most
  bool bulk_batches_lock = true;                   // batches of a load run side by side and lock each other's parents; else one after the other
  std::int64_t bulk_batch_retries = 20;            // of a batch that fails, before its job does; older pages say 10
  bool small_pages_refused = true;                 // batchSize below 200 and above 2,000 is an error; else it is read as these
  bool parent_type_needed = true;                  // whoever names a parent by its key says of which type, where several could be
  bool contact_delete_clears_cases = false;        // deleting a contact takes it off its cases; else they block it
  bool merge_losers_in_deleted = true;             // the deleted resource tells of them
  bool changed_fields_dotted = true;               // parts of a compound field are named with it in changedFields: MailingAddress.City, not MailingCity
  bool keys_keep_case = false;                     // external ids are matched as they are written; else without case
  bool case_comment_events = false;                // comments of cases have change events
  bool blocked_delete_is_dependency = false;       // what keeps a record from being deleted is told as DEPENDENCY_EXISTS, not DELETE_FAILED
  bool failed_condition_is_error = false;          // a write whose If-Unmodified-Since fails: 400 with a code, not 412
  bool unsupported_conditions_refused = true;      // If-Range, and conditions of a DELETE: 400; else they are passed over
  std::string api_access = "enabled";              // disabled_for_org, currently_disabled: every call is 403
  bool org_active = true;                          // false: nobody logs in
  bool attached_to_agent = true;                   // false: the app waits for an administrator, and no refresh mends its 401
  bool verb_in_query = false;                      // _HttpMethod in the query of a POST is the verb that is meant
  bool inactive_owner_is_wrong_type = false;       // such an owner: OP_WITH_INVALID_USER_TYPE_EXCEPTION, not INACTIVE_OWNER_OR_USER
  bool view_setup = true;                          // the user's profile lets see how the org is set up, its limits among it
  std::string security_token;                      // appended to a password that comes from an address the org does not trust; empty: it trusts all
  std::int64_t activity_names = 100'000;           // different people and things that one query of activities may name
  bool latin_1_texts = false;                      // an old org, whose texts hold no other characters
  bool soap_action_needed = true;                  // a call without that header is a fault
  bool missing_delete_is_cross_reference = false;  // DELETE of an id that never was: INVALID_CROSS_REFERENCE_KEY, not NOT_FOUND
  std::int64_t collection_chunks = 10;             // how often the type may change within a collection
  std::int64_t retrieve_ids = 2'000;               // ids of one read by ids
  bool times_in_dates = false;                     // a date may be given as an instant, whose day it is
  bool texts_trimmed = true;                       // blanks around a text are dropped; else it is kept as it came
  bool null_booleans_false = false;                // null for a boolean is false; else it is refused
  bool case_account_from_contact = true;           // a new case that names a contact alone is of the contact's account as well
  bool case_comments_written_through = true;       // Case.Comments becomes a CaseComment and reads back null; else it is a text like others
  std::string text_line_ends = "kept";             // of long texts: kept, lf or crlf
  bool set_audit_fields = false;                   // the user's profile allows to say who created a record and when
  std::int64_t replication_lag_ms = 30'000;        // until a change is told by updated and deleted
  bool manage_users = false;                       // the user's profile allows to change users
  bool hard_delete_permission = false;             // the user's profile allows hardDelete
  bool tag_collections = false;                    // collections and composite name their client in changeOrigin
  bool assign_by_default = true;                   // assignment rules run unless Sforce-Auto-Assign says FALSE
  bool repeated_members_fail = true;               // a body that names a member of one object twice; else the last one holds
  bool repeated_ids_fail = true;                   // an id named twice in a collection: both items fail; else the last one holds
  bool merge_sends_events = true;                  // a merge sends DELETE of the loser and UPDATE of what moved
  std::int64_t overflow_changes = 100'000;         // changes of one transaction before an overflow event
  std::int64_t daily_event_deliveries = 50'000;    // of the Streaming API, in rolling 24 hours
  std::int64_t replication_ids = 600'000;          // of one answer of updated and deleted at most
  std::int64_t deleted_days = 15;                  // how far back the log of deletes reaches: less once it was purged
  std::int64_t archive_days = 365;                 // after which closed tasks and past events are archived
  std::int64_t row_lock_ms = 0;                    // how long after a write its parents stay locked for others
};

void add_switches(Switches& switches, Settings& settings);

}  // namespace lockstep::emulators::salesforce
