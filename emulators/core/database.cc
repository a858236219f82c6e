#include "emulators/core/database.h"

#include "base/check.h"

namespace lockstep::emulators {

std::string_view name_of(Operation operation) {
  switch (operation) {
    case Operation::create: return "create";
    case Operation::update: return "update";
    case Operation::remove: return "delete";
    case Operation::restore: return "restore";
    case Operation::merge: return "merge";
    case Operation::purge: return "purge";
  }
  return "";
}

std::string_view name_of(ActorKind kind) {
  switch (kind) {
    case ActorKind::integration: return "integration";
    case ActorKind::person: return "person";
    case ActorKind::automation: return "automation";
  }
  return "";
}

Table& Database::table(std::string_view name) {
  auto known = tables_.find(name);
  if (known == tables_.end()) {
    known = tables_.emplace(std::string(name), std::make_unique<Table>(std::string(name))).first;
  }
  return *known->second;
}

Table* Database::find_table(std::string_view name) {
  auto known = tables_.find(name);
  return known == tables_.end() ? nullptr : known->second.get();
}

ActorId Database::intern(const Actor& actor) {
  auto [known, fresh] = actor_ids_.emplace(actor, static_cast<ActorId>(actors_.size()));
  if (fresh) {
    CHECK(actors_.size() < 0xffff, "too many different actors");
    actors_.push_back(actor);
  }
  return known->second;
}

JournalEntry& Database::note(Operation operation, Table& table, RowNumber row, const WriteContext& context) {
  JournalEntry& entry = context.journaled ? journal_.emplace_back() : (discarded_ = JournalEntry{});
  entry.sequence = journal_.size();
  entry.at = context.at;
  entry.operation = operation;
  entry.actor = intern(context.actor);
  entry.table = &table;
  entry.row = row;
  entry.key = context.key;
  return entry;
}

Database::Numbers Database::draw(std::uint64_t count) {
  Numbers drawn{version_ + 1, version_ + 1 + count};
  version_ += count;
  return drawn;
}

void Database::number(RecordState& next) {
  next.version = ++version_;
  next.begun = late_.first < late_.end ? late_.first++ : 0;
}

RowNumber Database::create(Table& table, std::string id, const FieldChanges& fields, const WriteContext& context) {
  Record record;
  record.id = std::move(id);
  record.fields.set_all(fields);
  record.created = record.modified = context.at;
  record.created_by = record.modified_by = intern(context.actor);
  number(record);
  RowNumber row = table.append(std::move(record));
  if (open_transactions_ > 0) undo_.push_back({&table, row, true, {}});
  note(Operation::create, table, row, context).after = table.record(row).fields;
  return row;
}

void Database::replace(Table& table, RowNumber row, RecordState next, const WriteContext& context) {
  if (open_transactions_ > 0) undo_.push_back({&table, row, false, table.record(row)});
  next.modified = context.at;
  next.modified_by = intern(context.actor);
  number(next);
  table.replace(row, std::move(next));
}

bool Database::update(Table& table, RowNumber row, const FieldChanges& fields, const WriteContext& context, bool only_if_changed) {
  RecordState next = table.record(row);
  PackedFields before, after;
  bool changed = false;
  for (const auto& [field, value] : fields) {
    ValueView old = next.fields.get(field);
    if (old == view(value)) continue;
    changed = true;
    before.set(field, old);
    after.set(field, view(value));
    next.fields.set(field, view(value));
  }
  if (!changed && only_if_changed) return false;
  ActorId actor_before = next.modified_by;
  replace(table, row, std::move(next), context);
  JournalEntry& entry = note(Operation::update, table, row, context);
  entry.actor_before = actor_before;
  entry.before = std::move(before);
  entry.after = std::move(after);
  return true;
}

void Database::remove(Table& table, RowNumber row, const WriteContext& context) {
  RecordState next = table.record(row);
  next.deleted = true;
  replace(table, row, std::move(next), context);
  note(Operation::remove, table, row, context);
}

void Database::restore(Table& table, RowNumber row, const WriteContext& context) {
  RecordState next = table.record(row);
  next.deleted = false;
  next.merged_into = kNoRow;
  replace(table, row, std::move(next), context);
  note(Operation::restore, table, row, context);
}

void Database::set_created(Table& table, RowNumber row, WallTime created, const WriteContext& context) {
  RecordState next = table.record(row);
  next.created = created;
  replace(table, row, std::move(next), context);
}

void Database::set_archived(Table& table, RowNumber row, bool archived, const WriteContext& context) {
  RecordState next = table.record(row);
  next.archived = archived;
  replace(table, row, std::move(next), context);
  note(Operation::update, table, row, context);
}

void Database::recreate(Table& table, RowNumber row, const FieldChanges& fields, const WriteContext& context) {
  CHECK(table.record(row).deleted, "only a deleted row is created anew");
  RecordState next;
  next.fields.set_all(fields);
  next.created = context.at;
  next.created_by = intern(context.actor);
  replace(table, row, std::move(next), context);
  note(Operation::create, table, row, context).after = table.record(row).fields;
}

void Database::merge(Table& table, RowNumber winner, RowNumber loser, const WriteContext& context, bool loser_stays) {
  CHECK(winner != loser, "a record cannot be merged into itself");
  RecordState next = table.record(loser);
  next.deleted = !loser_stays;
  next.merged_into = winner;
  replace(table, loser, std::move(next), context);
  note(Operation::merge, table, loser, context).merged_into = winner;
}

void Database::purge(Table& table, RowNumber row, const WriteContext& context) {
  RecordState next = table.record(row);
  PackedFields before = std::exchange(next.fields, {});
  next.deleted = true;
  replace(table, row, std::move(next), context);
  note(Operation::purge, table, row, context).before = std::move(before);
}

void Database::note_update(Table& table, RowNumber row, PackedFields before, PackedFields after, const WriteContext& context) {
  JournalEntry& entry = note(Operation::update, table, row, context);
  entry.before = std::move(before);
  entry.after = std::move(after);
}

void Database::roll_back_to(std::size_t undo_size, std::size_t journal_size) {
  while (undo_.size() > undo_size) {
    Undo& undo = undo_.back();
    if (undo.created) {
      undo.table->remove_last();  // undone in reverse, so it is the last row again
    } else {
      undo.table->replace(undo.row, std::move(undo.previous));
    }
    undo_.pop_back();
  }
  while (journal_.size() > journal_size) journal_.pop_back();
}

Transaction::Transaction(Database& database) : database_(database), undo_size_(database.undo_.size()), journal_size_(database.journal_.size()) {
  ++database_.open_transactions_;
}

Transaction::~Transaction() {
  if (!committed_) database_.roll_back_to(undo_size_, journal_size_);
  if (--database_.open_transactions_ == 0) database_.undo_.clear();
}

}  // namespace lockstep::emulators
