#pragma once

#include <string_view>

#include "emulators/core/json.h"
#include "emulators/dynamics365/errors.h"

namespace lockstep::emulators::dynamics365 {

/// Whether a definition fits a $filter of the metadata: eq, ne, gt, ge, lt, le, and, or, not, parentheses, startswith, endswith, contains; paths
/// into complex values ("IsManaged", "RequiredLevel/Value"); enumerations with their type. Refused: a member it does not have, anything else.
Outcome<bool> definition_fits(const json::object& definition, std::string_view filter);

}  // namespace lockstep::emulators::dynamics365
