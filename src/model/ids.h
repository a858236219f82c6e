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
/// Index of a connection in the configuration; the store keeps the name, never this number.
using ConnectionIndex = Id<struct ConnectionIndexTag, std::uint16_t>;
/// Index of an entity type in the model, of a field in its entity type.
using TypeIndex = Id<struct TypeIndexTag, std::uint16_t>;
using FieldIndex = Id<struct FieldIndexTag, std::uint16_t>;

}  // namespace lockstep
