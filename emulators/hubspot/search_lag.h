#pragma once

#include <deque>
#include <map>
#include <optional>

#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {

/// What search does not know yet: it sees a record as it was before the writes of the last few seconds
/// (§3.1).
class SearchLag {
 public:
  /// Before a write; a row that is not there yet is one that search will not find for a while.
  void note(const ObjectType& type, RowNumber row, WallTime until);
  /// What search sees of the row instead of its present state; nothing inside: the row is not indexed yet.
  const std::optional<RecordState>* stale(const ObjectType& type, RowNumber row) const;
  /// Rows of a type that search sees differently; after settle().
  template <class Visitor>
  void for_each(const ObjectType& type, Visitor&& visit) const {
    for (auto at = pending_.lower_bound({type.index, 0}); at != pending_.end() && at->first.first == type.index; ++at) {
      visit(at->first.second, at->second.was);
    }
  }
  void settle(WallTime now);

 private:
  struct Pending {
    std::optional<RecordState> was;
    WallTime until;
  };
  struct Due {
    WallTime until;
    std::pair<std::size_t, RowNumber> key;
  };
  std::map<std::pair<std::size_t, RowNumber>, Pending> pending_;
  std::deque<Due> due_;
};

}  // namespace lockstep::emulators::hubspot
