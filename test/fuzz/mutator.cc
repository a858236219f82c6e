#include "test/fuzz/mutator.h"

#include <algorithm>

namespace lockstep::fuzz {

namespace {

constexpr std::size_t kInputMax = 1u << 18;
constexpr std::string_view kBytes = "'\"`(){}[]<>=,;:/$%&?!|\\~ \r\n\t-+0a9:@.#*_\x00\x1f\x7f\x80\xc3\xe2\xff";
constexpr std::string_view kNumbers[] = {"0",
                                         "-1",
                                         "00",
                                         "1e308",
                                         "1e-400",
                                         "-0",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775808",
                                         "4294967296",
                                         "2147483648",
                                         "0.1",
                                         "1.",
                                         ".5",
                                         "NaN",
                                         "99999999999999999999999999999999",
                                         "9999-12-31T23:59:59.999Z",
                                         "0000-00-00"};
constexpr std::string_view kOpen = "([{<\"'";
constexpr std::string_view kShut = ")]}>\"'";

std::string_view range_of(const std::string& text, Rng& rng, std::size_t most) {
  const std::size_t at = rng.below(text.size());
  return std::string_view(text).substr(at, 1 + rng.below(most));
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

void change_number(std::string& text, Rng& rng) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t from = rng.below(text.size());
  const auto first = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), is_digit);
  const auto last = std::find_if_not(first, text.end(), is_digit);
  text.replace(first, last, kNumbers[rng.below(std::size(kNumbers))]);
}

void nest(std::string& text, Rng& rng) {
  const std::size_t which = rng.below(kOpen.size());
  const std::size_t depth = std::size_t{1} << rng.below(15);
  const std::size_t at = rng.below(text.size());
  text.insert(at, repeated(kOpen.substr(which, 1), depth));
  if (rng.chance(0.5)) text.insert(std::min(text.size(), at + depth + rng.below(20)), repeated(kShut.substr(which, 1), depth));
}

void change(std::string& text, const Corpus& corpus, Rng& rng) {
  if (text.empty()) text = kBytes.substr(rng.below(kBytes.size()), 1);
  const std::size_t at = rng.below(text.size());
  switch (rng.below(12)) {
    case 0: text[at] = kBytes[rng.below(kBytes.size())]; return;
    case 1: text.insert(at, 1, kBytes[rng.below(kBytes.size())]); return;
    case 2: text[at] = static_cast<char>(text[at] ^ static_cast<char>(1u << rng.below(8))); return;
    case 3: text.erase(at, 1 + rng.below(rng.chance(0.2) ? text.size() : 8)); return;
    case 4: text.resize(at); return;
    case 5: text.insert(at, std::string(range_of(text, rng, 40))); return;
    case 6: text.insert(at, repeated(range_of(text, rng, 12), std::size_t{1} << rng.below(11))); return;
    case 7: change_number(text, rng); return;
    case 8: nest(text, rng); return;
    case 9: {
      const std::string& other = corpus.seeds[rng.below(corpus.seeds.size())];
      if (other.empty()) return;
      text = text.substr(0, at) + other.substr(rng.below(other.size()));
      return;
    }
    default:
      if (corpus.words.empty()) return;
      if (rng.chance(0.5)) text.erase(at, rng.below(6));
      text.insert(std::min(at, text.size()), corpus.words[rng.below(corpus.words.size())]);
  }
}

}  // namespace

std::string Mutator::input(std::uint64_t number) const {
  Rng rng = rng_.split(std::to_string(number));
  std::string text = corpus_.seeds[number % corpus_.seeds.size()];
  // The seeds as they are come first: what is good has to pass.
  if (number < corpus_.seeds.size()) return text;
  std::uint64_t changes = 1 + rng.below(4);
  if (rng.chance(0.1)) changes += rng.below(30);
  for (std::uint64_t i = 0; i < changes; ++i) change(text, corpus_, rng);
  if (text.size() > kInputMax) text.resize(kInputMax);
  return text;
}

}  // namespace lockstep::fuzz
