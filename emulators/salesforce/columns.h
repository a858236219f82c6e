#pragma once

#include "emulators/salesforce/soql.h"

namespace lockstep::emulators::salesforce {

/// What a query with `columns=true` is answered: the columns that it selects, none of its rows. The vendor's own command line asks so before it prints.
json::object columns_of(const Query& query);

}  // namespace lockstep::emulators::salesforce
