#pragma once

#include <vector>

#include "hub/hub.h"
#include "store/store.h"

namespace lockstep {

/// Replaces remote references in `fields` (as a mapping's get made them) by entities. A reference to a record that is not
/// linked makes the field absent, and `waiting` is noted to be read again once it is linked. Returns the fields that name a
/// record that was merged away: they stand for the survivor.
Result<std::vector<FieldIndex>> to_entities(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, const RemoteId& waiting,
                                            Fields& fields);

/// The other way: entities to the records they are in `connection`. A reference to what is deleted, or detached there, is
/// blank (rule 14). Those that have no record there yet are returned: the write waits for them.
struct Resolved {
  Fields fields;
  std::vector<RemoteId> parents;
  std::vector<EntityId> missing;
  std::vector<FieldIndex> blanked;  // references that are sent as blank
};
Result<Resolved> to_remotes(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, Fields fields);

/// What a shadow stands for: the records that `connection` was last known to refer to, whatever has become of their entities. A write
/// that takes a reference away may have to say which one.
Result<Fields> to_held(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, Fields shadow);

}  // namespace lockstep
