// The control plane: edits, fixtures, fields, switches.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

/// A switch that is one of these words.
void add_word(Switches& switches, const char* name, std::vector<std::string> words, std::string& held) {
  auto set = [&held, words = std::move(words)](const json::value& value, bool apply) {
    bool known = value.is_string() && std::find(words.begin(), words.end(), std::string(value.get_string())) != words.end();
    if (known && apply) held = std::string(value.get_string());
    return known;
  };
  switches.add(name, set, [&held] { return json::value(held); });
}

}  // namespace

Result<std::string> Zendesk::apply(const Edit& edit) {
  ObjectType* type = account_.type(edit.object);
  if (!type) return fail(ErrorCode::not_found, fmt::format("no object '{}'; there are tickets, users and organizations", edit.object));
  bool loading = edit.kind == EditKind::load;
  Writer by{now(), edit.actor, 0, "", !loading, edit.text_values, false};
  by.user = account_.user_of(edit.actor, by.at);
  RowNumber row = kNoRow;
  Outcome<void> done;
  if (edit.kind == EditKind::create || loading) {
    auto created = account_.create(*type, *edit.fields, by);
    if (!created) return fail(ErrorCode::invalid_input, sentence(created.error()));
    row = *created;
  } else {
    bool restoring = edit.kind == EditKind::restore;
    row = type->table->find(edit.id);
    if (row == kNoRow || type->table->record(row).deleted != restoring || type->table->record(row).fields.empty())
      return fail(ErrorCode::not_found, fmt::format("no {}{} {}", restoring ? "deleted " : "", type->name, edit.id));
  }
  if (edit.kind == EditKind::update) done = account_.update(*type, row, *edit.fields, by);
  if (edit.kind == EditKind::remove) done = account_.remove(*type, row, by);
  if (edit.kind == EditKind::restore) done = account_.restore(*type, row, by);
  if (edit.kind == EditKind::merge) {
    RowNumber winner = account_.find_live(*type, edit.into);
    if (winner == kNoRow) return fail(ErrorCode::not_found, fmt::format("no {} {}", type->name, edit.into));
    if (type->name == "organization") return fail(ErrorCode::invalid_input, "organizations are not merged");
    done = type->name == "user" ? account_.merge_users(winner, row, by) : account_.merge_tickets(winner, {row}, {}, by);
  }
  account_.events().flush(outgoing(), now());
  if (!done) return fail(ErrorCode::invalid_input, sentence(done.error()));
  return type->table->record(row).id;
}

Result<void> Zendesk::change_schema(const SchemaChange& change) {
  ObjectType* type = account_.type(change.object);
  Property* property = type ? type->find(change.field) : nullptr;
  if (!property) return fail(ErrorCode::not_found, fmt::format("no field {} of {}", change.field, change.object));
  bool options = !change.add_option.empty() || !change.remove_option.empty();
  if (options && property->kind != Kind::choice) return fail(ErrorCode::invalid_input, fmt::format("{} has no options", change.field));
  if (change.required) property->required = *change.required;
  if (!change.add_option.empty() && std::find(property->options.begin(), property->options.end(), change.add_option) == property->options.end())
    property->options.push_back(change.add_option);
  if (!change.remove_option.empty()) std::erase(property->options, change.remove_option);
  return {};
}

void Zendesk::add_switches() {
  switches_.add("limits", &limits_);
  switches_.add("api_tokens", &api_tokens_);
  switches_.add("api_tokens_made", &api_tokens_made_);
  switches_.add("passwords", &passwords_);
  switches_.add("trial", &trial_);
  switches_.add_limit("requests_per_minute", per_minute_);
  switches_.add("job_kept_ms", &jobs_.kept());
  switches_.add("webhook_retries", &webhook_retries_);
  switches_.add("webhook_retry_ms", &webhook_retry_ms_);
  switches_.add("api_token_unused_days", &api_token_unused_days_);
  switches_.add("webhook_timeout_ms", &webhook_timeout_ms_);
  switches_.add("close_solved_days", &close_solved_days_);
  switches_.add("refresh_token_life_ms", &refresh_token_life_ms_);
  switches_.add("index_lag_ms", &options_.index_lag);
  switches_.add_limit("exports_per_minute", exports_);
  add_readings();
  switches_.when_changed([this] { set_retries(); });
}

void Zendesk::add_readings() {
  Readings& readings = account_.readings();
  const std::pair<const char*, bool*> by_name[] = {{"unknown_members", &readings.unknown_members},
                                                   {"unknown_parameters", &readings.unknown_parameters},
                                                   {"unknown_side_loads", &readings.unknown_side_loads},
                                                   {"unknown_orders", &readings.unknown_orders},
                                                   {"fields_give_way", &readings.fields_give_way},
                                                   {"any_content_type", &readings.any_content_type},
                                                   {"large_pages", &readings.large_pages},
                                                   {"search_passes_over", &readings.search_passes_over},
                                                   {"unknown_scopes_refused", &readings.unknown_scopes_refused},
                                                   {"shared_external_ids", &readings.shared_external_ids},
                                                   {"email_replaces", &readings.email_replaces},
                                                   {"requesters_deleted", &readings.requesters_deleted},
                                                   {"organizations_made_by_name", &readings.organizations_made_by_name},
                                                   {"assignees_of_any_group", &readings.assignees_of_any_group},
                                                   {"shared_group_names", &readings.shared_group_names},
                                                   {"agents_without_group", &readings.agents_without_group},
                                                   {"default_group_deleted", &readings.default_group_deleted},
                                                   {"deleted_groups_left_out", &readings.deleted_groups_left_out},
                                                   {"unknown_assignees_passed_over", &readings.unknown_assignees_passed_over},
                                                   {"unknown_followers_passed_over", &readings.unknown_followers_passed_over},
                                                   {"domains_assign_nobody", &readings.domains_assign_nobody},
                                                   {"tags_added_to_one", &readings.tags_added_to_one},
                                                   {"views_of_any_condition", &readings.views_of_any_condition},
                                                   {"audits_oldest_first", &readings.audits_oldest_first},
                                                   {"strangers_refused", &readings.strangers_refused},
                                                   {"unknown_subscriptions", &readings.unknown_subscriptions},
                                                   {"comments_without_text", &readings.comments_without_text},
                                                   {"uploads_used_again", &readings.uploads_used_again},
                                                   {"puts_counted_alone", &readings.puts_counted_alone},
                                                   {"jobs_in_order", &readings.jobs_in_order},
                                                   {"deleted_organizations_exported", &readings.deleted_organizations_exported},
                                                   {"permanent_deletions_told", &readings.permanent_deletions_told},
                                                   {"enumerations_in_lower_case", &readings.enumerations_in_lower_case},
                                                   {"retries_without_time", &readings.retries_without_time}};
  for (const auto& [name, reading] : by_name) switches_.add(name, reading);
  switches_.add("upload_life_ms", &readings.upload_life);
  switches_.add("breaker_least", &readings.breaker_least);
  switches_.add("breaker_open_ms", &readings.breaker_open);
  switches_.add("idempotency_key_ms", &readings.idempotency_key_life);
  add_word(switches_, "jobs_end", {"completed", "failed", "killed"}, readings.jobs_end);
  add_word(switches_, "deleted_references", {"nulled", "kept", "blocked"}, readings.deleted_references);
  auto set_statuses = [&readings](const json::value& value, bool apply) {
    const json::array* list = value.if_array();
    auto is_failure = [](const json::value& each) { return each.is_int64() && (each.get_int64() == 0 || (each.get_int64() >= 300 && each.get_int64() < 600)); };
    if (!list || !std::all_of(list->begin(), list->end(), is_failure)) return false;
    if (apply) readings.webhook_retried_statuses = json::value_to<std::vector<std::int64_t>>(value);
    return true;
  };
  switches_.add("webhook_retried_statuses", set_statuses, [&readings] { return json::value_from(readings.webhook_retried_statuses); });
}

void Zendesk::set_retries() {
  account_.events().set_trial(trial_);
  account_.events().set_timeout(Duration(webhook_timeout_ms_));
  std::vector<Duration> delays;
  for (std::int64_t i = 0, delay = webhook_retry_ms_; i < std::min<std::int64_t>(webhook_retries_, 10); ++i, delay *= 3) delays.emplace_back(delay);
  outgoing().set_schedule(std::move(delays));
}

std::optional<http::Response> Zendesk::control(const http::ServerRequest& request, std::string_view path) {
  if (path != "settings") return std::nullopt;
  return switches_.answer(request);
}

}  // namespace lockstep::emulators::zendesk
