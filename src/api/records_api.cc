#include "api/records_api.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>

#include "api/record_json.h"
#include "base/text.h"
#include "hub/entities.h"

namespace lockstep::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kLinesMax = 1000;
constexpr std::size_t kPageMax = 500;
constexpr std::size_t kIdMax = 200;
constexpr std::size_t kRecordBytesMax = 1u << 20;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_id(std::string_view id) { return !id.empty() && id.size() <= kIdMax && id.find('/') == std::string_view::npos && is_utf8(id); }

const std::string kIdTold = "an id has 1 to " + std::to_string(kIdMax) + " bytes of UTF-8 and no slash";

std::string query_value(const http::ServerRequest& request, std::string_view name) {
  for (const auto& [key, value] : http::parse_query(request.query()))
    if (key == name) return value;
  return "";
}

/// How many records a page is to have; nothing: not a number.
std::optional<std::size_t> limit_of(const http::ServerRequest& request) {
  const std::string text = query_value(request, "limit");
  if (text.empty()) return 100;
  const auto wanted = number(text);
  return wanted ? std::optional(std::clamp<std::size_t>(*wanted, 1, kPageMax)) : std::nullopt;
}

http::Response bad_limit() { return problem(400, "Bad limit", "'limit' is a whole number of records, at most " + std::to_string(kPageMax)); }

RecordOutcome refused(int status, std::string_view title, std::string_view detail, const std::vector<ProblemDetail>& errors = {}) {
  RecordOutcome outcome;
  outcome.status = status;
  outcome.body = problem(status, title, detail, errors).body;
  return outcome;
}

http::Response to_response(const RecordOutcome& outcome) {
  if (outcome.status == 204) return http::Response(204, "");
  http::Response response = json_response(outcome.status, outcome.body);
  if (outcome.status >= 400) response.headers.set("Content-Type", "application/problem+json");
  else if (outcome.version > 0) response.headers.set("ETag", "\"" + std::to_string(outcome.version) + "\"");
  return response;
}

std::string name_json(const RemoteId& remote) { return "\"type\": " + to_json(Value(remote.object)) + ", \"id\": " + to_json(Value(remote.id)); }

/// Parses one JSON text; the error has the place.
Result<json::value> parse(std::string_view text) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 16;
  json::stream_parser parser({}, options);
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) return fail(ErrorCode::invalid_input, "not JSON at byte " + std::to_string(read + 1) + ": " + error.message());
  if (trim(text.substr(read)).size() > 0) return fail(ErrorCode::invalid_input, "something follows the JSON value at byte " + std::to_string(read + 1));
  return parser.release();
}

}  // namespace

Task<http::Response> RecordsApi::handle(http::ServerRequest request, std::string path, ConnectionId connection) {
  if (path == "batch") {
    if (request.method != "POST") co_return problem(405, "Method not allowed", "a batch is sent with POST");
    co_return co_await batch(std::move(request), connection);
  }
  if (path == "changes") co_return co_await changes(std::move(request), connection);
  const std::size_t slash = path.find('/');
  const auto type = type_of_path(hub_.model, std::string_view(path).substr(0, slash));
  if (!type) {
    std::vector<std::string> names;
    for (const EntityType& one : hub_.model.types) names.push_back(one.name + "s");
    co_return problem(404, "Unknown entity type", "there are " + join(names, ", ") + ", batch and changes");
  }
  if (!takes_part(connection, *type)) co_return problem(404, "Not kept here", takes_no_part(connection, *type));
  if (slash == std::string::npos) {
    if (request.method != "GET") co_return problem(405, "Method not allowed", "name the record: PUT /v1/" + path + "/{id}");
    co_return co_await list(std::move(request), *type, connection);
  }
  std::string id = path.substr(slash + 1);
  if (!is_id(id)) co_return problem(400, "Bad id", kIdTold);
  if (request.method == "GET") co_return co_await read_one(*type, std::move(id), connection);
  if (request.method == "PUT" || request.method == "PATCH" || request.method == "DELETE")
    co_return co_await change_one(std::move(request), *type, std::move(id), connection);
  co_return problem(405, "Method not allowed", "a record takes GET, PUT, PATCH and DELETE");
}

bool RecordsApi::takes_part(ConnectionId connection, TypeIndex type) const { return hub_.find_system(connection)->find(type); }

std::string RecordsApi::takes_no_part(ConnectionId connection, TypeIndex type) const {
  return hub_.system_name(connection) + " takes no part in " + hub_.model.at(type).name + "s: enabled is false there in lockstep.yaml";
}

Task<http::Response> RecordsApi::change_one(http::ServerRequest request, TypeIndex type, std::string id, ConnectionId connection) {
  RecordChange change;
  change.type = type;
  change.id = std::move(id);
  change.kind = request.method == "DELETE" ? RecordChange::Kind::remove : request.method == "PATCH" ? RecordChange::Kind::patch : RecordChange::Kind::upsert;
  const auto tag = request.headers.find("If-Match");
  change.if_there = tag && trim(*tag) == "*";  // RFC 9110 13.1.1
  if (tag && !change.if_there) {
    std::string_view text = trim(*tag);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    change.if_version = number(text);
    if (!change.if_version) co_return problem(400, "Bad If-Match", "send the ETag of an earlier answer");
  }
  if (change.kind != RecordChange::Kind::remove) {
    if (request.body.size() > kRecordBytesMax) co_return problem(413, "Body too large", "one record takes at most 1 MiB");
    const auto parsed = parse(request.body);
    if (!parsed) co_return problem(400, "Bad JSON", parsed.error().message);
    const json::object* object = parsed->if_object();
    if (!object) co_return problem(400, "Bad JSON", "expected an object of fields");
    std::vector<ProblemDetail> problems;
    change.fields = fields_of_json(hub_.model, type, *object, "", problems);
    if (!problems.empty()) co_return problem(422, "Unusable fields", problems.front().detail, problems);
  }
  std::vector<RecordChange> changes;
  changes.push_back(std::move(change));
  auto outcomes = co_await apply(std::move(changes), connection);
  if (!outcomes) co_return problem(503, "Store failed", outcomes.error().message);
  co_return to_response(outcomes->front());
}

Task<http::Response> RecordsApi::batch(http::ServerRequest request, ConnectionId connection) {
  std::vector<RecordChange> changes;
  std::vector<ProblemDetail> problems;
  std::size_t line_number = 0;
  for (const std::string_view line : split(request.body, '\n')) {
    ++line_number;
    if (trim(line).empty()) continue;
    const std::string pointer = "/" + std::to_string(line_number);
    if (changes.size() >= kLinesMax) co_return problem(413, "Batch too large", "a batch takes at most " + std::to_string(kLinesMax) + " lines");
    const auto parsed = parse(line);
    if (!parsed || !parsed->is_object()) {
      problems.push_back({pointer, parsed ? "expected an object" : parsed.error().message});
      continue;
    }
    const json::object& object = parsed->get_object();
    const auto word = [&](std::string_view key) -> std::string {
      const json::value* value = object.if_contains(key);
      return value && value->is_string() ? std::string(value->get_string()) : "";
    };
    RecordChange change;
    change.pointer = pointer;
    const auto type = type_of_path(hub_.model, word("type"));
    change.id = word("id");
    const std::string operation = object.contains("op") ? word("op") : "upsert";
    if (operation == "upsert") change.kind = RecordChange::Kind::upsert;
    else if (operation == "patch") change.kind = RecordChange::Kind::patch;
    else if (operation == "delete") change.kind = RecordChange::Kind::remove;
    else problems.push_back({pointer + "/op", "op is upsert, patch or delete"});
    if (!type) problems.push_back({pointer + "/type", "unknown entity type '" + word("type") + "'"});
    else if (!takes_part(connection, *type)) problems.push_back({pointer + "/type", takes_no_part(connection, *type)});
    if (!is_id(change.id)) problems.push_back({pointer + "/id", kIdTold});
    if (!type) continue;
    change.type = *type;
    const json::value* fields = object.if_contains("fields");
    if (change.kind != RecordChange::Kind::remove) {
      if (fields && fields->is_object()) change.fields = fields_of_json(hub_.model, *type, fields->get_object(), pointer + "/fields", problems);
      else problems.push_back({pointer + "/fields", "an object of fields is missing"});
    }
    changes.push_back(std::move(change));
  }
  // Nothing half done: a batch with a malformed line is refused whole, before anything is changed.
  if (!problems.empty()) co_return problem(422, "Unusable lines", problems.front().detail, problems);
  if (changes.empty()) co_return problem(400, "Empty batch", "send one JSON object a line");
  auto outcomes = co_await apply(std::move(changes), connection);
  if (!outcomes) co_return problem(503, "Store failed", outcomes.error().message);
  std::string body;
  for (const RecordOutcome& outcome : *outcomes)
    body += "{\"status\": " + std::to_string(outcome.status) + ", \"body\": " + (outcome.body.empty() ? "null" : outcome.body) + "}\n";
  http::Response response(200, std::move(body));
  response.headers.set("Content-Type", "application/x-ndjson");
  co_return response;
}

Task<Result<std::vector<RecordOutcome>>> RecordsApi::apply(std::vector<RecordChange> changes, ConnectionId connection) {
  const RunId run{hub_.ids.next(hub_.now())};
  std::vector<RecordOutcome> outcomes;
  std::map<TypeIndex, std::size_t> deletes;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change)
    if (change->kind == RecordChange::Kind::remove) change->deletes = ++deletes[change->type];
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    outcomes.clear();
    for (RecordChange& change : changes) {
      TRY(RecordOutcome outcome, apply_one(transaction, change, connection, run));
      outcomes.push_back(std::move(outcome));
    }
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  hub_.on_change();
  co_return outcomes;
}

Result<RecordOutcome> RecordsApi::waiting(Transaction& transaction, int status, ConnectionId connection, const RemoteId& remote) const {
  TRY(const auto held, transaction.find_held(connection, remote));
  if (!held) return refused(404, "Not found", "there is no " + remote.object + " '" + remote.id + "'");
  TRY(const auto awaited, intake_.held_reference(transaction, *held));
  RecordOutcome outcome;
  outcome.status = status;
  outcome.body = "{" + name_json(remote) + (awaited ? ", \"waits_for\": {" + name_json(*awaited) + "}}" : ", \"review\": \"possible duplicate\"}");
  return outcome;
}

namespace {

/// What was shown as null, because it does not stand there, and comes back as null, is nobody's edit.
Result<void> leave_unshown(Transaction& transaction, const Link& link, Fields& fields) {
  for (std::size_t i = 0; i < fields.size() && i < link.fields.size(); ++i) {
    const EntityRef* held = link.fields[i].shadow ? link.fields[i].shadow->get<EntityRef>() : nullptr;
    if (!held || !fields[i] || !fields[i]->is_blank()) continue;
    TRY(const auto shown, shown_reference(transaction, link.connection, *held));
    if (!shown) fields[i].reset();
  }
  return {};
}

RecordOutcome withheld(const RemoteId& remote) {
  RecordOutcome outcome;
  outcome.status = 202;
  outcome.body = "{" + name_json(remote) + ", \"review\": \"mass delete\"}";
  return outcome;
}

}  // namespace

Result<RecordOutcome> RecordsApi::apply_one(Transaction& transaction, RecordChange& change, ConnectionId connection, RunId run) {
  const EntityType& entity = hub_.model.at(change.type);
  const RemoteId remote{entity.name, change.id};
  TRY(const auto link, transaction.find_link(connection, remote));
  const bool there = link && link->presence == LinkPresence::present;
  TRY(const auto held, there ? Result<std::optional<HeldRecord>>{} : transaction.find_held(connection, remote));
  if (!there && !held && change.kind != RecordChange::Kind::upsert) return refused(404, "Not found", "there is no " + entity.name + " '" + change.id + "'");
  if (change.if_there && !there && !held) return refused(412, "Precondition failed", "there is no " + entity.name + " '" + change.id + "'");
  // What it holds is merged nowhere while a person decides: better refused than taken and lost.
  if (there && link->secondary && change.kind != RecordChange::Kind::remove)
    return refused(409, "Second record", "another " + entity.name + " is the same, and a person decides: change that one, or delete one of the two");
  if (change.if_version) {
    TRY(const auto golden, there ? transaction.find_golden(link->entity) : Result<std::optional<Golden>>{});
    if (!golden || golden->version != *change.if_version) return refused(412, "Precondition failed", "the record has changed since; read it again");
  }
  if (there) TRY_VOID(leave_unshown(transaction, *link, change.fields));
  for (std::size_t i = 0; i < change.fields.size(); ++i) {
    const FieldDefinition& field = entity.fields[i];
    if (!there && !held && field.required && change.kind == RecordChange::Kind::upsert && !change.fields[i])
      return refused(422, "Unusable fields", "a new " + entity.name + " needs '" + field.name + "'", {{change.pointer + "/" + field.name, "is missing"}});
    const RemoteId* target = change.fields[i] ? change.fields[i]->get<RemoteId>() : nullptr;
    if (!target) continue;
    TRY(const auto found, transaction.find_link(connection, *target));
    if (found && found->presence == LinkPresence::present) continue;
    // A new record is held with what it refers to, and no other: two could wait for each other.
    const bool is_new = !there && (!held || held->fields[i] == change.fields[i]);
    TRY(const auto held_target, is_new && !found ? transaction.find_held(connection, *target) : Result<std::optional<HeldRecord>>{});
    if (!held_target)
      return refused(422, "Unusable fields", "there is no " + target->object + " '" + target->id + "'",
                     {{change.pointer + "/" + field.name, "refers to a record that is not there; send it first"}});
  }
  if (link && !there) TRY_VOID(intake_.let_go_of_name(transaction, *link, change.fields));
  discover::IntakeCount count;
  if (change.kind == RecordChange::Kind::remove) {
    if (there && !link->secondary) {
      TRY(const bool waits, intake_.waits_for_approval(transaction, connection, change.type, remote, change.deletes));
      if (waits) return withheld(remote);
    }
    TRY_VOID(intake_.absorb_withdrawn(transaction, connection, change.type, remote, run, count));
    RecordOutcome outcome;
    outcome.status = 204;
    return outcome;
  }
  // It is there: a delete of it that waits for a person is not meant any more.
  if (there) TRY_VOID(transaction.finish_inbox_of(connection, remote, hub_.now()));
  HeldRecord told{connection, change.type, remote, std::move(change.fields), hub_.now()};
  for (std::size_t i = 0; held && i < told.fields.size(); ++i)
    if (!told.fields[i]) told.fields[i] = held->fields[i];
  TRY(const auto stored, intake_.absorb_told(transaction, std::move(told), there, run, count));
  if (!stored) return waiting(transaction, 202, connection, remote);
  TRY(const auto golden, transaction.find_golden(stored->entity));
  RecordOutcome outcome;
  outcome.status = there ? 200 : 201;
  outcome.version = golden->version;
  TRY(outcome.body, record_json(hub_, transaction, *golden, *stored));
  return outcome;
}

Task<http::Response> RecordsApi::read_one(TypeIndex type, std::string id, ConnectionId connection) {
  RecordOutcome outcome;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    const EntityType& entity = hub_.model.at(type);
    TRY(const auto link, transaction.find_link(connection, RemoteId{entity.name, id}));
    if (!link || link->presence != LinkPresence::present) {
      TRY(outcome, waiting(transaction, 200, connection, RemoteId{entity.name, id}));
      return {};
    }
    TRY(const auto golden, transaction.find_golden(link->entity));
    outcome.status = 200;
    outcome.version = golden->version;
    TRY(outcome.body, record_json(hub_, transaction, *golden, *link));
    return {};
  };
  const Result<void> done = co_await hub_.store.read(std::move(work));
  if (!done) co_return problem(503, "Store failed", done.error().message);
  co_return to_response(outcome);
}

Task<http::Response> RecordsApi::list(http::ServerRequest request, TypeIndex type, ConnectionId connection) {
  const std::string after_text = query_value(request, "after");
  const auto limit = limit_of(request);
  if (!limit) co_return bad_limit();
  EntityId after;
  if (!after_text.empty()) {
    const auto parsed = parse_ulid(after_text);
    if (!parsed) co_return problem(400, "Bad cursor", "'after' is the 'next' of an earlier answer");
    after = EntityId{*parsed};
  }
  std::string body = "{\"records\": [";
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(const auto links, transaction.list_links(connection, type, after, *limit));
    EntityId last;
    bool first = true;
    for (const Link& link : links) {
      last = link.entity;
      TRY(const auto golden, transaction.find_golden(link.entity));
      if (!golden) continue;
      TRY(const std::string one, record_json(hub_, transaction, *golden, link));
      body += (first ? "" : ",\n") + one;
      first = false;
    }
    body += "]";
    if (links.size() == *limit) body += ", \"next\": \"" + last.value().text() + "\"";
    body += "}";
    return {};
  };
  const Result<void> done = co_await hub_.store.read(std::move(work));
  if (!done) co_return problem(503, "Store failed", done.error().message);
  co_return json_response(200, std::move(body));
}

Task<http::Response> RecordsApi::changes(http::ServerRequest request, ConnectionId connection) {
  if (request.method != "GET") co_return problem(405, "Method not allowed", "changes are read with GET");
  const auto after = number(query_value(request, "after").empty() ? "0" : query_value(request, "after"));
  if (!after) co_return problem(400, "Bad cursor", "'after' is the 'next' of an earlier answer, or 0");
  const auto limit = limit_of(request);
  if (!limit) co_return bad_limit();
  std::string body = "{\"records\": [";
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(const auto changed, transaction.golden_changes(*after, *limit));
    std::uint64_t next = *after;
    bool first = true;
    for (const auto& [sequence, golden] : changed) {
      next = sequence;
      TRY(const auto links, transaction.find_links(golden.id));
      const auto own = std::ranges::find_if(links, [&](const Link& link) { return link.connection == connection && !link.secondary; });
      if (own == links.end() || own->remote.empty()) continue;
      TRY(const std::string one, record_json(hub_, transaction, golden, *own));
      body += (first ? "" : ",\n") + one;
      first = false;
    }
    body += "], \"next\": " + std::to_string(next) + ", \"more\": " + (changed.size() == *limit ? "true" : "false") + "}";
    return {};
  };
  const Result<void> done = co_await hub_.store.read(std::move(work));
  if (!done) co_return problem(503, "Store failed", done.error().message);
  co_return json_response(200, std::move(body));
}

}  // namespace lockstep::api
