#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/rng.h"

namespace lockstep::emulators::dynamics365 {

std::string make_guid(Rng& rng);
/// Always the same for the same name.
std::string guid_of_name(std::string_view name);
/// 8-4-4-4-12 hexadecimal digits without braces, any case; gives lower case.
std::optional<std::string> parse_guid(std::string_view text);

}  // namespace lockstep::emulators::dynamics365
