#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {

/// A query function of the platform: "LastXDays", "OnOrAfter", "Between", "EqualUserId" … with the values it was given
/// as text. FetchXML's operators are the same under other names: "last-x-days" is found as "LastXDays". Days, weeks
/// (from Sunday), months and years are those of UTC. Error: unknown name, wrong column or value.
Outcome<Filter> query_function(const FilterScope& scope, std::string_view name, const Column& column, const std::vector<std::string>& values);

}  // namespace lockstep::emulators::dynamics365
