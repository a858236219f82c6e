// Before a delete, references to the record are cleared (rule 14): many a server deletes what refers to it, too. And references that
// a system cannot express as blank.
#include <algorithm>

#include "deliver/dispatcher.h"
#include "hub/references.h"

namespace lockstep::deliver {

namespace {

constexpr std::size_t kReferrersMax = 500;  // cleared in one go; the delete comes back for the rest
constexpr Duration kLookAgainFirst{1'000}, kLookAgainLast{600'000};
constexpr std::int64_t kOften = 30, kRarely = 2;  // in such a share of the time that it waited already
constexpr Duration kSoonRead{300'000};            // a feed that is read less often is not waited for

/// The fields of `link` that were last known to point to `target`, and that we may write.
std::vector<FieldIndex> fields_that_point_to(EntityId target, const Link& link, const LinkPolicy& policy) {
  std::vector<FieldIndex> fields;
  if (!policy.writable || link.presence != LinkPresence::present || link.archived || link.secondary) return fields;
  for (std::size_t i = 0; i < link.fields.size() && i < policy.fields.size(); ++i) {
    const EntityRef* held = link.fields[i].shadow ? link.fields[i].shadow->get<EntityRef>() : nullptr;
    if (!held || EntityId{held->entity} != target) continue;
    if (policy.fields[i].mapped && policy.fields[i].direction != Direction::in) fields.emplace_back(static_cast<std::uint16_t>(i));
  }
  return fields;
}

bool may_refer(const Model& model, TypeIndex from, TypeIndex to, const LinkPolicy* policy) {
  const std::vector<FieldDefinition>& fields = model.at(from).fields;
  for (std::size_t i = 0; policy && i < fields.size() && i < policy->fields.size(); ++i)
    if (policy->fields[i].mapped && std::ranges::find(fields[i].targets, model.at(to).name) != fields[i].targets.end()) return true;
  return false;
}

Obligation clearing_of(const Golden& referrer, ConnectionId connection, WallTime now) {
  Obligation clearing;
  clearing.entity = referrer.id;
  clearing.connection = connection;
  clearing.type = referrer.type;
  clearing.since = clearing.due = now;
  clearing.reason = "clears its reference to a record that is to be deleted";
  return clearing;
}

}  // namespace

Result<bool> Dispatcher::can_let_go(Transaction& transaction, const merge::EntityState& state, const Link& link, const std::vector<FieldIndex>& fields) const {
  // What waits for a person is not written: also not blank.
  const auto waits = [&](FieldIndex field) { return state.golden.fields[field.value()].frozen || link.fields[field.value()].frozen; };
  if (std::ranges::any_of(fields, waits)) return false;
  const mapping::EntityMapping& mapping = *system_.find(state.golden.type)->mapping;
  const Fields golden = fields_of(state.golden);
  const auto variant = mapping.variant_of_link(link.remote.object, golden);
  if (!variant) return false;
  TRY(const Resolved to, to_remotes(hub_, transaction, system_.id, state.golden.type, golden));
  return std::ranges::all_of(fields, [&](FieldIndex field) { return mapping.expresses(*variant, to.fields, field); });
}

Result<void> Dispatcher::refuse_delete(Transaction& transaction, merge::EntityState& state, std::string summary) {
  Entities entities(hub_, transaction, RunId{});
  const Link* link = state.find(system_.id);
  const Cause cause{RunId{}, system_.id, link ? link->remote : RemoteId{}, "review"};
  merge::Effects effects =
      entities.with_context(state, [&](const merge::Context& context) { return merge::refuse_delete(state, system_.id, std::move(summary), context); });
  return entities.save(state, std::move(effects), cause, system_.id);
}

bool Dispatcher::knows_referrers(TypeIndex target, WallTime since) const {
  const auto is_read = [&](const SystemType& type, const std::string& object) {
    const connector::ObjectTraits* traits = system_.connector->find_object(object);
    if (!traits || !traits->has_changes) return true;  // nothing but listings tells of it
    const auto known = system_.coverage->of(object);
    // Where a feed is slow, its word is that old when it comes, and once more until the next one is there.
    const Duration every = std::max(type.schedule.poll_every, system_.coverage->polled_every(type.type));
    const auto oldest = [&] { return every + std::max(traits->visible_after + Coverage::kReadTakes, known->late + known->late); };
    const bool lately = known && hub_.now() - known->until < oldest();
    return lately && (known->until >= since || every > kSoonRead);
  };
  return std::ranges::all_of(system_.types, [&](const SystemType& type) {
    const std::vector<std::string> objects = type.objects();
    return !may_refer(hub_.model, type.type, target, hub_.policy(type.type).find(system_.id)) ||
           std::ranges::all_of(objects, [&](const std::string& object) { return is_read(type, object); });
  });
}

Result<void> Dispatcher::look_again(Transaction& transaction, Obligation& removal, std::int64_t share, std::string reason) const {
  // Less often the longer it waits: what refers to it may be a dead letter.
  removal.due = hub_.now() + std::clamp((hub_.now() - removal.since) / share, kLookAgainFirst, kLookAgainLast);
  removal.reason = std::move(reason);
  return transaction.put(removal);
}

Result<bool> Dispatcher::waits_for_feeds(Transaction& transaction, TypeIndex type, Obligation& removal) const {
  if (knows_referrers(type, removal.since)) return false;
  // A server may delete with the record what was made for it meanwhile. Soon after the feeds were read, since nothing is known of what comes then.
  TRY_VOID(look_again(transaction, removal, hub_.now() - removal.since < kSoonRead ? kOften : kRarely, "waits until what may refer to it there was read"));
  return true;
}

Result<bool> Dispatcher::waits_for_clearing(Transaction& transaction, Entities& entities, merge::EntityState& state, Obligation& removal, bool takes_along) {
  const EntityId target = state.golden.id;
  bool waits = false;
  std::string held_by, kept_by;
  std::vector<Obligation> clearings;
  const Entities::Visit look_at = [&](merge::EntityState& referrer) -> Result<bool> {
    const Link* link = referrer.find(system_.id);
    const LinkPolicy* policy = hub_.policy(referrer.golden.type).find(system_.id);
    const auto pointing = link && policy ? fields_that_point_to(target, *link, *policy) : std::vector<FieldIndex>{};
    if (pointing.empty()) return true;
    const auto name = [&] {
      return hub_.model.at(referrer.golden.type).name + " " + referrer.golden.id.value().text() + " (" + link->remote.object + " " + link->remote.id + ")";
    };
    TRY(const bool lets_go, can_let_go(transaction, referrer, *link, pointing));
    if (!lets_go && !takes_along) return true;  // it stays, and goes on naming a record that stays
    waits = true;
    if (!lets_go) {
      held_by = name();
      return false;
    }
    TRY(const auto owed, transaction.find_obligation(referrer.golden.id, system_.id));
    if (owed && owed->state == ObligationState::parked) kept_by = name() + ": " + owed->reason;
    if (!owed) clearings.push_back(clearing_of(referrer.golden, system_.id, hub_.now()));  // else whatever is sent next clears it as well
    return true;
  };
  TRY_VOID(entities.for_each_referrer(target, kReferrersMax, look_at));
  if (!held_by.empty()) {
    // Servers delete what cannot be without its parent, and we would take that for somebody's wish. Nothing is cleared for a delete that does not come.
    TRY_VOID(refuse_delete(transaction, state, "its delete in " + system_.name + " would take " + held_by + " with it, which cannot be there without it"));
    return true;
  }
  if (!waits) return false;
  for (const Obligation& clearing : clearings) TRY_VOID(transaction.put(clearing));
  TRY_VOID(look_again(transaction, removal, kRarely, "waits until references to it are cleared" + (kept_by.empty() ? kept_by : " by " + kept_by)));
  return true;
}

Result<void> Dispatcher::add_clearing(Transaction& transaction, const merge::EntityState& state, merge::Plan& plan) {
  const Link* link = state.find(system_.id);
  const LinkPolicy* policy = hub_.policy(state.golden.type).find(system_.id);
  if (!link || !policy || (plan.kind != merge::Plan::Kind::nothing && plan.kind != merge::Plan::Kind::update)) return {};
  // Of what the system holds, not of golden: it may hold on to a reference that is blank everywhere else.
  for (std::size_t i = 0; i < state.golden.fields.size() && i < link->fields.size(); ++i) {
    const EntityRef* reference = link->fields[i].shadow ? link->fields[i].shadow->get<EntityRef>() : nullptr;
    const FieldIndex field{static_cast<std::uint16_t>(i)};
    if (!reference || state.golden.fields[i].frozen || std::ranges::find(plan.fields, field) != plan.fields.end()) continue;
    const auto pointing = fields_that_point_to(EntityId{reference->entity}, *link, *policy);
    if (std::ranges::find(pointing, field) == pointing.end()) continue;
    TRY(const auto target, transaction.find_golden(EntityId{reference->entity}));
    if (!target || target->presence == EntityPresence::present) continue;
    TRY(const bool lets_go, can_let_go(transaction, state, *link, {field}));
    if (!lets_go) continue;
    plan.kind = merge::Plan::Kind::update;
    plan.fields.push_back(field);
  }
  return {};
}

Result<void> Dispatcher::leave_unexpressed(Transaction& transaction, Link& link, const merge::EntityState& state, const Fields& to, std::size_t variant,
                                           std::vector<FieldIndex>& fields) const {
  const mapping::EntityMapping& mapping = *system_.find(state.golden.type)->mapping;
  const auto stays = [&](FieldIndex field) { return field.value() < link.fields.size() && !mapping.expresses(variant, to, field); };
  if (std::ranges::none_of(fields, stays)) return {};
  for (const FieldIndex field : fields) {
    if (!stays(field)) continue;
    // The shadow goes on telling what the system holds.
    link.fields[field.value()].acked = state.golden.fields[field.value()].value;
    link.fields[field.value()].acked_stamp = state.golden.fields[field.value()].stamp;
  }
  std::erase_if(fields, stays);
  return transaction.put(link);
}

}  // namespace lockstep::deliver
