#pragma once

#include <map>
#include <string>
#include <vector>

#include "grammar/node.h"
#include "mapping/mapping.h"

namespace lockstep::mapping {

/// Strategy, blank rule and direction of one field as its mapping says them.
void read_field_policy(const grammar::Node& field, const std::string& system, FieldPolicy& policy);
/// Entity type → connector → objects, for references.
std::map<std::string, std::map<std::string, std::vector<std::string>>> objects_by_type(const std::map<std::string, grammar::Node>& files);
void read_match_keys(const grammar::Node& file, const EntityType& type, Mapping& mapping, grammar::Findings& findings);
void check_field_names(const grammar::Node& file, const EntityType& type, const std::vector<std::string>& connectors, grammar::Findings& findings);
void read_orders(const grammar::Node& file, Mapping& mapping);
/// What gives values their meaning in one system, as text to be hashed.
std::string canonical_text_of(const grammar::Node& file, const std::string& system);

}  // namespace lockstep::mapping
