#pragma once

#include <string>
#include <string_view>

namespace lockstep::emulators::dynamics365 {

/// The schema name of one of the platform's own tables and columns, of which the logical name is the lower case: "PrimaryContactId" of
/// "primarycontactid".
std::string schema_name_of(std::string_view logical_name);

}  // namespace lockstep::emulators::dynamics365
