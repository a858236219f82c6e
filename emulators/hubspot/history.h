#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulators/hubspot/properties.h"
#include "emulators/hubspot/writer.h"

namespace lockstep::emulators::hubspot {

/// The values a property had, as `propertiesWithHistory` tells them (§2.3). Kept for what was written since the
/// account was loaded; what a fixture brought is its own first value.
class History {
 public:
  struct Source {
    std::string type;  // "INTEGRATION", "CRM_UI"
    std::string id;
    auto operator<=>(const Source&) const = default;
  };
  struct Entry {
    FieldId column = 0;
    std::uint16_t source = 0;
    WallTime at;
    std::string value;  // empty: cleared
  };
  /// `before`: what stood there, and since when, for a property whose first value was never noted.
  void note(const ObjectType& type, RowNumber row, const Property& property, std::string value, const Writer& writer, std::string before, WallTime created);
  /// Newest first.
  std::vector<Entry> of(const ObjectType& type, RowNumber row, const Property& property) const;
  const Source& source(const Entry& entry) const { return sources_[entry.source]; }
  void forget(const ObjectType& type, RowNumber row) { entries_.erase({type.index, row}); }

  std::size_t mark() const { return noted_.size(); }
  void roll_back(std::size_t mark);
  void forget_undo() { noted_.clear(); }

 private:
  using Key = std::pair<std::size_t, RowNumber>;
  std::uint16_t intern(Source source);
  void add(const Key& key, Entry entry);

  std::map<Key, std::vector<Entry>> entries_;  // oldest first
  std::vector<Source> sources_;
  std::map<Source, std::uint16_t> source_ids_;
  std::vector<Key> noted_;
};

}  // namespace lockstep::emulators::hubspot
