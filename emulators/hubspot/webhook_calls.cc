// §3.2: the settings and subscriptions of an app's webhooks.
#include <fmt/format.h>

#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxSubscriptions = 1'000;
constexpr std::int64_t kLeastConcurrent = 6, kUsuallyConcurrent = 10;

json::object render_webhook_settings(const WebhookSettings& settings) {
  json::object body{{"targetUrl", settings.target_url},
                    {"throttling", {{"maxConcurrentRequests", settings.max_concurrent}}},
                    {"createdAt", format_instant(settings.created)}};
  body["updatedAt"] = format_instant(settings.updated);
  return body;
}

Outcome<bool> active_of(const json::object& body) {
  const json::value* active = body.if_contains("active");
  if (!active || !active->is_bool()) return bad_json("line 1, column 1: active is missing or not a boolean");
  return active->get_bool();
}

}  // namespace

json::object render_subscription(const Subscription& subscription) {
  json::object row{{"id", std::to_string(subscription.id)},
                   {"eventType", subscription.event_type},
                   {"active", subscription.active},
                   {"createdAt", format_instant(subscription.created)},
                   {"updatedAt", format_instant(subscription.updated)}};
  if (!subscription.property.empty()) row["propertyName"] = subscription.property;
  if (!subscription.object_type_id.empty()) row["objectTypeId"] = subscription.object_type_id;
  return row;
}

Result<Subscription> read_subscription(const json::object& given, const Catalogue& catalogue) {
  Subscription subscription;
  subscription.event_type = std::string(text_member(given, "eventType"));
  subscription.property = std::string(text_member(given, "propertyName"));
  subscription.object_type_id = std::string(text_member(given, "objectTypeId"));
  TRY_VOID(Events::check(subscription, catalogue));
  return subscription;
}

Outcome<void> HubSpot::check_app(const Call& call) const {
  if (call.parameter("app") != options_.app_id) return hubspot::not_found();
  return {};
}

Outcome<Subscription*> HubSpot::subscription_of(const Call& call) {
  TRY_VOID(check_app(call));
  Subscription* found = portal_.events().find(call.parameter("id"));
  if (!found) return hubspot::not_found();
  return found;
}

HubSpot::Answer HubSpot::webhook_settings(Call& call) {
  TRY_VOID(check_app(call));
  const WebhookSettings& settings = portal_.events().settings();
  if (settings.target_url.empty()) return hubspot::not_found();
  return json_answer(200, render_webhook_settings(settings));
}

HubSpot::Answer HubSpot::webhook_configure(Call& call) {
  TRY_VOID(check_app(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  std::string url(text_member(*body, "targetUrl"));
  if (!http::parse_url(url)) return invalid("targetUrl is missing or not absolute");
  if (!url.starts_with("https://") && !portal_.settings().plain_webhook_urls) return invalid("targetUrl must be served over HTTPS");
  std::int64_t most = kUsuallyConcurrent;
  const json::value* throttling = body->if_contains("throttling");
  if (throttling || !portal_.settings().throttling_optional) {
    const json::value* given = throttling && throttling->is_object() ? throttling->get_object().if_contains("maxConcurrentRequests") : nullptr;
    if (!given || !given->is_int64() || given->get_int64() < kLeastConcurrent) return invalid("throttling.maxConcurrentRequests must be greater than 5");
    std::string_view period = text_member(throttling->get_object(), "period");
    if (!period.empty() && period != "SECONDLY" && period != "ROLLING_MINUTE") return invalid("throttling.period is SECONDLY or ROLLING_MINUTE");
    most = given->get_int64();
  }
  portal_.events().configure(std::move(url), most, call.now);
  WebhookSettings& settings = portal_.events().settings();
  if (settings.created.ms == 0) settings.created = call.now;
  settings.updated = call.now;
  return json_answer(200, render_webhook_settings(settings));
}

HubSpot::Answer HubSpot::webhook_clear(Call& call) {
  TRY_VOID(check_app(call));
  WebhookSettings& settings = portal_.events().settings();
  portal_.events().configure("", settings.max_concurrent, call.now);
  settings.created = settings.updated = WallTime{};
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::subscription_list(Call& call) {
  TRY_VOID(check_app(call));
  json::array results;
  for (const Subscription& each : portal_.events().subscriptions()) results.push_back(render_subscription(each));
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::subscription_create(Call& call) {
  TRY_VOID(check_app(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Result<Subscription> read = read_subscription(*body, portal_.catalogue());
  if (!read) return invalid(read.error().message);
  const ObjectType* of = portal_.catalogue().find(read->object_type_id);
  if (of && of->engagement && !portal_.events().settings().of_engagements) return invalid(fmt::format("There are no webhooks of {}", of->name));
  read->active = false;  // unless it says so
  if (body->contains("active")) {
    TRY(read->active, active_of(*body));
  }
  Events& events = portal_.events();
  if (events.subscriptions().size() >= kMaxSubscriptions)
    return refuse(400, "",
                  fmt::format("Couldn't create another subscription. You've reached the maximum number allowed per application ({}).", kMaxSubscriptions));
  for (const Subscription& each : events.subscriptions()) {
    if (each.event_type == read->event_type && each.property == read->property && each.object_type_id == read->object_type_id)
      return refuse(409, "CONFLICT", fmt::format("There is a subscription to {} already", each.event_type));
  }
  read->created = read->updated = call.now;
  return json_answer(201, render_subscription(events.subscribe(std::move(*read))));
}

HubSpot::Answer HubSpot::subscription_read(Call& call) {
  TRY(Subscription * subscription, subscription_of(call));
  return json_answer(200, render_subscription(*subscription));
}

HubSpot::Answer HubSpot::subscription_update(Call& call) {
  if (call.request.method == "PUT" && !subscriptions_by_put_) return method_not_allowed(call, {"GET", "PATCH", "DELETE"});
  TRY(Subscription * subscription, subscription_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(subscription->active, active_of(*body));
  subscription->updated = call.now;
  return json_answer(200, render_subscription(*subscription));
}

HubSpot::Answer HubSpot::subscription_delete(Call& call) {
  TRY(Subscription * subscription, subscription_of(call));
  portal_.events().unsubscribe(subscription->id);
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::subscriptions_batch_update(Call& call) {
  TRY_VOID(check_app(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxSubscriptions));
  json::array results, errors;
  for (const json::object* input : inputs) {
    const json::value* given = input->if_contains("id");
    std::string id = given ? scalar_text(*given) : "";
    TRY(bool active, active_of(*input));
    Subscription* subscription = portal_.events().find(id);
    if (!subscription) {
      ApiError missing = refuse(404, "OBJECT_NOT_FOUND", fmt::format("There is no subscription {}", id)).value();
      missing.context = {{"id", {id}}};
      errors.push_back(error_row(missing));
      continue;
    }
    subscription->active = active;
    subscription->updated = call.now;
    results.push_back(render_subscription(*subscription));
  }
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

/// An app that never said how many keeps its webhooks from the control plane, which has no such rule.
std::size_t HubSpot::outgoing_at_once() const {
  const WebhookSettings& settings = portal_.events().settings();
  return settings.created.ms == 0 ? StandIn::outgoing_at_once() : static_cast<std::size_t>(portal_.events().max_concurrent(now()));
}

}  // namespace lockstep::emulators::hubspot
