#include "engine/workbench.h"

#include <charconv>

#include "hub/decisions.h"
#include "hub/entities.h"
#include "hub/reread.h"

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
    case ReviewKind::possible_duplicate:
      if (is_about_two(item)) return "merge the two in one of the systems, and the item closes itself, or choose 'new' when they are two";
      if (!item.entity.value().is_nil()) return "choose 'dismiss' once it is settled in the systems";
      return "choose " + numbers + ", or 'new' when it is somebody else";
    case ReviewKind::mass_delete: return "choose 'approve', or 'dismiss'";
    case ReviewKind::delete_vs_edit:
      return "choose 'remove' to delete it everywhere, 'keep' to have it everywhere, or 'leave' to let it be gone in that one system";
    case ReviewKind::refused_delete:
      return "choose 'retry' to delete it there once nothing holds it any more, 'leave' to let it stay in that one system, or 'keep' to have it everywhere "
             "again";
    case ReviewKind::rewritten:
    case ReviewKind::refused_field:
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
        if (is_about_two(*item)) {
          if (choice != "new") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + choices(*item));
          for (const ReviewCandidate& other : item->candidates) TRY_VOID(transaction.put_not_same(item->entity, other.entity));
          break;
        }
        [[fallthrough]];
      case ReviewKind::second_record:
        if (choice != "dismiss") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; choose 'dismiss'");
        break;
      case ReviewKind::mass_delete:
        if (choice != "approve" && choice != "dismiss") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + choices(*item));
        if (const System* system = hub_.find_system(item->connection); system && system->hosted)
          TRY_VOID(decide_told_deletes(transaction, hub_.model, *item, choice == "approve", hub_.now()));
        else if (choice == "approve") TRY_VOID(approve_withheld_deletes(transaction, hub_.model, item->connection, item->type));
        break;
      case ReviewKind::rewritten:
      case ReviewKind::refused_field:
      case ReviewKind::duplicate_key: TRY_VOID(resolve_parked_field(transaction, *item, choice, by)); break;
      case ReviewKind::refused_delete:
      case ReviewKind::delete_vs_edit: TRY_VOID(resolve_delete(transaction, *item, choice, by)); break;
    }
    if (item->state == ReviewState::open) TRY_VOID(close(transaction, *item, choice, by));
    resolved = *item;
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) co_return tl::unexpected(done.error());
  if (resolved.kind == ReviewKind::mass_delete) hub_.on_reads_wanted(resolved.connection);
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
  return Entities(hub_, transaction, row.run).refresh_obligations_of(item);
}

Result<void> Workbench::resolve_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by) {
  TRY(const std::size_t candidate, candidate_number(item, choice));
  return resolve_candidate(transaction, item, candidate, by + ": " + choice);
}

Result<void> Workbench::resolve_parked_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by) {
  if (choice != "retry" && choice != "accept") return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + choices(item));
  for (std::size_t i = 0; i < item.candidates.size(); ++i)
    if ((item.candidates[i].system == kHub) == (choice == "retry")) return resolve_candidate(transaction, item, i, by + ": " + choice);
  return fail(ErrorCode::conflict, "the item does not hold both values; choose the other way");
}

Result<void> Workbench::resolve_candidate(Transaction& transaction, ReviewItem& item, std::size_t candidate, const std::string& by) {
  const RunId run{hub_.ids.next(hub_.now())};
  Entities entities(hub_, transaction, run);
  TRY(auto state, entities.load(item.entity));
  if (!state) return fail(ErrorCode::not_found, "the item's record is not there any more");
  merge::Effects effects =
      entities.with_context(*state, [&](const merge::Context& context) { return merge::resolve_field(*state, item, candidate, by, context); });
  effects.golden_changed = true;
  return entities.save(*state, std::move(effects), Cause{run, kHub, RemoteId{}, "resolve_review"}, kHub);
}

Result<void> Workbench::resolve_delete(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by) {
  using Choice = merge::DeleteChoice;
  std::optional<Choice> chosen;
  if (choice == (item.kind == ReviewKind::refused_delete ? "retry" : "remove")) chosen = Choice::remove;
  if (choice == "keep") chosen = Choice::keep;
  if (choice == "leave") chosen = Choice::leave;
  if (!chosen) return fail(ErrorCode::invalid_input, "'" + choice + "' is no choice here; " + choices(item));
  const RunId run{hub_.ids.next(hub_.now())};
  Entities entities(hub_, transaction, run);
  TRY(auto state, entities.load(item.entity));
  if (!state) return fail(ErrorCode::not_found, "the item's record is not there any more");
  TRY(merge::Effects effects,
      entities.with_context(*state, [&](const merge::Context& context) { return merge::resolve_delete(*state, item, *chosen, by + ": " + choice, context); }));
  return entities.save(*state, std::move(effects), Cause{run, kHub, item.remote, "resolve_review"}, kHub);
}

Result<void> Workbench::resolve_duplicate(Transaction& transaction, ReviewItem& item, const std::string& choice) {
  const System* system = hub_.find_system(item.connection);
  MatchDecision decision;
  if (choice == "new") {
    for (const ReviewCandidate& candidate : item.candidates) decision.not_same.push_back(candidate.entity);
  } else {
    TRY(const std::size_t candidate, candidate_number(item, choice));
    decision.entity = item.candidates[candidate].entity;
    // What a support system sent is held, and merged with the link.
    if (!system || !system->hosted) return link_to(transaction, item, decision.entity);
    TRY_VOID(load_candidate(transaction, item, decision.entity));
  }
  TRY_VOID(put_match_decision(transaction, item.connection, item.remote, decision));
  // What is decided is taken when the record is read.
  return ask_for_read(transaction, item.connection, item.remote, item.opened, "review/" + item.id.text());
}

/// The entity of a candidate that may be linked.
Result<merge::EntityState> Workbench::load_candidate(Transaction& transaction, const ReviewItem& item, EntityId entity) {
  TRY(auto state, Entities(hub_, transaction, RunId{}).load(entity));
  if (!state) return fail(ErrorCode::not_found, "that candidate is not there any more");
  if (const Link* there = state->find(item.connection); there && there->presence == LinkPresence::present && !hub_.is_offered(*there))
    return fail(ErrorCode::conflict, "that candidate has another record in " + hub_.system_name(item.connection) + " already: " + there->remote.id +
                                         "; merge the two there, and the item closes itself, or choose 'new'");
  return std::move(*state);
}

/// Linked at once, with nothing known of what it holds: were it only asked for, a twin could be made in the meantime.
Result<void> Workbench::link_to(Transaction& transaction, const ReviewItem& item, EntityId entity) {
  const RunId run{hub_.ids.next(hub_.now())};
  Entities entities(hub_, transaction, run);
  TRY(merge::EntityState loaded, load_candidate(transaction, item, entity));
  merge::EntityState* const state = &loaded;
  if (const Link* old = state->find(item.connection); old && !old->remote.empty())
    TRY_VOID(transaction.erase_link(state->golden.id, item.connection, old->remote));
  std::erase_if(state->reviews, [&](const ReviewItem& one) { return one.id == item.id; });
  TRY_VOID(entities.owe_anew(state->golden.id, item.connection));
  merge::Effects effects;
  entities.with_context(*state, [&](const merge::Context& context) { merge::add_link(*state, item.connection, item.remote, context).needs_read = true; });
  entities.close_delete_questions(*state, item.connection, effects);
  effects.link_changed = true;
  effects.changes.push_back(AuditChange{"", std::nullopt, Value(item.remote), "linked by a person's decision"});
  return entities.save(*state, std::move(effects), Cause{run, item.connection, item.remote, "link"}, item.connection);
}

}  // namespace lockstep
