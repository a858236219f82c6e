// Records of a hosted connection that wait for a person. Nobody can read them again: what was sent of them is held, and merged when
// something has changed.
#include <algorithm>
#include <iterator>

#include "discover/intake.h"

namespace lockstep::discover {

namespace {
constexpr std::size_t kEventsMax = 200;
}  // namespace

Task<Result<IntakeCount>> Intake::absorb_held(ConnectionId connection) {
  IntakeCount count;
  bool is_asked = false;
  Store::Work look = [&](Transaction& transaction) -> Result<void> {
    TRY(is_asked, transaction.has_unread(connection));
    return {};
  };
  const Result<void> looked = co_await hub_.store.read(std::move(look));
  if (!looked) co_return tl::unexpected(looked.error());
  if (!is_asked) co_return count;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    count = IntakeCount{};
    const RunId run{hub_.ids.next(hub_.now())};
    TRY(const auto objects, transaction.unread_objects(connection));
    std::vector<InboxEvent> events;
    for (const std::string& object : objects) {
      // What was decided of a type that is not kept there now stays until it is again.
      const auto type = hub_.model.find(object);
      if (!type || !hub_.find_system(connection)->find(*type)) continue;
      TRY(auto some, transaction.take_inbox(connection, object, hub_.now(), kEventsMax));
      std::ranges::move(some, std::back_inserter(events));
    }
    for (const InboxEvent& event : events) {
      if (event.kind == EventKind::deleted) {
        TRY_VOID(absorb_approved(transaction, event, run, count));
        continue;
      }
      TRY(auto held, transaction.find_held(connection, event.remote));
      if (held) TRY_VOID(absorb_told(transaction, std::move(*held), false, run, count));
      TRY_VOID(transaction.finish_inbox(event.id, InboxState::done));
    }
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  if (count.merged > 0) hub_.on_change();
  co_return count;
}

Source Intake::told_by(ConnectionId connection, TypeIndex type, RunId run) const {
  Source source;
  source.connection = connection;
  source.type = type;
  source.run = run;
  source.fence = hub_.next_fence();
  source.sent = hub_.now();
  source.by_id = true;
  source.operation = "api";
  return source;
}

Result<std::optional<RemoteId>> Intake::held_reference(Transaction& transaction, const HeldRecord& told) const {
  for (const auto& field : told.fields) {
    const RemoteId* target = field ? field->get<RemoteId>() : nullptr;
    if (!target) continue;
    TRY(const auto link, transaction.find_link(told.connection, *target));
    if (link) continue;
    TRY(const auto held, transaction.find_held(told.connection, *target));
    if (held) return std::optional(*target);
  }
  return std::optional<RemoteId>{};
}

Result<std::optional<Link>> Intake::absorb_told(Transaction& transaction, HeldRecord told, bool partial, RunId run, IntakeCount& count) {
  if (!partial) {
    TRY(const auto awaited, held_reference(transaction, told));
    if (awaited) {
      TRY_VOID(transaction.put_reference_wait(ReferenceWait{told.connection, *awaited, told.remote, hub_.now()}));
      TRY_VOID(transaction.put(told));
      return std::optional<Link>{};
    }
  }
  Seen seen;
  seen.object = told.remote.object;
  seen.row.id = told.remote;
  seen.row.external_key = told.remote.id;  // records are offered there under our ids: such an id tells whom it stands for
  seen.row.modified = told.sent;
  seen.partial = partial;
  // A record that is linked is not held: nothing of it is kept aside.
  if (partial) seen.fields = std::move(told.fields);
  else seen.fields = told.fields;
  TRY_VOID(absorb_one(transaction, told_by(told.connection, told.type, run), seen, count));
  TRY(auto link, transaction.find_link(told.connection, told.remote));
  if (partial) return link;
  if (link) TRY_VOID(transaction.erase_held(told.connection, told.remote));
  else TRY_VOID(transaction.put(told));
  return link;
}

}  // namespace lockstep::discover
