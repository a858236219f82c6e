// Before the request leaves: what is owed now, references, the committed intent.
#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "base/text.h"
#include "deliver/dispatcher.h"
#include "hub/client_id.h"
#include "hub/references.h"

namespace lockstep::deliver {

namespace {

constexpr std::size_t kRoundMax = 800;
/// For fewer creates a look at the target is cheap, and closes the moment since it was read.
constexpr std::size_t kBulk = 100;
/// How long a write waits between two looks whether a merge of its record was read.
constexpr Duration kMergeWait{1'000};

Fields shadow_of(const Link* link, std::size_t count) {
  Fields fields(count);
  if (link)
    for (std::size_t i = 0; i < count && i < link->fields.size(); ++i) fields[i] = link->fields[i].shadow;
  return fields;
}

std::vector<FieldIndex> all_fields(std::size_t count) {
  std::vector<FieldIndex> fields;
  for (std::size_t i = 0; i < count; ++i) fields.emplace_back(static_cast<std::uint16_t>(i));
  return fields;
}

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

Result<void> Dispatcher::park(Transaction& transaction, Obligation obligation, std::string reason, EntityId awaited,
                              std::uint64_t version) {
  obligation.state = ObligationState::parked;
  obligation.reason = std::move(reason);
  obligation.awaited = awaited;
  obligation.golden_version = version;
  return transaction.put(obligation);
}

Result<bool> Dispatcher::more_urgent_due(Transaction& transaction, Priority than, const std::vector<TypeIndex>& awake) const {
  for (std::size_t priority = 0; priority < static_cast<std::size_t>(than); ++priority)
    for (const TypeIndex type : awake) {
      TRY(const auto due, take_due(transaction, Queue{static_cast<Priority>(priority), type, false}));
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
    Prepared prepared;
    prepared.entity = state->golden.id;
    prepared.attempts = obligation.attempts;
    prepared.priority = obligation.priority;
    prepared.plan = merge::plan(*state, system_.id, context);
    using Kind = merge::Plan::Kind;
    TRY_VOID(add_clearing(transaction, *state, prepared.plan));
    if (prepared.plan.kind == Kind::remove) {
      TRY(const bool waits, waits_for_clearing(transaction, entities, *state, obligation));
      if (waits) return {};
    }
    if (prepared.plan.kind == Kind::nothing) {
      if (!obligation.last_error.empty()) TRY_VOID(entities.supersede_letters(state->golden.id, system_.id));
      return transaction.erase_obligation(obligation.entity, obligation.connection);
    }
    TRY(const Unread unread, unread_of(transaction, state->find(system_.id), into));
    if (unread == Unread::merge) {
      report.reads_wanted = true;
      obligation.due = context.now + kMergeWait;
      return transaction.put(obligation);
    }
    if (unread == Unread::news || prepared.plan.kind == Kind::read_first) {
      Link* link = state->find(system_.id);
      CHECK(link, "a read by id without a link");
      link->needs_read = true;
      if (unread == Unread::news) link->read_asked = context.fence;  // a read that is under way already may be older than the event
      report.reads_wanted = true;
      TRY_VOID(transaction.put(*link));
      return park(transaction, std::move(obligation), "waits for a read by id", EntityId{}, 0);
    }
    TRY(const bool ready, prepare_write(transaction, *state, obligation, prepared, context, report));
    if (!ready) {
      ++report.parked;
      return {};
    }
    if (prepared.plan.kind == Kind::create) {
      WallTime until;
      switch (before_create(*state, prepared, context, into.bulk, until)) {
        case Create::send: break;
        case Create::probe: {
          const Link* link = state->find(system_.id);
          into.to_probe.push_back(Question{state->golden.id, fields_of(state->golden), link && link->intent});
          return {};
        }
        case Create::wait:
          obligation.due = until;
          obligation.last_error = "a create without an answer may still arrive";
          return transaction.put(obligation);
        case Create::give_up: return give_up_create(transaction, *state, std::move(obligation), prepared, report);
      }
    }
    merge::begin_write(*state, system_.id, prepared.plan, context);
    Link* link = state->find(system_.id);
    CHECK(link, "a write that began without a link");
    if (prepared.plan.kind == Kind::create) {
      if (!link->intent) link->intent.emplace();
      link->intent->client_id = prepared.row.new_id;
      link->intent->key = prepared.row.key;
      link->intent->object = prepared.object;
      link->intent->sent = context.now;
    }
    TRY_VOID(transaction.put(*link));
    obligation.state = ObligationState::in_flight;
    TRY_VOID(transaction.put(obligation));
    into.prepared.push_back(std::move(prepared));
    return {};
  });
}

Result<Unread> Dispatcher::unread_of(Transaction& transaction, const Link* link, const Round& round) const {
  if (!round.events_wait || !link || link->presence != LinkPresence::present) return Unread::nothing;
  TRY(const Unread unread, transaction.find_unread(system_.id, link->remote));
  if (unread != Unread::nothing) reached("deliver.unread_event");
  return unread;
}

Result<bool> Dispatcher::prepare_write(Transaction& transaction, merge::EntityState& state, Obligation& obligation, Prepared& prepared,
                                       const merge::Context& context, DeliverReport& report) {
  const TypeIndex type = state.golden.type;
  const mapping::EntityMapping& mapping = *system_.find(type)->mapping;
  const std::size_t count = state.golden.fields.size();
  const Link* link = state.find(system_.id);
  const bool creating = prepared.plan.kind == merge::Plan::Kind::create;
  prepared.row.key = state.golden.id.value().text();
  prepared.row.correlation = hub_.ids.next(context.now).text();
  if (prepared.plan.kind == merge::Plan::Kind::remove) {
    prepared.object = link->remote.object;
    prepared.operation = hub_.policy(type).find(system_.id)->incoming_deletes == DeletePolicy::archive ? connector::Operation::archive
                                                                                                       : connector::Operation::remove;
    prepared.row.id = link->remote.id;
    prepared.row.version = link->version;
    return true;
  }
  const Fields golden = fields_of(state.golden);
  const auto variant = creating ? mapping.variant_for(golden) : mapping.variant_of_link(link->remote.object, golden);
  if (!variant) {
    TRY_VOID(park(transaction, obligation, "no object of " + system_.name + " takes it", EntityId{}, state.golden.version));
    return false;
  }
  prepared.object = mapping.selection(*variant).object;
  prepared.operation = creating ? connector::Operation::create : connector::Operation::update;
  TRY(Resolved to, to_remotes(hub_, transaction, system_.id, type, golden));
  // What the record waits for: a type that is created before this one. Others (cycles) follow in a second write.
  const auto position = [&](TypeIndex one) { return std::ranges::find(hub_.type_order, one) - hub_.type_order.begin(); };
  std::vector<FieldIndex> sendable;
  EntityId awaited;
  for (const FieldIndex field : prepared.plan.fields) {
    const Value& value = state.golden.fields[field.value()].value;
    const EntityRef* reference = value.get<EntityRef>();
    const bool missing = reference && mapping.writes(*variant, field) &&
                         std::ranges::find(to.missing, EntityId{reference->entity}) != to.missing.end();
    if (!missing) {
      sendable.push_back(field);
      continue;
    }
    TRY(const auto target, transaction.find_golden(EntityId{reference->entity}));
    const bool waits = !creating || (target && position(target->type) < position(type));
    if (waits) awaited = EntityId{reference->entity};
  }
  const bool nothing_left = sendable.empty() && !prepared.plan.external_id;
  if (!awaited.value().is_nil() && (creating || nothing_left)) {
    TRY(const auto target, transaction.find_golden(awaited));
    const std::string name = target ? hub_.model.at(target->type).name : "record";
    // Whoever waits for it makes it as urgent as itself.
    TRY(auto ahead, transaction.find_obligation(awaited, system_.id));
    if (ahead && ahead->state == ObligationState::ready && obligation.priority < ahead->priority) {
      ahead->priority = obligation.priority;
      TRY_VOID(transaction.put(*ahead));
    }
    TRY_VOID(park(transaction, obligation, "waits for " + name + " " + awaited.value().text() + " in " + system_.name, awaited, 0));
    return false;
  }
  const bool nothing_to_send = sendable.empty() && !prepared.plan.external_id;
  if (!creating) TRY_VOID(leave_unexpressed(transaction, *state.find(system_.id), state, to.fields, *variant, sendable));
  if (!creating && !nothing_to_send && sendable.empty() && !prepared.plan.external_id) {
    TRY_VOID(transaction.erase_obligation(obligation.entity, obligation.connection));
    return false;
  }
  prepared.plan.fields = sendable;
  for (const FieldIndex field : to.blanked)
    if (std::ranges::find(sendable, field) != sendable.end()) prepared.plan.stand_ins.push_back(field);
  std::vector<mapping::GetProblem> problems;
  prepared.row.set = mapping.put(*variant, to.fields, prepared.plan.fields, creating, problems);
  for (const mapping::GetProblem& problem : problems) {
    std::erase(prepared.plan.fields, problem.field);
    prepared.changes.push_back(AuditChange{context.type.fields[problem.field.value()].name, std::nullopt,
                                           state.golden.fields[problem.field.value()].value, "not sent: " + problem.message});
  }
  if (!creating && prepared.plan.fields.empty() && !prepared.plan.external_id) {
    connector::Failure failure;
    failure.failure_class = connector::FailureClass::validation;
    failure.message = "cannot be expressed: " + (problems.empty() ? "nothing that can be written there" : problems.front().message);
    obligation.last_error = failure.message;
    TRY_VOID(dead_letter(transaction, state, prepared, failure, report));
    TRY_VOID(park(transaction, obligation, failure.message, EntityId{}, state.golden.version));
    return false;
  }
  std::vector<mapping::GetProblem> ignored;
  TRY(const Fields held, to_held(hub_, transaction, system_.id, type, shadow_of(link, count)));
  prepared.row.from = mapping.put(*variant, held, all_fields(count), false, ignored);
  prepared.row.to = mapping.put(*variant, to.fields, all_fields(count), false, ignored);
  prepared.row.parents = std::move(to.parents);
  if (creating) {
    const connector::ObjectTraits* traits = system_.connector->find_object(prepared.object);
    if (traits && traits->client_chosen_id)
      prepared.row.new_id = link && link->intent && !link->intent->client_id.empty() ? link->intent->client_id : client_id(state.golden.id, link ? link->remote.id : "");
    prepared.row.send_key = true;
  } else {
    prepared.row.id = link->remote.id;
    prepared.row.version = link->version;
    prepared.row.send_key = prepared.plan.external_id;
  }
  for (const FieldIndex field : prepared.plan.fields) {
    const auto& shadow = link && field.value() < link->fields.size() ? link->fields[field.value()].shadow : std::nullopt;
    prepared.changes.push_back(
        AuditChange{context.type.fields[field.value()].name, shadow, state.golden.fields[field.value()].value, ""});
  }
  return true;
}

}  // namespace lockstep::deliver
