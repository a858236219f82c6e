// Who may come in, how often, and what every answer carries.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/core/signature.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/service.h"
#include "emulators/dynamics365/vendor_errors.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::string_view kAffinity = "ARRAffinity=";  // the cookie that keeps a client on one web server

std::string form_value(const std::vector<std::pair<std::string, std::string>>& form, std::string_view name) {
  for (const auto& [known, value] : form) {
    if (known == name) return value;
  }
  return "";
}

/// The fields of a token request; a client may name itself and its secret in a Basic header instead.
std::vector<std::pair<std::string, std::string>> token_form(const Call& call) {
  auto form = http::parse_query(call.request.body);
  std::string header = call.header("Authorization").value_or(""), credentials;
  if (!header.starts_with("Basic ") || !from_base64(trim(std::string_view(header).substr(6)), credentials)) return form;
  std::size_t colon = credentials.find(':');
  if (colon == std::string::npos) return form;
  form.emplace_back("client_id", percent_decode(credentials.substr(0, colon), true));
  form.emplace_back("client_secret", percent_decode(credentials.substr(colon + 1), true));
  return form;
}

http::Response token_error(const Call& call, int status, std::string_view error, int number, std::string text) {
  std::string trace = guid_of_name(fmt::format("trace {}", call.now.ms));
  json::object body{{"error", json::string(error)},
                    {"error_description", fmt::format("AADSTS{}: {} Trace ID: {}", number, text, trace)},
                    {"error_codes", json::array{number}},
                    {"timestamp", format_iso(call.now)},
                    {"trace_id", trace},
                    {"correlation_id", trace}};
  return json_response(status, body, "application/json; charset=utf-8");
}

}  // namespace

http::Response too_many(const Throttled& throttled) {
  http::Response response = error_response(throttled.error);
  response.headers.add("Retry-After", std::to_string(throttled.retry_after_s));
  response.headers.add("x-ms-ratelimit-burst-remaining-xrm-requests", "0");
  return response;
}

http::Response Service::openid_configuration(Call& call) {
  const std::string& tenant = call.parameter("tenant");
  if (!equal_no_case(tenant, options_.tenant)) return token_error(call, 400, "invalid_tenant", 90002, fmt::format("Tenant '{}' not found.", tenant));
  bool second = call.request.target.find("/v2.0/") != std::string::npos;
  std::string root = call.base_url + "/" + tenant, version = second ? "/v2.0" : "";
  json::object body{{"token_endpoint", root + "/oauth2" + version + "/token"},
                    {"token_endpoint_auth_methods_supported", json::array{"client_secret_post", "private_key_jwt", "client_secret_basic"}},
                    {"jwks_uri", root + "/discovery" + version + "/keys"},
                    {"response_modes_supported", json::array{"query", "fragment", "form_post"}},
                    {"subject_types_supported", json::array{"pairwise"}},
                    {"id_token_signing_alg_values_supported", json::array{"RS256"}},
                    {"response_types_supported", json::array{"code"}},
                    {"scopes_supported", json::array{"openid", "profile", "email", "offline_access"}},
                    {"issuer", root + version + (second ? "" : "/")},
                    {"authorization_endpoint", root + "/oauth2" + version + "/authorize"},
                    {"device_authorization_endpoint", root + "/oauth2" + version + "/devicecode"},
                    {"end_session_endpoint", root + "/oauth2" + version + "/logout"},
                    {"tenant_region_scope", "EU"}};
  return json_response(200, body, "application/json; charset=utf-8");
}

http::Response Service::instance_discovery(Call& call) {
  std::string host = call.base_url.substr(call.base_url.find("://") + 3);
  json::object cloud{{"preferred_network", host}, {"preferred_cache", host}, {"aliases", json::array{json::value(host)}}};
  json::object body{{"tenant_discovery_endpoint", fmt::format("{}/{}/v2.0/.well-known/openid-configuration", call.base_url, options_.tenant)},
                    {"api-version", "1.1"},
                    {"metadata", json::array{std::move(cloud)}}};
  return json_response(200, body, "application/json; charset=utf-8");
}

http::Response Service::other_sign_in(Call& call) {
  return token_error(call, 501, "unsupported_response_type", 700054, "Only services sign in here, by client credentials at the token endpoint.");
}

http::Response Service::signing_keys(Call&) {  // tokens are opaque to their holders and not signed
  return json_response(200, json::object{{"keys", json::array()}}, "application/json; charset=utf-8");
}

http::Response Service::token(Call& call, std::string_view audience) {
  if (!equal_no_case(call.parameter("tenant"), options_.tenant)) {
    return token_error(call, 400, "invalid_request", 90002, fmt::format("Tenant '{}' not found.", call.parameter("tenant")));
  }
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/x-www-form-urlencoded")) {
    return token_error(call, 400, "invalid_request", 900144, "The request body must be a form.");
  }
  auto form = token_form(call);
  std::string grant = form_value(form, "grant_type");
  if (grant != "client_credentials") {
    return token_error(call, 400, "unsupported_grant_type", 70003, fmt::format("The grant type '{}' is not supported.", grant));
  }
  const OAuthClient* client = tokens().client(form_value(form, "client_id"));
  if (!client) {
    return token_error(call, 400, "unauthorized_client", 700016,
                       fmt::format("Application with identifier '{}' was not found in the directory.", form_value(form, "client_id")));
  }
  if (auto refused = check_client(call, *client)) return std::move(*refused);
  bool by_scope = audience == "scope";
  std::string wanted = form_value(form, audience);
  // The organisation's root is wherever this stand-in is reached, or its name on the real network.
  std::string_view suffix = by_scope ? "/.default" : "/";
  std::string root = wanted.ends_with(suffix) ? wanted.substr(0, wanted.size() - suffix.size()) : by_scope ? "" : wanted;
  if (root.ends_with('/')) root.pop_back();  // "https://org//.default" is written, too
  if (root != call.base_url && root != "https://" + organisation_.names.host) {
    return by_scope ? token_error(call, 400, "invalid_scope", 70011, fmt::format("The provided value '{}' is not valid for scope.", wanted))
                    : token_error(call, 400, "invalid_resource", 500011, fmt::format("The resource principal named {} was not found in the tenant.", wanted));
  }
  std::string access = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9." + tokens().random_text(120) + "." + tokens().random_text(86);
  tokens().issue(access, client->id, call.now, options_.token_life);
  std::int64_t seconds = options_.token_life.count() / 1000;
  json::object body{{"token_type", "Bearer"}, {"expires_in", seconds}, {"ext_expires_in", seconds}, {"access_token", access}};
  http::Response response = json_response(200, body, "application/json; charset=utf-8");
  response.headers.add("Cache-Control", "no-store, no-cache");
  return response;
}

/// By secret, or by an assertion that the key of the client's certificate signed.
std::optional<http::Response> Service::check_client(Call& call, const OAuthClient& client) {
  auto form = token_form(call);
  std::string assertion = form_value(form, "client_assertion");
  if (assertion.empty()) {
    if (form_value(form, "client_secret") == client.secret) return std::nullopt;
    return token_error(call, 401, "invalid_client", 7000215, "Invalid client secret provided.");
  }
  auto bad = [&](std::string text) { return token_error(call, 401, "invalid_client", 700027, "Client assertion failed validation: " + text); };
  if (form_value(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") return bad("its type is wrong.");
  std::vector<std::string_view> parts = split(assertion, '.');
  std::string header, claims, signature;
  if (parts.size() != 3 || !from_base64(parts[0], header) || !from_base64(parts[1], claims) || !from_base64(parts[2], signature)) return bad("it is no JWT.");
  JsonDocument head, body;
  if (!head.parse(header) || !body.parse(claims) || !head.root().is_object() || !body.root().is_object()) return bad("it is no JWT.");
  std::string_view algorithm = text_member(head.root().get_object(), "alg");
  const json::object& said = body.root().get_object();
  if (algorithm != "RS256" && algorithm != "PS256") return bad("its algorithm is neither RS256 nor PS256.");
  auto key = client_keys_.find(client.id);
  if (key == client_keys_.end()) return bad("no certificate is registered for the application.");
  std::string_view text = std::string_view(assertion).substr(0, assertion.rfind('.'));
  if (!is_signed(algorithm, key->second, text, signature)) return bad("the key was not found, or the signature is not by it.");
  if (text_member(said, "iss") != client.id || text_member(said, "sub") != client.id) return bad("its issuer is not the client.");
  std::string token_url = call.base_url + call.request.path();
  if (text_member(said, "aud") != token_url) return bad("its audience is not the token endpoint.");
  const json::value* expires = said.if_contains("exp");
  if (!expires || !expires->is_int64() || expires->get_int64() * 1000 <= call.now.ms || text_member(said, "jti").empty()) return bad("it has expired.");
  return std::nullopt;
}

http::Response Service::unauthorized(const Call& call, std::string_view code, std::string_view message) {
  http::Response response(401, "");
  if (organisation_.metadata.quirks().unauthorized_body) response = error_response({401, std::string(code), std::string(message)});
  std::string resource = organisation_.metadata.quirks().older_challenge ? "" : fmt::format(", resource_id={}/", call.base_url);
  response.headers.add("WWW-Authenticate", fmt::format("Bearer authorization_uri={}/{}/oauth2/authorize{}", call.base_url, options_.tenant, resource));
  return response;
}

Outcome<void> Service::check_organisation(const Call& call) const {
  const Quirks& quirks = organisation_.metadata.quirks();
  if (organisation_disabled_)
    return refuse(static_cast<int>(quirks.organisation_disabled_status), code::kOrganisationDisabled,
                  fmt::format("The organization {} you are attempting to access is currently disabled.", organisation_.names.name));
  if (call.request.body.size() > static_cast<std::size_t>(request_bytes_))
    return refuse(static_cast<int>(quirks.too_large_status), code::kRequestTooLarge, fmt::format("The request is larger than {} bytes.", request_bytes_));
  return {};
}

std::optional<http::Response> Service::admit(Call& call, const Route* route) {
  organisation_.work_ms = 0;
  bool signs_in = route && !route->path.starts_with("/api/");
  if (signs_in) return std::nullopt;
  std::string header = call.header("Authorization").value_or("");
  constexpr std::string_view kNobody = "0x80040204", kExpired = "0x80041d52";
  if (!header.starts_with("Bearer ")) return unauthorized(call, kNobody, "No authorization header was provided.");
  std::string token(trim(std::string_view(header).substr(7)));
  if (tokens().state(token, call.now) == TokenState::expired) return unauthorized(call, kExpired, "The OAuth token has expired");
  if (tokens().state(token, call.now) != TokenState::valid) return unauthorized(call, kNobody, "Invalid user auth");
  const OAuthClient* client = tokens().client(tokens().grant(token)->client_id);
  if (!client) return unauthorized(call, kNobody, "Invalid user auth");
  call.caller = {ActorKind::integration, client->name};
  if (organisation_.lacks("systemuser", "SignIn", call.caller))  // the application has no application user
    return error_response(
        {static_cast<int>(organisation_.metadata.quirks().not_member_status), std::string(code::kNotAMember), "The user is not a member of the organization."});
  const std::string& user = organisation_.users.id_of(call.caller, call.now);
  if (organisation_.users.is_disabled(call.caller)) return error_response(user_disabled(user));
  if (organisation_.lacks("systemuser", "Roles", call.caller))
    return error_response({403, std::string(code::kNoRoles), "The user has not been assigned any roles."});
  if (auto there = check_organisation(call); !there) return error_response(there.error());
  begin_transaction(call.now);
  counted_ = fmt::format("{} on {}", client->name, server_of(call));
  if (auto throttled = organisation_.protection.admit(counted_, call.now, call.delay)) return too_many(*throttled);
  if (call.request.target.size() > static_cast<std::size_t>(url_bytes_)) return http::Response(414, "");
  return std::nullopt;
}

std::int64_t Service::server_of(const Call& call) {
  std::string cookies = call.header("Cookie").value_or("");
  std::size_t at = cookies.find(kAffinity);
  std::int64_t server = next_server_, servers = std::max<std::int64_t>(servers_, 1);
  if (at == std::string::npos) {
    next_server_ = (next_server_ + 1) % servers;
  } else {
    std::from_chars(cookies.data() + at + kAffinity.size(), cookies.data() + cookies.size(), server);
  }
  return std::clamp<std::int64_t>(server, 0, servers - 1);
}

void Service::add_inner_error(http::Response& response) {
  JsonDocument document;
  if (!document.parse(response.body) || !document.root().is_object() || !document.root().get_object().contains("error")) return;
  json::value body(document.root(), json::storage_ptr());
  json::object& error = body.get_object().at("error").as_object();
  error["innererror"] =
      json::object{{"message", error["message"]}, {"type", "Microsoft.Crm.CrmException"}, {"stacktrace", "   at Microsoft.Crm.Extensibility"}};
  response.body = json::serialize(body);
}

void Service::finish(Call& call, http::Response& response) {
  response.headers.set("Date", format_http_date(call.now));
  if (response.status >= 400 && organisation_.metadata.quirks().older_errors) add_inner_error(response);
  if (call.caller.name.empty()) return;
  ServiceProtection& protection = organisation_.protection;
  const std::string& user = counted_;
  if (call.header("Cookie").value_or("").find(kAffinity) == std::string::npos) {
    response.headers.add("Set-Cookie", fmt::format("{}{}; path=/; HttpOnly", kAffinity, user.substr(user.rfind(' ') + 1)));
    response.headers.add("Set-Cookie", fmt::format("ReqClientId={}; path=/; HttpOnly", make_guid(organisation_.request_ids)));
  }
  protection.charge(user, call.now, organisation_.work_ms);
  response.headers.add("x-ms-service-request-id", make_guid(organisation_.request_ids));
  response.headers.add("x-ms-dop-hint", std::to_string(protection.settings().recommended_parallelism));
  if (!protection.settings().on) return;
  if (!response.headers.contains("x-ms-ratelimit-burst-remaining-xrm-requests"))
    response.headers.add("x-ms-ratelimit-burst-remaining-xrm-requests", std::to_string(protection.requests_left(user, call.now)));
  std::int64_t unit = organisation_.metadata.quirks().time_left_in_seconds ? 1000 : 1;
  response.headers.add("x-ms-ratelimit-time-remaining-xrm-requests", std::to_string(protection.execution_ms_left(user, call.now) / unit));
}

bool Service::knows_fault_code(std::string_view code) const { return vendor_error(code).has_value(); }

http::Response Service::fault_answer(Call&, const Fault& fault) {
  if (auto told = vendor_error(fault.code)) {
    if (fault.status != 0) told->status = fault.status;
    std::int64_t wait_s = (fault.retry_after.count() + 999) / 1000;
    if (told->status == 429) return too_many({std::move(*told), std::max<std::int64_t>(wait_s, 1)});
    http::Response response = error_response(*told);
    if (wait_s > 0) response.headers.add("Retry-After", std::to_string(wait_s));
    return response;
  }
  if (fault.name == kFaultRateLimit) {
    constexpr Duration kUsualWait{300'000};  // a whole window: Retry-After is never 0
    int status = fault.status == 0 ? 429 : fault.status;
    Duration wait = fault.retry_after > Duration{0} ? fault.retry_after : kUsualWait;
    Throttled throttled{{status, std::string(code::kRequestsExceeded), "Number of requests exceeded the limit of 6000 over time window of 300 seconds."},
                        (wait.count() + 999) / 1000};
    return too_many(throttled);
  }
  int status = fault.status == 0 ? 503 : fault.status;
  if (status == 500) return error_response({500, "0x80044151", "SQL timeout expired."});
  http::Response response(status, "<html><body><h1>Service Unavailable</h1></body></html>");
  response.headers.add("Content-Type", "text/html");
  if (fault.retry_after.count() > 0) {
    response.headers.add("Retry-After", std::to_string((fault.retry_after.count() + 999) / 1000));
  }
  return response;
}

}  // namespace lockstep::emulators::dynamics365
