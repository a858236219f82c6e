#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/ids.h"
#include "model/priority.h"
#include "model/record.h"

namespace lockstep {

/// "This link's remote differs from golden." At most one per (entity, connection); what to send is computed when it is
/// sent.
enum class ObligationState : std::uint8_t { ready, in_flight, parked };
struct Obligation {
  EntityId entity;
  ConnectionId connection;
  TypeIndex type;
  ObligationState state = ObligationState::ready;
  Priority priority = Priority::real_time;  // of the most urgent change that is owed
  WallTime due;
  WallTime since;  // when it first became owed: lag
  std::uint32_t attempts = 0;
  bool is_delete = false;  // deletes go last and children first
  std::string reason;      // why parked: "waits for account 01J… in crm_a", "review"
  EntityId awaited;        // parked for this entity's link in the connection; nil otherwise
  std::string last_error;
  std::uint64_t golden_version = 0;  // parked for good (dead letter, inexpressible): until golden moves past this version
};

/// Obligations in state `ready` of one connection, type and priority.
struct ReadyQueue {
  TypeIndex type;
  Priority priority = Priority::real_time;
  WallTime due;  // of the first of them
};

enum class InboxState : std::uint8_t { waiting, done, superseded, dead };
enum class EventKind : std::uint8_t { upsert, deleted, undeleted, merged, erased, association, reread, rescan };
/// A webhook event, durable before it is acknowledged.
struct InboxEvent {
  std::uint64_t id = 0;  // given by the store
  ConnectionId connection;
  std::string dedupe;  // unique per connection
  RemoteId remote;
  EventKind kind = EventKind::upsert;
  WallTime received, occurred, due;
  std::uint32_t attempts = 0;
  std::string body;         // the event as received (JSON), for the workbench; at most 16 KiB, then empty
  std::string merged_into;  // kind merged: the winner's id, if told
  std::vector<std::string> merged_from;
  std::string last_error;
};

/// What waits in the inbox about one record: news of it alone (a read of it tells them), or a merge in which it takes part.
enum class Unread : std::uint8_t { nothing, news, merge };

/// The record `waiting` of `connection` refers to `awaited`, which is not linked yet.
struct ReferenceWait {
  ConnectionId connection;
  RemoteId awaited;
  RemoteId waiting;
  WallTime since;
};

/// What a support system that Lockstep hosts sent of a record that waits for a person: nobody could read it again.
struct HeldRecord {
  ConnectionId connection;
  TypeIndex type;
  RemoteId remote;
  Fields fields;  // as they were sent: references are remote, those left out are absent
  WallTime sent;  // the last of it
};

/// How far one change feed has been read. Moves in the transaction of what was read.
struct Cursor {
  ConnectionId connection;
  std::string feed;       // "contact/changes", "contact/scan"
  std::string position;   // opaque to the store; JSON of connector/feed.h
  std::string stream;     // hash of connection, entity, filter and mapping: another one means a new snapshot
  WallTime read_at;       // when the last read that moved or confirmed it was sent
  bool complete = false;  // scan: the listing ended properly
};

struct RunRecord {
  RunId id;
  std::string kind;  // "poll", "scan", "deliver", "webhook", "api", "review"
  std::string connection, type;
  WallTime started, ended;
  std::string outcome;  // "ok", "running", "failed: …", "interrupted"
  std::int64_t read = 0, changed = 0, created = 0, written = 0, calls = 0;
};

enum class ReviewKind : std::uint8_t {
  field_conflict,
  possible_duplicate,
  second_record,
  mass_delete,
  rewritten,
  duplicate_key,
  delete_vs_edit,
  refused_delete,
  refused_field
};
enum class ReviewState : std::uint8_t { open, resolved, closed_by_itself };
struct ReviewCandidate {
  ConnectionId system;  // kHub: golden's own value
  Value value;          // field conflict: the value; otherwise Null
  Stamp stamp;
  RemoteId remote;  // duplicates: the record
  EntityId entity;  // duplicates: the candidate entity
};
/// Waits for a person; blocks only its own field or record.
struct ReviewItem {
  Ulid id;
  ReviewKind kind = ReviewKind::field_conflict;
  ReviewState state = ReviewState::open;
  EntityId entity;  // nil for a record that is not linked yet
  TypeIndex type;
  std::optional<FieldIndex> field;
  ConnectionId connection;  // where it came up
  RemoteId remote;
  std::string summary;  // one sentence for people
  std::vector<ReviewCandidate> candidates;
  WallTime opened, closed;
  std::string closed_by;  // who, and how
};
struct ReviewFilter {
  std::optional<ReviewState> state;
  std::optional<EntityId> entity;    // the item's own entity, or one of its candidates'
  std::size_t named_max = SIZE_MAX;  // with `entity`: of the items of one connection in which it is no more than a candidate, the newest
  std::optional<ConnectionId> connection;
  std::optional<RemoteId> remote;
  std::optional<ReviewKind> kind;
  std::size_t limit = 100;
  Ulid after;  // newest first, before this id when set
};

enum class DeadLetterState : std::uint8_t { open, replayed, discarded, superseded };
/// An inbox or outbox entry that used up its attempts, with its whole context.
struct DeadLetter {
  Ulid id;
  DeadLetterState state = DeadLetterState::open;
  bool from_inbox = false;
  EntityId entity;
  ConnectionId connection;
  TypeIndex type;
  RemoteId remote;
  std::string operation;      // "create", "update", "delete", "read"
  std::string failure_class;  // "validation", …
  std::string error;          // the remote's words
  std::string fingerprint;    // equal causes have equal ones
  std::string context;        // JSON: request, response, golden, shadow, mapping version
  std::uint32_t attempts = 0;
  WallTime first_failed, last_failed, closed;
};
struct DeadLetterFilter {
  std::optional<DeadLetterState> state;
  std::optional<ConnectionId> connection;
  std::optional<EntityId> entity;
  std::size_t limit = 100;
  Ulid after;
};

struct AuditChange {
  std::string field;
  std::optional<Value> before, after;
  std::string note;  // "lost to crm_a", "close call", "rewritten by the server"
};
/// One operation on one record. Append-only.
struct AuditRow {
  std::uint64_t id = 0;  // given by the store
  WallTime at;
  RunId run;
  ConnectionId connection;  // where it happened
  ConnectionId source;      // whose data it was
  EntityId entity;
  std::string type;
  RemoteId remote;
  std::string operation;  // "observe", "create", "update", "delete", "link", "merge", "review", "refuse", …
  bool success = true;
  std::string failure_class, error;
  std::uint32_t attempt = 0;
  std::string mapping_version;
  std::vector<AuditChange> changes;
};
struct AuditFilter {
  std::optional<EntityId> entity;
  std::optional<ConnectionId> connection;
  std::optional<RunId> run;
  std::optional<std::string> operation;
  std::optional<bool> success;
  std::optional<WallTime> since, until;
  std::uint64_t before_id = 0;  // newest first; 0 starts at the end
  std::size_t limit = 100;
};

struct StoreCounts {
  struct PerConnection {
    ConnectionId connection;
    std::int64_t links = 0, ready = 0, parked = 0, in_flight = 0, to_read = 0, inbox = 0, dead_letters = 0;
    std::optional<WallTime> oldest_obligation;
  };
  std::vector<PerConnection> connections;
  std::int64_t entities = 0, open_reviews = 0, open_dead_letters = 0, audit_rows = 0;
};

}  // namespace lockstep
