// §1.6, §2.7, §5: who may call, how often, in whose name, and what those are told who may not.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/core/gzip.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/indent.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxUri = 16'384;  // bytes, also of URI and headers together (§3.1)
constexpr std::string_view kDataPrefix = "/services/data/", kAsyncPrefix = "/services/async/";

bool is_data_call(const Call& call) {
  std::string_view target = call.request.target;
  return target.starts_with(kDataPrefix) && target.size() > kDataPrefix.size();
}

bool is_bulk1_call(const Call& call) { return call.request.target.starts_with(kAsyncPrefix); }

std::size_t header_bytes(const http::ServerRequest& request) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : request.headers.all()) bytes += name.size() + value.size() + 4;
  return bytes;
}

bool wants_xml_alone(const Call& call) {
  std::string accepted = to_lower_ascii(call.header("Accept").value_or(""));
  return accepted.find("/xml") != std::string::npos && accepted.find("json") == std::string::npos && accepted.find('*') == std::string::npos;
}

/// 60 of "/services/data/v60.0/…" and "/services/async/60.0/…"; 0 when it is no version.
int version_of(std::string_view target) {
  std::string_view prefix = target.starts_with(kAsyncPrefix) ? kAsyncPrefix : kDataPrefix;
  std::string_view rest = target.substr(std::min(target.size(), prefix.size()));
  int version = 0;
  if (prefix == kDataPrefix && !rest.starts_with('v')) return 0;
  if (prefix == kDataPrefix) rest.remove_prefix(1);
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), version);
  std::string_view tail = rest.substr(static_cast<std::size_t>(end - rest.data()));
  return error == std::errc() && tail.starts_with(".0") && (tail.size() == 2 || tail[2] == '/' || tail[2] == '?') ? version : 0;
}

/// "//services//data" is "/services/data": the vendor's own command line writes its instance URL with a slash at the end.
std::string with_single_slashes(std::string_view target) {
  std::size_t path = std::min(target.find('?'), target.size());
  std::string single;
  for (std::size_t i = 0; i < path; ++i) {
    if (target[i] != '/' || !single.ends_with('/')) single += target[i];
  }
  return single.append(target.substr(path));
}

}  // namespace

/// §2.2, §2.4, §2.7: packed bodies, reads without a body, repeated slashes, and the verb of those whose proxies let no PATCH through.
std::optional<http::ServerRequest> Salesforce::rewritten(const http::ServerRequest& request) const {
  constexpr std::size_t kMostUnpacked = 512u << 20;
  std::optional<http::ServerRequest> meant;
  if (request.target.find("//") < request.target.find('?')) {
    meant = request;
    meant->target = with_single_slashes(request.target);
  }
  auto encoding = request.headers.find("Content-Encoding");
  if (encoding && equal_no_case(*encoding, "gzip")) {
    auto body = gunzip(request.body, kMostUnpacked);
    if (!meant) meant = request;
    meant->body = body ? std::move(*body) : "";  // then no reader of it will take it
  }
  if (request.method == "HEAD") {
    if (!meant) meant = request;
    meant->method = "GET";
  }
  if (!settings_.verb_in_query || request.method != "POST" || request.target.find("_HttpMethod=") == std::string::npos) return meant;
  for (const auto& [name, value] : http::parse_query(request.query())) {
    if (name != "_HttpMethod") continue;
    if (!meant) meant = request;
    meant->method = value;
  }
  return meant;
}

std::optional<http::Response> Salesforce::admit(Call& call, const Route*) {
  settle(call.now);
  note_changes({});
  if (call.request.target.size() > kMaxUri) return html_response(414, "URI Too Long");
  if (call.request.target.size() + header_bytes(call.request) > kMaxUri) {
    return html_response(431, "Request Header Fields Too Large");
  }
  if (is_bulk1_call(call)) return admit_bulk1(call);
  return is_data_call(call) ? admit_data(call) : std::nullopt;  // else tokens, and the list of versions
}

std::optional<http::Response> Salesforce::admit_data(Call& call) {
  int version = version_of(call.request.target);
  if (version > 0 && version < kOldestVersion) {
    return error_response("UNSUPPORTED_API_VERSION", "The requested API version is retired");
  }
  if (version == 0 || version > kNewestVersion) return error_response("NOT_FOUND", "The requested resource does not exist");
  std::string given = call.header("Authorization").value_or("");
  std::size_t blank = given.find(' ');
  std::string scheme = given.substr(0, blank);
  std::string access = blank == std::string::npos ? "" : given.substr(blank + 1);
  bool known_scheme = equal_no_case(scheme, "Bearer") || equal_no_case(scheme, "OAuth");
  Entry entry = known_scheme ? enter(call, access) : Entry::no_session;
  if (entry == Entry::no_session) return error_response("INVALID_SESSION_ID", "Session expired or invalid");
  if (entry == Entry::over_limit) return error_response("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  if (wants_xml_alone(call)) return not_served("An answer in XML");
  if (auto unfit = unfit_session(access, "REST API")) return error_response(unfit->code, unfit->message);
  if (call.delay >= kLongestCall) return error_response("REQUEST_RUNNING_TOO_LONG", std::string(kTooLong));
  if (!long_call_fits(call)) return error_response("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  return std::nullopt;
}

std::optional<ApiError> Salesforce::unfit_session(const std::string& access, std::string_view door) const {
  if (settings_.api_access == "disabled_for_org") return ApiError{"API_DISABLED_FOR_ORG", "The API is not enabled for this Organization or Partner", {}};
  if (settings_.api_access != "enabled") return ApiError{"API_CURRENTLY_DISABLED", "The API is temporarily disabled for this Organization", {}};
  auto session = sessions_.find(access);
  bool granted = session != sessions_.end() && (session->second.holds("api") || session->second.holds("full"));
  if (settings_.high_assurance_required || !granted)
    return ApiError{"INVALID_SESSION_ID", fmt::format("This session is not valid for use with the {}", door), {}};
  if (!settings_.attached_to_agent) return ApiError{"INVALID_SESSION_ID", "Connected app is not attached to Agent", {}};
  if (!crippled_.contains(access)) return std::nullopt;
  return ApiError{
      "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The user's password has expired, you must call SetPassword before attempting any other API operations", {}};
}

/// Its session stands in a header of its own, and it is refused in another shape (§1.6).
std::optional<http::Response> Salesforce::admit_bulk1(Call& call) {
  int version = version_of(call.request.target);
  if (version < kOldestVersion || version > kNewestVersion)
    return bulk1_error(call, 400, "InvalidUrl", fmt::format("unknown version: {}", call.request.path().substr(kAsyncPrefix.size())));
  const std::string access = call.header("X-SFDC-Session").value_or("");
  Entry entry = enter(call, access);
  if (entry == Entry::no_session) return bulk1_error(call, 400, "InvalidSessionId", "Invalid session id");
  if (entry == Entry::over_limit) return bulk1_error(call, 400, "ExceededQuota", "TotalRequests Limit exceeded.");
  if (auto unfit = unfit_session(access, "Bulk API"))
    return bulk1_error(call, 400, unfit->code.starts_with("API_") ? "FeatureNotEnabled" : "InvalidSessionId", unfit->message);
  if (!long_call_fits(call)) return bulk1_error(call, 400, "ExceededQuota", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  return std::nullopt;
}

bool Salesforce::long_call_fits(const Call& call) {
  constexpr Duration kLong{20'000};
  std::erase_if(long_calls_, [&](WallTime end) { return end <= call.now; });
  if (call.delay < kLong) return true;
  if (long_calls_.size() >= static_cast<std::size_t>(settings_.concurrent_requests)) return false;
  long_calls_.push_back(call.now + call.delay);
  return true;
}

Salesforce::Entry Salesforce::enter(Call& call, const std::string& access) {
  if (tokens().state(access, call.now) != TokenState::valid) return Entry::no_session;
  call.caller = {ActorKind::integration, tokens().client(tokens().grant(access)->client_id)->name};
  RollingLimit& quota = app_quota(call.caller.name);
  bool within = settings_.daily_app_requests == 0 || quota.used(call.now) < quota.limit();
  if (!within || !daily_.admit(call.now)) return Entry::over_limit;
  quota.admit(call.now);
  tokens().extend(access, call.now, session_life());
  org_.act_as(call.caller, call.now);
  ++call_number_;
  note_changes(origin_of(call));
  return Entry::open;
}

/// Which door of the API a call came through, and the client it names. Collections and composite calls are not known to name it.
ChangeOrigin Salesforce::origin_of(const Call& call) const {
  std::string_view target = call.request.target;
  bool soap = target.starts_with("/services/Soap/");
  bool bulk = target.find("/jobs/") != std::string_view::npos || is_bulk1_call(call);
  std::string version = soap ? call.parameter("version") : fmt::format("{}.0", version_of(target));
  std::string text = fmt::format("com/salesforce/api/{}/{}", soap ? "soap" : bulk ? "bulkapi" : "rest", version);
  std::string options = call.header("Sforce-Call-Options").value_or("");
  bool tagged = settings_.tag_collections || target.find("/composite") == std::string_view::npos;
  std::size_t at = options.find("client=");
  if (at != std::string::npos && tagged) {
    std::string client = options.substr(at + 7);
    text += ";client=" + std::string(trim(client.substr(0, client.find_first_of(";,"))));
  }
  return {text, call.caller};
}

void Salesforce::finish(Call& call, http::Response& response) {
  note_changes({});
  if (call.header("X-PrettyPrint") == "1") indent(response);
  if (!is_data_call(call) || response.status == 401) return;
  std::string used = fmt::format("api-usage={}/{}", daily_.used(call.now), daily_.limit());
  if (settings_.daily_app_requests > 0)
    used += fmt::format("; per-app-api-usage={}/{}(appName={})", app_quota(call.caller.name).used(call.now), settings_.daily_app_requests, call.caller.name);
  response.headers.set("Sforce-Limit-Info", used);
}

http::Response Salesforce::not_found(Call& call) {
  if (is_bulk1_call(call)) return bulk1_error(call, 404, "InvalidUrl", "Destination URL is not known: " + call.request.path());
  if (is_beyond(call.request.path())) return not_served(call.request.path());
  return error_response("NOT_FOUND", "The requested resource does not exist");
}

http::Response Salesforce::method_not_allowed(Call& call, const std::vector<std::string>& allowed) {
  if (is_bulk1_call(call)) return bulk1_error(call, 405, "MethodNotAllowed", "Allowed are " + join(allowed, ","));
  return error_response("METHOD_NOT_ALLOWED", fmt::format("HTTP Method '{}' not allowed. Allowed are {}", call.request.method, join(allowed, ",")));
}

http::Response Salesforce::fault_answer(Call& call, const Fault& fault) {
  bool busy = fault.name == kFaultServerError && (fault.status == 0 || fault.status == 503);
  if (busy && call.request.target.starts_with("/cometd/")) return cometd_.too_busy(call);
  if (is_bulk1_call(call) && fault.name == kFaultRateLimit)
    return bulk1_error(call, 400, "ExceededQuota", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  if (is_bulk1_call(call)) return bulk1_error(call, fault.status == 0 ? 503 : fault.status, "Unknown", "An unexpected error occurred");
  if (fault.name == kFaultRateLimit) {
    return error_response("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  }
  if (fault.status == 500) {
    return error_response("UNKNOWN_EXCEPTION",
                          "An unexpected error occurred. Please include this ErrorId if you "
                          "contact support: 1112223334-56789 (-1234567890)");
  }
  if (fault.status != 0 && fault.status != 503) return html_response(fault.status, "the edge has no answer");
  return error_response("SERVER_UNAVAILABLE", "We are sorry, but the server is temporarily unavailable");
}

Writer Salesforce::writer(const Call& call) const {
  Writer writer;
  writer.at = whole_seconds(call.now);
  writer.actor = call.caller;
  writer.call = call_number_;
  std::string duplicates = to_lower_ascii(call.header("Sforce-Duplicate-Rule-Header").value_or(""));
  writer.allow_duplicates = duplicates.find("allowsave=true") != std::string::npos && version_of(call.request.target) >= 52;
  writer.auto_assign = !equal_no_case(call.header("Sforce-Auto-Assign").value_or(settings_.assign_by_default ? "TRUE" : "FALSE"), "FALSE");
  for (const auto& [name, value] : call.parameters) {
    if (name == "version" && value.starts_with('v')) writer.version = value;
  }
  return writer;
}

}  // namespace lockstep::emulators::salesforce
