#pragma once

#include "emulators/core/json.h"
#include "emulators/dynamics365/errors.h"
#include "emulators/dynamics365/metadata.h"

namespace lockstep::emulators::dynamics365 {

/// What was sent for a column, checked and normalised as the platform does: empty text is null, instants lose
/// their fraction, money is cut to two places. Null stays null.
Outcome<Value> convert(const TableSpec& table, const Column& column, const json::value& sent);
/// The same from text as it stands in CSV.
Outcome<Value> convert_text(const TableSpec& table, const Column& column, std::string_view text);

}  // namespace lockstep::emulators::dynamics365
