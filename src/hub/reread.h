#pragma once

#include <string>

#include "store/store.h"

namespace lockstep {

/// Asks for one read by id of a record, linked or not, as a webhook would: an event of our own in the inbox, durable with this
/// transaction. `dedupe` tells who asks for what: of equal ones the first counts. `why` is for people. Whoever is done wakes the
/// reader (Hub::on_reads_wanted). Error: storage.
Result<void> ask_for_read(Transaction& transaction, ConnectionId connection, const RemoteId& remote, WallTime since, std::string dedupe, std::string why = "");

}  // namespace lockstep
