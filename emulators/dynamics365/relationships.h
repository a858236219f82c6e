#pragma once

#include <span>
#include <string_view>

namespace lockstep::emulators::dynamics365 {

/// A one-to-many relationship: what its rows are called from the side of the one, by Microsoft's reference pages.
struct Relationship {
  std::string_view schema_name;  // also the collection-valued navigation property of the referenced table
  std::string_view referencing_table;
  std::string_view referencing_column;  // logical name of the lookup
  std::string_view referenced_table;
  bool custom = false;  // an integration made it
};

std::span<const Relationship> relationships();

}  // namespace lockstep::emulators::dynamics365
