#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulators/core/json.h"

namespace lockstep::emulators::dynamics365 {

/// Parsed JSON holds a fraction as a double, which tells cents apart up to some 7e13; amounts may be 1e14. `text` with every
/// number that has a fraction or an exponent and more digits than a double holds wrapped, so that its digits survive the parser.
/// What is no JSON comes out as it went in, or as what is no JSON either.
std::string keep_exact_numbers(std::string_view text);
/// The digits of a number that was wrapped; nothing for any other value.
std::optional<std::string_view> exact_number(const json::value& value);

}  // namespace lockstep::emulators::dynamics365
