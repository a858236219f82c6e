#include "support.h"

namespace lockstep::expression {
namespace {

const World& world() {
  static const World world(
      R"({"row": {"id": "007", "n": 7, "d": 1.50, "t": true, "f": false, "nil": null, "text": "Ada", "list": [1, 2, 3], "when": "2026-11-24T08:00:00Z",
    "big": 9223372036854775807}, "kind": "email", "none": null})");
  return world;
}

TEST(Language, Literals) {
  expect_all(world(), {{"1", "1"},
                       {"-3", "-3"},
                       {"1.50", "1.5"},
                       {"'a'", R"("a")"},
                       {"\"it's\"", R"("it's")"},
                       {R"("a\n\"\\")", R"("a\n\"\\")"},
                       {"true", "true"},
                       {"null", "null"},
                       {"absent", "absent"},
                       {"60s", "60000"},
                       {"5m", "300000"},
                       {"250ms", "250"},
                       {"7d", "604800000"},
                       {"[1, 'a', []]", R"([1, "a", []])"},
                       {"[1, absent, 2]", "[1, 2]"},
                       {"99999999999999999999", "99999999999999999999"}});
}

TEST(Language, AbsentFlowsAndComparesAsFalse) {
  expect_all(world(), {{"row.nothing", "absent"},
                       {"row.nothing.more[3].x", "absent"},
                       {"row.nothing | lower", "absent"},
                       {"row.nothing + 1", "absent"},
                       {"-row.nothing", "absent"},
                       {"row.nothing == 1", "false"},
                       {"row.nothing != 1", "false"},
                       {"row.nothing < 1", "false"},
                       {"row.nothing == row.nothing", "false"},
                       {"row.nothing in [1]", "false"},
                       {"row.nothing not in [1]", "false"},
                       {"not (row.nothing == 1)", "true"},
                       {"row.nothing is absent", "true"},
                       {"row.nothing is not absent", "false"},
                       {"row.nothing is null", "false"},
                       {"row.nothing and true", "false"},
                       {"row.nothing or true", "true"},
                       {"left('abc', row.nothing)", "absent"},
                       {"if(row.nothing, 1, 2)", "2"}});
}

TEST(Language, NullIsAValueAndNeverAbsent) {
  expect_all(world(), {{"row.nil", "null"},
                       {"row.nil is absent", "false"},
                       {"row.nil is null", "true"},
                       {"row.nil is not null", "false"},
                       {"row.nil == null", "true"},
                       {"row.nil != null", "false"},
                       {"row.n == null", "false"},
                       {"row.n != null", "true"},
                       {"row.nil < 1", "false"},
                       {"row.nil | lower", "null"},
                       {"row.nil + 1", "null"},
                       {"row.nil.more", "absent"},
                       {"null in [null]", "true"},
                       {"row.nil or false", "false"},
                       {"json(row.nil)", R"("null")"}});
}

TEST(Language, DefaultsTakeTheFirstThatIsThere) {
  expect_all(world(), {{"row.nothing // row.nil // row.n", "7"},
                       {"row.f // true", "false"},
                       {"row.nothing // row.nil", "null"},
                       {"row.nil // row.nothing", "absent"},
                       {"row.nothing // 0 == 0", "true"},
                       {"row.nothing // 1 + 2", "3"}});
}

TEST(Language, ComparisonsKnowKinds) {
  expect_all(world(), {{"row.n == 7", "true"},
                       {"row.n == 7.0", "true"},
                       {"row.d < 2", "true"},
                       {"row.d >= 1.5", "true"},
                       {"row.text < 'B'", "true"},
                       {"row.text == \"Ada\"", "true"},
                       {"row.id == 7", "false"},
                       {"row.id == '007'", "true"},
                       {"row.n == '7'", "true"},
                       {"row.n == '07'", "false"},
                       {"row.n != '8'", "true"},
                       {"'12.5' > 12", "true"},
                       {"row.t == 'true'", "true"},
                       {"row.t == true", "true"},
                       {"row.t != row.f", "true"},
                       {"row.text > 3", "false"},
                       {"row.text != 3", "true"},
                       {"row.list == [1, 2, 3]", "true"},
                       {"row.list == [1, 2]", "false"},
                       {"row.list < [4]", "false"},
                       {"row == row", "true"},
                       {"instant(row.when) == row.when", "true"},
                       {"instant(row.when) < '2026-11-24T09:00:00+00:00'", "true"},
                       {"instant(row.when) > '2026-11-24'", "true"},
                       {"row.n in [1, 7]", "true"},
                       {"row.n not in [1, 7]", "false"},
                       {"'id' in row", "true"},
                       {"'xx' in row", "false"},
                       {"1 in null", "false"}});
}

TEST(Language, LogicStopsEarlyAndBindsAsExpected) {
  expect_all(world(), {{"true or lower(row.list[0] + []) == 1", "true"},
                       {"false and 1", "false"},
                       {"not false and false", "false"},
                       {"not row.n == 8", "true"},
                       {"false and false or true", "true"},
                       {"true or false and false", "true"},
                       {"kind == \"email\" and row is not absent", "true"},
                       {"not not true", "true"},
                       {"not not not true", "false"},
                       {"if(row.n > 3, 'big', 'small')", R"("big")"},
                       {"if(true, 1, 1 + 'x' * 2)", "1"}});
}

TEST(Language, Arithmetic) {
  expect_all(world(), {{"1 + 2 * 3", "7"},
                       {"(1 + 2) * 3", "9"},
                       {"7 - 2 - 1", "4"},
                       {"-row.n", "-7"},
                       {"0.1 + 0.2", "0.3"},
                       {"1.5 * 1.5", "2.25"},
                       {"1 - 1.25", "-0.25"},
                       {"-1.5 * 2", "-3"},
                       {"100 * 0.01", "1"},
                       {"'_' + kind + '_value'", R"("_email_value")"},
                       {"'n' + 7", R"("n7")"},
                       {"[1] + [2]", "[1, 2]"},
                       {"instant(row.when) + 5m", R"("2026-11-24T08:05:00.000Z")"},
                       {"instant(row.when) - 1d", R"("2026-11-23T08:00:00.000Z")"},
                       {"instant(row.when) - instant('2026-11-24')", "28800000"},
                       {"0 - 0.5", "-0.5"},
                       {"12345678901234567890 + 1", "12345678901234567891"}});
  expect_errors(world(), {{"row.big + 1", "leaves the range of 64 bits"},
                          {"0 - row.big - 2", "leaves the range"},
                          {"row.big * 2", "leaves the range"},
                          {"row + 1", "expected a number, found a map"},
                          {"'a' * 2", "expected a number, found a text"},
                          {"1111111111111111111111111 * 1111111111111111111111111", "more than 40 digits"},
                          {"instant('9999-12-31') + 7d", "outside the years"},
                          {"'a' + row", "expected a text, found a map"}});
}

TEST(Language, PipesBindWeakest) {
  expect_all(world(), {{"row.nothing // 0 | text", R"("0")"},
                       {"row.text | lower | left(2)", R"("ad")"},
                       {"'a' + 'B' | lower", R"("ab")"},
                       {"row.text | split('d') | join('-')", R"("A-a")"},
                       {"'a;b' | split(';')[1]", R"("b")"},
                       {"[row.text, 'B'] | lower", R"(["ada", "b"])"},
                       {"lower(row.text | left(1))", R"("a")"}});
}

TEST(Language, TruthIsNotGuessed) {
  expect_errors(world(), {{"row.n and true", "expected true or false, found a whole number"},
                          {"not row.text", "expected true or false, found a text"},
                          {"if(row.list, 1, 2)", "expected true or false, found a list"}});
}

TEST(Language, ErrorsNameTheExpressionButNeverAValue) {
  World world;
  world.add("s", Operand(Value("hunter2")));
  const auto result = world.run("s | int");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("in `s | int`"), std::string::npos) << result.error().message;
  EXPECT_EQ(result.error().message.find("hunter2"), std::string::npos);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
}

TEST(Language, ShortScopesAreAbsent) {
  World world;
  world.roots.add("a");
  const auto program = compile("a.b // 'none'", world.roots);
  ASSERT_TRUE(program);
  EXPECT_EQ(*evaluate_text(**program, {}), "none");
}

TEST(Language, RootsCanBeCalledWithoutRegardToCase) {
  World world;
  world.add("header", Operand(Value(Map{{"retry-after", Value("5")}, {"x-a", Value("b")}})));
  expect_all(world, {{"header(\"Retry-After\")", R"("5")"}, {"header('X-A') | upper", R"("B")"}, {"header('none')", "absent"}, {"header(absent)", "absent"}});
}

TEST(Language, TellsWhatItReads) {
  const Roots roots{"a", "b", "c"};
  const auto program = compile("c.x + a[a.y]", roots);
  ASSERT_TRUE(program);
  EXPECT_EQ(roots_used(**program), (std::vector<std::size_t>{0, 2}));
  EXPECT_FALSE(is_constant(**program));
  EXPECT_TRUE(is_constant(**compile("1 + 2", roots)));
  EXPECT_EQ(source_of(**program), "c.x + a[a.y]");
}

}  // namespace
}  // namespace lockstep::expression
