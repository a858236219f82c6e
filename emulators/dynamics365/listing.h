#pragma once

#include <optional>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/dynamics365/query.h"

namespace lockstep::emulators::dynamics365 {

struct Page {
  std::vector<RowNumber> rows;
  std::vector<RowNumber> deleted;    // of a delta
  std::optional<json::object> next;  // where the next page goes on; nothing: this was the last
};

/// The rows of `collection` that belong to the row `id` and fit `filter`.
Filter rows_of(const Collection& collection, std::string_view id, const std::optional<Filter>& filter = std::nullopt);

/// One page of living rows by filter and order, through whatever index serves them. `state` is the previous
/// page's `next`. Without $orderby rows come by primary key; ties of $orderby are broken by it.
Page list_rows(const TableSpec& table, const Users& users, const QueryOptions& options, std::size_t page_size, const json::object& state);
/// Where such a page goes on behind `row`, whether or not there is more.
json::object state_behind(const TableSpec& table, const Users& users, const QueryOptions& options, RowNumber row, const json::object& state);
/// Living rows that fit, at most `cap`.
std::size_t count_rows(const TableSpec& table, const Users& users, const QueryOptions& options, std::size_t cap);

/// One page of what changed after version `from` and not after `to`: living rows by version, then deleted
/// ones.
Page list_changes(const TableSpec& table, std::uint64_t from, std::uint64_t to, std::size_t page_size, const json::object& state);

}  // namespace lockstep::emulators::dynamics365
