#pragma once

#include <string>
#include <vector>

#include "emulators/hubspot/errors.h"
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {

/// A filterBranch of a list: OR and AND over conditions on properties.
struct ListFilter {
  enum class Kind { any_of, all_of, condition };
  Kind kind = Kind::all_of;
  std::vector<ListFilter> parts;
  const Property* property = nullptr;  // of a condition
  std::string op;                      // "IS_EQUAL_TO", …
  std::vector<std::string> values;
  bool with_empty = false;  // records without a value fit

  bool fits(const ObjectType& type, RowNumber row) const;
};

/// Refused: 400 what is no filter of the type's properties, 501 filters on anything else than properties.
Outcome<ListFilter> read_list_filter(const ObjectType& type, const json::object& branch);

}  // namespace lockstep::emulators::hubspot
