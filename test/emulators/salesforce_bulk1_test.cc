// The first Bulk API: jobs of batches, in XML, JSON and CSV.
#include "emulators/core/xml.h"
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class BulkOne : public SalesforceTest {
 protected:
  BulkOne() {
    api.headers.set("X-SFDC-Session", std::string(api.headers.find("Authorization")->substr(7)));
    api.headers.remove("Authorization");
  }
  Answer send_xml(const std::string& target, const std::string& content) {
    return api.send("POST", async + target,
                    "<?xml version=\"1.0\"?><jobInfo xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\">" + content + "</jobInfo>",
                    {{"Content-Type", "application/xml; charset=UTF-8"}});
  }
  static std::string member(const Answer& answer, std::string_view name) {
    auto root = parse_xml(answer.text);
    return root ? root->text_of(name) : answer.text;
  }
  Answer get_json(const std::string& target) { return api.send("GET", async + target, "", {{"Content-Type", "application/json"}}); }
  Answer post_json(const std::string& target, const json::value& body) { return api.send_json("POST", async + target, body); }
  std::string open(const std::string& operation, const std::string& object, const std::string& content, const std::string& more = "") {
    Answer answer = send_xml("/job", xml_tag("operation", operation) + xml_tag("object", object) + more + xml_tag("contentType", content));
    EXPECT_EQ(answer.status, 201) << answer.text;
    return member(answer, "id");
  }
  Answer add(const std::string& job, const std::string& content, const std::string& type = "text/csv") {
    return api.send("POST", async + "/job/" + job + "/batch", content, {{"Content-Type", type}});
  }
  /// Adds a batch and lets it run; the path to it.
  std::string run(const std::string& job, const std::string& content, const std::string& type = "text/csv") {
    Answer added = add(job, content, type);
    EXPECT_EQ(added.status, 201) << added.text;
    clock.advance(Duration(1'000));
    return "/job/" + job + "/batch/" + (type == "application/json" ? text_at(added.body, "/id") : member(added, "id"));
  }
  std::string result(const std::string& batch) { return api.get(async + batch + "/result").text; }
  std::string count(const std::string& where) {
    api.headers.set("Authorization", "Bearer " + std::string(*api.headers.find("X-SFDC-Session")));
    return text_at(query("SELECT COUNT() FROM Contact WHERE " + where).body, "/totalSize");
  }

  const std::string async = "/services/async/60.0";
};

// fact: §1.6 [I][C]
TEST_F(BulkOne, AnExpiredSessionIsToldInAShapeOfItsOwn) {
  api.headers.set("X-SFDC-Session", "00D!old");
  Answer answer = api.get(async + "/job/750000000000001AAA");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.headers.find("Content-Type"), "application/xml");
  EXPECT_NE(answer.text.find("<exceptionCode>InvalidSessionId</exceptionCode><exceptionMessage>Invalid session id</exceptionMessage>"), std::string::npos)
      << answer.text;
  EXPECT_EQ(get_json("/job/750000000000001AAA").text, R"({"exceptionCode":"InvalidSessionId","exceptionMessage":"Invalid session id"})");
}

// fact: §1.6 [I]
TEST_F(BulkOne, TheSessionStandsInAHeaderOfItsOwn) {
  api.headers.set("Authorization", "Bearer " + std::string(*api.headers.find("X-SFDC-Session")));
  api.headers.remove("X-SFDC-Session");
  EXPECT_EQ(member(send_xml("/job", ""), "exceptionCode"), "InvalidSessionId");
}

// fact: §9.1 [J], §4
TEST_F(BulkOne, AJobTakesBatchesWhileItIsOpenAndTellsHowTheyFare) {
  std::string job = open("insert", "Contact", "CSV");
  EXPECT_EQ(job.substr(0, 3), "750");
  Answer added = add(job, "LastName,Email\nA,a@b.cd\n,x\n");
  EXPECT_EQ(member(added, "id").substr(0, 3), "751");
  EXPECT_EQ(member(added, "state"), "Queued");
  const std::string batch = "/job/" + job + "/batch/" + member(added, "id");
  EXPECT_EQ(member(api.get(async + batch + "/result"), "exceptionCode"), "InvalidBatch") << "not worked off yet";
  EXPECT_EQ(member(send_xml("/job/" + job, xml_tag("state", "Closed")), "state"), "Closed");
  EXPECT_EQ(member(add(job, "LastName\nB\n"), "exceptionCode"), "InvalidJobState");
  clock.advance(Duration(300));
  EXPECT_EQ(member(api.get(async + batch), "state"), "InProgress");
  EXPECT_EQ(member(api.get(async + "/job/" + job), "numberBatchesInProgress"), "1");
  clock.advance(Duration(1'000));
  EXPECT_EQ(member(api.get(async + batch), "state"), "Completed");
  EXPECT_EQ(member(api.get(async + batch), "numberRecordsFailed"), "1");
  Answer info = api.get(async + "/job/" + job);
  EXPECT_EQ(member(info, "numberBatchesCompleted"), "1");
  EXPECT_EQ(member(info, "numberRecordsProcessed"), "2");
  EXPECT_EQ(member(info, "apiVersion"), "60.0");
  EXPECT_EQ(member(info, "createdDate"), "2026-11-18T12:26:40.000Z");
  EXPECT_EQ(api.get(async + batch + "/request").text, "LastName,Email\nA,a@b.cd\n,x\n");
}

// fact: §4.2 [X], §6.3 [X]
TEST_F(BulkOne, ResultsStandInTheOrderOfTheRows) {
  std::string text = result(run(open("insert", "Contact", "CSV"), "LastName,Email\nA,a@b.cd\n,b@b.cd\nC,#N/A\n"));
  EXPECT_EQ(text.substr(0, 35), "\"Id\",\"Success\",\"Created\",\"Error\"\n\"0");
  EXPECT_NE(text.find("\"true\",\"true\",\"\"\n\"\",\"false\",\"false\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --\"\n\"003"),
            std::string::npos)
      << text;
  EXPECT_EQ(count("Email = null"), "1");
}

// fact: §6.3
TEST_F(BulkOne, XmlRowsClearWithNilAndNameParentsByTheirKey) {
  std::string accounts = open("insert", "Account", "XML");
  const std::string begin =
      "<?xml version=\"1.0\"?><sObjects xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">";
  run(accounts, begin + "<sObject><Name>A &amp; B</Name><Lockstep_Id__c>a</Lockstep_Id__c></sObject></sObjects>", "application/xml");
  std::string job = open("upsert", "Contact", "XML", xml_tag("externalIdFieldName", "Lockstep_Id__c"));
  auto contact = [&](const std::string& fields) {
    std::string batch = run(job, begin + "<sObject><Lockstep_Id__c>c</Lockstep_Id__c>" + fields + "</sObject></sObjects>", "application/xml");
    auto root = parse_xml(result(batch));
    EXPECT_TRUE(root && root->name == "results" && root->find("result"));
    return root->find("result")->text_of("success") + " " + root->find("result")->text_of("created");
  };
  EXPECT_EQ(contact("<LastName>L</LastName><Title>t</Title><Email>a@b.cd</Email><Account><sObject><Lockstep_Id__c>a</Lockstep_Id__c></sObject></Account>"),
            "true true");
  EXPECT_EQ(contact("<Title></Title><Email xsi:nil=\"true\"/>"), "true false");
  EXPECT_EQ(count("Account.Name = 'A & B' AND Title = 't' AND Email = null"), "1");
}

// fact: §9.1 [S], §5
TEST_F(BulkOne, AJobMayBeTalkedToInJson) {
  Answer made = post_json("/job", {{"operation", "insert"}, {"object", "Contact"}, {"concurrencyMode", 1}, {"contentType", "JSON"}});
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(made.body, "/concurrencyMode"), "Serial");
  EXPECT_EQ(text_at(made.body, "/createdDate"), "2026-11-18T12:26:40.000+0000");
  std::string batch = run(text_at(made.body, "/id"), R"([{"LastName":"A","DoNotCall":true},{"FirstName":"B"}])", "application/json");
  EXPECT_EQ(text_at(get_json(batch).body, "/state"), "Completed");
  EXPECT_EQ(text_at(get_json(batch).body, "/stateMessage"), "null");
  json::value rows = get_json(batch + "/result").body;
  EXPECT_EQ(text_at(rows, "/0/success"), "true");
  EXPECT_EQ(text_at(rows, "/0/errors"), "[]");
  EXPECT_EQ(text_at(rows, "/1/id"), "null");
  EXPECT_EQ(text_at(rows, "/1/errors/0/statusCode"), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(count("DoNotCall = true"), "1");
}

// fact: §9.1 [J], §6.2 [C]
TEST_F(BulkOne, AQueryGivesIdsOfResultsAndThoseTheRows) {
  run(open("insert", "Contact", "CSV"), "LastName,Title\nA,\nB,t\n");
  const std::string soql = "SELECT LastName, Title, Account.Name, CreatedDate FROM Contact ORDER BY LastName";
  auto rows = [&](const char* content, const std::string& type) {
    std::string batch = run(open("query", "Contact", content), soql, type);
    std::string listed = result(batch), id = listed.substr(listed.find("752"), 18);
    EXPECT_NE(listed.find(type == "application/json" ? "[\"752" : "<result>752"), std::string::npos) << listed;
    return api.get(async + batch + "/result/" + id);
  };
  Answer csv = rows("CSV", "text/csv");
  EXPECT_EQ(csv.headers.find("Content-Type"), "text/csv");
  EXPECT_EQ(
      csv.text,
      "\"LastName\",\"Title\",\"Account.Name\",\"CreatedDate\"\n\"A\",\"\",\"\",\"2026-11-18T12:26:40.000Z\"\n\"B\",\"t\",\"\",\"2026-11-18T12:26:40.000Z\"\n");
  Answer xml = rows("XML", "application/xml");
  EXPECT_NE(xml.text.find("<records xsi:type=\"sObject\"><type>Contact</type><LastName>A</LastName><Title xsi:nil=\"true\"/><Account xsi:nil=\"true\"/>"
                          "<CreatedDate>2026-11-18T12:26:40.000Z</CreatedDate></records>"),
            std::string::npos)
      << xml.text;
}

// fact: §6.2 [I]
TEST_F(BulkOne, InstantsOfAJsonQueryAreMilliseconds) {
  run(open("insert", "Contact", "CSV"), "LastName\nA\n");
  std::string batch = run(open("queryAll", "Contact", "JSON"), "SELECT LastName, Account.Name, CreatedDate FROM Contact", "application/json");
  json::value ids = get_json(batch + "/result").body;
  json::value rows = get_json(batch + "/result/" + text_at(ids, "/0")).body;
  EXPECT_EQ(text_at(rows, "/0/CreatedDate"), "1795004800000");
  EXPECT_EQ(text_at(rows, "/0/attributes/type"), "Contact");
  EXPECT_EQ(text_at(rows, "/0/Account"), "null");
}

// fact: §4.1 [I], §9.1
TEST_F(BulkOne, WhatABatchCannotDoFailsItAsAWhole) {
  auto fate = [&](const std::string& job, const std::string& content) {
    Answer state = api.get(async + run(job, content));
    EXPECT_EQ(member(state, "state"), "Failed");
    return member(state, "stateMessage");
  };
  EXPECT_EQ(fate(open("query", "Account", "CSV"), "SELECT BillingAddress FROM Account"),
            "InvalidBatch : Failed to process query: FUNCTIONALITY_NOT_ENABLED: Selecting compound data not supported in Bulk Query");
  EXPECT_EQ(fate(open("query", "Account", "CSV"), "SELECT Id FROM Contact"),
            "InvalidBatch : Failed to process query: the query is of Contact, the job of Account");
  EXPECT_EQ(fate(open("insert", "Account", "CSV"), "Name\n"), "InvalidBatch : Records not found");
  EXPECT_EQ(fate(open("insert", "Account", "CSV"), "Name,Nope\nA,1\n"), "InvalidBatch : Field name not found : Nope");
  EXPECT_EQ(fate(open("insert", "Account", "CSV"), "Name\nA,B\n").substr(0, 37), "InvalidBatch : Failed to parse CSV. C");
  std::string rows = "Name\n";
  for (int i = 0; i <= 10'000; ++i) rows += "A\n";
  EXPECT_EQ(fate(open("insert", "Account", "CSV"), rows), "InvalidBatch : Exceeded the limit of 10000 records in a batch");
}

// fact: §9.1 [J]
TEST_F(BulkOne, JobsThatCannotBeAreRefused) {
  auto refused = [&](const std::string& content) {
    return member(send_xml("/job", content), "exceptionCode") + " " + member(send_xml("/job", content), "exceptionMessage");
  };
  EXPECT_EQ(refused(xml_tag("operation", "insert") + xml_tag("object", "Nope")), "InvalidJob Unable to find object: Nope");
  EXPECT_EQ(refused(xml_tag("operation", "upsert") + xml_tag("object", "Contact")),
            "InvalidJob External ID was blank for Contact. An External ID must be specified for upsert.");
  EXPECT_EQ(refused(xml_tag("operation", "upsert") + xml_tag("object", "Contact") + xml_tag("externalIdFieldName", "Phone")),
            "InvalidJob Field name provided, Phone does not match an External ID for Contact");
  EXPECT_EQ(refused(xml_tag("operation", "hardDelete") + xml_tag("object", "Contact")).substr(0, 18), "FeatureNotEnabled ");
  EXPECT_EQ(refused("<operation>"), "InvalidJob Unable to parse Job");
  EXPECT_EQ(refused(xml_tag("operation", "INSERT") + xml_tag("object", "Contact")).substr(0, 30), "InvalidJob Unable to parse Job");
  std::string job = open("insert", "Contact", "CSV");
  EXPECT_EQ(text_at(add(job, "[]", "application/json").body, "/exceptionCode"), "ClientInputError");
  EXPECT_EQ(member(api.get("/services/async/61.0/job/" + job), "exceptionCode"), "InvalidJob") << "another version than it was made with";
  EXPECT_EQ(member(api.get("/services/async/99.0/job/" + job), "exceptionCode"), "InvalidUrl");
  EXPECT_EQ(member(api.get(async + "/nothing"), "exceptionCode"), "InvalidUrl");
  EXPECT_EQ(member(api.get(async + "/job/750000000000099AAA"), "exceptionCode"), "InvalidJob");
  EXPECT_EQ(api.send("DELETE", async + "/job/" + job).status, 405);
}

// fact: §9.1 [J]
TEST_F(BulkOne, BatchesOfAnAbortedJobAreNotProcessed) {
  std::string job = open("insert", "Contact", "CSV");
  Answer added = add(job, "LastName\nA\n");
  EXPECT_EQ(member(send_xml("/job/" + job, xml_tag("state", "Aborted")), "state"), "Aborted");
  clock.advance(Duration(2'000));
  EXPECT_EQ(member(api.get(async + "/job/" + job + "/batch/" + member(added, "id")), "state"), "NotProcessed");
  EXPECT_EQ(member(send_xml("/job/" + job, xml_tag("state", "Closed")), "exceptionCode"), "InvalidJobState");
  EXPECT_EQ(count("LastName = 'A'"), "0");
}

// fact: §4.2
TEST_F(BulkOne, SerialBatchesRunOneAfterTheOther) {
  std::string job = open("insert", "Contact", "CSV", xml_tag("concurrencyMode", "Serial"));
  for (const char* row : {"LastName\nA\n", "LastName\nB\n"}) add(job, row);
  clock.advance(Duration(600));
  EXPECT_EQ(member(api.get(async + "/job/" + job), "numberBatchesCompleted"), "1");
  clock.advance(Duration(500));
  EXPECT_EQ(member(api.get(async + "/job/" + job), "numberBatchesCompleted"), "2");
  auto list = parse_xml(api.get(async + "/job/" + job + "/batch").text);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->children.size(), 2u);
}

// fact: §4.3 [D] switch: daily_bulk_batches
TEST_F(BulkOne, BatchesOfADayAreCountedWithThoseOfTheSecondApi) {
  api.send_json("POST", "/__emulator/settings", json::object{{"daily_bulk_batches", 1}});
  std::string job = open("insert", "Contact", "CSV");
  EXPECT_EQ(add(job, "LastName\nA\n").status, 201);
  EXPECT_EQ(member(add(job, "LastName\nA\n"), "exceptionCode"), "ExceededQuota");
  api.headers.set("Authorization", "Bearer " + std::string(*api.headers.find("X-SFDC-Session")));
  set("limits_lag_ms", 0);
  EXPECT_EQ(text_at(api.get(base + "/limits").body, "/DailyBulkApiBatches/Remaining"), "0");
  std::string second = text_at(api.send_json("POST", base + "/jobs/ingest", json::object{{"object", "Contact"}, {"operation", "insert"}}).body, "/id");
  api.send("PUT", base + "/jobs/ingest/" + second + "/batches", "LastName\nA\n", {{"Content-Type", "text/csv"}});
  EXPECT_EQ(code(api.send_json("PATCH", base + "/jobs/ingest/" + second, json::object{{"state", "UploadComplete"}})), "EXCEEDEDQUOTA");
}

// fact: §5.3
TEST_F(BulkOne, OneRowMayFailForALockWhileTheOthersGoOn) {
  api.send_json("POST", "/__emulator/faults", json::object{{"name", "batch_item"}, {"count", 1}});
  std::string text = result(run(open("insert", "Contact", "CSV"), "LastName\nA\nB\n"));
  EXPECT_NE(text.find("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records:"), std::string::npos) << text;
  EXPECT_EQ(count("LastName = 'B'"), "1");
}

// fact: §4.1 [D]
TEST_F(BulkOne, AQueryIsCutByIdsIntoBatchesOfItsOwnWhenAskedTo) {
  std::string job = open("insert", "Contact", "CSV");
  run(job, "LastName,Title\nA,x\nB,x\nC,y\nD,x\nE,x\n");
  api.headers.set("Sforce-Enable-PKChunking", "chunkSize=2");
  std::string chunked = open("query", "Contact", "CSV");
  api.headers.remove("Sforce-Enable-PKChunking");
  std::string asked = run(chunked, "SELECT LastName FROM Contact WHERE Title = 'x' OR LastName = 'nobody'");
  EXPECT_EQ(member(api.get(async + asked), "state"), "NotProcessed");
  clock.advance(Duration(1'000));
  auto list = parse_xml(api.get(async + "/job/" + chunked + "/batch").text);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->children.size(), 4u) << "the one that asked, and three pieces of five rows";
  std::string rows;
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(list->children[i].text_of("state"), "Completed");
    std::string batch = "/job/" + chunked + "/batch/" + list->children[i].text_of("id");
    auto results = parse_xml(result(batch));
    rows += api.get(async + batch + "/result/" + results->text_of("result")).text;
  }
  EXPECT_EQ(rows, "\"LastName\"\n\"A\"\n\"B\"\n\"LastName\"\n\"D\"\n\"LastName\"\n\"E\"\n");
}

// fact: §4.1 [D]
TEST_F(BulkOne, AChunkedQueryTakesNoOrderAndNoSizeBeyondTheMost) {
  api.headers.set("Sforce-Enable-PKChunking", "chunkSize=300000");
  EXPECT_EQ(send_xml("/job", "<operation>query</operation><object>Contact</object><contentType>CSV</contentType>").status, 400);
  api.headers.set("Sforce-Enable-PKChunking", "TRUE");
  std::string job = open("query", "Contact", "CSV");
  std::string batch = run(job, "SELECT Id FROM Contact ORDER BY Id");
  EXPECT_EQ(member(api.get(async + batch), "state"), "Failed");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
