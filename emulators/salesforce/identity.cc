// §1.1, §1.4: the authorization page, and what a session says of its user.
#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr Duration kCodeLife{15 * 60'000};

std::string bearer_of(const Call& call) {
  std::string given = call.header("Authorization").value_or("");
  return given.substr(std::min(given.size(), given.find(' ') + 1));
}

http::Response bad_oauth_token() {
  http::Response refused(403, "Bad_OAuth_Token");
  refused.headers.add("Content-Type", "text/html;charset=UTF-8");
  return refused;
}

}  // namespace

std::string form_value(const Form& form, std::string_view name) {
  for (const auto& [known, value] : form) {
    if (known == name) return value;
  }
  return "";
}

/// The page on which a person consents: here they always do, at once.
http::Response Salesforce::authorize(Call& call) {
  auto asked = [&](std::string_view name) { return call.query_value(name).value_or(""); };
  const OAuthClient* client = tokens().client(asked("client_id"));
  std::string redirect = asked("redirect_uri");
  if (!client || redirect.empty() || asked("response_type") != "code") {
    http::Response refused(400, !client ? "error=invalid_client_id&error_description=client%20identifier%20invalid"
                                        : "error=invalid_request&error_description=invalid%20authorization%20request");
    refused.headers.add("Content-Type", "text/html;charset=UTF-8");
    return refused;
  }
  std::string code = "aPrx" + tokens().random_text(40) + "==";
  std::string scope = asked("scope").empty() ? "api refresh_token" : asked("scope");
  codes_[code] = {client->id, redirect, scope, asked("code_challenge"), asked("nonce"), call.now + kCodeLife};
  std::vector<std::pair<std::string, std::string>> answer = {{"code", code}};
  if (auto state = call.query_value("state")) answer.emplace_back("state", *state);
  http::Response response(302, "");
  response.headers.add("Location", redirect + (redirect.find('?') == std::string::npos ? "?" : "&") + http::encode_query(answer));
  return response;
}

http::Response Salesforce::introspect(Call& call) {
  Form form = http::parse_query(call.request.body);
  const OAuthClient* client = tokens().client(form_value(form, "client_id"));
  if (!client || client->secret != form_value(form, "client_secret"))
    return json_response(401, json::object{{"error", "invalid_client"}, {"error_description", "invalid client credentials"}});
  std::string token = form_value(form, "token");
  if (tokens().state(token, call.now) != TokenState::valid) return json_response(200, json::object{{"active", false}});
  const TokenGrant& grant = *tokens().grant(token);
  return json_response(200, json::object{{"active", true},
                                         {"scope", sessions_[token].scope},
                                         {"client_id", grant.client_id},
                                         {"username", options_.username},
                                         {"token_type", "access_token"},
                                         {"exp", grant.expires.ms / 1000},
                                         {"iat", grant.issued.ms / 1000}});
}

json::object Salesforce::identity_of(const Call& call, const std::string& user) const {
  const ObjectType& users = org_.schema().object("User");
  RowNumber row = users.table->find(user);
  auto text = [&](const char* field) { return row == kNoRow ? std::string() : std::string(text_of(org_.value_of(users, row, users.field(field)))); };
  return json::object{{"id", fmt::format("{}/id/{}/{}", call.base_url, organization_id_, user)},
                      {"asserted_user", true},
                      {"user_id", user},
                      {"organization_id", organization_id_},
                      {"username", text("Username")},
                      {"nick_name", text("Alias")},
                      {"display_name", text("Name")},
                      {"email", text("Email")}};
}

http::Response Salesforce::identity(Call& call) {
  std::string access = call.query_value("oauth_token").value_or(bearer_of(call));
  if (tokens().state(access, call.now) != TokenState::valid) return bad_oauth_token();
  const OAuthClient& client = *tokens().client(tokens().grant(access)->client_id);
  const std::string& user = org_.ensure_user({ActorKind::integration, client.name}, call.now);
  if (normalise_id(call.parameter("organization")) != organization_id_ || normalise_id(call.parameter("user")) != user) return bad_oauth_token();
  json::object body = identity_of(call, user);
  const std::string base = call.base_url + "/services/data/v{version}/";
  body["urls"] = {{"rest", base}, {"query", base + "query/"}, {"sobjects", base + "sobjects/"}, {"search", base + "search/"}};
  body["active"] = true;
  body["user_type"] = "STANDARD";
  body["language"] = "en_US";
  body["locale"] = "en_US";
  body["utcOffset"] = 0;
  body["last_modified_date"] = format_iso(whole_seconds(call.now));
  return json_response(200, body);
}

http::Response Salesforce::userinfo(Call& call) {
  std::string access = bearer_of(call);
  if (tokens().state(access, call.now) != TokenState::valid) return bad_oauth_token();
  const OAuthClient& client = *tokens().client(tokens().grant(access)->client_id);
  std::string user = org_.ensure_user({ActorKind::integration, client.name}, call.now);
  json::object who = identity_of(call, user);
  return json_response(200, json::object{{"sub", who["id"]},
                                         {"user_id", user},
                                         {"organization_id", organization_id_},
                                         {"preferred_username", who["username"]},
                                         {"nickname", who["nick_name"]},
                                         {"name", who["display_name"]},
                                         {"email", who["email"]},
                                         {"active", true}});
}

http::Response Salesforce::openid_configuration(Call& call) {
  const std::string oauth = call.base_url + "/services/oauth2/";
  return json_response(200, json::object{{"issuer", call.base_url},
                                         {"authorization_endpoint", oauth + "authorize"},
                                         {"token_endpoint", oauth + "token"},
                                         {"revocation_endpoint", oauth + "revoke"},
                                         {"userinfo_endpoint", oauth + "userinfo"},
                                         {"introspection_endpoint", oauth + "introspect"},
                                         {"jwks_uri", call.base_url + "/id/keys"},
                                         {"scopes_supported", json::array{"api", "id", "openid", "refresh_token"}},
                                         {"response_types_supported", json::array{"code"}},
                                         {"subject_types_supported", json::array{"public"}},
                                         {"id_token_signing_alg_values_supported", json::array{"RS256"}},
                                         {"token_endpoint_auth_methods_supported", json::array{"client_secret_post", "client_secret_basic"}}});
}

http::Response Salesforce::signing_keys(Call&) { return json_response(200, json::object{{"keys", json::array{signer_.public_key()}}}); }

http::Response Salesforce::user_password(Call& call) {
  const ObjectType& users = org_.schema().object("User");
  auto row = org_.find_live(users, call.parameter("id"), "NOT_FOUND");
  if (!row) return error_response(row.error());
  if (call.request.method == "GET") return json_response(200, json::object{{"isExpired", settings_.password_expired}});
  if (auto may = may_set_password(call, *row); !may) return error_response(may.error());
  if (call.request.method == "DELETE") return json_response(200, json::object{{"NewPassword", make_up_password(*row)}});
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  auto set = set_password(*row, std::string(text_member(document.root().get_object(), "NewPassword")));
  return set ? no_content() : error_response(set.error());
}

Outcome<void> Salesforce::may_set_password(const Call& call, RowNumber user) {
  bool own = org_.schema().object("User").table->record(user).id == org_.ensure_user(call.caller, call.now);
  return own || settings_.manage_users ? Outcome<void>{} : refuse("INSUFFICIENT_ACCESS", "insufficient access rights on object id");
}

Outcome<void> Salesforce::set_password(RowNumber user, std::string password) {
  constexpr std::size_t kShortest = 8;
  const ObjectType& users = org_.schema().object("User");
  if (password.size() < kShortest) return refuse("INVALID_NEW_PASSWORD", fmt::format("Your password must be at least {} characters long.", kShortest));
  passwords_[to_lower_ascii(text_of(users.table->get(user, users.field("Username").column)))] = std::move(password);
  return {};
}

std::string Salesforce::make_up_password(RowNumber user) {
  std::string password = tokens().random_text(10);
  auto set = set_password(user, password);
  CHECK(set.has_value(), "it is long enough");
  return password;
}

}  // namespace lockstep::emulators::salesforce
