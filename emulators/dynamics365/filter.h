#pragma once

#include <memory>
#include <optional>
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
    like,  // `value` is a pattern of % _ [a-c] [^a-c]
    any_value,
    related,      // the row behind the lookup `column` fits parts[0]
    any_related,  // some row of `from` whose `column` points here fits parts[0], or is there at all
    all_related   // each such row fits parts[0]
  };
  Kind kind = Kind::all_of;
  std::vector<Filter> parts;        // of all_of, any_of, negation
  const Column* column = nullptr;   // of the others
  Value value;                      // null: "eq null"
  std::vector<Value> values;        // of any_value: the function In
  std::size_t joined = 0;           // in a fetch: which of its joined tables `column` is of
  const Column* other = nullptr;    // what `column` is compared with instead of `value`,
  std::size_t other_joined = 0;     // in a fetch: of that table
  const TableSpec* from = nullptr;  // of related: the table behind the lookup; of any_ and all_related: see there

  bool matches(const TableSpec& table, const Users& users, RowNumber row) const;
  /// The conditions that all rows must meet: this one, or the parts of an all_of.
  std::vector<const Filter*> conjuncts() const;

 private:
  bool related_matches(const TableSpec& table, const Users& users, RowNumber row) const;
};

/// What the words of a filter mean for this caller.
struct FilterScope {
  const Metadata& metadata;
  WallTime now;
  std::string_view user;  // systemuserid
};

Outcome<Filter> parse_filter(const TableSpec& table, const FilterScope& scope, std::string_view text);
/// A value written without quotes, as the column holds it; nothing when it does not fit.
std::optional<Value> typed_text(const Column& column, const std::string& text);

/// Whether a text holds what is no plain text in a condition.
bool has_wildcards(std::string_view text);
/// Ascending: null first, text without case. Negative, zero or positive.
int compare_values(ValueView a, ValueView b);

}  // namespace lockstep::emulators::dynamics365
