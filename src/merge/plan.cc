// What is owed to one link now: rules 7, 8, 12, 13 and 14.
#include <algorithm>

#include "base/check.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

bool is_open(const ReviewItem& item) { return item.state == ReviewState::open; }

bool concerns(const ReviewItem& item, ConnectionId system) { return item.connection == system || item.connection == kHub; }

bool is_writable_field(const FieldPolicy& policy) { return policy.mapped && policy.direction != Direction::in; }

Plan nothing(std::string why) {
  Plan plan;
  plan.why = std::move(why);
  return plan;
}

/// What stands between a write that is owed and its sending: reads that have to come first (rules 1 and 13).
std::optional<std::string> read_needed(const Plan& plan, const Link& link, const LinkPolicy& policy, const Context& context) {
  if (link.needs_read) return "a read by id is owed";
  const bool has_lock = is_delete(plan) ? policy.delete_has_lock : policy.has_lock;
  if (has_lock) return link.version.empty() ? std::optional<std::string>("the version for the lock is not known") : std::nullopt;
  if (!is_delete(plan) && plan.fields.empty()) return std::nullopt;  // our own id alone covers nobody's edit, nor does taking a record back into use
  // Of a read that lies ahead nobody knows how old it is: the clock was set back since.
  const std::int64_t age_ms = context.now.ms - link.seen.ms;
  if (policy.read_before_write_ms > 0 && (age_ms > policy.read_before_write_ms || age_ms < -policy.read_before_write_ms)) return "last read too long ago";
  return std::nullopt;
}

Plan gated(Plan plan, const Link& link, const LinkPolicy& policy, const Context& context) {
  if (auto why = read_needed(plan, link, policy, context)) {
    Plan read;
    read.kind = Plan::Kind::read_first;
    read.why = std::move(*why);
    return read;
  }
  return plan;
}

Plan plan_delete(const EntityState& state, const Link* link, const LinkPolicy& policy, const Context& context) {
  if (!link || link->presence != LinkPresence::present) return nothing("deleted, and not there");
  if (link->archived) return nothing("archived there");
  if (policy.incoming_deletes == DeletePolicy::ignore) return nothing("deletes are not passed on to this system");
  for (const ReviewItem& item : state.reviews) {
    if (!is_open(item)) continue;
    // An item with candidates is about an edit against the delete: the whole entity waits.
    if (item.kind == ReviewKind::delete_vs_edit && (item.connection == policy.connection || !item.candidates.empty()))
      return nothing("the delete waits for a review");
    if (item.kind == ReviewKind::refused_delete && item.connection == policy.connection) return nothing("the delete was refused: review");
  }
  Plan plan;
  plan.kind = archives(state, policy, context) ? Plan::Kind::archive : Plan::Kind::remove;
  return gated(std::move(plan), *link, policy, context);
}

std::optional<std::string> create_blocked(const EntityState& state, const Link* link, const LinkPolicy& policy, const Context& context) {
  if (!policy.creates) return "records are not created in this system";
  for (const ReviewItem& item : state.reviews) {
    if (!is_open(item) || !concerns(item, policy.connection)) continue;
    if (item.kind == ReviewKind::possible_duplicate) return "a possible duplicate waits for a decision";
    if (item.kind == ReviewKind::second_record) return "a second record waits for a decision";
    if (item.kind == ReviewKind::delete_vs_edit) return "a delete waits for a decision";
  }
  bool is_anywhere = false;
  for (const Link& other : state.links) {
    if (other.presence != LinkPresence::present || other.secondary) continue;
    is_anywhere = true;
    const LinkPolicy* other_policy = context.policy.find(other.connection);
    if (policy.keeps_entity_id || !other_policy || !other_policy->writable || other.external_id_confirmed) continue;
    return "our id does not stand in " + context.equivalence.name_of(other.connection) + " yet";
  }
  if (!is_anywhere && !(link && link->presence == LinkPresence::deleted)) return "no live record of it anywhere";
  return std::nullopt;
}

Plan plan_create(const EntityState& state, const Link* link, const LinkPolicy& policy, const Context& context) {
  if (auto why = create_blocked(state, link, policy, context)) return nothing(std::move(*why));
  Plan plan;
  plan.kind = Plan::Kind::create;
  if (link && link->intent) plan.why = "a create was sent without an answer: look it up first";
  for (std::size_t i = 0; i < state.golden.fields.size() && i < policy.fields.size(); ++i) {
    const GoldenField& golden = state.golden.fields[i];
    if (is_writable_field(policy.fields[i]) && !golden.frozen && !golden.value.is_blank()) plan.fields.emplace_back(static_cast<std::uint16_t>(i));
  }
  return plan;
}

/// In step, but by the name of a record that was merged away there. Nobody's edit, so it is not owed as values are.
bool owes_name(const EntityState& state, const Link& link, FieldIndex index, const LinkPolicy& policy) {
  const std::size_t i = index.value();
  if (i >= link.fields.size() || !link.fields[i].names_loser || link.fields[i].frozen || state.golden.fields[i].frozen) return false;
  return is_writable_field(policy.fields[i]) && state.golden.fields[i].value.get<EntityRef>();
}

Plan plan_update(const EntityState& state, const Link& link, const LinkPolicy& policy, const Context& context) {
  Plan plan;
  if (link.archived) {  // many a system refuses other edits until then
    plan.kind = Plan::Kind::restore;
    return gated(std::move(plan), link, policy, context);
  }
  bool blind = false, frozen = false;
  for (std::size_t i = 0; i < context.type.fields.size(); ++i) {
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    switch (owed(state, link, index, context)) {
      case Owed::yes: plan.fields.push_back(index); break;
      case Owed::unknown_shadow: blind = true; break;
      case Owed::no:
        if (owes_name(state, link, index, policy)) plan.fields.push_back(index);
        frozen = frozen || state.golden.fields[i].frozen || (i < link.fields.size() && link.fields[i].frozen);
    }
  }
  plan.external_id = !link.external_id_confirmed;
  if (blind) {
    plan.kind = Plan::Kind::read_first;
    plan.why = "not known what the system holds";
    return plan;
  }
  if (plan.fields.empty() && !plan.external_id) return nothing(frozen ? "in step, but for fields under review" : "in step");
  plan.kind = Plan::Kind::update;
  return gated(std::move(plan), link, policy, context);
}

}  // namespace

bool archives(const EntityState& state, const LinkPolicy& policy, const Context& context) {
  const LinkPolicy* seen_in = context.policy.find(state.golden.deleted_stamp.system);
  return policy.archives_in_place && (policy.incoming_deletes == DeletePolicy::archive || (seen_in && seen_in->deletes == DeletePolicy::archive));
}

Owed owed(const EntityState& state, const Link& link, FieldIndex index, const Context& context) {
  const std::size_t i = index.value();
  const LinkPolicy* policy = context.policy.find(link.connection);
  if (!policy || !policy->writable || i >= policy->fields.size() || i >= link.fields.size() || i >= state.golden.fields.size()) return Owed::no;
  const FieldPolicy& rules = policy->fields[i];
  const GoldenField& golden = state.golden.fields[i];
  const LinkField& field = link.fields[i];
  if (!is_writable_field(rules) || golden.frozen || field.frozen || golden.never_set()) return Owed::no;
  const bool reference = context.type.fields[i].type == FieldType::reference;
  if (context.policy.append_only && !reference) return Owed::no;
  if (rules.blank_never_overwrites && golden.value.is_blank()) return Owed::no;
  const auto same = [&](const Value& a, const Value& b) { return a == b || context.equivalence.equivalent(link.connection, index, a, b); };
  if (!field.shadow) {
    // A complete read that did not carry the field has told that this record has no place for it.
    const bool unread = link.seen.ms == 0 || field.new_mapping;
    return unread && !golden.value.is_blank() ? Owed::unknown_shadow : Owed::no;
  }
  if (field.acked && same(golden.value, *field.acked)) return Owed::no;
  return same(golden.value, *field.shadow) ? Owed::no : Owed::yes;
}

Plan plan(const EntityState& state, ConnectionId system, const Context& context) {
  const LinkPolicy* policy = context.policy.find(system);
  if (!policy) return nothing("this system does not map the type");
  if (!policy->writable) return nothing("this system is not written to");
  const Link* link = state.find(system);
  if (state.golden.presence == EntityPresence::deleted) return plan_delete(state, link, *policy, context);
  if (!link || link->presence == LinkPresence::absent || link->presence == LinkPresence::deleted) return plan_create(state, link, *policy, context);
  if (link->presence == LinkPresence::detached) return nothing("deleted there, and left alone");
  return plan_update(state, *link, *policy, context);
}

bool owes_delete(const EntityState& state, const Plan& plan) { return state.golden.presence == EntityPresence::deleted && plan.kind != Plan::Kind::nothing; }

}  // namespace lockstep::merge
