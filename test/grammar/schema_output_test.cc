#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "grammar/build.h"

namespace lockstep::grammar {
namespace {

namespace json = boost::json;

SchemaRef forest_tree() {
  return record("tree", {{"name", text(), true, "Its name."}, {"children", list_of(lazily("tree", forest_tree)), false, "Smaller | ones."}});
}

json::value schema_of(const SchemaRef& schema) { return json::parse(to_json_schema(*schema, "T")); }

TEST(JsonSchema, DescribesScalarsListsAndRecords) {
  const json::value out = schema_of(record("file", {{"max", integer(1, 9), true, "How many."},
                                                    {"names", list_of(text()), false, ""},
                                                    {"kind", choice({"a", "b"}), false, ""},
                                                    {"every", duration(Duration{1}, Duration{2}), false, ""}}));
  EXPECT_EQ(out.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(out.at("title"), "T");
  EXPECT_EQ(out.at("additionalProperties"), false);
  EXPECT_EQ(out.at("required"), json::array{"max"});
  EXPECT_EQ(out.at_pointer("/properties/max"), (json::object{{"type", "integer"}, {"minimum", 1}, {"maximum", 9}, {"description", "How many."}}));
  EXPECT_EQ(out.at_pointer("/properties/names/anyOf/1/type"), "array");
  EXPECT_EQ(out.at_pointer("/properties/kind/enum"), (json::array{"a", "b"}));
  EXPECT_EQ(out.at_pointer("/properties/every/pattern"), "^[0-9]+(ms|s|m|h|d)$");
}

TEST(JsonSchema, NamesRecordsOnceAndFollowsRecursion) {
  const json::value out = schema_of(record("forest", {{"one", forest_tree(), false, ""}, {"two", forest_tree(), false, ""}}));
  EXPECT_EQ(out.at_pointer("/properties/one/$ref"), "#/$defs/tree");
  EXPECT_EQ(out.at_pointer("/properties/two/$ref"), "#/$defs/tree");
  EXPECT_EQ(out.at("$defs").as_object().size(), 1u);
  EXPECT_EQ(out.at_pointer("/$defs/tree/properties/children/anyOf/0/$ref"), "#/$defs/tree");
}

TEST(JsonSchema, KeepsDifferentRecordsOfOneNameApart) {
  const json::value out =
      schema_of(record("file", {{"a", record("part", {{"x", text(), false, ""}}), false, ""}, {"b", record("part", {{"y", text(), false, ""}}), false, ""}}));
  EXPECT_EQ(out.at_pointer("/properties/a/$ref"), "#/$defs/part");
  EXPECT_EQ(out.at_pointer("/properties/b/$ref"), "#/$defs/part_2");
}

TEST(Reference, ListsWordsRequiredOnesAndSections) {
  const std::string page = to_reference(*record("forest", {{"tree", forest_tree(), true, "The first."}, {"kind", choice({"a"}), false, ""}}), "Forest");
  EXPECT_NE(page.find("# Forest\n"), std::string::npos);
  EXPECT_NE(page.find("| `tree` (required) | [tree](#tree) | The first. |"), std::string::npos) << page;
  EXPECT_NE(page.find("\n## tree\n"), std::string::npos);
  EXPECT_NE(page.find("Smaller \\| ones."), std::string::npos) << "a bar would end the cell";
  EXPECT_EQ(page.find("\n## tree\n", page.find("\n## tree\n") + 1), std::string::npos) << "one section per record";
}

}  // namespace
}  // namespace lockstep::grammar
