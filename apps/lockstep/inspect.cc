// status, record show, audit.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/gateway.h"
#include "base/text.h"
#include "commands.h"
#include "identity/match_keys.h"
#include "print.h"
#include "session.h"

namespace lockstep::app {

namespace {

namespace json = boost::json;

/// Our own status document: what is missing in one of an older program is 0.
std::int64_t number_in(const json::value& object, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = object.find_pointer(pointer, error);
  return found && found->is_int64() ? found->get_int64() : 0;
}

void print_limits(const json::value& status) {
  boost::system::error_code error;
  const json::value* systems = status.find_pointer("/systems", error);
  if (!systems || !systems->is_array()) return;
  for (const json::value& system : systems->get_array()) {
    const json::value* limits = system.find_pointer("/limits", error);
    if (!limits || !limits->is_object()) continue;
    const std::string name(system.at("name").as_string());
    for (const auto& [limit, use] : limits->get_object()) {
      fmt::print("  {:<16} {:<12}", name, std::string(limit));
      constexpr std::int64_t kNoPracticalLimit = 1'000'000'000;
      if (number_in(use, "/max") >= kNoPracticalLimit) fmt::print(" no limit");
      else if (number_in(use, "/max") > 0) fmt::print(" {:>8} of {} left", number_in(use, "/left"), number_in(use, "/max"));
      if (const auto rests = number_in(use, "/rests_ms")) fmt::print(" rests {} after a refusal", age(Duration{rests}));
      if (const auto kept = number_in(use, "/kept"); kept > 0 && number_in(use, "/max") < kNoPracticalLimit)
        fmt::print(", {} of them for people and other programs", kept);
      if (use.as_object().contains("ends_in_ms")) fmt::print("; at this rate ours end in {}", age(Duration{number_in(use, "/ends_in_ms")}));
      if (use.as_object().contains("sparing")) fmt::print("; feeds are read less often, to make it last");
      fmt::print("\n");
    }
    const json::value* down = system.find_pointer("/vendor_down", error);
    if (down && down->is_bool() && down->get_bool()) fmt::print("  {:<16} does not answer; it is tried now and then\n", name);
  }
}

}  // namespace

int status_command(const Common& common) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  StoreCounts counts;
  std::vector<RunRecord> runs;
  std::vector<OpenFeedGap> gaps;
  std::vector<std::pair<ConnectionId, std::string>> names;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        TRY(counts, transaction.counts());
        TRY(runs, transaction.list_runs(5));
        TRY(names, transaction.connections());
        TRY(gaps, list_feed_gaps(session->hub(), transaction));
        return {};
      }))
    return kFailed;
  const auto answer = session->ask_running("GET", "/operations/status");
  const bool live = answer && answer->status < 300;
  boost::system::error_code unreadable;
  const json::value running = live ? json::parse(answer->body, unreadable) : json::value{};
  if (common.json) {
    fmt::print("{}\n", live ? answer->body : api::status_json(session->hub(), EngineStatus{}, counts, gaps));
    return kOk;
  }
  fmt::print("{} entities   open reviews {}   open dead letters {}   {} audit rows\n", counts.entities, counts.open_reviews, counts.open_dead_letters,
             counts.audit_rows);
  if (live)
    fmt::print("running; from an edit to its delivery: p50 {} ms, p99 {} ms over the last {} edits\n\n", number_in(running, "/lag_ms/p50"),
               number_in(running, "/lag_ms/p99"), number_in(running, "/lag_ms/samples"));
  else if (answer)
    fmt::print("something runs at {}:{} and answers {}{}; what follows is what the store says\n\n", session->configuration().listen_address,
               session->configuration().listen_port, answer->status, answer->status == 401 ? ": it wants the operator key, which cannot be read here" : "");
  else fmt::print("not running here; what follows is what the store says. Start it with: lockstep run\n\n");
  fmt::print("{:<16} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>12}\n", "system", "records", "in step", "owed", "parked", "to read", "inbox", "letters",
             "oldest owed");
  for (const auto& one : counts.connections) {
    const auto name = std::ranges::find(names, one.connection, &std::pair<ConnectionId, std::string>::first);
    const std::string oldest = one.oldest_obligation ? age(session->hub().now() - *one.oldest_obligation) : "-";
    const std::int64_t owed = one.ready + one.in_flight;
    fmt::print("{:<16} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>12}\n", name == names.end() ? "?" : name->second, one.links,
               std::max<std::int64_t>(0, one.links - owed - one.parked), owed, one.parked, one.to_read, one.inbox, one.dead_letters, oldest);
  }
  if (live && std::ranges::any_of(session->hub().systems, [](const System& system) { return !system.hosted; })) {
    fmt::print("\nlimits\n");
    print_limits(running);
  }
  if (!gaps.empty()) fmt::print("\nchange feeds that were lost\n");
  for (const OpenFeedGap& open : gaps)
    fmt::print("  {:<16} {:<14} last read {}, {}: {}\n", open.system, open.object, format_iso(open.gap.since),
               open.gap.listed ? "listed again since; without its best feed until the next full refresh" : "being listed again", open.gap.why);
  if (counts.open_reviews > 0) fmt::print("\n{} decision{}: lockstep review list\n", counts.open_reviews, counts.open_reviews == 1 ? " waits" : "s wait");
  if (counts.open_dead_letters > 0) fmt::print("{} could not be delivered: lockstep dead-letters list\n", counts.open_dead_letters);
  if (!runs.empty()) fmt::print("\nlast runs\n");
  for (const RunRecord& run : runs)
    fmt::print("  {}  {:<8} {:<14} {:<12} {}  read {} changed {}\n", format_iso(run.started), run.kind, run.connection, run.type, run.outcome, run.read,
               run.changed);
  return kOk;
}

namespace {

/// An entity id, connection/object/remote-id, or a match key. `sharing`: all who have that key, if it is of several.
Result<std::optional<EntityId>> find_record(Session& session, Transaction& transaction, const std::string& id, std::vector<EntityId>& sharing) {
  constexpr std::size_t kSharingMax = 10;
  sharing.clear();
  if (const auto ulid = parse_ulid(id)) return transaction.resolve(EntityId{*ulid});
  const auto parts = split(id, '/');
  if (parts.size() == 3) {
    TRY(const auto names, transaction.connections());
    for (const auto& [connection, name] : names)
      if (name == parts[0]) {
        TRY(const auto link, transaction.find_link(connection, RemoteId{std::string(parts[1]), std::string(parts[2])}));
        if (link) return std::optional(link->entity);
      }
    return std::optional<EntityId>{};
  }
  for (const TypeIndex type : session.hub().type_order)
    for (const auto& key : session.hub().mappings[type.value()].match.keys) {
      if (key.size() != 1) continue;
      Fields fields(session.hub().model.at(type).fields.size());
      fields[key.front().value()] = Value(id);
      for (const auto& one : identity::match_keys(session.hub().model.at(type), {key}, fields)) {
        TRY(const auto found, transaction.find_by_match_key(type, one.text, kSharingMax));
        if (found.size() > 1) sharing = found;
        if (!found.empty()) return std::optional(found.front());
      }
    }
  return std::optional<EntityId>{};
}

struct Story {
  Golden golden;
  std::vector<Link> links;
  std::vector<Obligation> obligations;
  std::vector<ReviewItem> reviews;
  std::vector<AuditRow> audit;
  std::vector<std::pair<ConnectionId, std::string>> names;
  std::string name(ConnectionId id) const {
    for (const auto& [connection, name] : names)
      if (connection == id) return name;
    return "hub";
  }
};

std::string when(std::int64_t us) { return us == INT64_MIN ? "-" : format_iso(WallTime{us / 1000}); }

void print_story(const Hub& hub, const Story& story) {
  const EntityType& type = hub.model.at(story.golden.type);
  fmt::print("{} {}  ({}, version {})\n\n", type.label, story.golden.id.value().text(),
             story.golden.presence == EntityPresence::present ? "present" : "deleted: " + story.golden.deleted_cause, story.golden.version);
  fmt::print("golden values\n");
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const GoldenField& field = story.golden.fields[i];
    if (field.value.is_null() && field.stamp.own_us == INT64_MIN) continue;
    fmt::print("  {:<18} {:<44} {:<14} {}{}\n", type.fields[i].name, to_display(field.value), story.name(field.stamp.system), when(field.stamp.own_us),
               field.frozen ? "  under review" : "");
  }
  static constexpr const char* kPresence[] = {"not there", "present", "deleted", "detached"};
  fmt::print("\nlinks\n");
  for (const Link& link : story.links)
    fmt::print("  {:<14} {}/{}  {}{}{}{}  seen {}\n", story.name(link.connection), link.remote.object, link.remote.id,
               kPresence[static_cast<int>(link.presence)], link.archived ? ", archived" : "", link.secondary ? ", second record" : "",
               link.needs_read ? ", to be read" : "", link.seen.ms == 0 ? "-" : format_iso(link.seen));
  if (!story.obligations.empty()) fmt::print("\npending work\n");
  for (const Obligation& owed : story.obligations) {
    static constexpr const char* kStates[] = {"ready", "in flight", "parked"};
    fmt::print("  {:<14} {}{}  since {}  attempts {}  {}\n", story.name(owed.connection), owed.is_delete ? "delete, " : "",
               kStates[static_cast<int>(owed.state)], format_iso(owed.since), owed.attempts, owed.reason.empty() ? owed.last_error : owed.reason);
  }
  if (!story.reviews.empty()) fmt::print("\nopen review items\n");
  for (const ReviewItem& item : story.reviews) fmt::print("  {}  {}\n", item.id.text(), item.summary);
  fmt::print("\nlast audit rows\n");
  for (const AuditRow& row : story.audit) {
    fmt::print("  {}  {:<14} {:<14} {}\n", format_iso(row.at), row.operation, story.name(row.connection),
               row.success ? "" : row.failure_class + ": " + row.error);
    print_changes(row);
  }
}

std::string story_json(const Hub& hub, const Story& story) {
  const EntityType& type = hub.model.at(story.golden.type);
  std::string out = "{\"entity\": \"" + story.golden.id.value().text() + "\", \"type\": " + to_json(Value(type.name)) +
                    ", \"presence\": " + (story.golden.presence == EntityPresence::present ? "\"present\"" : "\"deleted\"") +
                    ", \"version\": " + std::to_string(story.golden.version) + ", \"fields\": {";
  bool first = true;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const GoldenField& field = story.golden.fields[i];
    out += (first ? "" : ", ") + to_json(Value(type.fields[i].name)) + ": {\"value\": " + to_json(field.value) +
           ", \"system\": " + to_json(Value(story.name(field.stamp.system))) + ", \"at\": " + to_json(Value(when(field.stamp.own_us))) + ", \"run\": \"" +
           field.stamp.run.value().text() + "\", \"under_review\": " + (field.frozen ? "true" : "false") + "}";
    first = false;
  }
  out += "}, \"links\": [";
  for (const Link& link : story.links)
    out += (&link == &story.links.front() ? "" : ", ") + std::string("{\"system\": ") + to_json(Value(story.name(link.connection))) +
           ", \"object\": " + to_json(Value(link.remote.object)) + ", \"id\": " + to_json(Value(link.remote.id)) +
           ", \"present\": " + (link.presence == LinkPresence::present ? "true" : "false") + ", \"archived\": " + (link.archived ? "true" : "false") + "}";
  out += "], \"pending\": [";
  for (const Obligation& owed : story.obligations)
    out += (&owed == &story.obligations.front() ? "" : ", ") + std::string("{\"system\": ") + to_json(Value(story.name(owed.connection))) +
           ", \"reason\": " + to_json(Value(owed.reason)) + ", \"attempts\": " + std::to_string(owed.attempts) + "}";
  out += "], \"audit\": [";
  for (const AuditRow& row : story.audit) out += (&row == &story.audit.front() ? "" : ", ") + audit_json(row, story.names);
  return out + "]}";
}

}  // namespace

int record_show_command(const Common& common, const std::string& id) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  Story story;
  bool found = false;
  std::vector<EntityId> sharing;
  const bool read = session->read([&](Transaction& transaction) -> Result<void> {
    TRY(const auto entity, find_record(*session, transaction, id, sharing));
    if (!entity) return {};
    TRY(auto golden, transaction.find_golden(*entity));
    if (!golden) return {};
    story.golden = std::move(*golden);
    TRY(story.links, transaction.find_links(*entity));
    TRY(story.obligations, transaction.list_obligations(*entity));
    ReviewFilter reviews;
    reviews.entity = *entity;
    reviews.state = ReviewState::open;
    TRY(story.reviews, transaction.list_reviews(reviews));
    AuditFilter audit;
    audit.entity = *entity;
    audit.limit = 20;
    TRY(story.audit, transaction.list_audit(audit));
    TRY(story.names, transaction.connections());
    found = true;
    return {};
  });
  if (!read) return kFailed;
  if (!found) return fail_with(kNotFound, "nothing is known of '" + id + "'; give an entity id, connection/object/id, or a match key");
  if (!sharing.empty()) {
    std::vector<std::string> ids;
    for (const EntityId one : sharing) ids.push_back(one.value().text());
    fmt::print(stderr, "lockstep: {} records have the key '{}': {}; this is the first\n", sharing.size(), id, join(ids, ", "));
  }
  if (common.json) fmt::print("{}\n", story_json(session->hub(), story));
  else print_story(session->hub(), story);
  return kOk;
}

int audit_command(const Common& common, const AuditArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  AuditFilter filter;
  filter.limit = arguments.limit;
  if (!arguments.operation.empty()) filter.operation = arguments.operation;
  if (arguments.failures) filter.success = false;
  if (!arguments.since.empty()) {
    const auto since = parse_iso_time(arguments.since);
    if (!since) return fail_with(kUsage, since.error().message);
    filter.since = *since;
  }
  for (const auto& [text, is_run] : {std::pair(&arguments.entity, false), std::pair(&arguments.run, true)}) {
    if (text->empty()) continue;
    const auto id = parse_ulid(*text);
    if (!id) return fail_with(kUsage, id.error().message);
    if (is_run) filter.run = RunId{*id};
    else filter.entity = EntityId{*id};
  }
  std::vector<AuditRow> rows;
  std::vector<std::pair<ConnectionId, std::string>> names;
  bool known = true;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        TRY(names, transaction.connections());
        if (!arguments.connection.empty()) {
          known = false;
          for (const auto& [connection, name] : names)
            if (name == arguments.connection) filter.connection = connection, known = true;
          if (!known) return {};
        }
        TRY(rows, transaction.list_audit(filter));
        return {};
      }))
    return kFailed;
  if (!known) return fail_with(kNotFound, "no connection is called '" + arguments.connection + "'");
  if (common.json) {
    for (const AuditRow& row : rows) fmt::print("{}\n", audit_json(row, names));
    return kOk;
  }
  for (const AuditRow& row : rows) {
    fmt::print("{}  {:<14} {:<12} {:<10} {}  {}\n", format_iso(row.at), row.operation, connection_name(row.connection, names), row.type,
               row.entity.value().is_nil() ? row.remote.object + "/" + row.remote.id : row.entity.value().text(),
               row.success ? "" : row.failure_class + ": " + row.error);
    print_changes(row);
  }
  return kOk;
}

}  // namespace lockstep::app
