// Who may call, how often: tokens, scopes, quotas (§1.4, §4), and the bodies of injected faults.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxUri = 8'192;  // bytes

http::Response html(int status, std::string_view reason) {
  http::Response response(status, fmt::format("<html><head><title>{0} {1}</title></head><body><h1>{0} {1}</h1></body></html>", status, reason));
  response.headers.add("Content-Type", "text/html;charset=utf-8");
  return response;
}

bool needs_token(const Call& call) {
  return !call.request.target.starts_with("/oauth/") && !call.request.target.starts_with("/exported/") && !call.request.target.starts_with("/journaled/");
}

/// Calls about the app itself, not about an account: with the developer's key (§3.2).
bool is_app_call(std::string_view target) { return target.starts_with("/webhooks/v3/") || target.starts_with("/app-webhooks/"); }

/// Of the app, not of an account: with a token that it has by its own credentials (§3.5).
bool is_journal_call(std::string_view target) { return target.starts_with("/webhooks-journal/"); }

/// Of what a path of versions 1 and 2 tells, in the words of version 3; empty for other paths.
std::string_view type_of_older_path(std::string_view target) {
  static constexpr std::pair<std::string_view, std::string_view> kOlder[] = {{"/contacts/v1/", "contacts"},   {"/companies/v1/", "companies"},
                                                                             {"/companies/v2/", "companies"}, {"/deals/v1/", "deals"},
                                                                             {"/engagements/v1/", "notes"},   {"/crm-objects/v1/objects/tickets", "tickets"}};
  for (const auto& [path, type] : kOlder) {
    if (target.starts_with(path)) return type;
  }
  return "";
}

}  // namespace

bool HubSpot::by_developer(const Call& call) const { return is_app_call(call.request.target) && call.query_value("hapikey") == options_.developer_key; }

bool HubSpot::is_search(const Call& call) {
  std::string_view target = call.request.target;
  return call.request.method == "POST" && target.substr(0, target.find('?')).ends_with("/search") && target.find("/lists/") == std::string_view::npos;
}

std::optional<http::Response> HubSpot::admit(Call& call, const Route*) {
  caller_ = nullptr;
  consented_.clear();
  portal_.hide_email_contents(false);
  portal_.associate_by_domain(call.now);
  imports_.settle(portal_, call.now);
  if (call.request.target.size() > kMaxUri) return html(414, "Request-URI Too Large");
  if (!needs_token(call)) return std::nullopt;
  if (by_developer(call)) return std::nullopt;
  if (auto refused = authenticate(call)) return told(*refused);
  if (banned_) return told(refuse(403, "BANNED", "This app is not allowed to access this account.").value());
  if (auto refused = check_limits(call)) return refused;
  if (auto refused = check_scope(call)) return told(*refused);
  portal_.hide_email_contents(!email_contents_by_either_ && !has_scope("sales-email-read"));
  return std::nullopt;
}

std::optional<ApiError> HubSpot::authenticate(Call& call) {
  std::string given = call.header("Authorization").value_or("");
  std::string access = equal_no_case(given.substr(0, 7), "Bearer ") ? given.substr(7) : "";
  for (const ServiceKey& key : options_.service_keys) {
    if (key.token != access || call.request.target.find("webhooks/") != std::string::npos || is_journal_call(call.request.target)) continue;
    caller_ = &apps_.at(key.app_id);
    call.caller = {ActorKind::integration, key.name};
    return std::nullopt;
  }
  TokenState state = is_app_call(call.request.target) ? TokenState::unknown : tokens().state(access, call.now);
  if (state == TokenState::unknown) {
    return refuse(401, "INVALID_AUTHENTICATION",
                  "Authentication credentials not found. This API supports OAuth 2.0 authentication and you "
                  "can find more "
                  "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview")
        .value();
  }
  if (state == TokenState::expired) {
    Duration ago = call.now - tokens().grant(access)->expires;
    return refuse(401, portal_.settings().expired_as_invalid ? "INVALID_AUTHENTICATION" : "EXPIRED_AUTHENTICATION",
                  fmt::format("The OAuth token used to make this call expired {} second(s) ago.", ago.count() / 1000))
        .value();
  }
  if (app_tokens_.contains(access) != is_journal_call(call.request.target)) {
    return refuse(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call.").value();
  }
  caller_ = &apps_.at(options_.app_id);
  consented_ = tokens().grant(access)->scope;
  call.caller = {ActorKind::integration, tokens().client(tokens().grant(access)->client_id)->name};
  return std::nullopt;
}

/// The scopes of which a call needs one (§1.3); none for what every app may do.
std::vector<std::string> HubSpot::scopes_for(const Call& call) {
  std::string_view target = call.request.target;
  auto names = [&](std::string_view part) { return target.find(part) != std::string_view::npos; };
  if (target.starts_with("/crm/v3/owners") || target.starts_with("/crm/owners/")) return {"crm.objects.owners.read"};
  if (target.starts_with("/crm/v3/imports") || target.starts_with("/crm/imports/")) return {"crm.import"};
  if (target.starts_with("/crm/v3/exports") || target.starts_with("/crm/exports/")) return {"crm.export"};
  if (target.starts_with("/owners/v2/")) return {"crm.objects.owners.read"};
  const ObjectType* type = portal_.catalogue().find(type_of_older_path(target));
  for (const auto& [name, value] : call.parameters) {
    if (name == "type") type = portal_.catalogue().find(value, kAnyName);
  }
  if (!type) return {};
  bool reading = call.request.method == "GET" || is_search(call) || names("/batch/read") || names("/v2/domains/");
  bool schema = names("/properties/") || names("schemas/");
  if (type->name == "tickets" && !schema) return {"tickets"};
  std::string own = type->engagement ? "contacts" : type->custom ? "custom" : type->name;
  std::vector<std::string> any{fmt::format("crm.{}.{}.{}", schema ? "schemas" : "objects", own, reading ? "read" : "write")};
  if (type->name == "emails" && reading && !schema) any.emplace_back("sales-email-read");
  return any;
}

/// One that a person consented to, and that the control plane left.
bool HubSpot::has_scope(std::string_view scope) const {
  if (denied_scopes_.contains(scope)) return false;
  std::vector<std::string_view> consented = split(consented_, ' ');
  return consented_.empty() || std::find(consented.begin(), consented.end(), scope) != consented.end();
}

/// Whether the app has a scope that the call needs.
std::optional<ApiError> HubSpot::check_scope(const Call& call) {
  if (denied_scopes_.empty() && consented_.empty()) return std::nullopt;
  std::vector<std::string> any = scopes_for(call);
  if (any.empty() || std::any_of(any.begin(), any.end(), [&](const std::string& scope) { return has_scope(scope); })) return std::nullopt;
  ApiError error = refuse(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call.").value();
  if (missing_scopes_in_context_) error.context = {{"missingScopes", std::move(any)}};
  else error.scopes = std::move(any);
  return error;
}

std::optional<http::Response> HubSpot::check_limits(const Call& call) {
  if (!limits_) return std::nullopt;
  if (is_journal_call(call.request.target)) {
    bool of_subscriptions = call.request.target.starts_with("/webhooks-journal/subscriptions/"),
         of_snapshots = call.request.target.starts_with("/webhooks-journal/snapshots/");
    RollingLimit& limit = of_subscriptions ? journal_subscription_limit_ : of_snapshots ? snapshot_limit_ : journal_limit_;
    return limit.admit(call.now) ? std::nullopt : std::optional(rate_limited("SECONDLY"));
  }
  if (is_search(call)) {
    if (!search_limit_.admit(call.now)) return rate_limited("SECONDLY");
  } else if (!caller_->burst.admit(call.now)) {
    return rate_limited("TEN_SECONDLY_ROLLING");
  }
  if (call.request.target.find("/associations/") != std::string::npos) {  // quotas of their own, too
    if (!caller_->ties.admit(call.now)) return rate_limited("TEN_SECONDLY_ROLLING");
    if (!daily_ties_.admit(call.now)) return rate_limited("DAILY");
  }
  if (!caller_->oauth && !daily_.admit(call.now)) return rate_limited("DAILY");
  return std::nullopt;
}

bool HubSpot::batch_item_fails(const Call& call) { return faults().fires(kFaultBatchItem, call.request.method + " " + call.request.path()).has_value(); }

http::Response HubSpot::rate_limited(std::string_view policy) {
  std::string name = to_lower_ascii(policy);
  std::string id = uuid();
  http::Response response = json_answer(429, json::object{{"status", "error"},
                                                          {"message", fmt::format("You have reached your {} limit.", name)},
                                                          {"errorType", "RATE_LIMIT"},
                                                          {"correlationId", id},
                                                          {"policyName", json::string(policy.data(), policy.size())},
                                                          {"requestId", fmt::format("{:032x}", ids_.next())}});
  response.headers.add("x-hubspot-correlation-id", id);
  return response;
}

void HubSpot::finish(Call& call, http::Response& response) {
  if (!response.headers.contains("x-hubspot-correlation-id")) response.headers.add("x-hubspot-correlation-id", uuid());
  if (!caller_ || is_search(call) || is_journal_call(call.request.target)) return;
  // Without limits the headers say so: a client that keeps to what they allow is not slowed down.
  const auto tell = [&](const std::string& name, auto& limit) {
    constexpr std::int64_t kBoundless = 1'000'000'000;
    const std::int64_t most = limits_ ? limit.limit() : kBoundless;
    const std::int64_t used = limits_ ? limit.used(call.now) : 0;
    response.headers.set("X-HubSpot-RateLimit-" + name, std::to_string(most));
    return std::to_string(most - used);
  };
  response.headers.set("X-HubSpot-RateLimit-Remaining", tell("Max", caller_->burst));
  response.headers.set("X-HubSpot-RateLimit-Interval-Milliseconds", "10000");
  if (caller_->oauth) return;
  response.headers.set("X-HubSpot-RateLimit-Daily-Remaining", tell("Daily", daily_));
}

http::Response HubSpot::fault_answer(Call& call, const Fault& fault) {
  if (fault.name == kFaultRateLimit) return rate_limited(is_search(call) ? "SECONDLY" : "TEN_SECONDLY_ROLLING");
  int status = fault.status == 0 ? 503 : fault.status;
  if (status == 423) return told(refuse(423, "", "The record is locked by other writes. Try again in 2 seconds.").value());
  if (status == 500) return told(refuse(500, "", "internal error").value());
  http::Response response =
      status == 477 ? told(refuse(477, "", "This account is being moved to another data centre.").value()) : html(status, "the edge has no answer");
  if (fault.retry_after.count() > 0) response.headers.set("Retry-After", std::to_string(fault.retry_after.count() / 1000));
  return response;
}

}  // namespace lockstep::emulators::hubspot
