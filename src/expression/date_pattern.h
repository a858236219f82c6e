#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace lockstep::expression {

/// Years 1 to 9999: instants beyond have no text that others could read.
inline constexpr WallTime kEarliest{-62'135'596'800'000}, kLatest{253'402'300'799'999};
inline bool is_in_calendar(WallTime time) { return time >= kEarliest && time <= kLatest; }

/// A date and time pattern in the letters of Unicode CLDR (and Java): yyyy MM dd HH mm ss, S to SSSSSSSSS
/// (fraction), MMM and EEE (English short names), hh and a (half days), Z (+0000), X, XX and XXX (Z or an
/// offset), 'text', ''. "RFC1123" is the date of HTTP headers; "ISO" any RFC 3339 time when parsing. Times
/// are UTC.
class DatePattern {
 public:
  /// Error: the letter that is not known, and those that are.
  static Result<DatePattern> compile(std::string_view pattern);

  /// Times outside the calendar are written as its first or last.
  void append(WallTime time, std::string& out) const;
  std::string format(WallTime time) const;
  /// The whole text must fit; a pattern without time of day gives the start of the day (UTC).
  Result<WallTime> parse(std::string_view text) const;

 private:
  struct Part {
    char letter = 0;  // 0: literal
    std::size_t width = 0;
    std::string literal;
  };
  struct Fields;
  bool parse_part(const Part& part, std::string_view& rest, Fields& fields) const;

  std::string source_;
  std::vector<Part> parts_;
};

}  // namespace lockstep::expression
