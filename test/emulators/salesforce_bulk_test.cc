#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Bulk : public SalesforceTest {
 protected:
  std::string open(const json::object& job, const char* kind = "ingest") {
    Answer answer = api.send_json("POST", base + "/jobs/" + kind, job);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return text_at(answer.body, "/id");
  }
  Answer upload(const std::string& id, const std::string& csv) {
    return api.send("PUT", base + "/jobs/ingest/" + id + "/batches", csv, {{"Content-Type", "text/csv"}});
  }
  Answer state(const std::string& id, const char* state) { return api.send_json("PATCH", base + "/jobs/ingest/" + id, json::object{{"state", state}}); }
  /// Runs a load to its end; its id.
  std::string load(const json::object& job, const std::string& csv) {
    std::string id = open(job);
    EXPECT_EQ(upload(id, csv).status, 201);
    EXPECT_EQ(state(id, "UploadComplete").status, 200);
    clock.advance(Duration(1'000));
    return id;
  }
  Answer results(const std::string& id, const std::string& which) { return api.get(base + "/jobs/ingest/" + id + "/" + which); }
};

// fact: §4.1 [D]
TEST_F(Bulk, RowsOfAQueryHaveAnOrderOnlyWhereItAsksForOne) {
  for (const char* name : {"A", "B", "C"}) created_id("Account", {{"Name", name}});
  auto names = [&](const std::string& order) {
    std::string id = open({{"operation", "query"}, {"query", "SELECT Name FROM Account" + order}}, "query");
    EXPECT_EQ(text_at(api.get(base + "/jobs/query/" + id).body, "/isPkChunkingSupported"), order.empty() ? "true" : "false");
    clock.advance(Duration(1'000));
    return api.get(base + "/jobs/query/" + id + "/results").text;
  };
  EXPECT_EQ(names(" ORDER BY Name"), "\"Name\"\n\"A\"\n\"B\"\n\"C\"\n");
  EXPECT_NE(names(""), names(" ORDER BY Name"));
}

// fact: §4.2 [U], §2.9 [U] switch: parent_type_needed
TEST_F(Bulk, AColumnNamesAParentOfSeveralTypesWithItsType) {
  std::string account = created_id("Account", {{"Name", "A"}, {"Lockstep_Id__c", "k"}});
  const json::object job{{"object", "Task"}, {"operation", "insert"}};
  std::string typed = load(job, "Subject,Account:What.Lockstep_Id__c\nCall,k\n");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + typed).body, "/numberRecordsFailed"), "0") << results(typed, "failedResults").text;
  EXPECT_EQ(column(query("SELECT WhatId FROM Task"), "WhatId"), account);
  EXPECT_NE(results(load(job, "Subject,What.Lockstep_Id__c\nCall,k\n"), "failedResults").text.find("INVALID_FIELD"), std::string::npos);
  EXPECT_NE(results(load(job, "Subject,Contact:What.Lockstep_Id__c\nCall,k\n"), "failedResults").text.find("INVALID_FIELD"), std::string::npos);
  set("parent_type_needed", false);
  std::string guessed = load(job, "Subject,What.Lockstep_Id__c\nCall,k\n");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + guessed).body, "/numberRecordsFailed"), "0");
}

// fact: §4.2 [D]
TEST_F(Bulk, OneUploadThenCloseThenTheJobRuns) {
  std::string id = open({{"object", "Account"}, {"operation", "insert"}});
  EXPECT_EQ(code(state(id, "UploadComplete")), "INVALIDJOBSTATE");
  EXPECT_EQ(upload(id, "Name\nAcme\n").status, 201);
  EXPECT_EQ(code(upload(id, "Name\nBell\n")), "INVALIDJOBSTATE");
  EXPECT_EQ(text_at(state(id, "UploadComplete").body, "/state"), "UploadComplete");
  EXPECT_EQ(code(results(id, "successfulResults")), "INVALIDJOBSTATE");
  clock.advance(Duration(1'000));
  Answer done = api.get(base + "/jobs/ingest/" + id);
  EXPECT_EQ(text_at(done.body, "/state"), "JobComplete");
  EXPECT_EQ(text_at(done.body, "/numberRecordsProcessed"), "1");
  Answer good = results(id, "successfulResults");
  EXPECT_EQ(good.headers.find("Sforce-Locator"), "null");
  EXPECT_EQ(good.text.substr(0, 30), "\"sf__Id\",\"sf__Created\",\"Name\"\n");
}

// fact: §4.2 [D]
TEST_F(Bulk, ACloseIsAnsweredBeforeTheJobIsUnderWayAtAnyMomentOfASecond) {
  clock.advance(Duration(900));
  std::string id = open({{"object", "Account"}, {"operation", "insert"}});
  EXPECT_EQ(upload(id, "Name\nAcme\n").status, 201);
  EXPECT_EQ(text_at(state(id, "UploadComplete").body, "/state"), "UploadComplete");
  Answer asked = api.send_json("POST", base + "/jobs/query", json::object{{"operation", "query"}, {"query", "SELECT Id FROM Account"}});
  EXPECT_EQ(text_at(asked.body, "/state"), "UploadComplete");
  clock.advance(Duration(300));
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/state"), "InProgress");
  clock.advance(Duration(300));
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/totalProcessingTime"), "500");
}

// fact: §4.2 [X][J]
TEST_F(Bulk, RowsFailByThemselvesAndComeInAnotherOrder) {
  std::string id = load({{"object", "Contact"}, {"operation", "insert"}}, "LastName,Email\nA,a@b.cd\nB,nowhere\nC,\n");
  Answer bad = results(id, "failedResults");
  EXPECT_NE(bad.text.find("\"INVALID_EMAIL_ADDRESS:Email: invalid email address: nowhere:Email --\",\"B\",\"nowhere\""), std::string::npos) << bad.text;
  Answer good = results(id, "successfulResults");
  EXPECT_LT(good.text.find("\"C\""), good.text.find("\"A\""));
  EXPECT_EQ(results(id, "unprocessedrecords").text, "\"LastName\",\"Email\"\n");
}

// fact: §4.2 [X], §6.3 [X]
TEST_F(Bulk, ABlankKeepsAndTheMarkClears) {
  std::string id = created_id("Contact", {{"LastName", "A"}, {"Title", "t"}, {"Email", "a@b.cd"}});
  load({{"object", "Contact"}, {"operation", "update"}}, "Id,Title,Email\n" + id + ",,#N/A\n");
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "t");
  EXPECT_EQ(text_at(read("Contact", id).body, "/Email"), "null");
}

// fact: §4.2 [X]
TEST_F(Bulk, WrongLineEndsAndColumnsFailTheWholeJob) {
  std::string id = load({{"object", "Account"}, {"operation", "insert"}}, "Name\r\nAcme\r\n");
  Answer job = api.get(base + "/jobs/ingest/" + id);
  EXPECT_EQ(text_at(job.body, "/state"), "Failed");
  EXPECT_EQ(text_at(job.body, "/errorMessage"), "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF");
  std::string other = load({{"object", "Account"}, {"operation", "insert"}}, "Name,Nope\nAcme,1\n");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + other).body, "/errorMessage"), "InvalidBatch : Field name not found : Nope");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Account").body, "/totalSize"), "0");
}

// fact: §6.6 [D] switch: hard_delete_permission
TEST_F(Bulk, HardDeleteNeedsAPermission) {
  json::object job{{"object", "Account"}, {"operation", "hardDelete"}};
  EXPECT_EQ(code(api.send_json("POST", base + "/jobs/ingest", job)), "FEATURENOTENABLED");
  api.send_json("POST", "/__emulator/settings", json::object{{"hard_delete_permission", true}});
  std::string id = created_id("Account", {{"Name", "A"}});
  load(job, "Id\n" + id + "\n");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Account WHERE Name = 'A'", true).body, "/totalSize"), "0");
}

// fact: §4.1 [D]
TEST_F(Bulk, QueryResultsComeInPagesThatCanBeReadAgain) {
  for (const char* name : {"A", "B", "C"}) created_id("Account", {{"Name", name}});
  std::string id = open({{"operation", "query"}, {"query", "SELECT Name FROM Account ORDER BY Name"}}, "query");
  const std::string results = base + "/jobs/query/" + id + "/results";
  EXPECT_EQ(code(api.get(results)), "INVALIDJOBSTATE");
  clock.advance(Duration(1'000));
  Answer first = api.get(results + "?maxRecords=2");
  EXPECT_EQ(first.text, "\"Name\"\n\"A\"\n\"B\"\n");
  EXPECT_EQ(first.headers.find("Sforce-NumberOfRecords"), "2");
  std::string locator(*first.headers.find("Sforce-Locator"));
  for (int again = 0; again < 2; ++again) {
    Answer second = api.get(results + "?maxRecords=2&locator=" + locator);
    EXPECT_EQ(second.text, "\"Name\"\n\"C\"\n");
    EXPECT_EQ(second.headers.find("Sforce-Locator"), "null");
  }
  EXPECT_EQ(code(api.get(results + "?locator=zzz")), "INVALID_QUERY_LOCATOR");
  EXPECT_EQ(api.get("/services/data/v61.0/jobs/query/" + id + "/results").status, 409);
}

// fact: §4.1 [I]
TEST_F(Bulk, WhatBulkQueriesCannotSelectIsRefused) {
  auto refused = [&](const char* soql) { return code(api.send_json("POST", base + "/jobs/query", json::object{{"operation", "query"}, {"query", soql}})); };
  EXPECT_EQ(refused("SELECT BillingAddress FROM Account"), "FUNCTIONALITY_NOT_ENABLED");
  EXPECT_EQ(refused("SELECT Id FROM Account LIMIT 1 OFFSET 1"), "API_ERROR");
  EXPECT_EQ(refused("SELECT (SELECT Id FROM Contacts) FROM Account"), "API_ERROR");
  EXPECT_EQ(refused("SELECT Industry FROM Account GROUP BY Industry"), "API_ERROR");
}

// fact: §4.1 [I]
TEST_F(Bulk, SomeObjectsAreNotQueriedInBulkAndPagesHaveASize) {
  json::object job{{"operation", "query"}, {"query", "SELECT QualifiedApiName FROM EntityDefinition"}};
  EXPECT_EQ(code(api.send_json("POST", base + "/jobs/query", job)), "INVALIDENTITY");
  std::string id = open({{"operation", "query"}, {"query", "SELECT Id FROM Account"}}, "query");
  clock.advance(Duration(1'000));
  for (const char* size : {"0", "-1", "many"}) EXPECT_EQ(api.get(base + "/jobs/query/" + id + "/results?maxRecords=" + size).status, 400) << size;
}

// fact: §4.2 [D]
TEST_F(Bulk, RowsThatFailNameTheirRecordSinceVersion53) {
  std::string account = created_id("Account", {{"Name", "A"}});
  for (const auto& [version, named] : {std::pair("v52.0", false), std::pair("v53.0", true)}) {
    const std::string jobs = std::string("/services/data/") + version + "/jobs/ingest";
    std::string id = text_at(api.send_json("POST", jobs, json::object{{"object", "Account"}, {"operation", "update"}}).body, "/id");
    upload(id, "Id,NumberOfEmployees\n" + account + ",many\n");
    state(id, "UploadComplete");
    clock.advance(Duration(1'000));
    EXPECT_EQ(results(id, "failedResults").text.find("\"" + account + "\",\"INVALID_TYPE") != std::string::npos, named) << results(id, "failedResults").text;
  }
}

// fact: §4.3 [D]
TEST_F(Bulk, JobsAreForgottenAWeekAfterTheirEnd) {
  std::string id = load({{"object", "Account"}, {"operation", "insert"}}, "Name\nAcme\n");
  EXPECT_EQ(api.get(base + "/jobs/ingest/" + id).status, 200);
  clock.advance(Duration(8LL * 24 * 3'600'000));
  sign_in();
  EXPECT_EQ(api.get(base + "/jobs/ingest/" + id).status, 404);
}

// fact: §2.5, §5.3 [X]
TEST_F(Bulk, WhatATriggerThrowsFailsTheWholeChunkOfTwoHundredRows) {
  json::object trigger{{"object", "Contact"}, {"field", "Title"}, {"equals", "Boss"}, {"message", "ContactTrigger: execution of BeforeInsert"}};
  EXPECT_EQ(api.send_json("POST", "/__emulator/trigger", trigger).status, 200);
  std::string csv = "LastName,Title,Email\n";
  for (int i = 0; i < 250; ++i) csv += "L" + std::to_string(i) + (i == 7 ? ",Boss," : ",Clerk,") + (i == 9 ? "nowhere\n" : "\n");
  std::string id = load({{"object", "Contact"}, {"operation", "insert"}}, csv);
  Answer job = api.get(base + "/jobs/ingest/" + id);
  EXPECT_EQ(text_at(job.body, "/state"), "JobComplete");
  EXPECT_EQ(text_at(job.body, "/numberRecordsFailed"), "200");
  std::string bad = results(id, "failedResults").text;
  EXPECT_NE(bad.find("\"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:ContactTrigger: execution of BeforeInsert:--\",\"L0\""), std::string::npos);
  EXPECT_NE(bad.find("\"INVALID_EMAIL_ADDRESS:Email: invalid email address: nowhere:Email --\",\"L9\""), std::string::npos);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "50");
}

// fact: §4.2 [I] switch: bulk_batches_lock
TEST_F(Bulk, BatchesRunSideBySideAndLockTheParentsThatTheyShare) {
  std::string shared = created_id("Account", {{"Name", "Shared"}}), own = created_id("Account", {{"Name", "Own"}});
  std::string csv = "LastName,AccountId\n";
  for (int i = 0; i < 10'002; ++i) csv += "L" + std::to_string(i) + "," + (i == 0 || i == 10'000 ? shared : i == 10'001 ? own : "") + "\n";
  std::string id = load({{"object", "Contact"}, {"operation", "insert"}}, csv);
  Answer job = api.get(base + "/jobs/ingest/" + id);
  EXPECT_EQ(text_at(job.body, "/numberRecordsProcessed"), "10002");
  EXPECT_EQ(text_at(job.body, "/numberRecordsFailed"), "1");
  EXPECT_NE(results(id, "failedResults")
                .text.find("\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: " + shared + ":--\",\"L10000\""),
            std::string::npos);
  EXPECT_EQ(create("Contact", {{"LastName", "After"}, {"AccountId", shared}}).status, 201);
  set("bulk_batches_lock", false);
  id = load({{"object", "Contact"}, {"operation", "insert"}}, csv);
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/numberRecordsFailed"), "0");
}

// fact: §4.2 [D] switch: bulk_batch_retries
TEST_F(Bulk, ABatchThatKeepsFailingFailsTheJobAndLeavesTheRest) {
  EXPECT_EQ(api.send_json("POST", "/__emulator/faults", json::object{{"name", "bulk_batch"}, {"calls", {1, 2}}}).status, 200);
  std::string id = load({{"object", "Account"}, {"operation", "insert"}}, "Name\nA\n");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/state"), "JobComplete");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/retries"), "2");
  json::array second;  // calls of the second batch
  for (int call = 2; call < 23; ++call) second.emplace_back(call);
  EXPECT_EQ(api.send_json("POST", "/__emulator/faults", json::object{{"name", "bulk_batch"}, {"calls", second}}).status, 200);
  std::string csv = "Name\n";
  for (int i = 0; i < 10'001; ++i) csv += "N" + std::to_string(i) + "\n";
  id = load({{"object", "Account"}, {"operation", "insert"}}, csv);
  Answer job = api.get(base + "/jobs/ingest/" + id);
  EXPECT_EQ(text_at(job.body, "/state"), "Failed");
  EXPECT_EQ(text_at(job.body, "/retries"), "20");
  EXPECT_EQ(text_at(job.body, "/numberRecordsProcessed"), "10000");
  EXPECT_EQ(results(id, "unprocessedrecords").text, "\"Name\"\n\"N10000\"\n");
}

// fact: §4.3 [D]
TEST_F(Bulk, FieldsAndRecordsHaveALargestSize) {
  std::string id = load({{"object", "Account"}, {"operation", "insert"}}, "Name,Description\nA," + std::string(32'001, 'x') + "\n");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/errorMessage"), "ClientInputError : more than 32000 characters in a field");
  std::string header = "Name", row = "A";
  for (int i = 0; i < 13; ++i) header += ",Description", row += "," + std::string(31'000, 'x');
  id = load({{"object", "Account"}, {"operation", "insert"}}, header + "\n" + row + "\n");
  EXPECT_EQ(text_at(api.get(base + "/jobs/ingest/" + id).body, "/errorMessage"), "ClientInputError : more than 400000 characters in a record");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Account").body, "/totalSize"), "0");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
