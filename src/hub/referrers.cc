// What refers to an entity, when that is deleted, comes back, or is merged into another (rules 10 and 14).
#include <algorithm>

#include "hub/entities.h"

namespace lockstep {

std::string referrer_key(EntityId target) { return "refers:" + target.value().text(); }

namespace {

constexpr std::size_t kReferrersMax = 100'000;

/// The field was acknowledged with a stand-in for its reference (rule 14).
bool holds_stand_in(const LinkField& field, const GoldenField& golden, EntityId target) {
  const EntityRef* wanted = golden.value.get<EntityRef>();
  const EntityRef* acked = field.acked ? field.acked->get<EntityRef>() : nullptr;
  return wanted && acked && EntityId{wanted->entity} == target && EntityId{acked->entity} == target && field.shadow && field.shadow->is_blank();
}

}  // namespace

Result<void> Entities::lose_references(const Golden& target, ConnectionId connection) {
  for (const TypePolicy& policy : hub_.policies) {
    TRY(const auto referrers, tx_.find_by_match_key(policy.type, referrer_key(target.id), kReferrersMax));
    for (const EntityId referrer : referrers) {
      TRY(auto state, load(referrer));
      Link* link = state ? state->find(connection) : nullptr;
      if (!link || link->presence != LinkPresence::present) continue;
      bool lost = false;
      for (LinkField& field : link->fields) {
        const EntityRef* held = field.shadow ? field.shadow->get<EntityRef>() : nullptr;
        if (!held || EntityId{held->entity} != target.id) continue;
        field.shadow = Value{};
        field.missed = WallTime{};
        // Made there once more, it is referred to again; otherwise the blank stands in for it.
        if (target.presence == EntityPresence::present) field.acked = field.shadow;
        lost = true;
      }
      if (!lost) continue;
      TRY_VOID(tx_.put(*link));
      TRY_VOID(refresh_obligations(*state));
    }
  }
  return {};
}

Result<void> Entities::read_referrers(EntityId target, ConnectionId connection) {
  if (hub_.find_system(connection)->hosted) return {};  // its records name entities, whose aliases are followed
  for (const TypePolicy& policy : hub_.policies) {
    TRY(const auto referrers, tx_.find_by_match_key(policy.type, referrer_key(target), kReferrersMax));
    for (const EntityId referrer : referrers) {
      TRY(auto state, load(referrer));
      Link* link = state ? state->find(connection) : nullptr;
      if (!link || link->presence != LinkPresence::present) continue;
      const auto holds = [&](const LinkField& field) {
        const EntityRef* held = field.shadow ? field.shadow->get<EntityRef>() : nullptr;
        return held && EntityId{held->entity} == target;
      };
      if (std::ranges::none_of(link->fields, holds)) continue;
      link->needs_read = true;
      link->read_asked = hub_.next_fence();
      TRY_VOID(tx_.put(*link));
    }
  }
  return {};
}

Result<void> Entities::refer_to_survivor(EntityId dead, EntityId survivor) {
  const auto follow = [&](Value& value) {
    const EntityRef* held = value.get<EntityRef>();
    if (held && EntityId{held->entity} == dead) value = Value(EntityRef{survivor.value()});
  };
  const auto follow_any = [&](std::optional<Value>& value) {
    if (value) follow(*value);
  };
  for (const TypePolicy& policy : hub_.policies) {
    TRY(const auto referrers, tx_.find_by_match_key(policy.type, referrer_key(dead), kReferrersMax));
    for (const EntityId referrer : referrers) {
      TRY(auto state, load(referrer));
      if (!state) continue;
      for (GoldenField& field : state->golden.fields) follow(field.value);
      for (Link& link : state->links)
        for (LinkField& field : link.fields) {
          follow_any(field.shadow);
          follow_any(field.acked);
          follow_any(field.before);
          for (Unanswered& sent : field.unanswered) follow(sent.value);
        }
      TRY_VOID(tx_.put(state->golden));
      for (const Link& link : state->links) TRY_VOID(tx_.put(link));
      TRY_VOID(put_match_keys(*state));
      TRY_VOID(refresh_obligations(*state));
    }
  }
  return {};
}

Result<void> Entities::owe_references(EntityId target) {
  for (const TypePolicy& policy : hub_.policies) {
    TRY(const auto referrers, tx_.find_by_match_key(policy.type, referrer_key(target), kReferrersMax));
    for (const EntityId referrer : referrers) {
      TRY(auto state, load(referrer));
      if (!state) continue;
      bool owed = false;
      for (Link& link : state->links) {
        bool changed = false;
        for (std::size_t i = 0; i < link.fields.size() && i < state->golden.fields.size(); ++i) {
          if (!holds_stand_in(link.fields[i], state->golden.fields[i], target)) continue;
          link.fields[i].acked = link.fields[i].shadow;
          changed = true;
        }
        if (changed) TRY_VOID(tx_.put(link));
        owed = owed || changed;
      }
      if (owed) TRY_VOID(refresh_obligations(*state));
    }
  }
  return {};
}

}  // namespace lockstep
