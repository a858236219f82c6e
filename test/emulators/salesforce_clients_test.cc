// How other clients of the same API call: what none of the pinned ones does.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class OtherClients : public SalesforceTest {};

// fact: §2.2 [U] switch: verb_in_query
TEST_F(OtherClients, AVerbMayStandInTheQueryForThoseWhoCannotPatch) {
  std::string id = created_id("Contact", {{"LastName", "A"}});
  EXPECT_EQ(api.send_json("POST", base + "/sobjects/Contact/" + id + "?_HttpMethod=PATCH", json::object{{"Title", "t"}}).status, 405);
  set("verb_in_query", true);
  EXPECT_EQ(api.send_json("POST", base + "/sobjects/Contact/" + id + "?_HttpMethod=PATCH", json::object{{"Title", "t"}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "t");
  EXPECT_EQ(api.send("POST", base + "/sobjects/Contact/" + id + "?_HttpMethod=DELETE").status, 204);
  EXPECT_EQ(api.send_json("POST", base + "/sobjects/Contact/" + id + "?_HttpMethod=BREW", json::object{}).status, 405);
}

// fact: §3.4 switch: deleted_days
TEST_F(OtherClients, APurgedLogOfDeletesDoesNotReachBackAsFar) {
  auto deleted = [&](Duration back) {
    std::string start = format_iso(clock.now() - back), end = format_iso(clock.now());
    return api.get(base + "/sobjects/Contact/deleted?" + http::encode_query({{"start", start}, {"end", end}}));
  };
  EXPECT_EQ(deleted(Duration(2LL * 24 * 3'600'000)).status, 200);
  api.send_json("POST", "/__emulator/settings", json::object{{"deleted_days", 1}});
  EXPECT_EQ(code(deleted(Duration(2LL * 24 * 3'600'000))), "INVALID_REPLICATION_DATE");
  EXPECT_EQ(text_at(deleted(Duration(3'600'000)).body, "/earliestDateAvailable"), "2026-11-17T12:26:40.000+0000");
}

// fact: §6.4 [C]
TEST_F(OtherClients, AnAddressHasAllItsPartsOrIsNothing) {
  std::string id = created_id("Contact", {{"LastName", "A"}, {"MailingCity", "Oslo"}});
  json::value record = read("Contact", id).body;
  EXPECT_EQ(
      json::serialize(record.at("MailingAddress")),
      R"({"city":"Oslo","country":null,"countryCode":null,"geocodeAccuracy":null,"latitude":null,"longitude":null,"postalCode":null,"state":null,"stateCode":null,"street":null})");
  EXPECT_TRUE(record.at("OtherAddress").is_null());
}

// fact: §2.4 [D]
TEST_F(OtherClients, WhoAsksForTheHeadGetsWhatAReadSays) {
  std::string id = created_id("Account", {{"Name", "A"}});
  Answer head = api.send("HEAD", base + "/sobjects/Account/" + id);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.text, api.send("GET", base + "/sobjects/Account/" + id).text) << "what serves it leaves the body out and tells its length";
  std::string tag(*head.headers.find("ETag"));
  EXPECT_EQ(api.send("HEAD", base + "/sobjects/Account/" + id, "", {{"If-None-Match", tag}}).status, 304);
  EXPECT_EQ(api.send("HEAD", base).status, 200) << "the vendor's own command line renews its session by this";
  EXPECT_EQ(api.send("HEAD", base + "/sobjects/Account/001000000000000AAA").status, 404);
}

// fact: §2.7
TEST_F(OtherClients, ABodyMayBePacked) {
  // {"LastName":"Packed"}, by gzip
  const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xf2, 0x49, 0x2c, 0x2e, 0xf1, 0x4b, 0xcc, 0x4d, 0x55,
                                  0xb2, 0x52, 0x0a, 0x48, 0x4c, 0xce, 0x4e, 0x4d, 0x51, 0xaa, 0x05, 0x00, 0x35, 0x78, 0x21, 0x6e, 0x15, 0x00, 0x00, 0x00};
  std::string body(reinterpret_cast<const char*>(packed), sizeof packed);
  http::Headers headers{{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}};
  Answer made = api.send("POST", base + "/sobjects/Contact", body, headers);
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(read("Contact", text_at(made.body, "/id")).body, "/LastName"), "Packed");
  body.resize(body.size() - 4);
  EXPECT_EQ(code(api.send("POST", base + "/sobjects/Contact", body, headers)), "JSON_PARSER_ERROR");
}

// fact: §2.1 [DJ][R], §3.1 [DJ]
TEST_F(OtherClients, PathsMayEndInASlashAndPagesBeAskedForByTheirWholeAddress) {
  for (int i = 0; i < 201; ++i) created_id("Contact", {{"LastName", "A"}});
  EXPECT_EQ(api.send("GET", "/services/data/").body.as_array().size(), 37u);
  EXPECT_EQ(api.get(base + "/").status, 200);
  http::Headers small{{"Sforce-Query-Options", "batchSize=200"}};
  Answer first = api.send("GET", base + "/query/?q=SELECT+Id+FROM+Contact", "", small);
  EXPECT_EQ(text_at(first.body, "/done"), "false");
  Answer second = api.send("GET", text_at(first.body, "/nextRecordsUrl"), "", small);
  EXPECT_EQ(second.body.at("records").as_array().size(), 1u);
  EXPECT_EQ(text_at(second.body, "/done"), "true");
}

// fact: §3.1
TEST_F(OtherClients, AnOrgTellsWhatItIs) {
  Answer answer = query("SELECT Id, Name, IsSandbox, OrganizationType FROM Organization LIMIT 1");
  EXPECT_EQ(text_at(answer.body, "/records/0/IsSandbox"), "false");
  EXPECT_EQ(text_at(answer.body, "/records/0/Id").substr(0, 3), "00D");
  EXPECT_EQ(code(create("Organization", {{"Name", "B"}})), "INSUFFICIENT_ACCESS_OR_READONLY");
}

// fact: §9.1 [J]
TEST_F(OtherClients, AQueryCanBeExplained) {
  created_id("Contact", {{"LastName", "A"}});
  Answer answer = api.get(base + "/query?" + http::encode_query({{"explain", "SELECT Id FROM Contact"}}));
  EXPECT_EQ(text_at(answer.body, "/plans/0/sobjectType"), "Contact");
  EXPECT_EQ(text_at(answer.body, "/plans/0/leadingOperationType"), "TableScan");
  EXPECT_EQ(text_at(answer.body, "/plans/0/sobjectCardinality"), "1");
  EXPECT_EQ(code(api.get(base + "/query?" + http::encode_query({{"explain", "SELECT Nope FROM Contact"}}))), "INVALID_FIELD");
}

// fact: §3.1
TEST_F(OtherClients, ABigChildSetPagesByItself) {
  std::string account = created_id("Account", {{"Name", "A"}});
  for (int i = 0; i < 205; ++i) created_id("Contact", {{"LastName", "C"}, {"AccountId", account}});
  http::Headers small{{"Sforce-Query-Options", "batchSize=200"}};
  Answer answer = api.send("GET", base + "/query?" + http::encode_query({{"q", "SELECT Name, (SELECT Id FROM Contacts) FROM Account"}}), "", small);
  EXPECT_EQ(text_at(answer.body, "/done"), "true");
  EXPECT_EQ(text_at(answer.body, "/records/0/Contacts/totalSize"), "205");
  EXPECT_EQ(text_at(answer.body, "/records/0/Contacts/done"), "false");
  Answer rest = api.send("GET", text_at(answer.body, "/records/0/Contacts/nextRecordsUrl"), "", small);
  EXPECT_EQ(rest.body.at("records").as_array().size(), 5u) << rest.text;
  EXPECT_EQ(text_at(rest.body, "/done"), "true");
}

// fact: §9.4
TEST_F(OtherClients, GroupsComeInTheOrderAskedFor) {
  for (const char* industry : {"Energy", "Banking", "Energy", "Media", "Energy", "Banking"}) created_id("Account", {{"Name", "A"}, {"Industry", industry}});
  EXPECT_EQ(column(query("SELECT Industry, COUNT(Id) FROM Account GROUP BY Industry ORDER BY COUNT(Id) DESC"), "Industry"), "Energy Banking Media");
  EXPECT_EQ(column(query("SELECT Industry FROM Account GROUP BY Industry ORDER BY Industry DESC"), "Industry"), "Media Energy Banking");
  EXPECT_EQ(column(query("SELECT Industry FROM Account GROUP BY Industry ORDER BY MAX(CreatedDate), COUNT(Id) LIMIT 1"), "Industry"), "Media");
  EXPECT_EQ(code(query("SELECT Industry FROM Account GROUP BY Industry ORDER BY Name")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Name FROM Account ORDER BY COUNT(Id)")), "MALFORMED_QUERY");
}

// fact: §2.3
TEST_F(OtherClients, WhoLosesTheRaceForAKeyIsToldWhichRecordHasIt) {
  api.send_json("POST", "/__emulator/faults", json::object{{"name", "upsert_race"}, {"count", 1}});
  auto upsert = [&] { return api.send_json("PATCH", base + "/sobjects/Contact/Lockstep_Id__c/k-1", json::object{{"LastName", "A"}}); };
  Answer lost = upsert();
  EXPECT_EQ(code(lost), "DUPLICATE_VALUE");
  EXPECT_TRUE(message(lost).starts_with("duplicate value found: Lockstep_Id__c duplicates value on record with id: 003")) << message(lost);
  EXPECT_EQ(upsert().status, 200) << "again, and it is an update";
}

// fact: §2.3 [D]
TEST_F(OtherClients, AnAddressThatEndsLikeAFileIsNotFound) {
  created_id("Contact", {{"LastName", "A"}, {"Email", "a@b.inc"}});
  EXPECT_EQ(api.get(base + "/sobjects/Contact/Email/a@b.inc").status, 404);
}

// fact: §5.3
TEST_F(OtherClients, AQueryMayTakeTooLong) {
  api.send_json("POST", "/__emulator/faults", json::object{{"name", "query_timeout"}, {"count", 1}});
  EXPECT_EQ(code(query("SELECT Id FROM Contact")), "QUERY_TIMEOUT");
  EXPECT_EQ(query("SELECT Id FROM Contact").status, 200);
}

// fact: §2.6 [D]
TEST_F(OtherClients, AGraphHasFifteenKindsOfNodesAtMost) {
  auto graph = [&](int kinds) {
    static const char* const kObjects[] = {"Account", "Contact", "Case", "Task", "Event", "CaseComment", "EmailMessage", "User"};
    json::array parts;
    for (int i = 0; i < kinds; ++i) {
      const char* method = i < 8 ? "GET" : "POST";
      std::string url = base + "/sobjects/" + kObjects[i % 8] + (i < 8 ? "/001000000000001AAA" : "");
      parts.push_back(json::object{{"method", method}, {"url", url}, {"referenceId", "r" + std::to_string(i)}, {"body", json::object{}}});
    }
    return api.send_json("POST", base + "/composite/graph", json::object{{"graphs", json::array{json::object{{"graphId", "1"}, {"compositeRequest", parts}}}}});
  };
  EXPECT_EQ(graph(15).status, 200);
  EXPECT_EQ(code(graph(16)), "LIMIT_EXCEEDED");
}

// fact: §2.4 [C]
TEST_F(OtherClients, ASchemaThatHasNotChangedIsToldWithinACompositeCallToo) {
  std::string since(*api.get(base + "/sobjects/Contact/describe").headers.find("Last-Modified"));
  json::object part{{"method", "GET"}, {"url", base + "/sobjects/Contact/describe"}, {"referenceId", "r"}, {"httpHeaders", {{"If-Modified-Since", since}}}};
  json::value answer = api.send_json("POST", base + "/composite", json::object{{"compositeRequest", json::array{part}}}).body;
  EXPECT_EQ(text_at(answer, "/compositeResponse/0/httpStatusCode"), "304");
  EXPECT_EQ(text_at(answer, "/compositeResponse/0/body"), "null");
  EXPECT_NE(text_at(answer, "/compositeResponse/0/httpHeaders/ETag").find('"'), std::string::npos);
}

// fact: §4.2 [D]
TEST_F(OtherClients, WhatAnAbortedOrFailedLoadDidNotDoIsHandedBack) {
  auto load = [&](const std::string& csv, const char* state) {
    std::string job = base + "/jobs/ingest/" +
                      text_at(api.send_json("POST", base + "/jobs/ingest", json::object{{"object", "Contact"}, {"operation", "insert"}}).body, "/id");
    api.send("PUT", job + "/batches/", csv, {{"Content-Type", "text/csv; charset=UTF-8"}});
    api.send_json("PATCH", job, json::object{{"state", state}});
    clock.advance(Duration(1'000));
    return api.get(job + "/unprocessedRecords/").text;
  };
  EXPECT_EQ(load("LastName\nA\n", "Aborted"), "\"LastName\"\n\"A\"\n");
  EXPECT_EQ(load("LastName,Nope\nA,1\n", "UploadComplete"), "\"LastName\",\"Nope\"\n\"A\",\"1\"\n");
  EXPECT_EQ(load("LastName\nA\n", "UploadComplete"), "\"LastName\"\n");
}

// fact: §4.2, §2.7
TEST_F(OtherClients, AssignmentRulesRunInBulkOnlyWhenTheJobNamesOne) {
  std::string queue = text_at(query("SELECT Id FROM Group").body, "/records/0/Id");
  api.send_json("POST", "/__emulator/assignment_rule", json::object{{"object", "Case"}, {"owner", queue}});
  auto owner = [&](const json::object& job) {
    std::string path = base + "/jobs/ingest/" + text_at(api.send_json("POST", base + "/jobs/ingest", job).body, "/id");
    api.send("PUT", path + "/batches", "Subject\nS\n", {{"Content-Type", "text/csv"}});
    api.send_json("PATCH", path, json::object{{"state", "UploadComplete"}});
    clock.advance(Duration(1'000));
    return text_at(query("SELECT OwnerId FROM Case ORDER BY CaseNumber DESC LIMIT 1").body, "/records/0/OwnerId");
  };
  EXPECT_NE(owner({{"object", "Case"}, {"operation", "insert"}}), queue);
  EXPECT_EQ(owner({{"object", "Case"}, {"operation", "insert"}, {"assignmentRuleId", "01Q000000000001AAA"}}), queue);
}

// fact: §5.1 [X]
TEST_F(OtherClients, LimitsTellTheirMostAndWhatIsLeft) {
  json::value limits = api.get(base + "/limits").body;
  for (const char* key : {"DailyApiRequests", "DailyBulkApiBatches", "DailyBulkV2QueryJobs", "DailyBulkV2QueryFileStorageMB", "DailyDeliveredPlatformEvents",
                          "DailyStreamingApiEvents", "DataStorageMB", "FileStorageMB", "HourlyPublishedPlatformEvents"})
    EXPECT_GE(limits.at(key).at("Max").as_int64(), limits.at(key).at("Remaining").as_int64()) << key;
}

// fact: §2.8 [C], §9.1 [J]
TEST_F(OtherClients, LayoutsNameTheFieldsOfAPage) {
  Answer layouts = api.get(base + "/sobjects/Contact/describe/layouts");
  EXPECT_EQ(text_at(layouts.body, "/recordTypeMappings/0/recordTypeId"), "012000000000000AAA");
  EXPECT_EQ(text_at(layouts.body, "/layouts/0/id"), text_at(layouts.body, "/recordTypeMappings/0/layoutId"));
  EXPECT_NE(layouts.text.find("\"value\":\"MailingCity\""), std::string::npos);
  EXPECT_EQ(api.get(base + "/sobjects/Contact/describe/layouts/012000000000000AAA").status, 200);
  EXPECT_EQ(api.get(base + "/sobjects/Contact/describe/layouts/012000000000001AAA").status, 404);
  EXPECT_EQ(api.get(base + "/sobjects/Nonsense/describe/layouts").status, 404);
  EXPECT_EQ(text_at(api.get(base + "/sobjects/Account/describe/compactLayouts").body, "/compactLayouts/0/fieldItems/0/layoutComponents/0/value"), "Name");
}

// fact: §9.1 [J]
TEST_F(OtherClients, AListViewShowsAllRecordsByName) {
  for (const char* name : {"B", "A", "C"}) created_id("Account", {{"Name", name}});
  Answer views = api.get(base + "/sobjects/Account/listviews");
  EXPECT_EQ(text_at(views.body, "/listviews/0/developerName"), "AllAccounts");
  std::string results = text_at(views.body, "/listviews/0/resultsUrl");
  Answer page = api.get(results + "?limit=2&offset=1");
  EXPECT_EQ(text_at(page.body, "/size"), "2");
  EXPECT_EQ(text_at(page.body, "/records/0/columns/0/value"), "B");
  EXPECT_EQ(text_at(page.body, "/done"), "true");
  EXPECT_EQ(api.get(base + "/sobjects/Contact/listviews/" + text_at(views.body, "/listviews/0/id")).status, 404) << "it is the account's";
}

// fact: §9.1 [J]
TEST_F(OtherClients, AQuickActionMakesARecordThatHangsOnAnother) {
  std::string account = created_id("Account", {{"Name", "A"}});
  std::string actions = base + "/sobjects/Account/quickActions";
  EXPECT_NE(api.get(actions).text.find("\"Account.NewContact\""), std::string::npos);
  EXPECT_EQ(text_at(api.get(actions + "/NewContact/describe").body, "/targetParentField"), "AccountId");
  Answer made = api.send_json("POST", actions + "/NewContact", {{"contextId", account}, {"record", {{"LastName", "L"}}}});
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(read("Contact", text_at(made.body, "/id")).body, "/AccountId"), account);
  EXPECT_EQ(code(api.send_json("POST", actions + "/NewContact", {{"contextId", account}, {"record", json::object()}})), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(api.get(actions + "/NewUser").status, 404);
}

// fact: §2.1 [J]
TEST_F(OtherClients, ASearchStandsInParametersOrInABodyAsWell) {
  created_id("Contact", {{"LastName", "Lovelace"}, {"Title", "Countess"}});
  created_id("Contact", {{"LastName", "Lovelock"}, {"Title", "Miss"}});
  created_id("Account", {{"Name", "Lovelace & Sons"}});
  auto found = [](const Answer& answer) { return answer.body.is_object() ? answer.body.at("searchRecords").as_array().size() : 0; };
  const std::string search = base + "/parameterizedSearch";
  EXPECT_EQ(found(api.get(search + "?q=lovelace")), 2u);
  Answer one = api.get(search + "?q=love*&sobject=Contact&Contact.fields=LastName,Title&Contact.where=Title%3D'Miss'&Contact.limit=5");
  EXPECT_EQ(found(one), 1u) << one.text;
  EXPECT_EQ(text_at(one.body, "/searchRecords/0/Title"), "Miss");
  json::object contacts{{"name", "Contact"}, {"fields", {"Id", "LastName"}}, {"orderBy", "LastName DESC"}, {"limit", 1}};
  Answer sent = api.send_json("POST", search, {{"q", "love"}, {"in", "NAME"}, {"sobjects", json::array{contacts}}, {"overallLimit", 10}});
  EXPECT_EQ(found(sent), 1u) << sent.text;
  EXPECT_EQ(text_at(sent.body, "/searchRecords/0/LastName"), "Lovelock");
  EXPECT_EQ(code(api.get(search + "?q=x")), "MALFORMED_SEARCH");
  EXPECT_EQ(code(api.get(search + "?q=love&overallLimit=many")), "MALFORMED_SEARCH");
  EXPECT_EQ(code(api.send_json("POST", search, {{"q", "love"}, {"in", "ADDRESS"}})), "MALFORMED_SEARCH");
  EXPECT_EQ(found(api.get(base + "/search?q=FIND%20%7BLove*%7D%20RETURNING%20Contact(Id,%20LastName)%20LIMIT%201")), 1u) << "a limit over all objects";
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
