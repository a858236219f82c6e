// Deals, communications, and object types of the account's own.
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Types : public HubSpotTest {
 protected:
  std::string deal(const std::string& name) { return created_id("deals", {{"dealname", name}, {"dealstage", "qualifiedtobuy"}}); }
  Answer define(json::object more = {}) {
    json::object name{{"name", "tag"}, {"label", "Tag"}, {"type", "string"}, {"fieldType", "text"}, {"hasUniqueValue", true}};
    json::object age{{"name", "age"}, {"label", "Age"}, {"type", "number"}, {"fieldType", "number"}};
    json::object body{{"name", "cats"},
                      {"labels", {{"singular", "Cat"}, {"plural", "Cats"}}},
                      {"primaryDisplayProperty", "tag"},
                      {"requiredProperties", {"tag"}},
                      {"properties", {name, age}},
                      {"associatedObjects", {"CONTACT"}}};
    for (const auto& member : more) body[member.key()] = member.value();
    return post("/crm-object-schemas/v3/schemas", body);
  }
};

// fact: §2.1 [D], §2.9 [S]
TEST_F(Types, ADealStandsInAStageOfItsPipeline) {
  std::string id = deal("A");
  EXPECT_EQ(value("deals", id, "pipeline"), "default");
  EXPECT_EQ(update("deals", id, {{"dealstage", "1"}}).status, 400) << "a stage of tickets";
  EXPECT_EQ(create("deals", {{"dealname", "A"}}).status, 400);
  Answer pipelines = api.get("/crm/v3/pipelines/deals");
  EXPECT_EQ(text_at(pipelines.body, "/results/0/stages/1/metadata/probability"), "0.4");
  EXPECT_EQ(text_at(pipelines.body, "/results/0/stages/5/metadata/isClosed"), "true");
  EXPECT_EQ(api.get("/crm/v3/pipelines/deals/0").status, 404) << "a pipeline of tickets";
  EXPECT_EQ(api.get("/crm/v3/pipelines/tickets/default").status, 404);
}

// fact: §2.12 [K]
TEST_F(Types, CallsBelongToMeetingsAndDealsToDeals) {
  auto first = [&](const std::string& pair) { return text_at(api.get("/crm/v4/associations/" + pair + "/labels").body, "/results/0/typeId"); };
  EXPECT_EQ(first("calls/meetings") + " " + first("meetings/calls") + " " + first("deals/deals"), "399 400 451");
}

// fact: §2.12 [S] switch: numbers_as_texts
TEST_F(Types, TheIdOfAnAssociationTypeIsANumber) {
  std::string ann = contact("a@x.example"), acme = company("Acme");
  auto types = [](const json::value& id) { return json::array{{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", id}}}; };
  json::object pair{{"from", {{"id", ann}}}, {"to", {{"id", acme}}}, {"types", types("279")}};
  json::array tied{{{"to", {{"id", acme}}}, {"types", types("279")}}};
  auto batch = [&] { return post("/crm/v4/associations/contacts/companies/batch/create", {{"inputs", {pair}}}).status; };
  auto inside = [&] { return post("/crm/v3/objects/contacts", {{"properties", {{"email", "b@x.example"}}}, {"associations", tied}}).status; };
  auto one = [&](const json::value& id) {
    return api.send_json("PUT", "/crm/v4/objects/contacts/" + ann + "/associations/companies/" + acme, types(id)).status;
  };
  EXPECT_EQ(one(279), 201);
  for (int status : {batch(), inside(), one("279"), one(279.5), one(true)}) EXPECT_EQ(status, 400);
  set({{"numbers_as_texts", true}});
  for (int status : {batch(), inside(), one("279")}) EXPECT_EQ(status, 201);
  EXPECT_EQ(one("27x"), 400);
}

// fact: §2.2 [O]
TEST_F(Types, AKeyThatIsNoPropertyIsToldAsOne) {
  Answer answer = patch("/crm/v3/objects/companies/g1?idProperty=segment_group_id", {{"properties", {{"segment_group_id", "g1"}, {"name", "Acme"}}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(message(answer).find(R"(Property values were not valid: [{"isValid":false)"), 0u) << answer.text;
  EXPECT_EQ(code(answer), "PROPERTY_DOESNT_EXIST");
}

// fact: §2.8 [D]
TEST_F(Types, SensitivePropertiesAreListedByThemselves) {
  json::object secret{{"name", "secret"}, {"label", "S"},        {"groupName", "contactinformation"},
                      {"type", "string"}, {"fieldType", "text"}, {"dataSensitivity", "sensitive"}};
  EXPECT_EQ(text_at(post("/crm/v3/properties/contacts", secret).body, "/dataSensitivity"), "sensitive");
  Answer listed = api.get("/crm/v3/properties/contacts?dataSensitivity=sensitive");
  EXPECT_EQ(text_at(listed.body, "/results/0/name"), "secret");
  EXPECT_EQ(listed.body.at("results").as_array().size(), 1u);
  EXPECT_EQ(api.get("/crm/v3/properties/contacts").text.find("\"secret\""), std::string::npos);
  json::object phone{{"name", "fax2"}, {"label", "Fax"}, {"groupName", "contactinformation"}, {"type", "phone_number"}, {"fieldType", "phonenumber"}};
  EXPECT_EQ(post("/crm/v3/properties/contacts", phone).status, 501) << "of the platform, but not here";
  EXPECT_EQ(api.get("/crm/v3/properties/contacts?dataSensitivity=very").status, 400);
  EXPECT_EQ(api.get("/crm/v3/properties/contacts/email?dataSensitivity=very").status, 400);
  secret["name"] = "other", secret["dataSensitivity"] = "very";
  EXPECT_EQ(post("/crm/v3/properties/contacts", secret).status, 400);
}

// fact: §8 [O]
TEST_F(Types, WhatHubSpotDefinesBesideTheFieldsOfEveryDayCanBeWritten) {
  std::string acme = created_id("companies", {{"name", "Acme"}, {"type", "PARTNER"}, {"twitterhandle", "acme"}, {"linkedin_company_page", "l"}});
  std::string ann = created_id("contacts", {{"email", "a@x.example"}, {"salutation", "Dr"}, {"fax", "123"}, {"industry", "Rope"}, {"numemployees", "1-5"}});
  EXPECT_EQ(update("contacts", ann, {{"numemployees", "7"}}).status, 400);
  EXPECT_EQ(update("contacts", ann, {{"associatedcompanyid", acme}}).status, 400) << "told, not written";
  json::array primary{{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 1}}};
  EXPECT_EQ(api.send_json("PUT", "/crm/v4/objects/contacts/" + ann + "/associations/companies/" + acme, primary).status, 201);
  EXPECT_EQ(value("contacts", ann, "associatedcompanyid"), acme);
}

// fact: §2.1 [D], §2.12 [D]
TEST_F(Types, ATypeIsNamedInTheWordsOfItsCalls) {
  std::string ann = contact("a@x.example"), acme = company("Acme");
  for (const char* name : {"contacts", "0-1"}) EXPECT_EQ(read(name, ann).status, 200) << name;
  for (const char* name : {"contact", "Contacts", "CONTACT", "persons"}) EXPECT_EQ(read(name, ann).status, 400) << name;
  EXPECT_EQ(api.get("/crm/v3/properties/contact/email").status, 400);
  EXPECT_EQ(api.get("/crm/v3/pipelines/ticket").status, 400);
  EXPECT_EQ(read("contacts", ann, "associations=company").status, 400);
  auto tied = [&](const std::string& from, const std::string& to) {
    return api.send("PUT", "/crm/v4/objects/" + from + "/" + ann + "/associations/default/" + to + "/" + acme).status;
  };
  EXPECT_EQ(tied("contact", "company"), 200) << "associations take the singular, too";
  EXPECT_EQ(tied("contacts", "0-2"), 200);
  EXPECT_EQ(tied("Contact", "company"), 400);
  auto joined = [&](const std::string& base) { return post(base + "/batch/read", {{"inputs", {{{"id", ann}}}}}).status; };
  EXPECT_EQ(joined("/crm/v3/associations/Contacts/Companies"), 207) << "the guide of version 3 writes them so";
  EXPECT_EQ(joined("/crm/v4/associations/Contacts/Companies"), 400);
  EXPECT_EQ(joined("/crm/v3/associations/CONTACTS/COMPANIES"), 400);
  clock.advance(Duration(6'000));
  EXPECT_EQ(search_where("contacts", "associations.company", "EQ", json::value(acme)).status, 200);
  EXPECT_EQ(search_where("contacts", "associations.companies", "EQ", json::value(acme)).status, 400);
  auto list = [&](const char* type) { return post("/crm/v3/lists", {{"name", type}, {"objectTypeId", type}, {"processingType", "MANUAL"}}).status; };
  EXPECT_EQ(list("0-1"), 200);
  EXPECT_EQ(list("contacts"), 400);
  auto exported = [&](const char* type) {
    json::object body{{"exportType", "VIEW"}, {"format", "CSV"}, {"objectType", type}, {"objectProperties", {"email"}}};
    return post("/crm/v3/exports/export/async", body).status;
  };
  EXPECT_EQ(exported("CONTACT"), 202);
  EXPECT_EQ(exported("0-1"), 202);
  EXPECT_EQ(exported("contacts"), 400);
}

// fact: §2.1 [O] switch: any_type_names
TEST_F(Types, ATypeMayBeNamedInSingularOrPluralAndInLettersOfAnySize) {
  std::string ann = contact("a@x.example"), acme = company("Acme");
  EXPECT_EQ(read("contact", ann).status, 400);
  set({{"any_type_names", true}});
  EXPECT_EQ(
      post("/crm/v3/objects/contact/batch/upsert", {{"inputs", {{{"id", "a@x.example"}, {"idProperty", "email"}, {"properties", {{"city", "Oslo"}}}}}}}).status,
      200);
  EXPECT_EQ(value("CONTACTS", ann, "city"), "Oslo");
  EXPECT_EQ(api.get("/crm/v3/properties/Contact/email").status, 200);
  EXPECT_EQ(api.send("PUT", "/crm/v4/objects/Contacts/" + ann + "/associations/default/COMPANY/" + acme).status, 200);
  Answer tied = post("/crm/v4/associations/CONTACTS/COMPANIES/batch/read", {{"inputs", {{{"id", ann}}}}});
  EXPECT_EQ(text_at(tied.body, "/results/0/to/0/toObjectId"), acme) << tied.text;
  EXPECT_EQ(text_at(api.get("/crm/v3/pipelines/ticket").body, "/results/0/id"), "0");
  EXPECT_EQ(read("persons", ann).status, 400);
}

// fact: §2.1 [D]
TEST_F(Types, WhatTheStandInDoesNotServeIsSaidSoAndNotCalledMissing) {
  for (const char* path : {"/automation/v4/flows", "/contacts/v1/lists", "/forms/v2/forms", "/files/v3/files/search", "/crm/v3/objects/contacts/1/no/such"}) {
    Answer answer = api.get(path);
    EXPECT_EQ(answer.status, 501) << path;
    EXPECT_EQ(message(answer), "Not served by this stand-in: GET " + std::string(path));
  }
  for (const char* type : {"leads", "0-136", "quotes", "0-14", "invoices", "0-53", "feedback_submissions"})
    EXPECT_EQ(api.get("/crm/v3/objects/" + std::string(type)).status, 501) << type;
  EXPECT_EQ(search_where("tickets", "hs_primary_company_id", "EQ", "1").status, 501);
  json::object exported{{"exportType", "VIEW"}, {"format", "XLSX"}, {"objectType", "CONTACT"}, {"objectProperties", {"email"}}};
  EXPECT_EQ(post("/crm/v3/exports/export/async", exported).status, 501);
  exported["format"] = "CSV", exported["associatedObjectType"] = "COMPANY";
  EXPECT_EQ(post("/crm/v3/exports/export/async", exported).status, 501);
  json::object sum{{"name", "sum"}, {"label", "Sum"}, {"groupName", "contactinformation"}, {"type", "number"}, {"fieldType", "calculation_equation"}};
  EXPECT_EQ(post("/crm/v3/properties/contacts", sum).status, 501);
}

// fact: §2.9 [S]
TEST_F(Types, AStageThatDealsStandInIsNotDeletedWhereTheCallerAsks) {
  deal("A");
  std::string stage = "/crm/v3/pipelines/deals/default/stages/qualifiedtobuy?validateDealStageUsagesBeforeDelete=";
  Answer refused = api.send("DELETE", stage + "true");
  EXPECT_EQ(text_at(refused.body, "/subCategory"), "PipelineError.STAGE_ID_IN_USE");
  EXPECT_EQ(api.send("DELETE", stage + "false").status, 204);
  Answer bad = post("/crm/v3/pipelines/deals/default/stages", {{"label", "Maybe"}, {"displayOrder", 9}, {"metadata", {{"probability", "2"}}}});
  EXPECT_EQ(bad.status, 400);
  Answer good = post("/crm/v3/pipelines/deals/default/stages", {{"label", "Maybe"}, {"displayOrder", 9}, {"metadata", {{"probability", "0.5"}}}});
  EXPECT_EQ(good.status, 201) << good.text;
  EXPECT_EQ(create("deals", {{"dealname", "B"}, {"dealstage", text_at(good.body, "/id")}}).status, 201);
}

// fact: §2.12 [D]
TEST_F(Types, DealsAndCommunicationsAreTiedByTheIdsOfTheTable) {
  std::string sale = deal("A"), ann = contact("a@x.example"), acme = company("Acme");
  std::string message = created_id("communications", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_communication_channel_type", "SMS"}});
  auto tie = [&](const std::string& from, const std::string& to, int id) {
    json::array types{{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", id}}};
    return api.send_json("PUT", "/crm/v4/objects/" + from + "/associations/" + to, types).status;
  };
  EXPECT_EQ(tie("deals/" + sale, "contacts/" + ann, 3), 201);
  EXPECT_EQ(tie("deals/" + sale, "companies/" + acme, 5), 201);
  EXPECT_EQ(tie("communications/" + message, "contacts/" + ann, 81), 201);
  EXPECT_EQ(tie("contacts/" + ann, "communications/" + message, 82), 201);
  EXPECT_EQ(tie("communications/" + message, "deals/" + sale, 85), 201);
  EXPECT_EQ(tie("communications/" + message, "deals/" + sale, 81), 400);
  EXPECT_EQ(value("deals", sale, "hs_primary_associated_company"), acme);
  EXPECT_EQ(text_at(read("communications", message, "associations=contacts").body, "/associations/contacts/results/0/type"), "communication_to_contact");
}

// fact: §2.1 [D]
TEST_F(Types, AnAccountDefinesATypeOfItsOwn) {
  Answer made = define();
  EXPECT_EQ(made.status, 201) << made.text;
  std::string type_id = text_at(made.body, "/objectTypeId"), full = text_at(made.body, "/fullyQualifiedName");
  EXPECT_EQ(type_id.substr(0, 2), "2-");
  EXPECT_EQ(full, "p4242001_cats");
  EXPECT_EQ(define().status, 409);
  std::string id = created_id(type_id, {{"tag", "T1"}, {"age", "3"}});
  EXPECT_EQ(value(full, id, "age"), "3");
  EXPECT_EQ(text_at(read("p_cats", id).body, "/properties/tag"), "T1");
  EXPECT_EQ(create(type_id, {{"age", "3"}}).status, 400) << "tag is required";
  EXPECT_EQ(create(type_id, {{"tag", "T1"}}).status, 400) << "tag is unique";
  EXPECT_EQ(text_at(read(type_id, "T1", "idProperty=tag").body, "/id"), id);
  clock.advance(Duration(6'000));
  EXPECT_EQ(ids(search_where(type_id, "age", "GT", "2")), id);
  EXPECT_EQ(api.get("/crm/v3/properties/" + type_id).status, 200);
  EXPECT_EQ(api.send("DELETE", "/crm-object-schemas/v3/schemas/" + type_id).status, 400) << "it has records";
  api.send("DELETE", "/crm/v3/objects/" + type_id + "/" + id);
  EXPECT_EQ(api.send("DELETE", "/crm-object-schemas/v3/schemas/" + type_id).status, 204);
  EXPECT_EQ(create(type_id, {{"tag", "T2"}}).status, 400);
  EXPECT_EQ(text_at(api.get("/crm-object-schemas/v3/schemas?archived=true").body, "/results/0/name"), "cats");
}

// fact: §2.1 [D]
TEST_F(Types, ATypeThatIsDeletedForGoodGivesItsNameFree) {
  const std::string schemas = "/crm-object-schemas/v3/schemas/";
  std::string first = text_at(define().body, "/objectTypeId"), cat = created_id(first, {{"tag", "T1"}});
  EXPECT_EQ(api.send("DELETE", schemas + first + "?archived=true").status, 404) << "it is not archived yet";
  api.send("DELETE", "/crm/v3/objects/" + first + "/" + cat);
  EXPECT_EQ(api.send("DELETE", schemas + first).status, 204);
  EXPECT_EQ(define().status, 409) << "an archived one keeps its name";
  EXPECT_EQ(api.send("DELETE", schemas + first + "?archived=true").status, 204);
  EXPECT_EQ(api.send("DELETE", schemas + first + "?archived=true").status, 404);
  EXPECT_EQ(text_at(api.get("/crm-object-schemas/v3/schemas?archived=true").body, "/results"), "[]");
  Answer again = define();
  ASSERT_EQ(again.status, 201) << again.text;
  std::string second = text_at(again.body, "/objectTypeId");
  EXPECT_NE(second, first);
  EXPECT_EQ(api.get("/crm/v3/objects/p_cats?archived=true").body.at("results").as_array().size(), 0u) << "records of the one before";
  EXPECT_EQ(text_at(read("p_cats", created_id(second, {{"tag", "T1"}}), "properties=tag").body, "/properties/tag"), "T1");
}

// fact: §2.9 [K] switch: numeric_metadata
TEST_F(Types, WhatAStageSaysOfItselfIsText) {
  auto made = [&](const json::value& share) {
    return post("/crm/v3/pipelines/deals/default/stages",
                {{"label", "S" + json::serialize(share)}, {"displayOrder", 9}, {"metadata", {{"probability", share}}}});
  };
  EXPECT_EQ(made("0.5").status, 201);
  EXPECT_EQ(made(0.5).status, 400);
  set({{"numeric_metadata", true}});
  EXPECT_EQ(text_at(made(0.5).body, "/metadata/probability"), "0.5");
  EXPECT_EQ(made(true).status, 400);
}

// fact: §2.1 [D], §3.1 [D]
TEST_F(Types, ATypeOfTheAccountIsTiedToWhatItNamed) {
  std::string type = text_at(define().body, "/objectTypeId"), cat = created_id(type, {{"tag", "T1"}}), ann = contact("a@x.example"), acme = company("Acme");
  std::string base = "/crm/v4/objects/" + type + "/" + cat + "/associations/default/";
  EXPECT_EQ(text_at(api.send("PUT", base + "contacts/" + ann).body, "/results/0/associationSpec/associationCategory"), "USER_DEFINED");
  EXPECT_EQ(api.send("PUT", base + "companies/" + acme).status, 400) << "never named";
  std::string note = created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}});
  EXPECT_EQ(text_at(api.send("PUT", base + "notes/" + note).body, "/results/0/associationSpec/associationCategory"), "HUBSPOT_DEFINED") << "by themselves";
  Answer ties = api.get("/crm/v4/objects/contacts/" + ann + "/associations/" + type);
  EXPECT_EQ(text_at(ties.body, "/results/0/associationTypes/0/category"), "USER_DEFINED");
  Answer added =
      post("/crm-object-schemas/v3/schemas/" + type + "/associations", {{"fromObjectTypeId", type}, {"toObjectTypeId", "0-2"}, {"name", "cat_to_company"}});
  EXPECT_EQ(added.status, 201) << added.text;
  EXPECT_EQ(api.send("PUT", base + "companies/" + acme).status, 200);
  std::string association = "/crm-object-schemas/v3/schemas/" + type + "/associations/" + text_at(added.body, "/id");
  EXPECT_EQ(api.send("DELETE", association).status, 400) << "records are tied by it";
  api.send("DELETE", "/crm/v4/objects/" + type + "/" + cat + "/associations/companies/" + acme);
  EXPECT_EQ(api.send("DELETE", association).status, 204);
  EXPECT_EQ(search_where(type, "associations.contact", "EQ", json::value(ann)).status, 400) << "not for types of the account's own";
}

// fact: §2.1 [D]
TEST_F(Types, APropertyOfANewTypeIsALineOfTextUnlessItSaysOtherwise) {
  json::object plain{{"name", "tag"}, {"label", "Tag"}, {"isPrimaryDisplayLabel", true}};
  Answer made = define({{"properties", json::array{plain}}, {"metaType", "PORTAL_SPECIFIC"}});
  ASSERT_EQ(made.status, 201) << made.text;
  Answer tag = api.get("/crm/v3/properties/" + text_at(made.body, "/objectTypeId") + "/tag");
  EXPECT_EQ(text_at(tag.body, "/type") + " " + text_at(tag.body, "/fieldType") + " " + text_at(tag.body, "/groupName"), "string text cats_information");
}

// fact: §2.1 [D]
TEST_F(Types, APropertyOfANewTypeMayHaveCapitalLetters) {
  json::object plain{{"name", "VIN"}, {"label", "VIN"}, {"hasUniqueValue", true}};
  Answer made = define({{"properties", json::array{plain}}, {"primaryDisplayProperty", "VIN"}, {"requiredProperties", {"VIN"}}});
  ASSERT_EQ(made.status, 201) << made.text;
  std::string type = text_at(made.body, "/objectTypeId"), id = created_id(type, {{"VIN", "1FT8"}});
  EXPECT_EQ(text_at(read(type, "1FT8", "idProperty=VIN").body, "/id"), id);
}

// fact: §2.9 [D]
TEST_F(Types, AStageOfTicketsMaySayNothingMoreAndAPipelineHasAHundred) {
  json::array stages;
  for (int i = 0; i < 100; ++i) stages.push_back(json::object{{"label", "S" + std::to_string(i)}, {"displayOrder", i}});
  Answer made = post("/crm/v3/pipelines/tickets", {{"label", "P"}, {"displayOrder", 1}, {"stages", stages}});
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(made.body, "/stages/0/metadata/ticketState"), "OPEN");
  json::object more{{"label", "S100"}, {"displayOrder", 100}};
  EXPECT_EQ(post("/crm/v3/pipelines/tickets/" + text_at(made.body, "/id") + "/stages", more).status, 400);
  stages.push_back(more);
  EXPECT_EQ(post("/crm/v3/pipelines/tickets", {{"label", "Q"}, {"displayOrder", 1}, {"stages", stages}}).status, 400);
  EXPECT_EQ(post("/crm/v3/pipelines/deals/default/stages", more).status, 400) << "of deals they have a probability";
}

// fact: §2.1 [D]
TEST_F(Types, WhatIsNoDefinitionIsRefusedWhole) {
  EXPECT_EQ(define({{"name", "9 lives"}}).status, 400);
  EXPECT_EQ(define({{"primaryDisplayProperty", "colour"}}).status, 400);
  EXPECT_EQ(define({{"requiredProperties", {"colour"}}}).status, 400);
  EXPECT_EQ(define({{"labels", {{"singular", "Cat"}}}}).status, 400);
  EXPECT_EQ(define({{"associatedObjects", {"DOG"}}}).status, 400);
  EXPECT_EQ(define({{"properties", 1}}).status, 400);
  EXPECT_EQ(text_at(api.get("/crm-object-schemas/v3/schemas").body, "/results"), "[]");
  EXPECT_EQ(define().status, 201);
  std::string one = "/crm-object-schemas/v3/schemas/p_cats";
  EXPECT_EQ(patch(one, {{"labels", {{"singular", "Tom"}, {"plural", "Toms"}}}}).status, 200);
  EXPECT_EQ(text_at(api.get(one).body, "/labels/singular"), "Tom");
  EXPECT_EQ(patch(one, {{"requiredProperties", {"colour"}}}).status, 400);
  EXPECT_EQ(api.get("/crm-object-schemas/v3/schemas/contacts").status, 404);
}

// fact: §2.1 [D]
TEST_F(Types, ProductsAreSoldInLineItemsOfADeal) {
  std::string product = created_id("products", {{"name", "Lamp"}, {"price", "12.5"}});
  std::string deal = created_id("deals", {{"dealname", "D"}, {"dealstage", "appointmentscheduled"}});
  json::object spec{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 20}};
  Answer item = post("/crm/v3/objects/line_items",
                     {{"properties", {{"hs_product_id", product}, {"quantity", "2"}}}, {"associations", {{{"to", {{"id", deal}}}, {"types", {spec}}}}}});
  ASSERT_EQ(item.status, 201) << item.text;
  EXPECT_EQ(text_at(read("deals", deal, "associations=line_items").body, "/associations/line_items/results/0/id"), text_at(item.body, "/id"));
  EXPECT_EQ(text_at(api.get("/crm/v3/objects/0-7").body, "/results/0/properties/price"), "12.5");
  EXPECT_EQ(post("/crm/v3/objects/products/merge", {{"primaryObjectId", product}, {"objectIdToMerge", product}}).status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
