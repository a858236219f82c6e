#include "emulators/dynamics365/guid.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// RFC 9562, version 4 and variant 1.
std::string format_guid(std::uint64_t high, std::uint64_t low) {
  high = (high & ~0xf000ULL) | 0x4000ULL;
  low = (low & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffffULL);
}

}  // namespace

std::string make_guid(Rng& rng) {
  std::uint64_t high = rng.next();
  return format_guid(high, rng.next());
}

std::string guid_of_name(std::string_view name) {
  std::uint64_t high = stable_hash(name);
  return format_guid(high, stable_hash(name, high));
}

std::optional<std::string> parse_guid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string lower = to_lower_ascii(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    bool hex = (lower[i] >= '0' && lower[i] <= '9') || (lower[i] >= 'a' && lower[i] <= 'f');
    if (dash ? lower[i] != '-' : !hex) return std::nullopt;
  }
  return lower;
}

}  // namespace lockstep::emulators::dynamics365
