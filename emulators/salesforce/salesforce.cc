#include "emulators/salesforce/salesforce.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxUri = 16'384;  // bytes, also of URI and headers together (§3.1)
constexpr std::string_view kDataPrefix = "/services/data/";

bool is_data_call(const Call& call) {
  std::string_view target = call.request.target;
  return target.starts_with(kDataPrefix) && target.size() > kDataPrefix.size();
}

std::size_t header_bytes(const http::ServerRequest& request) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : request.headers.all()) bytes += name.size() + value.size() + 4;
  return bytes;
}

/// 60 of "/services/data/v60.0/…"; 0 when it is no version.
int version_of(std::string_view target) {
  std::string_view rest = target.substr(std::min(target.size(), kDataPrefix.size()));
  int version = 0;
  if (!rest.starts_with('v')) return 0;
  auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), version);
  std::string_view tail = rest.substr(static_cast<std::size_t>(end - rest.data()));
  return error == std::errc() && tail.starts_with(".0") &&
                 (tail.size() == 2 || tail[2] == '/' || tail[2] == '?')
             ? version
             : 0;
}

}  // namespace

std::optional<http::Response> read_json(const Call& call, JsonDocument& document, json::kind wanted) {
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/json")) {
    return error_response("UNSUPPORTED_MEDIA_TYPE",
                          fmt::format("Content-Type {} is not supported. Supported: application/json",
                                      type.value_or("(none)")));
  }
  if (auto parsed = document.parse(call.request.body); !parsed) {
    return error_response("JSON_PARSER_ERROR", parsed.error().message);
  }
  if (document.root().kind() != wanted) {
    return error_response("JSON_PARSER_ERROR", "The HTTP entity body is not of the expected form");
  }
  return std::nullopt;
}

http::Response no_content() { return http::Response(204, ""); }

http::Response html_response(int status, std::string_view reason) {
  http::Response response(status,
                          fmt::format("<h1>Bad Message {}</h1><pre>reason: {}</pre>", status, reason));
  response.headers.add("Content-Type", "text/html;charset=iso-8859-1");
  return response;
}

Salesforce::Salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options)
    : StandIn(clock, rng),
      options_(std::move(options)),
      org_(database(), [this] { return now(); }),
      daily_(options_.daily_api_requests, Duration(24 * 3'600'000)),
      organization_id_(make_id("00D", 1 + rng.split("organization").below(1'000'000))),
      events_(org_, settings_),
      cometd_(org_, events_, tokens(), settings_),
      outbound_(org_, outgoing(), organization_id_) {
  cometd_.keep_alive = [this](const std::string& access, WallTime now) { tokens().extend(access, now, options_.session_timeout); };
  settings_.daily_api_requests = options_.daily_api_requests;
  org_.set_username({ActorKind::integration, options_.clients.front().name}, options_.username);
  for (const OAuthClient& client : options_.clients) tokens().register_client(client);
  for (const auto& [refresh_token, client] : options_.refresh_tokens)
    tokens().issue_refresh(refresh_token, client);
  add_routes();
}

void Salesforce::add(std::string method, const std::string& path, Handler handler) {
  router().add(std::move(method), path, [this, handler](Call& call) { return (this->*handler)(call); });
}

void Salesforce::add_routes() {
  add("POST", "/services/oauth2/token", &Salesforce::token);
  add("POST", "/services/oauth2/revoke", &Salesforce::revoke);
  add("GET", "/services/oauth2/authorize", &Salesforce::authorize);
  add("POST", "/services/oauth2/introspect", &Salesforce::introspect);
  add("GET", "/services/oauth2/userinfo", &Salesforce::userinfo);
  add("POST", "/services/oauth2/userinfo", &Salesforce::userinfo);
  add("GET", "/id/{organization}/{user}", &Salesforce::identity);
  add("POST", "/services/Soap/u/{version}", &Salesforce::soap);
  add("POST", "/services/Soap/u/{version}/{organization}", &Salesforce::soap);
  add("GET", "/services/data", &Salesforce::versions);
  router().add("POST", "/cometd/{version}", [this](Call& call) { return cometd_.handle(call); });
  router().add("GET", "/cometd/{version}", [](Call&) { return http::Response(400, "400::only long-polling is spoken here"); });
  router().add("POST", "/cometd", [](Call&) { return http::Response(400, "API version in the URI is mandatory. URI format: '/cometd/67.0'"); });
  const std::string base = "/services/data/{version}";
  add("GET", base, &Salesforce::resources);
  add("GET", base + "/limits", &Salesforce::limits);
  add("GET", base + "/limits/recordCount", &Salesforce::record_count);
  add("GET", base + "/query", &Salesforce::query);
  add("GET", base + "/query/{locator}", &Salesforce::query_more);
  add("GET", base + "/queryAll", &Salesforce::query_all);
  add("GET", base + "/queryAll/{locator}", &Salesforce::query_more);
  add("POST", base + "/composite", &Salesforce::composite);
  add("POST", base + "/composite/graph", &Salesforce::composite_graph);
  add("POST", base + "/composite/batch", &Salesforce::composite_batch);
  add("POST", base + "/composite/tree/{object}", &Salesforce::composite_tree);
  add("POST", base + "/composite/sobjects", &Salesforce::collection_create);
  add("PATCH", base + "/composite/sobjects", &Salesforce::collection_update);
  add("DELETE", base + "/composite/sobjects", &Salesforce::collection_delete);
  add("POST", base + "/composite/sobjects/{object}", &Salesforce::collection_read);
  add("GET", base + "/composite/sobjects/{object}", &Salesforce::collection_read);
  add("PATCH", base + "/composite/sobjects/{object}/{field}", &Salesforce::collection_upsert);
  add("GET", base + "/search", &Salesforce::search);
  add("GET", base + "/recent", &Salesforce::recent);
  add("GET", base + "/tabs", &Salesforce::tabs);
  add("GET", base + "/theme", &Salesforce::theme);
  for (const char* kind : {"ingest", "query"}) {
    const std::string jobs = base + "/jobs/" + kind;
    bool ingest = jobs.ends_with("ingest");
    add("POST", jobs, ingest ? &Salesforce::create_ingest_job : &Salesforce::create_query_job);
    add("GET", jobs, &Salesforce::list_jobs);
    add("GET", jobs + "/{job}", &Salesforce::job_state);
    add("PATCH", jobs + "/{job}", &Salesforce::close_job);
    add("DELETE", jobs + "/{job}", &Salesforce::delete_job);
    if (ingest) add("PUT", jobs + "/{job}/batches", &Salesforce::upload_job);
    if (ingest) add("GET", jobs + "/{job}/{results}", &Salesforce::ingest_results);
    if (!ingest) add("GET", jobs + "/{job}/results", &Salesforce::query_results);
  }
  add("GET", base + "/sobjects", &Salesforce::describe_all);
  add("GET", base + "/sobjects/{object}", &Salesforce::basic_info);
  add("POST", base + "/sobjects/{object}", &Salesforce::create_row);
  add("GET", base + "/sobjects/{object}/describe", &Salesforce::describe);
  add("GET", base + "/sobjects/{object}/updated", &Salesforce::updated);
  add("GET", base + "/sobjects/{object}/deleted", &Salesforce::deleted);
  add("POST", base + "/sobjects/{object}/Id", &Salesforce::create_row);
  add("GET", base + "/sobjects/{object}/{id}", &Salesforce::read_row);
  add("PATCH", base + "/sobjects/{object}/{id}", &Salesforce::update_row);
  add("DELETE", base + "/sobjects/{object}/{id}", &Salesforce::delete_row);
  add("GET", base + "/sobjects/{object}/{field}/{value}", &Salesforce::read_by_key);
  add("PATCH", base + "/sobjects/{object}/{field}/{value}", &Salesforce::upsert_row);
  add("DELETE", base + "/sobjects/{object}/{field}/{value}", &Salesforce::delete_by_key);
}

std::optional<http::Response> Salesforce::admit(Call& call, const Route*) {
  settle(call.now);
  note_changes({});
  if (call.request.target.size() > kMaxUri) return html_response(414, "URI Too Long");
  if (call.request.target.size() + header_bytes(call.request) > kMaxUri) {
    return html_response(431, "Request Header Fields Too Large");
  }
  if (!is_data_call(call)) return std::nullopt;  // tokens, and the list of versions
  int version = version_of(call.request.target);
  if (version > 0 && version < 31) {
    return error_response("UNSUPPORTED_API_VERSION", "The requested API version is retired");
  }
  if (version == 0 || version > 67)
    return error_response("NOT_FOUND", "The requested resource does not exist");
  std::string given = call.header("Authorization").value_or("");
  std::size_t blank = given.find(' ');
  std::string scheme = given.substr(0, blank);
  std::string access = blank == std::string::npos ? "" : given.substr(blank + 1);
  bool known_scheme = equal_no_case(scheme, "Bearer") || equal_no_case(scheme, "OAuth");
  Entry entry = known_scheme ? enter(call, access) : Entry::no_session;
  if (entry == Entry::no_session) return error_response("INVALID_SESSION_ID", "Session expired or invalid");
  if (entry == Entry::over_limit) return error_response("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  if (!long_call_fits(call))
    return error_response("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
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
  if (!daily_.admit(call.now)) return Entry::over_limit;
  tokens().extend(access, call.now, options_.session_timeout);
  call.caller = {ActorKind::integration, tokens().client(tokens().grant(access)->client_id)->name};
  org_.ensure_user(call.caller, call.now);
  ++call_number_;
  note_changes(origin_of(call));
  return Entry::open;
}

/// Which door of the API a call came through, and the client it names. Collections and composite calls are not known to name it.
ChangeOrigin Salesforce::origin_of(const Call& call) const {
  std::string_view target = call.request.target;
  bool soap = target.starts_with("/services/Soap/");
  bool bulk = target.find("/jobs/") != std::string_view::npos || target.starts_with("/services/async/");
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
  if (!is_data_call(call) || response.status == 401) return;
  response.headers.set("Sforce-Limit-Info",
                       fmt::format("api-usage={}/{}", daily_.used(call.now), daily_.limit()));
}

http::Response Salesforce::not_found(Call&) {
  return error_response("NOT_FOUND", "The requested resource does not exist");
}

http::Response Salesforce::method_not_allowed(Call& call, const std::vector<std::string>& allowed) {
  return error_response("METHOD_NOT_ALLOWED", fmt::format("HTTP Method '{}' not allowed. Allowed are {}",
                                                          call.request.method, join(allowed, ",")));
}

http::Response Salesforce::fault_answer(Call&, const Fault& fault) {
  if (fault.name == kFaultRateLimit) {
    return error_response("REQUEST_LIMIT_EXCEEDED",
                          "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
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
  writer.auto_assign = !equal_no_case(call.header("Sforce-Auto-Assign").value_or("TRUE"), "FALSE");
  for (const auto& [name, value] : call.parameters) {
    if (name == "version" && value.starts_with('v')) writer.version = value;
  }
  return writer;
}

const ObjectType* Salesforce::object_of(const Call& call) const {
  return org_.schema().find(call.parameter("object"));
}

Result<std::string> Salesforce::apply(const Edit& edit) {
  settle(now());
  note_changes({});
  Result<std::string> written = write(edit);
  note_changes({});
  return written;
}

Result<std::string> Salesforce::write(const Edit& edit) {
  const ObjectType* object = org_.schema().find(edit.object);
  if (!object) return fail(ErrorCode::invalid_input, fmt::format("no object {}", edit.object));
  auto told = [](const ApiErrors& errors) {
    return fail(ErrorCode::invalid_input, errors.front().code + ": " + errors.front().message);
  };
  Writer writer;
  writer.call = ++call_number_;
  writer.at = stamp_.value_or(whole_seconds(now()));
  writer.actor = edit.actor;
  writer.journaled = edit.kind != EditKind::load;
  writer.text_values = edit.text_values;
  org_.ensure_user(edit.actor, writer.at);
  if (edit.kind == EditKind::load || edit.kind == EditKind::create) {
    auto row = org_.create(*object, *edit.fields, writer);
    if (!row) return told(row.error());
    return object->table->record(*row).id;
  }
  auto id = normalise_id(edit.id);
  RowNumber row = id ? object->table->find(*id) : kNoRow;
  if (row == kNoRow || org_.is_gone(object->table->record(row)))
    return fail(ErrorCode::not_found, fmt::format("no {} {}", object->name, edit.id));
  bool deleted = object->table->record(row).deleted;
  if (deleted != (edit.kind == EditKind::restore)) {
    return fail(ErrorCode::conflict,
                fmt::format("{} {} is {}", object->name, *id, deleted ? "deleted" : "not deleted"));
  }
  Outcome<void> done;
  if (edit.kind == EditKind::update) done = org_.update(*object, row, *edit.fields, writer);
  if (edit.kind == EditKind::remove) done = org_.remove(*object, row, writer);
  if (edit.kind == EditKind::restore) done = org_.restore(*object, row, writer);
  if (edit.kind == EditKind::merge) {
    auto winner = org_.find_live(*object, edit.into);
    if (!winner) return told(winner.error());
    done = org_.merge(*object, *winner, row, *edit.fields, writer);
  }
  if (!done) return told(done.error());
  return *id;
}

std::unique_ptr<Emulator> make_salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options) {
  return std::make_unique<Salesforce>(clock, rng, std::move(options));
}

}  // namespace lockstep::emulators::salesforce
