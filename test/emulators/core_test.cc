// The parts that all stand-ins share.
#include <gtest/gtest.h>

#include "base/text.h"
#include "emulators/core/csv.h"
#include "emulators/core/digest.h"
#include "emulators/core/gzip.h"
#include "emulators/core/json.h"
#include "emulators/core/limits.h"
#include "emulators/core/router.h"
#include "emulators/core/xml.h"

namespace lockstep::emulators {
namespace {

TEST(Router, DecodesSegmentsAfterSplitting) {
  Router router;
  auto handler = [](Call&) { return http::Response(); };
  router.add("GET", "/a/{id}", handler);
  router.add("POST", "/a/literal", handler);
  router.add("GET", "/tail/{rest...}", handler);
  Router::Match match = router.match("GET", "/a/x%2Fy");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameters[0].second, "x/y");
  EXPECT_NE(router.match("GET", "//a/x/").route, nullptr) << "doubled and trailing slashes";
  EXPECT_EQ(router.match("GET", "/a/x/y").route, nullptr);
  EXPECT_EQ(router.match("DELETE", "/a/x").allowed, std::vector<std::string>{"GET"});
  EXPECT_EQ(router.match("GET", "/tail/one%20/two").parameters[0].second, "one%20/two");
}

TEST(Json, TellsOfAMemberThatOneObjectHasTwice) {
  EXPECT_EQ(repeated_member(R"({"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]})"), std::nullopt);
  EXPECT_EQ(repeated_member(R"({"a":1,"b":[{"c":1,"x":"c","c":2}]})"), "c");
  EXPECT_EQ(repeated_member(R"({"fax":1,"\u0066ax":2})"), "fax");
  for (const char* text : {"", "{\"a\":1,\"a\"", "[1]", "\"a\""}) EXPECT_EQ(repeated_member(text), std::nullopt) << text;
}

TEST(Gzip, WhatIsPackedIsUnpackedAgainAndNothingElse) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += std::to_string(i) + ' ';
  for (const std::string& plain : {std::string(), std::string("x"), text}) EXPECT_EQ(gunzip(gzip(plain), 1'000'000), plain);
  EXPECT_LT(gzip(text).size(), text.size());
  EXPECT_FALSE(gunzip(gzip(text), 100)) << "more than is wanted";
  EXPECT_FALSE(gunzip(text, 1'000'000));
}

TEST(Csv, QuotesLinesAndMistakes) {
  auto table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\"x, \"\"y\"\"\nz\",2\n\nlast,\n");
  ASSERT_TRUE(table.has_value()) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->header[0], "a");
  EXPECT_EQ(table->rows[0][0], "x, \"y\"\nz");
  EXPECT_EQ(table->rows[1][1], "");
  EXPECT_EQ(parse_csv("a,b\n1\n").error().message, "CSV line 2: 1 cells, but the header has 2");
  EXPECT_EQ(parse_csv("a\n\"open").error().message, "CSV line 2: a quote that is never closed");
  EXPECT_EQ(parse_csv("a\n\"x\"y").error().message, "CSV line 2: text after a closing quote");
  EXPECT_FALSE(parse_csv("").has_value());
}

TEST(Xml, ReadsNamesWithoutNamespacesTextAndAttributes) {
  auto root = parse_xml(
      "<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><a:fetch xmlns:a='urn:a' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' top=\"5\">"
      "<a:b> &lt;x&gt; &#228;<![CDATA[ & ]]></a:b><c xsi:nil='true'/><b>second</b></a:fetch>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "fetch");
  EXPECT_EQ(root->attribute("top"), "5");
  EXPECT_FALSE(root->has("bottom"));
  EXPECT_EQ(root->find("b")->text, " <x> \u00e4 & ");
  EXPECT_EQ(root->text_of("b"), "<x> \u00e4 &");
  EXPECT_TRUE(root->find("c")->is_nil());
  EXPECT_EQ(root->find("d"), nullptr);
  EXPECT_EQ(xml_tag("t", "<\"&>"), "<t>&lt;&quot;&amp;&gt;</t>");
}

TEST(Xml, RefusesWhatIsNotWellFormedOrReachesOut) {
  for (const char* text :
       {"", "a", "<a>", "<a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>", "<a>&nbsp;</a>", "<a>&</a>", "<n:a/>", " <?xml version='1.0'?><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "<a>\xff</a>", "<a>]]></a>"})
    EXPECT_FALSE(parse_xml(text)) << text;
  auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return parse_xml(text).has_value();
  };
  EXPECT_TRUE(nested(50));
  EXPECT_FALSE(nested(51));
}

TEST(Limits, RollingWindowForgetsOldCalls) {
  RollingLimit limit(2, Duration{1'000});
  EXPECT_TRUE(limit.admit(WallTime{0}));
  EXPECT_TRUE(limit.admit(WallTime{600}));
  EXPECT_FALSE(limit.admit(WallTime{999}));
  EXPECT_EQ(limit.until_next_free(WallTime{999}), Duration{1});
  EXPECT_TRUE(limit.admit(WallTime{1'000}));
  EXPECT_EQ(limit.used(WallTime{1'000}), 2);
}

TEST(Limits, DailyLimitFollowsTheLocalMidnight) {
  DailyLimit limit(1, Duration{3'600'000});
  WallTime evening{82'800'000 - 1};  // 22:59:59.999 UTC, a moment before midnight there
  EXPECT_TRUE(limit.admit(evening));
  EXPECT_FALSE(limit.admit(evening));
  EXPECT_EQ(limit.until_midnight(evening), Duration{1});
  EXPECT_TRUE(limit.admit(evening + Duration{1}));
}

TEST(Digest, KnownAnswers) {  // FIPS 180-2 and RFC 4231, case 2
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(JsonDocument, SaysWhereItBreaks) {
  JsonDocument document;
  EXPECT_TRUE(document.parse(" {\"a\": [1, 2.5, \"x\"]} \n").has_value());
  EXPECT_EQ(scalar_text(document.root().at("a").at(1)), "2.5");
  EXPECT_FALSE(JsonDocument().parse("{\"a\":1} x").has_value());
  EXPECT_FALSE(JsonDocument().parse("{\"a\":").has_value());
  EXPECT_FALSE(JsonDocument().parse(std::string(100, '[')).has_value()) << "depth is bounded";
  EXPECT_FALSE(JsonDocument().parse("{\"a\":\"\xFF\"}").has_value()) << "UTF-8 only";
}

}  // namespace
}  // namespace lockstep::emulators
