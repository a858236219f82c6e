// Records of a hosted connection that wait for a person. Nobody can read them again: what was sent of them is held, and merged when
// something has changed.
#include "discover/intake.h"

namespace lockstep::discover {

namespace {
constexpr std::size_t kEventsMax = 200;
}  // namespace

Task<Result<IntakeCount>> Intake::absorb_held(ConnectionId connection) {
  IntakeCount count;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    count = IntakeCount{};
    TRY(const auto events, transaction.take_inbox(connection, hub_.now(), kEventsMax));
    for (const InboxEvent& event : events) {
      TRY(auto held, transaction.find_held(connection, event.remote));
      if (held) TRY_VOID(absorb_held_one(transaction, std::move(*held), count));
      TRY_VOID(transaction.finish_inbox(event.id, InboxState::done));
    }
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  if (count.merged > 0) hub_.on_change();
  co_return count;
}

Result<void> Intake::absorb_held_one(Transaction& transaction, HeldRecord held, IntakeCount& count) {
  Source source;
  source.connection = held.connection;
  source.type = held.type;
  source.run = RunId{hub_.ids.next(hub_.now())};
  source.fence = hub_.next_fence();
  source.sent = hub_.now();
  source.by_id = true;
  Seen seen;
  seen.object = held.remote.object;
  seen.row.id = held.remote;
  seen.row.modified = held.sent;
  seen.fields = std::move(held.fields);
  TRY_VOID(absorb_one(transaction, source, seen, count));
  TRY(const auto link, transaction.find_link(held.connection, held.remote));
  return link ? transaction.erase_held(held.connection, held.remote) : Result<void>{};
}

}  // namespace lockstep::discover
