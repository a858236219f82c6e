#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "model/value.h"

namespace lockstep {

enum class FieldType { text, email, phone, url, country, date, instant, decimal, boolean, enumeration, set, reference, html, group };
std::string_view to_string(FieldType type);
std::optional<FieldType> parse_field_type(std::string_view name);

/// One canonical field. A group's members change together, as one value (a Map), and are fields of their own type.
struct FieldDefinition {
  std::string name;
  FieldType type = FieldType::text;
  std::string label;                     // for people; defaults to the name
  std::vector<std::string> options;      // enumeration and set: the allowed values; empty means any
  std::vector<std::string> targets;      // reference: entity types it may point to
  std::vector<FieldDefinition> members;  // group
  bool required = false;                 // never blank in a golden record; checked at the support-system API
  int scale = -1;                        // decimal: digits after the point, -1 means as given
};

struct EntityType {
  std::string name;
  std::string label;
  bool append_only = false;             // interactions: no field merge, edits are revisions
  std::vector<FieldDefinition> fields;  // FieldIndex is an index into this
  std::optional<FieldIndex> find(std::string_view field) const;
};

/// The canonical model, from `models/*.yaml`.
struct Model {
  std::vector<EntityType> types;  // TypeIndex is an index into this
  std::optional<TypeIndex> find(std::string_view type) const;
  const EntityType& at(TypeIndex type) const { return types[type.value()]; }
};

/// Values of one record, a slot per field of its entity type. An empty slot is absent: the system does not know the
/// field, or the observation does not carry it. Blank is a value: Null, or an empty text where a system tells the two
/// apart.
using Fields = std::vector<std::optional<Value>>;

}  // namespace lockstep
