// What clients asked of it that had never been tried: the vendor's command line, small libraries of npm, the guide's own examples.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Strangers : public SalesforceTest {
 protected:
  /// The columns that a query selects, a word each: "Account.Name"; in parentheses those of child queries; with their numbers of types.
  static std::string names(const json::value& columns) {
    std::string joined;
    for (const json::value& column : columns.as_array()) {
      std::string name = text_at(column, "/columnName");
      std::string below = names(column.at("joinColumns"));
      if (!below.empty()) name += column.at("aggregate").as_bool() ? "(" + below + ")" : "." + below;
      joined += (joined.empty() ? "" : " ") + name;
    }
    return joined;
  }
  Answer columns(const std::string& soql, const std::string& door = "/query") {
    return api.get(base + door + "?" + http::encode_query({{"q", soql}, {"columns", "true"}}));
  }
};

// fact: §2.1 [X]
TEST_F(Strangers, RepeatedSlashesLeadToTheSameDoorAndThroughTheSameLock) {
  EXPECT_EQ(api.get("//services/data/v60.0/sobjects").status, 200);
  EXPECT_EQ(api.send_json("POST", "//services/data/v60.0//sobjects/Account", {{"Name", "A"}}).status, 201);
  EXPECT_EQ(column(query("SELECT CreatedBy.Username FROM Account"), "CreatedBy/Username"), "integration@lockstep.example");
  EXPECT_EQ(column(query("SELECT Name FROM Account WHERE Name = 'a//b'"), "Name"), "") << "a query's text stays as it is";
  api.headers.remove("Authorization");
  for (const char* path : {"//services/data/v60.0/sobjects", "/services//data/v60.0/sobjects", "/services/data//v60.0/query?q=SELECT+Id+FROM+Account"})
    EXPECT_EQ(api.get(path).status, 401) << path;
  EXPECT_EQ(api.get("//services/async/60.0/job/750000000000001AAA").status, 400);
  EXPECT_EQ(api.get("//services/data").status, 200) << "the list of versions is everybody's";
}

// fact: §3.1 [X]
TEST_F(Strangers, AQueryTellsItsColumnsInsteadOfItsRows) {
  Answer answer = columns("SELECT Id, Name, Owner.Name, Owner.Manager.Email, IsDeleted, AnnualRevenue, (SELECT LastName FROM Contacts) FROM Account");
  EXPECT_EQ(names(answer.body.at("columnMetadata")), "Id Name Owner.Name Manager.Email IsDeleted AnnualRevenue Contacts(LastName)");
  auto said = [&](const char* pointer) { return text_at(answer.body, std::string("/columnMetadata/") + pointer); };
  EXPECT_EQ(said("0/apexType") + said("0/textType") + said("0/insertable"), "Idfalsefalse");
  EXPECT_EQ(said("1/apexType") + said("1/textType") + said("1/updatable"), "Stringtruetrue");
  EXPECT_EQ(said("2/foreignKeyName") + said("2/apexType"), "OwnerIdnull");
  EXPECT_EQ(said("3/booleanType") + said("4/numberType") + said("5/aggregate"), "truetruetrue");
  EXPECT_EQ(text_at(answer.body, "/entityName") + text_at(answer.body, "/keyPrefix") + text_at(answer.body, "/idSelected"), "Account001true");
  EXPECT_EQ(answer.body.as_object().contains("records"), false);
}

// fact: §3.1 [X]
TEST_F(Strangers, ColumnsOfGroupsAreCalledAsInTheirAnswer) {
  Answer answer = columns("SELECT Industry, COUNT(Id), MAX(Name) last FROM Account GROUP BY Industry");
  EXPECT_EQ(names(answer.body.at("columnMetadata")), "Industry expr0 last");
  EXPECT_EQ(text_at(answer.body, "/columnMetadata/1/displayName"), "count(Id)");
  EXPECT_EQ(text_at(answer.body, "/columnMetadata/1/numberType") + text_at(answer.body, "/columnMetadata/2/numberType"), "truefalse");
  EXPECT_EQ(names(columns("SELECT count() FROM Account").body.at("columnMetadata")), "");
  EXPECT_EQ(names(columns("SELECT DurableId FROM EntityDefinition", "/tooling/query").body.at("columnMetadata")), "DurableId");
  EXPECT_EQ(code(columns("SELECT Nothing FROM Account")), "INVALID_FIELD");
}

// fact: §9.4 [D]
TEST_F(Strangers, DaysAreNamedByUnitsCountedBothWays) {
  clock.time = *parse_iso_time("2026-05-20T12:00:00Z");  // a Wednesday
  for (const char* day : {"2025-04-01", "2025-12-31", "2026-01-01", "2026-03-31", "2026-04-30", "2026-05-10", "2026-05-17", "2026-05-19", "2026-05-20",
                          "2026-05-21", "2026-05-24", "2026-06-01", "2026-07-31", "2027-01-01"})
    created_id("Task", {{"Subject", day}, {"ActivityDate", day}});
  auto due = [&](const std::string& when) {
    return column(query("SELECT Subject FROM Task WHERE ActivityDate = " + when + " ORDER BY ActivityDate"), "Subject");
  };
  EXPECT_EQ(due("N_DAYS_AGO:1"), "2026-05-19");
  EXPECT_EQ(due("n_weeks_ago:1"), "2026-05-10");
  EXPECT_EQ(due("N_MONTHS_AGO:2"), "2026-03-31");
  EXPECT_EQ(due("N_QUARTERS_AGO:1"), "2026-01-01 2026-03-31");
  EXPECT_EQ(due("N_FISCAL_YEARS_AGO:1"), "2025-04-01 2025-12-31");
  EXPECT_EQ(due("LAST_N_DAYS:1"), "2026-05-19 2026-05-20");
  EXPECT_EQ(due("LAST_N_QUARTERS:2"), "2025-12-31 2026-01-01 2026-03-31");
  EXPECT_EQ(due("LAST_N_YEARS:1"), "2025-04-01 2025-12-31");
  EXPECT_EQ(due("NEXT_N_DAYS:4"), "2026-05-21 2026-05-24");
  EXPECT_EQ(due("NEXT_N_WEEKS:1"), "2026-05-24");
  EXPECT_EQ(due("NEXT_N_MONTHS:2"), "2026-06-01 2026-07-31");
  EXPECT_EQ(due("THIS_QUARTER AND ActivityDate < TODAY"), "2026-04-30 2026-05-10 2026-05-17 2026-05-19");
  EXPECT_EQ(due("LAST_FISCAL_QUARTER"), "2026-01-01 2026-03-31");
  EXPECT_EQ(due("NEXT_QUARTER"), "2026-07-31");
  EXPECT_EQ(due("NEXT_YEAR"), "2027-01-01");
  EXPECT_EQ(due("NEXT_90_DAYS"), "2026-05-21 2026-05-24 2026-06-01 2026-07-31");
  for (const char* none : {"THIS_DAY", "LAST_N_DAYS", "LAST_N_DAYS:-1", "N_DAYS_AGO:x", "LAST_N_DECADES:1", "N_AGO:1"})
    EXPECT_EQ(query(std::string("SELECT Id FROM Task WHERE ActivityDate = ") + none).status, 400) << none;
}

// fact: §3.1 [X]
TEST_F(Strangers, WhoeverIsMeantHasANameAnAddressAndANumber) {
  std::string ann = created_id("Contact", {{"LastName", "A"}, {"FirstName", "Ann"}, {"Email", "ann@x.example"}});
  std::string acme = created_id("Account", {{"Name", "Acme"}, {"Phone", "1"}});
  created_id("Task", {{"Subject", "S"}, {"WhoId", ann}, {"WhatId", acme}});
  Answer answer = query("SELECT Who.FirstName, Who.Email, What.Phone, What.Email FROM Task WHERE Who.Email = 'ann@x.example'");
  auto said = [&](const char* pointer) { return text_at(answer.body, std::string("/records/0/") + pointer); };
  EXPECT_EQ(said("Who/FirstName") + " " + said("Who/Email") + " " + said("What/Phone") + " " + said("What/Email"), "Ann ann@x.example 1 null");
  EXPECT_EQ(code(query("SELECT Who.Birthdate FROM Task")), "INVALID_FIELD");
}

// fact: §3.1 [X]
TEST_F(Strangers, AnOffsetIsNotBeyondTwoThousand) {
  EXPECT_EQ(query("SELECT Id FROM Account OFFSET 2000").status, 200);
  Answer refused = query("SELECT Id FROM Account OFFSET 2001");
  EXPECT_EQ(code(refused) + ": " + message(refused), "NUMBER_OUTSIDE_VALID_RANGE: Maximum SOQL offset allowed is 2000");
}

// fact: §6.2 [I]
TEST_F(Strangers, AValueThatIsNoneOfItsTypeFailsAsTheBodyIsRead) {
  auto said = [&](const std::string& body) { return message(api.send("POST", base + "/sobjects/Contact", body, {{"Content-Type", "application/json"}})); };
  const std::string end = " or request may be missing a required field at ";
  EXPECT_EQ(said(R"({"Birthdate":"1/2/2020"})"), "Cannot deserialize instance of date from VALUE_STRING value 1/2/2020" + end + "[line:1, column:2]");
  EXPECT_EQ(said("{\"LastName\":\"L\",\n \"emailbounceddate\":\"2020-01-01 10:00:00\"}"),
            "Cannot deserialize instance of datetime from VALUE_STRING value 2020-01-01 10:00:00" + end + "[line:2, column:2]");
  EXPECT_EQ(said(R"({"LastName":{"a":1}})"), "Cannot deserialize instance of string from START_OBJECT value {" + end + "[line:1, column:2]");
  EXPECT_EQ(said(R"({"DoNotCall":null})"), "Cannot deserialize instance of boolean from VALUE_NULL value null" + end + "[line:1, column:2]");
  std::string id = created_id("Contact", {{"LastName", "L"}, {"Lockstep_Id__c", "k"}});
  for (const std::string& path :
       {"/sobjects/Contact/" + id, std::string("/sobjects/Contact/Lockstep_Id__c/k"), std::string("/sobjects/Contact/Lockstep_Id__c/new")})
    EXPECT_EQ(code(api.send_json("PATCH", base + path, json::object{{"LastName", "M"}, {"Birthdate", "soon"}})), "JSON_PARSER_ERROR") << path;
  Answer part = api.send_json("POST", base + "/composite",
                              json::object{{"compositeRequest", json::array{json::object{{"method", "PATCH"},
                                                                                         {"url", base + "/sobjects/Contact/" + id},
                                                                                         {"referenceId", "r"},
                                                                                         {"body", json::object{{"Birthdate", "soon"}}}}}}});
  EXPECT_EQ(text_at(part.body, "/compositeResponse/0/body/0/errorCode"), "JSON_PARSER_ERROR");
}

// fact: §6.2 [U] switch: times_in_dates
TEST_F(Strangers, ADateMayCarryATimeWhereThatIsLetIn) {
  auto born = [&](const char* when) { return create("Contact", {{"LastName", "L"}, {"Birthdate", when}}); };
  EXPECT_EQ(code(born("1815-12-10T00:00:00")), "JSON_PARSER_ERROR");
  set("times_in_dates", true);
  for (const char* when : {"1815-12-10T00:00:00", "1815-12-10T23:59:59.000Z", "1815-12-10"}) EXPECT_EQ(born(when).status, 201) << when;
  EXPECT_EQ(column(query("SELECT Birthdate FROM Contact"), "Birthdate"), "1815-12-10 1815-12-10 1815-12-10");
  for (const char* when : {"1815-12-10 00:00:00", "1815-13-10T00:00:00", "1815-12-10Tea"}) EXPECT_EQ(code(born(when)), "JSON_PARSER_ERROR") << when;
}

// fact: §2.2 [D]
TEST_F(Strangers, WhatARecordRefersToAndWhatHangsOnItIsReadByItsRelationship) {
  std::string acme = created_id("Account", {{"Name", "Acme"}}), ann = created_id("Contact", {{"LastName", "A"}, {"AccountId", acme}});
  std::string lost = created_id("Contact", {{"LastName", "B"}}), broken = created_id("Case", {{"Subject", "S"}, {"ContactId", ann}});
  auto of = [&](const std::string& object, const std::string& id, const std::string& rest) {
    return api.get(base + "/sobjects/" + object + "/" + id + "/" + rest);
  };
  EXPECT_EQ(text_at(of("Contact", ann, "Account?fields=Name").body, "/Name"), "Acme");
  EXPECT_EQ(text_at(of("Case", broken.substr(0, 15), "owner").body, "/attributes/type"), "User");
  EXPECT_EQ(of("Contact", lost, "Account").status, 404) << "it has none";
  EXPECT_EQ(column(of("Account", acme, "Contacts?fields=LastName"), "LastName"), "A");
  EXPECT_EQ(text_at(of("Contact", ann, "Cases").body, "/records/0/Subject"), "S");
  EXPECT_EQ(code(of("Account", acme, "Contacts?fields=Nothing")), "INVALID_FIELD");
  EXPECT_EQ(of("Account", acme, "Nothing").status, 404);
  EXPECT_EQ(of("Account", "001000000000000AAA", "Contacts").status, 404);
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Account/" + acme).status, 400) << "a case hangs on its contact";
  EXPECT_EQ(message(of("Account", "Nothing", "x")), "Provided external ID field does not exist or is not accessible: Nothing");
}

// fact: §3.1 [D]
TEST_F(Strangers, EscapesMayBeOfEitherCase) {
  created_id("Account", {{"Name", "A"}, {"BillingStreet", "a\nb\tc"}});
  for (const char* street : {"a\\nb\\tc", "a\\Nb\\Tc"})
    EXPECT_EQ(column(query(std::string("SELECT Name FROM Account WHERE BillingStreet = '") + street + "'"), "Name"), "A");
  EXPECT_EQ(code(query("SELECT Id FROM Account WHERE Name = 'a\\x'")), "MALFORMED_QUERY");
}

// fact: §2.1
TEST_F(Strangers, WhatThePlatformHasAndThisHasNotIsSaidSo) {
  for (const char* path :
       {"/chatter/users/me", "/actions/standard", "/graphql", "/ui-api/records", "/tooling/executeAnonymous", "/search/scopeOrder", "/appMenu/AppSwitcher"}) {
    Answer answer = api.get(base + path);
    EXPECT_EQ(answer.status, 501) << path;
    EXPECT_EQ(code(answer), "NOT_IMPLEMENTED");
  }
  EXPECT_EQ(api.get("/services/oauth2/singleaccess").status, 501);
  for (const char* path : {"/nothing", "/sobjects/Nothing", "/sobjects/Account/Nothing/1"}) EXPECT_EQ(api.get(base + path).status, 404) << path;
  EXPECT_EQ(api.send("GET", base + "/sobjects", "", {{"Accept", "application/xml"}}).status, 501);
  EXPECT_EQ(api.send("GET", base + "/sobjects", "", {{"Accept", "application/xml, */*;q=0.1"}}).status, 200);
  for (const char* soap : {"/services/Soap/c/60.0", "/services/Soap/s/60.0/00D000000000001", "/services/Soap/T/60.0"}) {
    Answer fault =
        api.send("POST", soap, "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body/></e:Envelope>", {{"Content-Type", "text/xml"}});
    EXPECT_EQ(fault.status, 500) << soap;
    EXPECT_NE(fault.text.find("<faultcode>sf:NOT_IMPLEMENTED</faultcode>"), std::string::npos) << fault.text;
  }
}

// fact: §8.8 [J]
TEST_F(Strangers, EverybodyHasAProfileThatCanBeRead) {
  EXPECT_EQ(column(query("SELECT Name FROM Profile WHERE Id IN (SELECT ProfileId FROM User)"), "Name"), "System Administrator");
  EXPECT_EQ(text_at(query("SELECT Profile.Name FROM User LIMIT 1").body, "/records/0/Profile/Name"), "System Administrator");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
