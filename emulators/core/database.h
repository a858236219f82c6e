#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulators/core/table.h"

namespace lockstep::emulators {

enum class ActorKind { integration, person, automation };

/// Who wrote: an integration by its client's name, a person by name, the system's own automation.
struct Actor {
  ActorKind kind = ActorKind::integration;
  std::string name;
  auto operator<=>(const Actor&) const = default;
};

enum class Operation { create, update, remove, restore, merge, purge };
std::string_view name_of(Operation operation);
std::string_view name_of(ActorKind kind);

/// One write, in the order in which they happened. `before` and `after` hold the changed fields alone.
struct JournalEntry {
  std::uint64_t sequence = 0;
  WallTime at;
  Operation operation = Operation::create;
  ActorId actor = 0;
  ActorId actor_before = 0;  // of an update: who had written the record last
  const Table* table = nullptr;
  RowNumber row = kNoRow;
  RowNumber merged_into = kNoRow;
  std::string key;  // idempotency or external key the caller gave
  PackedFields before;
  PackedFields after;
};

struct WriteContext {
  WallTime at;  // becomes created or modified as it stands: the dialect cuts it to its precision
  Actor actor;
  std::string key;
  bool journaled = true;  // false for loaded fixtures, which nobody wrote
};

/// The tables of one stand-in, who wrote what, and undoing. Knows no rule of any CRM: dialects validate
/// before.
class Database {
 public:
  Table& table(std::string_view name);
  Table* find_table(std::string_view name);
  /// By name, ascending.
  const std::map<std::string, std::unique_ptr<Table>, std::less<>>& tables() const { return tables_; }

  /// Precondition: the table has no row `id`.
  RowNumber create(Table& table, std::string id, const FieldChanges& fields, const WriteContext& context);
  /// Stamps and journals the write even when no value differs, unless `only_if_changed`; true when it was
  /// written.
  bool update(Table& table, RowNumber row, const FieldChanges& fields, const WriteContext& context, bool only_if_changed = false);
  void remove(Table& table, RowNumber row, const WriteContext& context);
  void restore(Table& table, RowNumber row, const WriteContext& context);
  /// Of a record that another system made before: it counts as written now, but made then.
  void set_created(Table& table, RowNumber row, WallTime created, const WriteContext& context);
  void set_archived(Table& table, RowNumber row, bool archived, const WriteContext& context);
  /// Fills a deleted row anew, for systems in which an id may come back as another record: created now, with
  /// `fields` alone. Precondition: the row is deleted.
  void recreate(Table& table, RowNumber row, const FieldChanges& fields, const WriteContext& context);
  /// Marks `loser` merged into `winner`, and deleted unless `loser_stays`; moving children and values is the
  /// dialect's.
  void merge(Table& table, RowNumber winner, RowNumber loser, const WriteContext& context, bool loser_stays = false);
  /// Deletes for good: a tombstone without fields stays.
  void purge(Table& table, RowNumber row, const WriteContext& context);

  /// Journals a change of what belongs to the record though it is no field of it (links). The record stays as it is.
  void note_update(Table& table, RowNumber row, PackedFields before, PackedFields after, const WriteContext& context);

  std::uint64_t version() const { return version_; }
  /// Numbers of a transaction: `first` to before `end`.
  struct Numbers {
    std::uint64_t first = 0, end = 0;
  };
  /// Draws that many, for a transaction that begins now and is done later.
  Numbers draw(std::uint64_t count);
  /// What is written from here on bears these numbers as long as there are some; what was left of those before.
  Numbers write_under(Numbers numbers) { return std::exchange(late_, numbers); }
  const Actor& actor(ActorId id) const { return actors_[id]; }
  const std::deque<JournalEntry>& journal() const { return journal_; }

 private:
  friend class Transaction;
  struct Undo {
    Table* table;
    RowNumber row;
    bool created;
    RecordState previous;
  };
  ActorId intern(const Actor& actor);
  void replace(Table& table, RowNumber row, RecordState next, const WriteContext& context);
  JournalEntry& note(Operation operation, Table& table, RowNumber row, const WriteContext& context);
  void roll_back_to(std::size_t undo_size, std::size_t journal_size);

  std::map<std::string, std::unique_ptr<Table>, std::less<>> tables_;
  std::vector<Actor> actors_;
  std::map<Actor, ActorId> actor_ids_;
  std::deque<JournalEntry> journal_;
  JournalEntry discarded_;  // what note() hands out for writes that are not journaled
  std::vector<Undo> undo_;
  std::size_t open_transactions_ = 0;
  std::uint64_t version_ = 0;
  Numbers late_;
  void number(RecordState& next);
};

/// All or nothing, nestable: what was written since construction is undone unless commit() was called. Ids
/// and versions that were used up stay used up, as in the real systems.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() { committed_ = true; }

 private:
  Database& database_;
  std::size_t undo_size_;
  std::size_t journal_size_;
  bool committed_ = false;
};

}  // namespace lockstep::emulators
