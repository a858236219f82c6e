// Tokens that end, and refresh tokens that turn over (contract A1).
#include <algorithm>
#include <set>

#include "base/text.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr Duration kCodeLife{120'000};

tl::unexpected<ApiError> oauth_error(std::string_view error, std::string_view description) {
  auto refused = refuse(error == "invalid_client" ? 401 : 400, error, "");
  json::object& body = refused.value().body.as_object();
  body.erase("description");
  body["error_description"] = json::string(description.data(), description.size());
  return refused;
}

/// The scopes that there are: of everything, and of one resource each.
const std::set<std::string>& all_scopes() {
  static const std::set<std::string> scopes = [] {
    std::set<std::string> all{"read", "write", "impersonate", "auditlogs:read", "security:read", "any_channel:write", "web_widget:write"};
    for (const char* resource : {"account_settings",
                                 "apps",
                                 "automations",
                                 "brands",
                                 "custom_objects",
                                 "deletion_schedules",
                                 "dynamic_content",
                                 "groups",
                                 "hc",
                                 "macros",
                                 "organizations",
                                 "requests",
                                 "satisfaction_ratings",
                                 "sla_policies",
                                 "targets",
                                 "themes",
                                 "tickets",
                                 "triggers",
                                 "users",
                                 "webhooks",
                                 "zis",
                                 "ticket_attachments",
                                 "ticket_views"}) {
      for (const char* verb : {":read", ":write"}) all.insert(std::string(resource) + verb);
    }
    return all;
  }();
  return scopes;
}

bool are_scopes(const std::string& scopes) {
  std::vector<std::string_view> each = split(scopes, ' ');
  return std::all_of(each.begin(), each.end(), [](std::string_view scope) { return all_scopes().contains(std::string(scope)); });
}

}  // namespace

std::string Zendesk::scope_of(std::string_view resource, std::string_view verb) {
  static const std::map<std::string_view, std::string_view> kNamedOtherwise{{"views", "ticket_views"},
                                                                            {"uploads", "ticket_attachments"},
                                                                            {"attachments", "ticket_attachments"},
                                                                            {"group_memberships", "groups"},
                                                                            {"organization_memberships", "organizations"}};
  auto other = kNamedOtherwise.find(resource);
  std::string scope = std::string(other == kNamedOtherwise.end() ? resource : other->second) + ":" + std::string(verb);
  return all_scopes().contains(scope) ? scope : "";
}

Zendesk::Answer Zendesk::authorize(Call& call) {
  std::string back = call.query_value("redirect_uri").value_or("");
  std::string client = call.query_value("client_id").value_or(""), scope = call.query_value("scope").value_or("read write");
  if (call.query_value("response_type") != "code" || back.empty() || !tokens().client(client))
    return oauth_error("invalid_request", "The request is missing a required parameter or includes an invalid one.");
  http::Response response(302, "");
  response.headers.add("Location", tokens().issue_code({client, back, scope, call.now + kCodeLife}, call.query_value("state").value_or("")));
  return response;
}

Zendesk::Answer Zendesk::token(Call& call) {
  JsonDocument document;
  json::object form;
  if (!document.parse(call.request.body) || !document.root().is_object()) {
    for (const auto& [name, value] : http::parse_query(call.request.body)) form[name] = value;
  }
  const json::object& given = document.root().is_object() ? document.root().get_object() : form;
  const OAuthClient* client = tokens().client(text_member(given, "client_id"));
  if (!client || text_member(given, "client_secret") != client->secret)
    return oauth_error("invalid_client",
                       "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.");
  std::string_view grant = text_member(given, "grant_type");
  std::string scope(text_member(given, "scope")), refresh;
  if (grant == "refresh_token") {
    std::string old(text_member(given, "refresh_token"));
    auto ends = refresh_ends_.find(old);
    if (tokens().refresh_client(old) != client->id || (ends != refresh_ends_.end() && ends->second <= call.now))
      return oauth_error("invalid_grant",
                         "The provided authorization grant or refresh token is invalid, expired, revoked, does not match the redirection URI used in the "
                         "authorization request, or was issued to another client.");
    scope = tokens().revoke_pair(old);  // both turn over
    refresh_ends_.erase(old);
  } else if (grant == "authorization_code") {
    auto code = tokens().take_code(text_member(given, "code"), client->id, text_member(given, "redirect_uri"), call.now);
    if (!code) return oauth_error("invalid_grant", "The provided authorization code is invalid or was used before.");
    scope = code->scope;
  } else if (grant != "client_credentials") {
    return oauth_error("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.");
  }
  if (scope.empty()) scope = "read write";
  if (account_.readings().unknown_scopes_refused && !are_scopes(scope))
    return oauth_error("invalid_scope", "The requested scope is invalid, unknown, or malformed.");
  auto life_asked = [&](const char* name, Duration usual) {
    const json::value* wanted = given.if_contains(name);
    return wanted && wanted->is_int64() && wanted->get_int64() > 0 ? Duration{wanted->get_int64() * 1000} : usual;
  };
  Duration life = life_asked("expires_in", options_.token_life);
  std::string access = tokens().random_text(64);
  json::object body{{"access_token", access}, {"token_type", "bearer"}, {"scope", scope}, {"expires_in", life.count() / 1000}};
  if (grant != "client_credentials") {
    refresh = tokens().random_text(64);
    tokens().issue_refresh(refresh, client->id);
    Duration refresh_life = life_asked("refresh_token_expires_in", Duration(refresh_token_life_ms_));
    refresh_ends_[refresh] = call.now + refresh_life;
    body["refresh_token"] = refresh;
    body["refresh_token_expires_in"] = refresh_life.count() / 1000;
  }
  tokens().issue(access, client->id, call.now, life, scope, refresh);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::current_token(Call& call) {
  std::string given = call.header("Authorization").value_or("");
  if (!given.starts_with("Bearer ")) return record_not_found();
  std::string token = given.substr(7);
  const TokenGrant* grant = tokens().grant(token);
  json::array scopes;
  for (std::string_view scope : split(scope_, ' ')) scopes.emplace_back(json::string_view(scope.data(), scope.size()));
  return json_answer(200, json::object{{"token", json::object{{"client_id", grant->client_id},
                                                              {"user_id", caller_user_},
                                                              {"scopes", std::move(scopes)},
                                                              {"created_at", format_time(grant->issued)},
                                                              {"expires_at", format_time(grant->expires)}}}});
}

Zendesk::Answer Zendesk::revoke_token(Call& call) {
  std::string given = call.header("Authorization").value_or("");
  if (!given.starts_with("Bearer ")) return record_not_found();
  tokens().revoke(given.substr(7));
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::zendesk
