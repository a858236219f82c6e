#include "hub/reread.h"

namespace lockstep {

Result<void> ask_for_read(Transaction& transaction, ConnectionId connection, const RemoteId& remote, WallTime since, std::string dedupe, std::string why) {
  InboxEvent event;
  event.connection = connection;
  event.remote = remote;
  event.kind = EventKind::reread;
  event.received = event.occurred = event.due = since;
  event.dedupe = std::move(dedupe);
  event.last_error = std::move(why);
  TRY([[maybe_unused]] const bool fresh, transaction.put(event));
  return {};
}

}  // namespace lockstep
