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

}  // namespace
}  // namespace lockstep::emulators::salesforce
