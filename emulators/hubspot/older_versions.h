#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/router.h"
#include "emulators/hubspot/portal.h"

namespace lockstep::emulators::hubspot {

/// Records as versions 1 and 2 of the API name and list them (§0.1: supported until 2027).
struct OlderKind {
  std::string_view type;  // "companies"
  std::string_view id;    // "companyId"
  std::string_view list;  // "companies", of a page
  std::string_view more;  // "has-more", of a page
};
inline constexpr OlderKind kOlderCompanies{"companies", "companyId", "companies", "has-more"};
inline constexpr OlderKind kOlderDeals{"deals", "dealId", "deals", "hasMore"};
inline constexpr OlderKind kOlderTickets{"tickets", "objectId", "objects", "hasMore"};

/// [{"property": "email", "value": "a@b.c"}], or with "name", as version 3 has it; values as texts. Refuses what is no such list.
Outcome<json::object> older_input(const json::value* list);
/// The properties of {"properties": […]}, or of the bare list, as tickets are sent.
Outcome<json::object> older_sent(const json::value& body);
/// The values that a record has, of the properties named or of all; instants in milliseconds, each with its history. `dashes`: in the words of
/// contacts ("source-type").
json::object older_properties(const Portal& portal, const ObjectType& type, RowNumber row, const std::vector<std::string>& names, bool dashes);
/// Milliseconds of an instant, the text itself for everything else.
std::string older_value(const Property& property, const std::string& value);
std::int64_t older_number(std::string_view id);
/// A number of the query from `least` to `most`; `usual` where there is none. `cut`: one beyond is the nearest of them, not refused.
Outcome<std::int64_t> older_query(const Call& call, std::string_view name, std::int64_t usual, std::int64_t least, std::int64_t most, bool cut);
/// Where a page begins: a whole number from 0; 0 where there is none.
Outcome<std::int64_t> older_offset(const Call& call, std::string_view name);
/// Records that are there, the last changed (or made) first.
std::vector<RowNumber> newest_first(const ObjectType& type, bool by_creation);

}  // namespace lockstep::emulators::hubspot
