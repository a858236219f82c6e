// Collections (contract §2.5).
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Collections : public SalesforceTest {
 protected:
  static json::object record(const std::string& type, json::object fields) {
    fields["attributes"] = json::object{{"type", type}};
    return fields;
  }
  Answer send(const std::string& method, const std::string& path, json::array records, bool all_or_none = false) {
    return api.send_json(method, base + "/composite/sobjects" + path, json::object{{"allOrNone", all_or_none}, {"records", std::move(records)}});
  }
  Answer upsert(json::array records, bool all_or_none = false) { return send("PATCH", "/Contact/Lockstep_Id__c", std::move(records), all_or_none); }
};

// fact: §2.5 [C]
TEST_F(Collections, UpsertByKeyCreatesAndUpdatesInRequestOrder) {
  Answer first = upsert({record("Contact", {{"Lockstep_Id__c", "a"}, {"LastName", "A"}}), record("Contact", {{"Lockstep_Id__c", "b"}, {"LastName", "B"}})});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(text_at(first.body, "/0/created"), "true");
  Answer again = upsert({record("Contact", {{"Lockstep_Id__c", "B"}, {"Title", "T"}}), record("Contact", {{"Lockstep_Id__c", "c"}, {"LastName", "C"}})});
  EXPECT_EQ(text_at(again.body, "/0/created"), "false");
  EXPECT_EQ(text_at(again.body, "/0/id"), text_at(first.body, "/1/id")) << "keys match without case";
  EXPECT_EQ(text_at(again.body, "/1/created"), "true");
  EXPECT_EQ(column(query("SELECT Lockstep_Id__c FROM Contact ORDER BY Id"), "Lockstep_Id__c"), "a b c");
}

// fact: §2.5 [D]
TEST_F(Collections, FailuresAre200WithStatusCodePerItem) {
  Answer answer = upsert({record("Contact", {{"Lockstep_Id__c", "a"}}), record("Contact", {{"Lockstep_Id__c", "b"}, {"LastName", "B"}}),
                          record("Contact", {{"LastName", "no key"}}), record("Contact", {{"Lockstep_Id__c", "d"}, {"LastName", "D"}, {"Nope", 1}})});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/0/success"), "false");
  EXPECT_EQ(text_at(answer.body, "/0/errors/0/statusCode"), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(text_at(answer.body, "/0/errors/0/fields/0"), "LastName");
  EXPECT_EQ(text_at(answer.body, "/1/success"), "true");
  EXPECT_EQ(text_at(answer.body, "/2/errors/0/statusCode"), "MISSING_ARGUMENT");
  EXPECT_EQ(text_at(answer.body, "/3/errors/0/statusCode"), "INVALID_FIELD");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "1");
}

// fact: §2.5 [X]
TEST_F(Collections, TheSameKeyTwiceFailsEveryRowThatHasIt) {
  Answer answer = upsert({record("Contact", {{"Lockstep_Id__c", "a-1"}, {"LastName", "A"}}), record("Contact", {{"Lockstep_Id__c", "b"}, {"LastName", "B"}}),
                          record("Contact", {{"Lockstep_Id__c", "A-1"}, {"LastName", "A2"}})});
  EXPECT_EQ(text_at(answer.body, "/0/errors/0/statusCode"), "DUPLICATE_VALUE");
  EXPECT_EQ(text_at(answer.body, "/0/errors/0/message"), "Duplicate external id specified: a-1");
  EXPECT_EQ(text_at(answer.body, "/1/success"), "true");
  EXPECT_EQ(text_at(answer.body, "/2/success"), "false");
}

// fact: §2.5 [X]
TEST_F(Collections, AllOrNoneRollsEverythingBack) {
  Answer answer = upsert({record("Contact", {{"Lockstep_Id__c", "a"}, {"LastName", "A"}}), record("Contact", {{"Lockstep_Id__c", "b"}})}, true);
  EXPECT_EQ(text_at(answer.body, "/0/errors/0/statusCode"), "ALL_OR_NONE_OPERATION_ROLLED_BACK");
  EXPECT_EQ(text_at(answer.body, "/1/errors/0/statusCode"), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "0");
  EXPECT_EQ(text_at(api.get("/__emulator/writes").body, "/writes"), "[]");
  EXPECT_EQ(upsert({record("Contact", {{"Lockstep_Id__c", "a"}, {"LastName", "A"}})}).status, 200) << "the key is free again";
}

// fact: §2.5 [J][C]
TEST_F(Collections, CreateAndUpdateMixTypes) {
  Answer made = send("POST", "", {record("Account", {{"Name", "A"}}), record("Contact", {{"LastName", "C"}})});
  std::string account = text_at(made.body, "/0/id"), contact = text_at(made.body, "/1/id");
  EXPECT_FALSE(made.body.at(0).as_object().contains("created")) << "created is for upserts";
  Answer updated = send("PATCH", "", {record("Account", {{"id", account}, {"Name", "B"}}), record("Contact", {{"Id", contact}, {"AccountId", account}})});
  EXPECT_EQ(text_at(updated.body, "/0/success"), "true");
  EXPECT_EQ(text_at(updated.body, "/1/success"), "true");
  EXPECT_EQ(text_at(read("Contact", contact).body, "/AccountId"), account);
}

// fact: §2.5 [U] switch: repeated_ids_fail
TEST_F(Collections, OfAnIdNamedTwiceTheLastOneHoldsWhereItMay) {
  std::string id = created_id("Account", {{"Name", "A"}});
  api.send_json("POST", "/__emulator/settings", {{"repeated_ids_fail", false}});
  Answer answer = send("PATCH", "", {record("Account", {{"id", id}, {"Name", "X"}}), record("Account", {{"id", id}, {"Name", "Y"}})});
  EXPECT_EQ(text_at(answer.body, "/0/success") + text_at(answer.body, "/1/success"), "truetrue");
  EXPECT_EQ(text_at(read("Account", id).body, "/Name"), "Y");
}

// fact: §2.5 [U] switch: repeated_ids_fail
TEST_F(Collections, UpdateOfMissingDeletedOrRepeatedIds) {
  std::string gone = created_id("Account", {{"Name", "A"}}), there = created_id("Account", {{"Name", "B"}});
  api.send("DELETE", base + "/sobjects/Account/" + gone);
  Answer answer = send(
      "PATCH", "",
      {record("Account", {{"id", gone}, {"Name", "X"}}), record("Account", {{"id", gone.substr(0, 14) + "z"}, {"Name", "X"}}),
       record("Account", {{"id", there}, {"Name", "X"}}), record("Account", {{"id", there.substr(0, 15)}, {"Name", "Y"}}), record("Account", {{"Name", "Y"}})});
  EXPECT_EQ(text_at(answer.body, "/0/errors/0/statusCode"), "ENTITY_IS_DELETED");
  EXPECT_EQ(text_at(answer.body, "/1/errors/0/statusCode"), "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(text_at(answer.body, "/2/errors/0/statusCode"), "DUPLICATE_VALUE");
  EXPECT_EQ(text_at(answer.body, "/3/errors/0/message"), "duplicate id specified: " + there);
  EXPECT_EQ(text_at(answer.body, "/4/errors/0/statusCode"), "MISSING_ARGUMENT");
}

// fact: §2.5 [D]
TEST_F(Collections, At200AndOneMore) {
  json::array records;
  for (int i = 0; i < 200; ++i) records.push_back(record("Account", {{"Name", "A" + std::to_string(i)}}));
  EXPECT_EQ(send("POST", "", records).status, 200);
  records.push_back(record("Account", {{"Name", "one more"}}));
  Answer answer = send("POST", "", records);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code(answer), "EXCEEDED_ID_LIMIT");
}

// fact: §2.5 [C]
TEST_F(Collections, RetrieveIsAlignedWithNullForMissing) {
  std::string there = created_id("Contact", {{"LastName", "L"}}), gone = created_id("Contact", {{"LastName", "M"}});
  api.send("DELETE", base + "/sobjects/Contact/" + gone);
  auto read_all = [&](json::array ids, json::array fields) {
    return api.send_json("POST", base + "/composite/sobjects/Contact", json::object{{"ids", std::move(ids)}, {"fields", std::move(fields)}});
  };
  Answer answer = read_all({gone, there.substr(0, 15), there.substr(0, 14) + "z"}, {"Id", "LastName", "Email"});
  EXPECT_EQ(text_at(answer.body, "/0"), "null");
  EXPECT_EQ(text_at(answer.body, "/1/Id"), there);
  EXPECT_EQ(text_at(answer.body, "/1/Email"), "null");
  EXPECT_EQ(text_at(answer.body, "/1/attributes/type"), "Contact");
  EXPECT_EQ(text_at(answer.body, "/2"), "null");
  EXPECT_EQ(code(read_all({there}, {"Nope"})), "INVALID_FIELD");
  json::array many(2'001, json::value(there));
  EXPECT_EQ(code(read_all(many, {"Id"})), "EXCEEDED_ID_LIMIT");
}

// fact: §2.5 [C]
TEST_F(Collections, DeleteReportsPerItem) {
  std::string account = created_id("Account", {{"Name", "A"}}), blocked = created_id("Account", {{"Name", "B"}});
  created_id("Case", {{"AccountId", blocked}});
  Answer answer = api.send("DELETE", base + "/composite/sobjects?ids=" + account + "," + blocked + "," + account + "&allOrNone=false");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/0/success"), "true");
  EXPECT_EQ(text_at(answer.body, "/1/errors/0/statusCode"), "DELETE_FAILED");
  EXPECT_EQ(text_at(answer.body, "/2/errors/0/statusCode"), "ENTITY_IS_DELETED");
}

// fact: §2.5 [D]
TEST_F(Collections, UpsertOfAnotherTypeOrByNoKeyIsRefusedAsAWhole) {
  EXPECT_EQ(upsert({record("Account", {{"Lockstep_Id__c", "a"}, {"Name", "A"}})}).status, 400);
  EXPECT_EQ(send("PATCH", "/Contact/Title", {record("Contact", {{"Title", "a"}})}).status, 404);
  EXPECT_EQ(upsert({json::object{{"Lockstep_Id__c", "a"}}}).status, 400) << "no attributes";
  EXPECT_EQ(upsert({}).status, 400);
}

// fact: §2.5 [U] switch: collection_chunks
TEST_F(Collections, TheTypeChangesAtMostTenTimesInOneCall) {
  json::array records;
  for (int i = 0; i < 11; ++i)
    records.push_back(json::object{{"attributes", {{"type", i % 2 == 0 ? "Account" : "Case"}}}, {i % 2 == 0 ? "Name" : "Subject", "x"}});
  const json::object body{{"records", records}};
  EXPECT_EQ(code(api.send_json("POST", base + "/composite/sobjects", body)), "LIMIT_EXCEEDED");
  set("collection_chunks", 11);
  EXPECT_EQ(api.send_json("POST", base + "/composite/sobjects", body).status, 200);
}

// fact: §2.5 [U] switch: retrieve_ids
TEST_F(Collections, AReadByIdsNamesTwoThousandAtMost) {
  json::array ids;
  for (int i = 0; i < 2'001; ++i) ids.emplace_back("001000000000001AAA");
  EXPECT_EQ(code(api.send_json("POST", base + "/composite/sobjects/Account", json::object{{"ids", ids}, {"fields", json::array{"Id"}}})), "EXCEEDED_ID_LIMIT");
  set("retrieve_ids", 2'001);
  EXPECT_EQ(api.send_json("POST", base + "/composite/sobjects/Account", json::object{{"ids", ids}, {"fields", json::array{"Id"}}}).status, 200);
}
// fact: §2.5
TEST_F(Collections, WhatATriggerThrowsFailsAllOfItsTypeThatStandTogether) {
  json::object trigger{{"object", "Contact"}, {"field", "Title"}, {"equals", "Boss"}, {"code", "APEX_ERROR"}, {"message", "thrown"}};
  EXPECT_EQ(api.send_json("POST", "/__emulator/trigger", trigger).status, 200);
  auto contact = [](const char* name, const char* title) { return json::object{{"attributes", {{"type", "Contact"}}}, {"LastName", name}, {"Title", title}}; };
  json::array records{contact("A", "Clerk"), contact("B", "Boss"), json::object{{"attributes", {{"type", "Account"}}}, {"Name", "Acme"}},
                      contact("C", "Clerk")};
  Answer answer = api.send_json("POST", base + "/composite/sobjects", json::object{{"allOrNone", false}, {"records", records}});
  EXPECT_EQ(answer.status, 200);
  for (const char* failed : {"/0", "/1"}) {
    EXPECT_EQ(text_at(answer.body, std::string(failed) + "/success"), "false");
    EXPECT_EQ(text_at(answer.body, std::string(failed) + "/errors/0/statusCode"), "APEX_ERROR");
  }
  EXPECT_EQ(text_at(answer.body, "/2/success"), "true");
  EXPECT_EQ(text_at(answer.body, "/3/success"), "true");
  EXPECT_EQ(column(query("SELECT LastName FROM Contact"), "LastName"), "C");
}

// fact: §2.5, §2.3 [D]
TEST_F(Collections, OlderVersionsDoNotHaveThem) {
  json::object record{{"attributes", {{"type", "Account"}}}, {"Name", "A"}, {"Lockstep_Id__c", "k"}};
  json::object body{{"records", json::array{record}}};
  EXPECT_EQ(api.send_json("POST", "/services/data/v41.0/composite/sobjects", body).status, 404);
  EXPECT_EQ(api.send_json("POST", "/services/data/v42.0/composite/sobjects", body).status, 200);
  EXPECT_EQ(api.send_json("PATCH", "/services/data/v45.0/composite/sobjects/Account/Lockstep_Id__c", body).status, 404);
  EXPECT_EQ(api.send_json("PATCH", "/services/data/v46.0/composite/sobjects/Account/Lockstep_Id__c", body).status, 200);
  EXPECT_EQ(api.send_json("POST", "/services/data/v36.0/sobjects/Account/Id", json::object{{"Name", "A"}}).status, 404);
  EXPECT_EQ(api.send_json("POST", "/services/data/v37.0/sobjects/Account/Id", json::object{{"Name", "A"}}).status, 201);
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
