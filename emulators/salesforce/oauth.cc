// §1: token endpoint with its grants, revocation.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/jwt.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

http::Response oauth_error(int status, std::string_view error, std::string_view description) {
  return json_response(status, json::object{{"error", error}, {"error_description", description}});
}

http::Response invalid_grant(std::string_view description) { return oauth_error(400, "invalid_grant", description); }

/// Credentials of HTTP Basic, for the grants that take them instead of form fields.
void read_basic(const Call& call, std::string& client_id, std::string& secret) {
  std::string given = call.header("Authorization").value_or("");
  std::string decoded;
  if (!client_id.empty() || !given.starts_with("Basic ") || !from_base64(given.substr(6), decoded)) return;
  std::size_t colon = decoded.find(':');
  if (colon == std::string::npos) return;
  client_id = decoded.substr(0, colon);
  secret = decoded.substr(colon + 1);
}

}  // namespace

http::Response Salesforce::token(Call& call) {
  bool is_form = to_lower_ascii(call.header("Content-Type").value_or("")).starts_with("application/x-www-form-urlencoded");
  if (!is_form && !call.request.body.empty()) return oauth_error(400, "invalid_request", "the body must be application/x-www-form-urlencoded");
  Form form = http::parse_query(call.request.body);
  form.insert(form.end(), call.query.begin(), call.query.end());  // many write them into the URL
  std::string grant_type = form_value(form, "grant_type");
  if (grant_type.empty()) return oauth_error(400, "unsupported_grant_type", "grant type not supported");
  if (grant_type == kJwtBearer) return jwt_grant(call, form);
  std::string client_id = form_value(form, "client_id"), secret = form_value(form, "client_secret");
  read_basic(call, client_id, secret);
  const OAuthClient* client = tokens().client(client_id);
  if (!client) return oauth_error(400, "invalid_client_id", "client identifier invalid");
  bool secret_needed = grant_type == "client_credentials" || grant_type == "password" || !secret.empty();
  if (secret_needed && secret != client->secret) return oauth_error(400, "invalid_client", "invalid client credentials");
  if (grant_type == "client_credentials") return grant(call, *client, {"api", "", false, ""});
  if (grant_type == "refresh_token") return refresh_grant(call, *client, form);
  if (grant_type == "authorization_code") return code_grant(call, *client, form);
  if (grant_type == "password") {
    if (!settings_.password_grant || !knows(form_value(form, "username"), form_value(form, "password"))) return invalid_grant("authentication failure");
    return grant(call, *client, {"api", "", false, ""});
  }
  return oauth_error(400, "unsupported_grant_type", "grant type not supported");
}

bool Salesforce::knows(const std::string& username, const std::string& password) const {
  auto set = passwords_.find(to_lower_ascii(username));
  return equal_no_case(username, options_.username) && password == (set == passwords_.end() ? options_.password : set->second) + settings_.security_token;
}

http::Response Salesforce::refresh_grant(Call& call, const OAuthClient& client, const Form& form) {
  std::string refresh_token = form_value(form, "refresh_token");
  if (tokens().refresh_client(refresh_token) != client.id) return invalid_grant("expired access/refresh token");
  auto known = refresh_scopes_.find(refresh_token);
  const std::string scope = known == refresh_scopes_.end() ? "api refresh_token" : known->second;
  if (!settings_.rotate_refresh_tokens) return grant(call, client, {scope, refresh_token, false, ""});
  revoke_refresh_token(refresh_token);
  return grant(call, client, {scope, new_refresh_token(client, scope), true, ""});
}

http::Response Salesforce::code_grant(Call& call, const OAuthClient& client, const Form& form) {
  auto known = codes_.find(form_value(form, "code"));
  if (known == codes_.end()) return invalid_grant("invalid authorization code");
  AuthorizationCode code = known->second;
  codes_.erase(known);  // good once
  if (code.expires <= call.now) return invalid_grant("expired authorization code");
  if (code.client_id != client.id) return invalid_grant("client identifier does not match the code's");
  if (code.redirect_uri != form_value(form, "redirect_uri")) return oauth_error(400, "redirect_uri_mismatch", "redirect_uri must match configuration");
  if (!code.challenge.empty() && to_base64url(sha256(form_value(form, "code_verifier"))) != code.challenge) return invalid_grant("invalid code verifier");
  if (code.challenge.empty() && form_value(form, "client_secret") != client.secret) return oauth_error(400, "invalid_client", "invalid client credentials");
  bool offline = code.scope.find("refresh_token") != std::string::npos || code.scope.find("offline_access") != std::string::npos;
  return grant(call, client, {code.scope, offline ? new_refresh_token(client, code.scope) : "", offline, code.nonce});
}

http::Response Salesforce::jwt_grant(Call& call, const Form& form) {
  auto assertion = read_jwt(form_value(form, "assertion"));
  if (!assertion) return invalid_grant("invalid assertion");
  const OAuthClient* client = tokens().client(assertion->issuer);
  if (!client) return oauth_error(400, "invalid_client_id", "client identifier invalid");
  auto key = settings_.jwt_keys.find(client->id);
  if (key == settings_.jwt_keys.end() || !verify_jwt(*assertion, key->second)) return invalid_grant("invalid assertion");
  if (!audience_is_ours(assertion->audience, call.base_url)) return invalid_grant("audience is invalid");
  // However far ahead: clients write three, five or six minutes, and the vendor's own command line milliseconds for seconds.
  if (assertion->expires <= call.now) return invalid_grant("expired authorization code");
  if (!equal_no_case(assertion->subject, options_.username)) return invalid_grant("user hasn't approved this consumer");
  return grant(call, *client, {"api", "", false, ""});
}

std::string Salesforce::new_refresh_token(const OAuthClient& client, const std::string& scope) {
  std::string refresh_token = "5Aep861" + tokens().random_text(60);
  tokens().issue_refresh(refresh_token, client.id);
  refresh_scopes_[refresh_token] = scope;
  return refresh_token;
}

/// 15 characters of the org, '!', and characters that need care in a URL.
std::string Salesforce::new_session(WallTime now, const OAuthClient& client, const Consent& consent) {
  std::string access = organization_id_.substr(0, 15) + "!AQ." + tokens().random_text(40) + "_" + tokens().random_text(40);
  if (settings_.jwt_access_tokens) access = std::string(kWebToken) + tokens().random_text(30) + "." + tokens().random_text(80) + "." + tokens().random_text(40);
  tokens().issue(access, client.id, now, session_life());
  sessions_[access] = consent;
  return access;
}

bool Salesforce::is_active(const OAuthClient& client, WallTime now) {
  const ObjectType& users = org_.schema().object("User");
  RowNumber row = users.table->find(org_.ensure_user({ActorKind::integration, client.name}, now));
  return org_.value_of(users, row, users.field("IsActive")) == ValueView(true);
}

http::Response Salesforce::grant(Call& call, const OAuthClient& client, const Consent& consent) {
  if (!settings_.org_active) return oauth_error(400, "inactive_org", "organization is not active");
  if (!is_active(client, call.now)) return oauth_error(400, "inactive_user", "user is inactive");
  if (!settings_.app_approved) return oauth_error(400, "invalid_app_access", "user is not admin approved to access this app");
  RollingLimit& logins = logins_.try_emplace(client.id, settings_.hourly_logins, Duration{3'600'000}).first->second;
  logins.set_limit(settings_.hourly_logins);
  if (!logins.admit(call.now)) return oauth_error(400, "rate_limit_exceeded", "login rate exceeded");
  std::string access = new_session(call.now, client, consent);
  const std::string& user = org_.ensure_user({ActorKind::integration, client.name}, call.now);
  std::string id = fmt::format("{}/id/{}/{}", call.base_url, organization_id_, user);
  std::string issued = std::to_string(call.now.ms);
  json::object body{{"access_token", access},
                    {"signature", to_base64(hmac_sha256(client.secret, id + issued))},
                    {"scope", consent.scope},
                    {"instance_url", instance_of(call)},
                    {"id", id},
                    {"token_type", "Bearer"},
                    {"issued_at", issued}};
  if (consent.show_refresh_token) body["refresh_token"] = consent.refresh_token;
  if (consent.holds("openid")) body["id_token"] = id_token(call, client, consent, user);
  return json_response(200, body);
}

bool Salesforce::Consent::holds(std::string_view wanted) const {
  std::vector<std::string_view> held = split(scope, ' ');
  return std::find(held.begin(), held.end(), wanted) != held.end();
}

std::string Salesforce::id_token(const Call& call, const OAuthClient& client, const Consent& consent, const std::string& user) {
  constexpr std::int64_t kLifeSeconds = 120;
  json::object who = identity_of(call, user);
  json::object claims{{"iss", call.base_url},
                      {"sub", who["id"]},
                      {"aud", client.id},
                      {"iat", call.now.ms / 1000},
                      {"exp", call.now.ms / 1000 + kLifeSeconds},
                      {"user_id", user},
                      {"organization_id", organization_id_},
                      {"preferred_username", who["username"]},
                      {"name", who["display_name"]},
                      {"email", who["email"]}};
  if (!consent.nonce.empty()) claims["nonce"] = consent.nonce;
  return signer_.sign(claims);
}

void Salesforce::revoke_refresh_token(const std::string& refresh_token) {
  tokens().revoke(refresh_token);
  refresh_scopes_.erase(refresh_token);
  for (auto session = sessions_.begin(); session != sessions_.end();) {
    bool from_it = session->second.refresh_token == refresh_token;
    if (from_it) tokens().revoke(session->first);
    session = from_it ? sessions_.erase(session) : std::next(session);
  }
}

http::Response Salesforce::revoke(Call& call) {
  std::string token = call.query_value("token").value_or(form_value(http::parse_query(call.request.body), "token"));
  if (tokens().refresh_client(token)) {
    revoke_refresh_token(token);
  } else if (tokens().state(token, call.now) != TokenState::unknown) {
    tokens().revoke(token);
    sessions_.erase(token);
  } else {  // url-encoded text, not JSON
    http::Response refused(400, "error=invalid_token&error_description=invalid%20token%3A");
    refused.headers.add("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    return refused;
  }
  return http::Response(200, "");
}

}  // namespace lockstep::emulators::salesforce
