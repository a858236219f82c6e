#pragma once

#include <string>
#include <vector>

#include "emulators/dynamics365/aggregate.h"
#include "emulators/dynamics365/query.h"

namespace lockstep::emulators::dynamics365 {

/// A column that a fetch answers, under a name of its own when it was given one.
struct FetchColumn {
  const Column* column = nullptr;
  std::string alias;  // or empty
};

/// A table joined to the one above it: rows whose `from` equals the other row's `to`.
struct FetchLink {
  const TableSpec* table = nullptr;
  const Column* from = nullptr;
  const Column* to = nullptr;
  std::size_t parent = 0;  // index of the table above: 0 is the fetch's own, then links in order of appearance
  std::string alias;
  enum class Kind { inner, outer, first, some, none };  // first: no more than one of them; some, none: whether there are such rows, whose columns nobody sees
  Kind kind = Kind::inner;
  std::vector<FetchColumn> columns;
  std::optional<Filter> filter;
  std::vector<Filter> across;  // conditions that look at tables joined before it, too
};

struct FetchOrder {
  std::size_t table = 0;  // as FetchLink::parent
  const Column* column = nullptr;
  bool descending = false;
};

/// FetchXML, understood.
struct Fetch {
  const TableSpec* table = nullptr;
  std::vector<FetchColumn> columns;  // the primary key is always among them
  std::optional<Filter> filter;
  std::vector<FetchLink> links;
  std::vector<Filter> across;  // conditions that look at several of the joined tables
  std::vector<FetchOrder> order;
  std::optional<Aggregation> aggregation;
  std::optional<std::size_t> top;
  std::size_t page = 1;
  std::size_t count = 0;  // rows of a page; 0: as many as a page may hold
  bool distinct = false;
  bool total = false;                    // returntotalrecordcount
  std::optional<WallTime> binned_since;  // datasource='bin': deleted rows alone, of this time and later
};

/// Error: 400 with what is wrong, 501 for parts of the language that are not here.
Outcome<Fetch> parse_fetch(const FilterScope& scope, const TableSpec& table, std::string_view xml);

/// One joined row: row numbers by table, kNoRow where an outer join found none.
using FetchRow = std::vector<RowNumber>;
/// All rows of a fetch in its order, before its page is cut.
std::vector<FetchRow> fetch_rows(const Fetch& fetch, const Users& users);
/// Null where an outer join found no row.
ValueView joined_value(const Fetch& fetch, const Users& users, const FetchRow& row, std::size_t table, const Column& column);

}  // namespace lockstep::emulators::dynamics365
