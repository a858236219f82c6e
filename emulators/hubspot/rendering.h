#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulators/hubspot/portal.h"

namespace lockstep::emulators::hubspot {

/// A record as an answer shows it: its present state, or what search still believes.
struct RecordView {
  const ObjectType* type = nullptr;
  RowNumber row = kNoRow;
  const RecordState* state = nullptr;
  const std::string& id() const { return type->table->record(row).id; }
};
RecordView view_of(const ObjectType& type, RowNumber row);

/// As text; nothing for null.
std::optional<std::string> value_of(const Portal& portal, const RecordView& record, const Property& property);

/// Which properties an answer holds.
using Selection = std::vector<const Property*>;
/// Those and no others; names without a property are passed over.
Selection properties_named(const ObjectType& type, const std::vector<std::string>& names);
/// Those, and when the record was made, changed and which one it is; none asked for: the type's defaults.
Selection select(const ObjectType& type, const std::vector<std::string>& names);
/// What answers to writes hold: the values sent and those of the system.
Selection written(const ObjectType& type, const json::object& sent);

/// What an answer holds of each record: values, and values with their history.
struct Wanted {
  Selection values;
  Selection histories;
};

class Renderer {
 public:
  Renderer(const Portal& portal, json::storage_ptr storage) : portal_(portal), storage_(std::move(storage)) {}
  json::object record(const RecordView& record, const Selection& selection) const;
  /// With `propertiesWithHistory` where it was asked for.
  json::object record(const RecordView& record, const Wanted& wanted) const;
  /// {"companies": {"results": [{"id", "type"}]}}; types without any are left out.
  json::object associations(const RecordView& record, const std::vector<const ObjectType*>& to) const;

 private:
  json::array history(const RecordView& record, const Property& property) const;
  const Portal& portal_;
  json::storage_ptr storage_;
};

}  // namespace lockstep::emulators::hubspot
