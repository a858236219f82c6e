#include "mapping/zone.h"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

namespace lockstep::mapping {

struct Zone::Rules {
  std::unique_ptr<const icu::TimeZone> zone;
};

namespace {

/// "+02:00": a sign, hours up to 14, minutes.
bool parse_offset(std::string_view text, Duration& offset) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  for (const std::size_t at : {1, 2, 4, 5})
    if (text[at] < '0' || text[at] > '9') return false;
  const int hours = (text[1] - '0') * 10 + text[2] - '0', minutes = (text[4] - '0') * 10 + text[5] - '0';
  if (hours > 14 || minutes > 59) return false;
  offset = Duration{(hours * 60 + minutes) * std::int64_t{60'000}};
  if (text[0] == '-') offset = -offset;
  return true;
}

}  // namespace

Result<Zone> Zone::parse(std::string_view text) {
  Zone zone;
  zone.name_ = std::string(text);
  if (text == "UTC" || parse_offset(text, zone.fixed_)) return zone;
  std::unique_ptr<icu::TimeZone> found(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())))));
  if (!found || *found == icu::TimeZone::getUnknown())
    return fail(ErrorCode::invalid_input, "'" + zone.name_ + "' is no time zone; write UTC, an offset as +02:00, or a name as Europe/Berlin");
  zone.rules_ = std::make_shared<const Rules>(Rules{std::move(found)});
  return zone;
}

Duration Zone::offset_at(WallTime time) const {
  if (!rules_) return fixed_;
  std::int32_t raw = 0, saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<UDate>(time.ms), false, raw, saving, status);
  return U_SUCCESS(status) ? Duration{raw + saving} : fixed_;
}

Date Zone::day_of(WallTime time) const { return date_of(time + offset_at(time)); }

WallTime Zone::start_of_day(Date day) const {
  const WallTime midnight = start_of(day);
  if (!rules_) return midnight - fixed_;
  // The offsets around the day; of the moments they give, the first that lies in the day is its start.
  constexpr Duration kDay{86'400'000};
  WallTime best{INT64_MAX};
  for (const Duration around : {-kDay, Duration{0}, kDay}) {
    const WallTime guess = midnight - offset_at(midnight + around);
    if (day_of(guess) == day && guess < best) best = guess;
  }
  if (best.ms != INT64_MAX) return best;
  // Midnight is jumped over: the day starts at the jump.
  WallTime before = midnight - kDay, after = midnight + kDay;
  while ((after - before).count() > 1) {
    const WallTime middle = before + Duration{(after - before).count() / 2};
    (day_of(middle) < day ? before : after) = middle;
  }
  return after;
}

}  // namespace lockstep::mapping
