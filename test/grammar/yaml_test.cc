#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <random>

#include "grammar/literal.h"
#include "grammar/node.h"

namespace lockstep::grammar {
namespace {

Node parse(std::string_view text) {
  auto node = parse_text(text, "a.yaml");
  EXPECT_TRUE(node) << (node ? "" : node.error().message);
  return node ? *node : Node{};
}

std::string error_of(std::string_view text) {
  const auto node = parse_text(text, "a.yaml");
  return node ? "no error" : node.error().message;
}

TEST(Yaml, KeepsOrderKindsQuotesAndPlaces) {
  const Node root = parse("b: 1\na: [x, 'y', ~]\nc:\n  d: \"2\"\n");
  ASSERT_EQ(root.members.size(), 3u);
  EXPECT_EQ(root.members[0].first, "b");
  EXPECT_EQ(root.find("b")->as_int(), 1);
  const Node& list = *root.find("a");
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_FALSE(list.items[0].quoted);
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_TRUE(list.items[2].is_null());
  const Node& d = *root.find("c")->find("d");
  EXPECT_EQ(d.as_int(), std::nullopt) << "a quoted number is text";
  EXPECT_EQ(d.scalar, "2");
  EXPECT_EQ(d.mark.text(), "a.yaml:4:6");
  EXPECT_EQ(d.key_mark.text(), "a.yaml:4:3");
}

TEST(Yaml, CountsColumnsInCharacters) { EXPECT_EQ(parse("{ä: ü, key: x}").find("key")->mark.text(), "a.yaml:1:13"); }

TEST(Yaml, ReadsScalarsByTheCoreSchema) {
  const Node root = parse(
      "{a: yes, b: true, c: 'true', d: 0x1F, e: 0o17, f: 1e3, g: null, h: 'null', i: +5, j: "
      "99999999999999999999}");
  EXPECT_EQ(root.find("a")->as_bool(), std::nullopt);
  EXPECT_EQ(root.find("b")->as_bool(), true);
  EXPECT_EQ(root.find("c")->as_bool(), std::nullopt);
  EXPECT_EQ(root.find("d")->as_int(), 31);
  EXPECT_EQ(root.find("e")->as_int(), 15);
  EXPECT_EQ(root.find("f")->as_int(), std::nullopt);
  EXPECT_TRUE(root.find("g")->is_null());
  EXPECT_EQ(root.find("h")->scalar, "null");
  EXPECT_EQ(root.find("i")->as_int(), 5);
  EXPECT_EQ(root.find("j")->as_int(), std::nullopt);
}

TEST(Yaml, ExpandsAliasesAndMergeKeys) {
  const Node root = parse("base: &base {x: 1, y: 2}\nmore: &more {y: 3, z: 4}\nuse: {<<: [*base, *more], x: 9}\ncopy: *base\n");
  const Node& use = *root.find("use");
  EXPECT_EQ(use.find("x")->as_int(), 9) << "its own key wins";
  EXPECT_EQ(use.find("y")->as_int(), 2) << "the earlier map wins";
  EXPECT_EQ(use.find("z")->as_int(), 4);
  EXPECT_EQ(use.find("<<"), nullptr);
  EXPECT_EQ(root.find("copy")->members.size(), 2u);
}

TEST(Yaml, EmptyTextIsNull) {
  EXPECT_TRUE(parse("").is_null());
  EXPECT_TRUE(parse("# only a comment\n").is_null());
}

struct Bad {
  const char* name;
  std::string text;
  const char* said;
};

TEST(Yaml, RefusesBadTextWithItsPlace) {
  const std::vector<Bad> cases = {
      {"key twice", "a: 1\nb: 2\na: 3\n", "a.yaml:3:1: key 'a' stands twice in this map; the first is in line 1"},
      {"key twice in flow", "x: {a: 1, a: 2}", "a.yaml:1:11: key 'a' stands twice"},
      {"tab", "a:\n\tb: 1\n", "a.yaml:2:"},
      {"open brace", "a: {b: 1\n", "a.yaml:"},
      {"open quote", "a: 'b\n", "a quote is not closed"},
      {"open quote after an escape", "a: \"b\\\"\nc: d\n", "a.yaml:1:4: a quote is not closed"},
      {"open quote behind an anchor", "a: &x 'b\n", "a quote is not closed"},
      {"two keys on a line", "a: b: c\n", "a.yaml:1:5: illegal map value: a ':' stands where no key can be"},
      {"unknown alias", "a: *nothing\n", "a.yaml:1:"},
      {"alias into itself", "a: &x [*x]\n", "a.yaml:1:8: an alias stands inside the node it names"},
      {"list as key", "? [a]\n: b\n", "a key must be a text"},
      {"null key", "~: b\n", "a key is missing or null"},
      {"two documents", "a: 1\n---\nb: 2\n", "a second document"},
      {"tag", "a: !secret x\n", "tag '!secret' means nothing here"},
      {"merge of text", "a: {<<: x}\n", "'<<' takes a map"},
      {"control character", std::string("a: 1\nb: \x04\nc: 2\n", 14), "a.yaml:2:4: control character 4"},
      {"nul", std::string("a: \0b", 5), "a.yaml:1:4: control character 0"},
      {"not utf-8", "a: \xff\n", "a.yaml: not UTF-8"},
      {"too deep", std::string(100, '[') + std::string(100, ']'), "nested deeper than 64"},
      {"too large", std::string(5u << 20, ' '), "larger than 4 MiB"},
  };
  for (const Bad& bad : cases) EXPECT_NE(error_of(bad.text).find(bad.said), std::string::npos) << bad.name << ": " << error_of(bad.text);
  EXPECT_NE(error_of("a:\n\tb: 1\n").find("a tab in the indentation"), std::string::npos) << error_of("a:\n\tb: 1\n");
}

TEST(Yaml, RefusesAliasBombs) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k ? ", " : "") + before;
    text += "]\n";
  }
  EXPECT_NE(error_of(text).find("more than 200000 nodes, aliases counted"), std::string::npos) << error_of(text);
  std::string wide = "a: &a '" + std::string(1u << 20, 'x') + "'\nb: [";
  for (int i = 0; i < 1000; ++i) wide += "*a, ";
  EXPECT_NE(error_of(wide + "1]").find("MiB of text, aliases counted"), std::string::npos);
}

TEST(Yaml, TellsMissingFilesAndDirectories) {
  const auto missing = parse_file("/nonexistent/x.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_NE(missing.error().message.find("/nonexistent/x.yaml: cannot be opened"), std::string::npos);
  EXPECT_FALSE(parse_file("/"));
}

TEST(Yaml, NeverCrashesOnMutilatedText) {
  const std::string seed =
      "a: &x {b: [1, 'two', \"3\\n\"], <<: {c: ~}}\nd: *x\ne: |\n  text\n  more\n? f\n: - g\n  - {h: i}\n# "
      "end\n";
  const std::string alphabet = "{}[]:,-?&*!|>'\"%@`#\t\n ab1~<\\.\xc3\xa4";
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::string text = seed;
    for (unsigned edits = random() % 6 + 1; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = alphabet[random() % alphabet.size()]; break;
        case 1: text.insert(at, 1, alphabet[random() % alphabet.size()]); break;
        default: text.erase(at, random() % 4 + 1);
      }
      if (text.empty()) text = "a";
    }
    const auto node = parse_text(text, "a.yaml");
    EXPECT_TRUE(node || node.error().message.starts_with("a.yaml")) << node.error().message;
  }
}

TEST(Merge, GoesDeepReplacesListsAndPrependsWhereTold) {
  const Node base = parse("a: {x: 1, y: [1, 2]}\nerrors: [base]\nkeep: me\n");
  const Node overlay = parse("a: {y: [3], z: 4}\nerrors: [overlay]\nmore: 1\n");
  const Node merged = merge_deep(base, overlay, {"errors"});
  EXPECT_EQ(merged.find("a")->find("x")->as_int(), 1);
  EXPECT_EQ(merged.find("a")->find("y")->items.size(), 1u);
  EXPECT_EQ(merged.find("a")->find("z")->as_int(), 4);
  ASSERT_EQ(merged.find("errors")->items.size(), 2u);
  EXPECT_EQ(merged.find("errors")->items[0].scalar, "overlay");
  EXPECT_EQ(merged.find("keep")->scalar, "me");
  EXPECT_EQ(merged.find("more")->as_int(), 1);
  EXPECT_EQ(merge_deep(base, overlay, {}).find("errors")->items.size(), 1u);
}

TEST(Finding, ReadsAsOneLine) {
  Finding finding{Finding::Severity::error, Mark{std::make_shared<const std::string>("m.yaml"), 3, 9}, "unknown key 'feilds'", "fields"};
  EXPECT_EQ(finding.text(), "m.yaml:3:9: error: unknown key 'feilds'; did you mean 'fields'?");
  finding.severity = Finding::Severity::warning;
  finding.suggestion = "leave it out";
  EXPECT_EQ(finding.text(), "m.yaml:3:9: warning: unknown key 'feilds'; leave it out");
  EXPECT_FALSE(has_errors({finding}));
}

TEST(Size, KnowsBothKindsOfUnits) {
  EXPECT_EQ(*parse_size("512"), 512);
  EXPECT_EQ(*parse_size("90MB"), 90'000'000);
  EXPECT_EQ(*parse_size("64KiB"), 65536);
  for (const char* bad : {"", "MB", "-1", "1.5MB", "10 MB", "99999999999GB", "5mb"}) EXPECT_FALSE(parse_size(bad)) << bad;
}

}  // namespace
}  // namespace lockstep::grammar
