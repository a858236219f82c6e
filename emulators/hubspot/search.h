#pragma once

#include <string>
#include <vector>

#include "emulators/hubspot/rendering.h"

namespace lockstep::emulators::hubspot {

/// A search as its body says it, checked (§3.1).
struct SearchQuery {
  struct Filter {
    const Property* property = nullptr;  // null: ties to `associated`
    const ObjectType* associated = nullptr;
    std::string op;
    std::vector<std::string> values;  // as given; BETWEEN: low and high
    std::vector<double> numbers;      // of the values, where the property is ordered by number
  };
  using Group = std::vector<Filter>;  // all of them
  std::vector<Group> groups;          // any of them; none: every record
  std::string words;                  // free text
  const Property* sort = nullptr;     // null: by id
  bool descending = false;
  Selection selection;
  std::size_t limit = 10;
  std::size_t after = 0;
};

Outcome<SearchQuery> read_search(Portal& portal, const ObjectType& type, const json::object& body);

struct SearchResult {
  std::size_t total = 0;
  std::vector<RecordView> page;
};
/// What the search index knows at `now`.
SearchResult run_search(Portal& portal, const ObjectType& type, const SearchQuery& query, WallTime now);

}  // namespace lockstep::emulators::hubspot
