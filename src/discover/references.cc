// References as systems show them: to records that are not linked yet, that were merged away, or that are about to be seen as deleted.
#include "discover/step.h"

namespace lockstep::discover {

Result<void> Step::wake_referrers() {
  TRY(const auto waits, tx_.take_reference_waits(source_.connection, seen_.row.id));
  for (const ReferenceWait& wait : waits) {
    TRY(auto link, tx_.find_link(wait.connection, wait.waiting));
    if (link) {
      link->needs_read = true;
      TRY_VOID(tx_.put(*link));
    } else {
      TRY_VOID(ask_by_id(wait.waiting, "its reference is linked now"));
    }
  }
  return {};
}

Result<void> Step::doubt_lost_references(merge::EntityState& state) {
  const EntityType& type = hub_.model.at(source_.type);
  Link* link = state.find(source_.connection);
  if (!link || link->remote != seen_.row.id || hub_.policy(source_.type).append_only) return {};
  const System* system = hub_.find_system(source_.connection);
  if (system && system->hosted) return {};  // it tells its edits itself, deletes too
  for (std::size_t i = 0; i < seen_.fields.size() && i < link->fields.size(); ++i) {
    LinkField& field = link->fields[i];
    if (type.fields[i].type != FieldType::reference || !seen_.fields[i]) continue;
    const EntityRef* held = field.shadow ? field.shadow->get<EntityRef>() : nullptr;
    if (!held || !seen_.fields[i]->is_blank() || !field.unanswered.empty() || state.golden.fields[i].value.is_blank()) {
      field.missed = WallTime{};
      continue;
    }
    TRY(const bool lost, is_lost_with(EntityId{held->entity}, field));
    if (lost) seen_.fields[i].reset();
  }
  return {};
}

Result<bool> Step::is_lost_with(EntityId target, LinkField& field) {
  TRY(auto state, entities_.load(target));
  Link* there = state && state->golden.presence == EntityPresence::present ? state->find(source_.connection) : nullptr;
  if (!there || there->presence != LinkPresence::present) return false;
  if (field.missed.ms == 0) field.missed = source_.sent;
  else if (there->seen > field.missed) return false;  // it was there when the reference was gone already: somebody cleared it
  if (!there->needs_read) {
    there->needs_read = true;
    there->read_asked = hub_.next_fence();
    TRY_VOID(tx_.put(*there));
  }
  ReferenceWait wait;
  wait.connection = source_.connection;
  wait.awaited = there->remote;
  wait.waiting = seen_.row.id;
  wait.since = hub_.now();
  TRY_VOID(tx_.put_reference_wait(wait));
  return true;
}

}  // namespace lockstep::discover
