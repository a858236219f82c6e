// Single records: what is written, what is refused, what is derived.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

using Records = HubSpotTest;

// fact: §2.3 [O], §6 [O]
TEST_F(Records, ACreatedContactHasTheSystemsValues) {
  Answer answer = create("contacts", {{"email", "Ann@Customer.Example"}, {"phone", "+49 (30) 555"}});
  EXPECT_EQ(answer.status, 201);
  std::string id = text_at(answer.body, "/id");
  EXPECT_EQ(id.size(), 12u);  // beyond 32 bits
  EXPECT_EQ(text_at(answer.body, "/properties/email"), "ann@customer.example");
  EXPECT_EQ(text_at(answer.body, "/properties/lifecyclestage"), "lead");
  EXPECT_EQ(text_at(answer.body, "/properties/hs_object_id"), id);
  EXPECT_EQ(text_at(answer.body, "/createdAt"), "2026-11-18T12:26:40Z");
  EXPECT_EQ(value("contacts", id, "phone"), "+49 (30) 555");
  EXPECT_EQ(text_at(read("contacts", id, "properties=mobilephone").body, "/properties/mobilephone"), "null");
}

// fact: §2.1 [D]
TEST_F(Records, IdsAreUniqueWithinATypeAlone) { EXPECT_EQ(contact("a@x.example"), company("A")); }

// fact: §2.3 [D]
TEST_F(Records, NumbersAreTakenAsTheyAreAndToldAsTexts) {
  std::string id = created_id("companies", {{"name", "A"}, {"numberofemployees", 12}, {"is_public", "true"}});
  EXPECT_EQ(value("companies", id, "numberofemployees") + value("companies", id, "is_public"), "12true");
}

// fact: §2.3 [D]
TEST_F(Records, WhenAndWhichComeWithWhateverIsAskedFor) {
  std::string ann = contact("a@x.example"), note = created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}});
  auto names = [](const json::value& record) {
    std::string told;
    for (const auto& member : record.at("properties").as_object()) told += std::string(member.key()) + " ";
    return told;
  };
  EXPECT_EQ(names(read("contacts", ann, "properties=city").body), "city createdate hs_object_id lastmodifieddate ");
  EXPECT_EQ(names(read("notes", note, "properties=hs_note_body").body), "hs_createdate hs_lastmodifieddate hs_note_body hs_object_id ");
  EXPECT_EQ(names(api.get("/crm/v3/objects/contacts?properties=city").body.at_pointer("/results/0")), "city createdate hs_object_id lastmodifieddate ");
  clock.advance(Duration(6'000));
  Answer found = search("contacts", {{"properties", {"city"}}});
  EXPECT_EQ(names(found.body.at_pointer("/results/0")), "city createdate hs_object_id lastmodifieddate ");
}

// fact: §8 [D]
TEST_F(Records, AnActivityOfARecordIsPinnedOnIt) {
  std::string id = ticket("A"), note = created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}});
  EXPECT_EQ(update("tickets", id, {{"hs_pinned_engagement_id", std::stoll(note)}}).status, 400) << "it is not one of the ticket's";
  api.send("PUT", "/crm/v4/objects/tickets/" + id + "/associations/default/notes/" + note);
  EXPECT_EQ(update("tickets", id, {{"hs_pinned_engagement_id", std::stoll(note)}}).status, 200);
  EXPECT_EQ(value("tickets", id, "hs_pinned_engagement_id"), note);
  json::object kind{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 201}};
  json::array ties{{{"to", {{"id", std::stoll(note)}}}, {"types", json::array{kind}}}};
  json::object properties{{"email", "a@x.example"}, {"hs_pinned_engagement_id", note}};
  EXPECT_EQ(post("/crm/v3/objects/contacts", {{"properties", properties}}).status, 400);
  EXPECT_EQ(post("/crm/v3/objects/contacts", {{"properties", properties}, {"associations", ties}}).status, 201);
}

// fact: §2.4 [D], §2.4 [U] switch: zoned_instants
TEST_F(Records, InstantsAreWrittenInUtc) {
  EXPECT_EQ(create("notes", {{"hs_timestamp", "2026-05-01T11:00:00+02:00"}}).status, 400);
  set({{"zoned_instants", true}});
  std::string id = created_id("notes", {{"hs_timestamp", "2026-05-01T11:00:00+02:00"}});
  EXPECT_EQ(value("notes", id, "hs_timestamp"), "2026-05-01T09:00:00Z");
}

// fact: §4.6 [O]
TEST_F(Records, AllBadPropertiesAreNamedAtOnce) {
  Answer answer = create("companies", {{"name", "A"},
                                       {"nonsense", "1"},
                                       {"numberofemployees", "1,000"},
                                       {"industry", "Retail"},
                                       {"is_public", "yes"},
                                       {"hs_object_id", "5"},
                                       {"hubspot_owner_id", "99"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(category(answer), "VALIDATION_ERROR");
  EXPECT_TRUE(message(answer).starts_with("Property values were not valid: [{\"isValid\":false"));
  std::string codes;
  for (const json::value& error : answer.body.at("errors").as_array()) codes += text_at(error, "/code") + " ";
  EXPECT_EQ(codes, "PROPERTY_DOESNT_EXIST INVALID_NUMBER INVALID_OPTION INVALID_OPTION READ_ONLY_VALUE INVALID_OPTION ");
}

// fact: §6 [D2]
TEST_F(Records, AContactNeedsANameOrAnAddress) {
  EXPECT_EQ(create("contacts", {{"phone", "1"}}).status, 400);
  EXPECT_EQ(create("contacts", {{"lastname", "Lee"}}).status, 201);
  EXPECT_EQ(create("companies", {{"phone", "1"}}).status, 400);
}

// fact: §4.6 [O]
TEST_F(Records, AnAddressThatIsTakenIsAConflictThatNamesItsOwner) {
  std::string id = contact("ann@x.example");
  Answer again = create("contacts", {{"email", "ANN@x.example"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(category(again), "CONFLICT");
  EXPECT_EQ(message(again), "Contact already exists. Existing ID: " + id);
  std::string other = contact("bob@x.example");
  Answer moved = update("contacts", other, {{"email", "ann@x.example"}});
  EXPECT_EQ(moved.status, 400);
  EXPECT_NE(message(moved).find("on " + other + ". " + id + " already has that value."), std::string::npos) << message(moved);
}

// fact: §2.4 [D], §2.4 [U] switch: null_clears
TEST_F(Records, AnEmptyTextClearsAndNullIsRefused) {
  std::string id = created_id("contacts", {{"lastname", "Lee"}, {"jobtitle", "Buyer"}});
  EXPECT_EQ(update("contacts", id, {{"jobtitle", nullptr}}).status, 400);
  EXPECT_EQ(value("contacts", id, "jobtitle"), "Buyer");
  EXPECT_EQ(update("contacts", id, {{"jobtitle", ""}}).status, 200);
  EXPECT_EQ(value("contacts", id, "jobtitle"), "null");
}

// fact: §6 [D], §6 [O] switch: default_lifecycle_stage
TEST_F(Records, ALifecycleStageGoesForwardAlone) {
  std::string id = contact("a@x.example");
  update("contacts", id, {{"lifecyclestage", "customer"}});
  EXPECT_EQ(update("contacts", id, {{"lifecyclestage", "lead"}}).status, 200);
  EXPECT_EQ(value("contacts", id, "lifecyclestage"), "customer");
  edit_fields("contacts", id, {{"lifecyclestage", "opportunity"}});
  EXPECT_EQ(value("contacts", id, "lifecyclestage"), "opportunity");  // people may
  update("contacts", id, {{"lifecyclestage", ""}});
  update("contacts", id, {{"lifecyclestage", "lead"}});
  EXPECT_EQ(value("contacts", id, "lifecyclestage"), "lead");
}

// fact: §2.4 [O], §3.1 [O]
TEST_F(Records, StampsHaveMillisecondsOnlyWhenTheyAreNotZero) {
  std::string id = contact("a@x.example");
  clock.advance(Duration(120));
  Answer answer = update("contacts", id, {{"firstname", "Ann"}});
  EXPECT_EQ(text_at(answer.body, "/updatedAt"), "2026-11-18T12:26:40.120Z");
  EXPECT_EQ(value("contacts", id, "lastmodifieddate"), "2026-11-18T12:26:40.120Z");
  EXPECT_EQ(value("contacts", id, "hs_lastmodifieddate"), "null");  // defined, but not the one that moves
}

// fact: §2.9 [S], §6 [D]
TEST_F(Records, ATicketsStageBelongsToItsPipeline) {
  Answer missing = create("tickets", {{"subject", "S"}});
  EXPECT_EQ(code(missing), "MISSING_REQUIRED_PROPERTY");
  Answer wrong = create("tickets", {{"subject", "S"}, {"hs_pipeline_stage", "712001"}});
  EXPECT_EQ(code(wrong), "INVALID_OPTION");
  EXPECT_NE(message(wrong).find("[1, 2, 3, 4]"), std::string::npos) << message(wrong);
  std::string id = ticket("S");
  EXPECT_EQ(value("tickets", id, "hs_pipeline"), "0");
  EXPECT_EQ(update("tickets", id, {{"hs_pipeline", "712000"}}).status, 400);
  EXPECT_EQ(update("tickets", id, {{"hs_pipeline", "712000"}, {"hs_pipeline_stage", "712001"}}).status, 200);
}

// fact: §8 [O]
TEST_F(Records, AClosedTicketSaysWhenAndHowLong) {
  std::string id = ticket("S");
  clock.advance(Duration(5'000));
  update("tickets", id, {{"hs_pipeline_stage", "4"}});
  EXPECT_EQ(value("tickets", id, "closed_date"), "2026-11-18T12:26:45Z");
  EXPECT_EQ(value("tickets", id, "time_to_close"), "5000");
  update("tickets", id, {{"hs_pipeline_stage", "1"}});
  EXPECT_EQ(value("tickets", id, "closed_date"), "null");
}

// fact: §6 [D]
TEST_F(Records, AnEmailsAddressesComeFromItsHeaders) {
  std::string headers = R"({"from":{"email":"a@x.example","firstName":"Ann"},"to":[{"email":"b@x.example"},{"email":"c@x.example"}]})";
  std::string id = created_id("emails", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_email_direction", "EMAIL"}, {"hs_email_headers", headers}});
  EXPECT_EQ(value("emails", id, "hs_email_from_email"), "a@x.example");
  EXPECT_EQ(value("emails", id, "hs_email_to_email"), "b@x.example;c@x.example");
  EXPECT_EQ(code(update("emails", id, {{"hs_email_headers", "nonsense"}})), "INVALID_JSON");
}

// fact: §2.7 [S]
TEST_F(Records, ArchivedRecordsAreListedApartForNinetyDays) {
  std::string a = contact("a@x.example"), b = contact("b@x.example");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/" + a).status, 204);
  EXPECT_EQ(read("contacts", a).status, 404);
  EXPECT_EQ(read("contacts", a, "archived=true").status, 200);
  EXPECT_EQ(ids(api.get("/crm/v3/objects/contacts")), b);
  Answer gone = api.get("/crm/v3/objects/contacts?archived=true");
  EXPECT_EQ(ids(gone), a);
  EXPECT_EQ(text_at(gone.body, "/results/0/archived"), "true");
  EXPECT_EQ(text_at(gone.body, "/results/0/archivedAt"), "2026-11-18T12:26:40Z");
  clock.advance(Duration(90LL * 24 * 3'600'000));
  EXPECT_EQ(ids(api.get("/crm/v3/objects/contacts?archived=true")), "");
}

// fact: §2.7 [D]
TEST_F(Records, DeletedEmailsAreGoneForGood) {
  std::string id = created_id("emails", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_email_direction", "EMAIL"}});
  api.send("DELETE", "/crm/v3/objects/emails/" + id);
  EXPECT_EQ(ids(api.get("/crm/v3/objects/emails?archived=true")), "");
  EXPECT_EQ(read("emails", id, "archived=true").status, 404);
}

// fact: §2.7 [U], §2.2 [S]
TEST_F(Records, ListsArePagedById) {
  std::string all;
  for (int i = 0; i < 25; ++i) all += (i ? " " : "") + contact("c" + std::to_string(i) + "@x.example");
  std::string seen, after;
  for (int page = 0; page < 4 && (page == 0 || !after.empty()); ++page) {
    Answer answer = api.get("/crm/v3/objects/contacts?limit=10" + (after.empty() ? "" : "&after=" + after));
    seen += (page ? " " : "") + ids(answer);
    after = answer.body.get_object().contains("paging") ? text_at(answer.body, "/paging/next/after") : "";
  }
  EXPECT_EQ(seen, all);
  EXPECT_EQ(api.get("/crm/v3/objects/contacts?limit=101").status, 400);
}

// fact: §2.6 [D]
TEST_F(Records, AreFoundByUniquePropertiesAlone) {
  define_key("contacts", "contactinformation");
  std::string id = created_id("contacts", {{"email", "a@x.example"}, {"lockstep_id", "L1"}});
  EXPECT_EQ(text_at(read("contacts", "L1", "idProperty=lockstep_id").body, "/id"), id);
  EXPECT_EQ(text_at(read("contacts", "A@x.example", "idProperty=email").body, "/id"), id);
  EXPECT_EQ(read("contacts", "Ann", "idProperty=firstname").status, 400);
  Answer taken = create("contacts", {{"lastname", "Lee"}, {"lockstep_id", "L1"}});
  EXPECT_EQ(taken.status, 400);
  EXPECT_NE(message(taken).find(id + " already has that value"), std::string::npos);
}

// HubSpot's client for Python, hubspot-api-python, hands basic_api.get_page(limit=10, archived=False) to urlencode, which writes False.
// fact: §2.7 [K]
TEST_F(Records, AFlagOfTheQueryIsTrueOrFalseWithACapitalLetterToo) {
  std::string kept = contact("a@x.example"), gone = contact("b@x.example");
  EXPECT_EQ(api.send("DELETE", "/crm/v3/objects/contacts/" + gone).status, 204);
  auto listed = [&](const std::string& flag) { return api.get("/crm/v3/objects/contacts?archived=" + flag); };
  for (const char* yes : {"true", "True"}) EXPECT_EQ(ids(listed(yes)), gone);
  for (const char* no : {"false", "False"}) EXPECT_EQ(ids(listed(no)), kept);
  for (const char* other : {"TRUE", "1", "yes", ""}) EXPECT_EQ(listed(other).status, 400) << other;
}

// fact: §4.6 [O]
TEST_F(Records, UnknownIdsAnswerAsThePlatformDoes) {
  EXPECT_EQ(text_at(read("contacts", "512999999999").body, "/message"), "resource not found");
  Answer word = read("contacts", "ann");
  EXPECT_EQ(word.status, 404);
  EXPECT_EQ(category(word), "OBJECT_NOT_FOUND");
  EXPECT_EQ(api.get("/crm/v3/objects/persons").status, 400);
}

// fact: §0.1 [S]
TEST_F(Records, DatedPathsServeTheSame) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(api.get("/crm/objects/2026-03/contacts/" + id).text, read("0-1", id).text);
  EXPECT_EQ(api.get("/crm/objects/2019-01/contacts/" + id).status, 404);
}

// fact: §4.6 [O] switch: taken_address_is_invalid
TEST_F(Records, ATakenAddressCanAlsoBeToldWithAnIdThatNeverWas) {
  set({{"taken_address_is_invalid", true}});
  std::string id = contact("ann@x.example");
  Answer again = create("contacts", {{"email", "ann@x.example"}});
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(category(again), "VALIDATION_ERROR");
  EXPECT_TRUE(message(again).starts_with("Cannot set PropertyValueCoordinates{portalId=4242001, ")) << message(again);
  EXPECT_TRUE(message(again).ends_with(". " + id + " already has that value.")) << message(again);
}

// fact: §2.3 [S]
TEST_F(Records, AHistoryTellsEachValueOnceNewestFirst) {
  std::string id = created_id("contacts", {{"email", "a@x.example"}, {"firstname", "Ann"}});
  clock.advance(Duration(1'000));
  update("contacts", id, {{"firstname", "Ann"}});  // no change
  edit_fields("contacts", id, {{"firstname", "Anna"}});
  update("contacts", id, {{"firstname", ""}});
  json::value told = read("contacts", id, "propertiesWithHistory=firstname").body.at("propertiesWithHistory");
  std::string values;
  for (const json::value& entry : told.at("firstname").as_array()) values += text_at(entry, "/value") + " " + text_at(entry, "/sourceType") + "; ";
  EXPECT_EQ(values, " INTEGRATION; Anna CRM_UI; Ann INTEGRATION; ");
  EXPECT_EQ(text_at(told, "/firstname/2/timestamp"), "2026-11-18T12:26:40Z");
  EXPECT_EQ(text_at(told, "/firstname/2/sourceId"), "2500002");
  EXPECT_EQ(text_at(told, "/firstname/1/updatedByUserId"), text_at(told, "/firstname/1/sourceId").substr(7));
}

// fact: §2.3 [S]
TEST_F(Records, AHistoryStartsWithWhatAFixtureBrought) {
  Answer loaded = post("/__emulator/records/contacts", json::array{json::object{{"email", "a@x.example"}, {"city", "Bonn"}}});
  std::string id = text_at(loaded.body, "/ids/0");
  EXPECT_EQ(text_at(read("contacts", id, "propertiesWithHistory=city").body, "/propertiesWithHistory/city/0/sourceType"), "IMPORT");
  update("contacts", id, {{"city", "Berlin"}});
  Answer answer = read("contacts", id, "propertiesWithHistory=city");
  EXPECT_EQ(text_at(answer.body, "/propertiesWithHistory/city/0/value"), "Berlin");
  EXPECT_EQ(text_at(answer.body, "/propertiesWithHistory/city/1/value"), "Bonn");
}

// fact: §2.2 [U] switch: list_page
TEST_F(Records, AListThatAsksForNoNumberHasTenRows) {
  for (int i = 0; i < 12; ++i) contact("c" + std::to_string(i) + "@x.example");
  auto rows = [&] { return api.get("/crm/v3/objects/contacts").body.at("results").as_array().size(); };
  EXPECT_EQ(rows(), 10u);
  set({{"list_page", 12}});
  EXPECT_EQ(rows(), 12u);
}

// fact: §2.2 [U] switch: history_page
TEST_F(Records, AListWithHistoriesHasShorterPages) {
  EXPECT_EQ(api.get("/crm/v3/objects/contacts?limit=100").status, 200);
  EXPECT_EQ(api.get("/crm/v3/objects/contacts?limit=51&propertiesWithHistory=email").status, 400);
  EXPECT_EQ(api.get("/crm/v3/objects/contacts?limit=50&propertiesWithHistory=email").status, 200);
  set({{"history_page", 20}});
  EXPECT_EQ(api.get("/crm/v3/objects/contacts?limit=21&propertiesWithHistory=email").status, 400);
}

// fact: §2.5 [D]
TEST_F(Records, ARefusedWriteLeavesNoHistory) {
  std::string id = contact("a@x.example");
  json::array inputs{{{"id", id}, {"properties", {{"city", "Bonn"}}}}, {{"id", contact("b@x.example")}, {"properties", {{"email", "x"}}}}};
  EXPECT_EQ(post("/crm/v3/objects/contacts/batch/update", {{"inputs", inputs}}).status, 400);
  EXPECT_EQ(text_at(read("contacts", id, "propertiesWithHistory=city").body, "/propertiesWithHistory/city"), "[]");
}

// fact: §6 [D]
TEST_F(Records, AMeetingTakesItsTimeFromItsStart) {
  EXPECT_EQ(code(create("meetings", {{"hs_meeting_title", "M"}})), "MISSING_REQUIRED_PROPERTY");
  std::string id = created_id("meetings", {{"hs_meeting_start_time", "2026-05-01T09:00:00Z"}});
  EXPECT_EQ(value("meetings", id, "hs_timestamp"), "2026-05-01T09:00:00Z");
}

// fact: §8 [U]
TEST_F(Records, ATaskSaysWhenItWasCompleted) {
  std::string id = created_id("tasks", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_task_status", "COMPLETED"}});
  EXPECT_EQ(value("tasks", id, "hs_task_completion_date"), "2026-11-18T12:26:40Z");
  update("tasks", id, {{"hs_task_status", "IN_PROGRESS"}});
  EXPECT_EQ(value("tasks", id, "hs_task_completion_date"), "null");
  EXPECT_EQ(code(update("tasks", id, {{"hs_task_reminders", "2026-05-01"}})), "INVALID_LONG");
  EXPECT_EQ(update("tasks", id, {{"hs_task_reminders", "1777626000000"}}).status, 200);
}

// fact: §3.3 [O], §2.3 [O]
TEST_F(Records, SayInWordsWhoMadeThem) {
  std::string ours = contact("a@x.example");
  EXPECT_EQ(value("contacts", ours, "hs_object_source_label"), "Integration");
  EXPECT_EQ(value("contacts", ours, "hs_object_source_detail_1"), "lockstep");
  std::string anns =
      text_at(edit({{"as", "Ann"}, {"operation", "create"}, {"object", "notes"}, {"fields", {{"hs_timestamp", "2026-05-01T09:00:00Z"}}}}).body, "/id");
  EXPECT_EQ(value("notes", anns, "hs_object_source_label"), "CRM UI");
  EXPECT_EQ(value("notes", anns, "hs_created_by_user_id"), "10300000");
  EXPECT_EQ(value("notes", anns, "hs_updated_by_user_id"), "null");
  edit_fields("notes", anns, {{"hs_note_body", "A"}});
  EXPECT_EQ(value("notes", anns, "hs_updated_by_user_id"), "10300000");
  EXPECT_EQ(value("notes", anns, "hs_object_source_detail_1"), "null");
}

// fact: §2.2 [S]
TEST_F(Records, OtherObjectsAreDeletedForPrivacyByTheGenericPaths) {
  std::string id = company("A");
  EXPECT_EQ(post("/crm/v3/objects/companies/gdpr-delete", {{"objectId", id}}).status, 404);
  EXPECT_EQ(post("/crm/objects/2026-03/companies/gdpr-delete", {{"objectId", id}}).status, 404);
  EXPECT_EQ(post("/crm/objects/2026-09/companies/gdpr-delete", {{"objectId", id}}).status, 204);
  EXPECT_EQ(read("companies", id).status, 404);
  EXPECT_EQ(read("companies", id, "archived=true").status, 404);
}

// fact: §6 [S]
TEST_F(Records, AnUnknownAddressThatIsDeletedForPrivacyIsBlockedHoweverItIsWritten) {
  EXPECT_EQ(post("/crm/v3/objects/contacts/gdpr-delete", {{"objectId", "Ann@X.example"}, {"idProperty", "email"}}).status, 204);
  EXPECT_EQ(create("contacts", {{"email", "ann@x.example"}}).status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
