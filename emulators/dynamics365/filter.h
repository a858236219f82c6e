#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/errors.h"
#include "emulators/dynamics365/metadata.h"
#include "emulators/dynamics365/users.h"

namespace lockstep::emulators::dynamics365 {

/// A parsed $filter. Text compares without case, as under the platform's SQL collation.
struct Filter {
  enum class Kind {
    all_of,
    any_of,
    negation,
    equal,
    unequal,
    greater,
    at_least,
    less,
    at_most,
    contains,
    starts_with,
    ends_with,
    any_value
  };
  Kind kind = Kind::all_of;
  std::vector<Filter> parts;       // of all_of, any_of, negation
  const Column* column = nullptr;  // of the others
  Value value;                     // null: "eq null"
  std::vector<Value> values;       // of any_value: the function In

  bool matches(const TableSpec& table, const Users& users, RowNumber row) const;
  /// The conditions that all rows must meet: this one, or the parts of an all_of.
  std::vector<const Filter*> conjuncts() const;
};

Outcome<Filter> parse_filter(const TableSpec& table, const Metadata& metadata, std::string_view text);

/// Ascending: null first, text without case. Negative, zero or positive.
int compare_values(ValueView a, ValueView b);

}  // namespace lockstep::emulators::dynamics365
