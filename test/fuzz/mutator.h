#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/rng.h"

namespace lockstep::fuzz {

/// What a target reads, by example. `words` are tokens of its language, for places where a byte would seldom be one.
struct Corpus {
  std::vector<std::string> seeds;
  std::vector<std::string_view> words;
};

/// Makes bad inputs out of good ones: bytes, ranges, tokens, numbers, nesting, two seeds in one. The input of a number is always the same.
class Mutator {
 public:
  Mutator(const Corpus& corpus, Rng rng) : corpus_(corpus), rng_(rng) {}
  std::string input(std::uint64_t number) const;

 private:
  const Corpus& corpus_;
  Rng rng_;
};

}  // namespace lockstep::fuzz
