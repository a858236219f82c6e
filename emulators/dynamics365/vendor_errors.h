#pragma once

#include <optional>
#include <string_view>

#include "emulators/dynamics365/errors.h"

namespace lockstep::emulators::dynamics365 {

/// An error of the platform that a fault raises by its code, with the status that the contract has for it (§5.3); nothing: there is none.
std::optional<ApiError> vendor_error(std::string_view code);

}  // namespace lockstep::emulators::dynamics365
