#include "base/ulid.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace lockstep {
namespace {

rc::Gen<Ulid> any_ulid() {
  return rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 16>>(),
                      [](const std::array<std::uint8_t, 16>& bytes) { return Ulid{bytes}; });
}

RC_GTEST_PROP(UlidText, GivesBackWhatItTook, ()) {
  const Ulid id = *any_ulid();
  RC_ASSERT(parse_ulid(id.text()).value() == id);
  RC_ASSERT(parse_ulid(to_lower_ascii(id.text())).value() == id);
}

RC_GTEST_PROP(UlidText, SortsAsTheIdSorts, ()) {
  const Ulid a = *any_ulid(), b = *any_ulid();
  RC_ASSERT((a < b) == (a.text() < b.text()));
}

RC_GTEST_PROP(Ulid, NewOnesSortBehindOldOnes, (std::uint64_t high, std::uint64_t low)) {
  const std::int64_t ms = *rc::gen::inRange<std::int64_t>(0, (1LL << 48) - 1);
  RC_ASSERT(make_ulid(WallTime{ms}, high, low) < make_ulid(WallTime{ms + 1}, low, high));
}

RC_GTEST_PROP(Ulid, NeverCrashesOnAnyText, (const std::string& text)) {
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
  for (const char* text :
       {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX", "81ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5FAU", "01ARZ3NDEKTSV4RRFFQ69G5FA-"})
    EXPECT_FALSE(parse_ulid(text)) << text;
  EXPECT_TRUE(Ulid{}.is_nil());
  EXPECT_EQ(Ulid{}.text(), "00000000000000000000000000");
}

}  // namespace
}  // namespace lockstep
