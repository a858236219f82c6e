#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/failure.h"
#include "grammar/node.h"
#include "grammar/schema.h"
#include "http/message.h"
#include "http/transport.h"
#include "mapping/slots.h"
#include "model/priority.h"
#include "model/record.h"
#include "runtime/executor.h"
#include "runtime/rng.h"
#include "store/rows.h"

namespace lockstep::connector {

template <class T>
using Outcome = tl::expected<T, Failure>;

/// One remote row as read, in the mapping's slots.
struct Row {
  RemoteId id;
  mapping::Slots slots;
  std::string version;               // empty: none
  std::optional<WallTime> modified;  // by the remote's clock
  bool deleted = false;
  std::optional<bool> archived;  // out of use, and there; absent: the system does not tell
  std::optional<RemoteId> merged_into;
  std::vector<std::string> absorbed;  // ids it swallowed
  std::string external_key;           // our external id as it stands in the record; empty: none
};

/// Hub time against the remote's clock, from HTTP Date: offset = remote − hub, midpoint of request and answer.
struct ClockSample {
  std::int64_t offset_ms = 0;
  std::int64_t error_ms = 0;  // half the round trip + the header's second
};

struct Undecoded;  // rows as the answer holds them

struct Page {
  std::vector<Row> rows;
  /// Set where the rows still have to be made (`Connector::decode`): the next page may be asked for before that.
  std::shared_ptr<const Undecoded> undecoded;
  std::size_t undecoded_size = 0;  // rows
  std::string next;                // position to go on from (JSON); commit it with the rows
  bool end = false;                // scan: ended properly. changes: nothing more for now
  bool listing_complete = false;   // changes that start with a listing: this page ended it
  /// False (`then: refetch`): rows may be older than they look. They carry ids and, where it is exact, the version they show; some feeds
  /// also the slots, as they stood in that version.
  bool complete_rows = true;
  std::optional<std::int64_t> estimate;  // rows expected in all, if the answer tells
  WallTime sent;                         // when the request left (hub time)
  /// changes, at their end: whatever was there by then (hub time), but for what becomes visible late, was in this walk or one before it
  std::optional<WallTime> complete_until;
  std::optional<ClockSample> clock;
  std::uint32_t calls = 0;  // API calls it took
};

/// What a read by id says of one record.
struct ReadResult {
  enum class Kind { found, gone, merged, hidden };
  Kind kind = Kind::gone;
  std::string asked;  // the id asked for
  Row row;            // found; merged: only merged_into, or the winner's row
};
struct ReadBatch {
  std::vector<ReadResult> results;  // one per id asked, in order
  WallTime sent;
  std::optional<ClockSample> clock;
  std::uint32_t calls = 0;
};

enum class Operation : std::uint8_t { create, update, remove, archive, restore };
std::string_view to_string(Operation operation);

/// One row to write. `set`: slots to send (Null clears); others stay as they are.
struct WriteRow {
  std::string id;           // update, remove
  std::string new_id;       // create by client-chosen id
  std::string key;          // our external id (ULID text)
  bool send_key = false;    // update: the external id is to be written too
  std::string correlation;  // unique per row and attempt, for matching results
  std::string version;      // for the guard; empty: unguarded or unknown
  mapping::Slots set;
  mapping::Slots from;            // shadow
  mapping::Slots to;              // as it shall be
  std::vector<RemoteId> parents;  // records it refers to (associations inside a create)
};

struct WriteResult {
  bool ok = false;
  RemoteId id;
  bool created = false;
  std::string version;             // empty: not told
  std::optional<Row> record;       // the row after the write, where the answer shows it
  std::optional<Failure> failure;  // when not ok; class outcome_unknown: it may have landed
};
struct WriteBatch {
  std::vector<WriteResult> results;  // one per row, in order, always
  std::optional<ClockSample> clock;
  std::uint32_t calls = 0;
};

/// Stands for a slot: our external id in the record.
inline constexpr std::size_t kExternalKey = static_cast<std::size_t>(-1);

/// How the truth after a write is learnt.
enum class ShadowSource : std::uint8_t { response, read_back, feed };

/// What a connector can do with one object; from its YAML, for the engine's decisions and `lockstep check --explain`.
struct ObjectTraits {
  std::string name;
  bool has_scan = false, has_changes = false, has_read_many = false, has_webhook = false;
  bool feed_lists_deletes = false;
  /// `changes` from an empty position walks the complete listing first (delta links); `scan` is then only for full
  /// refreshes. Otherwise an empty position starts a feed from now on, without rows.
  bool feed_starts_with_listing = false;
  bool can_create = false, can_update = false, can_delete = false;
  bool delete_can_be_undone = false;  // what is deleted can be brought back there
  bool archives_in_place = false;     // archived records stay, out of use, and can be taken back
  bool create_is_idempotent = false;  // by key or client-chosen id
  bool client_chosen_id = false;
  bool has_lock = false, delete_has_lock = false, version_is_ordered = false;
  std::string external_key_slot;  // name of the field that holds our external id; empty: none
  bool probe_by_key = false;      // find_by can look records up
  ShadowSource shadow = ShadowSource::response;
  std::size_t create_batch_max = 1, update_batch_max = 1, delete_batch_max = 1, archive_batch_max = 1, read_batch_max = 1;
  Duration poll_every{60'000};
  Duration visible_after{0};  // index lag of lookups
};

/// One configured system at work. All waiting for limits, renewing of tokens and retries of *transient reads* happen
/// inside; a write is sent at most once per call. Secrets never reach logs, errors or rows.
class Connector {
 public:
  virtual ~Connector() = default;

  virtual const std::string& kind() const = 0;  // "crm_x": the connector's name
  virtual std::vector<ObjectTraits> objects() const = 0;
  virtual const ObjectTraits* find_object(std::string_view name) const = 0;

  /// Declares what will be read and written of an object; before the first read. Errors name the form or argument.
  virtual Result<void> select(const mapping::Selection& selection) = 0;

  /// Signs in if needed and checks that the account is the one expected (`whoami`); creates missing key fields (`ensure`).
  virtual Task<Outcome<void>> open() = 0;

  /// One page of a complete listing, to be decoded. `position` empty: from the start.
  virtual Task<Outcome<Page>> scan(std::string object, std::string position) = 0;
  /// Makes the rows of a page of `object`; nothing where they are there. It may call the system for what stands beside its records.
  virtual Task<Outcome<void>> decode(std::string /*object*/, Page& /*page*/) { co_return Outcome<void>{}; }
  /// The next page of changes. `position` empty: starts a feed "from now on" (its position is taken before any row of a
  /// following scan is read, so that nothing falls between).
  virtual Task<Outcome<Page>> changes(std::string object, std::string position) = 0;
  /// The feed of an object died at `position` ("": it cannot even be started): a position on the next lesser feed of the connector's
  /// ladder, to read from there what changed since `since`. Empty: there is none, only complete listings are left.
  virtual std::string step_down(std::string_view /*object*/, std::string_view /*position*/, WallTime /*since*/) const { return ""; }
  /// How far below the best feed a position stands; 0: on it.
  virtual std::size_t rung_of(std::string_view /*position*/) const { return 0; }
  /// A hash of everything that makes a position meaningless when it changes (selected fields, filter, connector version).
  virtual std::string stream_id(std::string_view object) const = 0;

  virtual Task<Outcome<ReadBatch>> read_many(std::string object, std::vector<std::string> ids, Priority priority) = 0;
  /// Live records whose slot `slot` equals one of `values` (match keys), or whose external key is one of `values` when
  /// `slot` is kExternalKey; for probes before a create. Not every object can: Failure config.
  virtual Task<Outcome<ReadBatch>> find_by(std::string object, std::size_t slot, std::vector<std::string> values, Priority priority) = 0;

  /// Writes rows of one object and operation; splits into the requests the connector's shapes allow, bisects where one
  /// bad row undid others, and reports per row.
  virtual Task<WriteBatch> write(std::string object, Operation operation, std::vector<WriteRow> rows, Priority priority) = 0;

  /// Webhooks.
  struct DoorAnswer {
    http::Response response;         // to send once `events` are durable
    std::vector<InboxEvent> events;  // id, connection, received, due are the caller's to fill
    bool refused = false;            // forged, stale, too large: counted, nothing stored
    std::string reason;
  };
  virtual std::vector<std::string> doors() const = 0;
  virtual DoorAnswer knock(std::string_view door, const http::ServerRequest& request, WallTime now) = 0;

  /// What it cost and learnt: calls and failures by class since start, limits left.
  struct LimitUse {
    std::int64_t left = 0, max = 0;
    std::int64_t kept = 0;            // of these, what is left to people and other programs
    std::optional<Duration> ends_in;  // when our part is used up at the present rate, if that is before it fills again
    std::optional<Duration> rests;    // after the vendor refused a request for this limit
    /// Of a limit of a day, once half of our part is used: how far apart calls that come again and again stay, so that they
    /// alone use no more than a quarter of it.
    std::optional<Duration> sparing;
  };
  struct Usage {
    std::uint64_t calls = 0, retries = 0;
    std::map<std::string, std::uint64_t> failures;
    std::map<std::string, LimitUse> limits;
    bool vendor_down = false;  // nothing is sent but now and then one request that tries
  };
  virtual Usage usage() const = 0;
  /// Whatever waits inside ends soon, with a failure.
  virtual void stop() = 0;
};

/// Where tokens and learnt facts live between runs; values are sealed by the implementation.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  virtual Task<Result<std::optional<std::string>>> load(std::string name) = 0;
  virtual Task<Result<void>> save(std::string name, std::string value) = 0;  // durable when it returns
};

/// Services a connector runs on.
struct Environment {
  Executor& executor;
  http::Transport& transport;
  SecretStore& secrets;
  Rng rng;
};

/// A connection's part of the configuration.
struct ConnectionConfig {
  std::string name;                            // "crm_a"
  std::map<std::string, std::string> params;   // typed and checked against the connector's `params`
  std::map<std::string, std::string> secrets;  // client_id, client_secret, refresh_token, …
  std::string auth;                            // which of the connector's `auth` methods; empty: the only one
  std::string grant;                           // oauth2: which grant
  std::string base_url;                        // overrides the connector's, for sandboxes; empty: none
  struct Limit {                               // what this account has instead of the connector's figure
    std::optional<std::int64_t> max;
    std::optional<double> keep_share;  // of it, left to people and other programs: 0 to 0.95
  };
  std::map<std::string, Limit> limits;  // by the connector's name of the limit
  std::string public_url;               // where webhooks reach us: "https://hooks.example.com"
};

class Definition;  // a compiled connector file: immutable, shared by its connections
using DefinitionRef = std::shared_ptr<const Definition>;

/// Compiles a connector file; findings hold every error with its place (docs/connectors.md, "What the loader proves").
/// Null when there are errors.
DefinitionRef load_definition(const grammar::Node& file, grammar::Findings& findings);
/// What is wrong with a connection's settings, as far as that can be told without its secrets: for each mistake the key it
/// stands under ("params", "secrets", "auth", "grant", "base_url") and what is allowed.
std::vector<std::pair<std::string, std::string>> settings_problems(const Definition& definition, const ConnectionConfig& config);
Result<std::unique_ptr<Connector>> make_connector(DefinitionRef definition, ConnectionConfig config, Environment environment);
/// Runs the file's own samples (errors, doors, requests) without network.
grammar::Findings run_samples(const Definition& definition);
/// The description of the connector grammar: parser, JSON Schema and reference come from it.
grammar::SchemaRef connector_schema();
/// Names of forms and their arguments, objects and fields: for the checks of mappings.
struct FormInfo {
  std::string name;
  std::vector<std::string> arguments;
};
std::vector<FormInfo> forms_of(const Definition& definition, std::string_view object);
std::vector<std::string> objects_of(const Definition& definition);
/// Whether a record of that object can be taken out of use there and be brought back: what policy `archive` asks for.
bool can_archive(const Definition& definition, std::string_view object);
const std::string& name_of(const Definition& definition);

}  // namespace lockstep::connector
