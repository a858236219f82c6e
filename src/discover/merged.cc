// Merges done in a system (rule 10).
#include <algorithm>

#include "base/check.h"
#include "discover/step.h"
#include "hub/recovery.h"

namespace lockstep::discover {

Result<bool> Step::swallowed_unread() {
  bool unread = false;
  for (const std::string& id : seen_.row.absorbed) {
    const RemoteId loser{seen_.row.id.object, id};
    TRY(const auto alias, tx_.find_remote_alias(source_.connection, loser));
    if (alias || loser == seen_.row.id) continue;
    TRY(const auto link, tx_.find_link(source_.connection, loser));
    const bool lives = link && link->presence == LinkPresence::present;
    ReviewFilter open;
    open.connection = source_.connection;
    open.remote = loser;
    open.state = ReviewState::open;
    open.limit = 1;
    TRY(const auto waiting, tx_.list_reviews(open));
    if (lives || !waiting.empty()) {
      TRY_VOID(ask_by_id(loser, "swallowed by another record"));
      unread = unread || lives;
    } else if (source_.fence) {
      TRY_VOID(tx_.put_remote_alias(source_.connection, loser, seen_.row.id));
    }
  }
  return unread;
}

Result<void> Step::merge_notice() {
  const RemoteId loser = seen_.row.id;
  const RemoteId survivor = *seen_.row.merged_into;
  if (loser == survivor) return {};
  if (!source_.by_id) {
    TRY_VOID(note_lost_name());
    return ask_by_id(loser, "told to be merged");
  }
  TRY_VOID(tx_.put_remote_alias(source_.connection, loser, survivor));
  TRY(const auto lost, tx_.find_link(source_.connection, loser));
  TRY(const auto kept, tx_.find_link(source_.connection, survivor));
  TRY_VOID(close_reviews_of(loser, "merged there"));
  if (!lost) return kept ? Result<void>{} : ask_by_id(survivor, "survivor of a merge");
  TRY_VOID(entities_.read_referrers(lost->entity, source_.connection));
  TRY(auto lost_state, entities_.load(lost->entity));
  CHECK(lost_state, "a link without its entity");
  if (!kept) return rename(std::move(*lost_state), *lost, survivor);
  if (kept->entity == lost->entity) return drop_twin(std::move(*lost_state), *lost, survivor);
  TRY(auto kept_state, entities_.load(kept->entity));
  CHECK(kept_state, "a link without its entity");
  return join(std::move(*lost_state), std::move(*kept_state), loser, survivor);
}

merge::Effects Step::merged_there(const RemoteId& loser, const RemoteId& survivor, const std::string& note) const {
  merge::Effects effects;
  effects.link_changed = true;
  effects.changes.push_back(AuditChange{"", Value(loser), Value(survivor), note});
  return effects;
}

Result<void> Step::rename(merge::EntityState state, const Link& lost, const RemoteId& survivor) {
  TRY_VOID(tx_.erase_link(lost.entity, source_.connection, lost.remote));
  TRY_VOID(close_reviews_of(survivor, "merged there"));
  TRY_VOID(entities_.owe_anew(state.golden.id, source_.connection));
  merge::Effects effects = merged_there(lost.remote, survivor, "merged there");
  entities_.with_context(state, [&](const merge::Context& context) {
    if (lost.secondary) effects.reviews = merge::rename_second(state, source_.connection, lost.remote, survivor, context);
    else merge::add_link(state, source_.connection, survivor, context).needs_read = true;
  });
  return entities_.save(state, std::move(effects), cause("follow_merge"), source_.connection);
}

Result<void> Step::drop_twin(merge::EntityState state, const Link& lost, const RemoteId& survivor) {
  TRY_VOID(tx_.erase_link(lost.entity, source_.connection, lost.remote));
  std::erase_if(state.links, [&](const Link& link) { return link.connection == source_.connection && link.remote == lost.remote; });
  // The survivor takes the place of a first record; of two second ones it stays the second.
  const bool takes_its_place = !state.find(source_.connection);
  if (Link* link = state.find(source_.connection, survivor)) {
    link->secondary = link->secondary && !takes_its_place;
    link->needs_read = true;
  }
  if (takes_its_place) {
    TRY_VOID(entities_.owe_anew(state.golden.id, source_.connection));
    TRY_VOID(close_reviews_of(survivor, "merged there"));
    std::erase_if(state.reviews, [&](const ReviewItem& item) { return item.connection == source_.connection && item.remote == survivor; });
  }
  return entities_.save(state, merged_there(lost.remote, survivor, "merged there"), cause("follow_merge"), source_.connection);
}

Result<void> Step::give_up_obligation(const Link& link, EntityId lives_on) {
  TRY(const auto owed, tx_.find_obligation(link.entity, link.connection));
  if (!owed) return {};
  if (owed->state == ObligationState::in_flight) {
    if (link.secondary) return {};  // nothing is sent there
    // Its answer may never be heard, and the joined link need not tell what was sent.
    TRY_VOID(tx_.append(unanswered_write(hub_, *owed, link, "its entity was merged with another before the answer came")));
    if (link.entity == lives_on) return {};  // nothing else is sent before the answer is there
  }
  return tx_.erase_obligation(link.entity, link.connection);
}

Result<void> Step::join(merge::EntityState lost, merge::EntityState kept, const RemoteId& loser, const RemoteId& survivor) {
  Golden dead = lost.golden.id < kept.golden.id ? kept.golden : lost.golden;
  std::vector<Link> old_links = lost.links;
  old_links.insert(old_links.end(), kept.links.begin(), kept.links.end());
  merge::Joined joined = entities_.with_context(
      kept, [&](const merge::Context& context) { return merge::join(std::move(lost), std::move(kept), source_.connection, survivor, context, loser); });
  for (const Link& link : old_links) {
    TRY_VOID(tx_.erase_link(link.entity, link.connection, link.remote));
    TRY_VOID(give_up_obligation(link, joined.state.golden.id));
    TRY_VOID(entities_.supersede_letters(link.entity, link.connection));  // what the joined record owes is found anew
  }
  CHECK(dead.id == joined.dead, "of two joined entities the older id lives on");
  dead.presence = EntityPresence::deleted;
  dead.deleted_cause = "merged into " + joined.state.golden.id.value().text();
  TRY_VOID(tx_.put(dead));
  TRY_VOID(tx_.put_entity_alias(joined.dead, joined.state.golden.id));
  TRY_VOID(tx_.put_match_keys(joined.dead, source_.type, {}));
  merge::Effects effects = merged_there(loser, survivor, "merged there; entity " + joined.dead.value().text() + " lives on in this one");
  effects.golden_changed = true;
  effects.changes.insert(effects.changes.end(), joined.changes.begin(), joined.changes.end());
  effects.reviews = std::move(joined.reviews);
  count_.reviews += static_cast<std::int64_t>(effects.reviews.size());
  TRY_VOID(entities_.save(joined.state, std::move(effects), cause("merge_entities"), kHub));
  return entities_.refer_to_survivor(joined.dead, joined.state.golden.id);
}

}  // namespace lockstep::discover
