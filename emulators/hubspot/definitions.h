#pragma once

#include "emulators/core/json.h"
#include "emulators/hubspot/errors.h"
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {

/// A property's definition as the API shows it (§2.8).
json::object render_definition(const Property& property);
/// The body of a create. `any_case`: capital letters may be in the name, as in definitions of object types.
Outcome<Property> read_definition(const json::object& body, bool any_case = false);
/// What a body changes of one; nothing of `property` when it is refused.
Outcome<void> change_definition(const json::object& body, Property& property);

}  // namespace lockstep::emulators::hubspot
