#pragma once

#include <algorithm>
#include <vector>

#include "emulators/salesforce/org.h"
#include "emulators/salesforce/soql.h"

namespace lockstep::emulators::salesforce {

/// The rows a query finds, in its order, without OFFSET's and with LIMIT's effect. `all`: deleted and
/// archived too. Never sorts the table for what its indexes already order: (stamp, id) and id.
std::vector<RowNumber> find_rows(const Org& org, const Query& query, bool all);

/// Finds the values of all semi-joins. Call it before find_rows.
void bind_subqueries(const Org& org, Query& query);
/// The live children of a row that its child query finds.
std::vector<RowNumber> find_children(const Org& org, const Query& child, std::string_view parent_id, bool all);
/// One row of an answer per group (without GROUP BY: one), as values in the order of `select` and then of `aggregates`; in the
/// query's order, no more than its limit.
std::vector<std::vector<Value>> aggregate_rows(const Org& org, const Query& query, const std::vector<RowNumber>& rows);

/// Less, equal or greater as -1, 0, 1: texts without case, ids with; null before everything.
int compare(const Field& field, ValueView a, ValueView b);
/// The field a path means in the object its hops led to; null when that has none.
const Field* field_in(const ObjectType& object, const FieldPath& path);
ValueView value_at(const Org& org, const ObjectType& object, RowNumber row, const FieldPath& path);
bool holds(const Org& org, const ObjectType& object, RowNumber row, const Condition& condition);
/// Whether `found` compares as the condition says. Precondition: it is a comparison.
bool compares(const Condition& condition, ValueView found);
/// The same for whatever `comparison_holds(const Condition&)` says of the comparisons in it.
template <class ComparisonHolds>
bool holds(const Condition& condition, const ComparisonHolds& comparison_holds) {
  auto part_holds = [&](const Condition& part) { return holds(part, comparison_holds); };
  switch (condition.kind) {
    case Condition::Kind::comparison: return comparison_holds(condition);
    case Condition::Kind::all_of: return std::all_of(condition.parts.begin(), condition.parts.end(), part_holds);
    case Condition::Kind::any_of: return std::any_of(condition.parts.begin(), condition.parts.end(), part_holds);
    case Condition::Kind::negation: return !part_holds(condition.parts.front());
  }
  return false;
}

}  // namespace lockstep::emulators::salesforce
