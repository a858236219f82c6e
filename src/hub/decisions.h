#pragma once

#include <optional>
#include <vector>

#include "store/store.h"

namespace lockstep {

/// A person's word on a record that matched several entities, or none surely; taken when the record is read again.
struct MatchDecision {
  EntityId entity;                 // nil: somebody new
  std::vector<EntityId> not_same;  // never to be joined with it
};
Result<void> put_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote, const MatchDecision& decision);
Result<void> forget_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote);
Result<std::optional<MatchDecision>> find_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote);

/// A mass delete that waits for a person (rule 8). The approval is a ceiling: it holds for so many deletes as were shown
/// to the person, and is used up by them.
struct WithheldDeletes {
  std::size_t count = 0;
  bool approved = false;
  WallTime listed;  // a listing that began then did not show them; {0}: they were told of one by one, and are to be read already
};
/// Deletes of a hosted system are kept in the inbox, due then.
constexpr WallTime kUntilDecided{INT64_MAX};
Result<void> put_withheld_deletes(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type,
                                  std::optional<WithheldDeletes> withheld);
/// Since when deletes are passed on to the connection, where they once were not: earlier ones are not passed on because of a changed file.
Result<void> put_deletes_since(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type, WallTime since);
Result<WallTime> find_deletes_since(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type);

Result<std::optional<WithheldDeletes>> find_withheld_deletes(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type);
/// A person lets them go: what a listing did not show is read by id, and not only after the next one.
Result<void> approve_withheld_deletes(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type);

/// What a person decides about those of a hosted system: they go on, or are as if they had never been told.
Result<void> decide_told_deletes(Transaction& transaction, const Model& model, const ReviewItem& item, bool approved, WallTime now);

}  // namespace lockstep
