#include "emulators/dynamics365/filter_functions.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "base/text.h"
#include "emulators/dynamics365/unserved.h"

namespace lockstep::emulators::dynamics365 {
namespace {

using Days = std::chrono::sys_days;
constexpr std::int64_t kDayMs = 86'400'000;

tl::unexpected<ApiError> bad_value(std::string_view name, const Column& column) {
  return refuse(400, code::kBadRequestUrl, fmt::format("The values given to the function '{}' do not fit the property '{}'.", name, column.name));
}

Filter leaf(Filter::Kind kind, const Column& column, Value value) {
  Filter filter;
  filter.kind = kind;
  filter.column = &column;
  filter.value = std::move(value);
  return filter;
}

Filter negation_of(Filter inner) {
  Filter filter;
  filter.kind = Filter::Kind::negation;
  filter.parts.push_back(std::move(inner));
  return filter;
}

/// Instants and days as the column holds them.
Value held_as(const Column& column, std::int64_t ms) {
  if (column.type == ColumnType::date_only) return Value(format_iso(WallTime{ms}).substr(0, 10));
  return Value(ms);
}

Filter from_until(const Column& column, std::int64_t from_ms, std::int64_t until_ms) {
  Filter both;
  both.parts.push_back(leaf(Filter::Kind::at_least, column, held_as(column, from_ms)));
  both.parts.push_back(leaf(Filter::Kind::less, column, held_as(column, until_ms)));
  return both;
}

std::int64_t ms_of(Days day) { return std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count(); }

Days day_of(WallTime now) { return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now.ms))); }

/// The start of the unit that holds `day`, moved by `count` units.
Days start_of_unit(std::string_view unit, Days day, int count) {
  using namespace std::chrono;
  year_month_day date(day);
  if (unit == "Week") return day - (weekday(day) - Sunday) + days(7 * count);
  if (unit == "Month") return Days((date.year() / date.month() + months(count)) / 1);
  if (unit == "Year") return Days((date.year() + years(count)) / January / 1);
  return day + days(count);
}

std::optional<Filter> calendar(WallTime now, std::string_view name, const Column& column) {
  Days today = day_of(now);
  auto span = [&](Days from, Days until) { return from_until(column, ms_of(from), ms_of(until)); };
  if (name == "Today") return span(today, today + std::chrono::days(1));
  if (name == "Yesterday") return span(today - std::chrono::days(1), today);
  if (name == "Tomorrow") return span(today + std::chrono::days(1), today + std::chrono::days(2));
  if (name == "Last7Days") return span(today - std::chrono::days(7), today + std::chrono::days(1));
  if (name == "Next7Days") return span(today, today + std::chrono::days(8));
  for (auto [word, count] : {std::pair<std::string_view, int>{"Last", -1}, {"This", 0}, {"Next", 1}}) {
    if (!name.starts_with(word)) continue;
    std::string_view unit = name.substr(word.size());
    if (unit == "Week" || unit == "Month" || unit == "Year") return span(start_of_unit(unit, today, count), start_of_unit(unit, today, count + 1));
  }
  return std::nullopt;
}

/// "LastXDays", "NextXMonths", "OlderThanXHours".
std::optional<Filter> counted(WallTime now, std::string_view name, const Column& column, std::int64_t count) {
  for (std::string_view word : {"LastX", "NextX", "OlderThanX"}) {
    if (!name.starts_with(word)) continue;
    std::string_view unit = name.substr(word.size());
    if (!unit.ends_with('s')) return std::nullopt;
    unit.remove_suffix(1);
    int sign = word == "NextX" ? 1 : -1;
    std::int64_t edge = 0;
    if (unit == "Minute" || unit == "Hour") {
      edge = now.ms + sign * count * (unit == "Hour" ? 3'600'000 : 60'000);
    } else if (unit == "Day" || unit == "Week") {
      edge = now.ms + sign * count * kDayMs * (unit == "Week" ? 7 : 1);
    } else if (unit == "Month" || unit == "Year") {
      Days today = day_of(now);
      unsigned day = static_cast<unsigned>(std::chrono::year_month_day(today).day());
      Days start = start_of_unit(unit == "Year" ? "Month" : unit, today, static_cast<int>(sign * count * (unit == "Year" ? 12 : 1)));
      edge = ms_of(start + std::chrono::days(day - 1)) + now.ms % kDayMs;
    } else {
      return std::nullopt;
    }
    if (word == "OlderThanX") return leaf(Filter::Kind::less, column, held_as(column, edge));
    return sign < 0 ? from_until(column, edge, now.ms + 1) : from_until(column, now.ms, edge + 1);
  }
  return std::nullopt;
}

std::optional<std::int64_t> day_start(const std::string& text) {
  Result<Date> date = parse_iso_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  return start_of(*date).ms;
}

std::optional<Filter> on_day(std::string_view name, const Column& column, const std::string& text) {
  std::optional<std::int64_t> start = day_start(text);
  if (!start) return std::nullopt;
  if (name == "On") return from_until(column, *start, *start + kDayMs);
  if (name == "NotOn") return negation_of(from_until(column, *start, *start + kDayMs));
  if (name == "OnOrAfter") return leaf(Filter::Kind::at_least, column, held_as(column, *start));
  return leaf(Filter::Kind::less, column, held_as(column, *start + kDayMs));  // OnOrBefore
}

Outcome<Filter> between(std::string_view name, const Column& column, const std::vector<std::string>& values) {
  if (values.size() != 2) return bad_value(name, column);
  std::optional<Value> low = typed_text(column, values[0]), high = typed_text(column, values[1]);
  if (!low || !high) return bad_value(name, column);
  Filter both;
  both.parts.push_back(leaf(Filter::Kind::at_least, column, std::move(*low)));
  both.parts.push_back(leaf(Filter::Kind::at_most, column, std::move(*high)));
  return name == "NotBetween" ? negation_of(std::move(both)) : both;
}

Outcome<Filter> one_of(std::string_view name, const Column& column, const std::vector<std::string>& values) {
  constexpr std::size_t kMaxValues = 2000;
  if (values.size() > kMaxValues) return refuse(400, code::kBadRequestUrl, "Too many values.");
  Filter filter;
  filter.kind = Filter::Kind::any_value;
  filter.column = &column;
  for (const std::string& each : values) {
    std::optional<Value> value = typed_text(column, each);
    if (!value) return bad_value(name, column);
    filter.values.push_back(std::move(*value));
  }
  return name == "NotIn" ? negation_of(std::move(filter)) : filter;
}

}  // namespace

Outcome<Filter> query_function(const FilterScope& scope, std::string_view name, const Column& column, const std::vector<std::string>& values) {
  if (name == "In" || name == "NotIn") return one_of(name, column, values);
  if (name == "Between" || name == "NotBetween") return between(name, column, values);
  if (name == "EqualUserId" || name == "NotEqualUserId") {
    if (!column.holds_id()) return bad_value(name, column);
    return leaf(name == "EqualUserId" ? Filter::Kind::equal : Filter::Kind::unequal, column, Value(std::string(scope.user)));
  }
  bool date = column.type == ColumnType::date_time || column.type == ColumnType::date_only;
  if (date && values.empty()) {
    if (auto filter = calendar(scope.now, name, column)) return std::move(*filter);
  }
  if (date && values.size() == 1) {
    bool day = name == "On" || name == "NotOn" || name == "OnOrAfter" || name == "OnOrBefore";
    std::int64_t count = 0;
    const std::string& text = values.front();
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    bool number = error == std::errc() && end == text.data() + text.size() && count > 0 && count <= 100'000;
    auto filter = day ? on_day(name, column, text) : number ? counted(scope.now, name, column, count) : std::nullopt;
    if (filter) return std::move(*filter);
    if (day) return bad_value(name, column);
  }
  if (is_unserved(name)) return tl::unexpected<ApiError>(segment_missing(name));
  return refuse(400, code::kBadRequestUrl, fmt::format("An unknown function with name 'Microsoft.Dynamics.CRM.{}' was found.", name));
}

}  // namespace lockstep::emulators::dynamics365
