#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <memory>

#include "expression/arithmetic.h"
#include "expression/date_pattern.h"
#include "expression/functions.h"
#include "grammar/literal.h"

namespace lockstep::expression {

namespace {

using Type = Parameter::Type;

Result<WallTime> parse_time(const Call& call) {
  if (call.count() > 1 && call.pattern) {
    TRY(const std::string text, call[0].text());
    return call.pattern->parse(text);
  }
  return time_of(call[0]);
}

Result<Operand> to_instant(const Call& call) {
  TRY(const WallTime time, parse_time(call));
  return instant_operand(time);
}

Result<Operand> to_date(const Call& call) {
  TRY(const WallTime time, parse_time(call));
  TRY_VOID(instant_operand(time));
  return Operand(Value(date_of(time)));
}

Result<Operand> format_time(const Call& call) {
  TRY(const WallTime time, time_of(call[0]));
  TRY_VOID(instant_operand(time));
  return text_operand(call.pattern->format(time));
}

/// Numbers (and texts of digits) count from 1970 and become instants; instants become such numbers.
Result<Operand> epoch(const Call& call, std::int64_t unit_ms) {
  const bool number = call[0].kind() == Operand::Kind::integer || call[0].kind() == Operand::Kind::decimal;
  const auto text = call[0].text_view();
  if (number || (text && grammar::core_int(*text))) {
    TRY(const std::int64_t count, call[0].integer());
    if (count > kLatest.ms / unit_ms || count < kEarliest.ms / unit_ms) return fail(ErrorCode::invalid_input, "an instant outside the years 1 to 9999");
    return instant_operand(WallTime{count * unit_ms});
  }
  TRY(const WallTime time, time_of(call[0]));
  return integer_operand(time.ms / unit_ms - (time.ms % unit_ms < 0 ? 1 : 0));
}

Result<Operand> epoch_s(const Call& call) { return epoch(call, 1000); }
Result<Operand> epoch_ms(const Call& call) { return epoch(call, 1); }

Result<Operand> plus(const Call& call) {
  TRY(const std::int64_t duration, duration_of(call[1]));
  TRY(const WallTime time, time_of(call[0]));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.ms, duration, &sum)) return fail(ErrorCode::invalid_input, "an instant outside the years 1 to 9999");
  return instant_operand(WallTime{sum});
}

Result<Operand> floor_operand(const Call& call) {
  if (call.count() == 1) {
    TRY(const Number number, number_of(call[0]));
    TRY(Number floored, floor(number));
    return Operand(value_of(std::move(floored)));
  }
  TRY(const std::int64_t unit, duration_of(call[1]));
  if (unit <= 0) return fail(ErrorCode::invalid_input, "floor takes a positive unit");
  TRY(const WallTime time, time_of(call[0]));
  const std::int64_t rest = time.ms % unit;
  return instant_operand(WallTime{time.ms - (rest < 0 ? rest + unit : rest)});
}

Result<std::unique_ptr<icu::TimeZone>> zone_of(const Operand& operand) {
  TRY(const std::string name, operand.text());
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (!zone || *zone == icu::TimeZone::getUnknown()) return fail(ErrorCode::invalid_input, "expected a time zone such as Europe/Berlin, found another text");
  return zone;
}

Result<std::int64_t> offset_ms(const icu::TimeZone& zone, std::int64_t ms, bool local) {
  std::int32_t raw = 0, summer = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone.getOffset(static_cast<UDate>(ms), local, raw, summer, status);
  if (U_FAILURE(status)) return fail(ErrorCode::invalid_input, "the time zone has no offset at that time");
  return raw + summer;
}

/// Days and local times become instants, instants become days.
Result<Operand> in_zone(const Call& call) {
  TRY(const auto zone, zone_of(call[1]));
  const bool instant = call[0].kind() == Operand::Kind::instant;
  const auto text = call[0].text_view();
  const auto told = text ? parse_iso_time(*text) : fail(ErrorCode::invalid_input, "");
  if (instant || told) {
    TRY(const WallTime time, instant ? time_of(call[0]) : told);
    TRY_VOID(instant_operand(time));
    TRY(const std::int64_t offset, offset_ms(*zone, time.ms, false));
    return Operand(Value(date_of(WallTime{time.ms + offset})));
  }
  const auto local = text ? parse_iso_time(std::string(*text) + "Z") : fail(ErrorCode::invalid_input, "");
  TRY(const WallTime time, local ? local : time_of(call[0]));
  TRY(const std::int64_t offset, offset_ms(*zone, time.ms, true));
  return instant_operand(WallTime{time.ms - offset});
}

}  // namespace

FunctionGroup time_functions() {
  return {
      "Times",
      {{"instant", {{"text"}, {"pattern", Type::pattern, true}}, to_instant, "An RFC 3339 text, or one that fits the pattern, as an instant.", true},
       {"date", {{"text"}, {"pattern", Type::pattern, true}}, to_date, "The same as a date; of an instant its day (UTC).", true},
       {"format", {{"time"}, {"pattern", Type::pattern}}, format_time, "An instant or date as text, in UTC.", true},
       {"epoch_s", {{"value"}}, epoch_s, "An instant as seconds since 1970, such a number as an instant.", true},
       {"epoch_ms", {{"value"}}, epoch_ms, "The same in milliseconds.", true},
       {"plus", {{"time"}, {"duration", Type::duration}}, plus, "Later by a duration (`5m`, \"5m\", \"-5m\").", true},
       {"floor", {{"value"}, {"unit", Type::duration, true}}, floor_operand, "A number's largest whole number below; with a unit: an instant cut to it.", true},
       {"in_zone",
        {{"time"}, {"zone", Type::text}},
        in_zone,
        "Of an instant: its date in the zone. Of a date or a local time without offset: the instant it "
        "means in the zone.",
        true}}};
}

}  // namespace lockstep::expression
