#include "emulators/zendesk/events.h"

#include <algorithm>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/core/uuid.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::int64_t kAccountId = 21'000'001;
constexpr Duration kBreakerWindow{300'000};
constexpr std::size_t kBreakerErrors = 1'000;

struct Told {
  std::string_view property;
  std::string_view event;
};
constexpr Told kOfTickets[] = {{"status", "status_changed"},
                               {"priority", "priority_changed"},
                               {"subject", "subject_changed"},
                               {"assignee_id", "agent_assignment_changed"},
                               {"group_id", "group_assignment_changed"},
                               {"requester_id", "requester_changed"},
                               {"organization_id", "organization_changed"},
                               {"tags", "tags_changed"},
                               {"type", "type_changed"},
                               {"external_id", "external_id_changed"}};
constexpr Told kOfUsers[] = {{"name", "name_changed"},   {"email", "email_changed"},        {"role", "role_changed"},
                             {"notes", "notes_changed"}, {"details", "details_changed"},    {"external_id", "external_id_changed"},
                             {"tags", "tags_changed"},   {"suspended", "suspended_changed"}};
constexpr Told kOfOrganizations[] = {{"name", "name_changed"}, {"external_id", "external_id_changed"}, {"tags", "tags_changed"}};

std::vector<Told> told_of(std::string_view type) {
  if (type == "ticket") return {std::begin(kOfTickets), std::end(kOfTickets)};
  if (type == "user") return {std::begin(kOfUsers), std::end(kOfUsers)};
  return {std::begin(kOfOrganizations), std::end(kOfOrganizations)};
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

/// Ids are texts and enumerations upper-case, unlike in the REST API.
json::value in_event(const Property& property, ValueView value, bool upper_case) {
  if (property.kind == Kind::choice && !is_null(value) && !property.custom() && upper_case) return json::value(upper(std::string(text_of(value))));
  if (const std::int64_t* number = std::get_if<std::int64_t>(&value); number && property.kind != Kind::time && property.kind != Kind::integer)
    return json::value(std::to_string(*number));
  return render_value(property, value);
}

}  // namespace

void Breaker::answered(bool well, WallTime now) {
  while (!answers_.empty() && answers_.front().first + kBreakerWindow <= now) {
    errors_ -= answers_.front().second ? 0 : 1;
    answers_.pop_front();
  }
  answers_.emplace_back(now, well);
  errors_ += well ? 0 : 1;
  bool mostly = answers_.size() >= static_cast<std::size_t>(readings_.breaker_least) && errors_ * 10 >= answers_.size() * 7;
  if (!mostly && errors_ <= kBreakerErrors) return;
  closes_ = now + readings_.breaker_open;
  answers_.clear();
  errors_ = 0;
}

bool Events::is_told(std::string_view event) const {
  std::string_view type = event.substr(0, event.find('.')), what = event.substr(std::min(event.size(), type.size() + 1));
  bool of_tickets = type == "ticket", of_users = type == "user";
  if (!of_tickets && !of_users && type != "organization") return false;
  std::vector<Told> changes = told_of(type);
  if (what == "created" || std::any_of(changes.begin(), changes.end(), [&](const Told& each) { return each.event == what; })) return true;
  if (what == "merged") return of_tickets || of_users;
  if (!of_tickets) return what == "deleted";
  return what == "soft_deleted" || what == "comment_added" || (what == "permanently_deleted" && readings_.permanent_deletions_told);
}

std::string Events::new_id() { return make_uuid(rng_); }

std::string Events::new_secret() { return to_base64(sha256(new_id())); }

void Events::note(const ObjectType& type, RowNumber row, const std::string& what, json::object event, WallTime at) {
  const std::string& id = type.table->record(row).id;
  json::object detail{{"id", id},
                      {"created_at", format_time(type.table->record(row).created)},
                      {"updated_at", render_value(type.at("updated_at"), type.get(row, "updated_at"))}};
  for (const Property& property : type.properties) {
    bool shown = !property.custom() && property.name != "description" && property.name != "updated_at" && property.name != "notes";
    if (shown) detail[property.name] = in_event(property, type.table->get(row, property.field), !readings_.enumerations_in_lower_case);
  }
  noted_.push_back({type.name + "." + what, "zen:" + type.name + ":" + id, std::move(detail), std::move(event), at, std::nullopt});
}

void Events::note_saved(SavedTicket saved) {
  if (saved.tickets->name == "ticket" && !triggers_.empty()) noted_.push_back({"", "", {}, {}, {}, std::move(saved)});
}

void Events::created(const ObjectType& type, RowNumber row, WallTime at) {
  note_saved({&type, row, true, {}, std::nullopt});
  note(type, row, "created", {}, at);
}

void Events::changed(const ObjectType& type, RowNumber row, const PackedFields& before, WallTime at) {
  note_saved({&type, row, false, before, std::nullopt});
  bool upper_case = !readings_.enumerations_in_lower_case;
  for (const Told& each : told_of(type.name)) {
    const Property& property = type.at(each.property);
    ValueView previous = before.get(property.field), current = type.table->get(row, property.field);
    if (previous == current) continue;
    json::object event{{"current", in_event(property, current, upper_case)}, {"previous", in_event(property, previous, upper_case)}};
    note(type, row, std::string(each.event), std::move(event), at);
  }
}

void Events::removed(const ObjectType& type, RowNumber row, WallTime at) { note(type, row, type.name == "ticket" ? "soft_deleted" : "deleted", {}, at); }

void Events::purged(const ObjectType& type, RowNumber row, WallTime at) { note(type, row, "permanently_deleted", {}, at); }

void Events::merged(const ObjectType& type, RowNumber row, const std::string& into, WallTime at) {
  note(type, row, "merged", {{"target_" + type.name, json::object{{"id", into}}}}, at);
}

void Events::commented(const ObjectType& tickets, RowNumber ticket, const std::string& id, const std::string& body, bool is_public, WallTime at) {
  for (auto each = noted_.rbegin(); each != noted_.rend(); ++each) {  // it is part of the save that came just before
    if (!each->saved || each->saved->row != ticket) continue;
    each->saved->public_comment = is_public;
    break;
  }
  note(tickets, ticket, "comment_added", {{"comment", json::object{{"id", id}, {"body", body}, {"is_public", is_public}}}}, at);
}

void Events::send(const Webhook& webhook, std::string body, OutgoingQueue& queue, WallTime now) {
  if (trial_ && !trial_calls_.admit(now)) return;
  queue.push(now, request_of(webhook, std::move(body)));
}

http::Request Events::request_of(const Webhook& webhook, std::string body) {
  http::Request request(webhook.http_method, webhook.endpoint);
  request.headers.add("Content-Type", webhook.request_format == "xml"            ? "application/xml"
                                      : webhook.request_format == "form_encoded" ? "application/x-www-form-urlencoded"
                                                                                 : "application/json");
  for (const auto& header : webhook.custom_headers) request.headers.add(std::string(header.key()), scalar_text(header.value()));
  request.headers.add("User-Agent", "Zendesk Webhook");
  request.headers.add("X-Zendesk-Account-Id", std::to_string(kAccountId));
  request.headers.add("X-Zendesk-Webhook-Id", webhook.id);
  request.headers.add("X-Zendesk-Webhook-Invocation-Id", new_id());
  const json::object* authentication = webhook.authentication.if_object();
  const json::value* data = authentication ? authentication->if_contains("data") : nullptr;
  if (data && data->is_object()) {
    const json::object& held = data->get_object();
    std::string_view kind = text_member(*authentication, "type");
    if (kind == "bearer_token") request.headers.add("Authorization", "Bearer " + std::string(text_member(held, "token")));
    if (kind == "basic_auth")
      request.headers.add("Authorization", "Basic " + to_base64(std::string(text_member(held, "username")) + ":" + std::string(text_member(held, "password"))));
    if (kind == "api_key") request.headers.add(std::string(text_member(held, "name")), std::string(text_member(held, "value")));
  }
  request.body = std::move(body);
  request.timeout = timeout_;
  return request;
}

void Events::flush(OutgoingQueue& queue, WallTime now) {
  std::vector<Noted> noted = std::exchange(noted_, {});
  if (webhooks_.empty()) return;
  run_triggers(noted, queue, now);
  std::erase_if(noted, [](const Noted& each) { return each.saved.has_value(); });
  std::map<std::string, std::pair<std::string, int>> sequences;  // by subject: id, events
  for (const Noted& each : noted) ++sequences[each.subject].second;
  std::map<std::string, int> positions;
  std::vector<std::pair<std::string, json::object>> bodies;
  for (Noted& each : noted) {
    auto& [sequence, total] = sequences[each.subject];
    if (sequence.empty()) sequence = new_id();
    json::object place{{"id", sequence}, {"position", ++positions[each.subject]}, {"total", total}};
    each.event["meta"] = json::object{{"sequence", std::move(place)}};
    bodies.emplace_back("zen:event-type:" + each.type, json::object{{"type", "zen:event-type:" + each.type},
                                                                    {"account_id", kAccountId},
                                                                    {"id", new_id()},
                                                                    {"time", format_time(each.at)},
                                                                    {"zendesk_event_version", "2022-11-06"},
                                                                    {"subject", each.subject},
                                                                    {"detail", std::move(each.detail)},
                                                                    {"event", std::move(each.event)}});
  }
  for (std::size_t i = bodies.size(); i > 1; --i) std::swap(bodies[i - 1], bodies[rng_.below(i)]);
  for (const auto& [id, webhook] : webhooks_) {
    if (webhook.status != "active" || breaker_.open(now)) continue;
    for (const auto& [type, body] : bodies) {
      const auto& wanted = webhook.subscriptions;
      if (std::find(wanted.begin(), wanted.end(), type) != wanted.end()) send(webhook, json::serialize(body), queue, now);
    }
  }
}

void Events::run_triggers(const std::vector<Noted>& noted, OutgoingQueue& queue, WallTime now) {
  for (const Noted& each : noted) {
    if (!each.saved) continue;
    for (const auto& [id, body] : triggers_.run(*each.saved)) {
      auto webhook = webhooks_.find(id);
      if (webhook == webhooks_.end() || webhook->second.status != "active" || breaker_.open(now)) continue;
      RowNumber row = each.saved->row;
      send(webhook->second, fill_placeholders(body, [&](std::string_view name) { return placeholder_(row, name); }), queue, now);
    }
  }
}

void Events::prepare(http::Request& request, WallTime now) const {
  auto id = request.headers.find("X-Zendesk-Webhook-Id");
  auto webhook = webhooks_.find(std::string(id.value_or("")));
  std::string stamp = format_time(now);
  request.headers.set("X-Zendesk-Webhook-Signature-Timestamp", stamp);
  if (webhook != webhooks_.end()) request.headers.set("X-Zendesk-Webhook-Signature", to_base64(hmac_sha256(webhook->second.secret, stamp + request.body)));
}

}  // namespace lockstep::emulators::zendesk
