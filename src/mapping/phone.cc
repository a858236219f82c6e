#include "mapping/phone.h"

#include <phonenumbers/phonenumberutil.h>

#include <set>

namespace lockstep::mapping {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

std::optional<std::string> to_e164(std::string_view text, std::string_view region) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const std::string fallback = region.empty() ? "ZZ" : std::string(region);
  if (util.Parse(std::string(text), fallback, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  if (!util.IsPossibleNumber(number)) return std::nullopt;
  std::string formatted;
  const std::string extension = number.has_extension() ? ";ext=" + number.extension() : "";
  number.clear_extension();
  util.Format(number, PhoneNumberUtil::E164, &formatted);
  return formatted + extension;
}

bool is_phone_region(std::string_view region) {
  std::set<std::string> regions;
  PhoneNumberUtil::GetInstance()->GetSupportedRegions(&regions);
  return regions.contains(std::string(region));
}

std::string to_national(std::string_view e164, std::string_view region) {
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  std::string formatted(e164);
  if (util.Parse(formatted, "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return formatted;
  std::string own_region;
  util.GetRegionCodeForNumber(number, &own_region);
  util.Format(number, own_region == region ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &formatted);
  return formatted;
}

}  // namespace lockstep::mapping
