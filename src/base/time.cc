#include "base/time.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>

namespace lockstep {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Parts {
  int year;
  unsigned month, day;
  int hour, minute, second, ms;
};

Parts parts_of(WallTime time) {
  const std::int64_t days = floor_div(time.ms, kDayMs);
  const auto rest = static_cast<int>(time.ms - days * kDayMs);
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
  return {int(ymd.year()), unsigned(ymd.month()), unsigned(ymd.day()), rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60, rest % 1000};
}

/// Reads exactly `count` digits.
bool digits(std::string_view& text, std::size_t count, int& number) {
  if (text.size() < count) return false;
  number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, std::int64_t& days) {
  int year = 0, month = 0, day = 0;
  if (!digits(text, 4, year) || !take(text, '-') || !digits(text, 2, month) || !take(text, '-') || !digits(text, 2, day)) return false;
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return false;
  days = std::chrono::sys_days{ymd}.time_since_epoch().count();
  return true;
}

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool take_offset(std::string_view& text, std::int64_t& offset_ms) {
  offset_ms = 0;
  if (take(text, 'Z') || take(text, 'z')) return true;
  const bool negative = !text.empty() && text[0] == '-';
  if (!take(text, '+') && !take(text, '-')) return false;
  int hours = 0, minutes = 0;
  if (!digits(text, 2, hours)) return false;
  const bool colon = take(text, ':');
  if ((colon || !text.empty()) && !digits(text, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset_ms = (hours * 60 + minutes) * 60'000LL * (negative ? -1 : 1);
  return true;
}

}  // namespace

std::string format_iso(WallTime time) {
  const Parts p = parts_of(time);
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z"), p.year, p.month, p.day, p.hour, p.minute, p.second, p.ms);
}

std::string format_iso(Date date) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}"), int(ymd.year()), unsigned(ymd.month()), unsigned(ymd.day()));
}

Result<WallTime> parse_iso_time(std::string_view text) {
  const std::string_view whole = text;
  const auto wrong = [&] { return fail(ErrorCode::invalid_input, "'" + std::string(whole) + "' is no RFC 3339 time (2026-11-24T08:00:00Z)"); };
  std::int64_t days = 0, offset_ms = 0;
  int hour = 0, minute = 0, second = 0;
  if (!take_date(text, days)) return wrong();
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return wrong();
  if (!digits(text, 2, hour) || !take(text, ':') || !digits(text, 2, minute)) return wrong();
  if (take(text, ':') && !digits(text, 2, second)) return wrong();
  std::int64_t ms = 0;
  if (take(text, '.')) {
    std::int64_t unit = 100;
    std::size_t count = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9' && count < 9; ++count, text.remove_prefix(1)) {
      ms += (text[0] - '0') * unit;
      unit /= 10;
    }
    if (count == 0) return wrong();
  }
  if (hour > 23 || minute > 59 || second > 60) return wrong();
  if (!take_offset(text, offset_ms) || !text.empty()) return wrong();
  return WallTime{days * kDayMs + hour * 3'600'000LL + minute * 60'000LL + second * 1000LL + ms - offset_ms};
}

Result<Date> parse_iso_date(std::string_view text) {
  std::int64_t days = 0;
  std::string_view rest = text;
  if (!take_date(rest, days) || !rest.empty()) return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' is no date (2026-11-24)");
  return Date{static_cast<std::int32_t>(days)};
}

std::string format_http_date(WallTime time) {
  const Parts p = parts_of(time);
  const std::int64_t days = floor_div(time.ms, kDayMs);
  const auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday], p.day, kMonths[p.month - 1], p.year, p.hour, p.minute, p.second);
}

Result<WallTime> parse_http_date(std::string_view text) {
  const std::string_view whole = text;
  const auto wrong = [&] { return fail(ErrorCode::invalid_input, "'" + std::string(whole) + "' is no HTTP date (Tue, 24 Nov 2026 04:27:27 GMT)"); };
  if (text.size() < 5 || text[3] != ',') return wrong();
  text.remove_prefix(5);
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (!digits(text, 2, day) || !take(text, ' ') || text.size() < 3) return wrong();
  unsigned month = 0;
  while (month < 12 && kMonths[month] != text.substr(0, 3)) ++month;
  if (month == 12) return wrong();
  text.remove_prefix(3);
  if (!take(text, ' ') || !digits(text, 4, year) || !take(text, ' ')) return wrong();
  if (!digits(text, 2, hour) || !take(text, ':') || !digits(text, 2, minute) || !take(text, ':') || !digits(text, 2, second)) return wrong();
  if (text != " GMT" || hour > 23 || minute > 59 || second > 60) return wrong();
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{month + 1}, std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return wrong();
  const std::int64_t days = std::chrono::sys_days{ymd}.time_since_epoch().count();
  return WallTime{days * kDayMs + hour * 3'600'000LL + minute * 60'000LL + second * 1000LL};
}

namespace {
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits = {{{"d", kDayMs}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
}

Result<Duration> parse_duration(std::string_view text) {
  std::size_t at = 0;
  std::int64_t number = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at < 12) number = number * 10 + (text[at++] - '0');
  for (const auto& [unit, ms] : kUnits)
    if (at > 0 && text.substr(at) == unit && number <= INT64_MAX / ms) return Duration{number * ms};
  return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' is no duration (250ms, 90s, 5m, 24h, 7d)");
}

std::string format_duration(Duration duration) {
  for (const auto& [unit, ms] : kUnits)
    if (duration.count() % ms == 0 && (duration.count() != 0 || ms == 1000)) return std::to_string(duration.count() / ms) + std::string(unit);
  return std::to_string(duration.count()) + "ms";
}

Date date_of(WallTime time) { return Date{static_cast<std::int32_t>(floor_div(time.ms, kDayMs))}; }
WallTime start_of(Date date) { return WallTime{date.days * kDayMs}; }

}  // namespace lockstep
