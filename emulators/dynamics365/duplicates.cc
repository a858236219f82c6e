#include "emulators/dynamics365/duplicates.h"

#include <algorithm>

#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {
namespace {

ValueView value_after(const TableSpec& table, RowNumber row, const Payload& payload, const Column& column) {
  if (const Change* change = payload.find(column)) return view(change->value);
  return row == kNoRow ? ValueView() : table.rows->get(row, column.field);
}

bool active(const TableSpec& table, RowNumber row) {
  if (table.rows->record(row).deleted) return false;
  return !table.state_column() || table.rows->get(row, table.state_column()->field) == ValueView(std::int64_t{0});
}

bool has_duplicate(const TableSpec& table, RowNumber row, const Payload& payload, const std::vector<const Column*>& columns) {
  for (RowNumber other : table.rows->find_equal(columns.front()->field, value_after(table, row, payload, *columns.front()))) {
    if (other == row || !active(table, other)) continue;
    auto same = [&](const Column* column) { return compare_values(table.rows->get(other, column->field), value_after(table, row, payload, *column)) == 0; };
    if (std::all_of(columns.begin(), columns.end(), same)) return true;
  }
  return false;
}

}  // namespace

Outcome<void> DuplicateRules::check(const TableSpec& table, RowNumber row, const Payload& payload, const Quirks& quirks) const {
  for (const DuplicateRule& rule : rules) {
    if (rule.table != table.name) continue;
    std::vector<const Column*> columns;
    bool touched = false, whole = true;
    for (const std::string& name : rule.columns) {
      columns.push_back(&table.require(name));
      touched = touched || payload.find(*columns.back());
      whole = whole && !is_null(value_after(table, row, payload, *columns.back()));
    }
    if (touched && whole && has_duplicate(table, row, payload, columns))
      return refuse(static_cast<int>(quirks.duplicate_status), code::kDuplicatesFound,
                    "A record was not created or updated because a duplicate of the current record already exists.");
  }
  return {};
}

}  // namespace lockstep::emulators::dynamics365
