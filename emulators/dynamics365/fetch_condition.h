#pragma once

#include "emulators/core/xml.h"
#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {

/// A column as FetchXML names it: by its logical name.
Outcome<const Column*> fetch_column(const TableSpec& table, std::string_view logical_name);
/// A <filter> of FetchXML.
Outcome<Filter> fetch_filter(const FilterScope& scope, const TableSpec& table, const XmlElement& element);

}  // namespace lockstep::emulators::dynamics365
