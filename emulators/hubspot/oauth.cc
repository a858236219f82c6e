// §1.1: the token endpoint and what belongs to it.
#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr Duration kCodeLife{600'000};

json::string text_of_view(std::string_view value) { return json::string(value.data(), value.size()); }

http::Response oauth_error(std::string_view error, std::string_view status, std::string_view message) {
  return json_answer(
      400,
      json::object{
          {"error", text_of_view(error)}, {"error_description", text_of_view(message)}, {"status", text_of_view(status)}, {"message", text_of_view(message)}});
}

http::Response bad_refresh_token() { return oauth_error("invalid_grant", "BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked"); }

/// What an app has that was let in without a question.
constexpr std::string_view kAllScopes =
    "oauth crm.objects.contacts.read crm.objects.contacts.write crm.objects.companies.read crm.objects.companies.write crm.objects.deals.read "
    "crm.objects.deals.write crm.objects.custom.read crm.objects.custom.write tickets sales-email-read crm.objects.owners.read crm.schemas.contacts.read "
    "crm.schemas.contacts.write crm.schemas.companies.read crm.schemas.companies.write crm.schemas.deals.read crm.schemas.deals.write crm.schemas.tickets.read "
    "crm.schemas.tickets.write crm.schemas.custom.read crm.schemas.custom.write crm.objects.products.read crm.objects.products.write "
    "crm.objects.line_items.read crm.objects.line_items.write crm.schemas.line_items.read crm.schemas.line_items.write crm.import crm.export";

/// `consented`: what a person let the app in for; empty: everything.
json::array granted_scopes(std::string_view consented = "") {
  json::array scopes;
  for (std::string_view each : split(consented.empty() ? kAllScopes : consented, ' ')) {
    if (!each.empty()) scopes.push_back(text_of_view(each));
  }
  return scopes;
}

/// The fields of the form; version 1 takes them from the query, too (§1.1).
class Form {
 public:
  explicit Form(const Call& call) : fields_(http::parse_query(call.request.body)) {
    if (call.request.target.starts_with("/oauth/v1/")) fields_.insert(fields_.end(), call.query.begin(), call.query.end());
  }
  std::string field(std::string_view name) const {
    for (const auto& [known, value] : fields_) {
      if (known == name) return value;
    }
    return "";
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

std::optional<http::Response> check_form(const Call& call) {
  auto type = call.header("Content-Type");
  if (type && to_lower_ascii(*type).starts_with("application/x-www-form-urlencoded")) return std::nullopt;
  return oauth_error("invalid_request", "BAD_CONTENT_TYPE", "the body must be application/x-www-form-urlencoded");
}

}  // namespace

/// The page where a person lets the app in: here everyone does, at once.
HubSpot::Answer HubSpot::authorize(Call& call) {
  std::string client = call.query_value("client_id").value_or(""), target = call.query_value("redirect_uri").value_or("");
  if (!tokens().client(client)) return invalid("missing or unknown client id");
  if (!redirect_uris_.contains(target)) return invalid("missing redirect_uri, or none that the app registered");
  std::string scope = call.query_value("scope").value_or(""), optional = call.query_value("optional_scope").value_or("");
  if (scope.empty()) return invalid("missing scope");
  if (!optional.empty()) scope += " " + optional;
  http::Response response(302, "");
  response.headers.add("Location", tokens().issue_code({client, target, scope, call.now + kCodeLife}, call.query_value("state").value_or("")));
  return response;
}

HubSpot::Answer HubSpot::token(Call& call) {
  if (auto refused = check_form(call)) return std::move(*refused);
  Form form(call);
  const OAuthClient* client = tokens().client(form.field("client_id"));
  if (!client) return oauth_error("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id");
  if (form.field("client_secret") != client->secret) return oauth_error("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret");
  std::string grant_type = form.field("grant_type");
  json::object body{{"token_type", "bearer"}, {"expires_in", options_.token_life.count() / 1000}};
  std::string access = "C" + tokens().random_text(160) + "-" + tokens().random_text(100) + "_" + tokens().random_text(60);
  std::string refresh, scope;
  if (grant_type == "refresh_token") {
    refresh = form.field("refresh_token");
    if (tokens().refresh_client(refresh) != client->id) return bad_refresh_token();
    scope = refresh_scopes_[refresh];
    if (rotate_refresh_tokens_) {
      tokens().revoke(refresh);
      refresh = tokens().random_text(36);
      tokens().issue_refresh(refresh, client->id);
      refresh_scopes_[refresh] = scope;
    }
  } else if (grant_type == "client_credentials") {
    app_tokens_.insert(access);  // good for the webhooks journal alone
  } else if (grant_type == "authorization_code") {
    auto code = tokens().take_code(form.field("code"), client->id, form.field("redirect_uri"), call.now);
    if (!code) return oauth_error("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code");
    refresh = tokens().random_text(36);
    scope = code->scope;
    tokens().issue_refresh(refresh, client->id);
    refresh_scopes_[refresh] = scope;
  } else {
    return oauth_error("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or invalid grant_type");
  }
  if (!refresh.empty()) {
    body["refresh_token"] = refresh;
    body["hub_id"] = options_.portal_id;
    body["scopes"] = granted_scopes(scope);
  }
  body["access_token"] = access;
  body["token_use"] = "access_token";
  tokens().issue(access, client->id, call.now, options_.token_life, scope);
  return json_answer(200, body);
}

/// What version 1 and the later ones both tell of a token; nothing when it is not good.
std::optional<json::object> HubSpot::token_facts(const std::string& token, bool refresh, WallTime at) {
  std::string client;
  json::object facts{{"token", token}, {"hub_id", options_.portal_id}, {"hub_domain", "lockstep.example"}, {"token_type", refresh ? "refresh" : "access"}};
  if (refresh) {
    auto known = tokens().refresh_client(token);
    if (!known) return std::nullopt;
    facts["client_id"] = *known;
    facts["scopes"] = granted_scopes(refresh_scopes_[token]);
  } else {
    if (tokens().state(token, at) != TokenState::valid) return std::nullopt;
    facts["app_id"] = std::stoll(options_.app_id);
    facts["scopes"] = granted_scopes(tokens().grant(token)->scope);
    facts["expires_in"] = (tokens().grant(token)->expires - at).count() / 1000;
  }
  const Owner& installer = options_.owners.front();
  facts["user"] = installer.email;
  facts["user_id"] = std::stoll(installer.user_id);
  return facts;
}

/// What a token says of itself, in the words of the client's model of it.
json::object HubSpot::signed_access_token(const std::string& token, WallTime at) {
  const Owner& installer = options_.owners.front();
  std::vector<std::string> scopes;
  for (const json::value& each : granted_scopes(tokens().grant(token)->scope)) scopes.push_back(scalar_text(each));
  std::string claims = std::to_string(options_.portal_id) + "/" + token + "/" + std::to_string(at.ms);
  return {{"expiresAt", tokens().grant(token)->expires.ms},
          {"scopes", join(scopes, " ")},
          {"hubId", options_.portal_id},
          {"userId", std::stoll(installer.user_id)},
          {"appId", std::stoll(options_.app_id)},
          {"signature", to_base64(hmac_sha256(options_.client.secret, claims))},
          {"newSignature", to_base64(hmac_sha256(options_.client.secret, claims + "/2"))},
          {"scopeToScopeGroupPks", ""},
          {"hublet", "na1"},
          {"trialScopes", ""},
          {"trialScopeToScopeGroupPks", ""},
          {"isUserLevel", false},
          {"isPrivateDistribution", true},
          {"isServiceAccount", false},
          {"installingUserId", std::stoll(installer.user_id)}};
}

HubSpot::Answer HubSpot::token_details(Call& call) {
  auto facts = token_facts(call.parameter("token"), false, call.now);
  if (!facts) return hubspot::not_found();
  return json_answer(200, *facts);
}

HubSpot::Answer HubSpot::refresh_token_details(Call& call) {
  auto facts = token_facts(call.parameter("token"), true, call.now);
  if (!facts) return hubspot::not_found();
  return json_answer(200, *facts);
}

HubSpot::Answer HubSpot::revoke_refresh_token(Call& call) {
  if (!tokens().refresh_client(call.parameter("token"))) return hubspot::not_found();
  tokens().revoke(call.parameter("token"));
  return http::Response(204, "");
}

/// The token that a form of the later versions names, and whether it is a refresh token.
Outcome<std::pair<std::string, bool>> HubSpot::hinted_token(const Call& call) {
  Form form(call);
  std::string hint = form.field("token_type_hint");
  if (hint != "access_token" && hint != "refresh_token") return invalid("token_type_hint must be access_token or refresh_token");
  std::string token = form.field(hint);
  if (token.empty()) return invalid(hint + " is missing");
  return std::pair(token, hint == "refresh_token");
}

HubSpot::Answer HubSpot::introspect(Call& call) {
  if (auto refused = check_form(call)) return std::move(*refused);
  TRY(auto hinted, hinted_token(call));
  auto facts = token_facts(hinted.first, hinted.second, call.now);
  if (!facts) return json_answer(200, json::object{{"active", false}});
  (*facts)["active"] = true;
  (*facts)["client_id"] = options_.client.id;
  (*facts)["app_id"] = std::stoll(options_.app_id);
  (*facts)["is_private_distribution"] = true;
  (*facts)["token_use"] = hinted.second ? "refresh_token" : "access_token";
  (*facts)["token_type"] = "bearer";
  if (!hinted.second) (*facts)["signed_access_token"] = signed_access_token(hinted.first, call.now);
  return json_answer(200, *facts);
}

HubSpot::Answer HubSpot::revoke(Call& call) {
  if (auto refused = check_form(call)) return std::move(*refused);
  TRY(auto hinted, hinted_token(call));
  if (hinted.second) tokens().revoke(hinted.first);  // access tokens that were issued stay good
  return json_answer(200, json::object{});
}

/// §1.2: which app a private app's token belongs to.
HubSpot::Answer HubSpot::private_app_details(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  std::string_view token = text_member(*body, "tokenKey");
  for (const ServiceKey& key : options_.service_keys) {
    if (key.token != token) continue;
    return json_answer(200, json::object{{"userId", std::stoll(options_.owners.front().user_id)},
                                         {"hubId", options_.portal_id},
                                         {"appId", std::stoll(key.app_id)},
                                         {"scopes", granted_scopes()}});
  }
  return hubspot::not_found();
}

}  // namespace lockstep::emulators::hubspot
