// After a restore: records that are gone by now, and that only their external id ties to an entity (rule 17).
#include <algorithm>

#include "discover/step.h"
#include "hub/client_id.h"
#include "hub/recovery.h"

namespace lockstep::discover {

/// Whose record it was: by the external id in it, or by the id itself where we choose that.
Result<std::optional<EntityId>> Step::name_in_it() const {
  if (const auto key = parse_ulid(seen_.row.external_key)) return std::optional(EntityId{*key});
  const System* system = hub_.find_system(source_.connection);
  const connector::ObjectTraits* traits = system->connector ? system->connector->find_object(seen_.row.id.object) : nullptr;
  if (!traits || !traits->client_chosen_id) return std::optional<EntityId>{};
  for (const EntityId entity : entities_of_client_id(seen_.row.id.id)) {
    TRY(const auto known, tx_.find_golden(entity));
    if (known && known->type == source_.type) return std::optional(entity);
  }
  return std::optional<EntityId>{};
}

Result<void> Step::note_lost_name() {
  if (!hub_.recovering || source_.by_id) return {};
  TRY(const auto known, tx_.find_link(source_.connection, seen_.row.id));
  if (known) return {};
  TRY(const auto entity, name_in_it());
  if (!entity) return {};
  TRY_VOID(put_lost_name(tx_, source_.connection, seen_.row.id, entity));
  return ask_by_id(seen_.row.id, "gone, and it carries an id of ours");
}

/// The hub made it after the backup: its link comes back as it must have been when the record went, in step with golden.
/// What follows is an ordinary delete or merge.
Result<void> Step::bring_back_link() {
  if (!hub_.recovering || !source_.by_id) return {};
  TRY(const auto name, find_lost_name(tx_, source_.connection, seen_.row.id));
  TRY(const auto known, tx_.find_link(source_.connection, seen_.row.id));
  if (!name || known) return {};
  TRY_VOID(put_lost_name(tx_, source_.connection, seen_.row.id, std::nullopt));
  TRY(auto state, entities_.load(*name));
  if (!state) return seen_.row.merged_into ? Result<void>{} : bury(*name);
  const Link* own = state->find(source_.connection);
  const bool has_another = own && (own->presence == LinkPresence::present || own->presence == LinkPresence::detached);
  if (state->golden.type != source_.type || state->golden.presence != EntityPresence::present || has_another) return {};
  entities_.with_context(*state, [&](const merge::Context& context) {
    Link& link = merge::add_link(*state, source_.connection, seen_.row.id, context);
    link.intent.reset();
    link.external_id_confirmed = true;
    for (std::size_t i = 0; i < link.fields.size() && i < state->golden.fields.size(); ++i) {
      const GoldenField& golden = state->golden.fields[i];
      link.fields[i] = LinkField{};
      link.fields[i].shadow = link.fields[i].acked = golden.value;
      link.fields[i].acked_stamp = golden.stamp;
    }
  });
  merge::Effects effects;
  effects.link_changed = true;
  effects.changes.push_back(AuditChange{"", std::nullopt, Value(seen_.row.id), "made before the store was restored"});
  return entities_.save(*state, std::move(effects), cause("link"), source_.connection);
}

/// An entity that was made and deleted after the backup leaves its tombstone: what still shows up under its name later is
/// no new record.
Result<void> Step::bury(EntityId entity) {
  merge::EntityState state;
  state.golden.id = entity;
  state.golden.type = source_.type;
  state.golden.created = hub_.now();
  state.golden.presence = EntityPresence::deleted;
  state.golden.deleted_cause = kLostTombstone + hub_.system_name(source_.connection);
  state.golden.fields.resize(hub_.model.at(source_.type).fields.size());
  entities_.with_context(
      state, [&](const merge::Context& context) { merge::add_link(state, source_.connection, seen_.row.id, context).presence = LinkPresence::deleted; });
  merge::Effects effects;
  effects.golden_changed = effects.link_changed = true;
  effects.changes.push_back(AuditChange{"", std::nullopt, Value(seen_.row.id), state.golden.deleted_cause});
  return entities_.save(state, std::move(effects), cause("observe_delete"), source_.connection);
}

/// An id of ours in a record that was taken out of use in place of a delete: that delete is what the store does not know of any more.
bool Step::was_archived(const merge::Observation& seen) const {
  return seen.archived.value_or(false) && parse_ulid(seen_.row.external_key) && seen.carries_external_id &&
         hub_.policy(source_.type).may_archive_in(source_.connection);
}

void Step::archive(merge::EntityState& state, merge::Effects& effects) const {
  state.golden.presence = EntityPresence::deleted;
  state.golden.deleted_cause = "archived before the store was restored, in " + hub_.system_name(source_.connection);
  state.find(source_.connection)->archived = true;
  effects.changes.push_back(AuditChange{"", std::nullopt, Value(seen_.row.id), state.golden.deleted_cause});
}

/// What an unlinked row means may depend on what became of another record: while that was not read again, it waits.
bool Step::waits_for_recovery(const identity::Decision& decision) const {
  return hub_.recovering && !source_.by_id && decision.kind == identity::Decision::Kind::review;
}

Result<bool> Step::is_lost_tombstone(const std::vector<EntityId>& tombstones) const {
  for (const EntityId entity : tombstones) {
    TRY(const auto golden, tx_.find_golden(entity));
    if (golden && golden->deleted_cause.starts_with(kLostTombstone)) return true;
  }
  return false;
}

}  // namespace lockstep::discover
