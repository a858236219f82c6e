#include <gtest/gtest.h>

#include "mapping/mapping.h"
#include "mapping/phone.h"
#include "test/mapping/generated.h"

namespace lockstep::mapping {
namespace {

FieldDefinition field_with(FieldType type) {
  FieldDefinition field;
  field.name = "f";
  field.type = type;
  if (type == FieldType::enumeration) field.options = {"low", "high"};
  if (type == FieldType::group)
    for (const char* member : {"city", "street"}) field.members.push_back(field_with(FieldType::text)), field.members.back().name = member;
  return field;
}

struct Made {
  FieldType type;
  Value given;
  std::string canonical;
};

std::string json_of(const Result<Value>& value) { return value ? to_json(*value) : "error: " + value.error().message; }

TEST(Canonical, EachTypeHasOneForm) {
  const std::vector<Made> rows = {{FieldType::text, Value(" as typed "), "\" as typed \""},
                                  {FieldType::text, Value(" \n "), "\"\""},
                                  {FieldType::text, Value("bell\x07 and nul"), "\"bell and nul\""},
                                  {FieldType::text, Value(std::int64_t{12}), "\"12\""},
                                  {FieldType::text, Value(Decimal{"1.5"}), "\"1.5\""},
                                  {FieldType::text, Value(true), "\"true\""},
                                  {FieldType::text, Value("\xff"), "error: field 'f' is not valid UTF-8"},
                                  {FieldType::text, Value(Map{}), "error: field 'f' takes text, found {}"},
                                  {FieldType::email, Value(" Ada@Example.com "), "\"Ada@Example.com\""},
                                  {FieldType::phone, Value("+49 (0)30 123-4567"), "\"+49301234567\""},
                                  {FieldType::phone, Value("+49 30 1234567 ext. 5"), "\"+49301234567;ext=5\""},
                                  {FieldType::phone, Value(" 030 1234567 "), "\"030 1234567\""},
                                  {FieldType::phone, Value("+1"), "\"+1\""},
                                  {FieldType::url, Value(" https://example.com/ "), "\"https://example.com/\""},
                                  {FieldType::country, Value(" germany "), "\"DE\""},
                                  {FieldType::country, Value("usa"), "\"US\""},
                                  {FieldType::country, Value(" Narnia "), "\"Narnia\""},
                                  {FieldType::date, Value("2026-11-24"), "\"2026-11-24\""},
                                  {FieldType::date, Value("2026-02-30"), "error: "},
                                  {FieldType::date, Value(true), "error: field 'f' takes a date (2026-11-24), found true"},
                                  {FieldType::instant, Value("2026-11-24T08:00:00+02:00"), "\"2026-11-24T06:00:00.000Z\""},
                                  {FieldType::instant, Value(std::int64_t{5}), "error: field 'f' takes an instant"},
                                  {FieldType::decimal, Value("1e3"), "1000"},
                                  {FieldType::decimal, Value(std::int64_t{-7}), "-7"},
                                  {FieldType::decimal, Value("seven"), "error: 'seven' is no decimal number"},
                                  {FieldType::boolean, Value(false), "false"},
                                  {FieldType::boolean, Value("true"), "error: field 'f' takes true or false, found \"true\""},
                                  {FieldType::enumeration, Value("low"), "\"low\""},
                                  {FieldType::enumeration, Value("hihg"), "error: field 'f' takes one of low, high, found 'hihg'"},
                                  {FieldType::set, Value(List{Value("b"), Value("a"), Value("b")}), "[\"a\", \"b\"]"},
                                  {FieldType::set, Value("a"), "error: field 'f' takes a list, found \"a\""},
                                  {FieldType::set, Value(List{Value(true)}), "error: field 'f' takes a list of texts, found [true]"},
                                  {FieldType::group, Value(Map{{"street", Value("Main 1")}}), "{\"city\": null, \"street\": \"Main 1\"}"},
                                  {FieldType::group, Value(Map{{"town", Value("Bonn")}}), "error: field 'f' has no member 'town'; members: city, street"},
                                  {FieldType::group, Value("Bonn"), "error: field 'f' takes an object, found \"Bonn\""},
                                  {FieldType::reference, Value(RemoteId{"Contact", "1"}), "{"},
                                  {FieldType::reference, Value("1"), "error: field 'f' takes a reference, found \"1\""}};
  for (const Made& row : rows) {
    const std::string made = json_of(canonical(field_with(row.type), row.given));
    EXPECT_EQ(made.substr(0, row.canonical.size()), row.canonical) << to_display(row.given) << "\n" << made;
    EXPECT_EQ(json_of(canonical(field_with(row.type), Value{})), "null");
  }
}

TEST(Canonical, ScaleRoundsHalfAwayFromZero) {
  FieldDefinition money = field_with(FieldType::decimal);
  money.scale = 2;
  EXPECT_EQ(json_of(canonical(money, Value("1.005"))), "1.01");
  EXPECT_EQ(json_of(canonical(money, Value("-1.005"))), "-1.01");
  money.scale = 0;
  EXPECT_EQ(json_of(canonical(money, Value("12.5"))), "13");
}

TEST(Canonical, IsItsOwnCanonicalAndNormalFormsAreStable) {
  for (const FieldType type : {FieldType::text, FieldType::email, FieldType::phone, FieldType::url, FieldType::country, FieldType::decimal, FieldType::set,
                               FieldType::html, FieldType::group, FieldType::enumeration}) {
    const FieldDefinition field = field_with(type);
    property::expect_holds(
        "canonical and normal form of " + std::string(to_string(type)),
        [&] {
          const Value value = any_canonical(field);
          RC_ASSERT(*canonical(field, value) == value);
          const Value normal = normal_form(field, value);
          RC_ASSERT(normal_form(field, normal) == normal);
        },
        200);
  }
}

TEST(Phone, TheFastWayAgreesWithTheRulesOfEachCountry) {
  int agreed = 0;
  for (int code = 1; code < 1'000; ++code)
    for (int beginning = 0; beginning < 100; ++beginning)
      for (const char* rest : {"3456789", "345-678 90", "34567891"}) {
        const std::string text = "+" + std::to_string(code) + " " + std::to_string(beginning / 10) + std::to_string(beginning % 10) + rest;
        const auto fast = plain_e164(text);
        if (!fast) continue;
        const auto slow = to_e164(text, "");
        if (slow) {
          EXPECT_EQ(*fast, *slow);
        }
        agreed += slow.has_value();
        EXPECT_EQ(plain_e164(*fast), fast);
      }
  EXPECT_GT(agreed, 5'000);
  EXPECT_EQ(plain_e164("+1 (312) 555-0100"), "+13125550100");
  EXPECT_EQ(plain_e164("+49 (0)30 1234567"), std::nullopt);
  EXPECT_EQ(plain_e164("+1 312 555 0100 ext. 4"), std::nullopt);
  EXPECT_EQ(plain_e164("0312 5550100"), std::nullopt);
  EXPECT_EQ(plain_e164("+"), std::nullopt);
  EXPECT_EQ(plain_e164(""), std::nullopt);
}

TEST(NormalForm, IgnoresWhatIsNoEdit) {
  const auto same = [](FieldType type, Value a, Value b) { return normal_form(field_with(type), a) == normal_form(field_with(type), b); };
  EXPECT_TRUE(same(FieldType::email, Value("Ada@Example.COM"), Value(" ada@example.com")));
  EXPECT_TRUE(same(FieldType::text, Value("a\r\nb "), Value("a\nb")));
  EXPECT_TRUE(same(FieldType::phone, Value("(030) 123-45"), Value("030 12345")));
  EXPECT_TRUE(same(FieldType::url, Value("https://example.com/"), Value("https://example.com")));
  EXPECT_TRUE(same(FieldType::country, Value("DE"), Value("Germany")));
  EXPECT_TRUE(same(FieldType::set, Value(List{Value("a")}), Value(List{Value(" a ")})));
  EXPECT_FALSE(same(FieldType::text, Value("Ada"), Value("ada")));
  EXPECT_FALSE(same(FieldType::text, Value("a b"), Value("a  b")));
  EXPECT_FALSE(same(FieldType::phone, Value("030 12345"), Value("030 12346")));
}

}  // namespace
}  // namespace lockstep::mapping
