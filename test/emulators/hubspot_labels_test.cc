// Labels and rules of an account's own, and the association calls of version 3.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Labels : public HubSpotTest {
 protected:
  std::string ann = contact("a@x.example"), acme = company("Acme");
  static json::array kind(const json::value& id, const char* category = "USER_DEFINED") {
    return {{{"associationCategory", category}, {"associationTypeId", id}}};
  }
  Answer label(const std::string& pair, json::object body) { return post("/crm/v4/associations/" + pair + "/labels", body); }
  Answer tie(const json::array& types) { return api.send_json("PUT", "/crm/v4/objects/contacts/" + ann + "/associations/companies/" + acme, types); }
  std::string types(const std::string& of, const std::string& id, const std::string& to) {
    return text_at(api.get("/crm/v4/objects/" + of + "/" + id + "/associations/" + to).body, "/results/0/associationTypes");
  }
};

// fact: §2.12 [S]
TEST_F(Labels, OfAnAccountAreSeenFromBothSides) {
  Answer made = label("contacts/companies", {{"name", "adviser"}, {"label", "Adviser"}, {"inverseLabel", "Client"}});
  EXPECT_EQ(made.status, 200) << made.text;
  json::value id = made.body.at_pointer("/results/0/typeId"), inverse = made.body.at_pointer("/results/1/typeId");
  EXPECT_EQ(text_at(tie(kind(id)).body, "/labels"), R"(["Adviser"])");
  EXPECT_EQ(types("companies", acme, "contacts"), R"([{"category":"USER_DEFINED","typeId":)" + json::serialize(inverse) +
                                                      R"(,"label":"Client"},{"category":"HUBSPOT_DEFINED","typeId":280,"label":null}])");
  EXPECT_EQ(tie(kind(id, "HUBSPOT_DEFINED")).status, 400);
  EXPECT_EQ(label("contacts/companies", {{"name", "adviser"}, {"label", "Other"}}).status, 409);
}

// fact: §2.12 [S], §2.12 [D]
TEST_F(Labels, AreRenamedAndDeletedHubSpotsOwnAreNot) {
  json::value id = label("contacts/companies", {{"name", "adviser"}, {"label", "Adviser"}}).body.at_pointer("/results/0/typeId");
  tie(kind(id));
  std::string base = "/crm/associations/v4/contacts/companies/labels";  // the other spelling
  EXPECT_EQ(api.send_json("PUT", base, {{"associationTypeId", id}, {"label", "Counsel"}}).status, 204);
  EXPECT_NE(types("contacts", ann, "companies").find("Counsel"), std::string::npos);
  EXPECT_EQ(api.send("DELETE", base + "/" + json::serialize(id)).status, 400) << "it is in use";
  json::object input{{"from", {{"id", ann}}}, {"to", {{"id", acme}}}};
  input["types"] = kind(id);
  EXPECT_EQ(post("/crm/v4/associations/contacts/companies/batch/labels/archive", {{"inputs", json::array{input}}}).status, 204);
  EXPECT_EQ(api.send("DELETE", base + "/" + json::serialize(id)).status, 204);
  EXPECT_EQ(types("contacts", ann, "companies"), R"([{"category":"HUBSPOT_DEFINED","typeId":279,"label":null}])");
  EXPECT_EQ(api.send("DELETE", base + "/1").status, 404);
  EXPECT_EQ(tie(kind(id)).status, 400);
}

// fact: §2.12 [D]
TEST_F(Labels, HaveNamesWithoutHyphensThatBeginWithALetter) {
  for (const char* name : {"co-worker", "2nd"}) EXPECT_EQ(label("contacts/companies", {{"name", name}, {"label", "L"}}).status, 400) << name;
  EXPECT_EQ(label("contacts/companies", {{"name", "second_2"}, {"label", "L"}}).status, 200);
}

// fact: §6 [D]
TEST_F(Labels, AreLimitedForEachPair) {
  int made = 0;
  for (int i = 0; i < 12; ++i) made += label("tickets/companies", {{"name", "l" + std::to_string(i)}, {"label", "L" + std::to_string(i)}}).status == 200;
  EXPECT_EQ(made, 10);
}

// fact: §6 [D]
TEST_F(Labels, RulesBoundHowManyRecordsAreTied) {
  std::string rules = "/crm/v4/associations/definitions/configurations/", other = company("Blue");
  json::object rule{{"typeId", 279}, {"category", "HUBSPOT_DEFINED"}, {"maxToObjectIds", 1}};
  EXPECT_EQ(post(rules + "contacts/companies/batch/create", {{"inputs", {rule}}}).status, 201);
  EXPECT_EQ(text_at(api.get(rules + "all").body, "/results/0/userEnforcedMaxToObjectIds"), "1");
  EXPECT_EQ(tie(kind(279, "HUBSPOT_DEFINED")).status, 201);
  EXPECT_EQ(tie(kind(279, "HUBSPOT_DEFINED")).status, 201);  // it is there already
  json::object input{{"from", {{"id", ann}}}, {"to", {{"id", other}}}, {"types", kind(279, "HUBSPOT_DEFINED")}};
  Answer full = post("/crm/v4/associations/contacts/companies/batch/create", {{"inputs", {input}}});
  EXPECT_EQ(full.status, 207);
  EXPECT_EQ(text_at(full.body, "/errors/0/category"), "VALIDATION_ERROR");
  json::object back{{"from", {{"id", other}}}, {"to", {{"id", ann}}}};
  EXPECT_EQ(post("/crm/v4/associations/companies/contacts/batch/associate/default", {{"inputs", {back}}}).status, 207);
  rule["maxToObjectIds"] = 2;
  EXPECT_EQ(post(rules + "contacts/companies/batch/update", {{"inputs", {rule}}}).status, 200);
  EXPECT_EQ(post("/crm/v4/associations/contacts/companies/batch/create", {{"inputs", {input}}}).status, 201);
}

// fact: §6 [D], §2.13 [D]
TEST_F(Labels, RulesHoldForWhatIsTiedAtItsCreation) {
  std::string rules = "/crm/v4/associations/definitions/configurations/";
  EXPECT_EQ(post(rules + "companies/contacts/batch/create", {{"inputs", {{{"typeId", 280}, {"category", "HUBSPOT_DEFINED"}, {"maxToObjectIds", 1}}}}}).status,
            201);
  std::string firm = company("Green");
  auto create = [&](const char* email) {
    json::object tie{{"to", {{"id", firm}}}, {"types", kind(279, "HUBSPOT_DEFINED")}};
    return post("/crm/v3/objects/contacts", {{"properties", {{"email", email}}}, {"associations", {tie}}});
  };
  EXPECT_EQ(create("one@x.example").status, 201);
  Answer full = create("two@x.example");
  EXPECT_EQ(full.status, 400);
  EXPECT_EQ(text_at(full.body, "/subCategory"), "crm.associations.ASSOCIATION_LIMIT_EXCEEDED");
  EXPECT_EQ(read("contacts", "two@x.example", "idProperty=email").status, 404) << "nothing is left of it";
  std::string path = "/crm/v4/objects/contacts/" + contact("four@x.example") + "/associations/companies/" + firm;
  EXPECT_EQ(api.send_json("PUT", path, kind(1, "HUBSPOT_DEFINED")).status, 400) << "as a primary one it is one more, too";
  json::object fields{{"email", "three@x.example"}, {"associations.companies", firm}};
  EXPECT_NE(edit({{"as", "Ann"}, {"operation", "create"}, {"object", "contacts"}, {"fields", fields}}).status, 200);
}

// fact: §2.12 [S] switch: numeric_association_ids
TEST_F(Labels, IdsAreTextsUnlessTheOlderSpecificationsHold) {
  tie(kind(279, "HUBSPOT_DEFINED"));
  std::string path = "/crm/v4/objects/contacts/" + ann + "/associations/companies";
  EXPECT_TRUE(api.get(path).body.at_pointer("/results/0/toObjectId").is_string());
  set({{"numeric_association_ids", true}});
  EXPECT_TRUE(api.get(path).body.at_pointer("/results/0/toObjectId").is_int64());
}

// fact: §2.12 [D]
TEST_F(Labels, Version3NamesItsTypesAndThePlainNameIsThePrimaryOne) {
  std::string one = "/crm/v3/objects/contacts/" + ann + "/associations/companies";
  EXPECT_EQ(api.send("PUT", one + "/" + acme + "/contact_to_company").status, 200);
  EXPECT_NE(types("contacts", ann, "companies").find("Primary"), std::string::npos);
  EXPECT_EQ(text_at(api.get(one).body, "/results/0"), R"({"id":")" + acme + R"(","type":"contact_to_company"})");
  EXPECT_EQ(api.send("DELETE", one + "/" + acme + "/1").status, 204);
  EXPECT_EQ(text_at(api.get(one).body, "/results/0/type"), "contact_to_company_unlabeled");
  Answer wrong = api.send("PUT", one + "/" + acme + "/note_to_contact");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(text_at(wrong.body, "/subCategory"), "crm.associations.INVALID_ASSOCIATION_TYPE");
  EXPECT_EQ(text_at(api.get("/crm/v3/associations/meetings/contacts/types").body, "/results/0/name"), "meeting_event_to_contact");
}

// fact: §7 [O]
TEST_F(Labels, Version3CutsOffAfterAHundred) {
  json::array inputs;
  for (int i = 0; i < 120; ++i) {
    if (inputs.size() == 100) {
      EXPECT_EQ(post("/crm/v3/associations/contacts/companies/batch/create", {{"inputs", inputs}}).status, 201);
      inputs.clear();
    }
    std::string id = contact("n" + std::to_string(i) + "@x.example");
    inputs.push_back(json::object{{"from", {{"id", id}}}, {"to", {{"id", acme}}}, {"type", "contact_to_company_unlabeled"}});
  }
  EXPECT_EQ(post("/crm/v3/associations/contacts/companies/batch/create", {{"inputs", inputs}}).status, 201);
  auto read = [&](const json::object& input) {
    Answer answer = post("/crm/v3/associations/companies/contacts/batch/read", {{"inputs", {input}}});
    EXPECT_EQ(answer.body.at_pointer("/results/0/to").as_array().size(), 100u);
    return text_at(answer.body, "/results/0/to/0/id");
  };
  EXPECT_EQ(read({{"id", acme}}), read({{"id", acme}, {"after", "512000000100"}}));  // there is no way to the rest
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
