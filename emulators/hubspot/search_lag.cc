#include "emulators/hubspot/search_lag.h"

#include <algorithm>

namespace lockstep::emulators::hubspot {

void SearchLag::note(const ObjectType& type, RowNumber row, WallTime until) {
  std::pair<std::size_t, RowNumber> key{type.index, row};
  auto [at, fresh] = pending_.try_emplace(key);
  if (fresh && row < type.table->row_count()) at->second.was = type.table->record(row);
  at->second.until = std::max(at->second.until, until);
  due_.push_back({until, key});
}

const std::optional<RecordState>* SearchLag::stale(const ObjectType& type, RowNumber row) const {
  auto known = pending_.find({type.index, row});
  return known == pending_.end() ? nullptr : &known->second.was;
}

void SearchLag::settle(WallTime now) {
  while (!due_.empty() && due_.front().until <= now) {
    auto known = pending_.find(due_.front().key);
    if (known != pending_.end() && known->second.until <= now) pending_.erase(known);
    due_.pop_front();
  }
}

}  // namespace lockstep::emulators::hubspot
