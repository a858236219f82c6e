// What an account consists of: properties, their groups, pipelines, and what an administrator changes.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Schema : public HubSpotTest {
 protected:
  static json::object option(const std::string& value) { return {{"label", value}, {"value", value}, {"displayOrder", 0}, {"hidden", false}}; }
  Answer define(const std::string& name, json::object more = {}) {
    json::object body{{"groupName", "companyinformation"}, {"name", name}, {"label", name}, {"type", "string"}, {"fieldType", "text"}};
    for (const auto& member : more) body[member.key()] = member.value();
    return post("/crm/v3/properties/companies", body);
  }
  Answer change(const json::object& what) { return post("/__emulator/schema", what); }
};

// fact: §2.8 [S]
TEST_F(Schema, OptionsHaveLabelsAndWhatIsStoredStaysWhenTheyGo) {
  json::object colours{{"type", "enumeration"}, {"fieldType", "select"}, {"options", {option("red"), option("blue")}}};
  EXPECT_EQ(define("colour", colours).status, 201);
  std::string id = created_id("companies", {{"name", "A"}, {"colour", "red"}});
  Answer changed = patch("/crm/v3/properties/companies/colour", {{"options", {option("blue")}}});
  EXPECT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(text_at(changed.body, "/options/0/value"), "blue");
  EXPECT_EQ(value("companies", id, "colour"), "red");
  EXPECT_EQ(code(update("companies", id, {{"colour", "red"}})), "INVALID_OPTION");
  EXPECT_EQ(update("companies", id, {{"city", "Bonn"}}).status, 200);
  EXPECT_EQ(define("double", {{"type", "enumeration"}, {"fieldType", "select"}, {"options", {option("a"), option("a")}}}).status, 400);
}

// fact: §2.8 [S]
TEST_F(Schema, ADefinitionKeepsItsNameAndTypeAndHubSpotsOwnStayAsTheyAre) {
  define("size");
  EXPECT_EQ(patch("/crm/v3/properties/companies/size", {{"name", "other"}}).status, 400);
  EXPECT_EQ(patch("/crm/v3/properties/companies/size", {{"type", "number"}, {"fieldType", "number"}}).status, 400);
  EXPECT_EQ(text_at(patch("/crm/v3/properties/companies/size", {{"fieldType", "textarea"}}).body, "/fieldType"), "textarea");
  EXPECT_EQ(patch("/crm/v3/properties/companies/name", {{"label", "Firm"}}).status, 400);
  EXPECT_EQ(api.send("DELETE", "/crm/v3/properties/companies/name").status, 400);
}

// fact: §2.8 [S], §2.3 [D]
TEST_F(Schema, AnArchivedPropertyIsNoneAnyMore) {
  define("size");
  std::string id = created_id("companies", {{"name", "A"}, {"size", "big"}});
  EXPECT_EQ(api.send("DELETE", "/crm/v3/properties/companies/size").status, 204);
  EXPECT_EQ(text_at(read("companies", id, "properties=name,size").body, "/properties"),
            R"({"createdate":"2026-11-18T12:26:40Z","hs_lastmodifieddate":"2026-11-18T12:26:40Z","hs_object_id":")" + id + R"(","name":"A"})");
  EXPECT_EQ(code(update("companies", id, {{"size", "small"}})), "PROPERTY_DOESNT_EXIST");
  EXPECT_EQ(api.get("/crm/v3/properties/companies/size").status, 404);
  EXPECT_EQ(text_at(api.get("/crm/v3/properties/companies/size?archived=true").body, "/archivedAt"), "2026-11-18T12:26:40Z");
}

// fact: §2.8 [S]
TEST_F(Schema, DefinitionsComeInBatchesOfAllOrNothing) {
  auto text = [](const char* name) {
    return json::object{{"groupName", "companyinformation"}, {"name", name}, {"label", name}, {"type", "string"}, {"fieldType", "text"}};
  };
  EXPECT_EQ(post("/crm/v3/properties/companies/batch/create", {{"inputs", {text("one"), text("name")}}}).status, 409);
  EXPECT_EQ(api.get("/crm/v3/properties/companies/one").status, 404);
  EXPECT_EQ(post("/crm/v3/properties/companies/batch/create", {{"inputs", {text("one"), text("two")}}}).status, 201);
  Answer read = post("/crm/v3/properties/companies/batch/read", {{"archived", false}, {"inputs", {{{"name", "one"}}, {{"name", "three"}}}}});
  EXPECT_EQ(read.status, 207);
  EXPECT_EQ(text_at(read.body, "/results/0/name"), "one");
  EXPECT_EQ(post("/crm/v3/properties/companies/batch/archive", {{"inputs", {{{"name", "one"}}}}}).status, 204);
  EXPECT_EQ(api.get("/crm/v3/properties/companies/one").status, 404);
}

// fact: §2.8 [S]
TEST_F(Schema, AGroupGoesWhenItIsEmpty) {
  EXPECT_EQ(post("/crm/v3/properties/companies/groups", {{"name", "sync"}, {"label", "Sync"}}).status, 201);
  EXPECT_EQ(post("/crm/v3/properties/companies/groups", {{"name", "sync"}, {"label", "Sync"}}).status, 409);
  EXPECT_EQ(define("size", {{"groupName", "sync"}}).status, 201);
  EXPECT_EQ(api.send("DELETE", "/crm/v3/properties/companies/groups/sync").status, 400);
  api.send("DELETE", "/crm/v3/properties/companies/size");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/properties/companies/groups/sync").status, 204);
  EXPECT_EQ(define("other", {{"groupName", "sync"}}).status, 400);
}

// fact: §2.9 [S]
TEST_F(Schema, ATicketsStageIsOneOfThoseThatThereAre) {
  json::object metadata{{"ticketState", "CLOSED"}};
  Answer made = post("/crm/v3/pipelines/tickets/0/stages", {{"label", "Void"}, {"displayOrder", 9}, {"metadata", metadata}});
  EXPECT_EQ(made.status, 201) << made.text;
  std::string stage = text_at(made.body, "/id");
  std::string id = created_id("tickets", {{"subject", "S"}, {"hs_pipeline_stage", stage}});
  EXPECT_EQ(value("tickets", id, "closed_date"), "2026-11-18T12:26:40Z");
  Answer used = api.send("DELETE", "/crm/v3/pipelines/tickets/0/stages/" + stage + "?validateReferencesBeforeDelete=true");
  EXPECT_EQ(used.status, 400);
  EXPECT_EQ(text_at(used.body, "/subCategory"), "PipelineError.STAGE_ID_IN_USE");
  EXPECT_EQ(message(used), "Stage IDs: [" + stage + "] are being referenced by object IDs: [" + id + "]");
  EXPECT_EQ(text_at(used.body, "/context/objectIds"), "[\"[" + id + "]\"]");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/pipelines/tickets/0/stages/" + stage).status, 204);
  EXPECT_EQ(code(create("tickets", {{"subject", "S"}, {"hs_pipeline_stage", stage}})), "INVALID_OPTION");
  EXPECT_EQ(update("tickets", id, {{"content", "x"}}).status, 200);  // it stays where it stands
  Answer audit = api.get("/crm/v3/pipelines/tickets/0/stages/" + stage + "/audit");
  EXPECT_EQ(text_at(audit.body, "/results/0/action") + text_at(audit.body, "/results/1/action"), "DELETECREATE");
  EXPECT_EQ(text_at(audit.body, "/results/0/identifier"), "4242001:" + stage);
  EXPECT_TRUE(audit.body.at_pointer("/results/0/rawObject").is_string());
}

// fact: §2.9 [S]
TEST_F(Schema, APipelineIsReplacedWithNewStagesAndRestored) {
  auto stage = [](const char* label) { return json::object{{"label", label}, {"displayOrder", 0}, {"metadata", {{"ticketState", "OPEN"}}}}; };
  json::object body{{"label", "Repairs"}, {"displayOrder", 3}, {"stages", {stage("In"), stage("Out")}}};
  std::string id = text_at(post("/crm/pipelines/2026-03/tickets", body).body, "/id");
  EXPECT_EQ(post("/crm/v3/pipelines/tickets", body).status, 409);
  body["stages"] = json::array{stage("Only")};
  Answer replaced = api.send_json("PUT", "/crm/v3/pipelines/tickets/" + id, body);
  EXPECT_EQ(text_at(replaced.body, "/stages/0/label"), "Only");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/pipelines/tickets/" + id).status, 204);
  EXPECT_EQ(ids(api.get("/crm/v3/pipelines/tickets")), "0 712000");
  EXPECT_EQ(patch("/crm/v3/pipelines/tickets/" + id, {{"archived", false}}).status, 200);
  EXPECT_EQ(ids(api.get("/crm/v3/pipelines/tickets")), "0 712000 " + id);
  EXPECT_EQ(post("/crm/v3/pipelines/contacts", body).status, 400);
}

// fact: §0.1 [D2] switch: admin_rules_everywhere
TEST_F(Schema, WhatAnAdministratorRequiresIsAskedForByTheNewestVersionAlone) {
  EXPECT_EQ(change({{"object", "companies"}, {"field", "phone"}, {"required", true}}).status, 200);
  EXPECT_EQ(create("companies", {{"name", "A"}}).status, 201);
  Answer strict = post("/crm/objects/2026-09/companies", {{"properties", {{"name", "B"}}}});
  EXPECT_EQ(strict.status, 400);
  EXPECT_EQ(category(strict), "VALIDATION_ERROR");
  EXPECT_EQ(code(strict), "MISSING_REQUIRED_PROPERTY");
  EXPECT_EQ(post("/crm/objects/2026-03/companies", {{"properties", {{"name", "C"}}}}).status, 201);
  set({{"admin_rules_everywhere", true}});
  EXPECT_EQ(create("companies", {{"name", "D"}}).status, 400);
  EXPECT_EQ(change({{"object", "companies"}, {"field", "phone"}, {"required", false}}).status, 200);
  EXPECT_EQ(create("companies", {{"name", "E"}}).status, 201);
}

// fact: §2.4 [D]
TEST_F(Schema, AnAdministratorAddsAndRemovesOptions) {
  std::string id = company("A");
  EXPECT_EQ(update("companies", id, {{"industry", "PIRACY"}}).status, 400);
  EXPECT_EQ(change({{"object", "companies"}, {"field", "industry"}, {"add_option", "PIRACY"}}).status, 200);
  EXPECT_EQ(update("companies", id, {{"industry", "PIRACY"}}).status, 200);
  EXPECT_EQ(change({{"object", "companies"}, {"field", "industry"}, {"remove_option", "PIRACY"}}).status, 200);
  EXPECT_EQ(value("companies", id, "industry"), "PIRACY");
  EXPECT_EQ(update("companies", company("B"), {{"industry", "PIRACY"}}).status, 400);
  EXPECT_EQ(change({{"object", "companies"}, {"field", "industry"}, {"remove_option", "PIRACY"}}).status, 422);
  EXPECT_EQ(change({{"object", "companies"}, {"field", "nonsense"}, {"required", true}}).status, 422);
  EXPECT_EQ(change({{"object", "companies"}, {"field", "name"}, {"add_option", "x"}}).status, 422);
}

// fact: §2.6 [D]
TEST_F(Schema, AUniquePropertyIsALineOfText) {
  auto define = [&](const char* name, const char* field_type) {
    return post("/crm/v3/properties/contacts",
                {{"name", name}, {"label", name}, {"groupName", "contactinformation"}, {"type", "string"}, {"fieldType", field_type}, {"hasUniqueValue", true}})
        .status;
  };
  EXPECT_EQ(define("one", "textarea"), 400);
  EXPECT_EQ(define("two", "html"), 400);
  EXPECT_EQ(define("three", "text"), 201);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
