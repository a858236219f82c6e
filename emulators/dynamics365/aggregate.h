#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {

/// One number of many rows.
struct Aggregate {
  enum class Kind { rows, values, distinct, sum, average, minimum, maximum };
  Kind kind = Kind::rows;
  const Column* column = nullptr;  // null: of rows alone
  std::string alias;
  std::size_t joined = 0;  // in a fetch: which of its joined tables the column is of
};

struct Grouping {
  const Column* column = nullptr;
  std::string alias;
  std::size_t joined = 0;  // the same
};

/// What `$apply` or an aggregating fetch asks: a row for each combination of the groupings' values.
struct Aggregation {
  std::vector<Grouping> groups;
  std::vector<Aggregate> aggregates;
};

/// "aggregate(…)", "groupby((…),aggregate(…))", either behind "filter(…)/", whose condition is added to `filter`.
Outcome<Aggregation> parse_apply(const TableSpec& table, const FilterScope& scope, std::string_view text, std::optional<Filter>& filter);
/// Which columns a kind of number can be made of. Error: 400.
Outcome<void> check_aggregate(const Aggregate& aggregate);
/// JSON objects, comma-separated, in the order of the groupings' values. `value_at`: of the row with that place, below `rows`.
using AggregatedValue = std::function<ValueView(std::size_t place, std::size_t joined, const Column& column)>;
void append_aggregates(std::string& out, std::size_t rows, const AggregatedValue& value_at, const Aggregation& aggregation);

}  // namespace lockstep::emulators::dynamics365
