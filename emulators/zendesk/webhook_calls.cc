// Webhooks as records of their own (contract A9).
#include <algorithm>

#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::string_view kConditional = "conditional_ticket_events";

json::object webhook_row(const Webhook& webhook) {
  json::array subscriptions;
  for (const std::string& each : webhook.subscriptions) subscriptions.emplace_back(each);
  json::object row{{"id", webhook.id},
                   {"name", webhook.name},
                   {"description", webhook.description},
                   {"status", webhook.status},
                   {"endpoint", webhook.endpoint},
                   {"http_method", webhook.http_method},
                   {"request_format", webhook.request_format},
                   {"subscriptions", std::move(subscriptions)},
                   {"created_at", format_time(webhook.created)},
                   {"updated_at", format_time(webhook.updated)}};
  const json::object* authentication = webhook.authentication.if_object();
  if (authentication)  // what is secret is not told again
    row["authentication"] = json::object{{"type", text_member(*authentication, "type")}, {"add_position", text_member(*authentication, "add_position")}};
  return row;
}

bool is_conditional(const Webhook& webhook) {
  return std::find(webhook.subscriptions.begin(), webhook.subscriptions.end(), kConditional) != webhook.subscriptions.end();
}

tl::unexpected<ApiError> bad(std::string_view detail) { return refuse_listed(400, "InvalidWebhook", "Invalid webhook", detail); }

Outcome<void> read_into(Webhook& webhook, const json::object& given) {
  for (auto [name, target] :
       {std::pair("name", &webhook.name), std::pair("description", &webhook.description), std::pair("status", &webhook.status),
        std::pair("endpoint", &webhook.endpoint), std::pair("http_method", &webhook.http_method), std::pair("request_format", &webhook.request_format)}) {
    if (given.contains(name)) *target = std::string(text_member(given, name));
  }
  if (const json::value* authentication = given.if_contains("authentication")) webhook.authentication = json::value(*authentication, json::storage_ptr());
  if (const json::value* list = given.if_contains("subscriptions")) {
    if (!list->is_array()) return bad("subscriptions must be a list");
    webhook.subscriptions.clear();
    for (const json::value& each : list->get_array()) webhook.subscriptions.push_back(scalar_text(each));
  }
  auto url = http::parse_url(webhook.endpoint);
  if (!url || url->host.empty()) return bad("endpoint is not a URL");
  if (webhook.name.empty()) return bad("name is required");
  if (webhook.status != "active" && webhook.status != "inactive") return bad("status must be active or inactive");
  if (webhook.subscriptions.empty()) return bad("subscriptions is required");
  if (is_conditional(webhook) && webhook.subscriptions.size() > 1) return bad("subscriptions cannot mix events with conditional_ticket_events");
  for (const std::string& each : webhook.subscriptions) {
    if (each != kConditional && !each.starts_with("zen:event-type:")) return bad("unknown subscription " + each);
  }
  return {};
}

}  // namespace

Zendesk::Answer Zendesk::webhook_list(Call&) {
  json::array rows;
  for (const auto& [id, webhook] : account_.events().webhooks()) rows.push_back(webhook_row(webhook));
  json::object meta{{"has_more", false}, {"after_cursor", nullptr}, {"before_cursor", nullptr}};
  return json_answer(200,
                     json::object{{"webhooks", std::move(rows)}, {"meta", std::move(meta)}, {"links", json::object{{"next", nullptr}, {"prev", nullptr}}}});
}

Zendesk::Answer Zendesk::webhook_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "webhook");
  if (!given) return tl::unexpected(std::move(given.error()));
  Webhook webhook;
  if (auto read = read_into(webhook, **given); !read) return tl::unexpected(std::move(read.error()));
  Events& events = account_.events();
  if (!events.takes_one_more()) return bad("a trial account has ten webhooks at most");
  webhook.id = events.new_id();
  webhook.secret = events.new_secret();
  webhook.created = webhook.updated = call.now;
  json::object row = webhook_row(webhook);
  events.webhooks()[webhook.id] = std::move(webhook);
  return json_answer(201, json::object{{"webhook", std::move(row)}});
}

Zendesk::Answer Zendesk::webhook_read(Call& call) {
  auto known = account_.events().webhooks().find(id_in(call));
  if (known == account_.events().webhooks().end()) return record_not_found();
  return json_answer(200, json::object{{"webhook", webhook_row(known->second)}});
}

Zendesk::Answer Zendesk::webhook_update(Call& call) {
  auto known = account_.events().webhooks().find(id_in(call));
  if (known == account_.events().webhooks().end()) return record_not_found();
  JsonDocument document;
  auto given = read_member(call, document, "webhook");
  if (!given) return tl::unexpected(std::move(given.error()));
  Webhook next = known->second;
  if (auto read = read_into(next, **given); !read) return tl::unexpected(std::move(read.error()));
  if (is_conditional(next) != is_conditional(known->second)) return bad("the kind of subscriptions is fixed at creation");
  next.updated = call.now;
  known->second = std::move(next);
  return http::Response(204, "");
}

Zendesk::Answer Zendesk::webhook_remove(Call& call) {
  if (account_.events().webhooks().erase(id_in(call)) == 0) return record_not_found();
  return http::Response(204, "");
}

Zendesk::Answer Zendesk::webhook_secret(Call& call) {
  auto known = account_.events().webhooks().find(id_in(call));
  if (known == account_.events().webhooks().end()) return record_not_found();
  if (call.request.method == "POST") known->second.secret = account_.events().new_secret();
  return json_answer(200, json::object{{"signing_secret", json::object{{"algorithm", "SHA256"}, {"secret", known->second.secret}}}});
}

}  // namespace lockstep::emulators::zendesk
