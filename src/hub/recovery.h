#pragma once

#include <optional>
#include <string>

#include "hub/hub.h"
#include "store/store.h"

/// After a restore from a backup (merge rule 17). The store knows nothing of what happened since the backup: every feed is
/// read from before it, every system is listed once and what is missing is read by id, and only then anything is sent.
namespace lockstep {

/// Reads from the store whether it was restored and whether that is dealt with: sets hub.restored_at and hub.recovering.
Result<void> load_recovery(Hub& hub, Transaction& transaction);
/// After a stop: writes that were under way are of unknown outcome. Each gets the audit row that its answer would have written, and
/// is found out about by a read or a look-up before anything is sent again. Returns how many.
Result<std::size_t> recover_in_flight(Hub& hub, Transaction& transaction);
/// The audit row of a write that is under way and whose answer may never be heard, for `why`. `owed` is in flight, `link` is where it goes.
AuditRow unanswered_write(const Hub& hub, const Obligation& owed, const Link& link, std::string why);
/// Every system was read again.
Result<void> end_recovery(Transaction& transaction);

/// A record that the feed told to be gone, or merged, and that no link knows: `entity` is whose it was by the external id in
/// it. Kept until a read by id confirms it.
Result<void> put_lost_name(Transaction& transaction, ConnectionId connection, const RemoteId& remote, std::optional<EntityId> entity);
Result<std::optional<EntityId>> find_lost_name(Transaction& transaction, ConnectionId connection, const RemoteId& remote);

/// The cause of tombstones of entities that were made and deleted after the backup: a live record of that name is for a
/// person to look at.
inline constexpr const char* kLostTombstone = "deleted before the store was restored, in ";

}  // namespace lockstep
