#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapping/compiled_mapping.h"

namespace lockstep::mapping {

void report(grammar::Findings& findings, const grammar::Mark& mark, std::string message, std::string suggestion = "");
/// A YAML literal as a value: booleans, whole numbers, lists and maps as such, everything else as text.
Value literal(const grammar::Node& node);

/// What a binding is written into.
struct BindingPlace {
  const EntityType& type;
  const ConnectorInfo& connector;
  const std::string& object;                       // the connector's name of it
  const std::vector<std::string>& target_objects;  // remote objects that a reference field may point to
  Direction direction = Direction::both;           // of the field in this system
};

struct BoundField {
  Binding binding;
  std::optional<SlotSpec> slot;  // none: a constant
};

/// One binding as written in a mapping: "Email", {field: Email, lens: …}, {lookup: …, nav: …}, {constant: …}. Nothing when
/// it is wrong; findings tell what.
std::optional<BoundField> compile_binding(const BindingPlace& place, FieldIndex index, const std::string& member, const FieldDefinition& definition,
                                          const grammar::Node& node, grammar::Findings& findings);

/// Whether `node` can only be a binding: it has a word that begins one.
bool begins_binding(const grammar::Node& node, const ConnectorInfo& connector, const std::string& object);

}  // namespace lockstep::mapping
