#include "discover/intake.h"

#include <algorithm>

#include "base/probe.h"
#include "discover/step.h"

namespace lockstep::discover {

IntakeCount& IntakeCount::operator+=(const IntakeCount& other) {
  read += other.read;
  created += other.created;
  matched += other.matched;
  changed += other.changed;
  unchanged += other.unchanged;
  deleted += other.deleted;
  reviews += other.reviews;
  merged += other.merged;
  return *this;
}

Task<std::vector<Seen>> Intake::map_rows(const System& system, TypeIndex type, std::vector<connector::Row> rows) const {
  std::vector<Seen> mapped;
  mapped.reserve(rows.size());
  const SystemType* system_type = system.find(type);
  for (connector::Row& row : rows) {
    if (!mapped.empty() && mapped.size() % kRowsAtATime == 0) co_await yield(hub_.executor);
    Seen seen;
    seen.object = row.id.object;
    if (!row.deleted && !row.merged_into) {
      const auto variant = system_type->mapping->variant_of(row.id.object, row.slots);
      if (variant) seen.fields = system_type->mapping->get(*variant, row.slots, seen.problems);
      else seen.fields.resize(hub_.model.at(type).fields.size());
      seen.unmapped = !variant;
    }
    seen.row = std::move(row);
    seen.row.slots = mapping::Slots();
    mapped.push_back(std::move(seen));
  }
  co_return mapped;
}

Task<Result<IntakeCount>> Intake::absorb(Source source, std::vector<Seen> seen) {
  IntakeCount count;
  if (source.cursor && planted("cursor_before_commit")) {
    Store::Work early = [&](Transaction& transaction) { return transaction.put(*source.cursor); };
    constexpr Duration kBetween{500};
    const Result<void> moved = co_await hub_.store.transact(std::move(early));
    if (moved) co_await hub_.executor.clock().sleep(kBetween);
  }
  if (!seen.empty()) reached("discover.page_read");
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    count = IntakeCount{};
    for (Seen& one : seen) TRY_VOID(absorb_one(transaction, source, one, count));
    if (source.cursor) TRY_VOID(transaction.put(*source.cursor));
    for (const std::uint64_t event : source.inbox_done) TRY_VOID(transaction.finish_inbox(event, InboxState::done));
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  if (count.merged > 0) hub_.on_change();
  co_return count;
}

Task<Result<IntakeCount>> Intake::absorb_reads(Source source, connector::ReadBatch batch, std::string object) {
  source.by_id = true;
  const System* system = hub_.find_system(source.connection);
  std::vector<connector::Row> rows;
  std::vector<RemoteId> gone;
  for (connector::ReadResult& result : batch.results) {
    using Kind = connector::ReadResult::Kind;
    if (result.kind == Kind::found) {
      rows.push_back(std::move(result.row));
    } else if (result.kind == Kind::merged) {
      connector::Row notice;
      notice.id = RemoteId{object, result.asked};
      notice.merged_into = result.row.merged_into ? result.row.merged_into : std::optional(result.row.id);
      rows.push_back(std::move(notice));
      if (!result.row.merged_into && !result.row.slots.empty()) rows.push_back(std::move(result.row));
    } else if (result.kind == Kind::gone) {
      gone.push_back(RemoteId{object, result.asked});
    }
  }
  std::vector<Seen> seen = co_await map_rows(*system, source.type, std::move(rows));
  IntakeCount count;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    count = IntakeCount{};
    TRY(const bool told, transaction.has_unread(source.connection));
    for (Seen& one : seen) {
      TRY_VOID(absorb_one(transaction, source, one, count));
      if (told) TRY_VOID(transaction.finish_inbox_of(source.connection, one.row.id, source.sent));
    }
    for (const RemoteId& id : gone) TRY_VOID(absorb_gone(transaction, source, id, count));
    if (source.cursor) TRY_VOID(transaction.put(*source.cursor));
    for (const std::uint64_t event : source.inbox_done) TRY_VOID(transaction.finish_inbox(event, InboxState::done));
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  if (count.merged > 0) hub_.on_change();
  co_return count;
}

Result<void> Intake::absorb_one(Transaction& transaction, const Source& source, Seen& seen, IntakeCount& count) {
  ++count.read;
  // Of one that is linked it says that it is there; whoever is not linked stays a stranger.
  if (seen.unmapped) {
    TRY(const auto link, transaction.find_link(source.connection, seen.row.id));
    if (!link) return {};
  }
  Step step(hub_, transaction, source, seen, count, gone_notices_);
  TRY(const auto waits_for, step.run());
  ++count.merged;
  if (waits_for) waiting_[std::pair(*waits_for, source.connection)].push_back(Waiting{source, seen});
  return {};
}

Result<void> Intake::absorb_gone(Transaction& transaction, const Source& source, const RemoteId& remote, IntakeCount& count) {
  Seen seen;
  seen.object = remote.object;
  seen.row.id = remote;
  seen.row.deleted = true;
  return absorb_one(transaction, source, seen, count);
}

Result<void> Intake::release(Transaction& transaction, EntityId entity, ConnectionId connection) {
  const auto found = waiting_.find(std::pair(entity, connection));
  if (found == waiting_.end()) return {};
  std::vector<Waiting> waiting = std::move(found->second);
  waiting_.erase(found);
  IntakeCount count;
  for (Waiting& one : waiting) TRY_VOID(absorb_one(transaction, one.source, one.seen, count));
  return {};
}

}  // namespace lockstep::discover
