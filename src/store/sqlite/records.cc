// Golden records, links and identity.
#include <algorithm>

#include "base/check.h"
#include "store/sqlite/transaction.h"

namespace lockstep::sqlite {

#define LINK_COLUMNS "entity, connection, type, object, remote, presence, secondary, needs_read, seen, body"
// A sighting, where there is one, is newer than its link's row (AFTER UPDATE OF seen takes it away).
#define LINK_READ "entity, connection, type, object, remote, presence, secondary, needs_read, coalesce(sighting.seen, link.seen), body, number, sighting.fence"
#define SIGHTINGS " LEFT JOIN sighting ON sighting.link = link.number "

Result<Golden> SqliteTransaction::golden_row(Statement& row) {
  Golden golden;
  golden.id = EntityId{row.ulid(0)};
  TRY(golden.type, names_.type_of(row.integer(1)));
  golden.presence = row.integer(2) ? EntityPresence::present : EntityPresence::deleted;
  golden.version = static_cast<std::uint64_t>(row.integer(3));
  TRY_VOID(codec::decode_golden(row.blob(4), names_.fields(golden.type), golden));
  return golden;
}

Result<std::optional<Golden>> SqliteTransaction::find_golden(EntityId id) {
  TRY(Statement row, db_.prepare("SELECT id, type, present, version, body FROM golden WHERE id = ?"));
  TRY(const bool found, row.bind(id.value()).step());
  if (!found) return std::optional<Golden>{};
  TRY(Golden golden, golden_row(row));
  return std::optional(std::move(golden));
}

Result<void> SqliteTransaction::put(const Golden& golden) {
  TRY(Statement row,
      db_.prepare("INSERT INTO golden(id, type, present, version, body, change) VALUES(?, ?, ?, ?, ?, (SELECT coalesce(max(change), 0) + 1 FROM golden)) "
                  "ON CONFLICT(id) DO UPDATE SET present = excluded.present, version = excluded.version, change = excluded.change, body = excluded.body"));
  const std::string body = codec::encode_golden(golden, names_.fields(golden.type));
  return row.bind(golden.id.value())
      .bind(names_.type_number(golden.type))
      .bind(golden.presence == EntityPresence::present ? 1 : 0)
      .bind(static_cast<std::int64_t>(golden.version))
      .bind_blob(body)
      .run();
}

Result<Link> SqliteTransaction::link_row(Statement& row) {
  Link link;
  link.entity = EntityId{row.ulid(0)};
  link.connection = ConnectionId{static_cast<std::uint16_t>(row.integer(1))};
  TRY(link.type, names_.type_of(row.integer(2)));
  link.remote.object = names_.name("object", row.integer(3));
  link.remote.id = row.text(4);
  link.presence = static_cast<LinkPresence>(row.integer(5));
  link.secondary = row.integer(6) != 0;
  link.needs_read = row.integer(7) != 0;
  link.seen = WallTime{row.integer(8)};
  TRY_VOID(codec::decode_link(row.blob(9), names_.fields(link.type), link));
  link.number = static_cast<std::uint64_t>(row.integer(10));
  link.fence = std::max(link.fence, static_cast<std::uint64_t>(row.integer(11)));  // 0 where there is no sighting
  return link;
}

Result<std::vector<Link>> SqliteTransaction::link_rows(Statement statement) {
  std::vector<Link> links;
  for (;;) {
    TRY(const bool row, statement.step());
    if (!row) return links;
    TRY(Link link, link_row(statement));
    links.push_back(std::move(link));
  }
}

Result<std::vector<Link>> SqliteTransaction::find_links(EntityId entity) {
  TRY(Statement rows, db_.prepare("SELECT " LINK_READ " FROM link" SIGHTINGS "WHERE entity = ?"));
  rows.bind(entity.value());
  TRY(std::vector<Link> links, link_rows(std::move(rows)));
  // Few rows: ordered here rather than by a sorter for each question.
  std::ranges::stable_sort(links, {}, [](const Link& link) { return std::pair(link.secondary, link.connection); });
  return links;
}

Result<std::optional<Link>> SqliteTransaction::find_link(ConnectionId connection, const RemoteId& remote) {
  const auto object = names_.find("object", remote.object);
  if (remote.empty() || !object) return std::optional<Link>{};
  TRY(Statement rows, db_.prepare("SELECT " LINK_READ " FROM link" SIGHTINGS "WHERE connection = ? AND object = ? AND remote = ?"));
  rows.bind(connection.value()).bind(*object).bind_text(remote.id);
  TRY(std::vector<Link> links, link_rows(std::move(rows)));
  if (links.empty()) return std::optional<Link>{};
  // A present one before others, a primary before a secondary one.
  const auto first = std::ranges::min_element(links, {}, [](const Link& link) { return std::pair(link.presence != LinkPresence::present, link.secondary); });
  return std::optional(std::move(*first));
}

Result<void> SqliteTransaction::put(const Link& link) {
  TRY(const std::int64_t object, names_.number(db_, "object", link.remote.object));
  const std::string body = codec::encode_link(link, names_.fields(link.type));
  // The row of this link: that of its record, also when a second record becomes the first; else, of a first one, that of the entity there.
  std::optional<std::int64_t> own, first;
  bool same_keys = false;
  {
    TRY(Statement rows, db_.prepare("SELECT number, object, remote, presence, secondary, needs_read FROM link WHERE entity = ? AND connection = ?"));
    rows.bind(link.entity.value()).bind(link.connection.value());
    for (;;) {
      TRY(const bool there, rows.step());
      if (!there) break;
      const bool secondary = rows.integer(4) != 0;
      if (!secondary) first = rows.integer(0);
      if (rows.integer(1) != object || rows.text(2) != link.remote.id) continue;
      own = rows.integer(0);
      same_keys = rows.integer(3) == static_cast<int>(link.presence) && secondary == link.secondary && (rows.integer(5) != 0) == link.needs_read;
    }
  }
  if (own && same_keys) {  // most writes change no index
    TRY(Statement row, db_.prepare("UPDATE link SET seen = ?, body = ? WHERE number = ?"));
    return row.bind(link.seen.ms).bind_blob(body).bind(*own).run();
  }
  if (own && first && own != first && !link.secondary) {
    TRY(Statement row, db_.prepare("DELETE FROM link WHERE number = ?"));
    TRY_VOID(row.bind(*first).run());
  }
  if (!own && !link.secondary) own = first;
  if (own) {
    TRY(Statement row, db_.prepare("UPDATE link SET object = ?, remote = ?, presence = ?, secondary = ?, needs_read = ?, seen = ?, body = ? WHERE number = ?"));
    row.bind(object).bind_text(link.remote.id).bind(static_cast<int>(link.presence)).bind(link.secondary ? 1 : 0).bind(link.needs_read ? 1 : 0);
    return row.bind(link.seen.ms).bind_blob(body).bind(*own).run();
  }
  TRY(Statement row, db_.prepare("INSERT INTO link(" LINK_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return row.bind(link.entity.value())
      .bind(link.connection.value())
      .bind(names_.type_number(link.type))
      .bind(object)
      .bind_text(link.remote.id)
      .bind(static_cast<int>(link.presence))
      .bind(link.secondary ? 1 : 0)
      .bind(link.needs_read ? 1 : 0)
      .bind(link.seen.ms)
      .bind_blob(body)
      .run();
}

Result<void> SqliteTransaction::put_sighting(std::uint64_t link, WallTime seen, std::uint64_t fence) {
  CHECK(link != 0, "a sighting of a link that is not stored");
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO sighting(link, seen, fence) VALUES(?, ?, ?)"));
  return row.bind(static_cast<std::int64_t>(link)).bind(seen.ms).bind(static_cast<std::int64_t>(fence)).run();
}

Result<void> SqliteTransaction::erase_link(EntityId entity, ConnectionId connection, const RemoteId& remote) {
  TRY(const std::int64_t object, names_.number(db_, "object", remote.object));
  TRY(Statement row, db_.prepare("DELETE FROM link WHERE entity = ? AND connection = ? AND object = ? AND remote = ?"));
  return row.bind(entity.value()).bind(connection.value()).bind(object).bind_text(remote.id).run();
}

Result<std::vector<Link>> SqliteTransaction::list_links(ConnectionId connection, TypeIndex type, EntityId after, std::size_t limit) {
  TRY(Statement rows, db_.prepare("SELECT " LINK_READ " FROM link INDEXED BY link_entity" SIGHTINGS
                                  "WHERE entity > ? AND connection = ? AND type = ? AND presence = 1 AND secondary = 0 "
                                  "ORDER BY entity LIMIT ?"));
  rows.bind(after.value()).bind(connection.value()).bind(names_.type_number(type)).bind(static_cast<std::int64_t>(limit));
  return link_rows(std::move(rows));
}

Result<std::vector<Link>> SqliteTransaction::links_to_read(ConnectionId connection, TypeIndex type, std::string_view object, std::size_t limit) {
  const auto of = names_.find("object", std::string(object));
  if (!of) return std::vector<Link>{};
  TRY(Statement rows, db_.prepare("SELECT " LINK_READ " FROM link" SIGHTINGS
                                  "WHERE connection = ? AND type = ? AND needs_read != 0 AND object = ? AND remote != '' ORDER BY number LIMIT ?"));
  rows.bind(connection.value()).bind(names_.type_number(type)).bind(*of).bind(static_cast<std::int64_t>(limit));
  return link_rows(std::move(rows));
}

Result<std::vector<Link>> SqliteTransaction::links_unseen(ConnectionId connection, TypeIndex type, WallTime before, std::size_t limit) {
  TRY(Statement rows, db_.prepare("SELECT " LINK_READ " FROM link" SIGHTINGS
                                  "WHERE connection = ? AND type = ? AND presence = 1 AND coalesce(sighting.seen, link.seen) < ? ORDER BY number LIMIT ?"));
  rows.bind(connection.value()).bind(names_.type_number(type)).bind(before.ms).bind(static_cast<std::int64_t>(limit));
  return link_rows(std::move(rows));
}

Result<std::int64_t> SqliteTransaction::count_links(ConnectionId connection, TypeIndex type) {
  TRY(Statement row, db_.prepare("SELECT count(*) FROM link INDEXED BY link_present WHERE connection = ? AND type = ? AND presence = 1 AND secondary = 0"));
  TRY([[maybe_unused]] const bool found, row.bind(connection.value()).bind(names_.type_number(type)).step());
  return row.integer(0);
}

Result<std::vector<Golden>> SqliteTransaction::list_golden(TypeIndex type, EntityId after, std::size_t limit) {
  TRY(Statement rows, db_.prepare("SELECT id, type, present, version, body FROM golden WHERE id > ? AND type = ? ORDER BY id LIMIT ?"));
  rows.bind(after.value()).bind(names_.type_number(type)).bind(static_cast<std::int64_t>(limit));
  std::vector<Golden> list;
  for (;;) {
    TRY(const bool row, rows.step());
    if (!row) return list;
    TRY(Golden golden, golden_row(rows));
    list.push_back(std::move(golden));
  }
}

Result<std::vector<std::pair<std::uint64_t, Golden>>> SqliteTransaction::golden_changes(std::uint64_t after_sequence, std::size_t limit) {
  TRY(Statement rows, db_.prepare("SELECT id, type, present, version, body, change FROM golden WHERE change > ? ORDER BY change LIMIT ?"));
  rows.bind(static_cast<std::int64_t>(after_sequence)).bind(static_cast<std::int64_t>(limit));
  std::vector<std::pair<std::uint64_t, Golden>> list;
  for (;;) {
    TRY(const bool row, rows.step());
    if (!row) return list;
    const auto change = static_cast<std::uint64_t>(rows.integer(5));
    TRY(Golden golden, golden_row(rows));
    list.emplace_back(change, std::move(golden));
  }
}

Result<bool> SqliteTransaction::has_any(Rare what) {
  std::optional<bool>& known = rare_[static_cast<std::size_t>(what)];
  if (known) return *known;
  const auto sql = [&] {
    switch (what) {
      case Rare::open_review: return "SELECT 1 FROM review INDEXED BY review_state WHERE state = 0 LIMIT 1";
      case Rare::remote_alias: return "SELECT 1 FROM remote_alias LIMIT 1";
      case Rare::reference_wait: return "SELECT 1 FROM reference_wait LIMIT 1";
      case Rare::awaited: break;
    }
    return "SELECT 1 FROM obligation INDEXED BY obligation_awaited WHERE awaited IS NOT NULL LIMIT 1";
  };
  TRY(Statement row, db_.prepare(sql()));
  TRY(known, row.step());
  return *known;
}

Result<std::optional<EntityId>> SqliteTransaction::resolve(EntityId id) {
  constexpr int kHopsMax = 64;
  for (int hop = 0; hop < kHopsMax; ++hop) {
    TRY(Statement alias, db_.prepare("SELECT survivor FROM entity_alias WHERE alias = ?"));
    TRY(const bool is_alias, alias.bind(id.value()).step());
    if (!is_alias) break;
    id = EntityId{alias.ulid(0)};
  }
  TRY(Statement row, db_.prepare("SELECT 1 FROM golden WHERE id = ?"));
  TRY(const bool found, row.bind(id.value()).step());
  return found ? std::optional(id) : std::optional<EntityId>{};
}

Result<void> SqliteTransaction::put_entity_alias(EntityId alias, EntityId survivor) {
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO entity_alias(alias, survivor) VALUES(?, ?)"));
  return row.bind(alias.value()).bind(survivor.value()).run();
}

Result<void> SqliteTransaction::put_remote_alias(ConnectionId connection, const RemoteId& alias, const RemoteId& survivor) {
  if (survivor.empty()) {
    TRY(Statement row, db_.prepare("DELETE FROM remote_alias WHERE connection = ? AND object = ? AND remote = ?"));
    return row.bind(connection.value()).bind_text(alias.object).bind_text(alias.id).run();
  }
  now_has(Rare::remote_alias);
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO remote_alias(connection, object, remote, survivor_object, survivor) VALUES(?, ?, ?, ?, ?)"));
  return row.bind(connection.value()).bind_text(alias.object).bind_text(alias.id).bind_text(survivor.object).bind_text(survivor.id).run();
}

Result<std::optional<RemoteId>> SqliteTransaction::find_remote_alias(ConnectionId connection, const RemoteId& alias) {
  TRY(const bool any, has_any(Rare::remote_alias));
  if (!any) return std::optional<RemoteId>{};
  TRY(Statement row, db_.prepare("SELECT survivor_object, survivor FROM remote_alias WHERE connection = ? AND object = ? AND remote = ?"));
  TRY(const bool found, row.bind(connection.value()).bind_text(alias.object).bind_text(alias.id).step());
  if (!found) return std::optional<RemoteId>{};
  return std::optional(RemoteId{row.text(0), row.text(1)});
}

Result<std::vector<RemoteId>> SqliteTransaction::find_old_names(ConnectionId connection, const RemoteId& survivor) {
  TRY(Statement rows, db_.prepare("SELECT object, remote FROM remote_alias WHERE connection = ? AND survivor_object = ? AND survivor = ?"));
  rows.bind(connection.value()).bind_text(survivor.object).bind_text(survivor.id);
  std::vector<RemoteId> names;
  for (;;) {
    TRY(const bool there, rows.step());
    if (!there) return names;
    names.push_back(RemoteId{rows.text(0), rows.text(1)});
  }
}

Result<void> SqliteTransaction::put_match_keys(EntityId entity, TypeIndex type, const std::vector<std::string>& keys) {
  std::vector<std::string> held;
  {
    TRY(Statement rows, db_.prepare("SELECT key FROM match_key WHERE entity = ?"));
    rows.bind(entity.value());
    for (;;) {
      TRY(const bool row, rows.step());
      if (!row) break;
      held.push_back(rows.text(0));
    }
  }
  for (const std::string& key : held) {
    if (std::ranges::find(keys, key) != keys.end()) continue;
    TRY(Statement row, db_.prepare("DELETE FROM match_key WHERE type = ? AND key = ? AND entity = ?"));
    TRY_VOID(row.bind(names_.type_number(type)).bind_text(key).bind(entity.value()).run());
  }
  for (const std::string& key : keys) {
    if (std::ranges::find(held, key) != held.end()) continue;
    TRY(Statement row, db_.prepare("INSERT OR IGNORE INTO match_key(type, key, entity) VALUES(?, ?, ?)"));
    TRY_VOID(row.bind(names_.type_number(type)).bind_text(key).bind(entity.value()).run());
  }
  return {};
}

Result<std::vector<EntityId>> SqliteTransaction::find_by_match_key(TypeIndex type, std::string_view key, std::size_t limit) {
  TRY(Statement rows, db_.prepare("SELECT entity FROM match_key WHERE type = ? AND key = ? ORDER BY entity LIMIT ?"));
  rows.bind(names_.type_number(type)).bind_text(key).bind(static_cast<std::int64_t>(limit));
  std::vector<EntityId> entities;
  for (;;) {
    TRY(const bool row, rows.step());
    if (!row) return entities;
    entities.emplace_back(rows.ulid(0));
  }
}

Result<void> SqliteTransaction::put_not_same(EntityId a, EntityId b) {
  if (b < a) std::swap(a, b);
  TRY(Statement row, db_.prepare("INSERT OR IGNORE INTO not_same(a, b) VALUES(?, ?)"));
  return row.bind(a.value()).bind(b.value()).run();
}

Result<bool> SqliteTransaction::is_not_same(EntityId a, EntityId b) {
  if (b < a) std::swap(a, b);
  TRY(Statement row, db_.prepare("SELECT 1 FROM not_same WHERE a = ? AND b = ?"));
  return row.bind(a.value()).bind(b.value()).step();
}

Result<void> SqliteTransaction::put(const HeldRecord& held) {
  TRY(Statement row, db_.prepare("INSERT OR REPLACE INTO held_record(connection, object, remote, type, sent, body) VALUES(?, ?, ?, ?, ?, ?)"));
  const std::string body = codec::encode_fields(held.fields, names_.fields(held.type));
  return row.bind(held.connection.value())
      .bind_text(held.remote.object)
      .bind_text(held.remote.id)
      .bind(names_.type_number(held.type))
      .bind(held.sent.ms)
      .bind_blob(body)
      .run();
}

Result<std::optional<HeldRecord>> SqliteTransaction::find_held(ConnectionId connection, const RemoteId& remote) {
  TRY(Statement row, db_.prepare("SELECT type, sent, body FROM held_record WHERE connection = ? AND object = ? AND remote = ?"));
  TRY(const bool found, row.bind(connection.value()).bind_text(remote.object).bind_text(remote.id).step());
  if (!found) return std::optional<HeldRecord>{};
  HeldRecord held;
  held.connection = connection;
  held.remote = remote;
  TRY(held.type, names_.type_of(row.integer(0)));
  held.sent = WallTime{row.integer(1)};
  TRY(held.fields, codec::decode_fields(row.blob(2), names_.fields(held.type)));
  return std::optional(std::move(held));
}

Result<void> SqliteTransaction::erase_held(ConnectionId connection, const RemoteId& remote) {
  TRY(Statement row, db_.prepare("DELETE FROM held_record WHERE connection = ? AND object = ? AND remote = ?"));
  return row.bind(connection.value()).bind_text(remote.object).bind_text(remote.id).run();
}

Result<void> SqliteTransaction::put_reference_wait(const ReferenceWait& wait) {
  now_has(Rare::reference_wait);
  TRY(Statement row, db_.prepare("INSERT OR IGNORE INTO reference_wait(connection, object, remote, waiting_object, waiting, since) VALUES(?, ?, ?, ?, ?, ?)"));
  return row.bind(wait.connection.value())
      .bind_text(wait.awaited.object)
      .bind_text(wait.awaited.id)
      .bind_text(wait.waiting.object)
      .bind_text(wait.waiting.id)
      .bind(wait.since.ms)
      .run();
}

Result<std::vector<ReferenceWait>> SqliteTransaction::take_reference_waits(ConnectionId connection, const RemoteId& awaited) {
  std::vector<ReferenceWait> waits;
  TRY(const bool any, has_any(Rare::reference_wait));
  if (!any) return waits;
  {
    TRY(Statement rows, db_.prepare("SELECT waiting_object, waiting, since FROM reference_wait WHERE connection = ? AND object = ? AND remote = ?"));
    rows.bind(connection.value()).bind_text(awaited.object).bind_text(awaited.id);
    for (;;) {
      TRY(const bool row, rows.step());
      if (!row) break;
      ReferenceWait wait;
      wait.connection = connection;
      wait.awaited = awaited;
      wait.waiting = RemoteId{rows.text(0), rows.text(1)};
      wait.since = WallTime{rows.integer(2)};
      waits.push_back(std::move(wait));
    }
  }
  if (waits.empty()) return waits;
  TRY(Statement row, db_.prepare("DELETE FROM reference_wait WHERE connection = ? AND object = ? AND remote = ?"));
  TRY_VOID(row.bind(connection.value()).bind_text(awaited.object).bind_text(awaited.id).run());
  return waits;
}

}  // namespace lockstep::sqlite
