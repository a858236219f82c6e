#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep {

/// Seam 2 of 4: randomness. The same seed gives the same draws on every compiler and machine (xoshiro256**), so no
/// std::distribution is used anywhere.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  std::uint64_t next();
  /// Uniform in [0, n). Precondition: n > 0.
  std::uint64_t below(std::uint64_t n);
  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high);
  bool chance(double probability);
  /// An independent stream: draws from it never shift the draws of another stream.
  Rng split(std::string_view stream) const;

 private:
  std::uint64_t state_[4];
  std::uint64_t seed_;
};

/// From the operating system. Only the composition roots call it.
std::uint64_t seed_from_system();

}  // namespace lockstep
