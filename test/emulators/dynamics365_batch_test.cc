#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class BatchTest : public Dynamics365Test {
 protected:
  static std::string part(const std::string& request, const std::string& body = "", const std::string& more = "") {
    return "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n" + more + "\r\n" + request + " HTTP/1.1\r\n" +
           (body.empty() ? "" : "Content-Type: application/json\r\n") + "\r\n" + body + "\r\n";
  }
  static std::string in_set(const std::string& content_id, const std::string& request, const std::string& body) {
    return part(request, body, "Content-ID: " + content_id + "\r\n");
  }
  static std::string wrap(const std::string& boundary, const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& each : parts) text += "--" + boundary + "\r\n" + each;
    return text + "--" + boundary + "--\r\n";
  }
  static std::string change_set(const std::vector<std::string>& parts) {
    return "Content-Type: multipart/mixed; boundary=\"changeset_c1\"\r\n\r\n" + wrap("changeset_c1", parts);
  }
  Answer batch(const std::vector<std::string>& parts, const std::string& preference = "") { return batch_text(wrap("batch_b1", parts), preference); }
  Answer batch_text(const std::string& text, const std::string& preference = "") {
    http::Headers headers{{"Content-Type", "multipart/mixed; boundary=batch_b1"}};
    if (!preference.empty()) headers.add("Prefer", preference);
    return send("POST", "/api/data/v9.2/$batch", text, headers);
  }
  /// The status codes of the inner answers, joined.
  static std::string statuses(const Answer& answer) {
    std::string all;
    for (std::size_t at = 0; (at = answer.text.find("HTTP/1.1 ", at)) != std::string::npos; at += 9) {
      all += (all.empty() ? "" : " ") + answer.text.substr(at + 9, 3);
    }
    return all;
  }
  static constexpr const char* kContinue = "odata.continue-on-error";
};

// fact: §2.12 [M]
TEST_F(BatchTest, PathAndAbsoluteUrlsAnsweredInOrder) {
  Answer answer = batch({part("POST /api/data/v9.2/accounts", R"({"name":"A"})"), part("GET http://127.0.0.1:8103/api/data/v9.2/accounts?$select=name")});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(statuses(answer), "204 200");
  EXPECT_TRUE(answer.header("Content-Type").starts_with("multipart/mixed; boundary=batchresponse_"));
  EXPECT_TRUE(answer.text.starts_with("--batchresponse_"));  // a preamble crashes a client
  EXPECT_NE(answer.text.find("OData-EntityId: http://127.0.0.1:8103/api/data/v9.2/accounts("), std::string::npos);
}

// fact: §2.12 [M]
TEST_F(BatchTest, OtherUrlsInsideAreRefused) {
  EXPECT_EQ(statuses(batch({part("GET accounts")})), "400");
  EXPECT_EQ(statuses(batch({part("GET http://elsewhere/api/data/v9.2/accounts")})), "400");
}

// fact: §2.12
TEST_F(BatchTest, StopsAtTheFirstFailureWithItsStatus) {
  Answer answer = batch({part("POST /api/data/v9.2/accounts", R"({"name":"A"})"), part("POST /api/data/v9.2/accounts", R"({"nam":"B"})"),
                         part("POST /api/data/v9.2/accounts", R"({"name":"C"})")});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(statuses(answer), "204 400");
  EXPECT_EQ(get("accounts").rows(), 1u);
}

// fact: §2.12
TEST_F(BatchTest, ContinueOnErrorRunsTheRestAndAnswers200) {
  Answer answer = batch({part("POST /api/data/v9.2/accounts", R"({"nam":"B"})"), part("POST /api/data/v9.2/accounts", R"({"name":"C"})")}, kContinue);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(statuses(answer), "400 204");
}

// fact: §2.12
TEST_F(BatchTest, InnerHeadersCount) {
  std::string row = std::string("/api/data/v9.2/contacts(") + kG1 + ")";
  std::string once = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nPATCH " + row +
                     " HTTP/1.1\r\nContent-Type: application/json\r\nIf-None-Match: *\r\nPrefer: return=representation\r\n"
                     "Content-Length: 18\r\n\r\n{\"lastname\":\"Lee\"}\r\n";
  EXPECT_EQ(statuses(batch({once, once}, kContinue)), "201 412");
}

// fact: §2.12 [I]
TEST_F(BatchTest, ContentLengthBeyondTheBodyIsUnreadable) {
  std::string text =
      "Content-Type: application/http\r\n\r\nPOST /api/data/v9.2/contacts HTTP/1.1\r\n"
      "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{}\r\n";
  Answer answer = batch({text});
  EXPECT_EQ(statuses(answer), "400");
  EXPECT_NE(answer.text.find("0x80048d19"), std::string::npos);
}

// fact: §2.12
TEST_F(BatchTest, ChangeSetIsAtomicAndTellsOnlyTheFailure) {
  Answer answer =
      batch({change_set({in_set("1", "POST /api/data/v9.2/accounts", R"({"name":"A"})"), in_set("2", "POST /api/data/v9.2/tasks", R"({"nosuch":1})")}),
             part("POST /api/data/v9.2/accounts", R"({"name":"B"})")},
            kContinue);
  EXPECT_EQ(statuses(answer), "400 204");
  EXPECT_NE(answer.text.find("Content-ID: 2"), std::string::npos);
  EXPECT_NE(answer.text.find("boundary=changesetresponse_"), std::string::npos);
  EXPECT_EQ(get("accounts").rows(), 1u);
  EXPECT_EQ(get("accounts").at("/value/0/name"), "B");
}

// fact: §2.12
TEST_F(BatchTest, ContentIdsAreReferencesWithinTheChangeSet) {
  Answer answer = batch({change_set({in_set("1", "POST /api/data/v9.2/accounts", R"({"name":"A"})"),
                                     in_set("2", "POST /api/data/v9.2/tasks", R"({"subject":"s","regardingobjectid_account_task@odata.bind":"$1"})"),
                                     in_set("3", "PATCH $1", R"({"fax":"7"})")})});
  EXPECT_EQ(statuses(answer), "204 204 204");
  EXPECT_EQ(get("accounts").at("/value/0/fax"), "7");
  EXPECT_EQ(get("tasks").at("/value/0/_regardingobjectid_value"), get("accounts").at("/value/0/accountid"));
  Answer unknown = batch({change_set({in_set("1", "PATCH $9", R"({"fax":"7"})")})});
  EXPECT_NE(unknown.text.find("Content-ID Reference: '$9' does not exist in the batch context."), std::string::npos);
}

// fact: §2.12 [?] switch: repeated_content_ids
TEST_F(BatchTest, AContentIdNamesOneOperationOfTheBatch) {
  std::string set = change_set({in_set("1", "POST /api/data/v9.2/accounts", R"({"name":"A"})")});
  EXPECT_EQ(batch({set, set}).status, 400);
  EXPECT_EQ(get("accounts").rows(), 0u);
  control("POST", "settings", R"({"repeated_content_ids":true})");
  EXPECT_EQ(statuses(batch({set, set})), "204 204");
}

// fact: §2.12 [I]
TEST_F(BatchTest, ChangeSetPartsNeedContentIdsAndNoGet) {
  Answer missing = batch({change_set({part("POST /api/data/v9.2/accounts", R"({"name":"A"})")})});
  EXPECT_EQ(missing.status, 400);
  EXPECT_NE(missing.message().find("Content-ID header not present"), std::string::npos);
  EXPECT_EQ(statuses(batch({change_set({in_set("1", "GET /api/data/v9.2/accounts", "")})})), "400");
}

// fact: §2.12, §9.3
// The vendor's page on client errors: any line end but CRLF, with this answer.
TEST_F(BatchTest, BareLineFeedsAreRefused) {
  std::string text = wrap("batch_b1", {part("GET /api/data/v9.2/accounts")});
  std::string bare;
  for (char c : text) {
    if (c != '\r') bare += c;
  }
  for (const std::string& each : {bare, "\n" + text, wrap("batch_b1", {part("POST /api/data/v9.2/accounts", "{\"name\":\n\"A\"}")})}) {
    Answer answer = batch_text(each);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(statuses(answer), "400");
    EXPECT_TRUE(answer.text.starts_with("--batchresponse_")) << answer.text;
    EXPECT_NE(answer.text.find("0x80048d19"), std::string::npos);
    EXPECT_NE(answer.text.find("Stream was not readable"), std::string::npos);
  }
  EXPECT_EQ(get("accounts").rows(), 0u);
}

// fact: §2.12, §2.3
TEST_F(BatchTest, ContentIdsAreReferencesToRowsThatWereShownAsWell) {
  std::string shown =
      "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\nPOST /api/data/v9.2/accounts HTTP/1.1\r\n"
      "Content-Type: application/json\r\nPrefer: return=representation\r\n\r\n{\"name\":\"A\"}\r\n";
  Answer answer = batch({change_set({shown, in_set("2", "POST /api/data/v9.2/tasks", R"({"subject":"s","regardingobjectid_account_task@odata.bind":"$1"})")})});
  EXPECT_EQ(statuses(answer), "201 204") << answer.text;
  EXPECT_EQ(get("accounts?$expand=Account_Tasks($select=subject)").at("/value/0/Account_Tasks/0/subject"), "s");
}

// fact: §9.3 [M]
TEST_F(BatchTest, PreambleIsAllowedButNotAMissingEnd) {
  std::string text = wrap("batch_b1", {part("GET /api/data/v9.2/accounts")});
  EXPECT_EQ(batch_text("\r\n" + text).status, 200);
  EXPECT_EQ(batch_text(text.substr(0, text.size() - 14)).status, 400);
  EXPECT_EQ(batch_text("").status, 400);
}

// fact: §2.12
TEST_F(BatchTest, AThousandOperationsAtMostAndNoBatchInside) {
  std::vector<std::string> parts(1000, part("GET /api/data/v9.2/accounts?$top=1"));
  EXPECT_EQ(batch(parts).status, 200);
  parts.push_back(parts.front());
  EXPECT_EQ(batch(parts).status, 400);
  EXPECT_EQ(statuses(batch({part("POST /api/data/v9.2/$batch", "{}")})), "400");
}

class BulkTest : public Dynamics365Test {
 protected:
  Answer bulk(const std::string& action, const std::string& targets, const std::string& set = "accounts") {
    return post(set + "/Microsoft.Dynamics.CRM." + action, "{\"Targets\":[" + targets + "]}");
  }
  static std::string target(const std::string& members) { return R"({"@odata.type":"Microsoft.Dynamics.CRM.account",)" + members + "}"; }
};

// fact: §2.11
TEST_F(BulkTest, CreateMultipleGivesIdsInOrder) {
  Answer answer = bulk("CreateMultiple", target(R"("name":"A")") + "," + target(R"("name":"B")"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(get("accounts(" + answer.at("/Ids/1") + ")").at("/name"), "B");
}

// fact: §2.11
TEST_F(BulkTest, TypeIsMandatoryInEveryTarget) {
  EXPECT_EQ(bulk("CreateMultiple", R"({"name":"A"})").status, 400);
  EXPECT_EQ(bulk("CreateMultiple", R"({"@odata.type":"Microsoft.Dynamics.CRM.contact","name":"A"})").status, 400);
}

// fact: §2.11 [?] switch: empty_targets
TEST_F(BulkTest, TargetsOfNothingAreRefused) {
  for (const char* action : {"CreateMultiple", "UpdateMultiple", "UpsertMultiple"}) EXPECT_EQ(bulk(action, "").code(), "0x80040203") << action;
  control("POST", "settings", R"({"empty_targets":true})");
  EXPECT_EQ(bulk("CreateMultiple", "").at("/Ids"), "[]");
  EXPECT_EQ(bulk("UpdateMultiple", "").status, 204);
}

// fact: §2.11
TEST_F(BulkTest, OneBadRowUndoesAll) {
  EXPECT_EQ(bulk("CreateMultiple", target(R"("name":"A")") + "," + target(R"("nam":"B")")).status, 400);
  EXPECT_EQ(get("accounts").rows(), 0u);
}

// fact: §2.11
TEST_F(BulkTest, UpsertMultipleByKeyCreatesAndUpdatesWithoutABody) {
  std::string targets =
      target(R"x("@odata.id":"accounts(lockstep_id='1')","name":"A")x") + "," + target(R"x("@odata.id":"accounts(lockstep_id='2')","name":"B")x");
  for (int i = 0; i < 2; ++i) {
    Answer answer = bulk("UpsertMultiple", targets);
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.text, "");
  }
  EXPECT_EQ(get("accounts").rows(), 2u);
}

// fact: §2.11 [I]
TEST_F(BulkTest, KeyInBothPlacesFailsOnCreateAlone) {
  std::string both = target(R"x("@odata.id":"accounts(lockstep_id='1')","lockstep_id":"1","name":"A")x");
  Answer answer = bulk("UpsertMultiple", both);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "0x80040216");
  bulk("UpsertMultiple", target(R"x("@odata.id":"accounts(lockstep_id='1')","name":"A")x"));
  EXPECT_EQ(bulk("UpsertMultiple", both).status, 204);
}

// fact: §2.11, §7.7 [I]
TEST_F(BulkTest, AKeyAmongTheColumnsAddressesWhatIsUpsertedAlone) {
  make("accounts", R"({"name":"A","lockstep_id":"C-1"})");
  EXPECT_EQ(bulk("UpdateMultiple", target(R"("lockstep_id":"C-1","name":"New")")).code(), "0x80040203");
  EXPECT_EQ(bulk("UpsertMultiple", target(R"("lockstep_id":"C-1","name":"New")")).status, 204);
  EXPECT_EQ(get("accounts").at("/value/0/name"), "New");
}

// fact: §2.11
TEST_F(BulkTest, UpdateMultipleNeedsRowsThatExist) {
  std::string id = account();
  EXPECT_EQ(bulk("UpdateMultiple", target(R"("accountid":")" + id + R"(","name":"New")")).status, 204);
  EXPECT_EQ(get("accounts(" + id + ")").at("/name"), "New");
  EXPECT_EQ(bulk("UpdateMultiple", target(std::string(R"("accountid":")") + kG1 + R"(","name":"New")")).status, 404);
}

// fact: §2.11 [?] switch: repeated_rows
TEST_F(BulkTest, ARowNamedTwiceIsRefused) {
  std::string one = target(R"x("@odata.id":"accounts(lockstep_id='1')","name":"A")x");
  std::string again = target(R"x("@odata.id":"accounts(lockstep_id='1')","name":"B")x");
  EXPECT_EQ(bulk("UpsertMultiple", one + "," + again).status, 400);
  control("POST", "settings", R"({"repeated_rows":true})");
  EXPECT_EQ(bulk("UpsertMultiple", one + "," + again).status, 204);
  EXPECT_EQ(get("accounts(lockstep_id='1')").at("/name"), "B");
}

// fact: §2.11
TEST_F(BulkTest, AnnotationHasNone) { EXPECT_EQ(bulk("CreateMultiple", "", "annotations").status, 404); }

// fact: §2.11
TEST_F(BulkTest, DeleteMultipleIsForElasticTables) {
  Answer answer = bulk("DeleteMultiple", "");
  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(answer.message(), "DeleteMultiple has not yet been implemented.");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
