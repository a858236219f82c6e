#include "base/cut_text.h"
#include "base/text.h"

#include <algorithm>
#include <array>

#include "test/property/property.h"

namespace lockstep {
namespace {

using namespace property;

PROPERTY(Base64, GivesBackWhatItTook) {
  const std::string bytes = any_bytes();
  std::string back;
  RC_ASSERT(from_base64(to_base64(bytes), back));
  RC_ASSERT(back == bytes);
  RC_ASSERT(to_base64(bytes).size() % 4 == 0);
}

PROPERTY(Base64Url, IsSafeInAddressesAndGivesBackWhatItTook) {
  const std::string bytes = any_bytes();
  const std::string text = to_base64url(bytes);
  RC_ASSERT(text == percent_encode(text));
  std::string back;
  RC_ASSERT(from_base64(text, back));
  RC_ASSERT(back == bytes);
}

// RFC 4648, 10.
TEST(Base64, KnowsTheTestVectors) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
}

TEST(Base64, RefusesWhatIsNone) {
  std::string bytes;
  for (const char* text : {"A", "AAAAA", "A===", "A*==", "Zg= =", "Zm9v YmFy", "====", "Zg===", "Zm8==", "Zm9v="})
    EXPECT_FALSE(from_base64(text, bytes)) << text;
  // Bits beyond the last byte must be zero: otherwise two texts would stand for the same bytes.
  EXPECT_FALSE(from_base64("Zh==", bytes));
  EXPECT_TRUE(from_base64("Zg", bytes));
  EXPECT_EQ(bytes, "f");
}

PROPERTY(Hex, GivesBackWhatItTook) {
  const std::string bytes = any_bytes();
  std::string text = to_hex(bytes), back;
  RC_ASSERT(from_hex(text, back));
  RC_ASSERT(back == bytes);
  std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  RC_ASSERT(from_hex(text, back));
  RC_ASSERT(back == bytes);
}

TEST(Hex, RefusesWhatIsNone) {
  std::string bytes;
  for (const char* text : {"0", "0g", "xy", "0x00", " 0"}) EXPECT_FALSE(from_hex(text, bytes)) << text;
}

PROPERTY(Percent, GivesBackWhatItTook) {
  const std::string bytes = any_bytes();
  RC_ASSERT(percent_decode(percent_encode(bytes), false) == bytes);
  RC_ASSERT(percent_decode(percent_encode(bytes), true) == bytes);
}

TEST(Percent, LeavesBrokenEscapesAsTheyAre) {
  EXPECT_EQ(percent_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(percent_decode("100%", false), "100%");
  EXPECT_EQ(percent_decode("%4", false), "%4");
  EXPECT_EQ(percent_decode("%zz%41", false), "%zzA");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
}

PROPERTY(Split, IsUndoneByJoin) {
  const std::string text = any_text_of(",xx", 100);
  const auto parts = split(text, ',');
  const std::vector<std::string> copies(parts.begin(), parts.end());
  RC_ASSERT(join(copies, ",") == text);
  RC_ASSERT(parts.size() == static_cast<std::size_t>(std::ranges::count(text, ',')) + 1);
}

TEST(Text, TrimsAsciiBlanksOnly) {
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(trim("\xc2\xa0x"), "\xc2\xa0x");
}

TEST(Text, ComparesProtocolWordsWithoutCase) {
  EXPECT_TRUE(equal_no_case("Retry-After", "retry-AFTER"));
  EXPECT_FALSE(equal_no_case("Retry-After", "Retry-Afte"));
  EXPECT_FALSE(equal_no_case("\xc3\x84", "\xc3\xa4"));
  EXPECT_EQ(to_lower_ascii("ABC\xc3\x84z"), "abc\xc3\x84z");
}

TEST(Utf8, KnowsItsBounds) {
  for (const char* good : {"", "a", "ü", "€", "😀", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80", "\xff", "a\xe2\x82"})
    EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
}

TEST(CutText, EndsBetweenCharactersAndIsAlwaysUtf8) {
  EXPECT_EQ(cut_text("häuser", 6), "häuse");
  EXPECT_EQ(cut_text("hä", 2), "h");
  EXPECT_EQ(cut_text("hä", 3), "hä");
  EXPECT_EQ(cut_text("a\xff"
                     "b\xe2\x82",
                     10),
            "a?b??");
  EXPECT_EQ(cut_text("", 5), "");
  EXPECT_EQ(cut_text("\xf0\x9f\x98\x80", 3), "");
}

TEST(NearestName, FindsLikelySlipsAndNothingElse) {
  const std::array<std::string, 3> names = {"last_write_wins", "manual_review", "longest"};
  EXPECT_EQ(nearest_name("last_write_win", names), "last_write_wins");
  EXPECT_EQ(nearest_name("manual-review", names), "manual_review");
  EXPECT_EQ(nearest_name("Longest", names), "longest");
  const std::vector<std::string> fields{"name", "email", "phone"};
  EXPECT_EQ(nearest_name("emial", fields), "email");
  EXPECT_EQ(nearest_name("nmae", fields), "name");
  EXPECT_EQ(nearest_name("owner", names), "");
  EXPECT_EQ(nearest_name("feild", std::vector<std::string>{"fields", "field"}), "field");  // neighbours swapped
  EXPECT_EQ(nearest_name("nmae", std::vector<std::string>{"name"}), "name");
  EXPECT_EQ(nearest_name("x", std::vector<std::string>{"a"}), "");  // another letter, not a slip
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

// Stored hashes depend on these values; reference values of FNV-1a (draft-eastlake-fnv).
TEST(StableHash, IsFnv1a) {
  EXPECT_EQ(stable_hash(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(stable_hash("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(stable_hash("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace lockstep
