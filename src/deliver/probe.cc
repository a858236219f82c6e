// Before creates are sent: does the target hold their records already, under our id or by a key.
#include <algorithm>
#include <map>
#include <set>

#include "deliver/dispatcher.h"

namespace lockstep::deliver {

std::map<Dispatcher::Column, std::vector<std::string>> Dispatcher::questions_about(const std::vector<Question>& creates, TypeIndex type) const {
  const mapping::EntityMapping& mapping = *system_.find(type)->mapping;
  std::map<Column, std::vector<std::string>> questions;
  for (const auto& [entity, fields, tried] : creates) {
    const auto variant = mapping.variant_for(fields);
    if (!variant) continue;
    const std::string& object = mapping.selection(*variant).object;
    // Nobody else writes our ids: one that stands there unlinked comes from an earlier attempt of ours. Where a create
    // finds it by itself, a first attempt need not ask.
    const connector::ObjectTraits* traits = system_.connector->find_object(object);
    if (!tried.empty() || !traits || !traits->create_is_idempotent) questions[Column{object, connector::kExternalKey}].push_back(entity.value().text());
    if (!tried.empty()) questions[Column{object, connector::kExternalKey}].push_back(tried);
    for (const auto& key : hub_.mappings[type.value()].match.keys) {
      if (key.size() != 1) continue;
      const auto slot = mapping.key_slot(*variant, key.front());
      const auto& value = fields[key.front().value()];
      if (slot && value && !value->is_blank())
        if (const std::string* text = value->get<std::string>()) questions[Column{object, *slot}].push_back(*text);
    }
  }
  return questions;
}

namespace {

/// One of the values asked for may be what the system does not take.
bool is_for_a_value(const connector::Failure& failure) {
  using connector::FailureClass;
  switch (failure.failure_class) {
    case FailureClass::validation:
    case FailureClass::enumeration:
    case FailureClass::too_large:
    case FailureClass::gone:
    case FailureClass::unclassified: return true;
    default: return false;
  }
}

}  // namespace

Task<std::optional<connector::Failure>> Dispatcher::look_up(Lookup lookup, Queue queue, RunId run, DeliverReport& report) {
  const std::uint64_t fence = hub_.current_fence();
  auto found = co_await system_.connector->find_by(lookup.column.object, lookup.column.slot, std::move(lookup.values), queue.priority);
  if (!found) co_return std::optional(std::move(found.error()));
  report.calls += found->calls;
  discover::Source source;
  source.connection = system_.id;
  source.type = queue.type;
  source.run = run;
  source.fence = fence;
  source.sent = found->sent;
  source.operation = "probe";
  source.priority = queue.priority;
  const auto absorbed = co_await intake_.absorb_reads(std::move(source), std::move(*found), lookup.column.object);
  if (!absorbed) report.error = absorbed.error().message;
  co_return std::nullopt;
}

Task<void> Dispatcher::settle_unasked(TypeIndex type, std::vector<std::pair<EntityId, connector::Failure>> unasked, DeliverReport& report) {
  DeliverReport local;
  const Duration pause = backoff(2);
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    local = DeliverReport{};
    for (const auto& [entity, failure] : unasked) {
      TRY(auto owed, transaction.find_obligation(entity, system_.id));
      TRY(const auto state, Entities(hub_, transaction, RunId{}).load(entity));
      if (!owed || owed->state != ObligationState::ready || !state || state->golden.id != entity) continue;
      ++local.failed;
      ++owed->attempts;
      owed->due = hub_.now() + pause * (1 << std::min<std::uint32_t>(owed->attempts, 8));
      owed->last_error = "not created, for it cannot be looked for there first: " + failure.message;
      if (owed->attempts < system_.attempts_max) {
        TRY_VOID(transaction.put(*owed));
        continue;
      }
      Prepared prepared;
      prepared.entity = entity;
      prepared.operation = connector::Operation::create;
      if (const auto variant = system_.find(type)->mapping->variant_for(fields_of(state->golden)))
        prepared.object = system_.find(type)->mapping->selection(*variant).object;
      prepared.attempts = owed->attempts - 1;
      connector::Failure told = failure;
      told.message = owed->last_error;
      TRY_VOID(dead_letter(transaction, *state, prepared, told, local));
      TRY_VOID(park(transaction, std::move(*owed), "dead letter", EntityId{}, std::max<std::uint64_t>(state->golden.version, 1)));
    }
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (done) report.add(local);
  else report.error = done.error().message;
}

Task<void> Dispatcher::probe(Queue queue, std::vector<Question> asked_for, DeliverReport& report) {
  std::vector<Lookup> lookups;
  for (auto& [column, values] : questions_about(asked_for, queue.type)) {
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    lookups.push_back(Lookup{column, std::move(values)});
  }
  const RunId run{hub_.ids.next(hub_.now())};
  const WallTime asked = hub_.now();
  std::map<std::string, connector::Failure> refused;  // by value
  std::map<Column, std::size_t> refusals;             // of single values
  std::set<Column> answered;
  while (!lookups.empty()) {
    const Lookup next = std::move(lookups.back());
    lookups.pop_back();
    auto found = co_await look_up(next, queue, run, report);
    if (!report.error.empty()) co_return;
    if (!found) answered.insert(next.column);
    if (!found || found->failure_class == connector::FailureClass::config) continue;  // that cannot be asked
    const bool for_a_value = is_for_a_value(*found) && next.column.slot != connector::kExternalKey;
    if (for_a_value && next.values.size() == 1) {
      refused.emplace(next.values.front(), *found);
      ++refusals[next.column];
    }
    // One after the other and none answered: it is no value's fault.
    constexpr std::size_t kChance = 3;
    if (!for_a_value || (!answered.contains(next.column) && refusals[next.column] >= kChance)) {
      report.paused_by = *found;
      report.resume_at = hub_.now() + next_rest(system_rest_, *found);
      co_return;
    }
    if (next.values.size() == 1) continue;
    const auto middle = next.values.begin() + static_cast<std::ptrdiff_t>(next.values.size() / 2);
    lookups.push_back(Lookup{next.column, {next.values.begin(), middle}});
    lookups.push_back(Lookup{next.column, {middle, next.values.end()}});
  }
  if (probed_.size() > 100'000) probed_.clear();
  std::vector<std::pair<EntityId, connector::Failure>> unasked;
  for (const Question& one : asked_for) {
    const connector::Failure* failure = nullptr;
    for (const auto& [column, values] : questions_about({one}, queue.type))
      for (const std::string& value : values)
        if (const auto of = refused.find(value); of != refused.end()) failure = &of->second;
    if (failure) unasked.emplace_back(one.entity, *failure);
    else probed_[one.entity] = asked;
  }
  if (!unasked.empty()) co_await settle_unasked(queue.type, std::move(unasked), report);
}

}  // namespace lockstep::deliver
