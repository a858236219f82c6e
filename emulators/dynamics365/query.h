#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulators/dynamics365/aggregate.h"
#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {

struct Expand;

/// Which columns an answer shows, in which order.
struct Selection {
  std::vector<const Column*> columns;  // the primary key is always among them
  std::string text;                    // as in $select, for the context URL; empty: all columns
  std::vector<Expand> expands;
};

struct Ordering {
  const Column* column = nullptr;
  bool descending = false;
  std::vector<const TableSpec*> targets;  // of a lookup: rows come in the order of the names there
};

/// $expand of a lookup, or of a collection with options of its own.
struct Expand {
  std::string name;        // as written: "primarycontactid", "primarycontactid/$ref"
  bool reference = false;  // the other row's address alone
  const Column* lookup = nullptr;
  const Collection* collection = nullptr;
  const TableSpec* target = nullptr;
  Selection selection;
  std::optional<Filter> filter;
  std::vector<Ordering> order;
  std::optional<std::size_t> top;
  bool whole = false;   // a collection that is not cut into pages, and tells its address nonetheless
  std::string options;  // as written within the parentheses, joined by '&': for links to further pages
};

/// The OData query options of one request on one table.
struct QueryOptions {
  Selection selection;
  std::optional<Filter> filter;
  std::vector<Ordering> order;
  std::optional<std::size_t> top;
  bool count = false;
  std::optional<std::string> skip_token;
  std::optional<std::string> delta_token;
  std::optional<Aggregation> apply;
  std::string fetch_xml;  // of the request itself, or of the saved query it names
  bool has_expand() const { return !selection.expands.empty(); }
};

/// Splits at `separator` outside parentheses and quotes; parts come without blanks around them.
std::vector<std::string_view> split_outside(std::string_view text, char separator);

using QueryPairs = std::vector<std::pair<std::string, std::string>>;  // decoded
Outcome<QueryOptions> read_query(const FilterScope& scope, const TableSpec& table, const QueryPairs& query);
/// `$select` alone, as in a nested option.
Outcome<Selection> read_selection(const TableSpec& table, std::string_view select, const Quirks& quirks);
Selection all_columns(const TableSpec& table);

}  // namespace lockstep::emulators::dynamics365
