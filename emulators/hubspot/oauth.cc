// §1.1: the token endpoint and what belongs to it.
#include "base/text.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

http::Response oauth_error(std::string_view error, std::string_view status, std::string_view message) {
  auto text = [](std::string_view value) { return json::string(value.data(), value.size()); };
  return json_answer(400, json::object{{"error", text(error)},
                                       {"error_description", text(message)},
                                       {"status", text(status)},
                                       {"message", text(message)}});
}

http::Response bad_refresh_token() {
  return oauth_error("invalid_grant", "BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked");
}

json::array scopes() {
  return {"oauth",
          "crm.objects.contacts.read",
          "crm.objects.contacts.write",
          "crm.objects.companies.read",
          "crm.objects.companies.write",
          "tickets",
          "sales-email-read",
          "crm.objects.owners.read",
          "crm.schemas.contacts.read",
          "crm.schemas.contacts.write",
          "crm.schemas.companies.read",
          "crm.schemas.companies.write"};
}

}  // namespace

HubSpot::Answer HubSpot::token(Call& call) {
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/x-www-form-urlencoded"))
    return oauth_error("invalid_request", "BAD_CONTENT_TYPE",
                       "the body must be application/x-www-form-urlencoded");
  auto form = http::parse_query(call.request.body);
  auto field = [&](std::string_view name) -> std::string {
    for (const auto& [known, value] : form) {
      if (known == name) return value;
    }
    return "";
  };
  std::string grant_type = field("grant_type");
  const OAuthClient* client = tokens().client(field("client_id"));
  if (!client) return oauth_error("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id");
  if (field("client_secret") != client->secret)
    return oauth_error("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret");
  json::object body{{"token_type", "bearer"}, {"expires_in", options_.token_life.count() / 1000}};
  std::string access =
      "C" + tokens().random_text(160) + "-" + tokens().random_text(100) + "_" + tokens().random_text(60);
  if (grant_type == "refresh_token") {
    std::string refresh = field("refresh_token");
    if (tokens().refresh_client(refresh) != client->id) return bad_refresh_token();
    if (rotate_refresh_tokens_) {
      tokens().revoke(refresh);
      refresh = tokens().random_text(36);
      tokens().issue_refresh(refresh, client->id);
    }
    body["refresh_token"] = refresh;
    body["hub_id"] = options_.portal_id;
    body["scopes"] = scopes();
  } else if (grant_type == "client_credentials") {
    app_tokens_.insert(access);  // good for the webhooks journal alone
  } else if (grant_type == "authorization_code") {
    return oauth_error("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code");
  } else {
    return oauth_error("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or invalid grant_type");
  }
  body["access_token"] = access;
  body["token_use"] = "access_token";
  tokens().issue(access, client->id, call.now, options_.token_life);
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::token_details(Call& call) {
  const std::string& access = call.parameter("token");
  if (tokens().state(access, call.now) != TokenState::valid) return hubspot::not_found();
  const TokenGrant* grant = tokens().grant(access);
  return json_answer(200, json::object{{"token", access},
                                       {"hub_id", options_.portal_id},
                                       {"client_id", grant->client_id},
                                       {"app_id", std::stoll(options_.app_id)},
                                       {"scopes", scopes()},
                                       {"expires_in", (grant->expires - call.now).count() / 1000},
                                       {"token_type", "access"}});
}

HubSpot::Answer HubSpot::refresh_token_details(Call& call) {
  auto client = tokens().refresh_client(call.parameter("token"));
  if (!client) return hubspot::not_found();
  return json_answer(200, json::object{{"token", call.parameter("token")},
                                       {"hub_id", options_.portal_id},
                                       {"client_id", *client},
                                       {"scopes", scopes()},
                                       {"token_type", "refresh"}});
}

HubSpot::Answer HubSpot::revoke_refresh_token(Call& call) {
  if (!tokens().refresh_client(call.parameter("token"))) return hubspot::not_found();
  tokens().revoke(call.parameter("token"));
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot
