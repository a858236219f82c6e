// After the answer: shadows, links, the audit row. Failures are settled in settle.cc.
#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "base/text.h"
#include "deliver/dispatcher.h"
#include "hub/references.h"

namespace lockstep::deliver {

using connector::Failure;
using connector::FailureClass;

merge::Answer Dispatcher::to_answer(Transaction& transaction, TypeIndex type, const Prepared& prepared, const connector::WriteResult& result) {
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
        if (auto old_names = to_entities(hub_, transaction, system_.id, type, answer.remote, shown)) {
          answer.shows_values = true;
          answer.shown = std::move(shown);
          answer.old_names = std::move(*old_names);
        }
        if (answer.version.empty()) answer.version = result.record->version;
        if (result.record->modified && system_.clock) answer.modified = system_.clock->to_hub(*result.record->modified);
      }
    }
    return answer;
  }
  switch (result.failure ? result.failure->failure_class : FailureClass::unclassified) {
    case FailureClass::outcome_unknown:
      reached("write.outcome_unknown");
      answer.kind = Kind::unknown;
      break;
    case FailureClass::conflict:
    case FailureClass::state: answer.kind = Kind::refused_lock; break;
    case FailureClass::gone: answer.kind = prepared.operation == connector::Operation::remove ? Kind::accepted : Kind::gone; break;
    case FailureClass::nothing:
    case FailureClass::already_done: answer.kind = Kind::accepted; break;
    default: answer.kind = Kind::failed; break;
  }
  return answer;
}

Result<bool> Dispatcher::merge_again(Transaction& transaction, const Link& taken, DeliverReport& report) {
  TRY(const auto old_names, transaction.find_old_names(system_.id, taken.remote));
  if (old_names.empty()) return false;
  TRY_VOID(transaction.erase_link(taken.entity, system_.id, taken.remote));
  TRY_VOID(transaction.put_remote_alias(system_.id, old_names.front(), RemoteId{}));
  Link merged = taken;
  merged.remote = old_names.front();
  merged.needs_read = true;
  merged.read_asked = hub_.next_fence();
  report.reads_wanted = true;
  TRY_VOID(transaction.put(merged));
  return true;
}

Result<std::optional<connector::WriteResult>> Dispatcher::settle_taken(Transaction& transaction, const Prepared& prepared, const merge::Answer& answer,
                                                                       DeliverReport& report) {
  using Refusal = std::optional<connector::WriteResult>;
  if (answer.kind != merge::Answer::Kind::accepted || prepared.plan.kind != merge::Plan::Kind::create) return Refusal{};
  TRY(const auto taken, transaction.find_link(system_.id, answer.remote));
  if (!taken || taken->entity == prepared.entity) return Refusal{};
  TRY(const bool merged, merge_again(transaction, *taken, report));
  if (merged) return Refusal{};
  connector::WriteResult refusal;
  refusal.id = answer.remote;
  refusal.failure =
      connector::make_failure(FailureClass::duplicate, connector::FailureScope::record, "it was made, and linked to another before that was known");
  refusal.failure->ids = {answer.remote.id};
  return Refusal(std::move(refusal));
}

Result<bool> Dispatcher::goes_on_in(Transaction& transaction, const merge::EntityState& survivor, const Prepared& prepared, const connector::WriteResult& told,
                                    DeliverReport& report) {
  const Link* own = survivor.find(system_.id);
  if (prepared.plan.kind == merge::Plan::Kind::create && own && own->intent && own->intent->key == prepared.row.key) return true;
  const RemoteId remote = told.id.empty() ? RemoteId{prepared.object, prepared.row.id} : told.id;
  if (remote.id.empty()) return false;
  report.reads_wanted = true;
  TRY_VOID(Entities(hub_, transaction, RunId{}, prepared.priority).ask_by_id(system_.id, remote, "written while its entity was merged into another"));
  return false;
}

Result<void> Dispatcher::finish_one(Transaction& transaction, const Answered& answered, std::size_t index, DeliverReport& report) {
  const Prepared& prepared = answered.batch[index];
  const connector::WriteResult& told = answered.results[index];
  Entities entities(hub_, transaction, answered.run, prepared.priority);
  TRY_VOID(audit_write(transaction, answered.type, answered.run, prepared, told));
  TRY(auto state, entities.load(prepared.entity));
  CHECK(state, "a write in flight without its entity");
  if (state->golden.id != prepared.entity) {
    TRY_VOID(transaction.erase_obligation(prepared.entity, system_.id));
    TRY(const bool goes_on, goes_on_in(transaction, *state, prepared, told, report));
    if (!goes_on) return intake_.release(transaction, prepared.entity, system_.id);
  }
  TRY(auto obligation, transaction.find_obligation(state->golden.id, system_.id));
  if (obligation) TRY_VOID(transaction.erase_obligation(state->golden.id, system_.id));
  merge::Answer answer = to_answer(transaction, answered.type, prepared, told);
  TRY(const auto refusal, settle_taken(transaction, prepared, answer, report));
  const connector::WriteResult& result = refusal ? *refusal : told;
  if (refusal) answer = to_answer(transaction, answered.type, prepared, result);
  merge::Effects effects =
      entities.with_context(*state, [&](const merge::Context& context) { return merge::answer(*state, system_.id, prepared.plan, answer, context); });
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
  // The write has its own audit row; what else came of its answer has this one.
  TRY_VOID(entities.save(*state, std::move(effects), Cause{answered.run, system_.id, answer.remote, "observe"}, system_.id));
  if (created) {
    TRY([[maybe_unused]] const auto woken, transaction.wake_obligations(system_.id, state->golden.id, hub_.now()));
  }
  if (accepted) {
    ++report.written;
    note_lag(*state, prepared, report);
    if (obligation && !obligation->last_error.empty()) TRY_VOID(entities.supersede_letters(state->golden.id, system_.id));
  } else {
    ++report.failed;
    const Failure failure = result.failure.value_or(Failure{});
    if (obligation) TRY_VOID(settle_failure(transaction, *state, *obligation, prepared, failure, answered.delays[index], report));
  }
  return intake_.release(transaction, prepared.entity, system_.id);
}

void Dispatcher::note_lag(const merge::EntityState& state, const Prepared& prepared, DeliverReport& report) const {
  std::int64_t edited_us = INT64_MIN;
  for (const FieldIndex field : prepared.plan.fields) edited_us = std::max(edited_us, state.golden.fields[field.value()].stamp.own_us);
  if (edited_us / 1000 >= hub_.started.ms) report.lags.push_back(Duration{std::max<std::int64_t>(0, hub_.now().ms - edited_us / 1000)});
}

Result<void> Dispatcher::audit_write(Transaction& transaction, TypeIndex type, RunId run, const Prepared& prepared, const connector::WriteResult& result) {
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
