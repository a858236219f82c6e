#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/ids.h"

namespace lockstep {

/// The GUID under which an entity is created in systems that take one chosen by us: its ULID, or, when a record of that id
/// was deleted there (`replaced`, its id), one derived from both.
std::string client_id(EntityId entity, std::string_view replaced);

/// The entities whose first record such a system may hold under this GUID: its fixed bits hide six of the ULID's.
std::vector<EntityId> entities_of_client_id(std::string_view guid);

}  // namespace lockstep
