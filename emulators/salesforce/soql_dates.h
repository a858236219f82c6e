#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

struct DayRange {
  WallTime start;
  WallTime end;  // the first instant behind it
};

/// TODAY, LAST_WEEK, LAST_N_DAYS:30, N_MONTHS_AGO:2 and the like, in UTC; weeks start on Sunday. Nothing: no such word.
std::optional<DayRange> date_range(std::string_view word, WallTime now);

/// CALENDAR_YEAR, DAY_IN_WEEK and the like as a field of whole numbers. Null: no such function.
const Field* date_function(std::string_view name);
/// What the function says of an instant or a day, in UTC; null of null.
ValueView date_part(const Field& function, ValueView date);

}  // namespace lockstep::emulators::salesforce
