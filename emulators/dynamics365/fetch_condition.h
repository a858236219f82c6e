#pragma once

#include "emulators/core/xml.h"
#include "emulators/dynamics365/filter.h"

namespace lockstep::emulators::dynamics365 {

/// A column as FetchXML names it: by its logical name.
Outcome<const Column*> fetch_column(const TableSpec& table, std::string_view logical_name);
/// The tables that a fetch joins, under the names that its conditions may use: its own first, links in order of appearance.
using FetchTables = std::vector<std::pair<std::string, const TableSpec*>>;
/// A <filter> of FetchXML that stands within the table `own` of `tables`.
Outcome<Filter> fetch_filter(const FilterScope& scope, const FetchTables& tables, std::size_t own, const XmlElement& element);
/// Whether it looks beyond that table, or compares columns.
bool crosses_tables(const Filter& filter, std::size_t own);

}  // namespace lockstep::emulators::dynamics365
