#include "engine/workbench.h"

#include <charconv>

#include "hub/decisions.h"
#include "hub/entities.h"

namespace lockstep {

namespace {

Result<std::size_t> candidate_number(const ReviewItem& item, const std::string& choice) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(choice.data(), choice.data() + choice.size(), number);
  if (error != std::errc{} || end != choice.data() + choice.size() || number < 1 || number > item.candidates.size())
    return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + Workbench::choices(item));
  return number - 1;
}

}  // namespace

std::string Workbench::choices(const ReviewItem& item) {
  const std::string numbers = "a candidate's number, 1 to " + std::to_string(item.candidates.size());
  switch (item.kind) {
    case ReviewKind::field_conflict: return "choose " + numbers;
    case ReviewKind::possible_duplicate: return "choose " + numbers + ", or 'new' when it is somebody else";
    case ReviewKind::mass_delete: return "choose 'approve', or 'dismiss'";
    case ReviewKind::rewritten:
    case ReviewKind::duplicate_key: return "choose 'retry' to send it again, or 'accept' to take the system's own value";
    default: return "choose 'dismiss' once it is settled in the systems";
  }
}

Task<Result<ReviewItem>> Workbench::resolve(Ulid review, std::string choice, std::string by) {
  ReviewItem resolved;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(auto item, transaction.find_review(review));
    if (!item) return fail(ErrorCode::not_found, "there is no review item " + review.text());
    if (item->state != ReviewState::open) return fail(ErrorCode::conflict, "the item was closed by " + item->closed_by);
    switch (item->kind) {
      case ReviewKind::field_conflict: TRY_VOID(resolve_field(transaction, *item, choice, by)); break;
      case ReviewKind::possible_duplicate:
        if (item->entity.value().is_nil()) {
          TRY_VOID(resolve_duplicate(transaction, *item, choice));
          break;
        }
        [[fallthrough]];
      case ReviewKind::second_record:
      case ReviewKind::delete_vs_edit:
      case ReviewKind::refused_delete:
        if (choice != "dismiss") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; choose 'dismiss'");
        break;
      case ReviewKind::mass_delete:
        if (choice != "approve" && choice != "dismiss") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + choices(*item));
        if (choice == "approve") TRY_VOID(approve_deletes(transaction, item->connection, item->type));
        break;
      case ReviewKind::rewritten:
      case ReviewKind::duplicate_key: TRY_VOID(resolve_parked_field(transaction, *item, choice)); break;
    }
    if (item->state == ReviewState::open) TRY_VOID(close(transaction, *item, choice, by));
    resolved = *item;
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  hub_.on_change();
  co_return resolved;
}

Result<void> Workbench::close(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by) {
  item.state = ReviewState::resolved;
  item.closed = hub_.now();
  item.closed_by = by + ": " + choice;
  TRY_VOID(transaction.put(item));
  AuditRow row;
  row.at = hub_.now();
  row.run = RunId{hub_.ids.next(hub_.now())};
  row.connection = item.connection;
  row.source = kHub;
  row.entity = item.entity;
  row.type = hub_.model.at(item.type).name;
  row.remote = item.remote;
  row.operation = "resolve_review";
  row.changes.push_back(AuditChange{item.field ? hub_.model.at(item.type).fields[item.field->value()].name : "", std::nullopt, std::nullopt, item.closed_by});
  TRY_VOID(transaction.append(row));
  Entities entities(hub_, transaction, row.run);
  for (const ReviewCandidate& candidate : item.candidates) {
    if (candidate.entity.value().is_nil()) continue;
    TRY(auto state, entities.load(candidate.entity));
    if (state) TRY_VOID(entities.refresh_obligations(*state));
  }
  return {};
}

Result<void> Workbench::resolve_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by) {
  TRY(const std::size_t candidate, candidate_number(item, choice));
  const RunId run{hub_.ids.next(hub_.now())};
  Entities entities(hub_, transaction, run);
  TRY(auto state, entities.load(item.entity));
  if (!state) return fail(ErrorCode::not_found, "the item's record is not there any more");
  merge::Effects effects = entities.with_context(*state, [&](const merge::Context& context) { return merge::resolve_field(*state, item, candidate, by, context); });
  effects.golden_changed = true;
  item.state = ReviewState::resolved;
  item.closed = hub_.now();
  item.closed_by = by + ": " + choice;
  TRY_VOID(transaction.put(item));
  std::erase_if(effects.reviews, [&](const ReviewItem& one) { return one.id == item.id; });
  std::erase_if(state->reviews, [&](const ReviewItem& one) { return one.id == item.id; });
  return entities.save(*state, std::move(effects), Cause{run, kHub, RemoteId{}, "resolve_review"}, kHub);
}

Result<void> Workbench::resolve_duplicate(Transaction& transaction, ReviewItem& item, const std::string& choice) {
  MatchDecision decision;
  if (choice != "new") {
    TRY(const std::size_t candidate, candidate_number(item, choice));
    decision.entity = item.candidates[candidate].entity;
  }
  for (const ReviewCandidate& candidate : item.candidates)
    if (candidate.entity != decision.entity) decision.not_same.push_back(candidate.entity);
  TRY_VOID(put_match_decision(transaction, item.connection, item.remote, decision));
  InboxEvent event;
  event.connection = item.connection;
  event.remote = item.remote;
  event.kind = EventKind::reread;
  event.received = event.occurred = event.due = hub_.now();
  event.dedupe = "review/" + item.id.text();
  TRY([[maybe_unused]] const bool fresh, transaction.put(event));
  return {};
}

Result<void> Workbench::resolve_parked_field(Transaction& transaction, ReviewItem& item, const std::string& choice) {
  if (choice != "retry" && choice != "accept") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + choices(item));
  const RunId run{hub_.ids.next(hub_.now())};
  Entities entities(hub_, transaction, run);
  TRY(auto state, entities.load(item.entity));
  Link* link = state ? state->find(item.connection) : nullptr;
  if (!link || !item.field) return fail(ErrorCode::not_found, "the item's record is not there any more");
  LinkField& field = link->fields[item.field->value()];
  field.frozen = false;
  field.rewrites = 0;
  merge::Effects effects;
  effects.link_changed = true;
  if (choice == "accept" && field.shadow) {
    GoldenField& golden = state->golden.fields[item.field->value()];
    effects.changes.push_back(AuditChange{hub_.model.at(item.type).fields[item.field->value()].name, golden.value, *field.shadow, "accepted from there"});
    golden.value = *field.shadow;
    golden.stamp.lifted_us = golden.stamp.own_us = hub_.now().ms * 1000;
    golden.stamp.system = kHub;
    golden.stamp.run = run;
    field.acked = golden.value;
    field.acked_stamp = golden.stamp;
    effects.golden_changed = true;
  }
  std::erase_if(state->reviews, [&](const ReviewItem& one) { return one.id == item.id; });
  return entities.save(*state, std::move(effects), Cause{run, item.connection, item.remote, "resolve_review"}, item.connection);
}

Task<Result<void>> Workbench::replay(Ulid id, std::string by) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(auto letter, transaction.find_dead_letter(id));
    if (!letter) return fail(ErrorCode::not_found, "there is no dead letter " + id.text());
    if (letter->state != DeadLetterState::open) return fail(ErrorCode::conflict, "the dead letter is closed already");
    TRY(auto obligation, transaction.find_obligation(letter->entity, letter->connection));
    if (obligation && obligation->state != ObligationState::in_flight) {
      obligation->state = ObligationState::ready;
      obligation->attempts = 0;
      obligation->golden_version = 0;
      obligation->reason.clear();
      obligation->due = hub_.now();
      TRY_VOID(transaction.put(*obligation));
    }
    letter->state = DeadLetterState::replayed;
    letter->closed = hub_.now();
    AuditRow row;
    row.at = hub_.now();
    row.run = RunId{hub_.ids.next(hub_.now())};
    row.connection = letter->connection;
    row.entity = letter->entity;
    row.type = hub_.model.at(letter->type).name;
    row.remote = letter->remote;
    row.operation = "replay";
    row.changes.push_back(AuditChange{"", std::nullopt, std::nullopt, "by " + by});
    TRY_VOID(transaction.append(row));
    return transaction.put(*letter);
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (done) hub_.on_change();
  co_return done;
}

Task<Result<void>> Workbench::discard(Ulid id, std::string by) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(auto letter, transaction.find_dead_letter(id));
    if (!letter) return fail(ErrorCode::not_found, "there is no dead letter " + id.text());
    if (letter->state != DeadLetterState::open) return fail(ErrorCode::conflict, "the dead letter is closed already");
    letter->state = DeadLetterState::discarded;
    letter->closed = hub_.now();
    AuditRow row;
    row.at = hub_.now();
    row.run = RunId{hub_.ids.next(hub_.now())};
    row.connection = letter->connection;
    row.entity = letter->entity;
    row.type = hub_.model.at(letter->type).name;
    row.remote = letter->remote;
    row.operation = "discard";
    row.changes.push_back(AuditChange{"", std::nullopt, std::nullopt, "by " + by});
    TRY_VOID(transaction.append(row));
    return transaction.put(*letter);
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  co_return done;
}

}  // namespace lockstep
