#include "mapping/phone.h"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <array>
#include <set>

namespace lockstep::mapping {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

/// Country codes under which a number that does not begin with 0 has no trunk prefix, no carrier's code and no other
/// spelling; test/mapping checks each against libphonenumber.
constexpr std::array<int, 63> kPlainCountries = {20,  27,  30,  31,  32,  33,  34,  36,  40,  41,  43,  44,  45,  46,  47,  48,  49,  51,  56,  57,  58,
                                                 60,  62,  63,  64,  65,  66,  81,  82,  84,  90,  91,  92,  94,  98,  212, 213, 216, 234, 254, 351, 353,
                                                 354, 356, 357, 358, 359, 371, 372, 380, 381, 385, 386, 420, 421, 852, 886, 962, 965, 966, 971, 972, 974};

/// Digits of the country code at the beginning; 0: another country's.
std::size_t plain_country_code(std::string_view digits) {
  const int two = (digits[0] - '0') * 10 + digits[1] - '0';
  if (std::ranges::binary_search(kPlainCountries, two)) return 2;
  return std::ranges::binary_search(kPlainCountries, two * 10 + digits[2] - '0') ? 3 : 0;
}

bool is_north_american(std::string_view digits) { return digits.size() == 11 && digits[0] == '1' && digits[1] >= '2'; }

}  // namespace

std::optional<std::string> plain_e164(std::string_view text) {
  constexpr std::size_t kDigitsMin = 10, kDigitsMax = 15;
  std::string number;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || (c == '+' && number.empty())) number += c;
    else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')') return std::nullopt;
    if (number.size() > kDigitsMax + 1) return std::nullopt;
  }
  if (number.size() < kDigitsMin + 1 || number[0] != '+') return std::nullopt;
  const std::string_view digits = std::string_view(number).substr(1);
  if (is_north_american(digits)) return number;
  const std::size_t code = plain_country_code(digits);
  if (code == 0 || digits[code] == '0') return std::nullopt;
  return number;
}

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
