#pragma once

#include <string>
#include <string_view>

#include "emulators/dynamics365/metadata.h"
#include "emulators/dynamics365/payload.h"

namespace lockstep::emulators::dynamics365 {

/// A row as it will be once the changes gathered here are written. Rules read it and add to it.
class Draft {
 public:
  /// `row` is kNoRow for one that is to be created.
  Draft(const TableSpec& table, RowNumber row) : table_(table), row_(row) {}
  const TableSpec& table() const { return table_; }
  RowNumber row() const { return row_; }
  bool creating() const { return row_ == kNoRow; }

  ValueView get(const Column& column) const;
  std::string_view text(std::string_view column) const { return text_of(get(table_.require(column))); }
  std::int64_t integer(const Column& column, std::int64_t otherwise) const;
  /// The table that a lookup points to.
  std::string_view target(const Column& column) const;
  bool touches(const Column& column) const;
  bool touches(std::string_view column) const { return touches(table_.require(column)); }

  void set(const Column& column, Value value, std::string_view target = {});
  const FieldChanges& changes() const { return changes_; }

 private:
  const TableSpec& table_;
  RowNumber row_;
  FieldChanges changes_;
};

}  // namespace lockstep::emulators::dynamics365
