#include "hub/entities.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "hub/decisions.h"
#include "hub/reread.h"
#include "identity/match_keys.h"

namespace lockstep {

Fields fields_of(const Golden& golden) {
  Fields fields;
  fields.reserve(golden.fields.size());
  for (const GoldenField& field : golden.fields) fields.emplace_back(field.value);
  return fields;
}

std::string late_create_key(std::string_view match_key) { return "late:" + std::string(match_key); }

namespace {

/// The key under which present entities that refer to `target` stand in the index of match keys.
std::string referrer_key(EntityId target) { return "refers:" + target.value().text(); }

}  // namespace

namespace {

/// So many records of one system that may all be the same one are enough to know that nothing is made there.
constexpr std::size_t kNamedMax = 100;

}  // namespace

Result<std::optional<merge::EntityState>> Entities::load(EntityId id) {
  TRY(auto golden, tx_.find_golden(id));
  // A live entity stands for itself; one that is not may have been merged into another.
  if (!golden || golden->presence != EntityPresence::present) {
    TRY(const auto resolved, tx_.resolve(id));
    if (!resolved) return std::optional<merge::EntityState>{};
    TRY(golden, tx_.find_golden(*resolved));
    if (!golden) return fail(ErrorCode::storage, "entity " + resolved->value().text() + " has no golden record");
  }
  merge::EntityState state;
  state.golden = std::move(*golden);
  TRY(state.links, tx_.find_links(state.golden.id));
  ReviewFilter filter;
  filter.entity = state.golden.id;
  filter.state = ReviewState::open;
  filter.limit = SIZE_MAX;  // one of its own that is left out would not be waited for
  filter.named_max = kNamedMax;
  TRY(state.reviews, tx_.list_reviews(filter));
  // A model that grew since the row was written: new fields start unknown.
  const std::size_t count = hub_.model.at(state.golden.type).fields.size();
  state.golden.fields.resize(count);
  for (Link& link : state.links) {
    link.fields.resize(count);
    hub_.void_what_is_old(link);
  }
  return std::optional(std::move(state));
}

namespace {

/// Some system holds a reference that golden does not.
bool refers_elsewhere(const merge::EntityState& state) {
  return std::ranges::any_of(state.links, [&](const Link& link) {
    for (std::size_t i = 0; i < link.fields.size() && i < state.golden.fields.size(); ++i) {
      const std::optional<Value>& shadow = link.fields[i].shadow;
      if (shadow && shadow->get<EntityRef>() && *shadow != state.golden.fields[i].value) return true;
    }
    return false;
  });
}

}  // namespace

Result<void> Entities::save(merge::EntityState& state, merge::Effects effects, const Cause& cause, ConnectionId touched) {
  std::vector<ConnectionId> settled;
  TRY_VOID(settle_hosted(state, effects, settled));
  if (effects.golden_changed) ++state.golden.version;
  // A hosted system that keeps it only now reads of it in the feed of changes.
  if (effects.golden_changed || effects.stamp_changed || !settled.empty()) TRY_VOID(tx_.put(state.golden));
  if (effects.golden_changed || refers_elsewhere(state)) TRY_VOID(put_match_keys(state));
  for (const RemoteId& gone : effects.unlinked) TRY_VOID(tx_.erase_link(state.golden.id, touched, gone));
  for (const Link& link : state.links) {
    const bool is_touched = touched == kHub || effects.other_links_changed || (link.connection == touched && (effects.link_changed || effects.golden_changed));
    if (is_touched || std::ranges::find(settled, link.connection) != settled.end()) TRY_VOID(tx_.put(link));
  }
  for (ReviewItem& review : effects.reviews) {
    if (review.id.is_nil()) review.id = hub_.ids.next(hub_.now());
    TRY_VOID(tx_.put(review));
  }
  // Behind the items as the merge left them: one that it only renamed may be closed here.
  if (effects.golden_changed) TRY_VOID(ask_about_shared_keys(state, effects));
  const bool is_other_question = effects.gone || (effects.golden_changed && moves_a_key(state.golden.type, effects));
  if (!effects.changes.empty()) TRY_VOID(audit(state, cause, std::move(effects.changes)));
  TRY_VOID(refresh_obligations(state));
  if (is_other_question) TRY_VOID(ask_anew(state));
  if (effects.gone) TRY_VOID(lose_references(state.golden, touched));
  return effects.revived ? owe_references(state.golden.id) : Result<void>{};
}

namespace {

constexpr std::size_t kReferrersMax = 100'000;

/// The field was acknowledged with a stand-in for its reference (rule 14).
bool holds_stand_in(const LinkField& field, const GoldenField& golden, EntityId target) {
  const EntityRef* wanted = golden.value.get<EntityRef>();
  const EntityRef* acked = field.acked ? field.acked->get<EntityRef>() : nullptr;
  return wanted && acked && EntityId{wanted->entity} == target && EntityId{acked->entity} == target && field.shadow && field.shadow->is_blank();
}

/// The field's value there names `target`.
bool shows(const LinkField& field, EntityId target) {
  const EntityRef* held = field.shadow ? field.shadow->get<EntityRef>() : nullptr;
  return held && EntityId{held->entity} == target;
}

}  // namespace

Result<void> Entities::for_each_referrer(EntityId target, std::size_t of_type_max, const Visit& visit) {
  for (const TypeIndex type : hub_.type_order) {
    TRY(const auto referrers, tx_.find_by_match_key(type, referrer_key(target), of_type_max));
    for (const EntityId referrer : referrers) {
      TRY(auto state, load(referrer));
      if (!state) continue;
      TRY(const bool goes_on, visit(*state));
      if (!goes_on) return {};
    }
  }
  return {};
}

Result<void> Entities::lose_references(const Golden& target, ConnectionId connection) {
  return for_each_referrer(target.id, kReferrersMax, [&](merge::EntityState& referrer) -> Result<bool> {
    TRY_VOID(lose_reference(referrer, target, connection));
    return true;
  });
}

Result<void> Entities::lose_reference(merge::EntityState& referrer, const Golden& target, ConnectionId connection) {
  Link* link = referrer.find(connection);
  if (!link || link->presence != LinkPresence::present) return {};
  bool lost = false;
  for (LinkField& field : link->fields) {
    if (!shows(field, target.id)) continue;
    field.shadow = Value{};
    field.missed = WallTime{};
    // Made there once more, it is referred to again; otherwise the blank stands in for it.
    if (target.presence == EntityPresence::present) field.acked = field.shadow;
    lost = true;
  }
  if (!lost) return {};
  link->fence = std::max(link->fence, hub_.next_fence());  // a read on its way may still show the reference
  TRY_VOID(tx_.put(*link));
  return refresh_obligations(referrer);
}

Result<void> Entities::read_referrers(EntityId target, ConnectionId connection) {
  if (hub_.find_system(connection)->hosted) return {};  // its records name entities, whose aliases are followed
  return for_each_referrer(target, kReferrersMax, [&](merge::EntityState& referrer) -> Result<bool> {
    Link* link = referrer.find(connection);
    if (!link || link->presence != LinkPresence::present) return true;
    if (std::ranges::none_of(link->fields, [&](const LinkField& field) { return shows(field, target); })) return true;
    link->needs_read = true;
    link->read_asked = hub_.next_fence();
    TRY_VOID(tx_.put(*link));
    return true;
  });
}

Result<void> Entities::refer_to_survivor(EntityId dead, EntityId survivor) {
  const auto follow = [&](Value& value) {
    const EntityRef* held = value.get<EntityRef>();
    if (held && EntityId{held->entity} == dead) value = Value(EntityRef{survivor.value()});
  };
  const auto follow_any = [&](std::optional<Value>& value) {
    if (value) follow(*value);
  };
  return for_each_referrer(dead, kReferrersMax, [&](merge::EntityState& referrer) -> Result<bool> {
    for (GoldenField& field : referrer.golden.fields) follow(field.value);
    for (Link& link : referrer.links)
      for (LinkField& field : link.fields) {
        follow_any(field.shadow);
        follow_any(field.acked);
        follow_any(field.before);
        for (Unanswered& sent : field.unanswered) follow(sent.value);
      }
    TRY_VOID(tx_.put(referrer.golden));
    for (const Link& link : referrer.links) TRY_VOID(tx_.put(link));
    TRY_VOID(put_match_keys(referrer));
    TRY_VOID(refresh_obligations(referrer));
    return true;
  });
}

Result<void> Entities::owe_references(EntityId target) {
  return for_each_referrer(target, kReferrersMax, [&](merge::EntityState& referrer) -> Result<bool> {
    TRY_VOID(owe_reference(referrer, target));
    return true;
  });
}

Result<void> Entities::owe_reference(merge::EntityState& referrer, EntityId target) {
  bool owed = false;
  for (Link& link : referrer.links) {
    bool changed = false;
    for (std::size_t i = 0; i < link.fields.size() && i < referrer.golden.fields.size(); ++i) {
      if (!holds_stand_in(link.fields[i], referrer.golden.fields[i], target)) continue;
      link.fields[i].acked = link.fields[i].shadow;
      changed = true;
    }
    if (changed) TRY_VOID(tx_.put(link));
    owed = owed || changed;
  }
  return owed ? refresh_obligations(referrer) : Result<void>{};
}

Result<void> Entities::ask_anew(const merge::EntityState& state) {
  for (const ReviewItem& item : state.reviews) {
    if (item.state != ReviewState::open || item.kind != ReviewKind::possible_duplicate || item.remote.empty()) continue;
    TRY(const auto link, tx_.find_link(item.connection, item.remote));
    if (!link) TRY_VOID(ask_by_id(item.connection, item.remote, "whom it may be has changed"));
  }
  return {};
}

Result<void> Entities::ask_by_id(ConnectionId connection, const RemoteId& remote, std::string_view why) {
  const WallTime now = hub_.now();
  std::string dedupe = "reread/" + remote.object + "/" + remote.id + "/" + std::to_string(hub_.next_fence()) + "/" + std::to_string(now.ms);
  return ask_for_read(tx_, connection, remote, now, std::move(dedupe), std::string(why));
}

Result<void> Entities::audit(const merge::EntityState& state, const Cause& cause, std::vector<AuditChange> changes) {
  AuditRow row;
  row.at = hub_.now();
  row.run = run_;
  row.connection = cause.connection;
  row.source = cause.connection;
  row.entity = state.golden.id;
  row.type = hub_.model.at(state.golden.type).name;
  row.remote = cause.remote;
  row.operation = cause.operation;
  if (const System* system = hub_.find_system(cause.connection))
    if (const SystemType* type = system->find(state.golden.type); type && type->mapping) row.mapping_version = type->mapping->version();
  row.changes = std::move(changes);
  return tx_.append(row);
}

Result<void> Entities::put_match_keys(const merge::EntityState& state) {
  std::vector<std::string> keys;
  const bool is_present = state.golden.presence == EntityPresence::present;
  // A create without an answer may still arrive, and has no other name where records carry none of ours.
  if (is_present || std::ranges::any_of(state.links, [](const Link& link) { return link.intent.has_value(); })) {
    const auto& match = hub_.mappings[state.golden.type.value()].match;
    for (auto& key : identity::match_keys(hub_.model.at(state.golden.type), match.keys, fields_of(state.golden)))
      keys.push_back(is_present ? std::move(key.text) : late_create_key(key.text));
  }
  if (is_present) {
    // Who refers to whom is looked up the same way: before a delete, references to the record are cleared (rule 14).
    const auto refers = [&](const Value& value) {
      const EntityRef* reference = value.get<EntityRef>();
      if (!reference) return;
      if (std::string key = referrer_key(EntityId{reference->entity}); std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
    };
    for (const GoldenField& field : state.golden.fields) refers(field.value);
    // A system may hold on to a reference that is blank everywhere else.
    for (const Link& link : state.links)
      for (const LinkField& field : link.fields)
        if (field.shadow) refers(*field.shadow);
  }
  return tx_.put_match_keys(state.golden.id, state.golden.type, keys);
}

namespace {

/// Hosted records have no server that could show something else: what is written is what is held.
merge::Answer hosted_answer(const merge::EntityState& state, const merge::Plan& plan, const TypePolicy& policy, const Model& model, WallTime now) {
  merge::Answer answer;
  answer.kind = merge::Answer::Kind::accepted;
  answer.observed_at = now;
  answer.modified = now;
  answer.version = std::to_string(state.golden.version);
  if (plan.kind == merge::Plan::Kind::create) answer.remote = RemoteId{model.at(policy.type).name, state.golden.id.value().text()};
  if (plan.kind != merge::Plan::Kind::remove) {
    answer.shows_values = true;
    answer.shown.resize(state.golden.fields.size());
    for (const FieldIndex field : plan.fields) answer.shown[field.value()] = state.golden.fields[field.value()].value;
  }
  return answer;
}

}  // namespace

Result<void> Entities::settle_hosted(merge::EntityState& state, merge::Effects& effects, std::vector<ConnectionId>& settled) {
  const TypePolicy& policy = hub_.policy(state.golden.type);
  for (const LinkPolicy& link_policy : policy.links) {
    const System* system = hub_.find_system(link_policy.connection);
    CHECK(system, "a policy names a connection that is not configured");
    if (!system->hosted) continue;
    // What is held there is what the hub holds: there is nobody to read it from.
    for (Link& link : state.links)
      if (link.connection == system->id && std::exchange(link.needs_read, false)) settled.push_back(system->id);
    // A field that is new in the model was never held there: its shadow is blank, not unknown.
    if (Link* link = state.find(system->id); link && link->presence == LinkPresence::present)
      for (LinkField& field : link->fields)
        if (!field.shadow) field.shadow = field.acked = Value{};
    TRY(const bool left, is_left_there(state, system->id));
    with_context(state, [&](const merge::Context& context) {
      const merge::Plan plan = merge::plan(state, system->id, context);
      if (left && merge::owes_delete(state, plan)) return;
      if (plan.kind == merge::Plan::Kind::nothing || plan.kind == merge::Plan::Kind::read_first) return;
      merge::begin_write(state, system->id, plan, context);
      const merge::Effects done = merge::answer(state, system->id, plan, hosted_answer(state, plan, policy, hub_.model, context.now), context);
      effects.reviews.insert(effects.reviews.end(), done.reviews.begin(), done.reviews.end());
      settled.push_back(system->id);
    });
  }
  return {};
}

Result<void> Entities::owe(merge::EntityState& state) {
  const ConnectionId nowhere{UINT16_MAX};
  return save(state, merge::Effects{}, Cause{run_, kHub, RemoteId{}, "owe"}, nowhere);
}

Result<void> Entities::refresh_obligations(merge::EntityState& state) {
  TRY(auto owed, tx_.list_obligations(state.golden.id));
  return with_context(state, [&](const merge::Context& context) -> Result<void> {
    for (const LinkPolicy& policy : hub_.policy(state.golden.type).links) {
      const System* system = hub_.find_system(policy.connection);
      if (!system || system->hosted) continue;
      const auto existing = std::ranges::find(owed, policy.connection, &Obligation::connection);
      TRY_VOID(refresh_obligation(state, policy, existing == owed.end() ? std::nullopt : std::optional(std::move(*existing)), context));
    }
    return {};
  });
}

Result<bool> Entities::is_left_there(const merge::EntityState& state, ConnectionId connection) {
  if (state.golden.presence == EntityPresence::present) return false;
  TRY(const WallTime since, find_deletes_since(tx_, hub_.model, connection, state.golden.type));
  return state.golden.deleted_stamp.own_us < since.ms * 1000;
}

void Entities::close_delete_questions(merge::EntityState& state, ConnectionId connection, merge::Effects& effects) const {
  if (state.golden.presence != EntityPresence::present) return;
  for (ReviewItem& item : state.reviews) {
    if (item.kind != ReviewKind::delete_vs_edit || item.connection != connection || item.state != ReviewState::open) continue;
    item.state = ReviewState::closed_by_itself;
    item.closed = hub_.now();
    item.closed_by = "another record there takes its place";
    effects.reviews.push_back(item);
  }
  std::erase_if(state.reviews, [](const ReviewItem& item) { return item.state != ReviewState::open; });
}

Result<void> Entities::owe_anew(EntityId entity, ConnectionId connection) {
  TRY(auto obligation, tx_.find_obligation(entity, connection));
  if (!obligation || obligation->state != ObligationState::parked || obligation->golden_version == 0) return {};
  obligation->golden_version = 0;
  obligation->attempts = 0;
  obligation->due = hub_.now();
  return tx_.put(*obligation);
}

Result<void> Entities::refresh_obligations_of(const ReviewItem& item) {
  std::vector<EntityId> named{item.entity};
  for (const ReviewCandidate& candidate : item.candidates) named.push_back(candidate.entity);
  for (const EntityId entity : named) {
    if (entity.value().is_nil()) continue;
    TRY(auto state, load(entity));
    if (state) TRY_VOID(owe(*state));
  }
  return {};
}

Result<void> Entities::supersede_letters(EntityId entity, ConnectionId connection) {
  DeadLetterFilter open;
  open.entity = entity;
  open.connection = connection;
  open.state = DeadLetterState::open;
  TRY(auto letters, tx_.list_dead_letters(open));
  for (DeadLetter& letter : letters) {
    letter.state = DeadLetterState::superseded;
    letter.closed = hub_.now();
    TRY_VOID(tx_.put(letter));
  }
  return {};
}

Result<void> Entities::refresh_obligation(const merge::EntityState& state, const LinkPolicy& policy, std::optional<Obligation> existing,
                                          const merge::Context& context) {
  const ConnectionId connection = policy.connection;
  if (existing && existing->state == ObligationState::in_flight) return {};  // brought up to date by the answer
  if (existing && existing->state == ObligationState::parked && existing->golden_version != 0 && existing->golden_version == state.golden.version) return {};
  const merge::Plan plan = merge::plan(state, connection, context);
  const Link* link = state.find(connection);
  const SystemType* type = hub_.find_system(connection)->find(state.golden.type);
  const bool is_delete = merge::owes_delete(state, plan);
  TRY(const bool left, is_delete && !(existing && existing->is_delete) ? is_left_there(state, connection) : Result<bool>(false));
  const bool skipped = left || (plan.kind == merge::Plan::Kind::create && !type->mapping->variant_for(fields_of(state.golden)));
  if (plan.kind == merge::Plan::Kind::nothing || skipped) {
    if (existing && !existing->last_error.empty()) TRY_VOID(supersede_letters(state.golden.id, connection));
    if (existing) TRY_VOID(tx_.erase_obligation(state.golden.id, connection));
    return {};
  }
  Obligation obligation = existing.value_or(Obligation{});
  if (!existing) {
    obligation.entity = state.golden.id;
    obligation.connection = connection;
    obligation.type = state.golden.type;
    obligation.since = obligation.due = context.now;
    obligation.priority = priority_;
  }
  obligation.priority = std::min(obligation.priority, priority_);
  // Golden moved on: what could not be delivered before gets new attempts.
  if (obligation.state == ObligationState::parked && obligation.golden_version != 0) {
    obligation.attempts = 0;
    obligation.due = context.now;
  }
  // Who tries to deliver it parks it first, and wakes who reads: the read may be owed to another system than the one just seen.
  const bool waits_for_read = link && link->needs_read && existing && existing->state == ObligationState::parked;
  // A delete is not as old as the update that waited before it: what refers to the record has to be read since (Dispatcher::knows_referrers).
  if (is_delete && !obligation.is_delete) obligation.since = context.now;
  obligation.is_delete = is_delete;
  obligation.state = waits_for_read ? ObligationState::parked : ObligationState::ready;
  obligation.reason = waits_for_read ? "waits for a read by id" : "";
  obligation.awaited = EntityId{};
  obligation.golden_version = 0;
  return tx_.put(obligation);
}

}  // namespace lockstep
