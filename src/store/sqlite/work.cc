// Outbox, inbox, cursors, runs.
#include <algorithm>

#include "base/text.h"
#include "store/sqlite/transaction.h"

namespace lockstep::sqlite {

#define OBLIGATION_COLUMNS "connection, entity, type, state, due, since, attempts, is_delete, awaited, golden_version, reason, last_error, priority"

Result<Obligation> SqliteTransaction::obligation_row(Statement& row) {
  Obligation one;
  one.connection = ConnectionId{static_cast<std::uint16_t>(row.integer(0))};
  one.entity = EntityId{row.ulid(1)};
  TRY(one.type, names_.type_of(row.integer(2)));
  one.state = static_cast<ObligationState>(row.integer(3));
  one.due = WallTime{row.integer(4)};
  one.since = WallTime{row.integer(5)};
  one.attempts = static_cast<std::uint32_t>(row.integer(6));
  one.is_delete = row.integer(7) != 0;
  if (!row.is_null(8)) one.awaited = EntityId{row.ulid(8)};
  one.golden_version = static_cast<std::uint64_t>(row.integer(9));
  one.reason = row.text(10);
  one.last_error = row.text(11);
  one.priority = static_cast<Priority>(row.integer(12));
  return one;
}

Result<std::vector<Obligation>> SqliteTransaction::obligation_rows(Statement statement) {
  std::vector<Obligation> list;
  for (;;) {
    TRY(const bool row, statement.step());
    if (!row) return list;
    TRY(Obligation one, obligation_row(statement));
    list.push_back(std::move(one));
  }
}

Result<std::optional<Obligation>> SqliteTransaction::find_obligation(EntityId entity, ConnectionId connection) {
  TRY(Statement row, db_.prepare("SELECT " OBLIGATION_COLUMNS " FROM obligation WHERE connection = ? AND entity = ?"));
  TRY(const bool found, row.bind(connection.value()).bind(entity.value()).step());
  if (!found) return std::optional<Obligation>{};
  TRY(Obligation one, obligation_row(row));
  return std::optional(std::move(one));
}

Result<void> SqliteTransaction::put(const Obligation& one) {
  TRY(Statement row,
      db_.prepare("INSERT INTO obligation(" OBLIGATION_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(connection, entity) DO UPDATE SET "
                  "type = excluded.type, state = excluded.state, due = excluded.due, since = excluded.since, attempts = excluded.attempts, is_delete = "
                  "excluded.is_delete, "
                  "awaited = excluded.awaited, golden_version = excluded.golden_version, reason = excluded.reason, last_error = excluded.last_error, priority "
                  "= excluded.priority"));
  row.bind(one.connection.value())
      .bind(one.entity.value())
      .bind(names_.type_number(one.type))
      .bind(static_cast<int>(one.state))
      .bind(one.due.ms)
      .bind(one.since.ms);
  row.bind(one.attempts).bind(one.is_delete ? 1 : 0);
  if (one.awaited.value().is_nil()) {
    row.bind_null();
  } else {
    now_has(Rare::awaited);
    row.bind(one.awaited.value());
  }
  return row.bind(static_cast<std::int64_t>(one.golden_version)).bind_text(one.reason).bind_text(one.last_error).bind(static_cast<int>(one.priority)).run();
}

Result<void> SqliteTransaction::erase_obligation(EntityId entity, ConnectionId connection) {
  TRY(Statement row, db_.prepare("DELETE FROM obligation WHERE connection = ? AND entity = ?"));
  return row.bind(connection.value()).bind(entity.value()).run();
}

Result<std::vector<Obligation>> SqliteTransaction::due_obligations(ConnectionId connection, TypeIndex type, Priority priority, WallTime now,
                                                                   std::size_t limit) {
  TRY(Statement rows, db_.prepare("SELECT " OBLIGATION_COLUMNS
                                  " FROM obligation WHERE connection = ? AND type = ? AND priority = ? AND state = 0 AND due <= ? ORDER BY due LIMIT ?"));
  rows.bind(connection.value()).bind(names_.type_number(type)).bind(static_cast<int>(priority)).bind(now.ms).bind(static_cast<std::int64_t>(limit));
  return obligation_rows(std::move(rows));
}

Result<std::vector<ReadyQueue>> SqliteTransaction::ready_queues(ConnectionId connection) {
  // From the head of one queue to the head of the next: to walk what is in them would take a look at all that is owed.
  std::vector<ReadyQueue> queues;
  std::int64_t type = -1, priority = -1;
  for (;;) {
    // Not (type, priority) > (?, ?): of that only the first column is sought, and the rest of the queue is walked.
    TRY(Statement same, db_.prepare("SELECT type, priority, due FROM obligation INDEXED BY obligation_due WHERE connection = ? AND state = 0 AND "
                                    "type = ? AND priority > ? ORDER BY priority, due LIMIT 1"));
    TRY(Statement next, db_.prepare("SELECT type, priority, due FROM obligation INDEXED BY obligation_due WHERE connection = ? AND state = 0 AND "
                                    "type > ? ORDER BY type, priority, due LIMIT 1"));
    TRY(const bool of_same, same.bind(connection.value()).bind(type).bind(priority).step());
    TRY(const bool found, of_same ? Result<bool>(true) : next.bind(connection.value()).bind(type).step());
    if (!found) break;
    Statement& row = of_same ? same : next;
    type = row.integer(0);
    priority = row.integer(1);
    // Of a type that the model does not have any more nothing is delivered.
    if (const auto known = names_.type_of(type)) queues.push_back(ReadyQueue{*known, static_cast<Priority>(priority), WallTime{row.integer(2)}});
  }
  std::ranges::stable_sort(queues, {}, &ReadyQueue::priority);
  return queues;
}

Result<std::size_t> SqliteTransaction::wake_obligations(ConnectionId connection, EntityId awaited, WallTime now) {
  TRY(const bool any, has_any(Rare::awaited));
  if (!any) return 0;
  TRY(Statement row, db_.prepare("UPDATE obligation INDEXED BY obligation_awaited SET state = 0, due = ?, awaited = NULL, reason = '' "
                                 "WHERE connection = ? AND awaited = ? AND awaited IS NOT NULL AND state = 2"));
  TRY_VOID(row.bind(now.ms).bind(connection.value()).bind(awaited.value()).run());
  return static_cast<std::size_t>(db_.changes());
}

Result<std::vector<Obligation>> SqliteTransaction::list_obligations(EntityId entity) {
  TRY(Statement rows, db_.prepare("SELECT " OBLIGATION_COLUMNS " FROM obligation WHERE entity = ? ORDER BY connection"));
  rows.bind(entity.value());
  return obligation_rows(std::move(rows));
}

Result<std::vector<Obligation>> SqliteTransaction::recover_in_flight(WallTime now) {
  TRY(Statement rows, db_.prepare("SELECT " OBLIGATION_COLUMNS " FROM obligation WHERE state = 1"));
  TRY(auto in_flight, obligation_rows(std::move(rows)));
  for (Obligation& one : in_flight) {
    one.state = ObligationState::ready;
    one.due = now;
    TRY_VOID(put(one));
    TRY(auto links, find_links(one.entity));
    for (Link& link : links) {
      if (link.connection != one.connection || link.secondary) continue;
      if (link.presence == LinkPresence::present) link.needs_read = true;
      else if (link.intent) link.intent->unknown_outcome = true;
      TRY_VOID(put(link));
    }
  }
  return in_flight;
}

Result<void> SqliteTransaction::bring_forward(WallTime now) {
  {
    TRY(Statement row, db_.prepare("UPDATE obligation SET due = ?1 WHERE state = 0 AND due > ?1"));
    TRY_VOID(row.bind(now.ms).run());
  }
  TRY(Statement row, db_.prepare("UPDATE inbox SET due = ?1 WHERE state = 0 AND due > ?1 AND due < 9223372036854775807"));
  return row.bind(now.ms).run();
}

Result<bool> SqliteTransaction::put(const InboxEvent& event) {
  TRY(Statement row,
      db_.prepare(
          "INSERT OR IGNORE INTO inbox(connection, dedupe, object, remote, kind, received, occurred, due, attempts, state, merged_into, merged_from, body, "
          "last_error) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)"));
  const std::string merged_from = join(event.merged_from, "\n");
  TRY_VOID(row.bind(event.connection.value())
               .bind_text(event.dedupe)
               .bind_text(event.remote.object)
               .bind_text(event.remote.id)
               .bind(static_cast<int>(event.kind))
               .bind(event.received.ms)
               .bind(event.occurred.ms)
               .bind(event.due.ms)
               .bind(event.attempts)
               .bind_text(event.merged_into)
               .bind_text(merged_from)
               .bind_text(event.body)
               .bind_text(event.last_error)
               .run());
  return db_.changes() > 0;
}

Result<std::vector<InboxEvent>> SqliteTransaction::take_inbox(ConnectionId connection, std::string_view object, WallTime now, std::size_t limit) {
  TRY(Statement rows,
      db_.prepare("SELECT id, dedupe, object, remote, kind, received, occurred, due, attempts, merged_into, merged_from, body, last_error FROM inbox "
                  "INDEXED BY inbox_waiting WHERE connection = ? AND object = ? AND state = 0 AND due <= ? ORDER BY due, id LIMIT ?"));
  rows.bind(connection.value()).bind_text(object).bind(now.ms).bind(static_cast<std::int64_t>(limit));
  std::vector<InboxEvent> events;
  for (;;) {
    TRY(const bool row, rows.step());
    if (!row) return events;
    InboxEvent event;
    event.id = static_cast<std::uint64_t>(rows.integer(0));
    event.connection = connection;
    event.dedupe = rows.text(1);
    event.remote = RemoteId{rows.text(2), rows.text(3)};
    event.kind = static_cast<EventKind>(rows.integer(4));
    event.received = WallTime{rows.integer(5)};
    event.occurred = WallTime{rows.integer(6)};
    event.due = WallTime{rows.integer(7)};
    event.attempts = static_cast<std::uint32_t>(rows.integer(8));
    event.merged_into = rows.text(9);
    const std::string merged_from = rows.text(10);
    for (const std::string_view id : split(merged_from, '\n'))
      if (!id.empty()) event.merged_from.emplace_back(id);
    event.body = rows.text(11);
    event.last_error = rows.text(12);
    events.push_back(std::move(event));
  }
}

Result<std::vector<std::string>> SqliteTransaction::unread_objects(ConnectionId connection) {
  // From one object to the next: there are few, and of each there may be very many events.
  std::vector<std::string> objects;
  for (std::string after;;) {
    TRY(Statement row,
        db_.prepare("SELECT object FROM inbox INDEXED BY inbox_waiting WHERE connection = ? AND object > ? AND state = 0 ORDER BY object LIMIT 1"));
    TRY(const bool found, row.bind(connection.value()).bind_text(after).step());
    if (!found) return objects;
    after = row.text(0);
    objects.push_back(after);
  }
}

Result<void> SqliteTransaction::finish_inbox(std::uint64_t event_id, InboxState state) {
  TRY(Statement row, db_.prepare("UPDATE inbox SET state = ?, body = '' WHERE id = ?"));
  return row.bind(static_cast<int>(state)).bind(static_cast<std::int64_t>(event_id)).run();
}

Result<void> SqliteTransaction::postpone_inbox(std::uint64_t event_id, WallTime due, std::uint32_t attempts, std::string error) {
  TRY(Statement row, db_.prepare("UPDATE inbox SET due = ?, attempts = ?, last_error = ? WHERE id = ?"));
  return row.bind(due.ms).bind(attempts).bind_text(error).bind(static_cast<std::int64_t>(event_id)).run();
}

Result<bool> SqliteTransaction::has_unread(ConnectionId connection) {
  TRY(Statement row, db_.prepare("SELECT 1 FROM inbox INDEXED BY inbox_waiting WHERE connection = ? AND state = 0 LIMIT 1"));
  return row.bind(connection.value()).step();
}

Result<Unread> SqliteTransaction::find_unread(ConnectionId connection, const RemoteId& remote) {
  // 3: EventKind::merged. There are few of them at a time.
  TRY(Statement merge,
      db_.prepare("SELECT 1 FROM inbox INDEXED BY inbox_merge WHERE connection = ? AND object = ? AND state = 0 AND kind = 3 "
                  "AND instr(char(10) || remote || char(10) || merged_into || char(10) || merged_from || char(10), char(10) || ? || char(10)) > 0 LIMIT 1"));
  TRY(const bool merges, merge.bind(connection.value()).bind_text(remote.object).bind_text(remote.id).step());
  if (merges) return Unread::merge;
  TRY(Statement row, db_.prepare("SELECT 1 FROM inbox INDEXED BY inbox_record WHERE connection = ? AND object = ? AND remote = ? AND state = 0 LIMIT 1"));
  TRY(const bool told, row.bind(connection.value()).bind_text(remote.object).bind_text(remote.id).step());
  return told ? Unread::news : Unread::nothing;
}

Result<bool> SqliteTransaction::is_told_gone(ConnectionId connection, const RemoteId& remote) {
  // 1: EventKind::deleted
  TRY(Statement row,
      db_.prepare("SELECT 1 FROM inbox INDEXED BY inbox_record WHERE connection = ? AND object = ? AND remote = ? AND state = 0 AND kind = 1 LIMIT 1"));
  return row.bind(connection.value()).bind_text(remote.object).bind_text(remote.id).step();
}

Result<void> SqliteTransaction::finish_inbox_of(ConnectionId connection, const RemoteId& remote, WallTime sent) {
  TRY(Statement row,
      db_.prepare("UPDATE inbox INDEXED BY inbox_record SET state = ?, body = '' WHERE connection = ? AND object = ? AND remote = ? AND state = 0 "
                  "AND kind <> 3 AND received <= ?"));
  return row.bind(static_cast<int>(InboxState::superseded)).bind(connection.value()).bind_text(remote.object).bind_text(remote.id).bind(sent.ms).run();
}

Result<void> SqliteTransaction::prune_inbox(WallTime before) {
  // By number, which rises with time: the oldest are found without an index of their own. Mostly the very first one is too young.
  {
    TRY(Statement oldest, db_.prepare("SELECT received FROM inbox ORDER BY id LIMIT 1"));
    TRY(const bool any, oldest.step());
    if (!any || oldest.integer(0) >= before.ms) return {};
  }
  TRY(Statement row, db_.prepare("DELETE FROM inbox WHERE id IN (SELECT id FROM (SELECT id, state, received FROM inbox ORDER BY id LIMIT 2000) "
                                 "WHERE state <> 0 AND received < ?)"));
  return row.bind(before.ms).run();
}

Result<std::optional<Cursor>> SqliteTransaction::find_cursor(ConnectionId connection, std::string_view feed) {
  TRY(Statement row, db_.prepare("SELECT position, stream, read_at, complete FROM cursor WHERE connection = ? AND feed = ?"));
  TRY(const bool found, row.bind(connection.value()).bind_text(feed).step());
  if (!found) return std::optional<Cursor>{};
  Cursor cursor;
  cursor.connection = connection;
  cursor.feed = std::string(feed);
  cursor.position = row.text(0);
  cursor.stream = row.text(1);
  cursor.read_at = WallTime{row.integer(2)};
  cursor.complete = row.integer(3) != 0;
  return std::optional(std::move(cursor));
}

Result<void> SqliteTransaction::put(const Cursor& cursor) {
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO cursor(connection, feed, position, stream, read_at, complete) VALUES(?, ?, ?, ?, ?, ?)"));
  return row.bind(cursor.connection.value())
      .bind_text(cursor.feed)
      .bind_text(cursor.position)
      .bind_text(cursor.stream)
      .bind(cursor.read_at.ms)
      .bind(cursor.complete ? 1 : 0)
      .run();
}

Result<void> SqliteTransaction::put(const RunRecord& run) {
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO run(id, kind, connection, type, started, ended, outcome, read, changed, created, written, calls) "
                                 "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return row.bind(run.id.value())
      .bind_text(run.kind)
      .bind_text(run.connection)
      .bind_text(run.type)
      .bind(run.started.ms)
      .bind(run.ended.ms)
      .bind_text(run.outcome)
      .bind(run.read)
      .bind(run.changed)
      .bind(run.created)
      .bind(run.written)
      .bind(run.calls)
      .run();
}

Result<std::vector<RunRecord>> SqliteTransaction::list_runs(std::size_t limit) {
  TRY(Statement rows,
      db_.prepare("SELECT id, kind, connection, type, started, ended, outcome, read, changed, created, written, calls FROM run ORDER BY id DESC LIMIT ?"));
  rows.bind(static_cast<std::int64_t>(limit));
  std::vector<RunRecord> runs;
  for (;;) {
    TRY(const bool row, rows.step());
    if (!row) return runs;
    RunRecord run;
    run.id = RunId{rows.ulid(0)};
    run.kind = rows.text(1);
    run.connection = rows.text(2);
    run.type = rows.text(3);
    run.started = WallTime{rows.integer(4)};
    run.ended = WallTime{rows.integer(5)};
    run.outcome = rows.text(6);
    run.read = rows.integer(7);
    run.changed = rows.integer(8);
    run.created = rows.integer(9);
    run.written = rows.integer(10);
    run.calls = rows.integer(11);
    runs.push_back(std::move(run));
  }
}

}  // namespace lockstep::sqlite
