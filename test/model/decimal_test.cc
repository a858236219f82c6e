#include <gtest/gtest.h>

#include "test/property/property.h"

namespace lockstep {
namespace {

using namespace property;

PROPERTY(Decimal, CanonicalTextStaysAsItIs) {
  const Decimal number = any_decimal();
  RC_ASSERT(parse_decimal(number.text).value() == number);
}

/// Small whole numbers over a power of ten: what a double can tell apart without doubt.
PROPERTY(Decimal, SortsAsNumbersSort) {
  const std::int64_t a = any_integer(-2'000'000, 2'000'000), b = any_integer(-2'000'000, 2'000'000);
  const auto decimal = [](std::int64_t thousandths) { return parse_decimal(std::to_string(thousandths) + "e-3").value(); };
  const int order = compare(decimal(a), decimal(b));
  RC_ASSERT((order < 0) == (a < b));
  RC_ASSERT((order == 0) == (a == b));
  RC_ASSERT(compare(decimal(b), decimal(a)) == -order);
}

PROPERTY(Decimal, AnExponentMovesThePoint) {
  const std::int64_t digits = any_integer(-1'000'000, 1'000'000);
  const auto shift = any_integer(0, 11);
  const std::string zeros(static_cast<std::size_t>(shift), '0');
  RC_ASSERT(parse_decimal(std::to_string(digits) + "e" + std::to_string(shift)).value() == parse_decimal(std::to_string(digits) + zeros).value());
  RC_ASSERT(parse_decimal(std::to_string(digits) + zeros + "E-" + std::to_string(shift)).value() == parse_decimal(std::to_string(digits)).value());
}

PROPERTY(Decimal, NeverCrashesOnAnyText) {
  const std::string text = any_bytes();
  const auto number = parse_decimal(text);
  if (number) RC_ASSERT(parse_decimal(number->text).value() == *number);
}

TEST(Decimal, HasOneFormForEachNumber) {
  const std::pair<const char*, const char*> cases[] = {{"0", "0"},     {"-0", "0"},    {"-0.00", "0"},  {"007", "7"},         {"12.50", "12.5"},   {"+3", "3"},
                                                       {".5", "0.5"},  {"5.", "5"},    {"1e3", "1000"}, {"1.5E-3", "0.0015"}, {"12e+1", "120"},    {" 7 ", "7"},
                                                       {"0e999", "0"}, {"100", "100"}, {"0.10", "0.1"}, {"-12.5", "-12.5"},   {"1e0005", "100000"}};
  for (const auto& [text, canonical] : cases) {
    const auto number = parse_decimal(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(number->text, canonical) << text;
  }
}

TEST(Decimal, RefusesWhatIsNone) {
  for (const char* text : {"", "-", ".", "1,5", "1.2.3", "NaN", "Infinity", "0x10", "1e", "1e+", "1e1.5", "--1", "1 2", "e5", "1e9999"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Decimal, HoldsFortyDigitsAndNotOneMore) {
  const std::string forty(40, '9');
  EXPECT_EQ(parse_decimal(forty).value().text, forty);
  EXPECT_EQ(parse_decimal("0." + forty).value().text, "0." + forty);
  EXPECT_FALSE(parse_decimal(forty + "9"));
  EXPECT_FALSE(parse_decimal("0.9" + forty));
  EXPECT_EQ(parse_decimal("1e39").value().text, "1" + std::string(39, '0'));
  EXPECT_FALSE(parse_decimal("1e40"));
}

}  // namespace
}  // namespace lockstep
