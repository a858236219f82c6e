#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "emulators/hubspot/errors.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {

/// What a value may be checked against beside its property.
struct ValueContext {
  const std::vector<Owner>& owners;
  std::string_view stored;  // present value: a leading ';' appends to it
  bool allow_archived_owners = false;
  bool addresses_keep_case = false;
  bool phones_reformatted = false;
  bool zoned_instants = true;  // else in UTC alone
};

/// `text` as a write gives it, not empty; texts for all types but instants, which are milliseconds (§2.4).
tl::expected<Value, PropertyProblem> read_value(const Property& property, const std::string& text, const ValueContext& context);
/// Of a phone number, as searches compare it: its digits, without the country's code.
std::string phone_digits(std::string_view number);
/// What is left of HTML without its tags, its spaces as one each.
std::string plain_text(std::string_view html);
/// ISO in UTC; milliseconds are dropped when they are zero.
std::string format_instant(WallTime time);
/// As answers and searches see a stored value; empty for null.
std::string text_of_value(ValueView value);
/// ISO or epoch milliseconds.
std::optional<WallTime> parse_instant(std::string_view text);
std::optional<double> parse_number(std::string_view text);

}  // namespace lockstep::emulators::hubspot
