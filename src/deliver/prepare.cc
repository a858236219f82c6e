// From a plan to the row that is sent: which fields, which references, and what a lens cannot express.
#include <algorithm>

#include "deliver/dispatcher.h"
#include "hub/client_id.h"
#include "hub/references.h"

namespace lockstep::deliver {

namespace {

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

bool contains(const auto& list, const auto& element) { return std::ranges::find(list, element) != list.end(); }

bool is_create(const Prepared& prepared) { return prepared.plan.kind == merge::Plan::Kind::create; }

/// An update without fields may still have to write our own id.
bool writes_nothing(const Prepared& prepared, const std::vector<FieldIndex>& fields) { return fields.empty() && !prepared.plan.external_id; }

}  // namespace

Result<bool> Dispatcher::prepare_write(Beginning& one, DeliverReport& report) {
  Prepared& prepared = one.prepared;
  const merge::EntityState& state = one.state;
  prepared.row.key = state.golden.id.value().text();
  prepared.row.correlation = hub_.ids.next(one.context.now).text();
  if (prepares_whole_record(one)) return true;
  const mapping::EntityMapping& mapping = *system_.find(state.golden.type)->mapping;
  const bool creating = is_create(prepared);
  const Fields golden = fields_of(state.golden);
  const auto variant = creating ? mapping.variant_for(golden) : mapping.variant_of_link(state.find(system_.id)->remote.object, golden);
  if (!variant) {
    TRY_VOID(park(one.transaction, one.obligation, "no object of " + system_.name + " takes it", EntityId{}, state.golden.version));
    return false;
  }
  prepared.object = mapping.selection(*variant).object;
  prepared.operation = creating ? connector::Operation::create : connector::Operation::update;
  TRY(Resolved to, to_remotes(hub_, one.transaction, system_.id, state.golden.type, golden));
  TRY(Sendable sendable, sendable_fields(one, *variant, to.missing));
  const bool nothing_owed = writes_nothing(prepared, sendable.fields);
  if (!sendable.awaited.value().is_nil() && (creating || nothing_owed)) {
    TRY_VOID(wait_for(one, sendable.awaited));
    return false;
  }
  if (!creating) TRY_VOID(leave_unexpressed(one.transaction, *one.state.find(system_.id), state, to.fields, *variant, sendable.fields));
  if (!creating && !nothing_owed && writes_nothing(prepared, sendable.fields)) {
    TRY_VOID(one.transaction.erase_obligation(one.obligation.entity, one.obligation.connection));
    return false;
  }
  prepared.plan.fields = std::move(sendable.fields);
  for (const FieldIndex field : to.blanked)
    if (contains(prepared.plan.fields, field)) prepared.plan.stand_ins.push_back(field);
  TRY(const bool expressed, express(one, *variant, to.fields, report));
  if (!expressed) return false;
  prepared.row.parents = std::move(to.parents);
  TRY_VOID(describe_row(one, *variant, to.fields));
  return true;
}

bool Dispatcher::prepares_whole_record(Beginning& one) const {
  switch (one.prepared.plan.kind) {
    case merge::Plan::Kind::remove: one.prepared.operation = connector::Operation::remove; break;
    case merge::Plan::Kind::archive: one.prepared.operation = connector::Operation::archive; break;
    case merge::Plan::Kind::restore: one.prepared.operation = connector::Operation::restore; break;
    default: return false;
  }
  const Link& link = *one.state.find(system_.id);
  one.prepared.object = link.remote.object;
  one.prepared.row.id = link.remote.id;
  one.prepared.row.version = link.version;
  return true;
}

Result<Dispatcher::Sendable> Dispatcher::sendable_fields(const Beginning& one, std::size_t variant, const std::vector<EntityId>& missing) const {
  const TypeIndex type = one.state.golden.type;
  const mapping::EntityMapping& mapping = *system_.find(type)->mapping;
  const auto position = [&](TypeIndex of) { return std::ranges::find(hub_.type_order, of) - hub_.type_order.begin(); };
  Sendable sendable;
  for (const FieldIndex field : one.prepared.plan.fields) {
    const EntityRef* reference = one.state.golden.fields[field.value()].value.get<EntityRef>();
    const bool waits_for_link = reference && mapping.writes(variant, field) && contains(missing, EntityId{reference->entity});
    if (!waits_for_link) {
      sendable.fields.push_back(field);
      continue;
    }
    TRY(const auto target, one.transaction.find_golden(EntityId{reference->entity}));
    const bool waits = !is_create(one.prepared) || (target && position(target->type) < position(type));
    if (waits) sendable.awaited = EntityId{reference->entity};
  }
  return sendable;
}

Result<void> Dispatcher::wait_for(Beginning& one, EntityId awaited) {
  TRY(const auto target, one.transaction.find_golden(awaited));
  const std::string name = target ? hub_.model.at(target->type).name : "record";
  // Whoever waits for it makes it as urgent as itself.
  TRY(auto ahead, one.transaction.find_obligation(awaited, system_.id));
  if (ahead && ahead->state == ObligationState::ready && one.obligation.priority < ahead->priority) {
    ahead->priority = one.obligation.priority;
    TRY_VOID(one.transaction.put(*ahead));
  }
  return park(one.transaction, one.obligation, "waits for " + name + " " + awaited.value().text() + " in " + system_.name, awaited, 0);
}

Result<bool> Dispatcher::express(Beginning& one, std::size_t variant, const Fields& to, DeliverReport& report) {
  Prepared& prepared = one.prepared;
  const mapping::EntityMapping& mapping = *system_.find(one.state.golden.type)->mapping;
  const bool creating = is_create(prepared);
  std::vector<mapping::GetProblem> problems;
  prepared.row.set = mapping.put(variant, to, prepared.plan.fields, creating, problems);
  for (const mapping::GetProblem& problem : problems) {
    std::erase(prepared.plan.fields, problem.field);
    prepared.changes.push_back(AuditChange{one.context.type.fields[problem.field.value()].name, std::nullopt,
                                           one.state.golden.fields[problem.field.value()].value, "not sent: " + problem.message});
  }
  if (creating || !writes_nothing(prepared, prepared.plan.fields)) return true;
  connector::Failure failure;
  failure.failure_class = connector::FailureClass::validation;
  failure.message = "cannot be expressed: " + (problems.empty() ? "nothing that can be written there" : problems.front().message);
  one.obligation.last_error = failure.message;
  TRY_VOID(dead_letter(one.transaction, one.state, prepared, failure, report));
  TRY_VOID(park(one.transaction, one.obligation, failure.message, EntityId{}, one.state.golden.version));
  return false;
}

Result<void> Dispatcher::describe_row(Beginning& one, std::size_t variant, const Fields& to) const {
  Prepared& prepared = one.prepared;
  const merge::EntityState& state = one.state;
  const mapping::EntityMapping& mapping = *system_.find(state.golden.type)->mapping;
  const std::size_t count = state.golden.fields.size();
  const Link* link = state.find(system_.id);
  std::vector<mapping::GetProblem> ignored;
  TRY(const Fields held, to_held(hub_, one.transaction, system_.id, state.golden.type, shadow_of(link, count)));
  prepared.row.from = mapping.put(variant, held, all_fields(count), false, ignored);
  prepared.row.to = mapping.put(variant, to, all_fields(count), false, ignored);
  if (is_create(prepared)) {
    const connector::ObjectTraits* traits = system_.connector->find_object(prepared.object);
    if (traits && traits->client_chosen_id)
      prepared.row.new_id =
          link && link->intent && !link->intent->client_id.empty() ? link->intent->client_id : client_id(state.golden.id, link ? link->remote.id : "");
    prepared.row.send_key = true;
  } else {
    prepared.row.id = link->remote.id;
    prepared.row.version = link->version;
    prepared.row.send_key = prepared.plan.external_id;
  }
  for (const FieldIndex field : prepared.plan.fields) {
    const auto& shadow = link && field.value() < link->fields.size() ? link->fields[field.value()].shadow : std::nullopt;
    prepared.changes.push_back(AuditChange{one.context.type.fields[field.value()].name, shadow, state.golden.fields[field.value()].value, ""});
  }
  if (!is_create(prepared)) return {};
  for (std::size_t i = 0; i < count; ++i)
    if (state.golden.fields[i].frozen)
      prepared.changes.push_back(AuditChange{one.context.type.fields[i].name, std::nullopt, std::nullopt, "under review: not sent"});
  return {};
}

}  // namespace lockstep::deliver
