// Rules 8 and 9: presence is an obligation like a field, and an edit counts against a tombstone.
#include <algorithm>

#include "merge/work.h"

namespace lockstep::merge {

namespace {

void open_delete_review(Work& work, const Link& link, std::string summary, std::optional<ReviewCandidate> edit = std::nullopt) {
  const auto found = find_review(work.state, ReviewKind::delete_vs_edit, std::nullopt, link.connection);
  if (found) {
    if (edit) {
      work.state.reviews[*found].candidates.push_back(std::move(*edit));
      work.touch(*found);
    }
    return;
  }
  ReviewItem item;
  item.kind = ReviewKind::delete_vs_edit;
  item.connection = link.connection;
  item.remote = link.remote;
  item.summary = std::move(summary);
  if (edit) item.candidates.push_back(std::move(*edit));
  work.note(item.summary);
  work.open(std::move(item));
}

void delete_entity(Work& work, std::string cause, const Stamp& stamp) {
  Golden& golden = work.state.golden;
  golden.presence = EntityPresence::deleted;
  golden.deleted_cause = std::move(cause);
  golden.deleted_stamp = stamp;
  work.effects.golden_changed = true;
  work.note(golden.deleted_cause);
  for (Link& link : work.state.links) {
    const LinkPolicy* policy = work.context.policy.find(link.connection);
    if (!policy || link.secondary || link.presence != LinkPresence::present) continue;
    // Rule 13: somebody may have edited there what is to be deleted, and no lock would tell.
    if (policy->writable && !policy->delete_has_lock && policy->read_before_write_ms > 0 && policy->incoming_deletes != DeletePolicy::ignore) {
      work.ask_read(link);
      work.effects.other_links_changed = true;
    }
    if (policy->incoming_deletes == DeletePolicy::review)
      open_delete_review(work, link, "a delete is owed to " + work.name_of(link.connection) + " and waits for approval");
  }
}

void close_delete_reviews(Work& work, std::optional<ConnectionId> connection, const std::string& why) {
  for (std::size_t i = 0; i < work.state.reviews.size(); ++i)
    if ((work.state.reviews[i].kind == ReviewKind::delete_vs_edit || work.state.reviews[i].kind == ReviewKind::refused_delete) &&
        (!connection || work.state.reviews[i].connection == *connection))
      work.close(i, why);
}

/// What a record came to hold before somebody brought it back, and what had lost to nothing but the delete, is not to be written over
/// now. `edited`: what is just seen there is newer.
void take_what_lost_to_the_delete(Work& work, const Link& link, const LinkField* edited) {
  for (std::size_t i = 0; i < link.fields.size() && i < work.state.golden.fields.size(); ++i) {
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    const LinkField& held = link.fields[i];
    const GoldenField& golden = work.state.golden.fields[i];
    const FieldPolicy& policy = work.policy_of(link.connection, index);
    if (&held == edited || is_outward(policy) || golden.frozen || held.unverified || !held.shadow || held.acked != held.shadow) continue;
    if (held.shadow->is_blank() || work.same(link.connection, index, *held.shadow, golden.value) || owned_elsewhere(work, link, index)) continue;
    const StampedValue theirs{held.acked_stamp, *held.shadow};
    if (compare(theirs, StampedValue{golden.stamp, golden.value}, work.context.policy) > 0 && outranks(work, index, policy, theirs))
      set_golden(work, index, *held.shadow, held.acked_stamp, "held in " + work.name_of(link.connection) + " when the record came back");
  }
}

void revive_entity(Work& work, std::string why, const LinkField* edited = nullptr) {
  Golden& golden = work.state.golden;
  golden.presence = EntityPresence::present;
  golden.deleted_cause.clear();
  golden.deleted_stamp = Stamp{};
  work.effects.golden_changed = work.effects.revived = true;
  close_delete_reviews(work, std::nullopt, "the record is present again");
  work.note(std::move(why));
  for (const Link& link : work.state.links)
    if (link.presence == LinkPresence::present && !link.secondary && work.context.policy.find(link.connection))
      take_what_lost_to_the_delete(work, link, edited);
}

/// A value that this link was never given counts too, also where what it held is not known: a create whose answer shows
/// nothing leaves the fields that were not sent unknown until the record is read.
bool something_is_owed(const Work& work, const Link& link) {
  for (std::size_t i = 0; i < work.context.type.fields.size(); ++i)
    if (owed(work.state, link, FieldIndex{static_cast<std::uint16_t>(i)}, work.context) != Owed::no) return true;
  return false;
}

/// A second live record there takes the dead one's place; the dead one is remembered as secondary.
bool promote_second_record(Work& work, Link& dead) {
  const auto second = std::ranges::find_if(
      work.state.links, [&](const Link& link) { return link.connection == dead.connection && link.secondary && link.presence == LinkPresence::present; });
  if (second == work.state.links.end()) return false;
  work.effects.unlinked.push_back(dead.remote);
  work.effects.unlinked.push_back(second->remote);
  dead.secondary = true;
  second->secondary = false;
  second->fields.assign(work.context.type.fields.size(), LinkField{});
  second->seen = WallTime{};
  work.ask_read(*second);
  for (std::size_t i = 0; i < work.state.reviews.size(); ++i)
    if (work.state.reviews[i].kind == ReviewKind::second_record && work.state.reviews[i].remote == second->remote)
      work.close(i, "the other record was deleted");
  work.note("deleted in " + work.name_of(dead.connection) + "; its second record there takes its place");
  return true;
}

/// Parked fields end with the record they were parked for.
void close_parked(Work& work, const Link& link) {
  for (std::size_t i = 0; i < work.state.reviews.size(); ++i) {
    const ReviewItem& item = work.state.reviews[i];
    const bool parked = item.kind == ReviewKind::rewritten || item.kind == ReviewKind::duplicate_key || item.kind == ReviewKind::refused_field;
    if (parked && item.connection == link.connection) work.close(i, "the record was deleted there");
  }
}

bool duplicate_waits(const Work& work, const Link& link) {
  return find_review(work.state, ReviewKind::possible_duplicate, std::nullopt, link.connection).has_value();
}

}  // namespace

void record_gone(Work& work, Link& link, const Stamp& stamp) {
  const std::string where = work.name_of(link.connection);
  const LinkPolicy& policy = work.policy_of(link.connection);
  const bool edited = work.state.golden.presence == EntityPresence::present && something_is_owed(work, link);
  const bool ours = link.delete_unanswered;
  link.presence = LinkPresence::deleted;
  link.delete_unanswered = link.archived = false;
  link.needs_read = false;
  link.intent.reset();
  work.effects.link_changed = work.effects.gone = true;
  close_parked(work, link);
  drop_candidates(work, link.connection);
  if (ours) return work.note("our delete arrived in " + where);
  if (work.state.golden.presence == EntityPresence::deleted) {
    close_delete_reviews(work, link.connection, "deleted there as well");
    return work.note("deleted in " + where + " as well");
  }
  if (promote_second_record(work, link)) return;
  if (policy.deletes == DeletePolicy::ignore) {
    link.presence = LinkPresence::detached;
    return work.note("deleted in " + where + ", and left alone elsewhere");
  }
  if (duplicate_waits(work, link))
    return open_delete_review(work, link, "deleted in " + where + " while a possible duplicate of it there waits for a decision");
  if (edited && policy.delete_versus_edit == DeleteVersusEdit::edit_wins)
    return work.note("deleted in " + where + ", but edited elsewhere before that arrived: created there again");
  if (edited && policy.delete_versus_edit == DeleteVersusEdit::review) return open_delete_review(work, link, "deleted in " + where + " and edited elsewhere");
  if (policy.deletes == DeletePolicy::review) return open_delete_review(work, link, "deleted in " + where);
  delete_entity(work, "deleted in " + where, stamp);
}

void record_back(Work& work, Link& link, const Stamp& stamp) {
  const std::string where = work.name_of(link.connection);
  const LinkPolicy& policy = work.policy_of(link.connection);
  const bool our_create = link.intent.has_value();
  link.presence = LinkPresence::present;
  link.intent.reset();
  work.effects.link_changed = true;
  if (our_create || work.state.golden.presence == EntityPresence::present) {
    work.effects.revived = work.state.golden.presence == EntityPresence::present;
    close_delete_reviews(work, link.connection, "the record is there again");
    work.note(our_create ? "our create arrived in " + where : "back in " + where);
    if (work.state.golden.presence == EntityPresence::deleted && policy.incoming_deletes == DeletePolicy::review)
      open_delete_review(work, link, "a delete is owed to " + where + " and waits for approval");
    return;
  }
  if (policy.delete_versus_edit == DeleteVersusEdit::edit_wins) return revive_entity(work, "back from the dead in " + where);
  if (policy.delete_versus_edit == DeleteVersusEdit::delete_wins) return work.note("back from the dead in " + where + ": deleted again");
  ReviewCandidate candidate;
  candidate.system = link.connection;
  candidate.stamp = stamp;
  candidate.remote = link.remote;
  open_delete_review(work, link, "back from the dead in " + where, std::move(candidate));
}

bool edit_against_tombstone(Work& work, const Link& link, FieldIndex field, const Value& value, const Stamp& stamp) {
  const std::string where = work.name_of(link.connection);
  const LinkPolicy& policy = work.policy_of(link.connection);
  if (policy.incoming_deletes == DeletePolicy::ignore || policy.delete_versus_edit == DeleteVersusEdit::delete_wins) {
    work.note_loser(field, value, stamp, "lost to the delete: " + work.state.golden.deleted_cause);
    return false;
  }
  if (policy.delete_versus_edit == DeleteVersusEdit::edit_wins) {
    revive_entity(work, "edited in " + where + ", which counts against the delete", &link.fields[field.value()]);
    return true;
  }
  ReviewCandidate candidate;
  candidate.system = link.connection;
  candidate.value = value;
  candidate.stamp = stamp;
  candidate.remote = link.remote;
  open_delete_review(work, link, "edited in " + where + " while its delete was under way", std::move(candidate));
  return true;
}

Effects refuse_delete(EntityState& state, ConnectionId system, std::string summary, const Context& context) {
  Effects effects;
  Work work(state, context, effects);
  const Link* link = state.find(system);
  if (link && !find_review(state, ReviewKind::refused_delete, std::nullopt, system)) {
    ReviewItem item;
    item.kind = ReviewKind::refused_delete;
    item.connection = system;
    item.remote = link->remote;
    item.summary = std::move(summary);
    work.note(item.summary);
    work.open(std::move(item));
  }
  work.finish();
  return effects;
}

void secondary_gone(Work& work, Link& link) {
  link.presence = LinkPresence::deleted;
  link.needs_read = false;
  work.effects.link_changed = true;
  for (std::size_t i = 0; i < work.state.reviews.size(); ++i)
    if (work.state.reviews[i].kind == ReviewKind::second_record && work.state.reviews[i].remote == link.remote) work.close(i, "one of the two was deleted");
  work.note("a second record in " + work.name_of(link.connection) + " was deleted");
}

Result<Effects> resolve_delete(EntityState& state, ReviewItem& item, DeleteChoice choice, const std::string& by, const Context& context) {
  Effects effects;
  Work work(state, context, effects);
  const bool seen_there = state.golden.presence == EntityPresence::present;
  if (choice == DeleteChoice::leave) {
    Link* link = state.find(item.connection);
    const bool refused = item.kind == ReviewKind::refused_delete && !seen_there && link && link->presence == LinkPresence::present;
    if (!refused && (!seen_there || !link || link->presence != LinkPresence::deleted))
      return fail(ErrorCode::conflict, "only a delete seen in one system, or refused by it, can be left as it is; choose to remove or to keep the record");
    link->presence = LinkPresence::detached;
    effects.link_changed = true;
    work.note("left as it is, decided by " + by);
  } else if (choice == DeleteChoice::remove && seen_there) {
    delete_entity(work, "delete decided by " + by, decision_stamp(context));
  } else if (choice == DeleteChoice::keep && !seen_there) {
    revive_entity(work, "kept, decided by " + by);
  } else {
    work.note((choice == DeleteChoice::keep ? "kept, decided by " : "delete decided by ") + by);
  }
  item.state = ReviewState::resolved;
  item.closed = context.now;
  item.closed_by = by;
  const auto is_it = [&](const ReviewItem& one) { return item.id.is_nil() ? one.kind == item.kind && one.connection == item.connection : one.id == item.id; };
  work.finish();
  std::erase_if(state.reviews, is_it);
  std::erase_if(effects.reviews, is_it);
  effects.reviews.push_back(item);
  return effects;
}

}  // namespace lockstep::merge
