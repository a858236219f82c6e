#include "base/ulid.h"

namespace lockstep {

namespace {
constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

int value_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  for (int i = 0; i < 32; ++i)
    if (kAlphabet[i] == c) return i;
  return -1;
}
}  // namespace

std::string Ulid::text() const {
  // 130 bits in 26 characters: the first one carries only three.
  std::string out(26, '0');
  unsigned buffer = 0;
  int bits = 2;
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[at++] = kAlphabet[(buffer >> bits) & 31];
    }
  }
  return out;
}

Ulid make_ulid(WallTime time, std::uint64_t high, std::uint64_t low) {
  Ulid id;
  const auto ms = static_cast<std::uint64_t>(time.ms < 0 ? 0 : time.ms);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>(high >> 8);
  id.bytes[7] = static_cast<std::uint8_t>(high);
  for (std::size_t i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  return id;
}

Result<Ulid> parse_ulid(std::string_view text) {
  if (text.size() != 26) return fail(ErrorCode::invalid_input, "an id has 26 characters, found " + std::to_string(text.size()));
  Ulid id;
  unsigned buffer = 0;
  int bits = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 26; ++i) {
    const int value = value_of(text[i]);
    if (value < 0 || (i == 0 && value > 7)) return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' is no id (Crockford base 32)");
    buffer = (buffer << 5) | static_cast<unsigned>(value);
    bits += i == 0 ? 3 : 5;
    while (bits >= 8) {
      bits -= 8;
      id.bytes[at++] = static_cast<std::uint8_t>(buffer >> bits);
    }
  }
  return id;
}

}  // namespace lockstep
