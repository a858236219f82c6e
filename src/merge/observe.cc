// Rules 1 and 2: is this observation news, and what does it carry? The rules for fields and presence follow from here.
#include <algorithm>

#include "base/check.h"
#include "merge/order.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

std::int64_t modified_us(const Observation& seen) { return (seen.modified.ms == 0 ? seen.observed_at : seen.modified).ms * 1000; }

/// Upper bound of an edit is the record's modified time; lower bound is the one seen before, or the time of a complete read
/// that did not show the edit yet. The width between them is uncertainty too (rule 5).
std::int64_t width_us(const Observation& seen, const Link& link) {
  const std::int64_t lower_ms = std::max(link.modified.ms, link.seen.ms);
  return lower_ms == 0 ? 0 : std::max<std::int64_t>(0, modified_us(seen) - lower_ms * 1000);
}

Stamp record_stamp(const Work& work, const Observation& seen) {
  Stamp stamp;
  stamp.lifted_us = stamp.own_us = modified_us(seen);
  stamp.uncertainty_us = seen.uncertainty_us;
  stamp.system = seen.system;
  stamp.run = work.context.run;
  return stamp;
}

bool carries_nothing_new(const Work& work, const Link& link, const Observation& seen) {
  if (seen.present != (link.presence == LinkPresence::present)) return false;
  if (!seen.present) return true;
  if (link.archived && seen.archived == false) return false;
  for (std::size_t i = 0; i < seen.fields.size() && i < link.fields.size(); ++i) {
    if (!seen.fields[i]) continue;
    const LinkField& field = link.fields[i];
    if (!field.shadow || !work.same(seen.system, FieldIndex{static_cast<std::uint16_t>(i)}, *seen.fields[i], *field.shadow)) return false;
  }
  return true;
}

/// Content that is dropped as old: a recorded loser where it differs (rule 1).
void record_dropped(Work& work, const Link& link, const Observation& seen) {
  for (std::size_t i = 0; i < seen.fields.size() && i < link.fields.size(); ++i) {
    if (!seen.fields[i]) continue;
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    const LinkField& field = link.fields[i];
    if (field.shadow && work.same(seen.system, index, *seen.fields[i], *field.shadow)) continue;
    work.note(index, *seen.fields[i], field.shadow, "an older state of " + work.name_of(seen.system) + ": read again by id");
  }
}

enum class News { accepted, known, older, ask };

/// Rule 1 for a record that is linked.
News classify(const Work& work, const Link& link, const Observation& seen) {
  if (seen.fence && *seen.fence >= link.fence) return News::accepted;
  const LinkPolicy& policy = work.policy_of(seen.system);
  const auto order = policy.version_is_ordered ? compare_versions(seen.version, link.version) : std::nullopt;
  const bool was_there = link.presence == LinkPresence::present;
  if (!was_there && seen.present) return order && *order < 0 ? News::known : News::ask;
  if (carries_nothing_new(work, link, seen)) return order && *order > 0 && seen.complete ? News::accepted : News::known;
  if (order && *order > 0 && seen.complete) return News::accepted;
  return order && *order > 0 ? News::ask : News::older;
}

void move_fence(Work& work, Link& link, const Observation& seen) {
  if (work.context.fence > link.fence) {
    link.fence = work.context.fence;
    work.effects.link_changed = true;
  }
  if (seen.complete && !seen.version.empty() && (seen.version != link.version || !link.version_is_read)) {
    link.version = seen.version;
    link.version_is_read = true;
    work.effects.link_changed = true;
  }
}

/// A read by id settles what was asked for before it was sent.
void settle_read(Work& work, Link& link, const Observation& seen) {
  if (!link.needs_read || !seen.by_id || !seen.fence || *seen.fence < link.read_asked) return;
  link.needs_read = false;
  work.effects.link_changed = true;
}

void merge_fields(Work& work, Link& link, const Observation& seen) {
  const std::int64_t record_us = modified_us(seen);
  const std::int64_t record_width_us = width_us(seen, link);
  const std::size_t count = std::min(seen.fields.size(), link.fields.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (!seen.fields[i]) {
      // A complete read that does not carry the field: the system does not know it for this record (rule 2).
      if (seen.complete) link.fields[i].new_mapping = false;
      continue;
    }
    const bool has_own_time = i < seen.field_times.size() && seen.field_times[i];
    const Seen one{*seen.fields[i], has_own_time ? seen.field_times[i]->ms * 1000 : record_us, seen.uncertainty_us, has_own_time ? 0 : record_width_us};
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    const bool names_loser = std::ranges::find(seen.old_names, index) != seen.old_names.end();
    const bool kept = names_loser && link.fields[i].unverified;
    const std::uint8_t rewrites = link.fields[i].rewrites;
    merge_field(work, link, index, one);
    if (kept) link.fields[i].rewrites = rewrites;
    if (names_loser || link.fields[i].names_loser) note_name(work, link, index, names_loser, kept);
    if (!link.fields[i].unanswered.empty() && seen.fence) prune_unanswered(link.fields[i], seen.observed_at, work.context.request_life);
  }
}

/// What an observation tells of the record beside its fields.
void note_record(Work& work, Link& link, const Observation& seen) {
  if (seen.carries_external_id && !link.external_id_confirmed) {
    link.external_id_confirmed = true;
    work.effects.link_changed = true;
  }
  if (!seen.complete) return;
  if (seen.observed_at > link.seen || link.seen > work.context.now) {  // one that lies ahead: the clock was set back since
    link.seen = seen.observed_at;
    work.effects.link_changed = true;
  }
  if (seen.modified > link.modified) link.modified = seen.modified;
  if (link.external_id_confirmed && !seen.carries_external_id) {
    link.external_id_confirmed = false;
    work.effects.link_changed = true;
  }
  if (link.delete_unanswered && link.delete_sent + work.context.request_life <= seen.observed_at) {
    link.delete_unanswered = false;
    work.effects.link_changed = true;
  }
}

/// An archive without an answer is seen to have landed.
bool archive_arrived(Work& work, Link& link, const Observation& seen) {
  if (!link.delete_unanswered || !seen.archived.value_or(false) || !work.context.policy.may_archive_in(link.connection)) return false;
  link.archived = true;
  link.delete_unanswered = false;
  hold_all(work, link, seen.fields);
  work.note("our archive arrived in " + work.name_of(link.connection));
  return true;
}

/// Somebody took it into use there again. Out of use otherwise than by us, it is in step as it is, unless that is all that is owed.
void observe_use(Work& work, Link& link, const Observation& seen) {
  if (!seen.archived || link.archived == *seen.archived) return;
  const bool as_owed = work.state.golden.presence == EntityPresence::deleted && archives(work.state, work.policy_of(link.connection), work.context);
  if (!link.archived && !as_owed) return;
  link.archived = *seen.archived;
  work.effects.link_changed = true;
  if (!link.archived) record_back(work, link, record_stamp(work, seen));
}

bool is_first_sight(const Link& link) {
  return link.seen.ms == 0 && std::ranges::none_of(link.fields, [](const LinkField& field) { return field.shadow || field.new_mapping; });
}

void accept(Work& work, Link& link, const Observation& seen) {
  if (!seen.present) {
    if (link.presence == LinkPresence::present) {
      if (!seen.by_id || !seen.fence || *seen.fence < link.read_asked) return work.ask_read(link);
      move_fence(work, link, seen);
      return record_gone(work, link, record_stamp(work, seen));
    }
    settle_read(work, link, seen);
    return move_fence(work, link, seen);
  }
  const bool is_new = link.presence == LinkPresence::present && is_first_sight(link);
  if (link.presence == LinkPresence::deleted || link.presence == LinkPresence::detached) {
    if (!seen.by_id) return work.ask_read(link);
    record_back(work, link, record_stamp(work, seen));
  } else if (is_new && (link.intent || work.state.golden.presence == EntityPresence::deleted)) {
    record_back(work, link, record_stamp(work, seen));
  }
  link.presence = LinkPresence::present;
  if (!archive_arrived(work, link, seen)) {
    merge_fields(work, link, seen);
    observe_use(work, link, seen);
  }
  note_record(work, link, seen);
  settle_read(work, link, seen);
  move_fence(work, link, seen);
}

/// A second live record of the entity: its content is never merged, its end closes the item (rules 8, 10).
void observe_secondary(Work& work, Link& link, const Observation& seen) {
  const bool fresh = seen.fence && *seen.fence >= link.fence;
  if (seen.present == (link.presence == LinkPresence::present)) {
    settle_read(work, link, seen);
    if (fresh) move_fence(work, link, seen);
    return;
  }
  if (!fresh || !seen.by_id) return work.ask_read(link);
  settle_read(work, link, seen);
  move_fence(work, link, seen);
  if (!seen.present) return secondary_gone(work, link);
  link.presence = LinkPresence::present;
  open_second_record(work, link);
}

}  // namespace

Effects observe(EntityState& state, const Observation& seen, const Context& context) {
  Effects effects;
  Work work(state, context, effects);
  Link* link = state.find(seen.system, seen.remote);
  CHECK(link, "an observation of a record that is not linked to this entity");
  size_fields(*link, context.type);
  if (link->secondary) {
    observe_secondary(work, *link, seen);
    work.finish();
    return effects;
  }
  // A link that was only just made has no older state: whoever made it has read the record.
  const News news = is_first_sight(*link) && !link->needs_read ? News::accepted : classify(work, *link, seen);
  switch (news) {
    case News::accepted: accept(work, *link, seen); break;
    case News::known: settle_read(work, *link, seen); break;
    case News::older: record_dropped(work, *link, seen); [[fallthrough]];
    case News::ask: work.ask_read(*link); break;
  }
  work.finish();
  return effects;
}

Link& add_link(EntityState& state, ConnectionId system, const RemoteId& remote, const Context& context) {
  Link* link = state.find(system);
  if (!link) {
    state.links.emplace_back();
    link = &state.links.back();
    link->entity = state.golden.id;
    link->connection = system;
    link->type = state.golden.type;
  }
  size_fields(*link, context.type);
  const bool our_create = link->intent.has_value();
  for (LinkField& field : link->fields) {
    // What an unanswered create sent is still ours when it shows up.
    std::vector<Unanswered> sent = our_create ? std::move(field.unanswered) : std::vector<Unanswered>{};
    field = LinkField{};
    field.unanswered = std::move(sent);
  }
  link->remote = remote;
  link->presence = LinkPresence::present;
  link->version.clear();
  link->fence = 0;
  link->external_id_confirmed = link->needs_read = link->delete_unanswered = link->archived = false;
  link->read_asked = 0;
  link->seen = link->modified = WallTime{};
  return *link;
}

EntityState create_entity(EntityId id, const Observation& seen, const Context& context, Effects& effects) {
  CHECK(seen.present, "an entity made from a record that is gone");
  EntityState state;
  state.golden.id = id;
  state.golden.type = context.policy.type;
  state.golden.created = context.now;
  state.golden.fields.resize(context.type.fields.size());
  add_link(state, seen.system, seen.remote, context);
  Effects done = observe(state, seen, context);
  done.golden_changed = done.link_changed = true;
  effects = std::move(done);
  return state;
}

bool leave_no_more(EntityState& state, ConnectionId system, const std::vector<FieldIndex>& fields) {
  Link* link = state.find(system);
  bool changed = false;
  for (const FieldIndex index : fields) {
    if (!link || index.value() >= link->fields.size()) continue;
    LinkField& field = link->fields[index.value()];
    if (!field.shadow || field.acked == field.shadow) continue;
    field.acked = field.shadow;
    changed = true;
  }
  return changed;
}

void forget_shadow(EntityState& state, ConnectionId system, const std::vector<FieldIndex>& fields) {
  Link* link = state.find(system);
  CHECK(link, "a mapping that changed for a record without a link");
  for (const FieldIndex index : fields) {
    if (index.value() >= link->fields.size() || index.value() >= state.golden.fields.size()) continue;
    LinkField& field = link->fields[index.value()];
    // A field that both sides held blank was never in step in content: what a new mapping shows there is news.
    const bool both_blank = field.shadow && field.shadow->is_blank() && state.golden.fields[index.value()].value.is_blank();
    field.new_mapping = (field.shadow && !both_blank) || field.new_mapping;
    field.shadow.reset();
    field.acked.reset();
    field.before.reset();
    field.unverified = false;
  }
  link->needs_read = true;
}

}  // namespace lockstep::merge
