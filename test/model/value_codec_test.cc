// The stored form of values: everything comes back, and no damaged byte does worse than an error.
#include <gtest/gtest.h>

#include "base/text.h"
#include "test/property/property.h"

namespace lockstep {
namespace {

using namespace property;

std::string encoded(const Value& value) {
  std::string out;
  encode(value, out);
  return out;
}

std::size_t any_position(const std::string& bytes) { return static_cast<std::size_t>(any_integer(0, static_cast<std::int64_t>(bytes.size()) - 1)); }

PROPERTY(ValueCodec, GivesBackWhatItTook) {
  const Value value = any_value();
  const std::string bytes = encoded(value) + "rest";
  std::string_view in = bytes;
  const auto back = decode_value(in);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == value);
  RC_ASSERT(in == "rest");
}

PROPERTY(ValueCodec, ACutValueIsAnError) {
  const Value value = any_value();
  const std::string bytes = encoded(value);
  const std::size_t keep = any_position(bytes);
  std::string_view in = std::string_view(bytes).substr(0, keep);
  RC_ASSERT(!decode_value(in));
}

PROPERTY(ValueCodec, AChangedByteIsAnErrorOrAValueThatCanBeStored) {
  const Value value = any_value();
  std::string bytes = encoded(value);
  const std::size_t at = any_position(bytes);
  bytes[at] = static_cast<char>(bytes[at] ^ any_integer(1, 255));
  std::string_view in = bytes;
  const auto back = decode_value(in);
  if (!back) {
    RC_ASSERT(back.error().code == ErrorCode::storage);
    return;
  }
  const std::string again = encoded(*back);
  std::string_view second = again;
  RC_ASSERT(decode_value(second).value() == *back);
}

PROPERTY(ValueCodec, AnyBytesAreAnErrorOrAValue) {
  const std::string bytes = any_bytes();
  std::string_view in = bytes;
  const auto value = decode_value(in);
  if (value) RC_ASSERT(!to_json(*value).empty());
}

PROPERTY(ValueCodec, ADecimalIsReadOnlyInItsOneForm) {
  const std::string text = any_text_of("019.-", 6);
  const std::string bytes = encoded(Value(Decimal{text}));
  std::string_view in = bytes;
  const auto parsed = parse_decimal(text);
  RC_ASSERT(decode_value(in).has_value() == (parsed.has_value() && parsed->text == text));
}

// Stored rows of earlier versions must stay readable.
TEST(ValueCodec, BytesAreTheSameOnEveryBuild) {
  const Value value(Map{{"a", Value(List{Value(), Value(true), Value(std::int64_t{-2}), Value(Decimal{"1.5"})})},
                        {"b", Value(WallTime{300})},
                        {"c", Value(Date{-1})},
                        {"d", Value(RemoteId{"O", "i"})}});
  EXPECT_EQ(to_hex(encoded(value)),
            "0a04"
            "0161"
            "0904"
            "00"
            "0101"
            "0203"
            "0303312e35"
            "0162"
            "05d804"
            "0163"
            "0601"
            "0164"
            "08014f0169");
}

TEST(ValueCodec, DamageIsNamed) {
  const std::pair<std::string, const char*> cases[] = {{"", "cut value"},
                                                       {"0b", "unknown kind"},
                                                       {"ff", "unknown kind"},
                                                       {"0102", "boolean"},
                                                       {"02ffffffffffffffffffff", "number too long"},
                                                       {"02ffffffffffffffffff02", "number too long"},
                                                       {"0405"
                                                        "41",
                                                        "cut text"},
                                                       {"04ffffffffffffffffff01", "cut text"},
                                                       {"0303"
                                                        "6e616e",
                                                        "decimal"},
                                                       {"0303"
                                                        "302e30",
                                                        "decimal"},
                                                       {"0302"
                                                        "3031",
                                                        "decimal"},
                                                       {"07"
                                                        "00",
                                                        "cut reference"},
                                                       {"09ffffffff0f", "list longer"},
                                                       {"0affffffff0f", "map longer"},
                                                       {"06ffffffffffffffffff01", "date out of range"}};
  for (const auto& [hex, what] : cases) {
    std::string bytes;
    ASSERT_TRUE(from_hex(hex, bytes));
    std::string_view in = bytes;
    const auto value = decode_value(in);
    ASSERT_FALSE(value) << hex;
    EXPECT_NE(value.error().message.find(what), std::string::npos) << value.error().message << " for " << hex;
  }
}

TEST(ValueCodec, DepthIsBounded) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += "\x09\x01";
  std::string_view in = bytes;
  const std::string fits = bytes + std::string(1, '\0'), deeper = "\x09\x01" + fits;
  in = fits;
  EXPECT_TRUE(decode_value(in));
  in = deeper;
  const auto value = decode_value(in);
  ASSERT_FALSE(value);
  EXPECT_NE(value.error().message.find("nested too deeply"), std::string::npos);
}

}  // namespace
}  // namespace lockstep
