// Connector files: what is shipped loads, and every mistake is told with its place.
#include <set>

#include "connector/definition.h"
#include "connector/failure.h"
#include "load_support.h"
#include "mapping/mapping.h"

namespace lockstep::connector {
namespace {

const std::vector<std::string> kShipped = {"salesforce", "hubspot", "dynamics365"};

TEST(ShippedConnectors, LoadWithoutAnyFinding) {
  for (const std::string& name : kShipped) {
    const Loaded loaded = load_shipped(name);
    EXPECT_EQ(loaded.text(), "") << name;
    ASSERT_TRUE(loaded.definition) << name;
    EXPECT_EQ(name_of(*loaded.definition), name);
  }
}

TEST(ShippedConnectors, HoldEveryObjectAndFormThatTheShippedMappingsUse) {
  grammar::Findings findings;
  const auto model_file = grammar::parse_file(source_path("models/customer_support.yaml"));
  ASSERT_TRUE(model_file);
  const Model model = mapping::load_model({*model_file}, findings);
  std::vector<mapping::ConnectorInfo> connectors;
  for (const std::string& name : kShipped) {
    const Loaded loaded = load_shipped(name);
    ASSERT_TRUE(loaded.definition);
    mapping::ConnectorInfo info{name, objects_of(*loaded.definition), {}};
    for (const std::string& object : info.objects)
      for (const FormInfo& form : forms_of(*loaded.definition, object)) info.forms[object].push_back({form.name, form.arguments});
    connectors.push_back(std::move(info));
  }
  std::vector<grammar::Node> files;
  for (const char* type : {"account", "contact", "case", "interaction"}) {
    auto file = grammar::parse_file(source_path(std::string("mappings/") + type + ".yaml"));
    ASSERT_TRUE(file);
    files.push_back(std::move(*file));
  }
  const auto mappings = mapping::load_mappings(files, model, connectors, findings);
  for (const auto& finding : findings) ADD_FAILURE() << finding.text();
  for (const auto& one : mappings) EXPECT_EQ(one.systems.size(), kShipped.size());
}

TEST(ShippedConnectors, CanDoWhatTheEngineAsksOfEveryObject) {
  for (const std::string& name : kShipped) {
    const Loaded loaded = load_shipped(name);
    ASSERT_TRUE(loaded.definition);
    for (const ObjectSpec& object : loaded.definition->objects) {
      SCOPED_TRACE(name + "." + object.name);
      EXPECT_TRUE(object.scan.request && object.read_many.request && object.changes && object.key_field);
      EXPECT_TRUE(object.write.create.has() && object.write.update.has() && object.write.remove.has());
      EXPECT_FALSE(object.find.empty()) << "an unknown outcome must be looked up";
    }
  }
}

TEST(ShippedConnectors, EndInTheClassTheirSamplesName) {
  for (const std::string& name : kShipped) {
    const Loaded loaded = load_shipped(name);
    ASSERT_TRUE(loaded.definition);
    EXPECT_GT(loaded.definition->samples.size(), 30u);
    for (const auto& finding : run_samples(*loaded.definition)) ADD_FAILURE() << finding.text();
  }
}

TEST(ShippedConnectors, HaveASampleOfEveryClassThatTheirRulesUse) {
  for (const std::string& name : kShipped) {
    const Loaded loaded = load_shipped(name);
    ASSERT_TRUE(loaded.definition);
    std::set<std::string> shown;
    for (const Sample& sample : loaded.definition->samples)
      if (const auto* expect = sample.node.find("expect"); expect && expect->find("class")) shown.insert(expect->find("class")->scalar);
    for (const ErrorRule& rule : loaded.definition->rules) {
      if (!rule.transports.empty()) continue;
      EXPECT_TRUE(shown.contains(std::string(to_string(rule.failure_class)))) << rule.mark.text();
    }
  }
}

TEST(LoadConnector, TheSmallOneIsClean) {
  const Loaded loaded = load_text(kSmall);
  EXPECT_TRUE(loaded.definition);
  EXPECT_EQ(loaded.text(), "");
}

TEST(LoadConnector, ATypoIsToldWithItsPlaceAndTheNearestWord) {
  const Loaded loaded = load_text(small_with("    scan: {", "    scann: {"));
  EXPECT_FALSE(loaded.definition);
  EXPECT_TRUE(loaded.says("small.yaml:20:5: error: unknown key 'scann'")) << loaded.text();
  EXPECT_TRUE(loaded.says("did you mean 'scan'?")) << loaded.text();
}

TEST(LoadConnector, ABadExpressionIsToldWithTheNameMeant) {
  const Loaded loaded = load_text(small_with("read: row.version", "read: bdy.version"));
  EXPECT_FALSE(loaded.definition);
  EXPECT_TRUE(loaded.says("small.yaml:16:")) << loaded.text();
  EXPECT_TRUE(loaded.says("unknown name 'bdy'")) << loaded.text();
  EXPECT_TRUE(loaded.says("did you mean 'body'")) << loaded.text();
}

struct Mistake {
  const char* name;
  const char* from;
  const char* to;
  const char* finding;
};

class Mistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreFound) {
  const Loaded loaded = load_text(small_with(GetParam().from, GetParam().to));
  EXPECT_FALSE(loaded.definition);
  EXPECT_TRUE(loaded.says(GetParam().finding)) << loaded.text();
  EXPECT_TRUE(loaded.says("small.yaml:")) << loaded.text();
}

INSTANTIATE_TEST_SUITE_P(
    LoadConnector, Mistakes,
    ::testing::Values(
        Mistake{"unknown_limit", "{GET: /find,", "{GET: /find, charge: [cals],", "unknown limit 'cals'"},
        Mistake{"unknown_class", "class: transient", "class: transiant", "unknown failure class 'transiant'"},
        Mistake{"name_of_no_error_shape", "{status: [401", "{cod: x, status: [401", "'cod' is neither a word of error rules"},
        Mistake{"rule_without_class", "class: transient, ", "", "needs 'class'"},
        Mistake{"rule_with_broken_regex", "class: transient", "message: \"(\", class: transient", "does not compile"},
        Mistake{
            "no_scan",
            "    scan: {request: {GET: /things, query: {after: \"${feed.after}\", where: {$words: \"x = ${feed.from}\"}}}, rows: \"body[*]\", tie: row.id}\n",
            "", "needs 'scan'"},
        Mistake{"no_plain_form", "field_forms: {plain:", "field_forms: {simple:", "needs a form 'plain'"},
        Mistake{"create_that_cannot_be_repeated", "by: lookup, ", "", "needs 'by'"},
        Mistake{"lookup_without_find", "    find: [{request: {GET: /find, query: {q: \"${values}\"}}, rows: \"body[*]\"}]\n", "", "needs 'find'"},
        Mistake{"unknown_bundle", "bundle: many", "bundle: meny", "unknown bundle 'meny'"},
        Mistake{"unknown_dialect", "{$words:", "{$wrods:", "unknown word '$wrods'"},
        Mistake{"association_to_nowhere", "to: thing, read", "to: think, read", "names no object: 'think'"},
        Mistake{"door_that_anyone_opens", "verify: [{shared: {header: X-Key, equals: secrets.key}}], ", "", "'verify' is missing"},
        Mistake{"secret_in_a_body", "{$fields: row.set}}, guard", "{a: \"${secrets.token}\"}}, guard", "holds secrets"},
        Mistake{"array_of_unknown_length", "max: 10, results: none", "results: none", "needs 'max'"},
        Mistake{"two_methods", "{GET: /links}", "{GET: /links, PUT: /links}", "a request has one method"},
        Mistake{"no_method", "{GET: /links}", "{query: {}}", "needs one of GET"},
        Mistake{"select_max_without_refetch", "tie: row.id, request", "tie: row.id, select_max: 2000, request", "read by id again"},
        Mistake{"select_max_without_exact_version", "tie: row.id, request", "tie: row.id, then: refetch, select_max: 2000, request", "needs an exact version"},
        Mistake{"watermark_without_tie", "tie: row.id, request: {GET: /changed}", "request: {GET: /changed}", "needs 'stamp' and 'tie'"},
        Mistake{"limit_without_window", "max: 10, window: 1s", "max: 10", "needs 'window'"},
        Mistake{"set_joined_by_nothing", "    key: {field: our_id, unique: true}\n", "    key: {field: our_id, unique: true}\n    wire: {set: {join: \"\"}}\n",
                "'join' is empty"},
        Mistake{"duration_that_is_none", "window: 1s", "window: soon", "expected"},
        Mistake{"each_without_a_name", "{$each: ids, as: one, do:", "{$each: ids, do:", "needs 'as: name'"},
        Mistake{"json_bundle_that_cannot_be_read", ", part: {status: item.status, body: item.body}", "", "needs 'parts' and 'part"}),
    [](const auto& mistake) { return std::string(mistake.param.name); });

TEST(LoadConnector, AnErrorRuleMayUseTheOwnNamesOfErrorShapes) {
  const std::string text = small_with("message: e.text", "message: e.text, policy: e.policy");
  const std::size_t at = text.find("  - {status: [401");
  const Loaded loaded = load_text(text.substr(0, at) + "  - {policy: DAILY, class: quota}\n" + text.substr(at));
  EXPECT_TRUE(loaded.definition) << loaded.text();
}

TEST(LoadConnector, AStatusThatEndsInNoClassIsAWarning) {
  const Loaded loaded = load_text(small_with("429, ", ""));
  EXPECT_TRUE(loaded.definition);
  EXPECT_TRUE(loaded.says("warning: no rule of 'errors' classes a plain status 429")) << loaded.text();
}

TEST(Fingerprint, IsShortAndTheSameForOneCauseWhateverTheRecord) {
  const auto of = [](const std::string& code, const std::string& message) {
    Failure failure = make_failure(FailureClass::validation, FailureScope::record, message);
    failure.code = code;
    return fingerprint(failure);
  };
  const std::string one = of("INVALID_EMAIL", "contact 0035g00000XyZabAAF: 'ada@' is no address");
  EXPECT_TRUE(one.starts_with("validation/INVALID_EMAIL/")) << one;
  EXPECT_EQ(one.size(), std::string("validation/INVALID_EMAIL/9c3f21aa").size()) << one;
  EXPECT_EQ(one, of("INVALID_EMAIL", "contact 0035g00000XyZacAAF: 'bob@' is no address"));
  EXPECT_NE(one, of("INVALID_EMAIL", "contact 0035g00000XyZabAAF: too long"));
  EXPECT_NE(one, of("", "contact 0035g00000XyZabAAF: 'ada@' is no address"));
  EXPECT_EQ(of("", "x").find("//"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::connector
