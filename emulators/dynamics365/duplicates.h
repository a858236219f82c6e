#pragma once

#include <string>
#include <vector>

#include "emulators/dynamics365/payload.h"

namespace lockstep::emulators::dynamics365 {

/// A published duplicate detection rule: rows of one table that are active and agree in all columns, whatever the case.
struct DuplicateRule {
  std::string table;
  std::vector<std::string> columns;  // read names
};

struct DuplicateRules {
  /// As every organisation has them at first: the same e-mail address.
  std::vector<DuplicateRule> rules = {{"account", {"emailaddress1"}}, {"contact", {"emailaddress1"}}};
  /// Error: another row than `row` (kNoRow for one to be created) is a duplicate of what would be written.
  Outcome<void> check(const TableSpec& table, RowNumber row, const Payload& payload, const Quirks& quirks) const;
};

}  // namespace lockstep::emulators::dynamics365
