#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "discover/intake.h"
#include "hub/decisions.h"
#include "identity/match_keys.h"

namespace lockstep::discover {

/// What one remote row means, within one transaction: an observation of a linked record, a record to be matched, a
/// delete, or a merge notice.
class Step {
 public:
  using GoneNotices = std::map<std::pair<ConnectionId, RemoteId>, std::uint64_t>;
  Step(Hub& hub, Transaction& transaction, const Source& source, Seen& seen, IntakeCount& count, GoneNotices& gone)
      : hub_(hub), tx_(transaction), source_(source), seen_(seen), count_(count), gone_(gone), entities_(hub, transaction, source.run, source.priority) {}

  /// The entity whose write in flight this row has to wait for; nothing when it was dealt with.
  Result<std::optional<EntityId>> run();

 private:
  Result<void> linked(const Link& link);
  bool unchanged(const Link& link) const;
  Result<void> unlinked();
  Result<void> merge_notice();
  // The ways of a merge that was confirmed by id.
  /// The survivor takes the loser's place: the same entity under another id.
  Result<void> rename(merge::EntityState state, const Link& lost, const RemoteId& survivor);
  /// Both were records of one entity already.
  Result<void> drop_twin(merge::EntityState state, const Link& lost, const RemoteId& survivor);
  /// Their entities are one from now on.
  /// What the entity of `link` owes its system ends with a join; what is under way there leaves a trace.
  Result<void> give_up_obligation(const Link& link, EntityId lives_on);
  Result<void> join(merge::EntityState lost, merge::EntityState kept, const RemoteId& loser, const RemoteId& survivor);
  merge::Effects merged_there(const RemoteId& loser, const RemoteId& survivor, const std::string& note) const;
  /// Some systems show a merge nowhere but in the winner: the records it swallowed are read. True: one of them is linked, so who
  /// this record is turns out then.
  Result<bool> swallowed_unread();
  Result<void> gone();
  Result<std::optional<identity::Decision>> match(std::vector<EntityId>& tombstones, std::optional<EntityId>& adopted);
  /// The row is our own create for a deleted entity, as it was sent before (rule 8).
  Result<bool> is_late_create_of(EntityId entity) const;
  Result<void> follow(const MatchDecision& decided);
  Result<void> create(EntityId id);
  /// An open question about an unlinked record: it names whom it may be by now.
  Result<void> ask_about(ReviewItem item, const identity::Decision& decision);
  /// Records that wait because they may be `known` may be `added`, too: nothing is created for it where they are.
  Result<void> add_to_questions_about(EntityId known, EntityId added);
  Result<bool> has_live_link(EntityId entity) const;
  Result<void> link_to(EntityId entity);
  Result<void> open_duplicate_review(const identity::Decision& decision);
  Result<void> unlinked_gone();
  // After a restore (lost.cc).
  Result<std::optional<EntityId>> name_in_it() const;
  Result<void> note_lost_name();
  Result<void> bring_back_link();
  Result<void> bury(EntityId entity);
  bool was_archived(const merge::Observation& seen) const;
  void archive(merge::EntityState& state, merge::Effects& effects) const;
  bool waits_for_recovery(const identity::Decision& decision) const;
  Result<bool> is_lost_tombstone(const std::vector<EntityId>& tombstones) const;
  Result<void> close_reviews_of(const RemoteId& remote, const std::string& why);
  /// The entity's record there, and whether it lives.
  using Place = std::pair<RemoteId, LinkPresence>;
  Place place_of(const merge::EntityState& state) const;
  /// A write that was given up was meant for the record as it `was`: not for one that is there again, gone by now, or another.
  Result<void> owe_anew_if_not(const Place& was, const merge::EntityState& state);
  Result<void> after_linking(const merge::EntityState& state);
  /// Records that wait for a read of this one, because they refer or referred to it, are read again.
  Result<void> wake_referrers();
  /// Servers blank a reference when its target is deleted, and may show that first. Unless the target is seen to be there after all, the
  /// blank is nobody's edit and not carried.
  Result<void> doubt_lost_references(merge::EntityState& state);
  Result<bool> is_lost_with(EntityId target, LinkField& field);
  Result<void> ask_by_id(const RemoteId& remote, std::string_view why);
  Result<bool> carries_key_of(EntityId entity) const;
  Result<merge::Observation> observation(const merge::EntityState& state) const;
  Cause cause(std::string operation) const;
  bool newer_notice() const;

  Hub& hub_;
  Transaction& tx_;
  const Source& source_;
  Seen& seen_;
  IntakeCount& count_;
  GoneNotices& gone_;
  Entities entities_;
};

}  // namespace lockstep::discover
