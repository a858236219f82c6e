#include <gtest/gtest.h>

#include "grammar/build.h"

namespace lockstep::grammar {
namespace {

SchemaRef limit() {
  return record("limit", {{"max", integer(1, 100), true, "How many."}, {"window", duration(Duration{1000}, Duration{3'600'000}), false, "In which time."}});
}

SchemaRef tree() { return record("tree", {{"name", text(), true, "Its name."}, {"children", list_of(lazily("tree", tree)), false, "Smaller ones."}}); }

SchemaRef root() {
  auto request = std::make_shared<Schema>();
  request->kind = Schema::Kind::record;
  request->name = "request";
  request->members = {{"GET", text(), false, "Read."}, {"POST", text(), false, "Write."}, {"ok", expression_text(), false, "Holds."}};
  request->exactly_one = {{"GET", "POST"}};
  auto named = std::make_shared<Schema>();
  named->kind = Schema::Kind::map;
  named->key_pattern = "[a-z]+";
  named->element = limit();
  return record("file", {{"connector", of_kind(Schema::Kind::name), true, "Its name."},
                         {"limits", named, false, "Budgets."},
                         {"request", request, false, "A request."},
                         {"kind", choice({"stable", "beta"}), false, "How ready."},
                         {"flag", boolean(), false, "On or off."},
                         {"size", of_kind(Schema::Kind::size), false, "How large."},
                         {"url", of_kind(Schema::Kind::url), false, "Where."},
                         {"pattern", of_kind(Schema::Kind::regex), false, "What."},
                         {"tree", tree(), false, "Recursive."},
                         {"either", any_of({choice({"none"}), limit(), list_of(limit())}), false, "One of three."},
                         {"body", of_kind(Schema::Kind::json_body), false, "Anything."}});
}

std::string findings_of(const std::string& text) {
  const auto node = parse_text(text, "f");
  EXPECT_TRUE(node) << node.error().message;
  Findings findings;
  validate(*node, *root(), findings);
  std::string out;
  for (const Finding& finding : findings) out += finding.text() + "\n";
  return out;
}

TEST(Validate, TakesWhatTheSchemaSays) {
  EXPECT_EQ(findings_of("connector: crm\nlimits: {a: {max: 3, window: 10s}}\nrequest: {GET: /x, ok: "
                        "true}\nkind: beta\nflag: false\nsize: 3MB\n"
                        "url: \"https://x.example/y\"\npattern: '[a-z]+'\ntree: {name: a, children: [{name: "
                        "b, children: {name: c}}]}\neither: none\nbody: {x: [1, {$y: z}]}\n"),
            "");
  EXPECT_EQ(findings_of("connector: crm\neither: {max: 1}\n"), "");
  EXPECT_EQ(findings_of("connector: crm\neither: [{max: 1}, {max: 2}]\n"), "");
}

struct Refused {
  std::string text;
  const char* said;
};

TEST(Validate, NamesPlaceFaultAndWayOut) {
  const std::vector<Refused> cases = {
      {"conector: x\n",
       "f:1:1: error: unknown key 'conector' in file; allowed: connector, limits, request, kind, flag, size, "
       "url, pattern, tree, either, body; did you mean 'connector'?\n"
       "f:1:1: error: 'connector' is missing in file: a name"},
      {"connector: 9x", "f:1:12: error: expected a name (letters, digits, _ and ., not starting with a digit), found '9x'"},
      {"connector: [a]", "f:1:12: error: expected a name (letters, digits, _ and ., not starting with a digit), found a list"},
      {"connector:", "f:1:1: error: expected a name (letters, digits, _ and ., not starting with a digit), found nothing"},
      {"connector: x\nlimits: {a: {max: 101}}", "f:2:19: error: expected a whole number from 1 to 100, found '101'"},
      {"connector: x\nlimits: {a: {max: '5'}}", "expected a whole number from 1 to 100, found the text '5'"},
      {"connector: x\nlimits: {a: {max: 5, window: 2h}}", "expected a duration (250ms, 90s, 5m, 24h, 7d) from 1s to 1h, found '2h'"},
      {"connector: x\nlimits: {a: {max: 5, windw: 2h}}", "f:2:22: error: unknown key 'windw' in limit; allowed: max, window; did you mean 'window'?"},
      {"connector: x\nlimits: {A1: {max: 5}}", "f:2:10: error: key 'A1' must match [a-z]+"},
      {"connector: x\nlimits: none", "expected a map, found 'none'"},
      {"connector: x\nrequest: {}", "f:2:10: error: exactly one of 'GET', 'POST' must be here in request, found none"},
      {"connector: x\nrequest: {GET: a, POST: b}", "exactly one of 'GET', 'POST' must be here in request, found 'GET', 'POST'"},
      {"connector: x\nkind: stabel", "expected one of stable, beta, found 'stabel'; did you mean 'stable'?"},
      {"connector: x\nflag: yes", "expected true or false, found 'yes'; did you mean 'true'?"},
      {"connector: x\nsize: huge", "expected a size (512, 10KB, 3MB, 64KiB), found 'huge'"},
      {"connector: x\nurl: example.com", "expected an http(s) URL, found 'example.com'"},
      {"connector: x\npattern: '[a-'", "the regular expression does not compile: "},
      {"connector: x\ntree: {name: a, children: [{nam: b}]}", "f:2:29: error: unknown key 'nam' in tree; allowed: name, children; did you mean 'name'?"},
      {"connector: x\neither: nome", "expected 'none' or a map (limit) or one or more: a map (limit), found 'nome'; did you mean 'none'?"},
      {"connector: x\neither: {max: 0}", "expected a whole number from 1 to 100, found '0'"},
      {"connector: x\neither: [{max: 1}, {mx: 2}]", "unknown key 'mx' in limit"},
      {"- a", "f:1:1: error: expected a map (file), found a list"},
      {"", "expected a map (file), found nothing"},
  };
  for (const Refused& bad : cases) EXPECT_NE(findings_of(bad.text).find(bad.said), std::string::npos) << bad.text << "\n" << findings_of(bad.text);
}

TEST(Validate, ReportsEveryFaultNotOnlyTheFirst) {
  const std::string all = findings_of("connector: x\nflag: 5\nkind: z\nsize: q\n");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3);
}

}  // namespace
}  // namespace lockstep::grammar
