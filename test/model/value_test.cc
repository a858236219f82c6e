#include "model/value.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "test/property/property.h"

namespace lockstep {
namespace {

using namespace property;

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

PROPERTY(ValueOrder, IsTotal) {
  const Value a = any_value();
  const Value b = any_value();
  const Value c = any_value();
  RC_ASSERT(compare(a, a) == 0);
  RC_ASSERT(sign(compare(a, b)) == -sign(compare(b, a)));
  if (compare(a, b) <= 0 && compare(b, c) <= 0) RC_ASSERT(compare(a, c) <= 0);
}

PROPERTY(ValueOrder, AgreesWithEquality) {
  const Value a = any_value();
  const Value b = any_value();
  RC_ASSERT((compare(a, b) == 0) == (a == b));
  if (a == b) RC_ASSERT(stable_hash(a) == stable_hash(b));
}

PROPERTY(Sets, AreSortedUniqueAndIndependentOfTheOrderOfArrival) {
  List elements(any_count(100));
  for (Value& element : elements) element = any_value();
  List forward = elements, backward(elements.rbegin(), elements.rend());
  forward.insert(forward.end(), elements.begin(), elements.end());
  make_set(forward);
  make_set(backward);
  RC_ASSERT(forward == backward);
  for (std::size_t i = 1; i < forward.size(); ++i) RC_ASSERT(compare(forward[i - 1], forward[i]) < 0);
  for (const Value& element : elements) RC_ASSERT(std::ranges::find(forward, element) != forward.end());
}

PROPERTY(Shown, NeverCrashes) {
  const Value value = any_value();
  RC_ASSERT(!to_json(value).empty());
  RC_ASSERT(!to_display(value).empty());
}

TEST(Value, KindComesFirstInTheOrder) {
  const std::vector<Value> ordered = {Value(),
                                      Value(false),
                                      Value(true),
                                      Value(std::int64_t{-3}),
                                      Value(std::int64_t{7}),
                                      Value(Decimal{"-2"}),
                                      Value(Decimal{"10.5"}),
                                      Value(""),
                                      Value("a"),
                                      Value("ab"),
                                      Value(WallTime{0}),
                                      Value(Date{0}),
                                      Value(EntityRef{}),
                                      Value(RemoteId{"Contact", "1"}),
                                      Value(List{}),
                                      Value(List{Value("a")}),
                                      Value(Map{}),
                                      Value(Map{{"city", Value("Paris")}})};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t j = 0; j < ordered.size(); ++j) EXPECT_EQ(sign(compare(ordered[i], ordered[j])), (i > j) - (i < j)) << i << " " << j;
}

TEST(Value, KnowsBlank) {
  for (const Value& blank : {Value(), Value(""), Value(List{}), Value(RemoteId{}), Value(Map{}), Value(Map{{"city", Value()}, {"street", Value("")}})})
    EXPECT_TRUE(blank.is_blank()) << to_json(blank);
  for (const Value& full :
       {Value(false), Value(std::int64_t{0}), Value(Decimal{"0"}), Value(" "), Value(WallTime{}), Value(List{Value()}), Value(Map{{"city", Value("x")}})})
    EXPECT_FALSE(full.is_blank()) << to_json(full);
}

TEST(Value, FindsMembersOfMaps) {
  Map map{{"street", Value("x")}, {"city", Value("Paris")}};
  make_map(map);
  EXPECT_EQ(map.front().first, "city");
  const Value address(std::move(map));
  ASSERT_TRUE(address.member("city"));
  EXPECT_EQ(*address.member("city"), Value("Paris"));
  EXPECT_FALSE(address.member("zip"));
  EXPECT_FALSE(Value("text").member("city"));
}

TEST(Value, IsShownToPeopleInShort) {
  EXPECT_EQ(to_display(Value("Ada")), "\"Ada\"");
  EXPECT_EQ(to_display(Value(Decimal{"12.5"})), "12.5");
  EXPECT_EQ(to_display(Value(Date{20'781})), "2026-11-24");
  EXPECT_EQ(to_display(Value(Map{{"city", Value("Paris")}})), "{city: \"Paris\"}");
  EXPECT_EQ(to_display(Value(List{Value("a"), Value(std::int64_t{1})})), "[\"a\", 1]");
  // A cut never leaves half a letter.
  std::string umlauts;
  for (int i = 0; i < 60; ++i) umlauts += "ü";
  EXPECT_EQ(to_display(Value("x" + umlauts)).substr(0, 4), "\"xü");
  EXPECT_EQ(to_display(Value("x" + umlauts)).size(), 1 + 79 + std::string("…").size() + 1);
}

TEST(Value, JsonIsExact) {
  EXPECT_EQ(to_json(Value()), "null");
  EXPECT_EQ(to_json(Value("a\"\\\n\t\x01ü")), "\"a\\\"\\\\\\n\\t\\u0001ü\"");
  EXPECT_EQ(to_json(Value(Decimal{"-12.5"})), "-12.5");
  EXPECT_EQ(to_json(Value(WallTime{0})), "\"1970-01-01T00:00:00.000Z\"");
  EXPECT_EQ(to_json(Value(EntityRef{})), "{\"entity\": \"00000000000000000000000000\"}");
  EXPECT_EQ(to_json(Value(RemoteId{"Contact", "1"})), "{\"object\": \"Contact\", \"id\": \"1\"}");
  EXPECT_EQ(to_json(Value(Map{{"a", Value(true)}, {"b", Value(List{Value("x"), Value()})}})), "{\"a\": true, \"b\": [\"x\", null]}");
}

// Hashes may be stored and break ties between systems: they must not change between builds.
TEST(Value, HashesAreTheSameOnEveryBuild) {
  EXPECT_EQ(stable_hash(Value()), 0xaf63bd4c8601b7dfULL);
  std::string bytes;
  encode(Value("Ada"), bytes);
  EXPECT_EQ(bytes, std::string("\x04\x03"
                               "Ada"));
}

}  // namespace
}  // namespace lockstep
