#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace lockstep {

/// 128 bits, time first, so that new ones sort behind old ones (github.com/ulid/spec). Text: 26 characters of
/// Crockford's base 32, upper case.
struct Ulid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Ulid&) const = default;
  bool is_nil() const { return *this == Ulid{}; }
  std::string text() const;
};

/// `high` and `low` are random; only the low 80 bits of them are used.
Ulid make_ulid(WallTime time, std::uint64_t high, std::uint64_t low);
/// Accepts lower case too. Error: invalid_input.
Result<Ulid> parse_ulid(std::string_view text);

}  // namespace lockstep

template <>
struct std::hash<lockstep::Ulid> {
  std::size_t operator()(const lockstep::Ulid& id) const noexcept {
    std::uint64_t h = 0;
    for (std::size_t i = 0; i < 16; ++i) h = (h ^ id.bytes[i]) * 0x100000001b3ULL;
    return static_cast<std::size_t>(h);
  }
};
