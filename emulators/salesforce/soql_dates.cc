#include "emulators/salesforce/soql_dates.h"

#include <charconv>
#include <chrono>
#include <vector>

#include "base/text.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr Duration kDay{24LL * 3'600'000};

std::chrono::year_month_day calendar(WallTime time) { return std::chrono::sys_days(std::chrono::days(time.ms / kDay.count())); }

WallTime month_start(WallTime today, int months_away) {
  std::chrono::year_month_day date = calendar(today);
  std::chrono::sys_days first = (date.year() / date.month() + std::chrono::months(months_away)) / 1;
  return WallTime{first.time_since_epoch().count() * kDay.count()};
}

WallTime week_start(WallTime today) {
  std::int64_t days = today.ms / kDay.count();
  return today - kDay * ((days + 4) % 7);  // the epoch was a Thursday
}

std::optional<DayRange> counted(std::string_view word, WallTime today) {
  std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  int count = 0;
  auto [end, error] = std::from_chars(word.data() + colon + 1, word.data() + word.size(), count);
  if (error != std::errc() || end != word.data() + word.size() || count < 0) return std::nullopt;
  std::string_view name = word.substr(0, colon);
  if (equal_no_case(name, "LAST_N_DAYS")) return DayRange{today - kDay * count, today + kDay};
  if (equal_no_case(name, "NEXT_N_DAYS")) return DayRange{today + kDay, today + kDay * (count + 1)};
  if (equal_no_case(name, "LAST_N_WEEKS")) return DayRange{week_start(today) - kDay * (7 * count), week_start(today)};
  if (equal_no_case(name, "LAST_N_MONTHS")) return DayRange{month_start(today, -count), month_start(today, 0)};
  return std::nullopt;
}

}  // namespace

std::optional<DayRange> date_range(std::string_view word, WallTime now) {
  WallTime today{now.ms - now.ms % kDay.count()};
  auto is = [&](std::string_view name) { return equal_no_case(word, name); };
  if (is("TODAY")) return DayRange{today, today + kDay};
  if (is("YESTERDAY")) return DayRange{today - kDay, today};
  if (is("TOMORROW")) return DayRange{today + kDay, today + kDay * 2};
  WallTime week = week_start(today);
  if (is("LAST_WEEK")) return DayRange{week - kDay * 7, week};
  if (is("THIS_WEEK")) return DayRange{week, week + kDay * 7};
  if (is("NEXT_WEEK")) return DayRange{week + kDay * 7, week + kDay * 14};
  if (is("LAST_MONTH")) return DayRange{month_start(today, -1), month_start(today, 0)};
  if (is("THIS_MONTH")) return DayRange{month_start(today, 0), month_start(today, 1)};
  if (is("NEXT_MONTH")) return DayRange{month_start(today, 1), month_start(today, 2)};
  if (is("LAST_90_DAYS")) return DayRange{today - kDay * 90, today + kDay};
  int month = static_cast<int>(static_cast<unsigned>(calendar(today).month())) - 1;
  if (is("THIS_YEAR")) return DayRange{month_start(today, -month), month_start(today, 12 - month)};
  if (is("LAST_YEAR")) return DayRange{month_start(today, -month - 12), month_start(today, -month)};
  return counted(word, today);
}

const Field* date_function(std::string_view name) {
  static const std::vector<Field> kFunctions = [] {
    std::vector<Field> functions;
    for (const char* each : {"CALENDAR_YEAR", "CALENDAR_QUARTER", "CALENDAR_MONTH", "FISCAL_YEAR", "FISCAL_QUARTER", "FISCAL_MONTH", "DAY_IN_YEAR",
                             "DAY_IN_MONTH", "DAY_IN_WEEK", "WEEK_IN_YEAR", "WEEK_IN_MONTH", "HOUR_IN_DAY"}) {
      functions.push_back(plain(each, FieldType::integer));
      functions.back().source = Source::contact_part;  // of no column: no index answers for it
    }
    return functions;
  }();
  for (const Field& each : kFunctions) {
    if (equal_no_case(each.name, name)) return &each;
  }
  return nullptr;
}

ValueView date_part(const Field& function, ValueView date) {
  const std::int64_t* instant = std::get_if<std::int64_t>(&date);
  auto day = instant ? Result<Date>(date_of(WallTime{*instant})) : parse_iso_date(text_of(date));
  if (is_null(date) || !day) return {};
  const std::chrono::sys_days at{std::chrono::days(day->days)};
  const std::chrono::year_month_day calendar(at);
  std::int64_t month = unsigned{calendar.month()}, in_month = unsigned{calendar.day()};
  std::int64_t in_year = (at - std::chrono::sys_days(calendar.year() / std::chrono::January / 1)).count() + 1;
  const std::string& name = function.name;
  if (name == "HOUR_IN_DAY") return instant ? ValueView((*instant - start_of(*day).ms) / 3'600'000) : ValueView(std::int64_t{0});
  if (name.ends_with("_YEAR") && !name.starts_with("DAY") && !name.starts_with("WEEK")) return ValueView(std::int64_t{int{calendar.year()}});
  if (name.ends_with("_QUARTER")) return ValueView((month + 2) / 3);
  if (name.ends_with("_MONTH") && !name.starts_with("DAY") && !name.starts_with("WEEK")) return ValueView(month);
  if (name == "DAY_IN_YEAR") return ValueView(in_year);
  if (name == "DAY_IN_MONTH") return ValueView(in_month);
  if (name == "DAY_IN_WEEK") return ValueView(std::int64_t{std::chrono::weekday(at).c_encoding()} + 1);  // Sunday is 1
  return ValueView(((name == "WEEK_IN_YEAR" ? in_year : in_month) + 6) / 7);
}

}  // namespace lockstep::emulators::salesforce
