#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace lockstep::emulators::salesforce {

struct DayRange {
  WallTime start;
  WallTime end;  // the first instant behind it
};

/// TODAY, LAST_WEEK, LAST_N_DAYS:30 and the like, in UTC; weeks start on Sunday. Nothing: no such word.
std::optional<DayRange> date_range(std::string_view word, WallTime now);

}  // namespace lockstep::emulators::salesforce
