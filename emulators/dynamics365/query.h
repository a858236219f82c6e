#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulators/core/router.h"
#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {

struct Expand;

/// Which columns an answer shows, in which order.
struct Selection {
  std::vector<const Column*> columns;  // the primary key is always among them
  std::string text;                    // as in $select, for the context URL; empty: all columns
  std::vector<Expand> expands;
};

/// $expand of a lookup, or of an activity's parties.
struct Expand {
  std::string name;
  const Column* lookup = nullptr;  // null: the parties
  const TableSpec* target = nullptr;
  Selection selection;
};

struct Ordering {
  const Column* column = nullptr;
  bool descending = false;
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
  bool has_expand() const { return !selection.expands.empty(); }
};

Outcome<QueryOptions> read_query(const Metadata& metadata, const TableSpec& table, const Call& call);
/// `$select` alone, as in a nested option.
Outcome<Selection> read_selection(const TableSpec& table, std::string_view select);
Selection all_columns(const TableSpec& table);

}  // namespace lockstep::emulators::dynamics365
