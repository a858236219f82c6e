#include "discover/step.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "hub/references.h"

namespace lockstep::discover {

Cause Step::cause(std::string operation) const { return Cause{source_.run, source_.connection, seen_.row.id, std::move(operation)}; }

Result<std::optional<EntityId>> Step::run() {
  using Waits = std::optional<EntityId>;
  if (seen_.row.merged_into || seen_.row.deleted) TRY_VOID(bring_back_link());
  if (seen_.row.merged_into) {
    TRY_VOID(merge_notice());
    return Waits{};
  }
  TRY(auto link, tx_.find_link(source_.connection, seen_.row.id));
  TRY(const auto alias, tx_.find_remote_alias(source_.connection, seen_.row.id));
  // The news of a record that is linked under an id that once was another's old name is its own.
  if (alias && seen_.row.deleted && !link) return Waits{};
  if (alias && !seen_.row.deleted) {
    if (!source_.by_id) {
      TRY_VOID(ask_by_id(seen_.row.id, "an id that was merged away shows again"));
      return Waits{};
    }
    // Confirmed live by a read under its own id: an alias no more (rule 10).
    TRY_VOID(tx_.put_remote_alias(source_.connection, seen_.row.id, RemoteId{}));
  }
  TRY(const bool swallowed, swallowed_unread());
  if (!link && swallowed && !seen_.row.deleted) return Waits{};  // the merge that is read links it, and has it read
  if (!link) {
    if (seen_.row.deleted) {
      if (source_.fence) gone_[{source_.connection, seen_.row.id}] = hub_.current_fence();
      TRY_VOID(note_lost_name());
      TRY_VOID(unlinked_gone());
      return Waits{};
    }
    TRY_VOID(unlinked());
    return Waits{};
  }
  hub_.void_what_is_old(*link);
  TRY(const auto obligation, tx_.find_obligation(link->entity, source_.connection));
  if (obligation && obligation->state == ObligationState::in_flight) return Waits(link->entity);
  if (seen_.row.deleted) {
    TRY_VOID(gone());
    return Waits{};
  }
  TRY_VOID(linked(*link));
  return Waits{};
}

bool Step::unchanged(const Link& link) const {
  if (link.presence != LinkPresence::present || link.needs_read || link.secondary || seen_.partial) return false;
  if (!link.external_id_confirmed || link.delete_unanswered || link.version != seen_.row.version) return false;
  for (std::size_t i = 0; i < seen_.fields.size(); ++i) {
    if (!seen_.fields[i]) continue;
    const LinkField& field = link.fields[i];
    if (!field.shadow || field.unverified || !field.unanswered.empty() || field.rewrites != 0) return false;
    const bool old_name = std::ranges::find(seen_.old_names, FieldIndex{static_cast<std::uint16_t>(i)}) != seen_.old_names.end();
    if (*field.shadow != *seen_.fields[i] || field.names_loser != old_name || field.missed.ms != 0) return false;
  }
  return !seen_.row.version.empty();
}

Result<void> Step::linked(const Link& link) {
  if (source_.by_id) TRY_VOID(wake_referrers());
  TRY(seen_.old_names, to_entities(hub_, tx_, source_.connection, source_.type, seen_.row.id, seen_.fields));
  // Most rows of a listing say nothing new; they cost a look-up and no merge.
  if (unchanged(link)) {
    ++count_.unchanged;
    --count_.merged;
    const bool first_read = source_.by_id && !link.version_is_read;
    if (!source_.complete_listing && !first_read) return {};
    const std::uint64_t fence = source_.fence ? std::max(link.fence, hub_.next_fence()) : link.fence;
    if (source_.complete_listing && link.version_is_read) return tx_.put_sighting(link.number, source_.sent, fence);
    Link seen = link;
    seen.version_is_read = true;
    if (source_.complete_listing) seen.seen = source_.sent;
    seen.fence = fence;
    return tx_.put(seen);
  }
  TRY(auto state, entities_.load(link.entity));
  CHECK(state, "a link without its entity");
  TRY_VOID(doubt_lost_references(*state));
  const Place was = place_of(*state);
  TRY(const merge::Observation seen, observation(*state));
  const merge::Effects effects = entities_.with_context(*state, [&](const merge::Context& context) { return merge::observe(*state, seen, context); });
  if (effects.golden_changed) ++count_.changed;
  else ++count_.unchanged;
  count_.reviews += static_cast<std::int64_t>(effects.reviews.size());
  merge::Effects saved = effects;
  saved.link_changed = true;
  if (Link* own = state->find(source_.connection); own && own->remote == seen_.row.id && source_.complete_listing)
    own->seen = std::max(own->seen, source_.sent);
  TRY_VOID(owe_anew_if_not(was, *state));
  return entities_.save(*state, std::move(saved), cause(source_.operation), source_.connection);
}

Result<bool> Step::carries_key_of(EntityId entity) const {
  if (equal_no_case(seen_.row.external_key, entity.value().text())) return true;
  // The id of an entity that was merged into this one says the same. Where the record that was merged away keeps its key, no other could be written.
  const auto key = parse_ulid(seen_.row.external_key);
  if (!key) return false;
  TRY(const auto resolved, tx_.resolve(EntityId{*key}));
  return resolved == entity;
}

Result<merge::Observation> Step::observation(const merge::EntityState& state) const {
  merge::Observation seen;
  seen.system = source_.connection;
  seen.remote = seen_.row.id;
  seen.present = !seen_.row.deleted;
  seen.archived = seen_.row.archived;
  seen.complete = !seen_.partial;
  seen.by_id = source_.by_id;
  seen.fence = source_.fence;
  seen.version = seen_.row.version;
  seen.observed_at = source_.sent;
  const System* system = hub_.find_system(source_.connection);
  if (system->clock) {
    if (seen_.row.modified) seen.modified = system->clock->to_hub(*seen_.row.modified);
    seen.uncertainty_us = system->clock->uncertainty_us(hub_.now()) + 1'000'000;  // stamps of whole seconds are common
  } else if (seen_.row.modified) {
    seen.modified = *seen_.row.modified;
  }
  const connector::ObjectTraits* traits = system->connector ? system->connector->find_object(seen_.object) : nullptr;
  const bool holds_key = traits && !traits->external_key_slot.empty();
  seen.carries_external_id = true;
  if (holds_key) {
    TRY(seen.carries_external_id, carries_key_of(state.golden.id));
  }
  seen.fields = seen_.fields;
  seen.old_names = seen_.old_names;
  return seen;
}

Result<void> Step::gone() {
  if (source_.by_id) TRY_VOID(wake_referrers());
  TRY(const auto link, tx_.find_link(source_.connection, seen_.row.id));
  TRY(auto state, entities_.load(link->entity));
  CHECK(state, "a link without its entity");
  const Place was = place_of(*state);
  TRY(const merge::Observation seen, observation(*state));
  merge::Effects effects = entities_.with_context(*state, [&](const merge::Context& context) { return merge::observe(*state, seen, context); });
  effects.link_changed = true;
  if (source_.by_id) ++count_.deleted;
  TRY_VOID(owe_anew_if_not(was, *state));
  return entities_.save(*state, std::move(effects), cause(source_.by_id ? "observe_delete" : source_.operation), source_.connection);
}

Result<void> Step::ask_by_id(const RemoteId& remote, std::string_view why) { return entities_.ask_by_id(source_.connection, remote, why); }

bool Step::newer_notice() const {
  const auto found = gone_.find({source_.connection, seen_.row.id});
  return found != gone_.end() && (!source_.fence || *source_.fence <= found->second);
}

}  // namespace lockstep::discover
