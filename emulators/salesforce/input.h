#pragma once

#include "emulators/salesforce/errors.h"
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

/// A JSON value as the field stores it: trimmed, an empty text is null, ids in their 18-character form,
/// instants as milliseconds in whole seconds. Refuses what is too long or of another type. `text_values`:
/// numbers, booleans and instants may be given as text too (CSV).
Outcome<Value> read_value(const Field& field, const json::value& given, bool text_values, bool trims = true);
/// A text with its line ends as the org keeps them: "kept", "lf" or "crlf".
json::value with_line_ends(const json::value& given, std::string_view how);
/// The day of an instant; anything else as it is.
json::value without_time(const json::value& given);

bool is_email(std::string_view text);
std::size_t utf16_length(std::string_view utf8);

}  // namespace lockstep::emulators::salesforce
