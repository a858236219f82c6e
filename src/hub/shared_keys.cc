// Rule 11, its end: two who are known to be two, and share a key from now on, may be one.
#include <algorithm>

#include "hub/entities.h"
#include "identity/match_keys.h"

namespace lockstep {

namespace {

constexpr std::size_t kSharedMax = 8;  // whom one key may ask about: a limit, should very many come to share it

EntityId other_of(const ReviewItem& item, EntityId one) { return item.entity != one || item.candidates.empty() ? item.entity : item.candidates.front().entity; }

}  // namespace

bool Entities::moves_a_key(TypeIndex of, const merge::Effects& effects) const {
  if (effects.revived || effects.gone) return true;
  const EntityType& type = hub_.model.at(of);
  const auto& keys = hub_.mappings[of.value()].match.keys;
  return std::ranges::any_of(effects.changes, [&](const AuditChange& change) {
    return change.field.empty() || std::ranges::any_of(keys, [&](const auto& key) {
             return std::ranges::any_of(key, [&](FieldIndex part) { return type.fields[part.value()].name == change.field; });
           });
  });
}

bool is_about_two(const ReviewItem& item) {
  return item.kind == ReviewKind::possible_duplicate && item.connection == kHub && item.remote.empty() && !item.entity.value().is_nil();
}

Result<std::map<EntityId, std::string>> Entities::who_shares_a_key(const merge::EntityState& state) {
  std::map<EntityId, std::string> sharing;
  if (state.golden.presence != EntityPresence::present) return sharing;
  const auto& match = hub_.mappings[state.golden.type.value()].match;
  for (const auto& key : identity::match_keys(hub_.model.at(state.golden.type), match.keys, fields_of(state.golden))) {
    if (key.weak) continue;
    TRY(const auto found, tx_.find_by_match_key(state.golden.type, key.text, kSharedMax));
    for (const EntityId entity : found)
      if (entity != state.golden.id) sharing.emplace(entity, key.text);
  }
  return sharing;
}

Result<void> Entities::ask_about_shared_keys(merge::EntityState& state, const merge::Effects& effects) {
  if (state.golden.version <= 1 || !moves_a_key(state.golden.type, effects)) return {};
  TRY(auto sharing, who_shares_a_key(state));
  for (ReviewItem& item : state.reviews) {
    if (item.state != ReviewState::open || !is_about_two(item) || sharing.erase(other_of(item, state.golden.id)) > 0) continue;
    item.state = ReviewState::closed_by_itself;
    item.closed = hub_.now();
    item.closed_by = "they share no key any more";
    TRY_VOID(tx_.put(item));
    TRY(auto other, load(other_of(item, state.golden.id)));
    if (other && other->golden.id != state.golden.id) TRY_VOID(owe(*other));
  }
  for (const auto& [entity, key] : sharing) {
    TRY(const bool are_two, tx_.is_not_same(state.golden.id, entity));
    if (are_two) continue;
    ReviewItem item;
    item.id = hub_.ids.next(hub_.now());
    item.kind = ReviewKind::possible_duplicate;
    item.type = state.golden.type;
    item.entity = state.golden.id;
    item.connection = kHub;
    item.opened = hub_.now();
    item.summary = "two that were known to be two have one key by now: " + key;
    ReviewCandidate candidate;
    candidate.entity = entity;
    item.candidates.push_back(std::move(candidate));
    TRY_VOID(tx_.put(item));
    state.reviews.push_back(std::move(item));
  }
  return {};
}

}  // namespace lockstep
