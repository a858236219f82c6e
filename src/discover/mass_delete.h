#pragma once

#include "hub/decisions.h"
#include "hub/hub.h"

namespace lockstep::discover {

constexpr Duration kOneWave{10 * 60'000};  // deletes that come so close together are one wave

/// The guard (rule 8): `count` of a wave's deletes, of what are `links` records with them, are more than go by themselves.
bool is_beyond_guard(const DeleteGuard& guard, std::size_t count, std::int64_t links);

/// Keeps what is withheld, and tells a person: one item for each connection and type.
Result<void> withhold_deletes(Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, const std::string& object,
                              const WithheldDeletes& withheld, std::int64_t links);
/// They are back: there is nothing to be decided, and an approval was for those.
Result<void> end_withholding(Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type);

}  // namespace lockstep::discover
