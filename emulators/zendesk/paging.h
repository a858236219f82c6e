#pragma once

#include <vector>

#include "emulators/core/router.h"
#include "emulators/zendesk/errors.h"

namespace lockstep::emulators::zendesk {

inline constexpr std::int64_t kMostOnPage = 100;

/// The place of a row in a listing: ascending by key, then by row.
struct Place {
  std::int64_t key = 0;
  RowNumber row = kNoRow;
  auto operator<=>(const Place&) const = default;
};

struct Page {
  std::vector<RowNumber> rows;
  json::object around;  // what stands beside them: meta and links, or count, next_page and previous_page
};

/// `places` in the order of the listing. By cursor when `page[size]` is there, by offset otherwise (A6).
/// Refused: a cursor of no listing, a page that is no number, `page[size]` above `most`, rows beyond 10,000 by offset.
Outcome<Page> page_of(const Call& call, const std::vector<Place>& places, bool descending = false, std::int64_t most = kMostOnPage);
/// Whether the call asks for a page by cursor.
bool by_cursor(const Call& call);
/// The same, by cursor whatever the call says.
Outcome<Page> page_by_cursor(const Call& call, const std::vector<Place>& places, bool descending = false, std::int64_t most = kMostOnPage);
std::string encode_cursor(const Place& place);
Outcome<Place> decode_cursor(std::string_view text);
/// The call's own address with some parameters replaced.
std::string address_with(const Call& call, const std::vector<std::pair<std::string, std::string>>& parameters, const std::vector<std::string>& without = {});
/// A whole number of the query; refused when it is none.
Outcome<std::int64_t> query_number(const Call& call, std::string_view name, std::int64_t otherwise);

}  // namespace lockstep::emulators::zendesk
