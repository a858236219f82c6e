#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lockstep::mapping {

/// "+493012345671" of what a person typed; `region` (ISO 3166-1 alpha-2) tells the country of numbers without "+".
/// Nothing when it is no possible number. Extensions are dropped only when there are none; "+4930123;ext=5" keeps it.
std::optional<std::string> to_e164(std::string_view text, std::string_view region);

/// The same, thirty times as fast, for "+", the code of a country with plain rules and a number that cannot begin with a trunk
/// prefix, with nothing but separators between; whether it is too long for its country is not looked at. Nothing for all others.
std::optional<std::string> plain_e164(std::string_view text);

/// Whether libphonenumber knows `region`.
bool is_phone_region(std::string_view region);

/// "030 1234567" for display in `region`, "+49 30 1234567" elsewhere.
std::string to_national(std::string_view e164, std::string_view region);

}  // namespace lockstep::mapping
