#pragma once

#include <string>
#include <string_view>

#include "emulators/dynamics365/errors.h"

namespace lockstep::emulators::dynamics365 {

/// The FetchXML that says the same as a SELECT of `?sql=`: columns under names of their own, DISTINCT, TOP, inner and left joins over one equality,
/// WHERE with comparisons, LIKE, IN, BETWEEN, IS NULL, AND, OR, parentheses; GROUP BY with COUNT, SUM, AVG, MIN, MAX; ORDER BY, OFFSET and FETCH NEXT.
/// Refused: anything else, `SELECT *` too.
Outcome<std::string> fetch_of_sql(std::string_view sql);

}  // namespace lockstep::emulators::dynamics365
