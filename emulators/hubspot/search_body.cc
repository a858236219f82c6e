// The body of a search: what it may say.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/hubspot/search.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxGroups = 5, kMaxFiltersInGroup = 6, kMaxFilters = 18;
constexpr std::size_t kMaxPage = 200, kWindow = 10'000;

using Filter = SearchQuery::Filter;

bool ordered_by_number(const Property& property) {
  return property.type == PropertyType::number || property.type == PropertyType::date || property.type == PropertyType::date_time;
}

/// Dates and instants as milliseconds.
std::optional<double> number_for(const Property& property, std::string_view text, bool iso) {
  if (property.type == PropertyType::number) return parse_number(text);
  if (!iso && text.find_first_not_of("0123456789", text.starts_with('-') ? 1 : 0) != std::string_view::npos) return std::nullopt;
  if (Result<Date> date = parse_iso_date(text); date) return static_cast<double>(start_of(*date).ms);
  auto time = parse_instant(text);
  return time ? std::optional(static_cast<double>(time->ms)) : std::nullopt;
}

Outcome<std::size_t> read_count(const json::value& given, std::string_view name) {
  std::string text = scalar_text(given);
  std::size_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return invalid(fmt::format("{} is not a number: {}", name, text));
  return count;
}

Outcome<void> read_values(const json::object& given, Filter& filter, const PortalSettings& settings) {
  bool iso = settings.search_iso_dates;
  auto fits = [&](const json::value& value) { return value.is_string() || (settings.filter_values_as_they_are && (value.is_number() || value.is_bool())); };
  auto take = [&](const char* name) {
    const json::value* value = given.if_contains(name);
    if (!value || !fits(*value)) return false;
    filter.values.push_back(scalar_text(*value));
    return true;
  };
  bool listed = filter.op == "IN" || filter.op == "NOT_IN", none = filter.op.ends_with("HAS_PROPERTY");
  if (none) return {};
  if (!listed) {
    bool complete = take("value") && (filter.op != "BETWEEN" || take("highValue"));
    if (!complete) return invalid(fmt::format("operator {} requires a value, which is a string", filter.op));
  } else {
    const json::value* values = given.if_contains("values");
    if (!values || !values->is_array() || values->get_array().empty()) return invalid(fmt::format("operator {} requires values", filter.op));
    for (const json::value& each : values->get_array()) {
      if (!fits(each)) return invalid(fmt::format("operator {} requires values, which are strings", filter.op));
      filter.values.push_back(scalar_text(each));
    }
  }
  if (!filter.property || !ordered_by_number(*filter.property)) return {};
  for (const std::string& value : filter.values) {
    auto number = number_for(*filter.property, value, iso);
    if (!number) return invalid(fmt::format("{} is no value for {}", value, filter.property->name));
    filter.numbers.push_back(*number);
  }
  return {};
}

Outcome<Filter> read_filter(Portal& portal, const ObjectType& type, const json::value& item) {
  static constexpr std::string_view kOperators[] = {
      "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"};
  const json::object* given = item.if_object();
  if (!given) return bad_json("line 1, column 1: a filter is not an object");
  Filter filter;
  std::string_view name = text_member(*given, "propertyName");
  filter.op = std::string(text_member(*given, "operator"));
  if (std::find(std::begin(kOperators), std::end(kOperators), filter.op) == std::end(kOperators))
    return bad_json(fmt::format("line 1, column 1: there is no operator {}", filter.op));
  if (name.starts_with("associations.")) {
    filter.associated = portal.catalogue().find(name.substr(13), kFullName);
    bool fits =
        filter.associated && !type.custom && !filter.associated->custom && filter.op == "EQ" && !portal.associations().types(type, *filter.associated).empty();
    if (!fits) return invalid(fmt::format("{} {} is not supported", name, filter.op));
  } else {
    filter.property = type.find(name);
    if (!filter.property) return invalid(fmt::format("There is no property {} in {}", name, type.name));
    if (!filter.property->filterable) return invalid(fmt::format("{} cannot be filtered", name));
    Source source = filter.property->source;
    bool indexed = source == Source::stored || source == Source::object_id || source == Source::created || source == Source::modified ||
                   source == Source::phone_digits || source == Source::body_preview;
    if (!indexed) return not_served(fmt::format("filters on {}", name));
  }
  TRY_VOID(read_values(*given, filter, portal.settings()));
  return filter;
}

Outcome<void> read_groups(Portal& portal, const ObjectType& type, const json::object& body, SearchQuery& query) {
  json::array groups;
  if (const json::value* given = body.if_contains("filterGroups"); given && !given->is_null()) {
    if (!given->is_array()) return bad_json("line 1, column 1: filterGroups is not an array");
    groups = given->get_array();
  }
  if (const json::value* given = body.if_contains("filters"); given && !given->is_null()) groups.push_back(json::object{{"filters", *given}});
  if (groups.size() > kMaxGroups) return invalid(fmt::format("there can be at most {} filterGroups", kMaxGroups));
  std::size_t count = 0;
  for (const json::value& item : groups) {
    const json::value* filters = item.is_object() ? item.get_object().if_contains("filters") : nullptr;
    if (!filters || !filters->is_array()) return bad_json("line 1, column 1: a filterGroup needs filters");
    if (filters->get_array().size() > kMaxFiltersInGroup) return invalid(fmt::format("there can be at most {} filters in a group", kMaxFiltersInGroup));
    count += filters->get_array().size();
    SearchQuery::Group group;
    for (const json::value& each : filters->get_array()) {
      TRY(Filter filter, read_filter(portal, type, each));
      group.push_back(std::move(filter));
    }
    if (!group.empty()) query.groups.push_back(std::move(group));
  }
  if (count > kMaxFilters) return invalid(fmt::format("there can be at most {} filters", kMaxFilters));
  return {};
}

Outcome<void> read_sort(const ObjectType& type, const json::object& body, SearchQuery& query) {
  const json::value* sorts = body.if_contains("sorts");
  if (!sorts || sorts->is_null()) return {};
  if (!sorts->is_array()) return bad_json("line 1, column 1: sorts is not an array");
  if (sorts->get_array().size() > 1) return invalid("there can be at most one sort");
  if (sorts->get_array().empty()) return {};
  const json::value& sort = sorts->get_array().front();
  std::string name = scalar_text(sort);
  if (const json::object* object = sort.if_object()) {
    name = std::string(text_member(*object, "propertyName"));
    std::string_view direction = text_member(*object, "direction");
    if (!direction.empty() && direction != "ASCENDING" && direction != "DESCENDING") return bad_json("line 1, column 1: direction is ASCENDING or DESCENDING");
    query.descending = direction == "DESCENDING";
  } else if (name.starts_with('-')) {
    query.descending = true;
    name.erase(0, 1);
  }
  query.sort = type.find(name);
  if (!query.sort) return invalid(fmt::format("There is no property {} in {}", name, type.name));
  return {};
}

}  // namespace

Outcome<SearchQuery> read_search(Portal& portal, const ObjectType& type, const json::object& body) {
  SearchQuery query;
  TRY_VOID(read_groups(portal, type, body, query));
  TRY_VOID(read_sort(type, body, query));
  if (const json::value* limit = body.if_contains("limit"); limit && !limit->is_null()) {
    if (!limit->is_int64() && !portal.settings().numbers_as_texts) return bad_json("line 1, column 1: limit is not a number");
    TRY(query.limit, read_count(*limit, "limit"));
    if (query.limit > kMaxPage) return invalid(fmt::format("limit may not be greater than {}", kMaxPage));
  }
  if (const json::value* after = body.if_contains("after"); after && !after->is_null() && !scalar_text(*after).empty()) {
    TRY(query.after, read_count(*after, "after"));
  }
  if (query.after + query.limit > kWindow) {
    return invalid(fmt::format("The search reaches beyond the first {} results", kWindow));
  }
  query.words = to_lower_ascii(text_member(body, "query"));
  TRY_VOID(check_text_list(body, "properties"));
  query.selection = select(type, text_list(body, "properties"));
  return query;
}

}  // namespace lockstep::emulators::hubspot
