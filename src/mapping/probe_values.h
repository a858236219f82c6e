#pragma once

#include <vector>

#include "model/entity_type.h"

namespace lockstep::mapping {

/// Canonical values that find out what a lens does to a field: short, long, odd, every option. Fixed, so that
/// `check --explain` says the same on every run.
std::vector<Value> probe_values(const FieldDefinition& field);

}  // namespace lockstep::mapping
