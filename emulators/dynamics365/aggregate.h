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
  std::size_t joined = 0;             // the same
  const Column* lookup = nullptr;     // in $apply: the column is of the row that this one leads to,
  const TableSpec* target = nullptr;  // which is of that table
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
/// JSON objects, comma-separated, in the order of the groupings' values; a grouping that is null has no member. `formatted`: with the values as text.
/// `grouped_at`, `value_at`: of the row with that place, below `rows`.
using GroupedValue = std::function<ValueView(std::size_t place, const Grouping& grouping)>;
using AggregatedValue = std::function<ValueView(std::size_t place, const Aggregate& aggregate)>;
void append_aggregates(std::string& out, std::size_t rows, const GroupedValue& grouped_at, const AggregatedValue& value_at, const Aggregation& aggregation,
                       bool formatted);

}  // namespace lockstep::emulators::dynamics365
