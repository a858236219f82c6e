#include "runtime/rng.h"

#include <random>

#include "base/check.h"
#include "base/text.h"

namespace lockstep {

namespace {

/// Spreads a seed over the state (Steele, Lea, Flood: splitmix64).
std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

Rng::Rng(std::uint64_t seed) : seed_(seed) {
  for (std::uint64_t& word : state_) word = splitmix(seed);
}

// xoshiro256** by Blackman and Vigna.
std::uint64_t Rng::next() {
  const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t n) {
  CHECK(n > 0, "below(0) has no answer");
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  for (;;)
    if (const std::uint64_t draw = next(); draw < limit) return draw % n;
}

std::int64_t Rng::between(std::int64_t low, std::int64_t high) {
  CHECK(low <= high, "an empty range has no draw");
  const std::uint64_t width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  return low + static_cast<std::int64_t>(width == UINT64_MAX ? next() : below(width + 1));
}

bool Rng::chance(double probability) { return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability; }

Rng Rng::split(std::string_view stream) const { return Rng(stable_hash(stream, seed_ ^ 0xa0761d6478bd642fULL)); }

std::uint64_t seed_from_system() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) ^ device();
}

}  // namespace lockstep
