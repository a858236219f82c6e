#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub/hub.h"
#include "merge/merge.h"
#include "store/store.h"

namespace lockstep {

/// Who does what, for stamps and audit rows.
struct Cause {
  RunId run;
  ConnectionId connection;  // where it happens
  RemoteId remote;
  std::string operation;  // "observe", "update", …
};

/// Entity states within one store transaction: loads them whole, saves what changed, and keeps what follows from a state
/// (match keys, obligations, hosted records) true. Nothing else writes golden records, links or obligations.
class Entities {
 public:
  /// `priority`: how urgent what follows from a change here is.
  Entities(Hub& hub, Transaction& transaction, RunId run, Priority priority = Priority::real_time)
      : hub_(hub), tx_(transaction), run_(run), priority_(priority) {}

  /// The entity that `id` stands for, aliases followed.
  Result<std::optional<merge::EntityState>> load(EntityId id);

  /// Calls `change(context)` with the rules for this state and a fresh fence.
  template <class Change>
  auto with_context(const merge::EntityState& state, Change change) {
    const HubEquivalence equivalence(hub_, state.golden.type);
    const merge::Context context{
        hub_.model.at(state.golden.type), hub_.policy(state.golden.type), equivalence, hub_.now(), run_, hub_.next_fence(), hub_.request_life};
    return change(context);
  }

  /// Stores golden (when changed), the link of `touched` (all links when kHub), reviews and one audit row when there is
  /// something to tell; settles hosted systems; brings the obligations up to date.
  Result<void> save(merge::EntityState& state, merge::Effects effects, const Cause& cause, ConnectionId touched);

  /// `target` lost a record of `connection` in a merge there: what refers to it may go on naming the lost one, and is read by id.
  Result<void> read_referrers(EntityId target, ConnectionId connection);

  /// `dead` was merged into `survivor`, which is stored: to refer to the one is to refer to the other, everywhere.
  Result<void> refer_to_survivor(EntityId dead, EntityId survivor);

  /// Has the record read by id, soon. `why` is for people.
  Result<void> ask_by_id(ConnectionId connection, const RemoteId& remote, std::string_view why);

  Result<void> audit(const merge::EntityState& state, const Cause& cause, std::vector<AuditChange> changes);

  /// Open dead letters of one link end: what they could not deliver is delivered, or not owed any more.
  Result<void> supersede_letters(EntityId entity, ConnectionId connection);

  /// Another record of `connection` takes the place of one whose delete a person was asked about: the entity has a record there again.
  void close_delete_questions(merge::EntityState& state, ConnectionId connection, merge::Effects& effects) const;

  /// It was deleted while deletes were not passed on to `connection`: the record there stays.
  Result<bool> is_left_there(const merge::EntityState& state, ConnectionId connection);

  /// A write that was given up was meant for another record than the one that is linked now, if any: what that one needs is tried from the
  /// start, once the entity is saved.
  Result<void> owe_anew(EntityId entity, ConnectionId connection);

  /// Nothing of it has changed but what it is owed, by a decision or by another configuration: hosted systems are settled, and the outbox
  /// is brought in line.
  Result<void> owe(merge::EntityState& state);

  /// The same for all whom a review item names: what waited for its decision may be owed now.
  Result<void> refresh_obligations_of(const ReviewItem& item);

  /// Calls `visit` with each present entity that refers to `target`, in golden or in some system alone; parents first, at most
  /// `of_type_max` of a type. `visit` gives back whether to go on.
  using Visit = std::function<Result<bool>(merge::EntityState&)>;
  Result<void> for_each_referrer(EntityId target, std::size_t of_type_max, const Visit& visit);

 private:
  /// Records that wait for a person because they may be this entity are matched anew: it is another question now.
  Result<void> ask_anew(const merge::EntityState& state);
  Result<void> settle_hosted(merge::EntityState& state, merge::Effects& effects, std::vector<ConnectionId>& settled);
  Result<void> put_match_keys(const merge::EntityState& state);
  /// Whether others may share a key with it now, or not any more.
  bool moves_a_key(TypeIndex type, const merge::Effects& effects) const;
  /// Those present who share a key that tells people apart, and which.
  Result<std::map<EntityId, std::string>> who_shares_a_key(const merge::EntityState& state);
  /// Opens a question for each of them, and closes those about others.
  Result<void> ask_about_shared_keys(merge::EntityState& state, const merge::Effects& effects);
  /// References to `target` that were sent as blank, or lost, are owed again.
  Result<void> owe_references(EntityId target);
  Result<void> owe_reference(merge::EntityState& referrer, EntityId target);
  /// `target` was deleted in `connection`: servers blank what refers to it there, which is nobody's edit.
  Result<void> lose_references(const Golden& target, ConnectionId connection);
  Result<void> lose_reference(merge::EntityState& referrer, const Golden& target, ConnectionId connection);
  /// Brings the outbox in line with what is owed by now.
  Result<void> refresh_obligations(merge::EntityState& state);
  Result<void> refresh_obligation(const merge::EntityState& state, const LinkPolicy& policy, std::optional<Obligation> existing, const merge::Context& context);

  Hub& hub_;
  Transaction& tx_;
  RunId run_;
  Priority priority_;
};

/// The item asks whether two entities are one, and names no record of a system.
bool is_about_two(const ReviewItem& item);

/// Under which a deleted entity stands in the index of match keys while a create for it may still arrive.
std::string late_create_key(std::string_view match_key);

/// Golden values as plain fields.
Fields fields_of(const Golden& golden);

}  // namespace lockstep
