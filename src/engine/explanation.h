#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/configuration.h"

namespace lockstep {

/// What holds for one field in one connection: field → type and connection → type → default, the mapping's own word
/// between type and default. `numbers` of the connections by name; `mapping` is null for hosted connections.
FieldPolicy field_policy(const Configuration& configuration, const ConnectionSettings& connection, const mapping::EntityMapping* mapping,
                         const mapping::Mapping& of_type, const EntityType& type, FieldIndex field, const std::map<std::string, ConnectionId>& numbers);

/// One field in one place of one system, for people: `lockstep check --explain`.
struct ExplainedField {
  std::string type;
  std::string connection;  // empty: the connector is mapped, but no connection uses it
  mapping::FieldExplanation how;
  std::string set_by;  // who may write it: "both ways", "taken, never sent", "owner: support; edits here are undone"
  bool flips = false;  // written and read back as another value, for ever: a mistake
};
/// In the order of types, fields and connections.
std::vector<ExplainedField> explain_fields(const Configuration& configuration);

std::string explanation_as_text(const std::vector<ExplainedField>& fields);
/// A list of objects: type, field, connection, connector, variant, there, class, set_by, fixed_point, loss.
std::string explanation_as_json(const std::vector<ExplainedField>& fields);
/// A finding for each field that flips.
grammar::Findings flip_findings(const std::vector<ExplainedField>& fields);

}  // namespace lockstep
