#include "emulators/core/uuid.h"

#include <fmt/format.h>

namespace lockstep::emulators {

std::string make_uuid(Rng& rng, int version) {
  std::uint64_t high = rng.next(), low = rng.next();
  return fmt::format("{:08x}-{:04x}-{:x}{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, version, high & 0xfff, (low >> 48 & 0x3fff) | 0x8000,
                     low & 0xffff'ffff'ffff);
}

}  // namespace lockstep::emulators
