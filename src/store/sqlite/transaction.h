#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/row_codec.h"
#include "store/sqlite/database.h"
#include "store/store.h"

namespace lockstep::sqlite {

/// Numbers that stand for names in rows; read at open, extended as names appear.
class Names {
 public:
  Result<void> load(Database& database, const Model& model);
  Result<std::int64_t> number(Database& database, const std::string& kind, const std::string& name);
  std::optional<std::int64_t> find(const std::string& kind, const std::string& name) const;
  std::string name(const std::string& kind, std::int64_t number) const;
  std::int64_t type_number(TypeIndex type) const { return model_.types[type.value()]; }
  Result<TypeIndex> type_of(std::int64_t number) const;
  const codec::FieldNumbers& fields(TypeIndex type) const { return model_.fields[type.value()]; }
  const codec::ModelNumbers& model() const { return model_; }
  std::vector<std::pair<std::int64_t, std::string>> all(const std::string& kind) const;

 private:
  std::map<std::string, std::map<std::string, std::int64_t>> numbers_;
  std::map<std::string, std::map<std::int64_t, std::string>> names_;
  codec::ModelNumbers model_;
};

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Database& database, Names& names) : db_(database), names_(names) {}

  Result<std::optional<Golden>> find_golden(EntityId id) override;
  Result<void> put(const Golden& golden) override;
  Result<std::vector<Link>> find_links(EntityId entity) override;
  Result<std::optional<Link>> find_link(ConnectionId connection, const RemoteId& remote) override;
  Result<void> put(const Link& link) override;
  Result<void> put_sighting(std::uint64_t link, WallTime seen, std::uint64_t fence) override;
  Result<void> erase_link(EntityId entity, ConnectionId connection, const RemoteId& remote) override;
  Result<std::vector<Link>> list_links(ConnectionId connection, TypeIndex type, EntityId after, std::size_t limit) override;
  Result<std::vector<Link>> links_to_read(ConnectionId connection, TypeIndex type, std::string_view object, std::size_t limit) override;
  Result<std::vector<Link>> links_unseen(ConnectionId connection, TypeIndex type, WallTime before, std::size_t limit) override;
  Result<std::int64_t> count_links(ConnectionId connection, TypeIndex type) override;
  Result<std::vector<Golden>> list_golden(TypeIndex type, EntityId after, std::size_t limit) override;
  Result<std::vector<std::pair<std::uint64_t, Golden>>> golden_changes(std::uint64_t after_sequence, std::size_t limit) override;

  Result<std::optional<EntityId>> resolve(EntityId id) override;
  Result<void> put_entity_alias(EntityId alias, EntityId survivor) override;
  Result<void> put_remote_alias(ConnectionId connection, const RemoteId& alias, const RemoteId& survivor) override;
  Result<std::optional<RemoteId>> find_remote_alias(ConnectionId connection, const RemoteId& alias) override;
  Result<std::vector<RemoteId>> find_old_names(ConnectionId connection, const RemoteId& survivor) override;
  Result<void> put_match_keys(EntityId entity, TypeIndex type, const std::vector<std::string>& keys) override;
  Result<std::vector<EntityId>> find_by_match_key(TypeIndex type, std::string_view key, std::size_t limit) override;
  Result<void> put_not_same(EntityId a, EntityId b) override;
  Result<bool> is_not_same(EntityId a, EntityId b) override;
  Result<void> put(const HeldRecord& held) override;
  Result<std::optional<HeldRecord>> find_held(ConnectionId connection, const RemoteId& remote) override;
  Result<void> erase_held(ConnectionId connection, const RemoteId& remote) override;
  Result<void> put_reference_wait(const ReferenceWait& wait) override;
  Result<std::vector<ReferenceWait>> take_reference_waits(ConnectionId connection, const RemoteId& awaited) override;

  Result<std::optional<Obligation>> find_obligation(EntityId entity, ConnectionId connection) override;
  Result<void> put(const Obligation& obligation) override;
  Result<void> erase_obligation(EntityId entity, ConnectionId connection) override;
  Result<std::vector<Obligation>> due_obligations(ConnectionId connection, TypeIndex type, Priority priority, WallTime now, std::size_t limit) override;
  Result<std::vector<ReadyQueue>> ready_queues(ConnectionId connection) override;
  Result<std::size_t> wake_obligations(ConnectionId connection, EntityId awaited, WallTime now) override;
  Result<std::vector<Obligation>> list_obligations(EntityId entity) override;
  Result<std::vector<Obligation>> recover_in_flight(WallTime now) override;

  Result<void> bring_forward(WallTime now) override;

  Result<bool> put(const InboxEvent& event) override;
  Result<std::vector<InboxEvent>> take_inbox(ConnectionId connection, std::string_view object, WallTime now, std::size_t limit) override;
  Result<std::vector<std::string>> unread_objects(ConnectionId connection) override;
  Result<void> finish_inbox(std::uint64_t event_id, InboxState state) override;
  Result<void> postpone_inbox(std::uint64_t event_id, WallTime due, std::uint32_t attempts, std::string error) override;
  Result<void> prune_inbox(WallTime before) override;
  Result<bool> has_unread(ConnectionId connection) override;
  Result<bool> is_told_gone(ConnectionId connection, const RemoteId& remote) override;
  Result<Unread> find_unread(ConnectionId connection, const RemoteId& remote) override;
  Result<void> finish_inbox_of(ConnectionId connection, const RemoteId& remote, WallTime sent) override;

  Result<std::optional<Cursor>> find_cursor(ConnectionId connection, std::string_view feed) override;
  Result<void> put(const Cursor& cursor) override;
  Result<void> put(const RunRecord& run) override;
  Result<std::vector<RunRecord>> list_runs(std::size_t limit) override;

  Result<void> put(const ReviewItem& item) override;
  Result<std::optional<ReviewItem>> find_review(Ulid id) override;
  Result<std::vector<ReviewItem>> list_reviews(const ReviewFilter& filter) override;
  Result<void> put(const DeadLetter& letter) override;
  Result<std::optional<DeadLetter>> find_dead_letter(Ulid id) override;
  Result<std::vector<DeadLetter>> list_dead_letters(const DeadLetterFilter& filter) override;
  Result<void> append(const AuditRow& row) override;
  Result<std::vector<AuditRow>> list_audit(const AuditFilter& filter) override;

  Result<std::optional<std::string>> find_setting(std::string_view name) override;
  Result<void> put_setting(std::string_view name, std::string_view value) override;
  Result<ConnectionId> connection_number(std::string_view name) override;
  Result<std::vector<std::pair<ConnectionId, std::string>>> connections() override;
  Result<StoreCounts> counts() override;

 private:
  Result<Golden> golden_row(Statement& row);
  Result<Link> link_row(Statement& row);
  Result<std::vector<Link>> link_rows(Statement statement);
  Result<Obligation> obligation_row(Statement& row);
  Result<std::vector<Obligation>> obligation_rows(Statement statement);

  /// What there is nothing of most of the time: whether there is any is asked once in a transaction, not for each record.
  enum class Rare : std::uint8_t { open_review, remote_alias, reference_wait, awaited };
  Result<bool> has_any(Rare what);
  void now_has(Rare what) { rare_[static_cast<std::size_t>(what)] = true; }

  Database& db_;
  Names& names_;
  std::array<std::optional<bool>, 4> rare_;  // by Rare; none: not asked yet
};

}  // namespace lockstep::sqlite
