// What people look at: review items, dead letters, audit, settings, counts.
#include <algorithm>
#include <map>

#include "store/sqlite/transaction.h"

namespace lockstep::sqlite {

namespace {

const Ulid kLast = [] {
  Ulid id;
  id.bytes.fill(0xff);
  return id;
}();

/// Nothing: it is about what the model does not have any more. It stays, and is there again when that is.
Result<std::optional<ReviewItem>> review_row(Statement& row, const codec::ModelNumbers& numbers) {
  ReviewItem item;
  item.id = row.ulid(0);
  item.kind = static_cast<ReviewKind>(row.integer(1));
  item.state = static_cast<ReviewState>(row.integer(2));
  if (!row.is_null(3)) item.entity = EntityId{row.ulid(3)};
  item.connection = ConnectionId{static_cast<std::uint16_t>(row.integer(4))};
  item.remote = RemoteId{row.text(5), row.text(6)};
  TRY(const bool of_model, codec::decode_review(row.blob(7), numbers, item));
  return of_model ? std::optional(std::move(item)) : std::nullopt;
}

Result<std::optional<DeadLetter>> letter_row(Statement& row, const codec::ModelNumbers& numbers) {
  DeadLetter letter;
  letter.id = row.ulid(0);
  letter.state = static_cast<DeadLetterState>(row.integer(1));
  letter.connection = ConnectionId{static_cast<std::uint16_t>(row.integer(2))};
  letter.entity = EntityId{row.ulid(3)};
  TRY(const bool of_model, codec::decode_letter(row.blob(4), numbers, letter));
  return of_model ? std::optional(std::move(letter)) : std::nullopt;
}

}  // namespace

Result<void> SqliteTransaction::put(const ReviewItem& item) {
  const std::string body = codec::encode_review(item, names_.model());
  if (item.state == ReviewState::open) now_has(Rare::open_review);
  {
    TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO review(id, kind, state, entity, connection, object, remote, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"));
    row.bind(item.id).bind(static_cast<int>(item.kind)).bind(static_cast<int>(item.state));
    if (item.entity.value().is_nil()) row.bind_null();
    else row.bind(item.entity.value());
    TRY_VOID(row.bind(item.connection.value()).bind_text(item.remote.object).bind_text(item.remote.id).bind_blob(body).run());
  }
  std::vector<EntityId> entities{item.entity};
  for (const ReviewCandidate& candidate : item.candidates) entities.push_back(candidate.entity);
  for (const EntityId entity : entities) {
    if (entity.value().is_nil()) continue;
    TRY(Statement row, db_.prepare("INSERT OR IGNORE INTO review_entity(entity, review) VALUES(?, ?)"));
    TRY_VOID(row.bind(entity.value()).bind(item.id).run());
  }
  return {};
}

Result<std::optional<ReviewItem>> SqliteTransaction::find_review(Ulid id) {
  TRY(Statement row, db_.prepare("SELECT id, kind, state, entity, connection, object, remote, body FROM review WHERE id = ?"));
  TRY(const bool found, row.bind(id).step());
  if (!found) return std::optional<ReviewItem>{};
  return review_row(row, names_.model());
}

namespace {

bool names(const ReviewItem& item, EntityId entity) {
  return item.entity == entity || std::ranges::find(item.candidates, entity, &ReviewCandidate::entity) != item.candidates.end();
}

}  // namespace

Result<std::vector<ReviewItem>> SqliteTransaction::list_reviews(const ReviewFilter& filter) {
  if (filter.state == ReviewState::open) {
    TRY(const bool any, has_any(Rare::open_review));
    if (!any) return std::vector<ReviewItem>{};
  }
  // The two hot questions have indexes of their own; the rest is for people.
  const char* sql = "SELECT id, kind, state, entity, connection, object, remote, body FROM review WHERE id < ? AND (?2 < 0 OR state = ?2) ORDER BY id DESC";
  if (filter.entity)
    sql =
        "SELECT review.id, kind, state, review.entity, connection, object, remote, body FROM review_entity JOIN review ON review.id = review_entity.review "
        "WHERE review.id < ? AND (?2 < 0 OR state = ?2) AND review_entity.entity = ?3 ORDER BY review.id DESC";
  else if (filter.remote && filter.state == ReviewState::open)
    sql =
        "SELECT id, kind, state, entity, connection, object, remote, body FROM review WHERE id < ? AND (?2 < 0 OR state = ?2) AND state = 0 AND connection = "
        "?3 AND object = ?4 AND remote = ?5 "
        "ORDER BY id DESC";
  TRY(Statement rows, db_.prepare(sql));
  rows.bind(filter.after.is_nil() ? kLast : filter.after).bind(filter.state ? static_cast<int>(*filter.state) : -1);
  if (filter.entity) rows.bind(filter.entity->value());
  else if (filter.remote && filter.state == ReviewState::open)
    rows.bind(filter.connection ? filter.connection->value() : 0).bind_text(filter.remote->object).bind_text(filter.remote->id);
  std::vector<ReviewItem> items;
  std::map<std::int64_t, std::size_t> named;  // by connection
  while (items.size() < filter.limit) {
    TRY(const bool row, rows.step());
    if (!row) break;
    // Before it is decoded: there may be very many.
    const bool is_named = filter.entity && (rows.is_null(3) || rows.ulid(3) != filter.entity->value());
    if (is_named && named[rows.integer(4)] >= filter.named_max) continue;
    TRY(auto item, review_row(rows, names_.model()));
    if (!item) continue;
    // Whom it named once finds it, too.
    if (filter.entity && !names(*item, *filter.entity)) continue;
    if (filter.connection && item->connection != *filter.connection) continue;
    if (filter.kind && item->kind != *filter.kind) continue;
    if (filter.remote && item->remote != *filter.remote) continue;
    if (is_named) ++named[item->connection.value()];
    items.push_back(std::move(*item));
  }
  return items;
}

Result<void> SqliteTransaction::put(const DeadLetter& letter) {
  const std::string body = codec::encode_letter(letter, names_.model());
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO dead_letter(id, state, connection, entity, body) VALUES(?, ?, ?, ?, ?)"));
  return row.bind(letter.id).bind(static_cast<int>(letter.state)).bind(letter.connection.value()).bind(letter.entity.value()).bind_blob(body).run();
}

Result<std::optional<DeadLetter>> SqliteTransaction::find_dead_letter(Ulid id) {
  TRY(Statement row, db_.prepare("SELECT id, state, connection, entity, body FROM dead_letter WHERE id = ?"));
  TRY(const bool found, row.bind(id).step());
  if (!found) return std::optional<DeadLetter>{};
  return letter_row(row, names_.model());
}

Result<std::vector<DeadLetter>> SqliteTransaction::list_dead_letters(const DeadLetterFilter& filter) {
  const char* sql = filter.entity ? "SELECT id, state, connection, entity, body FROM dead_letter WHERE id < ? AND entity = ? ORDER BY id DESC"
                                  : "SELECT id, state, connection, entity, body FROM dead_letter WHERE id < ? ORDER BY id DESC";
  TRY(Statement rows, db_.prepare(sql));
  rows.bind(filter.after.is_nil() ? kLast : filter.after);
  if (filter.entity) rows.bind(filter.entity->value());
  std::vector<DeadLetter> letters;
  while (letters.size() < filter.limit) {
    TRY(const bool row, rows.step());
    if (!row) break;
    // Before it is decoded: letters are kept, and are long.
    if (filter.state && rows.integer(1) != static_cast<int>(*filter.state)) continue;
    if (filter.connection && rows.integer(2) != filter.connection->value()) continue;
    TRY(auto letter, letter_row(rows, names_.model()));
    if (!letter) continue;
    letters.push_back(std::move(*letter));
  }
  return letters;
}

Result<void> SqliteTransaction::append(const AuditRow& row) {
  const std::string changes = codec::encode_changes(row.changes);
  TRY(Statement insert,
      db_.prepare(
          "INSERT INTO audit(at, run, connection, source, entity, type, object, remote, operation, success, failure_class, error, attempt, mapping_version, "
          "changes) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return insert.bind(row.at.ms)
      .bind(row.run.value())
      .bind(row.connection.value())
      .bind(row.source.value())
      .bind(row.entity.value())
      .bind_text(row.type)
      .bind_text(row.remote.object)
      .bind_text(row.remote.id)
      .bind_text(row.operation)
      .bind(row.success ? 1 : 0)
      .bind_text(row.failure_class)
      .bind_text(row.error)
      .bind(row.attempt)
      .bind_text(row.mapping_version)
      .bind_blob(changes)
      .run();
}

Result<std::vector<AuditRow>> SqliteTransaction::list_audit(const AuditFilter& filter) {
  const char* sql =
      filter.entity
          ? "SELECT id, at, run, connection, source, entity, type, object, remote, operation, success, failure_class, error, attempt, mapping_version, changes "
            "FROM audit WHERE id < ? AND entity = ? ORDER BY id DESC"
          : "SELECT id, at, run, connection, source, entity, type, object, remote, operation, success, failure_class, error, attempt, mapping_version, changes "
            "FROM audit WHERE id < ? ORDER BY id DESC";
  TRY(Statement rows, db_.prepare(sql));
  rows.bind(filter.before_id == 0 ? INT64_MAX : static_cast<std::int64_t>(filter.before_id));
  if (filter.entity) rows.bind(filter.entity->value());
  std::vector<AuditRow> list;
  while (list.size() < filter.limit) {
    TRY(const bool found, rows.step());
    if (!found) break;
    AuditRow row;
    row.id = static_cast<std::uint64_t>(rows.integer(0));
    row.at = WallTime{rows.integer(1)};
    if (filter.since && row.at < *filter.since) break;
    row.run = RunId{rows.ulid(2)};
    row.connection = ConnectionId{static_cast<std::uint16_t>(rows.integer(3))};
    row.source = ConnectionId{static_cast<std::uint16_t>(rows.integer(4))};
    row.operation = rows.text(9);
    row.success = rows.integer(10) != 0;
    if (filter.connection && row.connection != *filter.connection) continue;
    if (filter.run && row.run != *filter.run) continue;
    if (filter.operation && row.operation != *filter.operation) continue;
    if (filter.success && row.success != *filter.success) continue;
    if (filter.until && row.at > *filter.until) continue;
    row.entity = EntityId{rows.ulid(5)};
    row.type = rows.text(6);
    row.remote = RemoteId{rows.text(7), rows.text(8)};
    row.failure_class = rows.text(11);
    row.error = rows.text(12);
    row.attempt = static_cast<std::uint32_t>(rows.integer(13));
    row.mapping_version = rows.text(14);
    TRY(row.changes, codec::decode_changes(rows.blob(15)));
    list.push_back(std::move(row));
  }
  return list;
}

Result<std::optional<std::string>> SqliteTransaction::find_setting(std::string_view name) {
  TRY(Statement row, db_.prepare("SELECT value FROM setting WHERE name = ?"));
  TRY(const bool found, row.bind_text(name).step());
  return found ? std::optional(row.text(0)) : std::optional<std::string>{};
}

Result<void> SqliteTransaction::put_setting(std::string_view name, std::string_view value) {
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)"));
  return row.bind_text(name).bind_text(value).run();
}

Result<ConnectionId> SqliteTransaction::connection_number(std::string_view name) {
  TRY(const std::int64_t number, names_.number(db_, "connection", std::string(name)));
  return ConnectionId{static_cast<std::uint16_t>(number)};
}

Result<std::vector<std::pair<ConnectionId, std::string>>> SqliteTransaction::connections() {
  std::vector<std::pair<ConnectionId, std::string>> list;
  for (const auto& [number, name] : names_.all("connection")) list.emplace_back(ConnectionId{static_cast<std::uint16_t>(number)}, name);
  return list;
}

Result<StoreCounts> SqliteTransaction::counts() {
  StoreCounts counts;
  std::map<std::int64_t, StoreCounts::PerConnection> by_connection;
  for (const auto& [number, name] : names_.all("connection")) by_connection[number].connection = ConnectionId{static_cast<std::uint16_t>(number)};
  const auto each = [&](const char* sql, auto take) -> Result<void> {
    TRY(Statement rows, db_.prepare(sql));
    for (;;) {
      TRY(const bool row, rows.step());
      if (!row) return {};
      take(rows);
    }
  };
  TRY_VOID(each("SELECT connection, count(*) FROM link INDEXED BY link_present WHERE presence = 1 GROUP BY connection",
                [&](Statement& row) { by_connection[row.integer(0)].links = row.integer(1); }));
  TRY_VOID(each("SELECT connection, count(*) FROM link INDEXED BY link_to_read WHERE needs_read != 0 AND remote != '' GROUP BY connection",
                [&](Statement& row) { by_connection[row.integer(0)].to_read = row.integer(1); }));
  TRY_VOID(each("SELECT connection, state, count(*), min(since) FROM obligation GROUP BY connection, state", [&](Statement& row) {
    auto& one = by_connection[row.integer(0)];
    (row.integer(1) == 0 ? one.ready : row.integer(1) == 1 ? one.in_flight : one.parked) = row.integer(2);
    if (row.integer(1) != 2 && (!one.oldest_obligation || row.integer(3) < one.oldest_obligation->ms)) one.oldest_obligation = WallTime{row.integer(3)};
  }));
  // Without what is due only when a person has decided: it is counted as a question.
  TRY_VOID(each("SELECT connection, count(*) FROM inbox WHERE state = 0 AND due < 9223372036854775807 GROUP BY connection",
                [&](Statement& row) { by_connection[row.integer(0)].inbox = row.integer(1); }));
  TRY_VOID(each("SELECT connection, count(*) FROM dead_letter WHERE state = 0 GROUP BY connection", [&](Statement& row) {
    by_connection[row.integer(0)].dead_letters = row.integer(1);
    counts.open_dead_letters += row.integer(1);
  }));
  TRY_VOID(each("SELECT count(*) FROM golden INDEXED BY golden_present WHERE present = 1", [&](Statement& row) { counts.entities = row.integer(0); }));
  TRY_VOID(each("SELECT count(*) FROM review WHERE state = 0", [&](Statement& row) { counts.open_reviews = row.integer(0); }));
  TRY_VOID(each("SELECT coalesce(max(id), 0) FROM audit", [&](Statement& row) { counts.audit_rows = row.integer(0); }));
  for (auto& [number, one] : by_connection) counts.connections.push_back(one);
  return counts;
}

}  // namespace lockstep::sqlite
