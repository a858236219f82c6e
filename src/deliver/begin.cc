// Before the request leaves: what is owed now, references, the committed intent.
#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "deliver/dispatcher.h"

namespace lockstep::deliver {

namespace {

constexpr std::size_t kRoundMax = 800;
/// For fewer creates a look at the target is cheap, and closes the moment since it was read.
constexpr std::size_t kBulk = 100;
/// How long a write waits between two looks whether a merge of its record was read.
constexpr Duration kMergeWait{1'000};

}  // namespace

std::size_t Dispatcher::batch_of(TypeIndex type) const {
  std::size_t batch = 1;
  for (const std::string& object : system_.find(type)->objects())
    if (const auto* traits = system_.connector->find_object(object)) batch = std::max(batch, traits->create_batch_max);
  return batch;
}

std::size_t Dispatcher::round_of(TypeIndex type) const {
  // Enough to keep the requests in flight going; what is more urgent waits for a round at most.
  constexpr std::size_t kLeast = 40;
  return std::clamp(2 * system_.concurrency * batch_of(type), kLeast, kRoundMax);
}

Result<std::vector<Obligation>> Dispatcher::take_due(Transaction& transaction, Queue queue) const {
  const std::size_t most = std::max(round_of(queue.type), kBulk);
  TRY(auto due, transaction.due_obligations(system_.id, queue.type, queue.priority, hub_.now(), most));
  // While bulk work will owe more, full batches only. An edit never waits for one.
  constexpr Duration kLinger{700};
  const bool waits = queue.priority != Priority::real_time && !due.empty() && due.size() < most && hub_.now() - due.front().due < kLinger &&
                     hub_.bulk_work.will_owe(queue.type, system_.id);
  if (waits) due.resize(due.size() - due.size() % batch_of(queue.type));
  return due;
}

Result<void> Dispatcher::park(Transaction& transaction, Obligation obligation, std::string reason, EntityId awaited, std::uint64_t version) {
  obligation.state = ObligationState::parked;
  obligation.reason = std::move(reason);
  obligation.awaited = awaited;
  obligation.golden_version = version;
  return transaction.put(obligation);
}

Result<bool> Dispatcher::more_urgent_due(Transaction& transaction, Priority than, const std::vector<TypeIndex>& awake) const {
  if (than == Priority::real_time) return false;
  TRY(const auto queues, transaction.ready_queues(system_.id));
  for (const ReadyQueue& queue : queues) {
    if (queue.priority >= than) break;
    if (queue.due > hub_.now() || std::ranges::find(awake, queue.type) == awake.end()) continue;
    TRY(const auto due, take_due(transaction, Queue{queue.priority, queue.type, false}));
    if (!due.empty()) return true;
  }
  return false;
}

Task<Result<void>> Dispatcher::begin(Queue queue, const std::vector<TypeIndex>& types, Round& into, DeliverReport& report) {
  // The work runs beside this thread, where answers of the last round come in: it touches neither their report nor what rests.
  std::vector<TypeIndex> awake = types;
  std::erase_if(awake, [&](TypeIndex type) { return rests(type); });
  DeliverReport local;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    into = Round{};
    local = DeliverReport{};
    TRY(into.gives_way, more_urgent_due(transaction, queue.priority, awake));
    if (into.gives_way) return {};
    TRY(auto due, take_due(transaction, queue));
    into.bulk = due.size() >= kBulk;
    TRY(into.events_wait, transaction.has_unread(system_.id));
    due.resize(std::min(due.size(), round_of(queue.type)));
    for (Obligation& obligation : due) {
      if (obligation.is_delete != queue.deletes) continue;
      ++into.looked_at;
      TRY_VOID(begin_one(transaction, std::move(obligation), into, local));
    }
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (done) report.add(local);
  co_return done;
}

Result<void> Dispatcher::begin_one(Transaction& transaction, Obligation obligation, Round& into, DeliverReport& report) {
  Entities entities(hub_, transaction, RunId{});
  TRY(auto state, entities.load(obligation.entity));
  if (!state || state->golden.id != obligation.entity) return transaction.erase_obligation(obligation.entity, obligation.connection);
  return entities.with_context(*state, [&](const merge::Context& context) -> Result<void> {
    Beginning one{transaction, *state, context, std::move(obligation), {}};
    one.prepared.entity = state->golden.id;
    one.prepared.attempts = one.obligation.attempts;
    one.prepared.priority = one.obligation.priority;
    merge::Plan& plan = one.prepared.plan;
    plan = merge::plan(*state, system_.id, context);
    using Kind = merge::Plan::Kind;
    if (merge::owes_delete(*state, plan) && !one.obligation.is_delete) {
      TRY(const bool left, entities.is_left_there(*state, system_.id));
      if (left) return transaction.erase_obligation(one.obligation.entity, one.obligation.connection);
    }
    if (merge::owes_delete(*state, plan)) {  // before it is read once more, which is for nothing if the delete cannot go out then
      TRY(const bool waits, waits_for_feeds(transaction, state->golden.type, one.obligation));
      if (waits) return {};
    }
    TRY_VOID(add_clearing(transaction, *state, plan));
    if (merge::is_delete(plan)) {
      TRY(const bool waits, waits_for_clearing(transaction, entities, *state, one.obligation, plan.kind == Kind::remove));
      if (waits) return {};
    }
    if (plan.kind == Kind::nothing) {
      if (!one.obligation.last_error.empty()) TRY_VOID(entities.supersede_letters(state->golden.id, system_.id));
      return transaction.erase_obligation(one.obligation.entity, one.obligation.connection);
    }
    TRY(const Unread unread, unread_of(transaction, state->find(system_.id), into));
    if (unread == Unread::merge) {
      report.reads_wanted = true;
      one.obligation.due = context.now + kMergeWait;
      return transaction.put(one.obligation);
    }
    if (unread == Unread::news || plan.kind == Kind::read_first) return read_first(one, unread == Unread::news, report);
    TRY(const bool ready, prepare_write(one, report));
    if (!ready) {
      ++report.parked;
      return {};
    }
    if (plan.kind == Kind::create) {
      TRY(const bool goes_on, may_create(one, into, report));
      if (!goes_on) return {};
    }
    return commit_intent(one, into);
  });
}

Result<void> Dispatcher::read_first(Beginning& one, bool news_wait, DeliverReport& report) {
  Link* link = one.state.find(system_.id);
  CHECK(link, "a read by id without a link");
  link->needs_read = true;
  if (news_wait) link->read_asked = one.context.fence;  // a read that is under way already may be older than the event
  report.reads_wanted = true;
  TRY_VOID(one.transaction.put(*link));
  return park(one.transaction, std::move(one.obligation), "waits for a read by id", EntityId{}, 0);
}

Result<bool> Dispatcher::may_create(Beginning& one, Round& into, DeliverReport& report) {
  WallTime until;
  switch (before_create(one, into.bulk, until)) {
    case Create::send: return true;
    case Create::rest_on_feed: system_.coverage->rest_on(one.state.golden.type, one.context.now); return true;
    case Create::probe: {
      const Link* link = one.state.find(system_.id);
      into.to_probe.push_back(Question{one.state.golden.id, fields_of(one.state.golden), link && link->intent ? link->intent->key : ""});
      return false;
    }
    case Create::wait:
      one.obligation.due = until;
      one.obligation.last_error = "a create without an answer may still arrive";
      TRY_VOID(one.transaction.put(one.obligation));
      return false;
    case Create::give_up: TRY_VOID(give_up_create(one, report)); return false;
  }
  return true;
}

Result<void> Dispatcher::commit_intent(Beginning& one, Round& into) {
  merge::begin_write(one.state, system_.id, one.prepared.plan, one.context);
  Link* link = one.state.find(system_.id);
  CHECK(link, "a write that began without a link");
  if (one.prepared.plan.kind == merge::Plan::Kind::create) {
    if (!link->intent) link->intent.emplace();
    link->intent->client_id = one.prepared.row.new_id;
    link->intent->key = one.prepared.row.key;
    link->intent->object = one.prepared.object;
    link->intent->sent = one.context.now;
  }
  // To write nothing but our own id leaves no trace in the link.
  const bool sends_values = one.prepared.plan.kind != merge::Plan::Kind::update || !one.prepared.plan.fields.empty();
  if (sends_values) TRY_VOID(one.transaction.put(*link));
  one.obligation.state = ObligationState::in_flight;
  TRY_VOID(one.transaction.put(one.obligation));
  into.prepared.push_back(std::move(one.prepared));
  return {};
}

Result<Unread> Dispatcher::unread_of(Transaction& transaction, const Link* link, const Round& round) const {
  if (!round.events_wait || !link || link->presence != LinkPresence::present) return Unread::nothing;
  TRY(const Unread unread, transaction.find_unread(system_.id, link->remote));
  if (unread != Unread::nothing) reached("deliver.unread_event");
  return unread;
}

}  // namespace lockstep::deliver
