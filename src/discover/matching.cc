// Matching of records that are not linked yet (rule 11).
#include <algorithm>

#include "base/check.h"
#include "discover/step.h"
#include "hub/decisions.h"
#include "hub/references.h"

namespace lockstep::discover {

namespace {

ReviewCandidate candidate_of(ConnectionId connection, const RemoteId& remote, EntityId entity) {
  ReviewCandidate candidate;
  candidate.system = connection;
  candidate.remote = remote;
  candidate.entity = entity;
  return candidate;
}

}  // namespace

Result<void> Step::unlinked() {
  // A row that is as fresh as a read by id counts as one; a pushed payload, a partial row, or a page that is older than a
  // notice of the record's end does not.
  if (!source_.by_id && (!source_.fence || seen_.partial || newer_notice())) return ask_by_id(seen_.row.id, "not linked yet");
  gone_.erase({source_.connection, seen_.row.id});
  ReviewFilter open;
  open.connection = source_.connection;
  open.remote = seen_.row.id;
  open.state = ReviewState::open;
  open.limit = 1;
  TRY(const auto waiting, tx_.list_reviews(open));
  TRY(seen_.old_names, to_entities(hub_, tx_, source_.connection, source_.type, seen_.row.id, seen_.fields));
  TRY(const auto decided, find_match_decision(tx_, source_.connection, seen_.row.id));
  if (decided) {
    TRY(const bool taken, decided->entity.value().is_nil() ? Result<bool>(false) : has_live_link(decided->entity));
    if (!taken) return follow(*decided);
  }
  std::vector<EntityId> tombstones;
  std::optional<EntityId> adopted;
  TRY(const auto decision, match(tombstones, adopted));
  if (!decision) return {};
  if (!waiting.empty() && decision->kind == identity::Decision::Kind::review) return ask_about(waiting.front(), *decision);
  if (waits_for_recovery(*decision)) return ask_by_id(seen_.row.id, "unclear until all is read again");
  TRY(const bool was_buried, is_lost_tombstone(tombstones));
  if (was_buried) {
    identity::Decision review = *decision;
    review.kind = identity::Decision::Kind::review;
    review.candidates = tombstones;
    review.why = "its external id names a record that was deleted before the store was restored";
    return waiting.empty() ? open_duplicate_review(review) : Result<void>{};
  }
  // What made it ambiguous was mended in the systems.
  TRY_VOID(close_reviews_of(seen_.row.id, "it is not ambiguous any more"));
  switch (decision->kind) {
    case identity::Decision::Kind::link: return link_to(decision->entity);
    case identity::Decision::Kind::review: return open_duplicate_review(*decision);
    case identity::Decision::Kind::create: return create(adopted.value_or(EntityId{hub_.ids.next(hub_.now())}));
  }
  return {};
}

Result<void> Step::follow(const MatchDecision& decided) {
  TRY(const auto entity, tx_.resolve(decided.entity));
  const EntityId own = entity.value_or(EntityId{hub_.ids.next(hub_.now())});
  for (const EntityId other : decided.not_same) TRY_VOID(tx_.put_not_same(own, other));
  if (entity) return link_to(own);
  // Other records that may be one of those may be this one.
  for (const EntityId other : decided.not_same) TRY_VOID(add_to_questions_about(other, own));
  return create(own);
}

Result<void> Step::add_to_questions_about(EntityId known, EntityId added) {
  ReviewFilter open;
  open.entity = known;
  open.kind = ReviewKind::possible_duplicate;
  open.state = ReviewState::open;
  open.limit = SIZE_MAX;
  TRY(auto items, tx_.list_reviews(open));
  for (ReviewItem& item : items) {
    if (!item.entity.value().is_nil() || item.remote == seen_.row.id) continue;
    if (std::ranges::find(item.candidates, added, &ReviewCandidate::entity) != item.candidates.end()) continue;
    item.candidates.push_back(candidate_of(item.connection, item.remote, added));
    TRY_VOID(tx_.put(item));
    TRY_VOID(entities_.ask_by_id(item.connection, item.remote, "whom it may be has changed"));
  }
  return {};
}

/// Whom it may be can have changed since it was asked.
Result<void> Step::ask_about(ReviewItem item, const identity::Decision& decision) {
  if (item.kind != ReviewKind::possible_duplicate || !item.entity.value().is_nil()) return {};
  const ReviewItem before = item;
  item.candidates.clear();
  for (const EntityId entity : decision.candidates) item.candidates.push_back(candidate_of(item.connection, item.remote, entity));
  if (std::ranges::equal(before.candidates, item.candidates, {}, &ReviewCandidate::entity, &ReviewCandidate::entity)) return {};
  item.summary = decision.why;
  TRY_VOID(tx_.put(item));
  TRY_VOID(entities_.refresh_obligations_of(before));
  return entities_.refresh_obligations_of(item);
}

Result<bool> Step::has_live_link(EntityId entity) const {
  TRY(const auto links, tx_.find_links(entity));
  return std::ranges::any_of(links, [&](const Link& link) {
    return link.connection == source_.connection && link.presence == LinkPresence::present && !link.secondary && !hub_.is_offered(link);
  });
}

Result<bool> Step::is_late_create_of(EntityId entity) const {
  const System* system = hub_.find_system(source_.connection);
  const connector::ObjectTraits* traits = system->connector ? system->connector->find_object(seen_.object) : nullptr;
  if (!traits) return false;
  const HubEquivalence equivalence(hub_, source_.type);
  const auto is_as_sent = [&](const Link& link, std::size_t i) {
    return std::ranges::any_of(link.fields[i].unanswered, [&](const Unanswered& sent) {
      return equivalence.equivalent(link.connection, FieldIndex{static_cast<std::uint16_t>(i)}, *seen_.fields[i], sent.stand_in.value_or(sent.value));
    });
  };
  TRY(const auto links, tx_.find_links(entity));
  for (const Link& link : links) {
    if (link.connection != source_.connection || link.secondary || !link.intent || link.presence == LinkPresence::present) continue;
    if (seen_.row.modified.value_or(source_.sent) > link.intent->sent + hub_.request_life + traits->visible_after) return false;
    for (std::size_t i = 0; i < link.fields.size() && i < seen_.fields.size(); ++i)
      if (!link.fields[i].unanswered.empty() && seen_.fields[i] && !is_as_sent(link, i)) return false;
    return true;
  }
  return false;
}

Result<std::optional<identity::Decision>> Step::match(std::vector<EntityId>& tombstones, std::optional<EntityId>& adopted) {
  std::vector<identity::Candidate> candidates;
  const auto add = [&](EntityId entity, bool by_external_id, bool weak) -> Result<void> {
    const auto known = std::ranges::find(candidates, entity, &identity::Candidate::entity);
    if (known != candidates.end()) {
      known->weak = known->weak && weak;
      return {};
    }
    identity::Candidate candidate;
    candidate.entity = entity;
    candidate.by_external_id = by_external_id;
    candidate.weak = weak;
    TRY(candidate.has_live_link, has_live_link(entity));
    candidates.push_back(candidate);
    return {};
  };
  if (const auto key = parse_ulid(seen_.row.external_key)) {
    TRY(const auto entity, tx_.resolve(EntityId{*key}));
    if (entity) {
      TRY(const auto golden, tx_.find_golden(*entity));
      if (golden && golden->type == source_.type) {
        if (golden->presence == EntityPresence::deleted) tombstones.push_back(*entity);
        TRY_VOID(add(*entity, true, false));
      }
    } else {
      adopted = EntityId{*key};
    }
  }
  if (candidates.empty()) {
    const auto& match = hub_.mappings[source_.type.value()].match;
    for (const auto& key : identity::match_keys(hub_.model.at(source_.type), match.keys, seen_.fields)) {
      constexpr std::size_t kSharedMax = 8;
      TRY(const auto entities, tx_.find_by_match_key(source_.type, key.text, kSharedMax));
      for (const EntityId entity : entities) TRY_VOID(add(entity, false, key.weak));
      TRY(const auto deleted, tx_.find_by_match_key(source_.type, late_create_key(key.text), kSharedMax));
      for (const EntityId entity : deleted) {
        TRY(const bool ours, is_late_create_of(entity));
        if (ours) TRY_VOID(add(entity, false, key.weak));
      }
    }
  }
  return std::optional(identity::decide(candidates));
}

Result<void> Step::create(EntityId id) {
  merge::Effects effects;
  merge::EntityState probe;
  probe.golden.id = id;
  probe.golden.type = source_.type;
  TRY(const merge::Observation seen, observation(probe));
  merge::EntityState state = entities_.with_context(probe, [&](const merge::Context& context) { return merge::create_entity(id, seen, context, effects); });
  if (was_archived(seen)) archive(state, effects);
  effects.golden_changed = effects.link_changed = true;
  ++count_.created;
  TRY_VOID(entities_.save(state, std::move(effects), cause("create_entity"), source_.connection));
  return after_linking(state);
}

Result<void> Step::link_to(EntityId entity) {
  TRY(auto state, entities_.load(entity));
  CHECK(state, "a match with an entity that is not there");
  // A link to a record that is gone there is replaced by this one.
  if (const Link* old = state->find(source_.connection); old && !old->remote.empty() && old->remote != seen_.row.id) {
    TRY_VOID(tx_.erase_link(entity, source_.connection, old->remote));
    TRY_VOID(tx_.put_remote_alias(source_.connection, old->remote, seen_.row.id));
  }
  TRY_VOID(entities_.owe_anew(entity, source_.connection));
  TRY(const merge::Observation seen, observation(*state));
  merge::Effects effects = entities_.with_context(*state, [&](const merge::Context& context) {
    merge::add_link(*state, source_.connection, seen_.row.id, context);
    return merge::observe(*state, seen, context);
  });
  entities_.close_delete_questions(*state, source_.connection, effects);
  effects.link_changed = true;
  ++count_.matched;
  TRY_VOID(entities_.save(*state, std::move(effects), cause("link"), source_.connection));
  return after_linking(*state);
}

Step::Place Step::place_of(const merge::EntityState& state) const {
  const Link* link = state.find(source_.connection);
  return link ? Place(link->remote, link->presence) : Place();
}

Result<void> Step::owe_anew_if_not(const Place& was, const merge::EntityState& state) {
  return place_of(state) == was ? Result<void>{} : entities_.owe_anew(state.golden.id, source_.connection);
}

Result<void> Step::after_linking(const merge::EntityState& state) {
  TRY_VOID(wake_referrers());
  TRY([[maybe_unused]] const auto woken, tx_.wake_obligations(source_.connection, state.golden.id, hub_.now()));
  return {};
}

Result<void> Step::open_duplicate_review(const identity::Decision& decision) {
  ReviewItem item;
  item.id = hub_.ids.next(hub_.now());
  item.kind = ReviewKind::possible_duplicate;
  item.type = source_.type;
  item.connection = source_.connection;
  item.remote = seen_.row.id;
  item.opened = hub_.now();
  item.summary = decision.why;
  for (const EntityId entity : decision.candidates) item.candidates.push_back(candidate_of(item.connection, item.remote, entity));
  ++count_.reviews;
  TRY_VOID(tx_.put(item));
  AuditRow row;
  row.at = hub_.now();
  row.run = source_.run;
  row.connection = row.source = source_.connection;
  row.remote = seen_.row.id;
  row.type = hub_.model.at(source_.type).name;
  row.operation = "review";
  row.error = decision.why;
  TRY_VOID(tx_.append(row));
  // Nothing is created there for the candidates while the item is open: their obligations are looked at again.
  return entities_.refresh_obligations_of(item);
}

/// A record that waits for a person's decision may be gone: its item goes with it, once that is confirmed by id.
Result<void> Step::unlinked_gone() {
  if (source_.by_id) return close_reviews_of(seen_.row.id, "the record was deleted");
  ReviewFilter open;
  open.connection = source_.connection;
  open.remote = seen_.row.id;
  open.state = ReviewState::open;
  open.limit = 1;
  TRY(const auto waiting, tx_.list_reviews(open));
  return waiting.empty() ? Result<void>{} : ask_by_id(seen_.row.id, "told to be deleted");
}

Result<void> Step::close_reviews_of(const RemoteId& remote, const std::string& why) {
  ReviewFilter open;
  open.connection = source_.connection;
  open.remote = remote;
  open.state = ReviewState::open;
  TRY(auto items, tx_.list_reviews(open));
  for (ReviewItem& item : items) {
    if (item.kind != ReviewKind::possible_duplicate && item.kind != ReviewKind::second_record) continue;
    item.state = ReviewState::closed_by_itself;
    item.closed = hub_.now();
    item.closed_by = why;
    TRY_VOID(tx_.put(item));
    TRY_VOID(entities_.refresh_obligations_of(item));
  }
  return {};
}

}  // namespace lockstep::discover
