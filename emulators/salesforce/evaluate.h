#pragma once

#include <vector>

#include "emulators/salesforce/org.h"
#include "emulators/salesforce/soql.h"

namespace lockstep::emulators::salesforce {

/// The rows a query finds, in its order, without OFFSET's and with LIMIT's effect. `all`: deleted and
/// archived too. Never sorts the table for what its indexes already order: (stamp, id) and id.
std::vector<RowNumber> find_rows(const Org& org, const Query& query, bool all);

/// Less, equal or greater as -1, 0, 1: texts without case, ids with; null before everything.
int compare(const Field& field, ValueView a, ValueView b);
ValueView value_at(const Org& org, const ObjectType& object, RowNumber row, const FieldPath& path);
bool holds(const Org& org, const ObjectType& object, RowNumber row, const Condition& condition);

}  // namespace lockstep::emulators::salesforce
