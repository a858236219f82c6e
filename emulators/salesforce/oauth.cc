// §1: token endpoint, revocation, identity.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/salesforce/dialect.h"

namespace lockstep::emulators::salesforce {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

std::string form_value(const Form& form, std::string_view name) {
  for (const auto& [known, value] : form) {
    if (known == name) return value;
  }
  return "";
}

http::Response oauth_error(int status, std::string_view error, std::string_view description) {
  return json_response(status, json::object{{"error", error}, {"error_description", description}});
}

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
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/x-www-form-urlencoded")) {
    return oauth_error(400, "invalid_request", "the body must be application/x-www-form-urlencoded");
  }
  Form form = http::parse_query(call.request.body);
  std::string grant_type = form_value(form, "grant_type");
  if (grant_type.empty()) return oauth_error(400, "unsupported_grant_type", "grant type not supported");
  std::string client_id = form_value(form, "client_id"), secret = form_value(form, "client_secret");
  read_basic(call, client_id, secret);
  const OAuthClient* client = tokens().client(client_id);
  if (!client) return oauth_error(400, "invalid_client_id", "client identifier invalid");
  bool secret_needed = grant_type == "client_credentials" || !secret.empty();
  if (secret_needed && secret != client->secret)
    return oauth_error(400, "invalid_client", "invalid client credentials");
  if (grant_type == "refresh_token") {
    if (tokens().refresh_client(form_value(form, "refresh_token")) != client_id) {
      return oauth_error(400, "invalid_grant", "expired access/refresh token");
    }
  } else if (grant_type != "client_credentials") {
    return oauth_error(400, "unsupported_grant_type", "grant type not supported");
  }
  return grant(call, *client);
}

http::Response Salesforce::grant(Call& call, const OAuthClient& client) {
  // 15 characters of the org, '!', and characters that need care in a URL
  std::string access =
      organization_id_.substr(0, 15) + "!AQ." + tokens().random_text(40) + "_" + tokens().random_text(40);
  tokens().issue(access, client.id, call.now, options_.session_timeout);
  const std::string& user = org_.ensure_user({ActorKind::integration, client.name}, call.now);
  std::string id = fmt::format("{}/id/{}/{}", call.base_url, organization_id_, user);
  std::string issued = std::to_string(call.now.ms);
  return json_response(200, json::object{{"access_token", access},
                                         {"signature", to_base64(hmac_sha256(client.secret, id + issued))},
                                         {"scope", "api"},
                                         {"instance_url", call.base_url},
                                         {"id", id},
                                         {"token_type", "Bearer"},
                                         {"issued_at", issued}});
}

http::Response Salesforce::revoke(Call& call) {
  tokens().revoke(form_value(http::parse_query(call.request.body), "token"));
  return http::Response(200, "");
}

http::Response Salesforce::identity(Call& call) {
  std::string given = call.header("Authorization").value_or("");
  std::string access =
      call.query_value("oauth_token").value_or(given.substr(std::min(given.size(), given.find(' ') + 1)));
  if (tokens().state(access, call.now) != TokenState::valid) {
    http::Response refused(403, "Bad_OAuth_Token");
    refused.headers.add("Content-Type", "text/html;charset=UTF-8");
    return refused;
  }
  const std::string& user = call.parameter("user");
  const std::string base = call.base_url + "/services/data/v{version}/";
  return json_response(
      200,
      json::object{{"id", fmt::format("{}/id/{}/{}", call.base_url, organization_id_, user)},
                   {"asserted_user", true},
                   {"user_id", user},
                   {"organization_id", organization_id_},
                   {"active", true},
                   {"user_type", "STANDARD"},
                   {"language", "en_US"},
                   {"locale", "en_US"},
                   {"utcOffset", 0},
                   {"urls", {{"rest", base}, {"query", base + "query/"}, {"sobjects", base + "sobjects/"}}}});
}

}  // namespace lockstep::emulators::salesforce
