// Rule 7: writes and their answers. The answer acks the value as sent, not golden as it is by then.
#include <algorithm>

#include "base/check.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

bool is_stand_in(const Plan& plan, FieldIndex field) { return std::ranges::find(plan.stand_ins, field) != plan.stand_ins.end(); }

/// An earlier request with the same value stays: it may land after this one has its answer.
void remember(LinkField& field, Unanswered one) {
  if (field.unanswered.size() >= kUnansweredMax) field.unanswered.erase(field.unanswered.begin());
  field.unanswered.push_back(std::move(one));
}

/// The value this write sent: the last one remembered. Taken off, for it has its answer.
std::optional<Unanswered> take_sent(LinkField& field) {
  if (field.unanswered.empty()) return std::nullopt;
  Unanswered sent = std::move(field.unanswered.back());
  field.unanswered.pop_back();
  return sent;
}

const Value* shown_value(const Answer& answer, FieldIndex field) {
  if (!answer.shows_values || field.value() >= answer.shown.size() || !answer.shown[field.value()]) return nullptr;
  return &*answer.shown[field.value()];
}

bool names_loser(const Answer& answer, FieldIndex field) { return std::ranges::find(answer.old_names, field) != answer.old_names.end(); }

void acknowledge(Work& work, Link& link, FieldIndex index, const Answer& answer) {
  LinkField& field = link.fields[index.value()];
  const auto sent = take_sent(field);
  if (!sent) return work.ask_read(link);
  const Value& as_sent = sent->stand_in ? *sent->stand_in : sent->value;
  const Value* shown = shown_value(answer, index);
  if (!shown) {
    // Unverified. If an earlier write is so too, the value last really seen stays the one that tells a refusal.
    const std::optional<Value> before = field.unverified ? field.before : field.shadow;
    hold(work, link, index, as_sent, sent->value, sent->stamp);
    field.unverified = true;
    field.before = before;
    return;
  }
  if (work.same(link.connection, index, *shown, as_sent)) {
    hold(work, link, index, *shown, sent->value, sent->stamp);
    if (names_loser(answer, index)) return note_name(work, link, index, true, true);
    field.rewrites = 0;
    return;
  }
  field.acked_stamp = sent->stamp;
  ++field.rewrites;
  rewritten(work, link, index, *shown);
}

/// Fields the answer shows beside those sent: observations like any other.
void observe_shown(Work& work, Link& link, const Plan& plan, const Answer& answer) {
  if (!answer.shows_values) return;
  const std::int64_t own_us = (answer.modified.ms == 0 ? answer.observed_at : answer.modified).ms * 1000;
  for (std::size_t i = 0; i < answer.shown.size() && i < link.fields.size(); ++i) {
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    if (!answer.shown[i] || std::ranges::find(plan.fields, index) != plan.fields.end()) continue;
    merge_field(work, link, index, Seen{*answer.shown[i], own_us, answer.uncertainty_us, 0});
    if (names_loser(answer, index)) note_name(work, link, index, true, false);
  }
  if (answer.modified > link.modified) link.modified = answer.modified;
}

void archived(Work& work, Link& link, const Answer& answer, bool archived) {
  link.archived = archived;
  link.delete_unanswered = false;
  link.version = answer.version;
  link.version_is_read = false;
  if (answer.shows_values) hold_all(work, link, answer.shown);
  if (archived) drop_candidates(work, link.connection);
}

void removed(Work& work, Link& link) {
  link.presence = LinkPresence::deleted;
  link.delete_unanswered = link.archived = false;
  link.version.clear();
  drop_candidates(work, link.connection);
}

/// The record that our create made. When another one was linked in the meantime, it is a second record.
Link* created(Work& work, Link& link, const Answer& answer) {
  link.intent.reset();
  if (link.presence == LinkPresence::present && link.remote != answer.remote && !answer.remote.empty()) {
    for (LinkField& field : link.fields) field.unanswered.clear();
    Link second;
    second.entity = work.state.golden.id;
    second.connection = link.connection;
    second.type = link.type;
    second.remote = answer.remote;
    second.presence = LinkPresence::present;
    second.secondary = true;
    second.fence = work.context.fence;
    second.fields.resize(work.context.type.fields.size());
    work.state.links.push_back(std::move(second));
    open_second_record(work, work.state.links.back());
    return nullptr;
  }
  if (link.presence != LinkPresence::present) {
    // A record that takes the place of a deleted one: nothing of the old one holds.
    if (link.presence == LinkPresence::deleted && link.remote != answer.remote && !link.remote.empty()) work.effects.unlinked.push_back(link.remote);
    for (LinkField& field : link.fields) {
      LinkField fresh;
      fresh.unanswered = std::move(field.unanswered);
      field = std::move(fresh);
    }
    link.presence = LinkPresence::present;
    link.remote = answer.remote;
    link.modified = WallTime{};
    link.seen = WallTime{};  // what it holds beside the values sent is not known yet
    link.delete_unanswered = link.archived = link.needs_read = false;
  }
  link.external_id_confirmed = true;
  return &link;
}

void accepted(Work& work, Link& link, const Plan& plan, const Answer& answer) {
  work.effects.link_changed = true;
  link.fence = std::max(link.fence, work.context.fence);
  if (plan.kind == Plan::Kind::remove) return removed(work, link);
  if (plan.kind == Plan::Kind::archive || plan.kind == Plan::Kind::restore) return archived(work, link, answer, plan.kind == Plan::Kind::archive);
  if (plan.kind == Plan::Kind::create && !created(work, link, answer)) return;
  if (plan.external_id) link.external_id_confirmed = true;
  link.version = answer.version;
  link.version_is_read = false;
  for (const FieldIndex field : plan.fields) acknowledge(work, link, field, answer);
  observe_shown(work, link, plan, answer);
}

/// Nothing was written: what was remembered as sent is forgotten.
void not_written(Work& work, Link& link, const Plan& plan) {
  work.effects.link_changed = true;
  for (const FieldIndex field : plan.fields) (void)take_sent(link.fields[field.value()]);
  if (plan.kind == Plan::Kind::create) link.intent.reset();
  if (is_delete(plan)) link.delete_unanswered = false;
}

}  // namespace

void begin_write(EntityState& state, ConnectionId system, const Plan& plan, const Context& context) {
  CHECK(plan.kind != Plan::Kind::nothing && plan.kind != Plan::Kind::read_first, "a write of nothing");
  Link* link = state.find(system);
  if (!link) {
    CHECK(plan.kind == Plan::Kind::create, "a write to a record that is not linked");
    state.links.emplace_back();
    link = &state.links.back();
    link->entity = state.golden.id;
    link->connection = system;
    link->type = state.golden.type;
  }
  size_fields(*link, context.type);
  if (is_delete(plan)) {
    link->delete_unanswered = true;
    link->delete_sent = context.now;
    return;
  }
  if (plan.kind == Plan::Kind::create) {
    if (!link->intent) link->intent.emplace();
    link->intent->sent = context.now;
    link->intent->unknown_outcome = true;  // until it is answered
  }
  for (const FieldIndex index : plan.fields) {
    const GoldenField& golden = state.golden.fields[index.value()];
    Unanswered one{golden.value, golden.stamp, context.now, std::nullopt};
    if (is_stand_in(plan, index)) one.stand_in = Value{};
    remember(link->fields[index.value()], std::move(one));
  }
}

Effects answer(EntityState& state, ConnectionId system, const Plan& plan, const Answer& answer, const Context& context) {
  Effects effects;
  Work work(state, context, effects);
  Link* link = state.find(system);
  CHECK(link, "an answer to a write that never began");
  size_fields(*link, context.type);
  switch (answer.kind) {
    case Answer::Kind::accepted: accepted(work, *link, plan, answer); break;
    case Answer::Kind::refused_lock:
    case Answer::Kind::gone:
      not_written(work, *link, plan);
      if (link->presence == LinkPresence::present) work.ask_read(*link);
      break;
    case Answer::Kind::failed: not_written(work, *link, plan); break;
    case Answer::Kind::unknown:
      // It may have landed, or may yet: nothing more is sent before the record was read.
      effects.link_changed = true;
      if (plan.kind != Plan::Kind::create) work.ask_read(*link);
      break;
  }
  work.finish();
  return effects;
}

}  // namespace lockstep::merge
