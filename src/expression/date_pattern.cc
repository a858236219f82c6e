#include "expression/date_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "expression/expression.h"

namespace lockstep::expression {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::int64_t kDayMs = 86'400'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_known(char letter, std::size_t width) {
  switch (letter) {
    case 'y': return width == 4;
    case 'M': return width <= 3;
    case 'd':
    case 'H':
    case 'h':
    case 'm':
    case 's': return width <= 2;
    case 'S': return width <= 9;
    case 'E':
    case 'X': return width <= 3;
    case 'Z':
    case 'a': return width == 1;
    default: return false;
  }
}

struct Parts {
  int year;
  unsigned month, day, weekday;
  int hour, minute, second, ms;
};

Parts parts_of(WallTime time) {
  const std::int32_t day = date_of(time).days;
  const auto rest = static_cast<int>(time.ms - day * kDayMs);
  const std::chrono::sys_days days{std::chrono::days{day}};
  const std::chrono::year_month_day ymd{days};
  return {int(ymd.year()),  unsigned(ymd.month()), unsigned(ymd.day()), std::chrono::weekday(days).c_encoding(),
          rest / 3'600'000, rest / 60'000 % 60,    rest / 1000 % 60,    rest % 1000};
}

/// From `least` to `most` digits.
bool digits(std::string_view& text, std::size_t least, std::size_t most, int& number) {
  std::size_t count = 0;
  number = 0;
  while (count < most && count < text.size() && text[count] >= '0' && text[count] <= '9') number = number * 10 + (text[count++] - '0');
  text.remove_prefix(count);
  return count >= least;
}

template <std::size_t N>
bool word(std::string_view& text, const std::array<std::string_view, N>& words, int& index) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!equal_no_case(text.substr(0, words[i].size()), words[i])) continue;
    index = static_cast<int>(i);
    text.remove_prefix(words[i].size());
    return true;
  }
  return false;
}

bool offset(std::string_view& text, int& minutes) {
  minutes = 0;
  if (text.starts_with('Z') || text.starts_with('z')) {
    text.remove_prefix(1);
    return true;
  }
  if (!text.starts_with('+') && !text.starts_with('-')) return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0, rest = 0;
  if (!digits(text, 2, 2, hours)) return false;
  if (text.starts_with(':')) text.remove_prefix(1);
  if (!text.empty() && text[0] >= '0' && text[0] <= '9' && !digits(text, 2, 2, rest)) return false;
  minutes = sign * (hours * 60 + rest);
  return hours <= 23 && rest <= 59;
}

bool fraction(std::string_view& text, std::size_t width, int& ms) {
  int number = 0;
  const std::size_t taken = std::min<std::size_t>(width, 3);
  if (!digits(text, taken, taken, number)) return false;
  for (std::size_t i = taken; i < 3; ++i) number *= 10;
  ms = number;
  int rest = 0;
  return width <= 3 || digits(text, width - 3, width - 3, rest);
}

}  // namespace

struct DatePattern::Fields {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0, offset_minutes = 0, weekday = 0;
  int half = -1;  // 0: a.m., 1: p.m.
};

Result<DatePattern> DatePattern::compile(std::string_view pattern) {
  if (pattern == "RFC1123") return compile("EEE, dd MMM yyyy HH:mm:ss 'GMT'");
  DatePattern out;
  out.source_ = std::string(pattern);
  if (pattern == "ISO") {
    TRY(DatePattern iso, compile("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"));
    iso.source_ = "ISO";
    return iso;
  }
  const auto literal = [&](char c) {
    if (out.parts_.empty() || out.parts_.back().letter != 0) out.parts_.emplace_back();
    out.parts_.back().literal += c;
  };
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      if (pattern.substr(at, 2) == "''") {
        literal('\'');
        at += 2;
        continue;
      }
      const std::size_t end = pattern.find('\'', at + 1);
      if (end == std::string_view::npos) return fail(ErrorCode::invalid_input, "date pattern '" + out.source_ + "': a quote is not closed");
      for (const char inner : pattern.substr(at + 1, end - at - 1)) literal(inner);
      at = end + 1;
    } else if (!is_letter(c)) {
      literal(c);
      ++at;
    } else {
      std::size_t width = 1;
      while (at + width < pattern.size() && pattern[at + width] == c) ++width;
      if (!is_known(c, width))
        return fail(ErrorCode::invalid_input, "date pattern '" + out.source_ + "': '" + std::string(pattern.substr(at, width)) +
                                                  "' is not known; known: yyyy MM MMM dd EEE HH hh a mm ss "
                                                  "S…SSSSSSSSS Z X XX XXX 'text', or RFC1123, ISO");
      out.parts_.push_back(Part{c, width, ""});
      at += width;
    }
  }
  if (out.parts_.empty()) return fail(ErrorCode::invalid_input, "a date pattern cannot be empty");
  return out;
}

void DatePattern::append(WallTime time, std::string& out) const {
  const Parts p = parts_of(std::clamp(time, kEarliest, kLatest));
  const auto number = [&](auto value, std::size_t width) { fmt::format_to(std::back_inserter(out), "{:0{}}", value, width); };
  for (const Part& part : parts_) {
    switch (part.letter) {
      case 0: out += part.literal; break;
      case 'y': number(p.year, 4); break;
      case 'M':
        if (part.width == 3) out += kMonths[p.month - 1];
        else number(p.month, part.width);
        break;
      case 'd': number(p.day, part.width); break;
      case 'E': out += kDays[p.weekday]; break;
      case 'H': number(p.hour, part.width); break;
      case 'h': number((p.hour + 11) % 12 + 1, part.width); break;
      case 'a': out += p.hour < 12 ? "AM" : "PM"; break;
      case 'm': number(p.minute, part.width); break;
      case 's': number(p.second, part.width); break;
      case 'S': out += fmt::format("{:03}000000", p.ms).substr(0, part.width); break;
      case 'Z': out += "+0000"; break;
      case 'X': out += 'Z'; break;
      default: break;
    }
  }
}

std::string DatePattern::format(WallTime time) const {
  std::string out;
  append(time, out);
  return out;
}

bool DatePattern::parse_part(const Part& part, std::string_view& rest, Fields& fields) const {
  const std::size_t least = part.width, most = std::max<std::size_t>(2, part.width);
  switch (part.letter) {
    case 0:
      if (!rest.starts_with(part.literal)) return false;
      rest.remove_prefix(part.literal.size());
      return true;
    case 'y': return digits(rest, 4, 4, fields.year);
    case 'M':
      if (part.width < 3) return digits(rest, least, most, fields.month);
      if (!word(rest, kMonths, fields.month)) return false;
      ++fields.month;
      return true;
    case 'd': return digits(rest, least, most, fields.day);
    case 'E': return word(rest, kDays, fields.weekday);
    case 'H':
    case 'h': return digits(rest, least, most, fields.hour) && fields.hour <= (part.letter == 'h' ? 12 : 23);
    case 'a': return word(rest, std::array<std::string_view, 2>{"AM", "PM"}, fields.half);
    case 'm': return digits(rest, least, most, fields.minute) && fields.minute <= 59;
    case 's': return digits(rest, least, most, fields.second) && fields.second <= 60;
    case 'S': return fraction(rest, part.width, fields.ms);
    default: return offset(rest, fields.offset_minutes);
  }
}

Result<WallTime> DatePattern::parse(std::string_view text) const {
  if (source_ == "ISO") return parse_iso_time(text);
  const auto wrong = [&] { return fail(ErrorCode::invalid_input, "the text does not fit the date pattern '" + source_ + "'"); };
  Fields fields;
  std::string_view rest = text;
  for (const Part& part : parts_)
    if (!parse_part(part, rest, fields)) return wrong();
  if (!rest.empty()) return wrong();
  if (fields.half >= 0) fields.hour = fields.hour % 12 + 12 * fields.half;
  const std::chrono::year_month_day ymd{std::chrono::year{fields.year}, std::chrono::month{static_cast<unsigned>(fields.month)},
                                        std::chrono::day{static_cast<unsigned>(fields.day)}};
  if (!ymd.ok()) return wrong();
  const std::int64_t days = std::chrono::sys_days{ymd}.time_since_epoch().count();
  const std::int64_t minutes = fields.hour * 60 + fields.minute - fields.offset_minutes;
  return WallTime{days * kDayMs + minutes * 60'000 + fields.second * 1000 + fields.ms};
}

std::string format_time(WallTime time, std::string_view pattern) {
  const auto compiled = DatePattern::compile(pattern);
  return compiled ? compiled->format(time) : format_iso(std::clamp(time, kEarliest, kLatest));
}

}  // namespace lockstep::expression
