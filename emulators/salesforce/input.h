#pragma once

#include "emulators/salesforce/errors.h"
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

/// How values come in.
struct InputManner {
  bool text_values = false;  // numbers, booleans and instants may be given as text too (CSV)
  bool trims = true;         // blanks around a text are dropped
  bool truncates = false;    // a text that is too long is cut, not refused
  bool latin_1 = false;      // the org knows no other characters
};
/// A JSON value as the field stores it: an empty text is null, ids in their 18-character form, instants as milliseconds in whole
/// seconds. Refuses what is too long or of another type.
Outcome<Value> read_value(const Field& field, const json::value& given, InputManner manner);
/// A text with its line ends as the org keeps them: "kept", "lf" or "crlf".
json::value with_line_ends(const json::value& given, std::string_view how);
/// The day of an instant; anything else as it is.
json::value without_time(const json::value& given);

bool is_email(std::string_view text);
std::size_t utf16_length(std::string_view utf8);

}  // namespace lockstep::emulators::salesforce
