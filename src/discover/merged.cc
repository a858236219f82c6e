// Merges done in a system (rule 10).
#include <algorithm>

#include "base/check.h"
#include "discover/step.h"

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
  if (!kept) {
    // The survivor takes the loser's place: the same entity under another id.
    TRY_VOID(tx_.erase_link(lost->entity, source_.connection, loser));
    merge::Effects effects;
    if (lost->secondary)
      std::erase_if(lost_state->links, [&](const Link& link) { return link.connection == source_.connection && link.remote == loser; });
    else
      entities_.with_context(*lost_state, [&](const merge::Context& context) {
        Link& moved = merge::add_link(*lost_state, source_.connection, survivor, context);
        moved.needs_read = true;
      });
    TRY_VOID(close_reviews_of(survivor, "merged there"));
    effects.link_changed = true;
    effects.changes.push_back(AuditChange{"", Value(loser), Value(survivor), "merged there"});
    return entities_.save(*lost_state, std::move(effects), cause("follow_merge"), source_.connection);
  }
  if (kept->entity == lost->entity) {
    TRY_VOID(close_reviews_of(survivor, "merged there"));
    std::erase_if(lost_state->reviews, [](const ReviewItem& item) { return item.kind == ReviewKind::second_record; });
    TRY_VOID(tx_.erase_link(lost->entity, source_.connection, loser));
    std::erase_if(lost_state->links, [&](const Link& link) { return link.connection == source_.connection && link.remote == loser; });
    merge::Effects effects;
    for (Link& link : lost_state->links)
      if (link.connection == source_.connection && link.remote == survivor) {
        link.secondary = false;
        link.needs_read = true;
      }
    effects.link_changed = true;
    effects.changes.push_back(AuditChange{"", Value(loser), Value(survivor), "merged there"});
    return entities_.save(*lost_state, std::move(effects), cause("follow_merge"), source_.connection);
  }
  TRY(auto kept_state, entities_.load(kept->entity));
  CHECK(kept_state, "a link without its entity");
  Golden dead = lost_state->golden.id < kept_state->golden.id ? kept_state->golden : lost_state->golden;
  std::vector<Link> old_links = lost_state->links;
  old_links.insert(old_links.end(), kept_state->links.begin(), kept_state->links.end());
  merge::Joined joined = entities_.with_context(*kept_state, [&](const merge::Context& context) {
    return merge::join(std::move(*lost_state), std::move(*kept_state), source_.connection, survivor, context);
  });
  for (const Link& link : old_links) {
    TRY_VOID(tx_.erase_link(link.entity, link.connection, link.remote));
    TRY_VOID(tx_.erase_obligation(link.entity, link.connection));
    TRY_VOID(entities_.supersede_letters(link.entity, link.connection));  // what the joined record owes is found anew
  }
  CHECK(dead.id == joined.dead, "of two joined entities the older id lives on");
  dead.presence = EntityPresence::deleted;
  dead.deleted_cause = "merged into " + joined.state.golden.id.value().text();
  TRY_VOID(tx_.put(dead));
  TRY_VOID(tx_.put_entity_alias(joined.dead, joined.state.golden.id));
  TRY_VOID(tx_.put_match_keys(joined.dead, source_.type, {}));
  merge::Effects effects;
  effects.golden_changed = effects.link_changed = true;
  effects.reviews = std::move(joined.reviews);
  effects.changes.push_back(AuditChange{"", Value(loser), Value(survivor),
                                        "merged there; entity " + joined.dead.value().text() + " lives on in this one"});
  count_.reviews += static_cast<std::int64_t>(effects.reviews.size());
  return entities_.save(joined.state, std::move(effects), cause("merge_entities"), kHub);
}

}  // namespace lockstep::discover
