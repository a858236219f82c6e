// Webhooks as records of their own (contract A9).
#include <algorithm>
#include <map>

#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::string_view kConditional = "conditional_ticket_events";
constexpr std::string_view kEventType = "zen:event-type:";
constexpr std::string_view kWrongMethod = "http_method must be GET, POST, PUT, PATCH or DELETE";

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
  if (!webhook.custom_headers.empty()) row["custom_headers"] = webhook.custom_headers;
  const json::object* authentication = webhook.authentication.if_object();
  if (authentication)  // what is secret is not told again
    row["authentication"] = json::object{{"type", text_member(*authentication, "type")}, {"add_position", text_member(*authentication, "add_position")}};
  return row;
}

bool is_conditional(const Webhook& webhook) {
  return std::find(webhook.subscriptions.begin(), webhook.subscriptions.end(), kConditional) != webhook.subscriptions.end();
}

bool is_method(std::string_view method) {
  static constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

/// A detail begins with the member that it is about.
tl::unexpected<ApiError> bad_webhook(std::string_view detail) {
  return refuse_listed(400, "InvalidWebhook", "Invalid webhook", detail, detail.substr(0, detail.find(' ')));
}

Outcome<void> check_authentication(const json::value& given) {
  if (given.is_null()) return {};
  const json::object* authentication = given.if_object();
  const json::value* data = authentication ? authentication->if_contains("data") : nullptr;
  if (!data || !data->is_object()) return bad_webhook("authentication needs a type and its data");
  static const std::map<std::string_view, std::vector<const char*>> kNeeded = {
      {"bearer_token", {"token"}}, {"basic_auth", {"username", "password"}}, {"api_key", {"name", "value"}}};
  auto needed = kNeeded.find(text_member(*authentication, "type"));
  if (needed == kNeeded.end()) return bad_webhook("authentication.type must be bearer_token, basic_auth or api_key");
  for (const char* member : needed->second) {
    if (text_member(data->get_object(), member).empty()) return bad_webhook(std::string("authentication.data needs ") + member);
  }
  if (text_member(*authentication, "add_position") != "header") return bad_webhook("authentication.add_position must be header");
  return {};
}

Outcome<void> read_headers(Webhook& webhook, const json::object& given) {
  constexpr std::size_t kMostHeaders = 5;
  const json::value* headers = given.if_contains("custom_headers");
  if (!headers) return {};
  if (!headers->is_object() || headers->get_object().size() > kMostHeaders) return bad_webhook("custom_headers must be an object of five headers at most");
  for (const auto& header : headers->get_object()) {
    std::string_view name(header.key());
    bool word = !name.empty() && name.find_first_of(" :\r\n") == std::string_view::npos;
    if (!word || !header.value().is_string() || header.value().get_string().find_first_of("\r\n") != json::string::npos)
      return bad_webhook("custom_headers must be names and texts of headers");
  }
  webhook.custom_headers = json::value(*headers, json::storage_ptr()).get_object();
  return {};
}

Outcome<void> read_into(Webhook& webhook, const json::object& given, const Events& events) {
  for (auto [name, target] :
       {std::pair("name", &webhook.name), std::pair("description", &webhook.description), std::pair("status", &webhook.status),
        std::pair("endpoint", &webhook.endpoint), std::pair("http_method", &webhook.http_method), std::pair("request_format", &webhook.request_format)}) {
    if (given.contains(name)) *target = std::string(text_member(given, name));
  }
  if (const json::value* authentication = given.if_contains("authentication")) webhook.authentication = json::value(*authentication, json::storage_ptr());
  if (auto known = check_authentication(webhook.authentication); !known) return known;
  if (auto read = read_headers(webhook, given); !read) return read;
  if (const json::value* list = given.if_contains("subscriptions")) {
    if (!list->is_array()) return bad_webhook("subscriptions must be a list");
    webhook.subscriptions.clear();
    for (const json::value& each : list->get_array()) webhook.subscriptions.push_back(scalar_text(each));
  }
  auto url = http::parse_url(webhook.endpoint);
  if (!url || url->host.empty()) return bad_webhook("endpoint is not a URL");
  if (webhook.name.empty()) return bad_webhook("name is required");
  if (!is_method(webhook.http_method)) return bad_webhook(kWrongMethod);
  if (webhook.request_format != "json" && webhook.request_format != "xml" && webhook.request_format != "form_encoded")
    return bad_webhook("request_format must be json, xml or form_encoded");
  if (webhook.status != "active" && webhook.status != "inactive") return bad_webhook("status must be active or inactive");
  if (webhook.subscriptions.empty()) return bad_webhook("subscriptions is required");
  if (is_conditional(webhook) && webhook.subscriptions.size() > 1) return bad_webhook("subscriptions cannot mix events with conditional_ticket_events");
  if (!is_conditional(webhook) && (webhook.http_method != "POST" || webhook.request_format != "json"))
    return bad_webhook("http_method of events is POST, and request_format json");
  for (const std::string& each : webhook.subscriptions) {
    bool known = events.takes_any_subscription() || each == kConditional ||
                 (each.starts_with(kEventType) && events.is_told(std::string_view(each).substr(kEventType.size())));
    if (!known) return bad_webhook("subscriptions are of events that there are: not " + each);
  }
  return {};
}

}  // namespace

/// By cursor alone; those of a status, or with a part of a name.
Zendesk::Answer Zendesk::webhook_list(Call& call) {
  std::string status = call.query_value("filter[status]").value_or(""), name = call.query_value("filter[name_contains]").value_or("");
  std::string sort = call.query_value("sort").value_or("created_at"), by = sort.substr(sort.starts_with('-') ? 1 : 0);
  if (by != "created_at" && by != "name" && by != "status") return bad_sort(sort);
  std::vector<const Webhook*> rows;
  for (const auto& [id, webhook] : account_.events().webhooks()) {
    if ((status.empty() || webhook.status == status) && webhook.name.find(name) != std::string::npos) rows.push_back(&webhook);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const Webhook* a, const Webhook* b) {
    return by == "name" ? a->name < b->name : by == "status" ? a->status < b->status : a->created < b->created;
  });
  if (sort.starts_with('-')) std::reverse(rows.begin(), rows.end());
  std::vector<Place> places;
  for (std::size_t i = 0; i < rows.size(); ++i) places.push_back({0, static_cast<RowNumber>(i)});
  if (!call.query_value("page[size]")) call.query.emplace_back("page[size]", std::to_string(kMostOnPage));
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array shown;
  for (RowNumber place : page->rows) shown.push_back(webhook_row(*rows[place]));
  body["webhooks"] = std::move(shown);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::webhook_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "webhook");
  if (!given) return tl::unexpected(std::move(given.error()));
  Webhook webhook;
  if (auto read = read_into(webhook, **given, account_.events()); !read) return tl::unexpected(std::move(read.error()));
  Events& events = account_.events();
  if (!events.takes_one_more()) return bad_webhook("webhooks of a trial account are ten at most");
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
  if (auto read = read_into(next, **given, account_.events()); !read) return tl::unexpected(std::move(read.error()));
  if (is_conditional(next) != is_conditional(known->second)) return bad_webhook("subscriptions keep the kind that they were made with");
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

Zendesk::Answer Zendesk::webhook_invocations(Call& call) {
  if (!account_.events().webhooks().contains(id_in(call))) return record_not_found();
  std::vector<const Invocation*> all = invocations_.of(id_in(call));
  const std::string status = call.query_value("filter[status]").value_or("");
  std::erase_if(all, [&](const Invocation* each) { return !status.empty() && text_member(render_invocation(*each), "status") != status; });
  if (call.query_value("sort")) return refuse(501, "NotImplemented", "Invocations come the latest first alone");
  std::vector<Place> places;
  for (std::size_t i = 0; i < all.size(); ++i) places.push_back({0, static_cast<RowNumber>(i)});
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::array rows;
  for (RowNumber place : page->rows) rows.push_back(render_invocation(*all[place]));
  json::object body = std::move(page->around);
  body["invocations"] = std::move(rows);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::webhook_attempts(Call& call) {
  const Invocation* invocation = invocations_.find(id_in(call, "invocation"));
  if (!invocation || invocation->webhook != id_in(call)) return record_not_found();
  json::array rows;
  for (std::size_t i = 0; i < invocation->attempts.size(); ++i) rows.push_back(render_attempt(*invocation, i));
  return json_answer(200, json::object{{"attempts", std::move(rows)}});
}

/// As the webhook that the query names, where it names one, but for what the body says.
Outcome<http::Request> Zendesk::test_request(Call& call) {
  Webhook webhook;
  if (auto id = call.query_value("webhook_id")) {
    auto known = account_.events().webhooks().find(*id);
    if (known == account_.events().webhooks().end()) return record_not_found();
    webhook = known->second;
  }
  JsonDocument document;
  auto given = read_member(call, document, "request");
  if (!given) return tl::unexpected(std::move(given.error()));
  for (auto [name, target] : {std::pair("endpoint", &webhook.endpoint), std::pair("http_method", &webhook.http_method)}) {
    if ((*given)->contains(name)) *target = std::string(text_member(**given, name));
  }
  auto url = http::parse_url(webhook.endpoint);
  if (!url || url->host.empty()) return bad_webhook("endpoint is not a URL");
  if (!is_method(webhook.http_method)) return bad_webhook(kWrongMethod);
  return account_.events().request_of(webhook, std::string(text_member(**given, "payload")));
}

Zendesk::Answer Zendesk::webhook_test(Call& call) {
  constexpr Duration kLook{20}, kPatience{20'000};
  const std::string key = call.request.target + " " + call.request.body;
  auto known = tests_.find(key);
  if (known == tests_.end()) {
    auto request = test_request(call);
    if (!request) return tl::unexpected(std::move(request.error()));
    known = tests_.emplace(key, request->headers.find(kInvocationHeader).value_or("")).first;
    outgoing().push(call.now, std::move(*request));
  }
  const Invocation* invocation = invocations_.find(known->second);
  if (!invocation && call.held < kPatience) {
    call.delay = kLook;
    return http::Response(kNotYet, "");
  }
  tests_.erase(known);
  json::object answered{{"status", 504}, {"headers", json::array()}, {"payload", ""}};
  if (invocation) answered["status"] = render_invocation(*invocation)["status_code"];
  if (invocation) answered["payload"] = invocation->attempts.back().answer;
  return json_answer(200, json::object{{"response", std::move(answered)}});
}

}  // namespace lockstep::emulators::zendesk
