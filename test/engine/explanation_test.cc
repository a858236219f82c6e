// `lockstep check --explain`: who may write a field, by mapping and by configuration, as text and as JSON.
#include "engine/explanation.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace lockstep {
namespace {

/// Two connections of one connector, and a connector that nobody uses.
Configuration configuration(const std::string& fields) {
  Configuration made;
  grammar::Findings findings;
  made.model = mapping::load_model(
      {*grammar::parse_text(
          "types: {person: {fields: {name: text, level: {type: enum, options: [a, b]}, home: {type: group, members: {street: text, city: text}}}}}", "m")},
      findings);
  std::vector<mapping::ConnectorInfo> connectors(2);
  connectors[0].name = "crm", connectors[1].name = "desk";
  for (auto& connector : connectors) {
    connector.objects = {"Human"};
    connector.forms["Human"] = {{"plain", {"name"}}};
  }
  made.mappings =
      mapping::load_mappings({*grammar::parse_text("mapping: person\nsystems: {crm: {object: Human}, desk: {object: Human}}\nfields:\n" + fields, "p")},
                             made.model, connectors, findings);
  for (const auto& finding : findings) ADD_FAILURE() << finding.text();
  for (const char* name : {"sales", "service"}) {
    ConnectionSettings connection;
    connection.name = name;
    connection.connector = "crm";
    made.connections.push_back(connection);
  }
  return made;
}

std::string said(const Configuration& configuration) {
  std::string text;
  for (const ExplainedField& row : explain_fields(configuration))
    text +=
        row.how.field + " " + (row.connection.empty() ? "(" + row.how.system + ")" : row.connection) + ": " + row.set_by + (row.flips ? " FLIPS" : "") + "\n";
  return text;
}

PolicySettings with(Strategy strategy, std::vector<std::string> order = {}) {
  PolicySettings settings;
  settings.strategy = strategy;
  settings.order = std::move(order);
  return settings;
}

TEST(Explanation, NamesEachConnectionAndUnusedConnectors) {
  EXPECT_EQ(said(configuration("  name: {in: {crm: Name, desk: N}}\n")), "name sales: both ways\nname service: both ways\nname (desk): both ways\n");
}

TEST(Explanation, SaysWhoMayWriteByMappingAndByConfiguration) {
  EXPECT_EQ(said(configuration("  name: {direction: {crm: in}, in: {crm: Name}}\n")), "name sales: taken, never sent\nname service: taken, never sent\n");
  EXPECT_EQ(said(configuration("  name: {in: {crm: {field: Name, direction: out}}}\n")),
            "name sales: sent; edits there are undone\nname service: sent; edits there are undone\n");
  Configuration owned = configuration("  name: {in: {crm: Name}}\n");
  TypePolicySettings policy;
  policy.type = "person";
  policy.fields.emplace_back("name", with(Strategy::owner, {"service"}));
  owned.policies.push_back(policy);
  EXPECT_EQ(said(owned), "name sales: owner: service; edits here are undone\nname service: owner\n");
  owned.policies[0].fields[0].second.direction = Direction::out_leave;
  EXPECT_EQ(said(owned), "name sales: sent; edits there stay\nname service: sent; edits there stay\n");
}

TEST(Explanation, GoesFieldByFieldAndMemberByMember) {
  EXPECT_EQ(said(configuration("  home: {in: {crm: {street: S, city: C}, desk: {street: S, city: C}}}\n")),
            "home.street sales: both ways\nhome.street service: both ways\nhome.street (desk): both ways\n"
            "home.city sales: both ways\nhome.city service: both ways\nhome.city (desk): both ways\n");
}

TEST(Explanation, AFieldThatFlipsIsAnErrorUnlessItHasAnOwner) {
  Configuration flipping = configuration("  level: {in: {crm: {field: L, enum: {map: {a: A, b: B}, read: {A: b, B: a}}}}}\n");
  EXPECT_EQ(said(flipping), "level sales: both ways FLIPS\nlevel service: both ways FLIPS\n");
  const auto findings = flip_findings(explain_fields(flipping));
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_TRUE(grammar::has_errors(findings));
  EXPECT_EQ(findings[0].message, "person.level in sales: a value that is written is read back as another one and would flip for ever");
  flipping.default_policy = with(Strategy::owner, {"sales"});
  EXPECT_TRUE(flip_findings(explain_fields(flipping)).empty());
}

TEST(Explanation, TextAlignsAndCounts) {
  const std::string text = explanation_as_text(explain_fields(configuration("  name: {in: {crm: {field: Name, lens: truncate(5)}, desk: N}}\n")));
  EXPECT_NE(text.find("\nperson\n  name\n"
                      "    sales                 Human.Name  lens     both ways  fixed      cut to 5 characters; the rest stays in the hub until someone edits "
                      "the field there\n"
                      "    service               Human.Name  lens     both ways  fixed      cut to 5 characters; the rest stays in the hub until someone edits "
                      "the field there\n"
                      "    desk (no connection)  Human.N     iso      both ways  fixed\n"
                      "\n3 places of fields: 1 iso 2 lens; none flips.\n"),
            std::string::npos)
      << text;
}

TEST(Explanation, JsonHoldsEveryColumn) {
  const auto parsed =
      boost::json::parse(explanation_as_json(explain_fields(configuration("  name: {in: {crm: {field: Name, lens: truncate(5)}, desk: N}}\n")))).as_array();
  ASSERT_EQ(parsed.size(), 3u);
  EXPECT_EQ(
      boost::json::serialize(parsed[0]),
      R"({"type":"person","field":"name","connection":"sales","connector":"crm","variant":null,"there":"Human.Name","class":"lens","set_by":"both ways","fixed_point":true,"loss":"cut to 5 characters; the rest stays in the hub until someone edits the field there"})");
  EXPECT_TRUE(parsed[2].at("connection").is_null());
  EXPECT_EQ(boost::json::parse(explanation_as_json({})).as_array().size(), 0u);
}

}  // namespace
}  // namespace lockstep
