// What an org says of itself in rows.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Setup : public SalesforceTest {
 protected:
  Answer tooling(const std::string& soql) { return api.get(base + "/tooling/query?" + http::encode_query({{"q", soql}})); }
};

// fact: §2.8
TEST_F(Setup, ObjectsAndFieldsAreFoundByTheirNames) {
  const std::string fields = "SELECT QualifiedApiName, DataType FROM FieldDefinition WHERE ";
  for (const char* where :
       {"EntityDefinition.QualifiedApiName = 'Contact' AND QualifiedApiName = 'Email'", "EntityDefinitionId = 'Contact' AND QualifiedApiName = 'Email'"}) {
    for (const Answer& answer : {query(fields + where), tooling(fields + where)}) EXPECT_EQ(column(answer, "DataType"), "Email") << answer.text;
  }
  EXPECT_EQ(column(query("SELECT DurableId FROM EntityDefinition WHERE QualifiedApiName LIKE 'Case%' ORDER BY Label"), "DurableId"), "Case CaseComment");
  EXPECT_EQ(text_at(tooling("SELECT Id, EntityDefinition.KeyPrefix FROM FieldDefinition WHERE DurableId = 'Account.Name'").body,
                    "/records/0/EntityDefinition/KeyPrefix"),
            "001");
  EXPECT_EQ(text_at(api.get(base + "/tooling/sobjects/EntityDefinition/Account").body, "/QualifiedApiName"), "Account");
  EXPECT_EQ(api.get(base + "/tooling/sobjects/EntityDefinition/Nothing").status, 404);
}

// fact: §2.1
TEST_F(Setup, TheToolingApiKnowsNoCustomers) {
  EXPECT_EQ(code(tooling("SELECT Id FROM Account")), "INVALID_TYPE");
  EXPECT_EQ(text_at(api.get(base + "/tooling/sobjects").body, "/sobjects/0/name"), "EntityDefinition");
  EXPECT_EQ(api.get(base + "/tooling/sobjects/FieldDefinition/describe").status, 200);
}

// fact: §8.3 [C]
TEST_F(Setup, QueuesSayWhatTheyMayOwnAndThereAreNoRecordTypes) {
  EXPECT_EQ(column(query("SELECT SobjectType FROM QueueSobject WHERE Queue.Type = 'Queue' AND SobjectType = 'Case'"), "SobjectType"), "Case");
  EXPECT_EQ(text_at(query("SELECT Id, Name FROM RecordType WHERE SobjectType = 'Account'").body, "/totalSize"), "0");
}

// fact: §2.1
TEST_F(Setup, WhatIsSaidOfTheOrgIsNeitherWrittenNorSearched) {
  EXPECT_GE(create("EntityDefinition", {{"Label", "x"}}).status, 400);
  EXPECT_EQ(text_at(api.get(base + "/search?q=" + "FIND%20%7BAccount%7D").body, "/searchRecords"), "[]");
}

// fact: §2.2
TEST_F(Setup, ObjectsAreNamedWithoutCaseInEveryPath) {
  std::string user = text_at(query("SELECT Id FROM User LIMIT 1").body, "/records/0/Id");
  for (const char* users : {"User", "user"}) EXPECT_EQ(api.get(base + "/sobjects/" + users + "/" + user + "/password").status, 200) << users;
}

using Writes = SalesforceTest;

// fact: §6.2 [U] switch: texts_trimmed
TEST_F(Writes, BlanksAroundATextAreDroppedUnlessTheyAreKept) {
  std::string id = created_id("Contact", {{"LastName", "  Lee "}});
  EXPECT_EQ(text_at(read("Contact", id).body, "/LastName"), "Lee");
  set("texts_trimmed", false);
  EXPECT_EQ(api.send_json("PATCH", base + "/sobjects/Contact/" + id, {{"LastName", " Lee "}, {"Title", ""}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/LastName"), " Lee ");
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "null") << "nothing stays nothing";
}

// fact: §6.2 [U] switch: null_booleans_false
TEST_F(Writes, NullForABooleanIsRefusedOrFalse) {
  EXPECT_EQ(create("Case", {{"Subject", "S"}, {"IsEscalated", nullptr}}).status, 400);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Case").body, "/totalSize"), "0");
  set("null_booleans_false", true);
  std::string id = created_id("Case", {{"Subject", "S"}, {"IsEscalated", true}});
  EXPECT_EQ(api.send_json("PATCH", base + "/sobjects/Case/" + id, {{"IsEscalated", nullptr}}).status, 204);
  EXPECT_EQ(text_at(read("Case", id).body, "/IsEscalated"), "false");
}

// fact: §8.3 [U] switch: case_account_from_contact
TEST_F(Writes, ACaseOfAContactIsOfItsAccountToo) {
  std::string account = created_id("Account", {{"Name", "A"}}), contact = created_id("Contact", {{"LastName", "L"}, {"AccountId", account}});
  EXPECT_EQ(text_at(read("Case", created_id("Case", {{"ContactId", contact}})).body, "/AccountId"), account);
  set("case_account_from_contact", false);
  EXPECT_EQ(text_at(read("Case", created_id("Case", {{"ContactId", contact}})).body, "/AccountId"), "null");
}

// fact: §6.4 [U], §8.3 [U] switch: case_comments_written_through
TEST_F(Writes, CommentsOfACaseBecomeARecordUnlessTheyAreATextLikeOthers) {
  std::string id = created_id("Case", {{"Comments", "Hello"}});
  EXPECT_EQ(text_at(read("Case", id).body, "/Comments"), "null");
  EXPECT_EQ(column(query("SELECT CommentBody FROM CaseComment"), "CommentBody"), "Hello");
  set("case_comments_written_through", false);
  id = created_id("Case", {{"Comments", "Again"}});
  EXPECT_EQ(text_at(read("Case", id).body, "/Comments"), "Again");
  EXPECT_EQ(column(query("SELECT CommentBody FROM CaseComment"), "CommentBody"), "Hello");
}

// fact: §2.9 [U]
TEST_F(Writes, AParentIsClearedByItsIdAloneAndNamedOnce) {
  std::string account = created_id("Account", {{"Name", "A"}, {"Lockstep_Id__c", "a-1"}});
  std::string id = created_id("Contact", {{"LastName", "L"}, {"AccountId", account}}), path = base + "/sobjects/Contact/" + id;
  EXPECT_EQ(code(api.send_json("PATCH", path, {{"Account", nullptr}})), "INVALID_FIELD") << "it does not clear";
  EXPECT_EQ(code(api.send_json("PATCH", path, {{"AccountId", account}, {"Account", {{"Lockstep_Id__c", "a-1"}}}})), "INVALID_FIELD") << "which of them?";
  EXPECT_EQ(text_at(read("Contact", id).body, "/AccountId"), account);
  EXPECT_EQ(api.send_json("PATCH", path, {{"AccountId", nullptr}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/AccountId"), "null");
}

// fact: §2.3 [D]
TEST_F(Writes, AKeyWithoutAnIdIsAPlainCreate) {
  Answer made = api.send_json("POST", base + "/sobjects/Contact/Id", {{"LastName", "L"}});
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(read("Contact", text_at(made.body, "/id")).body, "/LastName"), "L");
  EXPECT_NE(api.send_json("POST", "/services/data/v36.0/sobjects/Contact/Id", {{"LastName", "L"}}).status, 201) << "since version 37";
}

// fact: §6.9 [D] switch: inactive_owner_is_wrong_type
TEST_F(Writes, WhoIsNotActiveOwnsNothingNew) {
  std::string user = text_at(edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", {{"LastName", "L"}}}}).body, "/id");
  std::string ann = text_at(read("Contact", user).body, "/OwnerId");
  EXPECT_EQ(create("Contact", {{"LastName", "M"}, {"OwnerId", ann}}).status, 201);
  edit({{"as", "Admin"}, {"operation", "update"}, {"object", "User"}, {"id", ann}, {"fields", {{"IsActive", false}}}});
  EXPECT_EQ(code(create("Contact", {{"LastName", "N"}, {"OwnerId", ann}})), "INACTIVE_OWNER_OR_USER");
  set("inactive_owner_is_wrong_type", true);
  EXPECT_EQ(code(create("Contact", {{"LastName", "N"}, {"OwnerId", ann}})), "OP_WITH_INVALID_USER_TYPE_EXCEPTION");
}

// fact: §3.1 [D]
TEST_F(Writes, AllFieldsAreAskedForOfTwoHundredRowsAtMost) {
  created_id("Contact", {{"LastName", "L"}});
  EXPECT_EQ(query("SELECT FIELDS(ALL) FROM Contact").status, 400);
  EXPECT_EQ(query("SELECT FIELDS(ALL) FROM Contact LIMIT 201").status, 400);
  EXPECT_EQ(column(query("SELECT FIELDS(ALL) FROM Contact LIMIT 200"), "LastName"), "L");
  EXPECT_EQ(query("SELECT Id FROM Contact WHERE Description = 'x'").status, 400) << "long texts are not looked into";
}

// fact: §4.3 [D] switch: daily_bulk_query_jobs
TEST_F(Writes, QueryJobsOfADayAreCounted) {
  set("daily_bulk_query_jobs", 2);
  auto ask = [&] { return api.send_json("POST", base + "/jobs/query", {{"operation", "query"}, {"query", "SELECT Id FROM Contact"}}); };
  EXPECT_EQ(ask().status, 200);
  EXPECT_EQ(ask().status, 200);
  EXPECT_NE(ask().status, 200);
  clock.advance(Duration(25LL * 3'600'000));
  sign_in();
  EXPECT_EQ(ask().status, 200);
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
