#pragma once

#include <string>

#include "emulators/core/json.h"
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

/// An object as describeGlobal lists it. `version`: "v60.0".
json::object describe_summary(const ObjectType& object, const std::string& version);
/// With its fields, child relationships and record types (§2.8).
json::object describe_object(const ObjectType& object, const std::string& version);

/// "Street" of MailingStreet, seen from MailingAddress; empty when it is no part of it.
std::string_view address_part(const Field& whole, const Field& field);

}  // namespace lockstep::emulators::salesforce
