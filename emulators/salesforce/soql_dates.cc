#include "emulators/salesforce/soql_dates.h"

#include <algorithm>
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

struct Unit {
  std::string_view name;
  int days = 0, months = 0;  // one of the two
};

/// Years of business begin with those of the calendar here.
constexpr Unit kUnits[] = {{"day", 1, 0},   {"week", 7, 0},           {"month", 0, 1},       {"quarter", 0, 3},
                           {"year", 0, 12}, {"fiscal_quarter", 0, 3}, {"fiscal_year", 0, 12}};

const Unit* unit_of(std::string_view name) {
  const Unit* known = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& each) { return each.name == name; });
  return known == std::end(kUnits) ? nullptr : known;
}

/// When the unit began that is so many of them away from today's.
WallTime begin_of(const Unit& unit, WallTime today, int away) {
  if (unit.days == 1) return today + kDay * away;
  if (unit.days == 7) return today - kDay * ((today.ms / kDay.count() + 4) % 7) + kDay * (7 * away);  // the epoch was a Thursday
  int month = static_cast<int>(static_cast<unsigned>(calendar(today).month())) - 1;
  return month_start(today, unit.months * away - month % unit.months);
}

DayRange units(const Unit& unit, WallTime today, int from, int to) { return {begin_of(unit, today, from), begin_of(unit, today, to)}; }

/// LAST_N_DAYS:3, NEXT_N_MONTHS:2, N_WEEKS_AGO:1. Today is one of the last days, but not this month one of the last months.
std::optional<DayRange> counted(std::string_view name, std::string_view digits, WallTime today) {
  int count = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size() || count < 0 || count > 10'000) return std::nullopt;
  auto named = [&](std::string_view before, std::string_view after) {
    bool fits = name.starts_with(before) && name.ends_with(after) && name.size() > before.size() + after.size();
    return fits ? unit_of(name.substr(before.size(), name.size() - before.size() - after.size())) : nullptr;
  };
  if (const Unit* unit = named("last_n_", "s")) return units(*unit, today, -count, unit->days == 1 ? 1 : 0);
  if (const Unit* unit = named("next_n_", "s")) return units(*unit, today, 1, count + 1);
  if (const Unit* unit = named("n_", "s_ago")) return units(*unit, today, -count, 1 - count);
  return std::nullopt;
}

}  // namespace

std::optional<DayRange> date_range(std::string_view word, WallTime now) {
  WallTime today{now.ms - now.ms % kDay.count()};
  std::string lower = to_lower_ascii(word);
  std::string_view name = lower;
  const Unit& day = kUnits[0];
  if (name == "today") return units(day, today, 0, 1);
  if (name == "yesterday") return units(day, today, -1, 0);
  if (name == "tomorrow") return units(day, today, 1, 2);
  if (name == "last_90_days") return units(day, today, -90, 1);
  if (name == "next_90_days") return units(day, today, 1, 91);
  if (std::size_t colon = name.find(':'); colon != std::string_view::npos) return counted(name.substr(0, colon), name.substr(colon + 1), today);
  std::size_t bar = name.find('_');
  const Unit* unit = bar == std::string_view::npos ? nullptr : unit_of(name.substr(bar + 1));
  if (!unit || unit->days == 1) return std::nullopt;
  if (name.starts_with("last_")) return units(*unit, today, -1, 0);
  if (name.starts_with("this_")) return units(*unit, today, 0, 1);
  if (name.starts_with("next_")) return units(*unit, today, 1, 2);
  return std::nullopt;
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
