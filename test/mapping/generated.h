#pragma once

#include "model/entity_type.h"
#include "test/property/property.h"

namespace lockstep::mapping {

/// Any canonical value of the field, drawn: what people type, and what fits nowhere.
Value any_canonical(const FieldDefinition& field);

}  // namespace lockstep::mapping
