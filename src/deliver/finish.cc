// After the answer: shadows, links, failures.
#include <algorithm>

#include <re2/re2.h>

#include "base/check.h"
#include "base/text.h"
#include "deliver/dispatcher.h"
#include "hub/references.h"

namespace lockstep::deliver {

using connector::Failure;
using connector::FailureClass;
using connector::FailureScope;

std::string fingerprint(const Failure& failure) {
  static const RE2 kIds("[0-9A-Za-z]{15,}|[0-9a-fA-F-]{32,}|[0-9]+|'[^']*'|\"[^\"]*\"");
  std::string message = failure.message.substr(0, 300);
  RE2::GlobalReplace(&message, kIds, "…");
  return std::string(to_string(failure.failure_class)) + "/" + failure.code + "/" + to_hex(std::to_string(stable_hash(std::string_view(message))));
}

merge::Answer Dispatcher::to_answer(Transaction& transaction, TypeIndex type, const Prepared& prepared,
                                    const connector::WriteResult& result) {
  using Kind = merge::Answer::Kind;
  merge::Answer answer;
  answer.observed_at = hub_.now();
  answer.modified = hub_.now();
  answer.version = result.version;
  answer.remote = result.id.empty() ? RemoteId{prepared.object, prepared.row.id.empty() ? prepared.row.new_id : prepared.row.id} : result.id;
  if (result.ok) {
    answer.kind = Kind::accepted;
    if (result.record) {
      const SystemType* system_type = system_.find(type);
      const auto variant = system_type->mapping->variant_of(prepared.object, result.record->slots);
      if (variant) {
        std::vector<mapping::GetProblem> problems;
        Fields shown = system_type->mapping->get(*variant, result.record->slots, problems);
        if (to_entities(hub_, transaction, system_.id, type, answer.remote, shown)) {
          answer.shows_values = true;
          answer.shown = std::move(shown);
        }
        if (answer.version.empty()) answer.version = result.record->version;
        if (result.record->modified && system_.clock) answer.modified = system_.clock->to_hub(*result.record->modified);
      }
    }
    return answer;
  }
  switch (result.failure ? result.failure->failure_class : FailureClass::unclassified) {
    case FailureClass::outcome_unknown: answer.kind = Kind::unknown; break;
    case FailureClass::conflict:
    case FailureClass::state: answer.kind = Kind::refused_lock; break;
    case FailureClass::gone: answer.kind = prepared.operation == connector::Operation::remove ? Kind::accepted : Kind::gone; break;
    case FailureClass::nothing:
    case FailureClass::already_done: answer.kind = Kind::accepted; break;
    default: answer.kind = Kind::failed; break;
  }
  return answer;
}

Result<void> Dispatcher::finish_one(Transaction& transaction, TypeIndex type, RunId run, const Prepared& prepared,
                                    const connector::WriteResult& result, Duration delay, DeliverReport& report) {
  Entities entities(hub_, transaction, run);
  TRY_VOID(audit_write(transaction, type, run, prepared, result));
  TRY(auto state, entities.load(prepared.entity));
  CHECK(state, "a write in flight without its entity");
  TRY(auto obligation, transaction.find_obligation(prepared.entity, system_.id));
  if (obligation) TRY_VOID(transaction.erase_obligation(prepared.entity, system_.id));
  // Merged into another entity while the write was under way: the survivor's link is read again.
  if (state->golden.id != prepared.entity) return {};
  const merge::Answer answer = to_answer(transaction, type, prepared, result);
  merge::Effects effects = entities.with_context(
      *state, [&](const merge::Context& context) { return merge::answer(*state, system_.id, prepared.plan, answer, context); });
  Link* link = state->find(system_.id);
  const bool accepted = answer.kind == merge::Answer::Kind::accepted;
  const connector::ObjectTraits* traits = system_.connector->find_object(prepared.object);
  const bool removed = prepared.plan.kind == merge::Plan::Kind::remove;
  const bool already_done = result.failure && result.failure->failure_class == FailureClass::already_done;
  if (link) {
    if (accepted && !removed && (prepared.row.send_key || (traits && traits->external_key_slot.empty()))) link->external_id_confirmed = true;
    const bool read_back = traits && traits->shadow == connector::ShadowSource::read_back && !answer.shows_values;
    if (accepted && !removed && (read_back || already_done)) link->needs_read = true;
    if (link->needs_read) report.reads_wanted = true;
  }
  effects.link_changed = true;
  const bool created = accepted && prepared.plan.kind == merge::Plan::Kind::create;
  effects.changes.clear();  // the write has its own audit row
  TRY_VOID(entities.save(*state, std::move(effects), Cause{run, system_.id, answer.remote, "answer"}, system_.id));
  if (created) {
    TRY([[maybe_unused]] const auto woken, transaction.wake_obligations(system_.id, state->golden.id, hub_.now()));
  }
  if (accepted) {
    ++report.written;
    note_lag(*state, prepared, report);
  } else {
    ++report.failed;
    const Failure failure = result.failure.value_or(Failure{});
    if (obligation) TRY_VOID(settle_failure(transaction, *state, prepared, failure, delay, report));
  }
  return intake_.release(transaction, state->golden.id, system_.id);
}

void Dispatcher::note_lag(const merge::EntityState& state, const Prepared& prepared, DeliverReport& report) const {
  std::int64_t edited_us = INT64_MIN;
  for (const FieldIndex field : prepared.plan.fields)
    edited_us = std::max(edited_us, state.golden.fields[field.value()].stamp.own_us);
  if (edited_us / 1000 >= hub_.started.ms) report.lags.push_back(Duration{std::max<std::int64_t>(0, hub_.now().ms - edited_us / 1000)});
}

Result<void> Dispatcher::settle_failure(Transaction& transaction, merge::EntityState& state, const Prepared& prepared,
                                        const Failure& failure, Duration delay, DeliverReport& report) {
  TRY(auto owed, transaction.find_obligation(state.golden.id, system_.id));
  if (!owed) return {};
  owed->last_error = failure.message;
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
    return transaction.put(*owed);
  }
  owed->attempts = prepared.attempts + 1;
  owed->due = retry_at;
  // The record in the way is read: it may be this entity's own, not linked yet.
  if (failure.failure_class == FailureClass::duplicate || failure.failure_class == FailureClass::ambiguous)
    for (const std::string& id : failure.ids) {
      InboxEvent event;
      event.connection = system_.id;
      event.remote = RemoteId{prepared.object, id};
      event.kind = EventKind::reread;
      event.received = event.occurred = event.due = hub_.now();
      event.dedupe = "duplicate/" + prepared.object + "/" + id + "/" + std::to_string(hub_.now().ms);
      TRY([[maybe_unused]] const bool fresh, transaction.put(event));
      report.reads_wanted = true;
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
  TRY_VOID(dead_letter(transaction, state, prepared, failure, report));
  return park(transaction, std::move(*owed), "dead letter", EntityId{}, std::max<std::uint64_t>(state.golden.version, 1));
}

Result<void> Dispatcher::dead_letter(Transaction& transaction, const merge::EntityState& state, const Prepared& prepared,
                                     const Failure& failure, DeliverReport& report) {
  DeadLetterFilter open;
  open.entity = state.golden.id;
  open.connection = system_.id;
  open.state = DeadLetterState::open;
  TRY(const auto there, transaction.list_dead_letters(open));
  DeadLetter letter = there.empty() ? DeadLetter{} : there.front();
  if (there.empty()) {
    letter.id = hub_.ids.next(hub_.now());
    letter.first_failed = hub_.now();
  }
  letter.entity = state.golden.id;
  letter.connection = system_.id;
  letter.type = state.golden.type;
  letter.remote = RemoteId{prepared.object, prepared.row.id};
  letter.operation = std::string(to_string(prepared.operation));
  letter.failure_class = std::string(to_string(failure.failure_class));
  letter.error = failure.message;
  letter.fingerprint = fingerprint(failure);
  letter.attempts = prepared.attempts + 1;
  letter.last_failed = hub_.now();
  std::string fields;
  for (const AuditChange& change : prepared.changes) {
    if (!fields.empty()) fields += ", ";
    fields += to_json(Value(change.field)) + ": " + to_json(change.after.value_or(Value{}));
  }
  letter.context = "{\"status\": " + std::to_string(failure.status) + ", \"code\": " + to_json(Value(failure.code)) + ", \"sent\": {" +
                   fields + "}, \"mapping_version\": " + to_json(Value(system_.find(state.golden.type)->mapping->version())) + "}";
  ++report.dead_letters;
  return transaction.put(letter);
}

Result<void> Dispatcher::audit_write(Transaction& transaction, TypeIndex type, RunId run, const Prepared& prepared,
                                     const connector::WriteResult& result) {
  AuditRow row;
  row.at = hub_.now();
  row.run = run;
  row.connection = system_.id;
  row.source = kHub;
  row.entity = prepared.entity;
  row.type = hub_.model.at(type).name;
  row.remote = result.id.empty() ? RemoteId{prepared.object, prepared.row.id} : result.id;
  row.operation = std::string(to_string(prepared.operation));
  row.success = result.ok;
  row.attempt = prepared.attempts + 1;
  row.mapping_version = system_.find(type)->mapping->version();
  row.changes = prepared.changes;
  if (result.failure) {
    row.failure_class = std::string(to_string(result.failure->failure_class));
    row.error = result.failure->message;
  }
  return transaction.append(row);
}

}  // namespace lockstep::deliver
