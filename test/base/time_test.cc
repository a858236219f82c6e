#include "base/time.h"

#include "test/property/property.h"

namespace lockstep {
namespace {

using namespace property;

constexpr std::int64_t kDayMs = 86'400'000;
/// From 0001-01-01 to 9999-12-31: what four digits of a year can say.
constexpr std::int64_t kFirstDay = -719'162, kLastDay = 2'932'896;

WallTime any_time() { return WallTime{any_integer(kFirstDay * kDayMs, (kLastDay + 1) * kDayMs - 1)}; }

PROPERTY(IsoTime, GivesBackWhatItTook) {
  const WallTime time = any_time();
  const auto back = parse_iso_time(format_iso(time));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == time);
}

PROPERTY(IsoTime, SortsAsTextWhereItSortsAsTime) {
  const WallTime a = any_time(), b = any_time();
  RC_ASSERT((a < b) == (format_iso(a) < format_iso(b)));
}

PROPERTY(IsoTime, AnOffsetIsSubtracted) {
  const WallTime time = any_time();
  const auto minutes = static_cast<int>(any_integer(-23 * 60 - 59, 23 * 60 + 59));
  std::string text = format_iso(time);
  text.pop_back();
  char offset[32];
  std::snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
  const auto back = parse_iso_time(text + offset);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back + Duration{minutes * 60'000LL} == time);
}

PROPERTY(IsoDate, GivesBackWhatItTook) {
  const Date date{static_cast<std::int32_t>(any_integer(kFirstDay, kLastDay))};
  RC_ASSERT(parse_iso_date(format_iso(date)).value() == date);
  RC_ASSERT(date_of(start_of(date)) == date);
  RC_ASSERT(date_of(start_of(date) + Duration{kDayMs - 1}) == date);
}

PROPERTY(HttpDate, GivesBackWhatItTookToTheSecond) {
  const WallTime time = any_time();
  const auto back = parse_http_date(format_http_date(time));
  RC_ASSERT(back.has_value());
  RC_ASSERT((time - *back).count() >= 0 && (time - *back).count() < 1000);
}

PROPERTY(DurationText, GivesBackWhatItTook) {
  const Duration duration{any_integer(0, 99'999) * any_of(std::vector<std::int64_t>{1, 250, 1000, 60'000, 3'600'000, kDayMs})};
  RC_ASSERT(parse_duration(format_duration(duration)).value() == duration);
}

PROPERTY(Times, NeverCrashOnAnyText) {
  const std::string text = any_bytes();
  for (const auto& time : {parse_iso_time(text), parse_http_date(text)})
    if (time) RC_ASSERT(parse_iso_time(format_iso(*time)).value() == *time);
  if (const auto date = parse_iso_date(text)) RC_ASSERT(format_iso(*date) == text);
  if (const auto duration = parse_duration(text)) RC_ASSERT(duration->count() >= 0);
}

TEST(IsoTime, KnowsTheFormsThatCrmsSend) {
  const WallTime expected{1'795'494'447'123};
  for (const char* text : {"2026-11-24T04:27:27.123Z", "2026-11-24T04:27:27.123+0000", "2026-11-24T04:27:27.123456789Z", "2026-11-24t05:57:27.123+01:30",
                           "2026-11-23 20:27:27.123-08:00", "2026-11-24T05:27:27.123+01"})
    EXPECT_EQ(parse_iso_time(text).value().ms, expected.ms) << text;
  EXPECT_EQ(parse_iso_time("2026-11-24T04:27Z").value().ms, 1'795'494'420'000);
  EXPECT_EQ(parse_iso_time("1969-12-31T23:59:59.999Z").value().ms, -1);
  EXPECT_EQ(format_iso(WallTime{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(IsoTime, RefusesWhatIsNone) {
  for (const char* text :
       {"", "2026-11-24", "2026-11-24T", "2026-11-24T04:27:27", "2026-11-24T04:27:27.Z", "2026-02-29T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T04:60:00Z",
        "2026-11-24T04:27:61Z", "2026-11-24T04:27:27.1234567890Z", "2026-11-24T04:27:27Z ", "2026-11-24T04:27:27+24:00",
        "2026-11-24T04:27:27+05:", "2026-11-24T04:27:27+5", "26-11-24T04:27:27Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "+2026-11-24T04:27:27Z"}) {
    const auto time = parse_iso_time(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, ErrorCode::invalid_input);
    EXPECT_NE(time.error().message.find(text), std::string::npos);
  }
}

TEST(IsoDate, KnowsTheCalendar) {
  EXPECT_EQ(parse_iso_date("2024-02-29").value().days, 19'782);
  for (const char* text : {"2026-02-29", "2100-02-29", "2026-11-31", "2026-1-01", "2026-11-24T", "", "2026-11-00"}) EXPECT_FALSE(parse_iso_date(text)) << text;
}

TEST(HttpDate, IsTheFixedFormOfRfc9110) {
  EXPECT_EQ(format_http_date(WallTime{1'795'494'447'123}), "Tue, 24 Nov 2026 04:27:27 GMT");
  for (const char* text : {"", "Tue", "Tuesday, 24-Nov-26 04:27:27 GMT", "Tue Nov 24 04:27:27 2026", "Tue, 24 Foo 2026 04:27:27 GMT",
                           "Tue, 24 Nov 2026 04:27:27 UTC", "Tue, 31 Nov 2026 04:27:27 GMT", "Tue,24 Nov 2026 04:27:27 GMT"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(DurationText, TakesOneNumberAndOneUnit) {
  EXPECT_EQ(parse_duration("250ms").value().count(), 250);
  EXPECT_EQ(parse_duration("90s").value().count(), 90'000);
  EXPECT_EQ(parse_duration("7d").value().count(), 7 * kDayMs);
  EXPECT_EQ(format_duration(Duration{90'000}), "90s");
  EXPECT_EQ(format_duration(Duration{0}), "0s");
  EXPECT_EQ(format_duration(Duration{1'001}), "1001ms");
  for (const char* text : {"", "5", "m", "-5m", "5 m", "5M", "1h30m", "1.5h", "999999999999d", "9999999999999s"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_NE(duration.error().message.find("250ms, 90s, 5m, 24h, 7d"), std::string::npos);
  }
}

}  // namespace
}  // namespace lockstep
