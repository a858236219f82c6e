#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Rules : public SalesforceTest {
 protected:
  Answer control(const std::string& path, const json::object& body) { return api.send_json("POST", "/__emulator/" + path, body); }
};

// fact: §2.4 [D]
TEST_F(Rules, OnlyAccountsHaveETagsAndTheyGuardBothWays) {
  std::string account = created_id("Account", {{"Name", "A"}}), contact = created_id("Contact", {{"LastName", "L"}});
  std::string tag(read("Account", account).headers.find("ETag").value_or(""));
  EXPECT_TRUE(tag.ends_with("--gzip\"")) << tag;
  EXPECT_FALSE(read("Contact", contact).headers.contains("ETag"));
  const std::string path = base + "/sobjects/Account/" + account;
  EXPECT_EQ(api.send("GET", path, "", {{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"Phone", "1"}}, {{"If-None-Match", tag}}).status, 412);
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"Phone", "1"}}, {{"If-Match", tag}}).status, 204);
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"Phone", "2"}}, {{"If-Match", tag}}).status, 412);
}

// fact: §3.2 [I], §3.4 [D]
TEST_F(Rules, ALateCommitHasTheStampOfItsStart) {
  WallTime start = clock.time;
  control("transaction", {{"commit_after", "120s"},
                          {"edits", json::array{json::object{{"as", "Ann"}, {"operation", "create"}, {"object", "Account"}, {"fields", {{"Name", "late"}}}}}}});
  clock.advance(Duration(60'000));
  created_id("Account", {{"Name", "early"}});
  EXPECT_EQ(column(query("SELECT Name FROM Account"), "Name"), "early");
  clock.advance(Duration(61'000));
  EXPECT_EQ(column(query("SELECT Name FROM Account ORDER BY SystemModstamp"), "Name"), "late early");
  EXPECT_LT(text_at(query("SELECT SystemModstamp FROM Account WHERE Name = 'late'").body, "/records/0/SystemModstamp"), format_iso(start + Duration(1'000)));
}

// fact: §5.1 [D][X]
TEST_F(Rules, OnlyFiveLongCallsRunAtOnce) {
  control("faults", {{"name", "slow"}, {"delay_ms", 25'000}, {"count", 6}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(api.get(base + "/limits").status, 200);
  Answer refused = api.get(base + "/limits");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(message(refused), "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  EXPECT_EQ(api.get(base + "/limits").status, 200);  // short ones are not counted
}

// fact: §5.3 [X]
TEST_F(Rules, ALockStopsWritesOfTheRowAndOfItsChildren) {
  std::string id = created_id("Account", {{"Name", "A"}});
  control("lock", {{"id", id}, {"for", "10s"}});
  Answer refused = create("Contact", {{"LastName", "L"}, {"AccountId", id}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code(refused), "UNABLE_TO_LOCK_ROW");
  EXPECT_EQ(message(refused), "unable to obtain exclusive access to this record or 1 records: " + id);
  EXPECT_EQ(code(api.send("DELETE", base + "/sobjects/Account/" + id)), "UNABLE_TO_LOCK_ROW");
  clock.advance(Duration(10'000));
  EXPECT_EQ(create("Contact", {{"LastName", "L"}, {"AccountId", id}}).status, 201);
}

// fact: §5.3 [X], §2.7 [D]
TEST_F(Rules, ADuplicateRuleSpellsItsResultAsThePlatformDoes) {
  control("duplicate_rule", {{"object", "Contact"}, {"fields", json::array{"LastName", "Email"}}});
  std::string id = created_id("Contact", {{"LastName", "Lovelace"}, {"Email", "a@b.cd"}});
  EXPECT_EQ(create("Contact", {{"LastName", "Lovelace"}}).status, 201);
  Answer refused = create("Contact", {{"LastName", "LOVELACE"}, {"Email", "a@b.cd"}});
  EXPECT_EQ(code(refused), "DUPLICATES_DETECTED");
  EXPECT_EQ(text_at(refused.body, "/0/duplicateResut/matchResults/0/matchRecords/0/record/Id"), id);
  EXPECT_EQ(text_at(refused.body, "/0/duplicateResut/duplicateRule"), "Standard_Contact_Duplicate_Rule");
}

// fact: §2.8 [C]
TEST_F(Rules, TheSchemaChangesUnderItsUsers) {
  EXPECT_EQ(control("schema", {{"object", "Event"}, {"field", "ShowAs"}, {"add_option", "Asleep"}}).status, 200);
  json::object event{{"StartDateTime", "2026-01-01T10:00:00Z"}, {"DurationInMinutes", 30}, {"ShowAs", "Asleep"}};
  EXPECT_EQ(create("Event", event).status, 201);
  EXPECT_EQ(control("schema", {{"object", "Event"}, {"field", "ShowAs"}, {"remove_option", "Asleep"}}).status, 200);
  EXPECT_EQ(code(create("Event", event)), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  EXPECT_EQ(control("schema", {{"object", "Contact"}, {"field", "Email"}, {"required", true}}).status, 200);
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}})), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(control("schema", {{"object", "Contact"}, {"field", "Name"}, {"required", true}}).status, 422);
  EXPECT_EQ(control("schema", {{"object", "Contact"}, {"field", "Title"}, {"add_option", "x"}}).status, 422);
}

// fact: §6.7 [D]
TEST_F(Rules, AnEventsTimesSayTheSameInTwoWays) {
  std::string id = created_id("Event", {{"Subject", "Call"}, {"ActivityDateTime", "2026-01-01T10:00:00Z"}, {"DurationInMinutes", 30}});
  Answer event = read("Event", id);
  EXPECT_EQ(text_at(event.body, "/EndDateTime"), "2026-01-01T10:30:00.000+0000");
  EXPECT_EQ(text_at(event.body, "/ActivityDate"), "2026-01-01");
  api.send_json("PATCH", base + "/sobjects/Event/" + id, json::object{{"EndDateTime", "2026-01-01T11:00:00Z"}});
  EXPECT_EQ(text_at(read("Event", id).body, "/DurationInMinutes"), "60");
  EXPECT_EQ(code(create("Event", {{"Subject", "never"}})), "REQUIRED_FIELD_MISSING");
}

// fact: §3.8 [D]
TEST_F(Rules, AMessageToAListenerIsTriedForADay) {
  control("outbound_message", {{"object", "Contact"}, {"url", "http://127.0.0.1:1/"}, {"fields", json::array{"Email"}}});
  created_id("Contact", {{"LastName", "L"}});
  int tries = 0;
  WallTime start = clock.time;
  Duration longest{0}, since{0};
  while (clock.time < start + Duration(26LL * 3'600'000)) {
    for (const OutgoingRequest& request : org->take_outgoing()) {
      ++tries;
      longest = std::max(longest, since);
      since = Duration{0};
      EXPECT_NE(request.request.body.find("<Notification><Id>04l"), std::string::npos);
      EXPECT_EQ(request.request.body.find("sf:Email"), std::string::npos);  // null fields are left out
      org->outgoing_answered_with(request.id, 200, "<Envelope><Body><notificationsResponse><Ack>false</Ack></notificationsResponse></Body></Envelope>");
    }
    clock.advance(Duration(60'000));
    since += Duration(60'000);
  }
  EXPECT_GT(tries, 15);
  EXPECT_LE(longest, Duration(2LL * 3'600'000 + 60'000));
  EXPECT_TRUE(org->take_outgoing().empty());
}

// fact: §2.6 [D]
TEST_F(Rules, GraphsAreLimitedInNodes) {
  json::array parts;
  for (int i = 0; i < 501; ++i) parts.push_back(json::object{{"method", "GET"}, {"url", base + "/limits"}, {"referenceId", "r" + std::to_string(i)}});
  Answer refused =
      api.send_json("POST", base + "/composite/graph", json::object{{"graphs", json::array{json::object{{"graphId", "g"}, {"compositeRequest", parts}}}}});
  EXPECT_EQ(code(refused), "LIMIT_EXCEEDED");
}

// fact: §2.3 [U] switch: update_only_miss_status
TEST_F(Rules, UpdateOnlyCreatesNothing) {
  const std::string path = base + "/sobjects/Contact/Lockstep_Id__c/1?updateOnly=true";
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"LastName", "L"}}).status, 404);
  control("settings", {{"update_only_miss_status", 204}});
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"LastName", "L"}}).status, 204);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "0");
}

// fact: §9.3 D
TEST_F(Rules, SettingsAreChangedAllOrNotAtAll) {
  EXPECT_EQ(control("settings", {{"open_cursors", 3}, {"nonsense", 1}}).status, 400);
  EXPECT_EQ(text_at(api.get("/__emulator/settings").body, "/open_cursors"), "10");
  EXPECT_EQ(control("settings", {{"tag_collections", 1}}).status, 400);
}

// fact: §6.6 [C] switch: contact_delete_clears_cases
TEST_F(Rules, ADeletedContactIsTakenOffItsCasesWhereItMay) {
  std::string contact = created_id("Contact", {{"LastName", "L"}}), held = created_id("Case", {{"ContactId", contact}});
  EXPECT_EQ(code(api.send("DELETE", base + "/sobjects/Contact/" + contact)), "DELETE_FAILED");
  set("contact_delete_clears_cases", true);
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Contact/" + contact).status, 204);
  EXPECT_EQ(text_at(read("Case", held).body, "/ContactId"), "null");
}

// fact: §2.9 [U] switch: parent_type_needed
TEST_F(Rules, AParentOfSeveralPossibleTypesIsNamedWithItsType) {
  std::string account = created_id("Account", {{"Name", "A"}, {"Lockstep_Id__c", "k"}});
  EXPECT_EQ(code(create("Task", {{"What", {{"Lockstep_Id__c", "k"}}}})), "INVALID_FIELD");
  std::string task = created_id("Task", {{"What", {{"attributes", {{"type", "Account"}}}, {"Lockstep_Id__c", "k"}}}});
  EXPECT_EQ(text_at(read("Task", task).body, "/WhatId"), account);
  set("parent_type_needed", false);
  EXPECT_EQ(create("Task", {{"What", {{"Lockstep_Id__c", "k"}}}}).status, 201);
}

// fact: §6.7 [R] switch: archive_days
TEST_F(Rules, HowOldAClosedActivityIsKeptIsASettingOfTheOrg) {
  set("archive_days", 10);
  created_id("Task", {{"Status", "Completed"}, {"ActivityDate", "2026-11-01"}});
  created_id("Task", {{"Status", "Completed"}, {"ActivityDate", "2026-11-15"}});
  clock.advance(Duration(24LL * 3'600'000));
  sign_in();
  EXPECT_EQ(column(query("SELECT ActivityDate FROM Task"), "ActivityDate"), "2026-11-15");
  EXPECT_EQ(text_at(query("SELECT Id FROM Task", true).body, "/totalSize"), "2");
}

// fact: §5.1 [D] switch: concurrent_requests
TEST_F(Rules, HowManyLongCallsRunAtOnceIsOfTheEdition) {
  set("concurrent_requests", 1);
  control("faults", {{"name", "slow"}, {"delay_ms", 20'000}, {"count", 2}});
  EXPECT_EQ(api.get(base + "/sobjects").status, 200);
  EXPECT_EQ(code(api.get(base + "/sobjects")), "REQUEST_LIMIT_EXCEEDED");
}

// fact: §6.2 [U] switch: text_line_ends
TEST_F(Rules, LineEndsOfLongTextsMayComeBackAsOthers) {
  auto kept = [&](const char* how) {
    set("text_line_ends", how);
    std::string id = created_id("Account", {{"Name", "A"}, {"Description", "a\r\nb\nc"}});
    return text_at(read("Account", id).body, "/Description");
  };
  EXPECT_EQ(kept("kept"), "a\r\nb\nc");
  EXPECT_EQ(kept("lf"), "a\nb\nc");
  EXPECT_EQ(kept("crlf"), "a\r\nb\r\nc");
}
}  // namespace
}  // namespace lockstep::emulators::salesforce
