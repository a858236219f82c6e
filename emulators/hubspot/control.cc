// The control plane: edits as a person, fixtures, webhook subscriptions, switches.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::string_view kTies = "associations.";

std::string sentence(const ApiError& error) { return error.category.empty() ? error.message : error.category + ": " + error.message; }

/// `associations.companies` of an edit, apart from its properties.
json::object split_ties(const json::object& fields, json::object& ties) {
  json::object properties;
  for (const auto& member : fields) {
    std::string_view name(member.key().data(), member.key().size());
    (name.starts_with(kTies) ? ties : properties)[member.key()] = member.value();
  }
  return properties;
}

}  // namespace

Result<std::string> HubSpot::apply(const Edit& edit) {
  ObjectType* type = portal_.catalogue().find(edit.object, kAnyName);
  if (!type) {
    std::vector<std::string> names;
    for (const ObjectType& each : portal_.catalogue().objects()) names.push_back(each.name);
    return fail(ErrorCode::not_found, fmt::format("no object type '{}'; there are {}", edit.object, join(names, ", ")));
  }
  portal_.associate_by_domain(now());
  imports_.settle(portal_, now());
  Writer writer;
  writer.at = now();
  writer.actor = edit.actor;
  writer.change_source = edit.kind == EditKind::load ? "IMPORT" : edit.actor.kind == ActorKind::integration ? "INTEGRATION" : "CRM_UI";
  auto [user, fresh] = users_.emplace(edit.actor.name, 10'300'000 + users_.size());
  writer.source_id = fmt::format("userId:{}", user->second);
  writer.journaled = edit.kind != EditKind::load;
  writer.admin_rules = writer.journaled;
  writer.text_values = edit.text_values;
  Result<std::string> id = apply_to(edit, *type, writer);
  portal_.events().flush(outgoing(), now());
  return id;
}

Result<std::string> HubSpot::apply_to(const Edit& edit, ObjectType& type, const Writer& writer) {
  json::object ties, properties = edit.fields ? split_ties(*edit.fields, ties) : json::object();
  auto told = [](const ApiError& error) { return fail(ErrorCode::invalid_input, sentence(error)); };
  UnitOfWork unit(portal_);
  RowNumber row = kNoRow;
  if (edit.kind == EditKind::create || edit.kind == EditKind::load) {
    auto created = portal_.create(type, properties, nullptr, writer);
    if (!created) return told(created.error());
    row = *created;
  } else {
    bool restoring = edit.kind == EditKind::restore;
    row = restoring ? portal_.find_archived(type, edit.id, now()) : portal_.find_live(type, edit.id);
    if (row == kNoRow) return fail(ErrorCode::not_found, fmt::format("no {} {}{}", type.singular, edit.id, restoring ? " in the recycle bin" : ""));
  }
  Outcome<void> done;
  if (edit.kind == EditKind::update && (!properties.empty() || ties.empty())) done = portal_.update(type, row, properties, writer);
  if (edit.kind == EditKind::remove) portal_.archive(type, row, writer);
  if (edit.kind == EditKind::restore) done = portal_.restore(type, row, writer);
  if (edit.kind == EditKind::merge) {
    RowNumber winner = portal_.find_live(type, edit.into);
    if (winner == kNoRow) return fail(ErrorCode::not_found, fmt::format("no {} {}", type.singular, edit.into));
    auto merged = portal_.merge(type, winner, row, writer);
    if (!merged) return told(merged.error());
    row = *merged;
  }
  if (!done) return told(done.error());
  for (const auto& member : ties) {
    std::string_view name(member.key().data() + kTies.size(), member.key().size() - kTies.size());
    ObjectType* to = portal_.catalogue().find(name, kAnyName);
    if (!to) return fail(ErrorCode::invalid_input, fmt::format("no object type '{}'", name));
    auto set = portal_.set_ties(type, row, *to, member.value(), writer);
    if (!set) return told(set.error());
  }
  unit.commit();
  return type.table->record(row).id;
}

std::optional<http::Response> HubSpot::control(const http::ServerRequest& request, std::string_view path) {
  if (path == "webhooks") return webhooks(request);
  if (path == "webhooks/test") return test_webhook(request);
  if (path == "settings") return switches_.answer(request);
  return std::nullopt;
}

http::Response HubSpot::webhooks(const http::ServerRequest& request) {
  Events& events = portal_.events();
  if (request.method == "DELETE") events.clear();
  if (request.method == "POST") {
    auto sent = read_control_object(request);
    if (!sent) return control_refusal(sent.error().message);
    if (auto changed = change_webhooks(*sent); !changed) return control_refusal(changed.error().message);
  }
  json::array rows;
  for (const Subscription& each : events.subscriptions()) {
    rows.push_back(render_subscription(each));
  }
  return json_answer(200, json::object{{"url", events.settings().target_url}, {"subscriptions", std::move(rows)}});
}

/// {"subscription": 3329001}: the test button of the account.
http::Response HubSpot::test_webhook(const http::ServerRequest& request) {
  auto sent = read_control_object(request);
  if (!sent) return control_refusal(sent.error().message);
  const json::value* id = sent->if_contains("subscription");
  const Subscription* found = id ? portal_.events().find(scalar_text(*id)) : nullptr;
  if (!found) return control_refusal("subscription is the id of one");
  portal_.events().test(*found, now());
  portal_.events().flush(outgoing(), now());
  return http::Response(204, "");
}

Result<void> HubSpot::change_webhooks(const json::object& sent) {
  WebhookSettings next = portal_.events().settings();
  if (std::string_view url = text_member(sent, "url"); !url.empty()) next.target_url = std::string(url);
  if (std::string_view secret = text_member(sent, "secret"); !secret.empty()) next.secret = std::string(secret);
  if (!http::parse_url(next.target_url)) return fail(ErrorCode::invalid_input, "url is missing or not absolute");
  auto number = [&](const char* name, double otherwise) {
    const json::value* member = sent.if_contains(name);
    return member && member->is_number() ? member->to_number<double>() : otherwise;
  };
  next.delay = Duration(static_cast<std::int64_t>(number("delay_ms", static_cast<double>(next.delay.count()))));
  next.jitter = Duration(static_cast<std::int64_t>(number("jitter_ms", static_cast<double>(next.jitter.count()))));
  next.duplicate_rate = number("duplicate_rate", next.duplicate_rate);
  if (const json::value* shuffle = sent.if_contains("shuffle"); shuffle && shuffle->is_bool()) next.shuffle = shuffle->get_bool();
  std::vector<Duration> schedule;
  const json::value* delays = sent.if_contains("retry_ms");
  if (delays && !delays->is_array()) return fail(ErrorCode::invalid_input, "retry_ms is a list of milliseconds");
  for (std::size_t i = 0; delays && i < delays->get_array().size(); ++i) {
    const json::value& delay = delays->get_array()[i];
    if (!delay.is_int64() || delay.get_int64() < 0) {
      return fail(ErrorCode::invalid_input, "retry_ms is a list of milliseconds");
    }
    schedule.emplace_back(delay.get_int64());
  }
  TRY(std::vector<Subscription> added, read_subscriptions(sent));
  if (const json::value* list = sent.if_contains("subscriptions"); list && list->is_string()) portal_.events().clear();
  for (Subscription& each : added) {
    each.created = each.updated = now();
    portal_.events().subscribe(std::move(each));
  }
  if (delays) outgoing().set_schedule(std::move(schedule));
  portal_.events().settings() = std::move(next);
  portal_.events().forget_cached_settings();
  return {};
}

Result<std::vector<Subscription>> HubSpot::read_subscriptions(const json::object& sent) const {
  std::vector<Subscription> read;
  const json::value* list = sent.if_contains("subscriptions");
  if (list && list->is_string() && list->get_string() == "all") return all_subscriptions(portal_.catalogue());
  if (!list || !list->is_array()) return fail(ErrorCode::invalid_input, "subscriptions is a list, or \"all\"");
  for (const json::value& item : list->get_array()) {
    const json::object* object = item.if_object();
    if (!object) return fail(ErrorCode::invalid_input, "a subscription is an object");
    TRY(Subscription subscription, read_subscription(*object, portal_.catalogue()));
    read.push_back(std::move(subscription));
  }
  return read;
}

void HubSpot::add_switches() {
  PortalSettings& portal = portal_.settings();
  switches_.add("limits", &limits_);
  switches_.add("rotate_refresh_tokens", &rotate_refresh_tokens_);
  switches_.add("newest_multi_status", &newest_multi_status_);
  switches_.add("subscriptions_by_put", &subscriptions_by_put_);
  switches_.add("banned", &banned_);
  switches_.add("missing_scopes_in_context", &missing_scopes_in_context_);
  switches_.add("email_contents_by_either", &email_contents_by_either_);
  switches_.add("admin_rules_everywhere", &admin_rules_everywhere_);
  switches_.add("default_lifecycle_stage", &portal.default_lifecycle_stage);
  switches_.add("merge_keeps_primary_id", &portal.merge_keeps_primary_id);
  switches_.add("engagements_ignore_unknown", &portal.engagements_ignore_unknown);
  switches_.add("engagement_unique_properties", &portal.engagement_unique_properties);
  switches_.add("null_clears", &portal.null_clears);
  switches_.add("taken_address_is_invalid", &portal.taken_address_is_invalid);
  switches_.add("traced_updates_partial", &portal.traced_updates_partial);
  switches_.add("auto_associate", &portal.auto_associate);
  switches_.add("associations_touch", &portal.associations_touch);
  switches_.add("numeric_association_ids", &portal.numeric_association_ids);
  switches_.add("archive_skips_unknown", &portal.archive_skips_unknown);
  switches_.add("archived_owners_assignable", &portal.archived_owners_assignable);
  switches_.add("conventional_required", &portal.conventional_required);
  switches_.add("newer_options", &portal.newer_options);
  switches_.add("unique_ignores_case", &portal.unique_ignores_case);
  switches_.add("merge_deletes_primary", &portal.merge_deletes_primary);
  switches_.add("unequal_finds_empty", &portal.unequal_finds_empty);
  switches_.add("trace_ids_everywhere", &portal.trace_ids_everywhere);
  switches_.add("expired_as_invalid", &portal.expired_as_invalid);
  switches_.add("merged_ids_writable", &portal.merged_ids_writable);
  switches_.add("unique_collision_status", &portal.unique_collision_status);
  switches_.add("addresses_keep_case", &portal.addresses_keep_case);
  switches_.add("ticket_dates_writable", &portal.ticket_dates_writable);
  switches_.add("search_iso_dates", &portal.search_iso_dates);
  switches_.add("activity_auto_associate", &portal.activity_auto_associate);
  switches_.add("lifecycle_sync", &portal.lifecycle_sync);
  switches_.add("phones_reformatted", &portal.phones_reformatted);
  switches_.add("boolean_values", &portal.boolean_values);
  switches_.add("numeric_input_ids", &portal.numeric_input_ids);
  switches_.add("throttling_optional", &portal.throttling_optional);
  switches_.add("older_limits_cut", &portal.older_limits_cut);
  switches_.add("any_type_names", &portal_.catalogue().any_names);
  switches_.add("numbers_as_texts", &portal.numbers_as_texts);
  switches_.add("numeric_metadata", &portal.numeric_metadata);
  switches_.add("older_metadata_ignored", &portal.older_metadata_ignored);
  switches_.add("filter_values_as_they_are", &portal.filter_values_as_they_are);
  switches_.add("zoned_instants", &portal.zoned_instants);
  switches_.add("plain_webhook_urls", &portal.plain_webhook_urls);
  switches_.add("association_read_inputs", &portal.association_read_inputs);
  switches_.add("daily_import_rows", &portal.daily_import_rows);
  switches_.add("import_file_bytes", &portal.import_file_bytes);
  switches_.add("record_limit", &portal.record_limit);
  switches_.add("settings_cache_ms", &portal_.events().settings_cache());
  switches_.add("engagement_webhooks", &portal_.events().settings().of_engagements);
  switches_.add("journal_ids_as_texts", &portal_.events().journal().ids_as_texts);
  switches_.add("cleared_as_null", &portal_.events().settings().cleared_as_null);
  switches_.add("first_company_is_primary", &portal_.associations().first_is_primary);
  switches_.when_changed([this] { portal_.take_settings(); });
  switches_.add("history_page", &portal.history_page);
  switches_.add("list_page", &portal.list_page);
  switches_.add("journal_end_status", &portal.journal_end_status);
  switches_.add("archived_owners_keep_users", &portal.archived_owners_keep_users);
  switches_.add("key_source_id", &portal.key_source_id);
  switches_.add("signature_decodes_path", &portal_.events().settings().decodes_path);
  switches_.add("index_lag_ms", &portal.index_lag);
  switches_.add_limit("daily_requests", daily_);
  switches_.add_limit("daily_exports", export_limit_);
  switches_.add_limit("daily_association_requests", daily_ties_);
  switches_.add_limit("search_requests", search_limit_);
  /// `limit`: which one, of all apps that fit.
  auto add_of_apps = [this](const char* name, RollingLimit App::*limit, std::function<bool(const App&)> fits) {
    auto show = [this, limit, fits]() -> json::value {
      for (const auto& [id, app] : apps_) {
        if (fits(app)) return (app.*limit).limit();
      }
      return nullptr;
    };
    auto set = [this, limit, fits](const json::value& value, bool apply) {
      bool good = value.is_int64() && value.get_int64() >= 0;
      for (auto& [id, app] : apps_) {
        if (good && apply && fits(app)) (app.*limit).set_limit(value.get_int64());
      }
      return good;
    };
    switches_.add(name, set, show);
  };
  add_of_apps("burst_requests", &App::burst, [](const App& app) { return !app.oauth; });
  add_of_apps("oauth_burst_requests", &App::burst, [](const App& app) { return app.oauth; });
  add_of_apps("association_requests", &App::ties, [](const App&) { return true; });
  auto add_list = [this](const char* name, std::set<std::string, std::less<>>& texts) {
    auto set = [&texts](const json::value& value, bool apply) {
      if (value.is_array() && apply) texts.clear();
      for (const json::value& each : value.is_array() && apply ? value.get_array() : json::array()) texts.insert(scalar_text(each));
      return value.is_array();
    };
    switches_.add(name, set, [&texts] { return json::value(json::array(texts.begin(), texts.end())); });
  };
  add_list("denied_scopes", denied_scopes_);
  add_list("redirect_uris", redirect_uris_);
}

}  // namespace lockstep::emulators::hubspot
