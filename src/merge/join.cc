// Rule 10: two entities that turn out to be one, and one that turns out to be two.
#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "merge/order.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

/// Whether the record of `link` showed golden's value of the field, as far as is known.
bool shows_golden(const EntityState& state, const Link* link, FieldIndex field, const Context& context) {
  const std::size_t i = field.value();
  if (!link || link->presence != LinkPresence::present || i >= link->fields.size()) return false;
  const LinkPolicy* policy = context.policy.find(link->connection);
  if (!policy || i >= policy->fields.size() || !policy->fields[i].mapped) return false;
  const Value& golden = state.golden.fields[i].value;
  const auto is_golden = [&](const std::optional<Value>& held) {
    return held && (*held == golden || context.equivalence.equivalent(link->connection, field, *held, golden));
  };
  return is_golden(link->fields[i].shadow) || is_golden(link->fields[i].acked);
}

/// By field: whether whoever merged the two records had both golden values before them, and so chose the survivor's. What the survivor
/// really took over is read, and is an edit.
std::vector<bool> fields_chosen(const EntityState& surviving, const Link* survivor, const EntityState& losing, const Link* loser, const Context& context) {
  std::vector<bool> chosen(surviving.golden.fields.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const FieldIndex field{static_cast<std::uint16_t>(i)};
    chosen[i] = shows_golden(surviving, survivor, field, context) && shows_golden(losing, loser, field, context);
  }
  return chosen;
}

/// Field by field: a frozen one stands with its item, a value beats a blank, what was chosen stands, otherwise the greater stamp.
/// `other_survives`: the record of `other` is the survivor.
void join_golden(Work& work, const Golden& other, const std::vector<bool>& chosen, bool other_survives) {
  for (std::size_t i = 0; i < work.state.golden.fields.size() && i < other.fields.size(); ++i) {
    const FieldIndex index{static_cast<std::uint16_t>(i)};
    GoldenField& mine = work.state.golden.fields[i];
    const GoldenField& theirs = other.fields[i];
    if (mine.value == theirs.value && !theirs.frozen) {
      if (mine.stamp.lifted_us < theirs.stamp.lifted_us) mine.stamp = theirs.stamp;
      continue;
    }
    bool take = theirs.frozen && !mine.frozen;
    if (theirs.frozen == mine.frozen) {
      take = chosen[i] ? other_survives : compare(StampedValue{theirs.stamp, theirs.value}, StampedValue{mine.stamp, mine.value}, work.context.policy) > 0;
      if (theirs.value.is_blank() != mine.value.is_blank()) take = mine.value.is_blank();
    }
    const GoldenField lost = take ? mine : theirs;
    const bool frozen = mine.frozen || theirs.frozen;
    if (take) mine = theirs;
    mine.frozen = frozen;
    if (!lost.value.is_blank()) work.note_loser(index, lost.value, lost.stamp, "lost when two records were merged");
  }
}

/// Two items on one field become one; anything between the two entities is settled.
void join_reviews(Work& work, std::vector<ReviewItem> others, EntityId dead) {
  EntityState& state = work.state;
  for (ReviewItem& item : others) {
    if (item.entity == dead) item.entity = state.golden.id;
    state.reviews.push_back(std::move(item));
    work.touch(state.reviews.size() - 1);
  }
  for (std::size_t i = 0; i < state.reviews.size(); ++i) {
    ReviewItem& item = state.reviews[i];
    for (ReviewCandidate& candidate : item.candidates)
      if (candidate.entity == dead) {
        candidate.entity = state.golden.id;
        work.touch(i);
      }
    for (std::size_t j = 0; j < i; ++j)
      if (state.reviews[j].id == item.id && !item.id.is_nil()) work.close(i, "listed twice");
    if (item.state != ReviewState::open) continue;
    const bool about_one = std::ranges::all_of(item.candidates, [&](const ReviewCandidate& one) { return one.entity == state.golden.id; });
    // A record that is linked to neither stays a question: it is matched anew.
    const bool none_waits = item.remote.empty() || state.find(item.connection, item.remote);
    if (item.kind == ReviewKind::possible_duplicate && !item.candidates.empty() && about_one && none_waits) work.close(i, "the two records were merged");
    if (item.kind != ReviewKind::field_conflict) continue;
    const auto first = find_review(state, ReviewKind::field_conflict, item.field, std::nullopt);
    if (!first || *first == i) continue;
    auto& into = state.reviews[*first].candidates;
    into.insert(into.end(), item.candidates.begin(), item.candidates.end());
    work.touch(*first);
    work.close(i, "goes on in the item of the merged record");
  }
}

/// One link per system: the survivor before a live one, a live one before a dead or detached one. A second live record is
/// reviewed; a replaced link is remembered as secondary.
void place_link(Work& work, Link link, ConnectionId where, const RemoteId& survivor) {
  EntityState& state = work.state;
  Link* here = link.secondary ? nullptr : state.find(link.connection);
  if (!here) {
    state.links.push_back(std::move(link));
    return;
  }
  const auto survives = [&](const Link& one) { return one.connection == where && one.remote == survivor; };
  const auto lives = [](const Link& one) { return one.presence == LinkPresence::present; };
  const bool both_live = lives(*here) && lives(link);
  if (survives(link) || (lives(link) && !lives(*here) && !survives(*here))) std::swap(*here, link);
  if (link.intent && !here->intent && !lives(*here)) {
    here->intent = std::move(link.intent);
    for (std::size_t i = 0; i < here->fields.size() && i < link.fields.size(); ++i)
      if (here->fields[i].unanswered.empty()) here->fields[i].unanswered = std::move(link.fields[i].unanswered);
  }
  if (link.remote.empty() || link.remote == here->remote) return;
  link.secondary = true;
  link.intent.reset();
  state.links.push_back(std::move(link));
  if (both_live) open_second_record(work, state.links.back());
}

/// The record that was merged away is an alias now, and no link any more.
std::optional<Link> take_loser(EntityState& state, ConnectionId where, const RemoteId& loser) {
  const auto found =
      std::ranges::find_if(state.links, [&](const Link& link) { return link.connection == where && (loser.empty() ? !link.secondary : link.remote == loser); });
  if (found == state.links.end()) return std::nullopt;
  Link taken = std::move(*found);
  state.links.erase(found);
  return taken;
}

/// What the merge left of the survivor is seen by a read.
void settle_survivor(Work& work, ConnectionId where, const RemoteId& survivor) {
  Link* link = work.state.find(where, survivor);
  if (!link) return;
  if (!work.state.find(where)) link->secondary = false;
  link->presence = LinkPresence::present;
  work.ask_read(*link);
}

}  // namespace

std::vector<ReviewItem> rename_second(EntityState& state, ConnectionId where, const RemoteId& loser, const RemoteId& survivor, const Context& context) {
  Effects effects;
  Work work(state, context, effects);
  if (Link* link = state.find(where, loser)) {
    link->remote = survivor;
    link->version.clear();
    work.ask_read(*link);
    if (link->presence == LinkPresence::present) open_second_record(work, *link);
  }
  work.finish();
  return std::move(effects.reviews);
}

Joined join(EntityState a, EntityState b, ConnectionId where, const RemoteId& survivor, const Context& context, const RemoteId& loser) {
  CHECK(a.golden.id != b.golden.id, "an entity joined with itself");
  CHECK(a.golden.fields.size() == b.golden.fields.size(), "entities of different types joined");
  EntityState& surviving = b.find(where, survivor) ? b : a;
  EntityState& losing = &surviving == &a ? b : a;
  const std::optional<Link> lost = take_loser(losing, where, loser);
  const auto chosen = fields_chosen(surviving, surviving.find(where, survivor), losing, lost ? &*lost : nullptr, context);
  const EntityId survives = surviving.golden.id;
  const Golden presence = surviving.golden;
  EntityState& older = a.golden.id < b.golden.id ? a : b;
  EntityState& younger = &older == &a ? b : a;
  Joined joined;
  joined.state = std::move(older);
  joined.dead = younger.golden.id;
  Effects effects;
  Work work(joined.state, context, effects);
  Golden& golden = joined.state.golden;
  join_golden(work, younger.golden, chosen, survives == joined.dead);
  golden.presence = presence.presence;
  golden.deleted_cause = presence.deleted_cause;
  golden.deleted_stamp = presence.deleted_stamp;
  golden.version = std::max(golden.version, younger.golden.version);
  golden.created = std::min(golden.created, younger.golden.created);
  join_reviews(work, std::move(younger.reviews), joined.dead);
  for (Link& link : younger.links) {
    link.entity = golden.id;
    place_link(work, std::move(link), where, survivor);
  }
  settle_survivor(work, where, survivor);
  work.finish();
  joined.reviews = std::move(effects.reviews);
  joined.changes = std::move(effects.changes);
  return joined;
}

EntityState split(EntityState& state, ConnectionId system, const RemoteId& remote, EntityId new_id, const Context& context) {
  const auto found = std::ranges::find_if(state.links, [&](const Link& link) { return link.connection == system && link.remote == remote; });
  CHECK(found != state.links.end(), "a record unlinked that is not linked");
  EntityState apart;
  apart.golden.id = new_id;
  apart.golden.type = state.golden.type;
  apart.golden.created = context.now;
  apart.golden.fields.resize(context.type.fields.size());
  Link link = std::move(*found);
  state.links.erase(found);
  size_fields(link, context.type);
  link.entity = new_id;
  link.secondary = false;
  link.external_id_confirmed = false;
  link.needs_read = true;
  link.read_asked = context.fence;
  link.intent.reset();
  // Its first values are what it holds; a read tells the rest.
  for (std::size_t i = 0; i < apart.golden.fields.size(); ++i) {
    LinkField& field = link.fields[i];
    field.unanswered.clear();
    field.frozen = field.unverified = false;
    field.before.reset();
    if (!field.shadow) continue;
    field.acked = field.shadow;
    apart.golden.fields[i].value = *field.shadow;
    apart.golden.fields[i].stamp = field.acked_stamp;
  }
  apart.links.push_back(std::move(link));
  return apart;
}

}  // namespace lockstep::merge
