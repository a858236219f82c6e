// Who calls, and how often they may (contract A1, A7).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

tl::unexpected<ApiError> unauthenticated() {
  ApiError error;
  error.status = 401;
  error.body = json::object{{"error", "Couldn't authenticate you"}};
  return tl::unexpected(std::move(error));
}

tl::unexpected<ApiError> invalid_token() {
  ApiError error;
  error.status = 401;
  error.body =
      json::object{{"error", "invalid_token"}, {"error_description", "The access token provided is expired, revoked, malformed or invalid for other reasons."}};
  return tl::unexpected(std::move(error));
}

bool is_export(std::string_view target) { return target.starts_with("/api/v2/incremental/"); }

/// Lists of tickets beyond page 500 have a limit of their own.
bool is_deep_list(const Call& call) {
  std::string_view path = call.request.target;
  path = path.substr(0, path.find('?'));
  if (path != "/api/v2/tickets" && path != "/api/v2/tickets.json") return false;
  auto page = query_number(call, "page", 1);
  return call.request.method == "GET" && page && *page > 500;
}

void add_endpoint_header(RollingLimit& limit, std::string_view name, WallTime now, http::Response& response) {
  std::int64_t left = limit.limit() - limit.used(now), reset = (limit.until_next_free(now).count() + 999) / 1000;
  response.headers.add(fmt::format("zendesk-ratelimit-{}", name), fmt::format("total={}; remaining={}; resets={}", limit.limit(), left, reset));
}

bool granted(std::string_view scopes, std::string_view wanted) {
  std::vector<std::string_view> all = split(scopes, ' ');
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

bool is_me(const Call& call) {
  std::string path = call.request.path();
  return path == "/api/v2/users/me" || path == "/api/v2/users/me.json";
}

/// What the account's plan does not have.
bool is_beyond_the_plan(std::string_view path) {
  for (std::string_view feature : {"audit_logs", "group_slas/", "it_asset_management/", "ticket_form_statuses", "workspaces"}) {
    if (path.starts_with("/api/v2/" + std::string(feature))) return true;
  }
  return false;
}

/// Files come as they are, all else in json.
bool is_in_json(const Call& call) {
  if (call.request.method == "GET" || call.request.body.empty() || call.request.target.starts_with("/api/v2/uploads")) return true;
  return to_lower_ascii(call.header("Content-Type").value_or("")).starts_with("application/json");
}

void make_pages_fit(Call& call) {
  std::int64_t most = call.request.path().starts_with("/api/v2/search/export") ? kMostExported : kMostOnPage;
  for (auto& [name, value] : call.query) {
    if (name == "page[size]" && number_in(value) > most) value = std::to_string(most);
  }
}

void add_limit_headers(RollingLimit& limit, WallTime now, http::Response& response) {
  std::int64_t left = limit.limit() - limit.used(now);
  std::int64_t reset = (limit.until_next_free(now).count() + 999) / 1000;
  response.headers.add("X-Rate-Limit", std::to_string(limit.limit()));
  response.headers.add("X-Rate-Limit-Remaining", std::to_string(left));
  response.headers.add("ratelimit-limit", std::to_string(limit.limit()));
  response.headers.add("ratelimit-remaining", std::to_string(left));
  response.headers.add("ratelimit-reset", std::to_string(reset));
}

}  // namespace

Outcome<void> Zendesk::sign_in_basic(Call& call, std::string_view credentials) {
  std::string decoded;
  if (!from_base64(credentials, decoded)) return unauthenticated();
  std::size_t colon = decoded.find(':');
  if (colon == std::string::npos) return unauthenticated();
  std::string email = decoded.substr(0, colon), secret = decoded.substr(colon + 1);
  bool by_token = email.ends_with("/token");
  if (by_token) email.erase(email.size() - 6);
  else if (!passwords_ && is_me(call) && !account_.readings().strangers_refused) return {};  // a password is no credential here
  auto rows = account_.find_by(account_.users(), "email", std::string_view(email));
  if (rows.empty() || !account_.is_agent(rows.front())) return unauthenticated();
  std::int64_t user = account_.id_of(account_.users(), rows.front());
  ApiToken* token = by_token ? usable_token(secret, call.now) : nullptr;
  if (by_token ? !token : !passwords_ || secret != password_of(user)) return unauthenticated();
  if (token) token->used = call.now;
  caller_user_ = user;
  call.caller = {ActorKind::integration, email};
  scope_ = "*";
  return {};
}

const std::string& Zendesk::password_of(std::int64_t user) const {
  auto own = passwords_of_.find(user);
  return own == passwords_of_.end() ? options_.password : own->second;
}

/// By the one whose it is, who knows the old one.
Zendesk::Answer Zendesk::change_password(Call& call) {
  constexpr std::size_t kShortest = 5;
  auto user = row_of(call, account_.users());
  if (!user) return tl::unexpected(std::move(user.error()));
  if (account_.id_of(account_.users(), *user) != caller_user_) return forbidden();
  JsonDocument document;
  const json::object* given = document.parse(call.request.body) ? document.root().if_object() : nullptr;
  std::string password(given ? text_member(*given, "password") : "");
  if (!given || text_member(*given, "previous_password") != password_of(caller_user_))
    return refuse(422, "RecordInvalid", "Previous password: is not the right one");
  if (password.size() < kShortest) return refuse(422, "RecordInvalid", "Password: is too short");
  passwords_of_[caller_user_] = std::move(password);
  return json_answer(200, json::object());
}

Outcome<void> Zendesk::authenticate(Call& call) {
  std::string given = call.header("Authorization").value_or("");
  caller_user_ = 0;
  if (given.starts_with("Basic ")) return sign_in_basic(call, std::string_view(given).substr(6));
  if (given.starts_with("Bearer ")) {
    std::string token = given.substr(7);
    if (tokens().state(token, call.now) != TokenState::valid) return invalid_token();
    call.caller = {ActorKind::integration, tokens().client(tokens().grant(token)->client_id)->name};
    caller_user_ = account_.user_of(call.caller, call.now);
    scope_ = tokens().grant(token)->scope;
    return {};
  }
  // Missing credentials, or of the wrong kind, are no error of their own: this one call answers anonymously.
  if (is_me(call) && !account_.readings().strangers_refused) return {};
  return unauthenticated();
}

Outcome<void> Zendesk::check_scope(const Call& call) const {
  if (scope_ == "*" || caller_user_ == 0) return {};
  std::string_view path = std::string_view(call.request.target).substr(std::string_view("/api/v2/").size());
  if (path.starts_with("incremental/")) path.remove_prefix(12);
  std::string verb = call.request.method == "GET" ? "read" : "write", scope = scope_of(path.substr(0, path.find_first_of("/.?")), verb);
  if (granted(scope_, verb) || granted(scope_, scope) || path.starts_with("oauth/") || path.starts_with("users/me")) return {};
  return refuse(403, "Forbidden", "You are missing the following required scopes: " + (scope.empty() ? verb : scope + ", " + verb));
}

Outcome<void> Zendesk::check_limits(Call& call) {
  if (!limits_) return {};
  if (!per_minute_.admit(call.now)) {
    auto wait = per_minute_.until_next_free(call.now);
    return too_many("Number of allowed API requests per minute exceeded", wait);
  }
  auto refuse_endpoint = [&](RollingLimit& limit) -> Outcome<void> {
    if (limit.admit(call.now)) return {};
    auto refused = refuse(429, "APIRateLimitExceeded", "Number of allowed API requests for this endpoint exceeded");
    refused.value().retry_after = limit.until_next_free(call.now);
    return refused;
  };
  if (is_export(call.request.target)) return refuse_endpoint(exports_);
  if (is_deep_list(call)) return refuse_endpoint(deep_lists_);
  if (call.request.target.starts_with("/api/v2/search/export")) return refuse_endpoint(export_searches_);
  return {};
}

Outcome<void> Zendesk::admit_update(const ObjectType& type, RowNumber row, WallTime now) {
  if (!limits_ || type.name == "organization") return {};
  const std::string& id = type.table->record(row).id;
  if (type.name == "user") {
    RollingLimit& limit = user_updates_.try_emplace(id, 5, Duration{60'000}).first->second;
    if (limit.admit(now)) return {};
    return too_many("You have exceeded the rate limit for updating a single unique user. Please try again later.", limit.until_next_free(now));
  }
  RollingLimit& limit = ticket_updates_.try_emplace({caller_user_, id}, 30, Duration{600'000}).first->second;
  if (!limit.admit(now)) return too_many("You have exceeded the rate limit for updating a single ticket. Please try again later.", limit.until_next_free(now));
  if (!all_ticket_updates_.admit(now))
    return too_many("You have exceeded the rate limit for updating tickets. Please try again later.", all_ticket_updates_.until_next_free(now));
  return {};
}

std::optional<http::Response> Zendesk::admit(Call& call, const Route* route) {
  if (call.request.target.starts_with("/oauth/") || call.request.target.starts_with("/attachments/")) return std::nullopt;
  if (!call.request.target.starts_with("/api/v2/")) return not_found(call);
  if (auto known = authenticate(call); !known) return error_response(known.error());
  if (call.header("X-On-Behalf-Of"))  // else it would be done in the name of another than the caller meant
    return error_response(refuse(501, "NotImplemented", "X-On-Behalf-Of is not served by this stand-in").value());
  if (auto within = check_limits(call); !within) return error_response(within.error());
  if (!route) return std::nullopt;
  if (auto allowed = check_scope(call); !allowed) return error_response(allowed.error());
  if (account_.readings().large_pages) make_pages_fit(call);
  if (auto served = account_.readings().unknown_parameters ? Outcome<void>() : check_parameters(call, *route); !served) return error_response(served.error());
  if (auto served = check_side_loads(call, *route); !served) return error_response(served.error());
  if (!account_.readings().any_content_type && !is_in_json(call))
    return error_response(refuse(415, "UnsupportedMediaType", "Content-Type must be application/json").value());
  return std::nullopt;
}

void Zendesk::finish(Call& call, http::Response& response) {
  if (!limits_ || !call.request.target.starts_with("/api/v2/")) return;
  add_limit_headers(per_minute_, call.now, response);
  if (is_export(call.request.target)) add_endpoint_header(exports_, "incremental-exports", call.now, response);
  if (is_deep_list(call)) add_endpoint_header(deep_lists_, "tickets-index", call.now, response);
}

http::Response Zendesk::not_found(Call& call) {
  if (is_beyond_the_plan(call.request.path())) return error_response(forbidden().value());
  return error_response(refuse(404, "InvalidEndpoint", "Not found").value());
}

http::Response Zendesk::method_not_allowed(Call& call, const std::vector<std::string>&) { return not_found(call); }

http::Response Zendesk::fault_answer(Call&, const Fault& fault) {
  if (fault.name == kFaultRateLimit) {
    Duration wait = fault.retry_after > Duration{0} ? fault.retry_after : Duration{60'000};
    return error_response(too_many("Number of allowed API requests per minute exceeded", wait).value());
  }
  if (fault.status == 409) return error_response(refuse(409, "UpdateConflict", "The record was being updated by another call. Please try again.").value());
  ApiError error = refuse(fault.status != 0 ? fault.status : 503, "ServiceUnavailable", "Service temporarily unavailable").value();
  error.retry_after = fault.retry_after;
  return error_response(error);
}

}  // namespace lockstep::emulators::zendesk
