#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"
#include "model/record.h"
#include "runtime/task.h"
#include "store/rows.h"

namespace lockstep {

/// What one unit of work sees and changes: a snapshot that only it writes to. Synchronous: it runs beside the control
/// thread (or inline in the simulator). Every lookup sees the work's own changes. Errors: ErrorCode::storage.
class Transaction {
 public:
  virtual ~Transaction() = default;

  // --- golden records and links
  virtual Result<std::optional<Golden>> find_golden(EntityId id) = 0;  // aliases are not followed
  virtual Result<void> put(const Golden& golden) = 0;
  /// All links of an entity in order of connection, secondary ones last.
  virtual Result<std::vector<Link>> find_links(EntityId entity) = 0;
  virtual Result<std::optional<Link>> find_link(ConnectionId connection, const RemoteId& remote) = 0;
  /// Inserts, or replaces the row of the same (entity, connection) — secondary links: (entity, connection, remote).
  virtual Result<void> put(const Link& link) = 0;
  /// The record of a stored link was seen as it is known: `seen` and `fence` alone are written.
  virtual Result<void> put_sighting(std::uint64_t link, WallTime seen, std::uint64_t fence) = 0;
  virtual Result<void> erase_link(EntityId entity, ConnectionId connection, const RemoteId& remote) = 0;
  /// Live links of a connection and type after `after` in order of entity id; for absence checks and read-only listings.
  virtual Result<std::vector<Link>> list_links(ConnectionId connection, TypeIndex type, EntityId after, std::size_t limit) = 0;
  /// Links with needs_read to records of an object, oldest first.
  virtual Result<std::vector<Link>> links_to_read(ConnectionId connection, TypeIndex type, std::string_view object, std::size_t limit) = 0;
  /// Present links whose `seen` is before `before` (a complete scan that started then did not show them).
  virtual Result<std::vector<Link>> links_unseen(ConnectionId connection, TypeIndex type, WallTime before, std::size_t limit) = 0;
  /// Present links, secondary ones left out.
  virtual Result<std::int64_t> count_links(ConnectionId connection, TypeIndex type) = 0;
  virtual Result<std::vector<Golden>> list_golden(TypeIndex type, EntityId after, std::size_t limit) = 0;
  /// Golden records changed after `after_sequence`, in the order of their changes: (change sequence, golden), for pull feeds of
  /// the support-system API.
  virtual Result<std::vector<std::pair<std::uint64_t, Golden>>> golden_changes(std::uint64_t after_sequence, std::size_t limit) = 0;

  // --- identity
  /// The entity that `id` stands for now: follows aliases of merged entities; nothing when unknown.
  virtual Result<std::optional<EntityId>> resolve(EntityId id) = 0;
  virtual Result<void> put_entity_alias(EntityId alias, EntityId survivor) = 0;
  /// A remote id that a merged record had: reads of it lead to `survivor`. An empty survivor removes the alias.
  virtual Result<void> put_remote_alias(ConnectionId connection, const RemoteId& alias, const RemoteId& survivor) = 0;
  virtual Result<std::optional<RemoteId>> find_remote_alias(ConnectionId connection, const RemoteId& alias) = 0;
  /// The ids that name `survivor` by an alias of their own. Looks at every alias: for rare questions.
  virtual Result<std::vector<RemoteId>> find_old_names(ConnectionId connection, const RemoteId& survivor) = 0;
  /// Replaces the match keys of an entity ("email:ada@example.com"); they index present entities; deleted ones under
  /// keys of their own (hub/entities.h).
  virtual Result<void> put_match_keys(EntityId entity, TypeIndex type, const std::vector<std::string>& keys) = 0;
  virtual Result<std::vector<EntityId>> find_by_match_key(TypeIndex type, std::string_view key, std::size_t limit) = 0;
  /// Pairs that a person declared to be different: never joined again.
  virtual Result<void> put_not_same(EntityId a, EntityId b) = 0;
  virtual Result<bool> is_not_same(EntityId a, EntityId b) = 0;
  /// One for each record; replaces what was held of it.
  virtual Result<void> put(const HeldRecord& held) = 0;
  virtual Result<std::optional<HeldRecord>> find_held(ConnectionId connection, const RemoteId& remote) = 0;
  virtual Result<void> erase_held(ConnectionId connection, const RemoteId& remote) = 0;
  /// `waiting` refers to a remote record that is not linked yet; when it is, `waiting` is read again.
  virtual Result<void> put_reference_wait(const ReferenceWait& wait) = 0;
  virtual Result<std::vector<ReferenceWait>> take_reference_waits(ConnectionId connection, const RemoteId& awaited) = 0;

  // --- outbox
  virtual Result<std::optional<Obligation>> find_obligation(EntityId entity, ConnectionId connection) = 0;
  virtual Result<void> put(const Obligation& obligation) = 0;
  virtual Result<void> erase_obligation(EntityId entity, ConnectionId connection) = 0;
  /// Obligations of this priority in state `ready` whose time has come, by due, at most `limit`.
  virtual Result<std::vector<Obligation>> due_obligations(ConnectionId connection, TypeIndex type, Priority priority, WallTime now, std::size_t limit) = 0;
  /// The connection's queues that hold anything, of the most urgent priority first.
  virtual Result<std::vector<ReadyQueue>> ready_queues(ConnectionId connection) = 0;
  /// Obligations parked for `entity`'s link in `connection`: set ready now.
  virtual Result<std::size_t> wake_obligations(ConnectionId connection, EntityId awaited, WallTime now) = 0;
  virtual Result<std::vector<Obligation>> list_obligations(EntityId entity) = 0;
  /// After a start: what was in flight is of unknown outcome; sets it ready, marks its links needs_read, and returns it.
  virtual Result<std::vector<Obligation>> recover_in_flight(WallTime now) = 0;

  /// What is to be tried again, in outbox and inbox, later than `now`: now. But for what a person decides about.
  virtual Result<void> bring_forward(WallTime now) = 0;

  // --- inbox
  /// False when an event of that dedupe key is already there. Finished ones stay, so that one sent again is known.
  virtual Result<bool> put(const InboxEvent& event) = 0;
  /// What waits of one object, oldest first.
  virtual Result<std::vector<InboxEvent>> take_inbox(ConnectionId connection, std::string_view object, WallTime now, std::size_t limit) = 0;
  /// Of which objects any event waits, due or not.
  virtual Result<std::vector<std::string>> unread_objects(ConnectionId connection) = 0;
  virtual Result<void> finish_inbox(std::uint64_t event_id, InboxState state) = 0;
  virtual Result<void> postpone_inbox(std::uint64_t event_id, WallTime due, std::uint32_t attempts, std::string error) = 0;
  /// Whether any event of the connection waits, due or not.
  virtual Result<bool> has_unread(ConnectionId connection) = 0;
  virtual Result<Unread> find_unread(ConnectionId connection, const RemoteId& remote) = 0;
  /// Whether a delete of it waits.
  virtual Result<bool> is_told_gone(ConnectionId connection, const RemoteId& remote) = 0;
  /// A read of the record, sent at `sent`, showed what the news of it until then told: they are superseded.
  virtual Result<void> finish_inbox_of(ConnectionId connection, const RemoteId& remote, WallTime sent) = 0;
  /// Of the oldest events, some at a time, those are forgotten that were received before `before` and are finished.
  virtual Result<void> prune_inbox(WallTime before) = 0;

  // --- cursors and runs
  virtual Result<std::optional<Cursor>> find_cursor(ConnectionId connection, std::string_view feed) = 0;
  virtual Result<void> put(const Cursor& cursor) = 0;
  virtual Result<void> put(const RunRecord& run) = 0;
  virtual Result<std::vector<RunRecord>> list_runs(std::size_t limit) = 0;

  // --- review, dead letters, audit
  virtual Result<void> put(const ReviewItem& item) = 0;
  virtual Result<std::optional<ReviewItem>> find_review(Ulid id) = 0;
  virtual Result<std::vector<ReviewItem>> list_reviews(const ReviewFilter& filter) = 0;
  virtual Result<void> put(const DeadLetter& letter) = 0;
  virtual Result<std::optional<DeadLetter>> find_dead_letter(Ulid id) = 0;
  virtual Result<std::vector<DeadLetter>> list_dead_letters(const DeadLetterFilter& filter) = 0;
  virtual Result<void> append(const AuditRow& row) = 0;
  virtual Result<std::vector<AuditRow>> list_audit(const AuditFilter& filter) = 0;

  // --- small things
  /// Named secrets and states: sealed tokens, clock offsets, the epoch, learnt facts.
  virtual Result<std::optional<std::string>> find_setting(std::string_view name) = 0;
  virtual Result<void> put_setting(std::string_view name, std::string_view value) = 0;
  /// The number of a connection name, given on first use.
  virtual Result<ConnectionId> connection_number(std::string_view name) = 0;
  virtual Result<std::vector<std::pair<ConnectionId, std::string>>> connections() = 0;
  virtual Result<StoreCounts> counts() = 0;
};

/// Seam 4 of 4. One commit at each end of a change: whatever a unit of work did is durable when its task resumes,
/// or, when it returned an error, never happened. Works run one after another.
class Store {
 public:
  using Work = std::function<Result<void>(Transaction&)>;
  virtual ~Store() = default;
  virtual Task<Result<void>> transact(Work work) = 0;
  /// Read-only: sees the last commit, may run beside writers; a change in it is an error.
  virtual Task<Result<void>> read(Work work) = 0;
};

}  // namespace lockstep
