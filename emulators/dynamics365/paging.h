#pragma once

#include <string>
#include <string_view>

#include "emulators/core/json.h"
#include "emulators/dynamics365/errors.h"

namespace lockstep::emulators::dynamics365 {

/// Where a listing goes on, as the XML cookie that $skiptoken holds. Opaque to clients.
std::string encode_skip_token(const json::object& state);
Outcome<json::object> decode_skip_token(std::string_view token);

}  // namespace lockstep::emulators::dynamics365
