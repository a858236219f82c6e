// Rule 6: a field under review keeps its value and is sent nowhere; everything else flows.
#include <algorithm>

#include "base/check.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

/// Who stands behind a candidate. Golden's own is filed under the hub until its system edits again.
bool is_from(const ReviewCandidate& candidate, ConnectionId system) { return candidate.system == system || candidate.stamp.system == system; }

bool all_agree(const Work& work, const ReviewItem& item) {
  const auto means_the_same = [&](const Value& a, const Value& b) {
    return std::ranges::all_of(work.context.policy.links, [&](const LinkPolicy& link) { return work.same(link.connection, *item.field, a, b); });
  };
  for (const ReviewCandidate& a : item.candidates)
    for (const ReviewCandidate& b : item.candidates)
      if (!means_the_same(a.value, b.value)) return false;
  return true;
}

/// Golden takes the candidate with the time of the decision; the others are recorded as losers.
void decide_field(Work& work, const ReviewItem& item, std::size_t chosen, const std::string& note) {
  const FieldIndex field = *item.field;
  Stamp stamp = decision_stamp(work.context);
  for (const ReviewCandidate& candidate : item.candidates)
    if (candidate.stamp.lifted_us >= stamp.lifted_us) stamp.lifted_us = candidate.stamp.lifted_us + 1;
  const Value value = item.candidates[chosen].value;
  set_golden(work, field, value, stamp, note);
  work.golden(field).frozen = false;
  for (const ReviewCandidate& candidate : item.candidates)
    if (!(candidate.value == value)) work.note_loser(field, candidate.value, candidate.stamp, "not chosen");
}

/// Golden and the system may both have moved since the field was parked: ours is golden as it is now, theirs the shadow.
void release_field(Work& work, const ReviewItem& item, std::size_t chosen, const std::string& by) {
  const FieldIndex index = *item.field;
  Link* link = work.state.find(item.connection);
  if (!link || index.value() >= link->fields.size()) return;
  LinkField& field = link->fields[index.value()];
  field.frozen = false;
  field.rewrites = 0;
  work.effects.link_changed = true;
  if (item.candidates[chosen].system == kHub || !field.shadow) return work.note(index, std::nullopt, std::nullopt, "sent again, decided by " + by);
  Stamp stamp = decision_stamp(work.context);
  stamp.lifted_us = std::max(stamp.lifted_us, work.golden(index).stamp.lifted_us + 1);
  const Value theirs = *field.shadow;
  set_golden(work, index, theirs, stamp, "accepted from " + work.name_of(item.connection) + ", decided by " + by);
  hold(work, *link, index, theirs, theirs, stamp);
}

void settle_if_agreed(Work& work, std::size_t index) {
  const ReviewItem& item = work.state.reviews[index];
  if (item.state != ReviewState::open || !all_agree(work, item)) return;
  std::size_t latest = 0;
  for (std::size_t i = 1; i < item.candidates.size(); ++i)
    if (item.candidates[i].stamp.lifted_us > item.candidates[latest].stamp.lifted_us) latest = i;
  decide_field(work, item, latest, "all sides agree");
  work.close(index, "all sides agree");
}

ReviewCandidate candidate_of(const Link& link, const Value& value, const Stamp& stamp) {
  ReviewCandidate candidate;
  candidate.system = link.connection;
  candidate.value = value;
  candidate.stamp = stamp;
  candidate.remote = link.remote;
  return candidate;
}

}  // namespace

std::optional<std::size_t> find_review(const EntityState& state, ReviewKind kind, std::optional<FieldIndex> field, std::optional<ConnectionId> connection) {
  for (std::size_t i = 0; i < state.reviews.size(); ++i) {
    const ReviewItem& item = state.reviews[i];
    if (item.kind == kind && item.state == ReviewState::open && (!field || item.field == field) && (!connection || item.connection == *connection)) return i;
  }
  return std::nullopt;
}

void open_conflict(Work& work, const Link& link, FieldIndex field, const Value& observed, const Stamp& stamp, std::string_view why) {
  GoldenField& golden = work.golden(field);
  ReviewItem item;
  item.kind = ReviewKind::field_conflict;
  item.field = field;
  item.connection = link.connection;
  item.remote = link.remote;
  item.summary = work.context.type.fields[field.value()].name + " was " + std::string(why) + ": " + to_display(golden.value) + " or " + to_display(observed);
  ReviewCandidate own;
  own.system = kHub;
  own.value = golden.value;
  own.stamp = golden.stamp;
  item.candidates = {own, candidate_of(link, observed, stamp)};
  golden.frozen = true;
  work.effects.golden_changed = true;
  work.note(field, golden.value, observed, "conflict with " + work.name_of(link.connection) + ": to be decided by a person");
  work.open(std::move(item));
}

void replace_candidate(Work& work, const Link& link, FieldIndex field, const Value& value, const Stamp& stamp) {
  const auto found = find_review(work.state, ReviewKind::field_conflict, field, std::nullopt);
  CHECK(found, "a frozen field without its review item");
  ReviewItem& item = work.state.reviews[*found];
  ReviewCandidate candidate = candidate_of(link, value, stamp);
  const auto same = [&](const ReviewCandidate& old) { return is_from(old, link.connection) && old.value == value; };
  if (std::ranges::none_of(item.candidates, same))
    work.note(field, work.golden(field).value, value, "one more for the conflict that a person decides, from " + work.name_of(link.connection));
  bool placed = false;
  for (auto old = item.candidates.begin(); old != item.candidates.end();) {
    if (!is_from(*old, link.connection)) {
      ++old;
      continue;
    }
    if (!(old->value == value)) work.note_loser(field, old->value, old->stamp, "edited again while under review");
    if (placed) {
      old = item.candidates.erase(old);
    } else {
      *old++ = candidate;
      placed = true;
    }
  }
  if (!placed) item.candidates.push_back(std::move(candidate));
  work.touch(*found);
  settle_if_agreed(work, *found);
}

void drop_candidates(Work& work, ConnectionId system) {
  for (std::size_t i = 0; i < work.state.reviews.size(); ++i) {
    ReviewItem& item = work.state.reviews[i];
    if (item.kind != ReviewKind::field_conflict || item.state != ReviewState::open) continue;
    const auto gone = std::ranges::stable_partition(item.candidates, [&](const ReviewCandidate& one) { return one.system != system; });
    if (gone.empty()) continue;
    for (const ReviewCandidate& lost : gone) work.note_loser(*item.field, lost.value, lost.stamp, "its record ended while under review");
    item.candidates.erase(gone.begin(), gone.end());
    work.touch(i);
    if (item.candidates.empty()) {
      work.golden(*item.field).frozen = false;
      work.effects.golden_changed = true;
      work.close(i, "its candidates are gone");
    } else {
      settle_if_agreed(work, i);
    }
  }
}

void open_second_record(Work& work, const Link& link) {
  for (const ReviewItem& item : work.state.reviews)
    if (item.kind == ReviewKind::second_record && item.state == ReviewState::open && item.remote == link.remote) return;
  ReviewItem item;
  item.kind = ReviewKind::second_record;
  item.connection = link.connection;
  item.remote = link.remote;
  item.summary = "a second record in " + work.name_of(link.connection) + ": " + link.remote.id;
  for (const Link& one : work.state.links) {
    if (one.connection != link.connection || one.presence != LinkPresence::present) continue;
    ReviewCandidate candidate;
    candidate.system = one.connection;
    candidate.remote = one.remote;
    candidate.entity = work.state.golden.id;
    item.candidates.push_back(std::move(candidate));
  }
  work.note(item.summary);
  work.open(std::move(item));
}

void open_parked(Work& work, const Link& link, FieldIndex field, ReviewKind kind, std::string summary) {
  if (find_review(work.state, kind, field, link.connection)) return;
  ReviewItem item;
  item.kind = kind;
  item.field = field;
  item.connection = link.connection;
  item.remote = link.remote;
  item.summary = work.context.type.fields[field.value()].name + ": " + std::move(summary);
  ReviewCandidate own;
  own.system = kHub;
  own.value = work.golden(field).value;
  own.stamp = work.golden(field).stamp;
  const LinkField& there = link.fields[field.value()];
  item.candidates = {own, candidate_of(link, there.shadow.value_or(Value{}), there.acked_stamp)};
  work.open(std::move(item));
}

Effects resolve_field(EntityState& state, ReviewItem& item, std::size_t candidate, const std::string& by, const Context& context) {
  CHECK(item.field && candidate < item.candidates.size(), "a decision for a candidate that is not there");
  Effects effects;
  Work work(state, context, effects);
  if (item.kind == ReviewKind::field_conflict) decide_field(work, item, candidate, "decided by " + by);
  else release_field(work, item, candidate, by);
  item.state = ReviewState::resolved;
  item.closed = context.now;
  item.closed_by = by;
  const auto known = std::ranges::find_if(state.reviews, [&](const ReviewItem& one) {
    return item.id.is_nil() ? one.kind == item.kind && one.field == item.field && one.connection == item.connection : one.id == item.id;
  });
  if (known != state.reviews.end()) state.reviews.erase(known);
  effects.reviews.push_back(item);
  return effects;
}

Result<Effects> edit_fields(EntityState& state, const std::vector<std::pair<FieldIndex, Value>>& values, const std::string& by, const Context& context) {
  if (state.golden.presence != EntityPresence::present) return fail(ErrorCode::conflict, "the record is deleted: " + state.golden.deleted_cause);
  for (const auto& [field, value] : values)
    if (state.golden.fields[field.value()].frozen)
      return fail(ErrorCode::conflict, context.type.fields[field.value()].name + " waits for a decision: see lockstep review list");
  Effects effects;
  Work work(state, context, effects);
  for (const auto& [field, value] : values) {
    const GoldenField& golden = work.golden(field);
    if (golden.value == value) continue;
    Stamp stamp = decision_stamp(context);
    if (golden.stamp.lifted_us >= stamp.lifted_us) stamp.lifted_us = golden.stamp.lifted_us + kTickUs;
    set_golden(work, field, value, stamp, "edited by " + by);
  }
  work.finish();
  return effects;
}

Effects park_field(EntityState& state, ConnectionId system, FieldIndex field, ReviewKind kind, std::string summary, const Context& context) {
  Effects effects;
  Work work(state, context, effects);
  Link* link = state.find(system);
  CHECK(link, "a field parked on a link that is not there");
  size_fields(*link, context.type);
  link->fields[field.value()].frozen = true;
  effects.link_changed = true;
  open_parked(work, *link, field, kind, std::move(summary));
  work.finish();
  return effects;
}

}  // namespace lockstep::merge
