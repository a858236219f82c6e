#include "base/ulid.h"

#include "base/text.h"
#include "test/property/property.h"

namespace lockstep {
namespace {

using namespace property;

Ulid any_ulid() {
  Ulid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(any_integer(0, 255));
  return id;
}

PROPERTY(UlidText, GivesBackWhatItTook) {
  const Ulid id = any_ulid();
  RC_ASSERT(parse_ulid(id.text()).value() == id);
  RC_ASSERT(parse_ulid(to_lower_ascii(id.text())).value() == id);
}

PROPERTY(UlidText, SortsAsTheIdSorts) {
  const Ulid a = any_ulid(), b = any_ulid();
  RC_ASSERT((a < b) == (a.text() < b.text()));
}

PROPERTY(Ulid, NewOnesSortBehindOldOnes) {
  const std::uint64_t high = static_cast<std::uint64_t>(any_integer());
  const std::uint64_t low = static_cast<std::uint64_t>(any_integer());
  const std::int64_t ms = any_integer(0, (1LL << 48) - 2);
  RC_ASSERT(make_ulid(WallTime{ms}, high, low) < make_ulid(WallTime{ms + 1}, low, high));
}

PROPERTY(Ulid, NeverCrashesOnAnyText) {
  const std::string text = any_bytes();
  RC_ASSERT(!parse_ulid(text) || text.size() == 26);
}

TEST(Ulid, KnowsTheSpecsExample) {
  // github.com/ulid/spec: 01ARZ3NDEKTSV4RRFFQ69G5FAV was made at 1469922850259.
  const auto id = parse_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  ASSERT_TRUE(id);
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id->bytes[i];
  EXPECT_EQ(ms, 1'469'922'850'259);
  EXPECT_EQ(id->text(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_EQ(parse_ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ").value().text(), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
}

TEST(Ulid, RefusesWhatIsNone) {
  for (const char* text : {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAU",
                           "01ARZ3NDEKTSV4RRFFQ69G5FA-"})
    EXPECT_FALSE(parse_ulid(text)) << text;
  EXPECT_TRUE(Ulid{}.is_nil());
  EXPECT_EQ(Ulid{}.text(), "00000000000000000000000000");
}

}  // namespace
}  // namespace lockstep
