// Rule 3: one field, seen in one system, against shadow and golden.
#include <algorithm>

#include "base/probe.h"
#include "merge/order.h"
#include "merge/work.h"

namespace lockstep::merge {

void hold(Work& work, Link& link, FieldIndex index, const Value& shadow, const Value& acked, const Stamp& acked_stamp) {
  LinkField& field = link.fields[index.value()];
  Value new_acked = acked;  // either may live in the field itself
  field.shadow = Value(shadow);
  field.acked = std::move(new_acked);
  field.acked_stamp = acked_stamp;
  field.unverified = field.names_loser = field.new_mapping = false;
  field.before.reset();
  field.missed = WallTime{};
  work.effects.link_changed = true;
}

void hold_all(Work& work, Link& link, const Fields& shown) {
  for (std::size_t i = 0; i < shown.size() && i < link.fields.size(); ++i) {
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    if (!shown[i] || (link.fields[i].shadow && work.same(link.connection, index, *shown[i], *link.fields[i].shadow))) continue;
    hold(work, link, index, *shown[i], *shown[i], Stamp{});
  }
}

void set_golden(Work& work, FieldIndex index, const Value& value, const Stamp& stamp, std::string note) {
  GoldenField& golden = work.golden(index);
  work.note(index, golden.value, value, std::move(note));
  golden.value = Value(value);
  golden.stamp = stamp;
  work.effects.golden_changed = true;
}

namespace {

void take(Work& work, Link& link, FieldIndex index, const Value& value, const Stamp& stamp, std::string note) {
  set_golden(work, index, value, stamp, std::move(note));
  hold(work, link, index, value, value, stamp);
}

void agree(Work& work, Link& link, FieldIndex index, const Value& value, const Stamp& stamp) {
  GoldenField& golden = work.golden(index);
  if (outranks(work, index, work.policy_of(link.connection, index), StampedValue{stamp, value})) {
    golden.stamp = stamp;
    work.effects.stamp_changed = true;
  }
  hold(work, link, index, value, golden.value, golden.stamp);
}

void conflict(Work& work, Link& link, FieldIndex index, const Value& value, const Stamp& stamp) {
  const Verdict verdict = judge(work, link, index, value, stamp);
  const std::string close = verdict.close_call ? "; close call" : "";
  const GoldenField& golden = work.golden(index);
  switch (verdict.kind) {
    case Verdict::Kind::review:
      open_conflict(work, link, index, value, stamp, verdict.close_call ? "changed at nearly the same time" : "changed on both sides");
      hold(work, link, index, value, value, stamp);
      return;
    case Verdict::Kind::golden_stands:
      work.note_loser(index, value, stamp, "conflict lost to " + work.name_of(golden.stamp.system) + close);
      hold(work, link, index, value, value, stamp);
      return;
    case Verdict::Kind::merged: {
      const bool newer = compare(StampedValue{stamp, value}, StampedValue{golden.stamp, golden.value}, work.context.policy) > 0;
      const Stamp later = newer ? stamp : golden.stamp;
      hold(work, link, index, value, value, stamp);
      set_golden(work, index, verdict.merged, later, "united with " + work.name_of(link.connection));
      return;
    }
    case Verdict::Kind::observed_wins:
      take(work, link, index, value, stamp, "conflict won by " + work.name_of(link.connection) + " over " + work.name_of(golden.stamp.system) + close);
      return;
  }
}

/// On our own late create for a deleted entity only an edit on top counts (rule 8). What the server itself made of our
/// values is as old as the create: an edit is later than the last moment at which the request can have landed.
bool edit_on_late_create(Work& work, const Link& link, FieldIndex index, const Value& value, const Stamp& stamp) {
  const auto& sent = link.fields[index.value()].unanswered;
  if (sent.empty() || stamp.own_us <= (sent.back().sent + work.context.request_life).ms * 1000) return false;
  return edit_against_tombstone(work, link, index, value, stamp);
}

/// The first value ever seen there, or the first under a new mapping.
void first_sight(Work& work, Link& link, FieldIndex index, const Value& value, const Stamp& stamp) {
  const LinkField& field = link.fields[index.value()];
  GoldenField& golden = work.golden(index);
  const FieldPolicy& policy = work.policy_of(link.connection, index);
  const bool outward = is_outward(policy);
  if (work.same(link.connection, index, value, golden.value)) {
    if (outward || golden.frozen || work.state.golden.presence == EntityPresence::deleted) hold(work, link, index, value, golden.value, golden.stamp);
    else agree(work, link, index, value, stamp);
    return;
  }
  if (work.state.golden.presence == EntityPresence::deleted && !edit_on_late_create(work, link, index, value, stamp)) {
    work.note_loser(index, value, stamp, "the record is deleted");
    return hold(work, link, index, value, value, stamp);
  }
  if (golden.frozen) {
    if (!value.is_blank()) replace_candidate(work, link, index, value, stamp);
    return hold(work, link, index, value, value, stamp);
  }
  if (outward) {
    work.note_loser(index, value, stamp, "this system does not set the field");
    if (policy.direction == Direction::out_leave) return hold(work, link, index, value, golden.value, golden.stamp);
    return hold(work, link, index, value, value, stamp);
  }
  const bool taken = !value.is_blank() && (golden.value.is_blank() ? !field.new_mapping || golden.never_set()
                                                                   : !field.new_mapping && initial_winner(work, link, index, value, stamp));
  if (taken) return take(work, link, index, value, stamp, "first seen in " + work.name_of(link.connection));
  if (!value.is_blank()) work.note_loser(index, value, stamp, field.new_mapping ? "seen under a new mapping" : "first seen, and lost");
  hold(work, link, index, value, value, stamp);
}

/// Rule 15: what this system shows in a field that only the hub sets is no news.
void outward_change(Work& work, Link& link, FieldIndex index, const Value& value, const Stamp& stamp, bool leave) {
  work.note_loser(index, value, stamp, leave ? "left there; this system does not set the field" : "this system does not set the field");
  const GoldenField& golden = work.golden(index);
  if (leave) hold(work, link, index, value, golden.value, golden.stamp);
  else hold(work, link, index, value, value, stamp);
}

/// Something else than the shadow, and no answer to a write of ours: somebody edited.
void edited(Work& work, Link& link, FieldIndex index, const Value& value, const Stamp& stamp) {
  const FieldPolicy& policy = work.policy_of(link.connection, index);
  if (is_outward(policy)) return outward_change(work, link, index, value, stamp, policy.direction == Direction::out_leave);
  if (work.state.golden.presence == EntityPresence::deleted && !edit_against_tombstone(work, link, index, value, stamp))
    return hold(work, link, index, value, value, stamp);
  const GoldenField& golden = work.golden(index);
  if (golden.frozen) {
    replace_candidate(work, link, index, value, stamp);
    return hold(work, link, index, value, value, stamp);
  }
  const LinkField& field = link.fields[index.value()];
  const bool agrees = work.same(link.connection, index, value, golden.value);
  if (!agrees && owned_elsewhere(work, link, index)) {
    work.note_loser(index, value, stamp, "lost to the owner, " + work.name_of(policy.order.front()));
    return hold(work, link, index, value, value, stamp);
  }
  if (!agrees && policy.blank_never_overwrites && value.is_blank()) {
    work.note_loser(index, value, stamp, "blank never overwrites here");
    return hold(work, link, index, value, value, stamp);
  }
  const bool golden_moved = !field.acked || !work.same(link.connection, index, golden.value, *field.acked);
  if (!golden_moved) return take(work, link, index, value, stamp, "taken from " + work.name_of(link.connection));
  if (agrees) return agree(work, link, index, value, stamp);
  conflict(work, link, index, value, stamp);
}

}  // namespace

void merge_field(Work& work, Link& link, FieldIndex index, const Seen& seen) {
  LinkField& field = link.fields[index.value()];
  if (field.shadow && planted("echo")) return edited(work, link, index, seen.value, stamp_of(work, link, index, seen));
  if (field.shadow && !field.unverified && *field.shadow == seen.value) return;
  if (field.shadow && work.same(link.connection, index, seen.value, *field.shadow)) {
    if (field.unverified) field.rewrites = 0;
    field.unverified = false;
    field.before.reset();
    field.shadow = seen.value;  // another form of the same value
    work.effects.link_changed = true;
    return;
  }
  if (work.context.policy.append_only) return merge_appended(work, link, index, seen);
  // The first sighting after a write whose answer showed no values (rule 7).
  if (field.unverified && field.before && work.same(link.connection, index, seen.value, *field.before)) {
    reached("merge.write_refused");
    ++field.rewrites;
    return rewritten(work, link, index, seen.value);
  }
  if (const Unanswered* own = find_unanswered(work, link, index, seen.value)) {
    reached("merge.own_write_seen");
    const Unanswered answered = *own;
    return hold(work, link, index, seen.value, answered.value, answered.stamp);
  }
  if (field.unverified && ++field.rewrites >= kRewritesMax) return rewritten(work, link, index, seen.value);
  const Stamp stamp = stamp_of(work, link, index, seen);
  if (!field.shadow) return first_sight(work, link, index, seen.value, stamp);
  edited(work, link, index, seen.value, stamp);
}

void merge_appended(Work& work, Link& link, FieldIndex index, const Seen& seen) {
  const LinkField& field = link.fields[index.value()];
  GoldenField& golden = work.golden(index);
  const Stamp stamp = stamp_of(work, link, index, seen);
  const bool reference = work.context.type.fields[index.value()].type == FieldType::reference;
  // The first writer sets everything; a parent that was not there yet may still come.
  const bool first_writer = work.state.links.size() == 1 && !field.shadow && !link.intent;
  if (golden.value.is_blank() && !seen.value.is_blank() && (reference || first_writer)) {
    set_golden(work, index, seen.value, stamp, "first seen in " + work.name_of(link.connection));
    return hold(work, link, index, seen.value, seen.value, stamp);
  }
  const bool same = work.same(link.connection, index, seen.value, golden.value);
  const bool revised = field.shadow && !work.same(link.connection, index, seen.value, *field.shadow);
  if (!same && revised && !find_unanswered(work, link, index, seen.value))
    work.note(index, field.shadow, seen.value, "revision in " + work.name_of(link.connection));
  // A parent that this system does not know yet is owed to it; everything else stays as it is there.
  if (reference && !same && seen.value.is_blank()) return hold(work, link, index, seen.value, seen.value, stamp);
  hold(work, link, index, seen.value, golden.value, golden.stamp);
}

}  // namespace lockstep::merge
