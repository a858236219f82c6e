#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lockstep {

using Duration = std::chrono::milliseconds;

/// UTC time in milliseconds since 1970. The only time that is stored or sent; it may jump.
struct WallTime {
  std::int64_t ms = 0;
  auto operator<=>(const WallTime&) const = default;
  WallTime operator+(Duration d) const { return {ms + d.count()}; }
  WallTime operator-(Duration d) const { return {ms - d.count()}; }
  Duration operator-(WallTime other) const { return Duration(ms - other.ms); }
};

/// Monotonic time in milliseconds since an arbitrary start; for waiting and measuring only, never stored.
struct Instant {
  std::int64_t ms = 0;
  auto operator<=>(const Instant&) const = default;
  Instant operator+(Duration d) const { return {ms + d.count()}; }
  Duration operator-(Instant other) const { return Duration(ms - other.ms); }
};

/// A calendar day without zone.
struct Date {
  std::int32_t days = 0;  // since 1970-01-01
  auto operator<=>(const Date&) const = default;
};

/// "2026-11-24T04:27:27.123Z"
std::string format_iso(WallTime time);
/// "2026-11-24"
std::string format_iso(Date date);
/// RFC 3339, any offset, 0 to 9 digits of fraction (cut to milliseconds), also "+0000" without colon.
Result<WallTime> parse_iso_time(std::string_view text);
Result<Date> parse_iso_date(std::string_view text);
/// IMF-fixdate of RFC 9110, 5.6.7: "Tue, 24 Nov 2026 04:27:27 GMT"
std::string format_http_date(WallTime time);
Result<WallTime> parse_http_date(std::string_view text);
/// "90s", "5m", "24h", "7d", "250ms"; no blanks, no signs.
Result<Duration> parse_duration(std::string_view text);
/// The shortest of the forms above: 90000 ms is "90s".
std::string format_duration(Duration duration);

Date date_of(WallTime time);
WallTime start_of(Date date);

}  // namespace lockstep
