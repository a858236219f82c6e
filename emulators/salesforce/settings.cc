#include "emulators/salesforce/settings.h"

namespace lockstep::emulators::salesforce {

void add_switches(Switches& switches, Settings& settings) {
  switches.add("daily_api_requests", &settings.daily_api_requests);
  for (auto [name, number] : {std::pair{"daily_app_requests", &settings.daily_app_requests}, std::pair{"limits_lag_ms", &settings.limits_lag_ms},
                              std::pair{"record_count_lag_ms", &settings.record_count_lag_ms}, std::pair{"collection_chunks", &settings.collection_chunks},
                              std::pair{"retrieve_ids", &settings.retrieve_ids}})
    switches.add(name, number);
  for (auto [name, on] :
       {std::pair{"small_pages_refused", &settings.small_pages_refused}, std::pair{"parent_type_needed", &settings.parent_type_needed},
        std::pair{"contact_delete_clears_cases", &settings.contact_delete_clears_cases},
        std::pair{"merge_losers_in_deleted", &settings.merge_losers_in_deleted}, std::pair{"case_comment_events", &settings.case_comment_events},
        std::pair{"changed_fields_dotted", &settings.changed_fields_dotted}, std::pair{"keys_keep_case", &settings.keys_keep_case},
        std::pair{"missing_delete_is_cross_reference", &settings.missing_delete_is_cross_reference},
        std::pair{"blocked_delete_is_dependency", &settings.blocked_delete_is_dependency},
        std::pair{"failed_condition_is_error", &settings.failed_condition_is_error}, std::pair{"org_active", &settings.org_active},
        std::pair{"attached_to_agent", &settings.attached_to_agent}, std::pair{"verb_in_query", &settings.verb_in_query},
        std::pair{"inactive_owner_is_wrong_type", &settings.inactive_owner_is_wrong_type},
        std::pair{"unsupported_conditions_refused", &settings.unsupported_conditions_refused}, std::pair{"view_setup", &settings.view_setup},
        std::pair{"latin_1_texts", &settings.latin_1_texts}, std::pair{"soap_action_needed", &settings.soap_action_needed}})
    switches.add(name, on);
  switches.add("texts_trimmed", &settings.texts_trimmed);
  switches.add("null_booleans_false", &settings.null_booleans_false);
  switches.add("case_account_from_contact", &settings.case_account_from_contact);
  switches.add("case_comments_written_through", &settings.case_comments_written_through);
  switches.add("text_line_ends", &settings.text_line_ends);
  switches.add("security_token", &settings.security_token);
  switches.add("activity_names", &settings.activity_names);
  auto set_access = [&settings](const json::value& value, bool apply) {
    std::string word = scalar_text(value);
    bool known = word == "enabled" || word == "disabled_for_org" || word == "currently_disabled";
    if (known && apply) settings.api_access = word;
    return known;
  };
  switches.add("api_access", set_access, [&settings] { return json::value(settings.api_access); });
  switches.add("times_in_dates", &settings.times_in_dates);
  switches.add("concurrent_requests", &settings.concurrent_requests);
  switches.add("upsert_body_version", &settings.upsert_body_version);
  switches.add("update_only_miss_status", &settings.update_only_miss_status);
  switches.add("cursor_minutes", &settings.cursor_minutes);
  switches.add("open_cursors", &settings.open_cursors);
  switches.add("short_page_rows", &settings.short_page_rows);
  switches.add("daily_bulk_batches", &settings.daily_bulk_batches);
  switches.add("daily_bulk_query_jobs", &settings.daily_bulk_query_jobs);
  switches.add("bulk_job_ms", &settings.bulk_job_ms);
  switches.add("bulk_result_rows", &settings.bulk_result_rows);
  switches.add("bulk_batches_lock", &settings.bulk_batches_lock);
  switches.add("bulk_batch_retries", &settings.bulk_batch_retries);
  switches.add("replication_ids", &settings.replication_ids);
  switches.add("deleted_days", &settings.deleted_days);
  switches.add("archive_days", &settings.archive_days);
  switches.add("overflow_changes", &settings.overflow_changes);
  switches.add("daily_event_deliveries", &settings.daily_event_deliveries);
  switches.add("row_lock_ms", &settings.row_lock_ms);
  switches.add("password_grant", &settings.password_grant);
  switches.add("app_approved", &settings.app_approved);
  switches.add("jwt_access_tokens", &settings.jwt_access_tokens);
  switches.add("session_minutes", &settings.session_minutes);
  switches.add("hourly_logins", &settings.hourly_logins);
  switches.add("instance_url", &settings.instance_url);
  switches.add("high_assurance_required", &settings.high_assurance_required);
  switches.add("password_expired", &settings.password_expired);
  switches.add("rotate_refresh_tokens", &settings.rotate_refresh_tokens);
  switches.add("set_audit_fields", &settings.set_audit_fields);
  switches.add("replication_lag_ms", &settings.replication_lag_ms);
  switches.add("manage_users", &settings.manage_users);
  switches.add("hard_delete_permission", &settings.hard_delete_permission);
  switches.add("tag_collections", &settings.tag_collections);
  switches.add("assign_by_default", &settings.assign_by_default);
  switches.add("repeated_members_fail", &settings.repeated_members_fail);
  switches.add("repeated_ids_fail", &settings.repeated_ids_fail);
  switches.add("merge_sends_events", &settings.merge_sends_events);
  auto set_keys = [&settings](const json::value& value, bool apply) {
    const json::object* keys = value.if_object();
    for (const auto& key : keys&& apply ? *keys : json::object()) settings.jwt_keys[std::string(key.key())] = scalar_text(key.value());
    return keys != nullptr;
  };
  switches.add("jwt_keys", set_keys, [&settings] {
    json::object clients;  // keys are long, and whoever set them has them
    for (const auto& [client, key] : settings.jwt_keys) clients[client] = "(set)";
    return json::value(std::move(clients));
  });
}

}  // namespace lockstep::emulators::salesforce
