#pragma once

#include <cstdint>
#include <string>

#include "base/id.h"
#include "base/ulid.h"

namespace lockstep {

/// A golden record's id; carried into every system as its external id.
using EntityId = Id<struct EntityIdTag, Ulid>;
/// A run of the engine: one unit of work that every audit row, log line and metric carries.
using RunId = Id<struct RunIdTag, Ulid>;
/// A connection's number, given by the store when its name is first seen and never reused. 0 is the hub itself
/// (decisions of people, constants).
using ConnectionId = Id<struct ConnectionIdTag, std::uint16_t>;
inline const ConnectionId kHub{std::uint16_t{0}};
/// Index of an entity type in the model, of a field in its entity type.
using TypeIndex = Id<struct TypeIndexTag, std::uint16_t>;
using FieldIndex = Id<struct FieldIndexTag, std::uint16_t>;

}  // namespace lockstep
