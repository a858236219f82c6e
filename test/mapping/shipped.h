#pragma once

#include <string>
#include <vector>

#include "mapping/mapping.h"

namespace lockstep::mapping {

/// What the shipped connectors tell the mapping loader, written down here so that these tests need no connector.
std::vector<ConnectorInfo> known_connectors();

/// models/ and mappings/ of this repository, loaded without a finding (else the test fails).
struct Shipped {
  Model model;
  std::vector<Mapping> mappings;
};
const Shipped& shipped();

/// One entity type towards one connector.
struct ShippedMapping {
  const EntityType* type;
  const EntityMapping* mapping;
  std::string name() const { return type->name + " in " + mapping->system(); }
};
std::vector<ShippedMapping> shipped_mappings();

/// YAML text as mappings over the model given as YAML text; findings as one text, a line each.
struct Loaded {
  Model model;
  std::vector<Mapping> mappings;
  std::string findings;
  /// Precondition: there are no findings.
  const EntityMapping& at(const std::string& type, const std::string& system) const;
};
Loaded load(const std::string& model, const std::string& mapping, const std::vector<ConnectorInfo>& connectors);

}  // namespace lockstep::mapping
