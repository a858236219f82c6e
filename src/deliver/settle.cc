// A write that failed: whose fault it was decides whether it uses up attempts, waits, or becomes a dead letter.
#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "deliver/dispatcher.h"

namespace lockstep::deliver {

using connector::Failure;
using connector::FailureClass;
using connector::FailureScope;

Result<void> Dispatcher::settle_failure(Transaction& transaction, merge::EntityState& state, const Obligation& before, const Prepared& prepared,
                                        const Failure& failure, Duration delay, DeliverReport& report) {
  TRY(auto owed, transaction.find_obligation(state.golden.id, system_.id));
  if (!owed) {
    merge::Plan clearing;
    TRY_VOID(add_clearing(transaction, state, clearing));
    if (clearing.kind == merge::Plan::Kind::nothing) return {};
    owed = before;  // no golden value is owed, but that a reference is let go
    owed->state = ObligationState::ready;
  }
  if (owed->is_delete == before.is_delete) owed->since = before.since;
  // Never blank: that an error stands here tells that there may be a letter to close (Entities::supersede_letters).
  owed->last_error = failure.message.empty() ? std::string(to_string(failure.failure_class)) : failure.message;
  if (failure.act == "drop_fields") {
    TRY(const bool parked, settle_refused_fields(transaction, state, prepared, failure));
    if (parked) return {};
  }
  const WallTime retry_at = hub_.now() + std::max(delay, failure.wait.value_or(Duration{0}));
  const bool records_fault = failure.scope == FailureScope::record && failure.failure_class != FailureClass::lock &&
                             failure.failure_class != FailureClass::collateral && failure.failure_class != FailureClass::transient;
  if (!records_fault) {
    owed->attempts = prepared.attempts;
    owed->due = retry_at;
    if (failure.scope == FailureScope::limit || failure.scope == FailureScope::connection || failure.scope == FailureScope::vendor) {
      report.paused_by = failure;
      report.resume_at = retry_at;
    }
    if (failure.scope == FailureScope::object || failure.scope == FailureScope::mapping) report.type_failed = failure;
    return transaction.put(*owed);
  }
  owed->attempts = prepared.attempts + 1;
  owed->due = retry_at;
  if (failure.failure_class == FailureClass::duplicate || failure.failure_class == FailureClass::ambiguous) {
    TRY(const bool parked, settle_duplicate(transaction, state, prepared, failure, report));
    if (parked) return {};
  }
  if (failure.failure_class == FailureClass::missing_parent) {
    for (const RemoteId& parent : prepared.row.parents) {
      TRY(auto parent_link, transaction.find_link(system_.id, parent));
      if (!parent_link) continue;
      parent_link->needs_read = true;
      report.reads_wanted = true;
      TRY_VOID(transaction.put(*parent_link));
    }
  }
  const bool hopeless = failure.failure_class == FailureClass::validation || failure.failure_class == FailureClass::enumeration;
  const std::uint32_t attempts_max = failure.tries ? static_cast<std::uint32_t>(*failure.tries) : system_.attempts_max;
  if (!hopeless && owed->attempts < attempts_max) return transaction.put(*owed);
  if (merge::is_delete(prepared.plan)) return refuse_delete(transaction, state, "its delete was refused by " + system_.name + ": " + failure.message);
  TRY_VOID(dead_letter(transaction, state, prepared, failure, report));
  return park(transaction, std::move(*owed), "dead letter", EntityId{}, std::max<std::uint64_t>(state.golden.version, 1));
}

namespace {

/// Fields of the write that the failure names by their wire names.
std::vector<FieldIndex> named_fields(const mapping::EntityMapping& mapping, const Prepared& prepared, const Failure& failure) {
  std::vector<FieldIndex> fields;
  for (std::size_t variant = 0; variant < mapping.variant_count(); ++variant) {
    if (mapping.selection(variant).object != prepared.object) continue;
    for (const FieldIndex field : prepared.plan.fields) {
      const auto slot = mapping.key_slot(variant, field);
      if (!slot || std::ranges::find(fields, field) != fields.end()) continue;
      for (const auto& [argument, value] : mapping.selection(variant).slots[*slot].arguments)
        if (const std::string* name = value.get<std::string>(); name && std::ranges::find(failure.fields, *name) != failure.fields.end()) {
          fields.push_back(field);
          break;
        }
    }
  }
  return fields;
}

}  // namespace

/// The system does not let us write some fields: they wait for a person, the rest of the record is written without them.
/// True: the obligation was brought up to date.
Result<bool> Dispatcher::settle_refused_fields(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, const Failure& failure) {
  const std::vector<FieldIndex> refused = named_fields(*system_.find(state.golden.type)->mapping, prepared, failure);
  if (refused.empty() || !state.find(system_.id)) return false;
  TRY_VOID(park_fields(transaction, state, prepared, refused, ReviewKind::refused_field, "not written: " + failure.message));
  return true;
}

Result<void> Dispatcher::park_fields(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, const std::vector<FieldIndex>& fields,
                                     ReviewKind kind, const std::string& why) {
  Entities entities(hub_, transaction, RunId{}, prepared.priority);
  const Cause cause{RunId{}, system_.id, RemoteId{prepared.object, prepared.row.id}, "review"};
  for (const FieldIndex field : fields) {
    merge::Effects effects =
        entities.with_context(state, [&](const merge::Context& context) { return merge::park_field(state, system_.id, field, kind, why, context); });
    TRY_VOID(entities.save(state, std::move(effects), cause, system_.id));
  }
  return {};
}

/// Rule 12: the record in the way is a match if it is not linked; a possible duplicate on a create; on an update, its key is
/// parked on this link. True: the obligation was brought up to date, nothing more is to be done.
Result<bool> Dispatcher::settle_duplicate(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, const Failure& failure,
                                          DeliverReport& report) {
  reached("deliver.duplicate");
  Entities entities(hub_, transaction, RunId{}, prepared.priority);
  const bool creating = prepared.operation == connector::Operation::create;
  ReviewItem item;
  for (const std::string& id : failure.ids) {
    const RemoteId remote{prepared.object, id};
    TRY(const auto link, transaction.find_link(system_.id, remote));
    if (link && creating && link->entity != state.golden.id) {
      ReviewCandidate candidate;
      candidate.system = system_.id;
      candidate.remote = item.remote = remote;
      candidate.entity = link->entity;
      item.candidates.push_back(std::move(candidate));
    } else if (!link) {
      TRY_VOID(entities.ask_by_id(system_.id, remote, "in the way of a write"));
      report.reads_wanted = true;
    }
  }
  if (creating) {
    if (item.candidates.empty()) return false;
    item.summary = "not created in " + system_.name + ", where a record of somebody else is in the way: " + failure.message;
    TRY_VOID(open_duplicate_review(transaction, state, prepared, std::move(item)));
    return true;
  }
  const TypeIndex type = state.golden.type;
  std::vector<FieldIndex> keys = named_fields(*system_.find(type)->mapping, prepared, failure);
  // Named and none of ours to set: our own id, for one, that somebody copied into another record. It is no reason to stop a field.
  if (keys.empty() && failure.fields.empty())
    for (const auto& key : hub_.mappings[type.value()].match.keys)
      if (key.size() == 1 && std::ranges::find(prepared.plan.fields, key.front()) != prepared.plan.fields.end()) keys.push_back(key.front());
  if (keys.empty()) return false;
  TRY_VOID(park_fields(transaction, state, prepared, keys, ReviewKind::duplicate_key, "another record there has it: " + failure.message));
  return true;
}

Result<void> Dispatcher::open_duplicate_review(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, ReviewItem item) {
  item.id = hub_.ids.next(hub_.now());
  item.kind = ReviewKind::possible_duplicate;
  item.entity = state.golden.id;
  item.type = state.golden.type;
  item.connection = system_.id;
  item.opened = hub_.now();
  merge::Effects effects;
  effects.changes.push_back(AuditChange{"", std::nullopt, Value(item.remote), item.summary});
  effects.reviews.push_back(item);
  state.reviews.push_back(std::move(item));
  Entities entities(hub_, transaction, RunId{}, prepared.priority);
  const Cause cause{RunId{}, system_.id, RemoteId{prepared.object, prepared.row.id}, "review"};
  return entities.save(state, std::move(effects), cause, system_.id);
}

}  // namespace lockstep::deliver
