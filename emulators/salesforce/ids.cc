#include "emulators/salesforce/ids.h"

#include <algorithm>

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kInstance = "5g";

}  // namespace

std::string id_checksum(std::string_view id15) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  std::string checksum;
  for (std::size_t group = 0; group < 3; ++group) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      char c = id15[group * 5 + i];
      if (c >= 'A' && c <= 'Z') bits |= 1u << i;
    }
    checksum.push_back(kAlphabet[bits]);
  }
  return checksum;
}

std::string make_id(std::string_view key_prefix, std::uint64_t sequence) {
  std::string digits(10, '0');
  for (std::size_t i = digits.size(); i > 0 && sequence > 0; --i) {
    digits[i - 1] = kDigits[sequence % kDigits.size()];
    sequence /= kDigits.size();
  }
  std::string id = std::string(key_prefix) + std::string(kInstance) + digits;
  return id + id_checksum(id);
}

std::optional<std::string> normalise_id(std::string_view text) {
  if (text.size() != 15 && text.size() != 18) return std::nullopt;
  bool clean = std::all_of(text.begin(), text.end(), [](char c) { return kDigits.find(c) != std::string_view::npos; });
  if (!clean) return std::nullopt;
  std::string checksum = id_checksum(text.substr(0, 15));
  if (text.size() == 18 && text.substr(15) != checksum) return std::nullopt;
  return std::string(text.substr(0, 15)) + checksum;
}

}  // namespace lockstep::emulators::salesforce
