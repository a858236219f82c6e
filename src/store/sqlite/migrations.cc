#include "store/sqlite/database.h"

namespace lockstep::sqlite {

namespace {

// Numbered by position, never changed once released. Every table has its section in docs/store.md.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE name(kind TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(kind, name)) WITHOUT ROWID;
CREATE TABLE golden(id BLOB PRIMARY KEY, type INTEGER NOT NULL, present INTEGER NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL,
                    body BLOB NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX golden_change ON golden(change);
CREATE TABLE link(number INTEGER PRIMARY KEY, entity BLOB NOT NULL, connection INTEGER NOT NULL, type INTEGER NOT NULL, object INTEGER NOT NULL,
                  remote TEXT NOT NULL, presence INTEGER NOT NULL, secondary INTEGER NOT NULL, needs_read INTEGER NOT NULL, seen INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX link_entity ON link(entity, connection);
CREATE INDEX link_remote ON link(connection, object, remote);
CREATE INDEX link_to_read ON link(connection, type, needs_read) WHERE needs_read != 0;
CREATE TABLE entity_alias(alias BLOB PRIMARY KEY, survivor BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE remote_alias(connection INTEGER NOT NULL, object TEXT NOT NULL, remote TEXT NOT NULL, survivor_object TEXT NOT NULL,
                          survivor TEXT NOT NULL, PRIMARY KEY(connection, object, remote)) WITHOUT ROWID;
CREATE TABLE match_key(type INTEGER NOT NULL, key TEXT NOT NULL, entity BLOB NOT NULL, PRIMARY KEY(type, key, entity)) WITHOUT ROWID;
CREATE INDEX match_key_entity ON match_key(entity);
CREATE TABLE not_same(a BLOB NOT NULL, b BLOB NOT NULL, PRIMARY KEY(a, b)) WITHOUT ROWID;
CREATE TABLE reference_wait(connection INTEGER NOT NULL, object TEXT NOT NULL, remote TEXT NOT NULL, waiting_object TEXT NOT NULL, waiting TEXT NOT NULL,
                            since INTEGER NOT NULL, PRIMARY KEY(connection, object, remote, waiting_object, waiting)) WITHOUT ROWID;
CREATE TABLE obligation(connection INTEGER NOT NULL, entity BLOB NOT NULL, type INTEGER NOT NULL, state INTEGER NOT NULL, due INTEGER NOT NULL,
                        since INTEGER NOT NULL, attempts INTEGER NOT NULL, is_delete INTEGER NOT NULL, awaited BLOB, golden_version INTEGER NOT NULL,
                        reason TEXT NOT NULL, last_error TEXT NOT NULL, PRIMARY KEY(connection, entity)) WITHOUT ROWID;
CREATE INDEX obligation_due ON obligation(connection, type, due) WHERE state = 0;
CREATE INDEX obligation_awaited ON obligation(connection, awaited) WHERE awaited IS NOT NULL;
CREATE INDEX obligation_entity ON obligation(entity);
CREATE TABLE inbox(id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, dedupe TEXT NOT NULL, object TEXT NOT NULL, remote TEXT NOT NULL, kind INTEGER NOT NULL,
                   received INTEGER NOT NULL, occurred INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL, state INTEGER NOT NULL,
                   merged_into TEXT NOT NULL, merged_from TEXT NOT NULL, body TEXT NOT NULL, last_error TEXT NOT NULL);
CREATE UNIQUE INDEX inbox_dedupe ON inbox(connection, dedupe);
CREATE INDEX inbox_waiting ON inbox(connection, due) WHERE state = 0;
CREATE TABLE cursor(connection INTEGER NOT NULL, feed TEXT NOT NULL, position TEXT NOT NULL, stream TEXT NOT NULL, read_at INTEGER NOT NULL,
                    complete INTEGER NOT NULL, PRIMARY KEY(connection, feed)) WITHOUT ROWID;
CREATE TABLE run(id BLOB PRIMARY KEY, kind TEXT NOT NULL, connection TEXT NOT NULL, type TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL,
                 outcome TEXT NOT NULL, read INTEGER NOT NULL, changed INTEGER NOT NULL, created INTEGER NOT NULL, written INTEGER NOT NULL,
                 calls INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE review(id BLOB PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, entity BLOB, connection INTEGER NOT NULL, object TEXT NOT NULL,
                    remote TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX review_remote ON review(connection, object, remote) WHERE state = 0;
CREATE INDEX review_state ON review(state, id);
CREATE TABLE review_entity(entity BLOB NOT NULL, review BLOB NOT NULL, PRIMARY KEY(entity, review)) WITHOUT ROWID;
CREATE TABLE dead_letter(id BLOB PRIMARY KEY, state INTEGER NOT NULL, connection INTEGER NOT NULL, entity BLOB NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX dead_letter_entity ON dead_letter(entity, connection);
CREATE INDEX dead_letter_state ON dead_letter(state, id);
CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, run BLOB NOT NULL, connection INTEGER NOT NULL, source INTEGER NOT NULL, entity BLOB NOT NULL,
                   type TEXT NOT NULL, object TEXT NOT NULL, remote TEXT NOT NULL, operation TEXT NOT NULL, success INTEGER NOT NULL,
                   failure_class TEXT NOT NULL, error TEXT NOT NULL, attempt INTEGER NOT NULL, mapping_version TEXT NOT NULL, changes BLOB NOT NULL);
CREATE INDEX audit_entity ON audit(entity, id);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql",
    // What is counted for people and for the guard is counted in an index, not in the rows.
    R"sql(
CREATE INDEX link_present ON link(connection, type, secondary, presence) WHERE presence = 1;
CREATE INDEX golden_present ON golden(present) WHERE present = 1;
)sql",
    // The outbox is emptied by priority.
    R"sql(
ALTER TABLE obligation ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
DROP INDEX obligation_due;
CREATE INDEX obligation_due ON obligation(connection, type, priority, due) WHERE state = 0;
)sql",
    // Before a record is written, what its system told of it has to be read.
    R"sql(
CREATE INDEX inbox_record ON inbox(connection, object, remote) WHERE state = 0;
CREATE INDEX inbox_merge ON inbox(connection, object) WHERE state = 0 AND kind = 3;
)sql",
    // What waits for a person and cannot be read again is kept.
    R"sql(
CREATE TABLE held_record(connection INTEGER NOT NULL, object TEXT NOT NULL, remote TEXT NOT NULL, type INTEGER NOT NULL, sent INTEGER NOT NULL,
                         body BLOB NOT NULL, PRIMARY KEY(connection, object, remote)) WITHOUT ROWID;
)sql",
    // News of one object does not wait behind that of others.
    R"sql(
DROP INDEX inbox_waiting;
CREATE INDEX inbox_waiting ON inbox(connection, object, due) WHERE state = 0;
)sql",
    // A listing that shows a record as it is known writes a small row, not the link's.
    R"sql(
CREATE TABLE sighting(link INTEGER PRIMARY KEY, seen INTEGER NOT NULL, fence INTEGER NOT NULL);
CREATE TRIGGER link_written AFTER UPDATE OF seen ON link BEGIN DELETE FROM sighting WHERE link = new.number; END;
CREATE TRIGGER link_erased AFTER DELETE ON link BEGIN DELETE FROM sighting WHERE link = old.number; END;
)sql"};

constexpr std::int64_t kApplicationId = 0x4c6b7370;  // "Lksp"

Result<std::int64_t> number_of(Database& database, const char* sql) {
  TRY(Statement statement, database.prepare(sql));
  TRY(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<std::int64_t> known_version(Database& database, bool may_be_new) {
  TRY(const std::int64_t application, number_of(database, "PRAGMA application_id"));
  TRY(const std::int64_t version, number_of(database, "PRAGMA user_version"));
  const auto newest = static_cast<std::int64_t>(std::size(kMigrations));
  // Many programs never set these two: what holds a table already is theirs.
  TRY(const std::int64_t tables, number_of(database, "SELECT count(*) FROM sqlite_master"));
  const bool is_new = may_be_new && application == 0 && version == 0 && tables == 0;
  if (application != kApplicationId && !is_new) return fail(ErrorCode::storage, "the file belongs to another program; name another store");
  if (version > newest)
    return fail(ErrorCode::storage,
                "the store has version " + std::to_string(version) + ", this program knows " + std::to_string(newest) + ": use a newer lockstep");
  return version;
}

}  // namespace

Result<void> check_version(Database& database) {
  TRY([[maybe_unused]] const std::int64_t version, known_version(database, false));
  return {};
}

Result<void> migrate(Database& database, bool beside_another) {
  TRY(const std::int64_t version, known_version(database, true));
  if (beside_another && version < static_cast<std::int64_t>(std::size(kMigrations)))
    return fail(ErrorCode::conflict, "it has version " + std::to_string(version) +
                                         ", and the lockstep that is at work on it is of that version, too: stop that one, start this one");
  TRY_VOID(database.execute("PRAGMA journal_mode=WAL"));  // stays in the file: not before it is known to be ours
  const auto newest = static_cast<std::int64_t>(std::size(kMigrations));
  for (std::int64_t step = version; step < newest; ++step) {
    TRY_VOID(database.execute("BEGIN IMMEDIATE"));
    const auto done = database.execute(std::string(kMigrations[step]) + "PRAGMA application_id=" + std::to_string(kApplicationId) +
                                       "; PRAGMA user_version=" + std::to_string(step + 1) + "; COMMIT");
    if (done) continue;
    const auto undone = database.execute("ROLLBACK");
    (void)undone;
    return fail(done.error(), "migration " + std::to_string(step + 1));
  }
  return {};
}

}  // namespace lockstep::sqlite
