// Where the platform's behaviour is not certain: the stricter reading, and the switch for the other one.
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Quirks : public HubSpotTest {};

// fact: §6 [D]
TEST_F(Quirks, HeadersOfAnEmailNamePeopleAsObjects) {
  auto with = [&](const char* headers) {
    return create("emails", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_email_direction", "EMAIL"}, {"hs_email_headers", headers}}).status;
  };
  EXPECT_EQ(with(R"({"from":"a@x.example"})"), 400);
  EXPECT_EQ(with(R"({"from":{"email":"a@x.example"},"to":{"email":"b@x.example"}})"), 400);
  EXPECT_EQ(with(R"({"from":{"email":"a@x.example"},"to":[{"email":"b@x.example"}],"cc":["c@x.example"]})"), 400);
  EXPECT_EQ(with(R"({"from":{"email":"a@x.example"},"to":[{"email":"b@x.example"}],"cc":[],"bcc":[]})"), 201);
}

// fact: §2.2 [S]
TEST_F(Quirks, ARecordIsArchivedByItsIdAlone) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/a@x.example?idProperty=email").status, 404);
  EXPECT_EQ(read("contacts", "a@x.example", "idProperty=email").status, 200);
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/" + id).status, 204);
}

// fact: §3.1 [D]
TEST_F(Quirks, WhatASearchSelectsIsAList) {
  EXPECT_EQ(search("contacts", {{"properties", "email"}}).status, 400);
  EXPECT_EQ(search("contacts", {{"properties", json::array{"email"}}}).status, 200);
}

// fact: §2.4 [D]
TEST_F(Quirks, AnInstantIsIsoOrMilliseconds) {
  for (const char* text : {"2026-05-01 09:00:00Z", "2026-05-01", "2026-05-01T09:00:00", "yesterday"})
    EXPECT_EQ(create("notes", {{"hs_timestamp", text}}).status, 400) << text;
  for (const char* text : {"2026-05-01T09:00:00Z", "1777626000000"}) EXPECT_EQ(create("notes", {{"hs_timestamp", text}}).status, 201) << text;
}

// fact: §8 [U]
TEST_F(Quirks, AnActivityTellsWhatItsBodySaysAsText) {
  std::string id = created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_note_body", "<p>Tom &amp; Ann</p><p>agree</p>"}});
  EXPECT_EQ(value("notes", id, "hs_body_preview"), "Tom & Ann agree");
  EXPECT_EQ(value("notes", id, "hs_body_preview_html"), "<p>Tom &amp; Ann</p><p>agree</p>");
  EXPECT_EQ(update("notes", id, {{"hs_body_preview", "x"}}).status, 400);
  std::string mail = created_id("emails", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_email_direction", "EMAIL"}, {"hs_email_text", "plain"}});
  EXPECT_EQ(value("emails", mail, "hs_body_preview"), "plain");
  clock.advance(Duration(6'000));
  EXPECT_EQ(ids(search_where("notes", "hs_body_preview", "CONTAINS_TOKEN", "agree")), id);
  EXPECT_EQ(search_where("emails", "hs_body_preview", "CONTAINS_TOKEN", "plain").status, 400);
}

// fact: §2.9 switch: archived_owners_assignable
TEST_F(Quirks, NothingIsGivenToAnArchivedOwner) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(update("contacts", id, {{"hubspot_owner_id", "70003"}}).status, 400);
  set({{"archived_owners_assignable", true}});
  EXPECT_EQ(update("contacts", id, {{"hubspot_owner_id", "70003"}}).status, 200);
}

// fact: §8 switch: conventional_required
TEST_F(Quirks, AnEmailNeedsADirection) {
  json::object message{{"hs_timestamp", "2026-05-01T09:00:00Z"}};
  EXPECT_EQ(create("emails", message).status, 400);
  set({{"conventional_required", false}});
  EXPECT_EQ(create("emails", message).status, 201);
}

// The example of the page on errors: the first is made, the second is told by its trace.
// fact: §2.5 [D], §8 [D]
TEST_F(Quirks, ATicketNeedsItsStageAloneAndARowThatFailsSaysWhyInItsMessage) {
  json::object good{{"objectWriteTraceId", "549b1c2a9350"}, {"properties", {{"hs_pipeline_stage", "1"}}}};
  json::object bad{{"objectWriteTraceId", "549b1c2a9351"}, {"properties", {{"hs_pipeline_stage", "1"}, {"missing", "1"}}}};
  Answer answer = post("/crm/v3/objects/tickets/batch/create", {{"inputs", json::array{good, bad}}});
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(text_at(answer.body, "/results/0/properties/hs_pipeline"), "0");
  const json::object& row = answer.body.at_pointer("/errors/0").as_object();
  EXPECT_FALSE(row.contains("errors"));
  EXPECT_EQ(json::serialize(row.at("context")), R"({"objectWriteTraceId":["549b1c2a9351"]})");
  EXPECT_EQ(json::value_to<std::string>(row.at("message")),
            R"(Property values were not valid: [{"isValid":false,"message":"Property \"missing\" does not exist","error":"PROPERTY_DOESNT_EXIST",)"
            R"("name":"missing","localizedErrorMessage":"Property \"missing\" does not exist"}])");
}

// fact: §2.4 [S], §2.4 [D] switch: engagements_ignore_unknown
TEST_F(Quirks, WhatAnEngagementDoesNotKnowIsRefusedOrPassedOver) {
  json::object note{{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_note_body", "hi"}, {"nonsense", "1"}, {"hs_createdate", "2020-01-01T00:00:00Z"}};
  Answer refused = create("notes", note);
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.text.find("PROPERTY_DOESNT_EXIST"), std::string::npos);
  EXPECT_NE(refused.text.find("READ_ONLY_VALUE"), std::string::npos) << refused.text;
  set({{"engagements_ignore_unknown", true}});
  std::string id = created_id("notes", note);
  EXPECT_EQ(value("notes", id, "hs_note_body"), "hi");
  EXPECT_TRUE(value("notes", id, "hs_createdate").starts_with("2026-11-18"));
  EXPECT_EQ(create("contacts", {{"email", "a@x.example"}, {"nonsense", "1"}}).status, 400) << "of other objects it stays refused";
}

// fact: §8 switch: newer_options
TEST_F(Quirks, OptionsOfNewerAccountsAreNotThere) {
  auto urgent = [&] { return create("tickets", {{"subject", "A"}, {"hs_pipeline_stage", "1"}, {"hs_ticket_priority", "URGENT"}}).status; };
  auto missed = [&] { return create("calls", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_call_status", "MISSED"}}).status; };
  EXPECT_EQ(urgent(), 400);
  EXPECT_EQ(missed(), 400);
  set({{"newer_options", true}});
  EXPECT_EQ(urgent(), 201);
  EXPECT_EQ(missed(), 201);
}

// fact: §2.6 switch: unique_ignores_case
TEST_F(Quirks, ValuesOfUniquePropertiesAreTakenWithoutCase) {
  define_key("contacts", "contactinformation");
  created_id("contacts", {{"email", "a@x.example"}, {"lockstep_id", "K1"}});
  EXPECT_EQ(create("contacts", {{"email", "b@x.example"}, {"lockstep_id", "k1"}}).status, 400);
  set({{"unique_ignores_case", false}});
  EXPECT_EQ(create("contacts", {{"email", "c@x.example"}, {"lockstep_id", "k1"}}).status, 201);
  EXPECT_EQ(create("contacts", {{"email", "d@x.example"}, {"lockstep_id", "K1"}}).status, 400);
}

// fact: §4.6 switch: unique_collision_status
TEST_F(Quirks, ATakenUniqueValueIsInvalid) {
  define_key("companies", "companyinformation");
  json::object taken{{"name", "Acme"}, {"lockstep_id", "K1"}};
  created_id("companies", taken);
  EXPECT_EQ(create("companies", taken).status, 400);
  set({{"unique_collision_status", 409}});
  Answer refused = create("companies", taken);
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.text.find("already has that value"), std::string::npos);
}

// fact: §6 [U] switch: record_limit
TEST_F(Quirks, AnAccountHoldsAsManyRecordsAsItsSubscriptionSays) {
  set({{"record_limit", 2}});
  contact("a@x.example");
  std::string gone = contact("b@x.example");
  Answer refused = create("contacts", {{"email", "c@x.example"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(category(refused), "LIMIT_EXCEEDED");
  EXPECT_EQ(create("companies", {{"name", "Acme"}}).status, 201) << "each type by itself";
  EXPECT_EQ(text_at(api.get("/crm/v3/limits/records").body, "/hubspotDefinedObjectTypes/0/limit"), "2");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/" + gone).status, 204);
  EXPECT_EQ(create("contacts", {{"email", "c@x.example"}}).status, 201);
  EXPECT_NE(edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "contacts"}, {"id", gone}}).status, 200);
}

// fact: §6 [U] switch: phones_reformatted
TEST_F(Quirks, PhonesKeepHowTheyAreWrittenUnlessTheAccountSaysOtherwise) {
  std::string id = created_id("contacts", {{"email", "a@x.example"}, {"phone", "+49 (30) 123-456"}});
  EXPECT_EQ(value("contacts", id, "phone"), "+49 (30) 123-456");
  set({{"phones_reformatted", true}});
  update("contacts", id, {{"phone", "+49 (30) 123-457"}, {"mobilephone", "0170/123 x4"}});
  EXPECT_EQ(value("contacts", id, "phone"), "+4930123457");
  EXPECT_EQ(value("contacts", id, "mobilephone"), "0170/123 x4") << "an extension stays";
}

// fact: §6 [D] switch: lifecycle_sync
TEST_F(Quirks, ContactsFollowTheLifecycleOfTheirPrimaryCompany) {
  std::string firm = company("Acme"), early = contact("a@x.example"), late = contact("b@x.example"), alone = contact("c@x.example");
  update("contacts", late, {{"lifecyclestage", "customer"}});
  for (const std::string& id : {early, late})
    api.send_json("PUT", "/crm/v4/objects/contacts/" + id + "/associations/companies/" + firm,
                  json::array{{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 1}}});
  update("companies", firm, {{"lifecyclestage", "lead"}});
  EXPECT_EQ(value("contacts", early, "lifecyclestage"), "lead");
  set({{"lifecycle_sync", true}});
  update("companies", firm, {{"lifecyclestage", "opportunity"}});
  EXPECT_EQ(value("contacts", early, "lifecyclestage"), "opportunity");
  EXPECT_EQ(value("contacts", late, "lifecyclestage"), "customer") << "forward alone";
  EXPECT_EQ(value("contacts", alone, "lifecyclestage"), "lead");
  EXPECT_EQ(text_at(read("contacts", early, "propertiesWithHistory=lifecyclestage").body, "/propertiesWithHistory/lifecyclestage/0/sourceType"),
            "AUTOMATION_PLATFORM");
}

// fact: §6 [U] switch: addresses_keep_case
TEST_F(Quirks, AddressesBecomeLowerCase) {
  EXPECT_EQ(value("contacts", contact("Ann@X.example"), "email"), "ann@x.example");
  set({{"addresses_keep_case", true}});
  std::string bob = contact("Bob@X.example");
  EXPECT_EQ(value("contacts", bob, "email"), "Bob@X.example");
  EXPECT_EQ(create("contacts", {{"email", "bob@x.example"}}).status, 409);
  EXPECT_EQ(text_at(read("contacts", "BOB@x.example", "idProperty=email").body, "/id"), bob);
}

// fact: §6 [U] switch: ticket_dates_writable
TEST_F(Quirks, WhenATicketWasMadeAndClosedIsNotWritten) {
  json::object old{{"subject", "A"}, {"hs_pipeline_stage", "4"}, {"createdate", "2026-01-05T10:00:00Z"}, {"closed_date", "2026-01-06T10:00:00Z"}};
  EXPECT_EQ(create("tickets", old).status, 400);
  set({{"ticket_dates_writable", true}});
  std::string id = created_id("tickets", old);
  EXPECT_EQ(text_at(read("tickets", id).body, "/createdAt"), "2026-01-05T10:00:00Z");
  EXPECT_EQ(value("tickets", id, "time_to_close"), "86400000");
}

// fact: §2.4 [D], §2.4 [U] switch: boolean_values
TEST_F(Quirks, TrueAndFalseAreWrittenAsTexts) {
  std::string id = created_id("companies", {{"name", "A"}, {"is_public", "true"}});
  EXPECT_EQ(update("companies", id, {{"is_public", false}}).status, 400);
  EXPECT_EQ(value("companies", id, "is_public"), "true");
  set({{"boolean_values", true}});
  EXPECT_EQ(update("companies", id, {{"is_public", false}}).status, 200);
  EXPECT_EQ(value("companies", id, "is_public"), "false");
}

// fact: §2.2 [S], §2.12 [S] switch: numeric_input_ids
TEST_F(Quirks, IdsOfInputsAreTexts) {
  std::string ann = contact("a@x.example"), bob = contact("b@x.example"), acme = company("Acme");
  std::int64_t number = std::stoll(ann), firm = std::stoll(acme), other = std::stoll(bob);
  const std::string objects = "/crm/v3/objects/contacts/", ties = "/crm/v4/associations/contacts/companies/batch/";
  json::object kind{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 279}};
  json::object pair{{"from", {{"id", number}}}, {"to", {{"id", firm}}}, {"types", json::array{kind}}};
  auto all = [&] {
    std::string told;
    for (const auto& [path, input] : {std::pair<std::string, json::object>(objects + "batch/read", {{"id", number}}),
                                      {objects + "batch/update", {{"id", number}, {"properties", {{"city", "Oslo"}}}}},
                                      {ties + "create", pair},
                                      {ties + "read", {{"id", number}}},
                                      {ties + "archive", {{"from", {{"id", number}}}, {"to", json::array{{{"id", firm}}}}}},
                                      {objects + "batch/archive", {{"id", other}}}})
      told += std::to_string(post(path, {{"inputs", json::array{input}}}).status) + " ";
    told += std::to_string(post(objects + "merge", {{"primaryObjectId", number}, {"objectIdToMerge", other}}).status) + " ";
    return told + std::to_string(post(objects + "gdpr-delete", {{"objectId", number}}).status);
  };
  EXPECT_EQ(all(), "400 400 400 207 400 400 400 400");
  EXPECT_EQ(post("/crm/v3/objects/contacts",
                 {{"properties", {{"email", "c@x.example"}}}, {"associations", json::array{{{"to", {{"id", firm}}}, {"types", json::array{kind}}}}}})
                .status,
            201)
      << "the guides write what a new record is tied to as a number";
  set({{"numeric_input_ids", true}});
  EXPECT_EQ(all(), "200 200 201 200 204 204 404 204");
}

// fact: §3.1 [D] switch: filter_values_as_they_are
TEST_F(Quirks, ValuesOfFiltersAreTexts) {
  created_id("companies", {{"name", "A"}, {"numberofemployees", "9"}, {"is_public", "true"}});
  clock.advance(Duration(6'000));
  auto all = [&] {
    std::string told;
    for (const auto& [name, op, wanted] : {std::tuple<const char*, const char*, json::value>("numberofemployees", "GT", 8),
                                           {"is_public", "EQ", true},
                                           {"numberofemployees", "IN", json::array{9}}})
      told += std::to_string(search_where("companies", name, op, wanted).status) + " ";
    return told;
  };
  EXPECT_EQ(search_where("companies", "numberofemployees", "GT", "8").status, 200);
  EXPECT_EQ(all(), "400 400 400 ");
  set({{"filter_values_as_they_are", true}});
  EXPECT_EQ(all(), "200 200 200 ");
}

// fact: §3.1 [S] switch: numbers_as_texts
TEST_F(Quirks, TheLimitOfASearchIsANumber) {
  EXPECT_EQ(search("contacts", {{"limit", 10}}).status, 200);
  EXPECT_EQ(search("contacts", {{"limit", "10"}}).status, 400);
  set({{"numbers_as_texts", true}});
  EXPECT_EQ(search("contacts", {{"limit", "10"}}).status, 200);
}

// fact: §2.12 [D], §2.12 [O] switch: association_read_inputs
TEST_F(Quirks, ABatchReadsTheAssociationsOfAHundredRecords) {
  json::array inputs(101, json::object{{"id", "1"}});
  auto read = [&] { return post("/crm/v4/associations/contacts/companies/batch/read", {{"inputs", inputs}}).status; };
  EXPECT_EQ(read(), 400);
  set({{"association_read_inputs", 1'000}});
  EXPECT_EQ(read(), 207);
}

// fact: §2.12 [D]
TEST_F(Quirks, Version3ReadsThePrimaryCompanyAlone) {
  std::string ann = contact("a@x.example"), bob = contact("b@x.example"), acme = company("Acme"), blue = company("Blue");
  auto tie = [&](const std::string& from, const std::string& to, int id) {
    json::object kind{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", id}};
    return api.send_json("PUT", "/crm/v4/objects/contacts/" + from + "/associations/companies/" + to, json::array{kind}).status;
  };
  tie(ann, acme, 279), tie(ann, blue, 1), tie(bob, acme, 279);
  Answer read = post("/crm/v3/associations/contacts/companies/batch/read", {{"inputs", {{{"id", ann}}, {{"id", bob}}}}});
  EXPECT_EQ(text_at(read.body, "/results/0/to"),
            R"([{"id":")" + blue + R"(","type":"contact_to_company"},{"id":")" + blue + R"(","type":"contact_to_company_unlabeled"}])");
  EXPECT_EQ(text_at(read.body, "/errors/0/subCategory"), "crm.associations.NO_ASSOCIATIONS_FOUND");
  Answer back = post("/crm/v3/associations/companies/contacts/batch/read", {{"inputs", {{{"id", acme}}}}});
  EXPECT_EQ(back.body.at_pointer("/results/0/to").as_array().size(), 2u) << "the other way round all are read";
}

// fact: §2.12 [D]
TEST_F(Quirks, ATieIsMadeByItsNameOnTheDatedPathsToo) {
  std::string ann = contact("a@x.example"), note = created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}});
  std::string path = "/crm/objects/2026-03/notes/" + note + "/associations/contact/" + ann;
  EXPECT_EQ(api.send("PUT", path + "/202").status, 200);
  EXPECT_EQ(api.send("DELETE", path + "/note_to_contact").status, 204);
}

// fact: §2.8 [S]
TEST_F(Quirks, WhatADefinitionSaysHasItsType) {
  json::object sound{{"groupName", "contactinformation"}, {"name", "k"}, {"label", "K"}, {"type", "string"}, {"fieldType", "text"}};
  for (const auto& [name, bad] : {std::pair<const char*, json::value>("hasUniqueValue", "true"), {"hidden", 1}, {"formField", "no"}, {"label", 7}}) {
    json::object definition = sound;
    definition[name] = bad;
    EXPECT_EQ(post("/crm/v3/properties/contacts", definition).status, 400) << name;
  }
  EXPECT_EQ(post("/crm/v3/properties/contacts", sound).status, 201);
}

// fact: §3.1 [U] switch: search_iso_dates
TEST_F(Quirks, DatesOfASearchAreMilliseconds) {
  std::string id = contact("a@x.example");
  clock.advance(Duration(5'000));
  EXPECT_EQ(search_where("contacts", "createdate", "GT", "2020-01-01T00:00:00Z").status, 400);
  EXPECT_EQ(search_where("contacts", "createdate", "GT", "2020-01-01").status, 400);
  EXPECT_EQ(ids(search_where("contacts", "createdate", "GT", "1577836800000")), id);
  set({{"search_iso_dates", true}});
  EXPECT_EQ(ids(search_where("contacts", "createdate", "GT", "2020-01-01T00:00:00Z")), id);
}

// fact: §2.12 [D] switch: first_company_is_primary
TEST_F(Quirks, TheFirstCompanyIsPrimaryOnlyWhereToldSo) {
  std::string ann = contact("a@x.example"), bob = contact("b@x.example"), acme = company("Acme");
  auto label = [&](const std::string& id) {
    api.send("PUT", "/crm/v4/objects/contacts/" + id + "/associations/default/companies/" + acme);
    return text_at(api.get("/crm/v4/objects/contacts/" + id + "/associations/companies").body, "/results/0/associationTypes/0/label");
  };
  EXPECT_EQ(label(ann), "null");
  set({{"first_company_is_primary", true}});
  EXPECT_EQ(label(bob), "Primary");
}

// fact: §3.1 switch: unequal_finds_empty
TEST_F(Quirks, UnequalDoesNotFindWhatIsEmpty) {
  created_id("companies", {{"name", "A"}, {"city", "Rome"}});
  std::string empty = created_id("companies", {{"name", "B"}}), bonn = created_id("companies", {{"name", "C"}, {"city", "Bonn"}});
  clock.advance(Duration(6'000));
  EXPECT_EQ(ids(search_where("companies", "city", "NEQ", "Rome")), bonn);
  EXPECT_EQ(ids(search_where("companies", "city", "NOT_IN", json::array{"rome"})), bonn);
  set({{"unequal_finds_empty", true}});
  EXPECT_EQ(ids(search_where("companies", "city", "NEQ", "Rome")), empty + " " + bonn);
}

// fact: §2.5 [D] switch: trace_ids_everywhere
TEST_F(Quirks, OnlyCreatesAnswerWithTheirTraceId) {
  std::string id = contact("a@x.example");
  json::object input{{"id", id}, {"properties", {{"jobtitle", "CTO"}}}, {"objectWriteTraceId", "t1"}};
  auto trace = [&] { return text_at(post("/crm/v3/objects/contacts/batch/update", {{"inputs", {input}}}).body, "/results/0").find("t1") != std::string::npos; };
  EXPECT_FALSE(trace());
  set({{"trace_ids_everywhere", true}});
  EXPECT_TRUE(trace());
}

// fact: §2.11 [D]
TEST_F(Quirks, AMergedIdIsWrittenByTheBasicUpdateAlone) {
  std::string ann = contact("a@x.example"), bob = contact("b@x.example");
  std::string both = text_at(post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", ann}, {"objectIdToMerge", bob}}).body, "/id");
  EXPECT_EQ(text_at(update("contacts", bob, {{"jobtitle", "CTO"}}).body, "/id"), both);
  EXPECT_EQ(value("contacts", both, "jobtitle"), "CTO");
  json::object input{{"id", bob}, {"properties", {{"jobtitle", "Director"}}}};
  EXPECT_EQ(text_at(post("/crm/v3/objects/contacts/batch/update", {{"inputs", {input}}}).body, "/results"), "[]");
}

// fact: §2.5 [O], §2.11 [D2] switch: merged_ids_writable
TEST_F(Quirks, AMergedIdIsNeitherInBatchesNorDeletedNorMerged) {
  std::string ann = contact("a@x.example"), bob = contact("b@x.example");
  std::string both = text_at(post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", ann}, {"objectIdToMerge", bob}}).body, "/id");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/" + bob).status, 404);
  std::string cem = contact("c@x.example");
  auto merge = [&] { return post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", cem}, {"objectIdToMerge", ann}}); };
  EXPECT_EQ(merge().status, 404);
  json::object input{{"id", bob}, {"properties", {{"jobtitle", "Director"}}}};
  EXPECT_EQ(text_at(post("/crm/v3/objects/contacts/batch/update", {{"inputs", {input}}}).body, "/results"), "[]");
  set({{"merged_ids_writable", true}});
  EXPECT_EQ(text_at(post("/crm/v3/objects/contacts/batch/update", {{"inputs", {input}}}).body, "/results/0/id"), both);
  std::string all = text_at(merge().body, "/id");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/" + bob).status, 204);
  EXPECT_EQ(read("contacts", all).status, 404);
}

// fact: §2.11 [O] switch: merge_deletes_primary
TEST_F(Quirks, AMergeTellsThatBothOldIdsAreGone) {
  auto deletions = [&](const std::string& first) {
    std::string a = contact(first + "a@x.example"), b = contact(first + "b@x.example");
    portal->take_outgoing();
    post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", a}, {"objectIdToMerge", b}});
    clock.advance(Duration(1'000));
    std::size_t count = 0;
    for (const OutgoingRequest& each : portal->take_outgoing()) {
      for (std::size_t at = each.request.body.find("contact.deletion"); at != std::string::npos; at = each.request.body.find("contact.deletion", at + 1))
        ++count;
    }
    return count;
  };
  json::object deletion{{"eventType", "contact.deletion"}};
  post("/__emulator/webhooks", {{"url", "http://127.0.0.1:9/hook"}, {"secret", "s"}, {"subscriptions", {deletion}}});
  EXPECT_EQ(deletions("1"), 2u);
  set({{"merge_deletes_primary", false}});
  EXPECT_EQ(deletions("2"), 1u);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
