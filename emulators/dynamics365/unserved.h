#pragma once

#include <string_view>

namespace lockstep::emulators::dynamics365 {

/// Whether every organisation has that table, relationship, function (of queries, too) or action, while this stand-in does not: to be answered as such, not as missing.
bool is_unserved(std::string_view segment);

}  // namespace lockstep::emulators::dynamics365
