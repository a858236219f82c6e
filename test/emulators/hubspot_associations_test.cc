// Associations: types, the primary company, batches, what people set, merges.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Ties : public HubSpotTest {
 protected:
  static json::array kind(int id) { return {{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", id}}}; }
  static json::object input(const std::string& from, const std::string& to, int id) {
    return {{"from", {{"id", from}}}, {"to", {{"id", to}}}, {"types", kind(id)}};
  }
  Answer batch(const std::string& pair, const std::string& what, const json::array& inputs) {
    return post("/crm/v4/associations/" + pair + "/batch/" + what, json::object{{"inputs", inputs}});
  }
  void tie(const std::string& from, const std::string& to, int id) {
    Answer answer = batch("contacts/companies", "create", {input(from, to, id)});
    EXPECT_EQ(answer.status, 201) << answer.text;
  }
  /// "company:1,279 company:279", ascending.
  std::string companies(const std::string& contact) {
    Answer answer = api.get("/crm/v4/objects/contacts/" + contact + "/associations/companies");
    std::string told;
    for (const json::value& row : answer.body.at("results").as_array()) {
      told += (told.empty() ? "" : " ") + text_at(row, "/toObjectId") + ":";
      std::string types;
      for (const json::value& type : row.at("associationTypes").as_array()) types += (types.empty() ? "" : ",") + text_at(type, "/typeId");
      told += types;
    }
    return told;
  }
};

// fact: §2.12 [D]
TEST_F(Ties, TheLowIdMakesACompanyThePrimaryOne) {
  std::string ann = contact("a@x.example"), a = company("A"), b = company("B");
  tie(ann, a, 279);
  EXPECT_EQ(companies(ann), a + ":279");
  tie(ann, a, 1);
  EXPECT_EQ(companies(ann), a + ":1,279");
  tie(ann, b, 1);  // takes the label away from the other, which stays
  EXPECT_EQ(companies(ann), a + ":279 " + b + ":1,279");
}

// fact: §2.3 [O]
TEST_F(Ties, InsideOfRecordsAreNamedByKindThePrimaryOneFirst) {
  std::string ann = contact("a@x.example"), a = company("A"), b = company("B");
  tie(ann, a, 279);
  tie(ann, b, 1);
  std::string told;
  Answer answer = read("contacts", ann, "associations=companies");
  for (const json::value& row : answer.body.at_pointer("/associations/companies/results").as_array())
    told += text_at(row, "/id") + " " + text_at(row, "/type") + "; ";
  EXPECT_EQ(told, b + " contact_to_company; " + b + " contact_to_company_unlabeled; " + a + " contact_to_company_unlabeled; ");
}

// fact: §2.12 [D]
TEST_F(Ties, AreSeenFromBothSides) {
  std::string ann = contact("a@x.example"), a = company("A");
  Answer answer = batch("companies/contacts", "create", {input(a, ann, 2)});
  EXPECT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(text_at(answer.body, "/results/0/labels"), R"(["Primary"])");
  EXPECT_EQ(companies(ann), a + ":1,279");
}

// fact: §2.12 [D]
TEST_F(Ties, ALabelGoesAloneTheUnlabelledTypeTakesAll) {
  std::string ann = contact("a@x.example"), a = company("A");
  tie(ann, a, 1);
  EXPECT_EQ(batch("contacts/companies", "labels/archive", {input(ann, a, 1)}).status, 204);
  EXPECT_EQ(companies(ann), a + ":279");
  tie(ann, a, 1);
  EXPECT_EQ(batch("contacts/companies", "labels/archive", {input(ann, a, 279)}).status, 204);
  EXPECT_EQ(companies(ann), "");
  tie(ann, a, 1);
  json::object all{{"from", {{"id", ann}}}, {"to", {{{"id", a}}}}};
  EXPECT_EQ(batch("contacts/companies", "archive", {all}).status, 204);
  EXPECT_EQ(companies(ann), "");
}

// fact: §2.12 [O]
TEST_F(Ties, TypesBelongToTheirPairAndDirection) {
  std::string ann = contact("a@x.example"), a = company("A");
  Answer wrong = batch("contacts/companies", "create", {input(ann, a, 280)});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(text_at(wrong.body, "/subCategory"), "crm.associations.INVALID_ASSOCIATION_TYPE");
  EXPECT_EQ(text_at(wrong.body, "/context/type"), R"(["280"])");
  EXPECT_EQ(batch("notes/calls", "read", {{{"id", "1"}}}).status, 400);
}

// fact: §2.12 [O]
TEST_F(Ties, ABatchReadTellsWhoHasNoneAndWhoIsNoRecord) {
  std::string ann = contact("a@x.example"), bob = contact("b@x.example"), a = company("A");
  tie(ann, a, 1);
  Answer answer = batch("contacts/companies", "read", {{{"id", ann}}, {{"id", bob}}, {{"id", "ann"}}});
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(text_at(answer.body, "/results/0/from/id"), ann);
  EXPECT_EQ(text_at(answer.body, "/results/0/to/0/toObjectId"), a);
  EXPECT_EQ(text_at(answer.body, "/results/0/to/0/associationTypes/0"), R"({"category":"HUBSPOT_DEFINED","typeId":1,"label":"Primary"})");
  EXPECT_EQ(text_at(answer.body, "/results/0/to/0/associationTypes/1/label"), "null");
  EXPECT_EQ(text_at(answer.body, "/errors/0/subCategory"), "crm.associations.NO_ASSOCIATIONS_FOUND");
  EXPECT_EQ(text_at(answer.body, "/errors/0/category"), "OBJECT_NOT_FOUND");
  EXPECT_EQ(text_at(answer.body, "/errors/1/subCategory"), "crm.associations.INVALID_IDENTIFIER");
}

// fact: §2.12 [S], §2.12 [O]
TEST_F(Ties, ManyTiesOfOneRecordArePaged) {
  std::string a = company("A");
  json::array inputs;
  for (int i = 0; i < 150; ++i) inputs.push_back(input(contact("c" + std::to_string(i) + "@x.example"), a, 279));
  EXPECT_EQ(batch("contacts/companies", "create", inputs).status, 201);
  Answer first = batch("companies/contacts", "read", {{{"id", a}}});
  EXPECT_EQ(first.body.at_pointer("/results/0/to").as_array().size(), 100u);
  json::object more{{"id", a}, {"after", text_at(first.body, "/results/0/paging/next/after")}};
  Answer second = batch("companies/contacts", "read", {more});
  EXPECT_EQ(second.body.at_pointer("/results/0/to").as_array().size(), 50u);
  EXPECT_FALSE(second.body.at_pointer("/results/0").as_object().contains("paging"));
}

// fact: §2.12 [O]
TEST_F(Ties, AnUnknownRecordIsAnErrorOfItsRowAlone) {
  std::string ann = contact("a@x.example"), a = company("A");
  Answer answer = batch("contacts/companies", "create", {input(ann, a, 1), input(ann, "512999999999", 1)});
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(text_at(answer.body, "/errors/0/subCategory"), "crm.associations.INVALID_IDENTIFIER");
  EXPECT_EQ(companies(ann), a + ":1,279");
}

// fact: §2.12 [S], §9.1 [K]
TEST_F(Ties, SingleCallsAnswerWithTheirOwnCodes) {
  std::string ann = contact("a@x.example"), a = company("A");
  std::string path = "/crm/v4/objects/contacts/" + ann + "/associations/";
  Answer plain = api.send("PUT", path + "default/companies/" + a);
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(text_at(plain.body, "/results/1/associationSpec/associationTypeId"), "280");
  Answer labelled = api.send_json("PUT", path + "companies/" + a, kind(1));
  EXPECT_EQ(labelled.status, 201) << labelled.text;
  EXPECT_EQ(companies(ann), a + ":1,279");
  EXPECT_EQ(api.send_json("PUT", path + "companies/" + a, kind(279)).status, 201);  // the list replaces
  EXPECT_EQ(companies(ann), a + ":279");
  EXPECT_EQ(api.send("DELETE", path + "companies/" + a).status, 204);
  EXPECT_EQ(companies(ann), "");
}

// fact: §2.7 [S]
TEST_F(Ties, OfArchivedRecordsHideAndComeBack) {
  std::string ann = contact("a@x.example"), a = company("A");
  tie(ann, a, 1);
  api.send("DELETE", "/crm/v3/objects/companies/" + a);
  EXPECT_EQ(companies(ann), "");
  EXPECT_EQ(edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "companies"}, {"id", a}}).status, 200);
  EXPECT_EQ(companies(ann), a + ":1,279");
}

// fact: §2.12 [D]
TEST_F(Ties, APersonSetsAContactsCompany) {
  std::string ann = contact("a@x.example"), a = company("A"), b = company("B");
  EXPECT_EQ(edit_fields("contacts", ann, {{"associations.companies", a}}).status, 200);
  EXPECT_EQ(companies(ann), a + ":1,279");
  EXPECT_EQ(edit_fields("contact", ann, {{"associations.company", json::array{b, a}}, {"firstname", "Ann"}}).status, 200);
  EXPECT_EQ(companies(ann), a + ":279 " + b + ":1,279");
  EXPECT_EQ(edit_fields("contacts", ann, {{"associations.companies", nullptr}}).status, 200);
  EXPECT_EQ(companies(ann), "");
  Answer bad = edit_fields("contacts", ann, {{"associations.companies", "512999999999"}, {"firstname", "Bob"}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(value("contacts", ann, "firstname"), "Ann");  // nothing of a refused edit stays
}

// fact: §8 [O]
TEST_F(Ties, ATicketsPrimaryCompanyIsAPropertyOfIt) {
  std::string id = ticket("S"), a = company("A"), ann = contact("a@x.example");
  edit_fields("tickets", id, {{"associations.companies", a}, {"associations.contacts", ann}});
  EXPECT_EQ(value("tickets", id, "hs_primary_company_id"), a);
  Answer answer = read("tickets", id, "associations=companies,contacts");
  EXPECT_EQ(text_at(answer.body, "/associations/companies/results/0"), R"({"id":")" + a + R"(","type":"ticket_to_company"})");
  EXPECT_EQ(text_at(answer.body, "/associations/contacts/results/0/id"), ann);
}

// fact: §2.12 [U] switch: associations_touch
TEST_F(Ties, DoNotTouchTheRecordUnlessTheAccountSaysSo) {
  std::string ann = contact("a@x.example"), a = company("A");
  std::string before = value("contacts", ann, "lastmodifieddate");
  clock.advance(Duration(60'000));
  tie(ann, a, 1);
  EXPECT_EQ(value("contacts", ann, "lastmodifieddate"), before);
  set({{"associations_touch", true}});
  tie(ann, company("B"), 1);
  EXPECT_EQ(value("contacts", ann, "lastmodifieddate"), "2026-11-18T12:27:40Z");
}

// fact: §6 [D] switch: auto_associate
TEST_F(Ties, AnAccountCanMakeThemByDomainSecondsLater) {
  set({{"auto_associate", true}});
  std::string a = created_id("companies", {{"name", "A"}, {"domain", "A.example"}});
  std::string ann = contact("ann@a.example"), bob = contact("bob@b.example"), cem = contact("cem@gmail.com");
  EXPECT_EQ(companies(ann), "");
  clock.advance(Duration(3'000));
  EXPECT_EQ(companies(ann), a + ":1,279");
  EXPECT_EQ(companies(cem), "");
  std::string made = companies(bob).substr(0, 12);
  EXPECT_EQ(value("companies", made, "domain"), "b.example");
  EXPECT_EQ(value("companies", made, "hs_object_source"), "AUTO_ASSOCIATE_BY_DOMAIN");
}

// fact: §6 [D] switch: auto_associate
TEST_F(Ties, ByTheWebsiteWhereTheAddressIsOfAMailHost) {
  set({{"auto_associate", true}});
  std::string a = created_id("companies", {{"name", "A"}, {"domain", "a.example"}});
  std::string ann = created_id("contacts", {{"email", "ann@gmail.com"}, {"website", "https://www.A.example/shop?x=1"}});
  clock.advance(Duration(3'000));
  EXPECT_EQ(companies(ann), a + ":1,279");
}

// fact: §6 [D] switch: activity_auto_associate
TEST_F(Ties, AnActivityCanBeOneOfTheContactsCompanyByItself) {
  std::string ann = contact("ann@a.example"), a = company("A");
  tie(ann, a, 1);
  json::object spec{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 202}};
  json::array to{json::object{{"to", {{"id", ann}}}, {"types", json::array{spec}}}};
  auto companies_of_note = [&] {
    std::string note = text_at(post("/crm/v3/objects/notes", {{"properties", {{"hs_timestamp", "2026-05-01T09:00:00Z"}}}, {"associations", to}}).body, "/id");
    return api.get("/crm/v4/objects/notes/" + note + "/associations/companies").body;
  };
  EXPECT_EQ(text_at(companies_of_note(), "/results"), "[]");
  set({{"activity_auto_associate", true}});
  EXPECT_EQ(text_at(companies_of_note(), "/results/0/toObjectId"), a);
}

// fact: §2.12 [O]
TEST_F(Ties, ACreateInTheWrongDirectionIsToldWhichOneIsExpected) {
  std::string ann = contact("ann@a.example");
  json::object spec{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 199}};
  json::array to{json::object{{"to", {{"id", ann}}}, {"types", json::array{spec}}}};
  Answer answer = post("/crm/v3/objects/meetings", {{"properties", {{"hs_timestamp", "2026-05-01T09:00:00Z"}}}, {"associations", to}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text_at(answer.body, "/message"), "invalid from object type 0-47 for associations to be created. expected: 0-1");
  EXPECT_EQ(text_at(answer.body, "/context/toObjectType/0"), "0-47");
}

// fact: §6 [O], §8 [D]
TEST_F(Ties, ACompanyNamesItsParent) {
  std::string child = company("A"), parent = company("B");
  EXPECT_EQ(value("companies", child, "hs_parent_company_id"), "null");
  Answer tied = api.send_json("PUT", "/crm/v4/objects/companies/" + parent + "/associations/companies/" + child,
                              json::array{json::object{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 13}}});
  EXPECT_EQ(tied.status, 201) << tied.text;
  EXPECT_EQ(value("companies", child, "hs_parent_company_id"), parent);
  EXPECT_EQ(value("companies", parent, "hs_parent_company_id"), "null");
  EXPECT_EQ(update("companies", child, {{"hs_parent_company_id", parent}}).status, 400);
}

// fact: §6 [O] switch: auto_associate
TEST_F(Ties, AnAccountLeavesPrimaryCompaniesAlone) {
  set({{"auto_associate", true}});
  std::string a = created_id("companies", {{"name", "A"}, {"domain", "a.example"}}), b = company("B");
  std::string ann = contact("ann@a.example");
  tie(ann, b, 1);
  clock.advance(Duration(3'000));
  EXPECT_EQ(companies(ann), b + ":1,279");
}

TEST_F(Ties, StandInTheJournal) {
  std::string ann = contact("a@x.example"), a = company("A");
  edit_fields("contacts", ann, {{"associations.companies", a}});
  Answer writes = api.get("/__emulator/writes");
  const json::array& rows = writes.body.at("writes").as_array();
  EXPECT_EQ(text_at(rows.back(), "/after/associations.companies"), a + " as 1");
  EXPECT_EQ(text_at(rows.back(), "/by/name"), "Ann");
}

class Merges : public Ties {
 protected:
  Answer merge(const std::string& primary, const std::string& loser) {
    return post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", primary}, {"objectIdToMerge", loser}});
  }
};

// fact: §2.11 [O], §2.3 [O]
TEST_F(Merges, AreNamedWithTheirMomentButNotThoseBefore) {
  std::string a = contact("a@x.example"), b = contact("b@x.example"), c = contact("c@x.example");
  EXPECT_EQ(value("contacts", a, "hs_all_contact_vids"), a);
  std::string first = text_at(merge(a, b).body, "/id");
  EXPECT_EQ(value("contacts", first, "hs_calculated_merged_vids"), a + ":1795004800000;" + b + ":1795004800000");
  std::string second = text_at(merge(first, c).body, "/id");
  EXPECT_EQ(value("contacts", second, "hs_calculated_merged_vids"), first + ":1795004800000;" + c + ":1795004800000");
  EXPECT_EQ(value("contacts", second, "hs_all_contact_vids").size(), 5 * 12 + 4u);
}

// fact: §2.11 [D2], §2.11 [O]
TEST_F(Merges, MintANewIdThatBothOldOnesLeadTo) {
  std::string a = created_id("contacts", {{"email", "a@x.example"}, {"firstname", "Ann"}});
  std::string b = created_id("contacts", {{"email", "b@x.example"}, {"phone", "1"}});
  Answer merged = merge(a, b);
  EXPECT_EQ(merged.status, 200) << merged.text;
  std::string id = text_at(merged.body, "/id");
  EXPECT_NE(id, a);
  EXPECT_EQ(text_at(read("contacts", a).body, "/id"), id);
  EXPECT_EQ(text_at(read("contacts", b).body, "/id"), id);
  EXPECT_EQ(value("contacts", id, "hs_merged_object_ids"), a + ";" + b);
  EXPECT_EQ(value("contacts", id, "firstname"), "Ann");
  EXPECT_EQ(value("contacts", id, "phone"), "1");
  EXPECT_EQ(value("contacts", id, "email"), "a@x.example");
  EXPECT_EQ(value("contacts", id, "hs_additional_emails"), "b@x.example");
  EXPECT_EQ(ids(api.get("/crm/v3/objects/contacts")), id);
  EXPECT_EQ(ids(api.get("/crm/v3/objects/contacts?archived=true")), "");
}

// fact: §6 [O]
TEST_F(Merges, ASecondaryAddressIsTakenAndFindsItsContact) {
  std::string id = text_at(merge(contact("a@x.example"), contact("b@x.example")).body, "/id");
  EXPECT_EQ(text_at(read("contacts", "B@x.example", "idProperty=email").body, "/id"), id);
  EXPECT_EQ(message(create("contacts", {{"email", "b@x.example"}})), "Contact already exists. Existing ID: " + id);
}

// fact: §2.5 [O]
TEST_F(Merges, AMergedIdIsLeftOutOfBatches) {
  std::string a = contact("a@x.example"), id = text_at(merge(a, contact("b@x.example")).body, "/id");
  json::object input{{"id", a}, {"properties", {{"firstname", "Ann"}}}};
  Answer answer = post("/crm/v3/objects/contacts/batch/update", {{"inputs", {input}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/results"), "[]");
  EXPECT_EQ(value("contacts", id, "firstname"), "null");
}

// fact: §2.11 [O]
TEST_F(Merges, MoveTheTiesAndChain) {
  std::string a = contact("a@x.example"), b = contact("b@x.example"), c = contact("c@x.example");
  std::string x = company("X"), y = company("Y");
  tie(a, x, 1);
  tie(b, y, 1);
  std::string first = text_at(merge(a, b).body, "/id");
  EXPECT_EQ(companies(first), x + ":1,279 " + y + ":279");
  std::string second = text_at(merge(c, first).body, "/id");
  EXPECT_EQ(companies(second), x + ":1,279 " + y + ":279");
  EXPECT_EQ(text_at(read("contacts", b).body, "/id"), second);
  EXPECT_EQ(value("contacts", second, "hs_merged_object_ids"), a + ";" + b + ";" + c + ";" + first);
}

// fact: §2.11 [U] switch: merge_keeps_primary_id
TEST_F(Merges, CanKeepThePrimaryId) {
  set({{"merge_keeps_primary_id", true}});
  std::string a = contact("a@x.example"), b = contact("b@x.example");
  EXPECT_EQ(text_at(merge(a, b).body, "/id"), a);
  EXPECT_EQ(value("contacts", a, "hs_merged_object_ids"), b);
  EXPECT_EQ(ids(api.get("/crm/v3/objects/contacts")), a);
}

// fact: §2.11 [D2]
TEST_F(Merges, APersonMergesToo) {
  std::string a = contact("a@x.example"), b = contact("b@x.example");
  Answer answer = edit({{"as", "Ann"}, {"operation", "merge"}, {"object", "contacts"}, {"id", b}, {"into", a}});
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(text_at(read("contacts", a).body, "/id"), text_at(answer.body, "/id"));
}

// fact: §6 [S]
TEST_F(Merges, ArePrivacyAware) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(post("/crm/v3/objects/contacts/gdpr-delete", {{"objectId", id}}).status, 204);
  EXPECT_EQ(ids(api.get("/crm/v3/objects/contacts?archived=true")), "");
  EXPECT_EQ(create("contacts", {{"email", "a@x.example"}}).status, 400);
}

// fact: §6 [S], §6 [O]
TEST_F(Merges, ABlockedAddressIsNobodysSecondAddressEither) {
  std::string id = contact("a@x.example"), other = contact("b@x.example");
  api.send("PUT", "/contacts/v1/secondary-email/" + id + "/email/second@x.example");
  ASSERT_EQ(value("contacts", id, "hs_additional_emails"), "second@x.example");
  post("/crm/v3/objects/contacts/gdpr-delete", {{"objectId", id}});
  for (const char* address : {"a@x.example", "second@x.example"})
    EXPECT_EQ(api.send("PUT", "/contacts/v1/secondary-email/" + other + "/email/" + address).status, 400) << address;
  EXPECT_EQ(create("contacts", {{"email", "second@x.example"}}).status, 400);
}

// fact: §6 [O], §2.7 [S]
TEST_F(Merges, AContactDoesNotComeBackWithASecondAddressThatIsTaken) {
  std::string id = contact("a@x.example");
  api.send("PUT", "/contacts/v1/secondary-email/" + id + "/email/second@x.example");
  api.send("DELETE", "/crm/v3/objects/contacts/" + id);
  std::string owner = contact("second@x.example");
  auto restore = [&] { return edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "contacts"}, {"id", id}}).status; };
  EXPECT_NE(restore(), 200);
  api.send("DELETE", "/crm/v3/objects/contacts/" + owner);
  EXPECT_EQ(restore(), 200);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
