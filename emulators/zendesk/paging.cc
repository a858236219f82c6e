#include "emulators/zendesk/paging.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::int64_t kDeepest = 10'000;

Outcome<Page> by_offset(const Call& call, const std::vector<Place>& places) {
  auto number = query_number(call, "page", 1);
  if (!number) return tl::unexpected(std::move(number.error()));
  auto size = query_number(call, "per_page", kMostOnPage);
  if (!size) return tl::unexpected(std::move(size.error()));
  std::int64_t most = std::clamp<std::int64_t>(*size, 1, kMostOnPage), page_number = std::max<std::int64_t>(*number, 1);
  if (page_number > kDeepest || page_number * most > kDeepest)
    return refuse_listed(400, "InvalidPaginationDepth", "Invalid Pagination Depth", "Pagination depth limit exceeded, please use cursor pagination", "page");
  std::size_t first = static_cast<std::size_t>((page_number - 1) * most), last = std::min(places.size(), first + static_cast<std::size_t>(most));
  Page page;
  for (std::size_t i = first; i < last; ++i) page.rows.push_back(places[i].row);
  auto link = [&](std::int64_t to) { return json::value(address_with(call, {{"page", std::to_string(to)}})); };
  page.around["next_page"] = last < places.size() ? link(page_number + 1) : json::value(nullptr);
  page.around["previous_page"] = page_number > 1 ? link(page_number - 1) : json::value(nullptr);
  page.around["count"] = places.size();
  return page;
}

}  // namespace

Outcome<Page> page_by_cursor(const Call& call, const std::vector<Place>& places, bool descending, std::int64_t largest) {
  auto size = query_number(call, "page[size]", std::min(largest, kMostOnPage));
  if (!size || *size < 1 || *size > largest)
    return refuse_titled(
        400, "Invalid attribute",
        fmt::format("You passed an invalid value for the page[size] attribute. Invalid parameter: page[size] must be an integer between 1 and {}", largest));
  std::size_t most = static_cast<std::size_t>(*size);
  auto before = [&](const Place& a, const Place& b) { return descending ? b < a : a < b; };
  std::size_t first = 0, last = std::min(places.size(), most);
  std::string after = call.query_value("page[after]").value_or(""), previous = call.query_value("page[before]").value_or("");
  if (!after.empty()) {
    auto place = decode_cursor(after);
    if (!place) return tl::unexpected(std::move(place.error()));
    first = static_cast<std::size_t>(std::upper_bound(places.begin(), places.end(), *place, before) - places.begin());
    last = std::min(places.size(), first + most);
  } else if (!previous.empty()) {
    auto place = decode_cursor(previous);
    if (!place) return tl::unexpected(std::move(place.error()));
    last = static_cast<std::size_t>(std::lower_bound(places.begin(), places.end(), *place, before) - places.begin());
    first = last - std::min(last, most);
  }
  Page page;
  for (std::size_t i = first; i < last; ++i) page.rows.push_back(places[i].row);
  json::value after_cursor, before_cursor, next, prev;
  bool more = previous.empty() ? last < places.size() : first > 0;
  if (!page.rows.empty()) {
    std::string forward = encode_cursor(places[last - 1]), back = encode_cursor(places[first]);
    after_cursor = forward;
    before_cursor = back;
    if (last < places.size()) next = address_with(call, {{"page[after]", forward}}, {"page[before]"});
    if (first > 0) prev = address_with(call, {{"page[before]", back}}, {"page[after]"});
  }
  page.around["meta"] = json::object{{"has_more", more}, {"after_cursor", after_cursor}, {"before_cursor", before_cursor}};
  page.around["links"] = json::object{{"next", next}, {"prev", prev}};
  return page;
}

bool by_cursor(const Call& call) { return call.query_value("page[size]") || call.query_value("page[after]") || call.query_value("page[before]"); }

Outcome<Page> page_of(const Call& call, const std::vector<Place>& places, bool descending, std::int64_t most) {
  return by_cursor(call) ? page_by_cursor(call, places, descending, most) : by_offset(call, places);
}

std::string encode_cursor(const Place& place) { return to_base64url(fmt::format("{}|{}", place.key, place.row)); }

Outcome<Place> decode_cursor(std::string_view text) {
  std::string bytes;
  Place place;
  if (from_base64(text, bytes)) {
    std::size_t bar = bytes.find('|');
    if (bar != std::string::npos) {
      const char* middle = bytes.data() + bar;
      auto key = std::from_chars(bytes.data(), middle, place.key);
      auto row = std::from_chars(middle + 1, bytes.data() + bytes.size(), place.row);
      if (key.ec == std::errc() && key.ptr == middle && row.ec == std::errc() && row.ptr == bytes.data() + bytes.size()) return place;
    }
  }
  return refuse_listed(400, "InvalidPaginationParameter", "Invalid pagination parameter", "The cursor is not valid", "page");
}

std::string address_with(const Call& call, const std::vector<std::pair<std::string, std::string>>& parameters, const std::vector<std::string>& without) {
  std::vector<std::pair<std::string, std::string>> pairs;
  auto holds = [](const auto& list, const std::string& name) {
    return std::any_of(list.begin(), list.end(), [&](const auto& each) {
      if constexpr (std::is_same_v<std::decay_t<decltype(each)>, std::string>) return each == name;
      else return each.first == name;
    });
  };
  for (const auto& pair : call.query) {
    if (!holds(parameters, pair.first) && !holds(without, pair.first)) pairs.push_back(pair);
  }
  pairs.insert(pairs.end(), parameters.begin(), parameters.end());
  std::string_view target = call.request.target;
  return call.base_url + std::string(target.substr(0, target.find('?'))) + "?" + http::encode_query(pairs);
}

Outcome<std::int64_t> query_number(const Call& call, std::string_view name, std::int64_t otherwise) {
  auto given = call.query_value(name);
  if (!given || given->empty()) return otherwise;
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), number);
  if (error == std::errc() && end == given->data() + given->size()) return number;
  return refuse_titled(400, "Invalid attribute",
                       fmt::format("You passed an invalid value for the {} attribute. Invalid parameter: {} must be an integer", name, name));
}

}  // namespace lockstep::emulators::zendesk
