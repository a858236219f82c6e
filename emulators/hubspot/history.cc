#include "emulators/hubspot/history.h"

#include <algorithm>

namespace lockstep::emulators::hubspot {

std::uint16_t History::intern(Source source) {
  auto [at, fresh] = source_ids_.try_emplace(source, static_cast<std::uint16_t>(sources_.size()));
  if (fresh) sources_.push_back(std::move(source));
  return at->second;
}

void History::add(const Key& key, Entry entry) {
  entries_[key].push_back(std::move(entry));
  noted_.push_back(key);
}

void History::note(const ObjectType& type, RowNumber row, const Property& property, std::string value, const Writer& writer, std::string before,
                   WallTime created) {
  Key key{type.index, row};
  auto known = entries_.find(key);
  auto same = [&](const Entry& entry) { return entry.column == property.column; };
  bool noted = known != entries_.end() && std::any_of(known->second.begin(), known->second.end(), same);
  if (!noted && !before.empty()) add(key, {property.column, intern({"IMPORT", ""}), created, std::move(before)});
  add(key, {property.column, intern({writer.change_source, writer.source_id}), writer.at, std::move(value)});
}

std::vector<History::Entry> History::of(const ObjectType& type, RowNumber row, const Property& property) const {
  std::vector<Entry> found;
  auto known = entries_.find({type.index, row});
  if (known == entries_.end()) return found;
  for (auto at = known->second.rbegin(); at != known->second.rend(); ++at) {
    if (at->column == property.column) found.push_back(*at);
  }
  return found;
}

void History::roll_back(std::size_t mark) {
  while (noted_.size() > mark) {
    auto known = entries_.find(noted_.back());
    noted_.pop_back();
    if (known == entries_.end()) continue;  // forgotten for good
    known->second.pop_back();
    if (known->second.empty()) entries_.erase(known);
  }
}

}  // namespace lockstep::emulators::hubspot
