#include "emulators/salesforce/settings.h"

#include <fmt/format.h>

namespace lockstep::emulators::salesforce {
namespace {

struct NumberSetting {
  const char* name;
  std::int64_t Settings::*member;
};
struct FlagSetting {
  const char* name;
  bool Settings::*member;
};

constexpr NumberSetting kNumbers[] = {
    {"daily_api_requests", &Settings::daily_api_requests},
    {"concurrent_requests", &Settings::concurrent_requests},
    {"upsert_body_version", &Settings::upsert_body_version},
    {"update_only_miss_status", &Settings::update_only_miss_status},
    {"cursor_minutes", &Settings::cursor_minutes},
    {"open_cursors", &Settings::open_cursors},
    {"daily_bulk_batches", &Settings::daily_bulk_batches},
    {"daily_bulk_query_jobs", &Settings::daily_bulk_query_jobs},
    {"bulk_job_ms", &Settings::bulk_job_ms},
    {"bulk_result_rows", &Settings::bulk_result_rows},
    {"deleted_days", &Settings::deleted_days},
    {"archive_days", &Settings::archive_days},
    {"overflow_changes", &Settings::overflow_changes},
    {"daily_event_deliveries", &Settings::daily_event_deliveries},
    {"row_lock_ms", &Settings::row_lock_ms},
};
constexpr FlagSetting kFlags[] = {
    {"high_assurance_required", &Settings::high_assurance_required},
    {"password_expired", &Settings::password_expired},
    {"rotate_refresh_tokens", &Settings::rotate_refresh_tokens},
    {"hard_delete_permission", &Settings::hard_delete_permission},
    {"tag_collections", &Settings::tag_collections},
    {"merge_sends_events", &Settings::merge_sends_events},
};

Result<void> change_one(Settings& settings, std::string_view name, const json::value& value) {
  for (const NumberSetting& number : kNumbers) {
    if (name != number.name) continue;
    if (!value.is_int64() || value.get_int64() < 0) return fail(ErrorCode::invalid_input, fmt::format("{} is a whole number", name));
    settings.*number.member = value.get_int64();
    return {};
  }
  for (const FlagSetting& flag : kFlags) {
    if (name != flag.name) continue;
    if (!value.is_bool()) return fail(ErrorCode::invalid_input, fmt::format("{} is true or false", name));
    settings.*flag.member = value.get_bool();
    return {};
  }
  if (name != "jwt_keys") return fail(ErrorCode::invalid_input, fmt::format("there is no setting {}", name));
  if (!value.is_object()) return fail(ErrorCode::invalid_input, "jwt_keys is an object: client id to PEM");
  for (const auto& key : value.get_object()) settings.jwt_keys[std::string(key.key())] = scalar_text(key.value());
  return {};
}

}  // namespace

Result<void> change_settings(Settings& settings, const json::object& given) {
  Settings changed = settings;
  for (const auto& member : given) {
    std::string_view name(member.key().data(), member.key().size());
    if (auto done = change_one(changed, name, member.value()); !done) return done;
  }
  settings = std::move(changed);
  return {};
}

json::object show_settings(const Settings& settings) {
  json::object shown;
  for (const NumberSetting& number : kNumbers) shown[number.name] = settings.*number.member;
  for (const FlagSetting& flag : kFlags) shown[flag.name] = settings.*flag.member;
  return shown;
}

}  // namespace lockstep::emulators::salesforce
