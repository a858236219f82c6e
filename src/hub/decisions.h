#pragma once

#include <optional>
#include <vector>

#include "store/store.h"

namespace lockstep {

/// A person's word on a record that matched several entities, or none surely; taken when the record is read again.
struct MatchDecision {
  EntityId entity;                  // nil: somebody new
  std::vector<EntityId> not_same;   // never to be joined with it
};
Result<void> put_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote, const MatchDecision& decision);
Result<std::optional<MatchDecision>> find_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote);

/// Approval of a withheld mass delete: used up by the next complete listing of the type.
Result<void> approve_deletes(Transaction& transaction, ConnectionId connection, TypeIndex type);
Result<bool> take_delete_approval(Transaction& transaction, ConnectionId connection, TypeIndex type);

}  // namespace lockstep
