// SOQL, paging, deletes and merges in queryAll (contract §3.1 to §3.3, §6.6).
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Queries : public SalesforceTest {
 protected:
  void load(const std::string& object, const json::array& records) {
    Answer answer = api.send_json("POST", "/__emulator/records/" + object, records);
    EXPECT_EQ(answer.status, 200) << answer.text;
  }
  void load_contacts(int count) {
    json::array contacts;
    for (int i = 0; i < count; ++i) contacts.push_back(json::object{{"LastName", "C" + std::to_string(i)}});
    load("Contact", contacts);
  }
  std::string found(const std::string& where) { return column(query("SELECT LastName FROM Contact WHERE " + where + " ORDER BY LastName"), "LastName"); }
};

// fact: §9.4 [T]
TEST_F(Queries, OperatorsAndTextsWithoutCase) {
  load("Contact", {json::object{{"LastName", "Ada"}, {"Title", "Countess"}}, json::object{{"LastName", "Bob"}, {"Title", nullptr}},
                   json::object{{"LastName", "Cy'd"}, {"Title", "count_ess"}}});
  EXPECT_EQ(found("LastName = 'ADA'"), "Ada");
  EXPECT_EQ(found("LastName != 'ada'"), "Bob Cy'd");
  EXPECT_EQ(found("LastName > 'ada' AND LastName <= 'BOB'"), "Bob");
  EXPECT_EQ(found("Title = null"), "Bob");
  EXPECT_EQ(found("Title != null"), "Ada Cy'd");
  EXPECT_EQ(found("LastName IN ('bob', 'cy\\'d')"), "Bob Cy'd");
  EXPECT_EQ(found("LastName NOT IN ('bob')"), "Ada Cy'd");
  EXPECT_EQ(found("Title LIKE 'COUNT%'"), "Ada Cy'd");
  EXPECT_EQ(found("Title LIKE 'count\\_ess'"), "Cy'd");
  EXPECT_EQ(found("LastName LIKE '_o_'"), "Bob");
  EXPECT_EQ(found("NOT (LastName = 'Bob')"), "Ada Cy'd");
  EXPECT_EQ(found("(LastName = 'Bob' OR LastName = 'Ada') AND Title = null"), "Bob");
  EXPECT_EQ(found("IsDeleted = false AND CreatedDate > 2026-11-18T12:26:39Z"), "Ada Bob Cy'd");
  EXPECT_EQ(found("CreatedDate > 2026-11-18T12:26:40Z"), "");
}

// fact: §9.4 [T]
TEST_F(Queries, AndWithOrNeedsParentheses) {
  Answer answer = query("SELECT Id FROM Contact WHERE Title = 'a' OR Title = 'b' AND Title = 'c'");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code(answer), "MALFORMED_QUERY");
}

// fact: §3.1 [C]
TEST_F(Queries, RefusalsNameThePlace) {
  EXPECT_EQ(code(query("SELECT Id FORM Contact")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE Title = 'open")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Id, Foo FROM Contact")), "INVALID_FIELD");
  Answer type = query("SELECT Id FROM XYZZY");
  EXPECT_EQ(code(type), "INVALID_TYPE");
  EXPECT_NE(message(type).find("ERROR at Row:1:Column:16\nsObject type 'XYZZY' is not supported"), std::string::npos);
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE Description = 'x'")), "INVALID_FIELD") << "long texts do not filter";
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE SystemModstamp > '2026-11-18T12:26:40Z'")), "INVALID_FIELD") << "instants stand without quotes";
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE Id = 'nonsense'")), "INVALID_QUERY_FILTER_OPERATOR");
  EXPECT_EQ(code(api.get(base + "/query")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE " + std::string(60, '(') + "Title = 'x'")), "MALFORMED_QUERY");
}

// fact: §3.1 [C]
TEST_F(Queries, OrderLimitOffsetAndCount) {
  load("Account", {json::object{{"Name", "b"}, {"NumberOfEmployees", 2}}, json::object{{"Name", "A"}, {"NumberOfEmployees", 2}},
                   json::object{{"Name", "c"}, {"NumberOfEmployees", 10}}, json::object{{"Name", "d"}}});
  auto names = [&](const std::string& tail) { return column(query("SELECT Name FROM Account " + tail), "Name"); };
  EXPECT_EQ(names("ORDER BY Name"), "A b c d");
  EXPECT_EQ(names("ORDER BY NumberOfEmployees DESC, Name ASC"), "d c A b") << "nulls come first unless told otherwise";
  EXPECT_EQ(names("ORDER BY NumberOfEmployees DESC NULLS LAST, Name"), "c A b d");
  EXPECT_EQ(names("ORDER BY Name LIMIT 2"), "A b");
  EXPECT_EQ(names("ORDER BY Name LIMIT 2 OFFSET 1"), "b c");
  Answer count = query("SELECT COUNT() FROM Account WHERE NumberOfEmployees > 1");
  EXPECT_EQ(json::serialize(count.body), R"({"totalSize":3,"done":true,"records":[]})");
}

// fact: §3.1 [D]
TEST_F(Queries, ParentsAreNestedRecordsOrNull) {
  std::string account = created_id("Account", {{"Name", "Acme"}});
  created_id("Contact", {{"LastName", "A"}, {"AccountId", account}});
  created_id("Contact", {{"LastName", "B"}});
  Answer answer = query("SELECT LastName, Account.Name FROM Contact ORDER BY LastName");
  EXPECT_EQ(text_at(answer.body, "/records/0/Account/Name"), "Acme");
  EXPECT_EQ(text_at(answer.body, "/records/0/Account/attributes/type"), "Account");
  EXPECT_EQ(text_at(answer.body, "/records/1/Account"), "null");
  EXPECT_EQ(found("Account.Name = 'acme'"), "A");
}

// fact: §3.1 [J][T]
TEST_F(Queries, PagesOf2000ContinueByLocatorOnBothPaths) {
  load_contacts(4'100);
  Answer first = query("SELECT Id FROM Contact");
  EXPECT_EQ(text_at(first.body, "/totalSize"), "4100");
  EXPECT_EQ(text_at(first.body, "/done"), "false");
  EXPECT_EQ(first.body.at("records").as_array().size(), 2'000u);
  std::string next = text_at(first.body, "/nextRecordsUrl");
  EXPECT_TRUE(next.starts_with(base + "/query/01g")) << next;
  EXPECT_TRUE(next.ends_with("-2000")) << next;
  Answer second = api.get(base + "/queryAll/" + next.substr(next.rfind('/') + 1));
  EXPECT_EQ(second.body.at("records").as_array().size(), 2'000u);
  Answer third = api.get(text_at(second.body, "/nextRecordsUrl"));
  EXPECT_EQ(third.body.at("records").as_array().size(), 100u);
  EXPECT_EQ(text_at(third.body, "/done"), "true");
  EXPECT_FALSE(third.body.as_object().contains("nextRecordsUrl"));
}

// fact: §3.1 [D] switch: small_pages_refused
TEST_F(Queries, BatchSizeIsAHintBetween200And2000) {
  load_contacts(450);
  EXPECT_EQ(code(api.send("GET", base + "/query?q=SELECT+Id+FROM+Contact", "", {{"Sforce-Query-Options", "batchSize=10"}})), "INVALID_BATCH_SIZE");
  EXPECT_EQ(code(api.send("GET", base + "/query?q=SELECT+Id+FROM+Contact", "", {{"Sforce-Query-Options", "batchSize=2001"}})), "INVALID_BATCH_SIZE");
  set("small_pages_refused", false);
  auto rows = [&](const std::string& size) {
    Answer answer = api.send("GET", base + "/query?q=SELECT+Id+FROM+Contact", "", {{"Sforce-Query-Options", "batchSize=" + size}});
    return answer.body.at("records").as_array().size();
  };
  EXPECT_EQ(rows("300"), 300u);
  EXPECT_EQ(rows("10"), 200u);
  EXPECT_EQ(rows("9999"), 450u);
}

// fact: §3.1 [D]
TEST_F(Queries, APageMayBeShorterThanWhatWasAskedFor) {
  load_contacts(12);
  set("short_page_rows", 5);
  ASSERT_EQ(api.send_json("POST", "/__emulator/faults", json::object{{"name", "short_page"}}).status, 200);
  Answer first = query("SELECT Id FROM Contact");
  EXPECT_EQ(first.body.at("records").as_array().size(), 5u);
  EXPECT_EQ(text_at(first.body, "/totalSize"), "12");
  Answer second = api.get(text_at(first.body, "/nextRecordsUrl"));
  EXPECT_EQ(second.body.at("records").as_array().size(), 5u);
  EXPECT_EQ(api.get(text_at(second.body, "/nextRecordsUrl")).body.at("records").as_array().size(), 2u);
}

// fact: §3.1 [U] switch: cursor_minutes
TEST_F(Queries, LocatorsDieAfter15MinutesAndWithTheEleventhCursor) {
  load_contacts(2'001);
  std::string next = text_at(query("SELECT Id FROM Contact").body, "/nextRecordsUrl");
  for (int i = 0; i < 10; ++i) query("SELECT Id FROM Contact");
  EXPECT_EQ(code(api.get(next)), "INVALID_QUERY_LOCATOR");
  next = text_at(query("SELECT Id FROM Contact").body, "/nextRecordsUrl");
  clock.advance(Duration{15 * 60'000});
  Answer late = api.get(next);
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(message(late), "invalid query locator");
  EXPECT_EQ(code(api.get(base + "/query/nonsense-x")), "INVALID_QUERY_LOCATOR");
}

// fact: §3.2 [I]
TEST_F(Queries, WatermarkWithTieWalksThroughRowsOfOneSecond) {
  // The feed of §3.2: many rows share a stamp, pages of 50 by LIMIT, the tie broken by Id.
  load_contacts(120);
  clock.advance(Duration{1'000});
  load_contacts(30);
  std::string from = "2026-11-18T12:26:40Z", after;
  std::size_t seen = 0;
  std::string last;
  for (int page = 0; page < 10; ++page) {
    std::string tie = after.empty() ? "" : " AND (SystemModstamp > " + from + " OR Id > '" + after + "')";
    Answer answer = query("SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= " + from + " AND SystemModstamp <= 2026-11-18T12:26:41Z" + tie +
                              " ORDER BY SystemModstamp, Id LIMIT 50",
                          true);
    const json::array& records = answer.body.at("records").as_array();
    if (records.empty()) break;
    for (const json::value& record : records) {
      std::string key = text_at(record, "/SystemModstamp") + text_at(record, "/Id");
      EXPECT_LT(last, key);
      last = key;
    }
    seen += records.size();
    after = text_at(records.back(), "/Id");
    from = text_at(records.back(), "/SystemModstamp").substr(0, 19) + "Z";
  }
  EXPECT_EQ(seen, 150u);
}

// fact: §9.4 [T]
TEST_F(Queries, IndexedAndPlainWaysAgree) {
  // Every condition is asked twice: as it stands, where an index may serve it, and so that none can.
  for (int second = 0; second < 5; ++second) {
    load_contacts(20);
    clock.advance(Duration{1'000});
  }
  std::string id = text_at(query("SELECT Id FROM Contact ORDER BY Id LIMIT 1 OFFSET 47").body, "/records/0/Id");
  const std::string conditions[] = {"SystemModstamp > 2026-11-18T12:26:41Z",
                                    "SystemModstamp >= 2026-11-18T12:26:42Z AND Id > '" + id + "'",
                                    "(SystemModstamp = 2026-11-18T12:26:42Z AND Id > '" + id + "') OR SystemModstamp > 2026-11-18T12:26:42Z",
                                    "SystemModstamp < 2026-11-18T12:26:42Z OR SystemModstamp >= 2026-11-18T12:26:44Z",
                                    "Id = '" + id + "'",
                                    "Id IN ('" + id + "') AND LastName LIKE 'C%'",
                                    "Id >= '" + id + "'",
                                    "NOT (SystemModstamp > 2026-11-18T12:26:41Z)"};
  for (const std::string& condition : conditions) {
    for (const char* order : {" ORDER BY SystemModstamp, Id", " ORDER BY Id", " ORDER BY LastName, Id"}) {
      std::string opaque = "NOT (NOT (" + condition + "))";
      EXPECT_EQ(column(query("SELECT Id FROM Contact WHERE " + condition + order), "Id"), column(query("SELECT Id FROM Contact WHERE " + opaque + order), "Id"))
          << condition << order;
    }
  }
}

// fact: §3.3 [D]
TEST_F(Queries, DeletedRowsAreInQueryAllAloneWithABumpedStamp) {
  std::string id = created_id("Contact", {{"LastName", "L"}});
  clock.advance(Duration{5'000});
  api.send("DELETE", base + "/sobjects/Contact/" + id);
  EXPECT_EQ(column(query("SELECT Id FROM Contact WHERE IsDeleted = true"), "Id"), "");
  Answer all = query("SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM Contact", true);
  EXPECT_EQ(column(all, "Id"), id);
  EXPECT_EQ(column(all, "IsDeleted"), "true");
  EXPECT_EQ(column(all, "MasterRecordId"), "null");
  EXPECT_EQ(column(all, "SystemModstamp"), "2026-11-18T12:26:45.000+0000");
}

// fact: §6.6 [C]
TEST_F(Queries, MergeLosersNameTheirMasterAndChildrenMove) {
  std::string winner = created_id("Contact", {{"LastName", "W"}}), loser = created_id("Contact", {{"LastName", "L"}});
  std::string incident = created_id("Case", {{"ContactId", loser}});
  clock.advance(Duration{5'000});
  Answer merged = edit({{"as", "Ann"}, {"operation", "merge"}, {"object", "Contact"}, {"id", loser}, {"into", winner}});
  EXPECT_EQ(merged.status, 200) << merged.text;
  Answer all = query("SELECT Id, MasterRecordId FROM Contact WHERE IsDeleted = true AND MasterRecordId != null", true);
  EXPECT_EQ(column(all, "Id"), loser);
  EXPECT_EQ(column(all, "MasterRecordId"), winner);
  EXPECT_EQ(text_at(read("Case", incident).body, "/ContactId"), winner);
  EXPECT_EQ(text_at(read("Case", incident).body, "/SystemModstamp"), "2026-11-18T12:26:45.000+0000");
  EXPECT_EQ(code(read("Contact", loser)), "ENTITY_IS_DELETED");
}

// fact: §6.6 [D]
TEST_F(Queries, TheRecycleBinLetsGoAfter15Days) {
  std::string id = created_id("Contact", {{"LastName", "L"}});
  api.send("DELETE", base + "/sobjects/Contact/" + id);
  clock.advance(Duration{15LL * 24 * 3'600'000 - 1});
  sign_in();
  EXPECT_EQ(column(query("SELECT Id FROM Contact", true), "Id"), id);
  clock.advance(Duration{1});
  EXPECT_EQ(column(query("SELECT Id FROM Contact", true), "Id"), "");
  EXPECT_EQ(code(read("Contact", id)), "NOT_FOUND");
}

// fact: §3.4 [D]
TEST_F(Queries, UpdatedAndDeletedCountInMinutes) {
  std::string kept = created_id("Contact", {{"LastName", "K"}}), gone = created_id("Contact", {{"LastName", "G"}});
  api.send("DELETE", base + "/sobjects/Contact/" + gone);
  clock.advance(Duration{3 * 60'000});
  auto changes = [&](const std::string& kind, const std::string& start, const std::string& end) {
    return api.get(base + "/sobjects/Contact/" + kind + "?" + http::encode_query({{"start", start}, {"end", end}}));
  };
  Answer updated = changes("updated", "2026-11-18T12:26:59+00:00", "2026-11-18T12:27:10+00:00");
  EXPECT_EQ(text_at(updated.body, "/ids"), "[\"" + kept + "\"]") << "seconds are cut off";
  EXPECT_EQ(text_at(updated.body, "/latestDateCovered"), "2026-11-18T12:27:00.000+0000");
  Answer deleted = changes("deleted", "2026-11-18T12:26:00+00:00", "2026-11-18T12:28:00+00:00");
  EXPECT_EQ(text_at(deleted.body, "/deletedRecords/0/id"), gone);
  EXPECT_EQ(text_at(deleted.body, "/deletedRecords/0/deletedDate"), "2026-11-18T12:26:40.000+0000");
  EXPECT_EQ(code(changes("deleted", "2026-11-18T12:26:00Z", "2026-11-18T12:27:00Z")), "INVALID_REPLICATION_DATE");
  EXPECT_EQ(code(changes("updated", "2026-10-01T00:00:00Z", "2026-11-18T12:27:00Z")), "INVALID_REPLICATION_DATE");
}

// fact: §3.4 [I] switch: replication_lag_ms
TEST_F(Queries, UpdatedAndDeletedLagAndTellHowFarTheyReach) {
  std::string kept = created_id("Contact", {{"LastName", "K"}}), gone = created_id("Contact", {{"LastName", "G"}});
  api.send("DELETE", base + "/sobjects/Contact/" + gone);
  auto changes = [&](const std::string& kind) {
    return api.get(base + "/sobjects/Contact/" + kind + "?start=2026-11-18T12:00:00Z&end=2026-11-18T13:00:00Z").body;
  };
  EXPECT_EQ(text_at(changes("updated"), "/ids"), "[]");
  EXPECT_EQ(text_at(changes("updated"), "/latestDateCovered"), "2026-11-18T12:26:10.000+0000");
  EXPECT_EQ(text_at(changes("deleted"), "/deletedRecords"), "[]");
  clock.advance(Duration{30'000});
  EXPECT_EQ(text_at(changes("updated"), "/ids/0"), kept);
  EXPECT_EQ(text_at(changes("deleted"), "/deletedRecords/0/id"), gone);
  EXPECT_EQ(text_at(changes("deleted"), "/latestDateCovered"), "2026-11-18T12:26:40.000+0000");
  set("replication_lag_ms", 0);
  std::string next = created_id("Contact", {{"LastName", "N"}});
  EXPECT_EQ(text_at(changes("updated"), "/ids/1"), next);
}

// fact: §3.1 [I]
TEST_F(Queries, LongUrlsAreRefusedInHtml) {
  std::string ids = "SELECT Id FROM Contact WHERE LastName IN ('" + std::string(16'400, 'x') + "')";
  Answer answer = query(ids);
  EXPECT_EQ(answer.status, 414);
  EXPECT_TRUE(answer.text.starts_with("<h1>Bad Message 414</h1>"));
  Answer headers = api.send("GET", base + "/limits", "", {{"X-Long", std::string(16'380, 'x')}});
  EXPECT_EQ(headers.status, 431);
}

// fact: §9.1 [T]
TEST_F(Queries, HavingChoosesAmongGroups) {
  for (const char* title : {"Chair", "Clerk", "Clerk", "Clerk", "Chair", "Boss"}) created_id("Contact", {{"LastName", "A"}, {"Title", title}});
  EXPECT_EQ(column(query("SELECT Title FROM Contact GROUP BY Title HAVING COUNT(Id) > 1 ORDER BY Title"), "Title"), "Chair Clerk");
  EXPECT_EQ(column(query("SELECT Title, COUNT(Id) n FROM Contact GROUP BY Title HAVING COUNT(Id) > 1 AND Title LIKE 'Cl%'"), "n"), "3");
  EXPECT_EQ(column(query("SELECT Title FROM Contact GROUP BY Title HAVING NOT (COUNT_DISTINCT(Title) = 1 AND COUNT(Id) < 3)"), "Title"), "Clerk");
  EXPECT_EQ(text_at(query("SELECT Title FROM Contact GROUP BY Title HAVING MAX(Title) > 'Chair'").body, "/totalSize"), "1");
  EXPECT_EQ(code(query("SELECT Title FROM Contact GROUP BY Title HAVING LastName = 'A'")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Title FROM Contact HAVING COUNT(Id) > 1")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT Title FROM Contact GROUP BY Title HAVING COUNT(Id) > 'x'")), "INVALID_FIELD");
}

// fact: §9.4
TEST_F(Queries, ATableMayHaveAnAliasAndAQueryMaySayWhoLooks) {
  created_id("Contact", {{"LastName", "Lovelace"}, {"LeadSource", "Web"}});
  auto first = [&](const std::string& soql, const std::string& pointer) { return text_at(query(soql).body, pointer); };
  EXPECT_EQ(first("SELECT c.LastName, c.Account.Name FROM Contact c WHERE c.LastName = 'Lovelace' ORDER BY c.LastName LIMIT 1", "/records/0/LastName"),
            "Lovelace");
  EXPECT_EQ(first("SELECT c.LastName FROM Contact AS c", "/totalSize"), "1");
  EXPECT_EQ(first("SELECT toLabel(LeadSource) FROM Contact USING SCOPE everything FOR VIEW", "/records/0/LeadSource"), "Web");
  EXPECT_EQ(code(query("SELECT toLabel(LastName) FROM Contact")), "INVALID_FIELD");
  EXPECT_EQ(code(query("SELECT Id FROM Contact FOR UPDATE")), "MALFORMED_QUERY") << "that is Apex";
  EXPECT_EQ(code(query("SELECT d.Id FROM Contact c")), "INVALID_FIELD");
}

// fact: §9.4
TEST_F(Queries, PartsOfDatesAreComparedGroupedAndOrderedBy) {
  load("Contact", {json::object{{"LastName", "Ada"}, {"Birthdate", "1815-12-10"}}, json::object{{"LastName", "Bob"}, {"Birthdate", "1990-12-02"}},
                   json::object{{"LastName", "Cyd"}, {"Birthdate", "1990-03-01"}}, json::object{{"LastName", "Dan"}}});
  EXPECT_EQ(found("CALENDAR_YEAR(Birthdate) = 1990"), "Bob Cyd");
  EXPECT_EQ(found("CALENDAR_MONTH(Birthdate) IN (12) AND DAY_IN_MONTH(Birthdate) > 5"), "Ada");
  EXPECT_EQ(found("DAY_IN_WEEK(Birthdate) = 1"), "Ada Bob") << "Sundays";
  EXPECT_EQ(found("DAY_IN_YEAR(Birthdate) = 60 AND CALENDAR_QUARTER(Birthdate) = 1 AND WEEK_IN_YEAR(Birthdate) = 9"), "Cyd");
  Answer years = query(
      "SELECT CALENDAR_YEAR(Birthdate), COUNT(Id) people FROM Contact WHERE Birthdate != null GROUP BY CALENDAR_YEAR(Birthdate) ORDER BY "
      "CALENDAR_YEAR(Birthdate) DESC");
  EXPECT_EQ(text_at(years.body, "/records/0/expr0") + " " + text_at(years.body, "/records/0/people"), "1990 2") << years.text;
  EXPECT_EQ(text_at(years.body, "/records/1/expr0"), "1815");
  EXPECT_EQ(code(query("SELECT CALENDAR_YEAR(Birthdate) FROM Contact")), "MALFORMED_QUERY") << "it is for groups";
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE CALENDAR_YEAR(LastName) = 1")), "INVALID_FIELD");
  EXPECT_EQ(found("HOUR_IN_DAY(CreatedDate) >= 0 AND FISCAL_YEAR(CreatedDate) > 2000"), "Ada Bob Cyd Dan");
}

// fact: §9.4
TEST_F(Queries, SubtotalsComeWithTheGroupsAndSayWhatTheyAre) {
  load("Contact", {json::object{{"LastName", "A"}, {"Title", "Clerk"}, {"Department", "East"}},
                   json::object{{"LastName", "B"}, {"Title", "Clerk"}, {"Department", "West"}},
                   json::object{{"LastName", "C"}, {"Title", "Head"}, {"Department", "East"}}});
  Answer rollup = query(
      "SELECT Title, Department, COUNT(Id) n, GROUPING(Title) t, GROUPING(Department) d FROM Contact GROUP BY ROLLUP(Title, Department) ORDER BY "
      "GROUPING(Title), Title, GROUPING(Department), Department");
  EXPECT_EQ(column(rollup, "n"), "1 1 2 1 1 3") << rollup.text;
  EXPECT_EQ(column(rollup, "t") + " / " + column(rollup, "d"), "0 0 0 0 0 1 / 0 0 1 0 1 1");
  EXPECT_EQ(text_at(rollup.body, "/records/5/Title"), "null") << "the total is of no title";
  EXPECT_EQ(text_at(query("SELECT Title, Department, COUNT(Id) FROM Contact GROUP BY CUBE(Title, Department)").body, "/totalSize"), "8");
  EXPECT_EQ(code(query("SELECT Title, GROUPING(Title) FROM Contact GROUP BY Title")), "MALFORMED_QUERY");
  EXPECT_EQ(code(query("SELECT COUNT(Id) FROM Contact GROUP BY ROLLUP(Title, Department, LastName, Email)")), "MALFORMED_QUERY");
}

// fact: §9.4
TEST_F(Queries, TheScopeOfMineIsWhatTheCallerOwns) {
  created_id("Contact", {{"LastName", "Mine"}});
  edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", {{"LastName", "Hers"}}}});
  EXPECT_EQ(column(query("SELECT LastName FROM Contact USING SCOPE mine"), "LastName"), "Mine");
  EXPECT_EQ(column(query("SELECT LastName FROM Contact USING SCOPE Everything WHERE LastName != null ORDER BY LastName"), "LastName"), "Hers Mine");
  EXPECT_EQ(column(query("SELECT LastName FROM Contact USING SCOPE mine WHERE LastName = 'Hers'"), "LastName"), "");
  EXPECT_EQ(code(query("SELECT Id FROM CaseComment USING SCOPE mine")), "MALFORMED_QUERY");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
