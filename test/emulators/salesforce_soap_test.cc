// The partner API as clients that speak nothing else use it: what it answers is what REST answers, in XML.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Soap : public SalesforceTest {
 protected:
  Answer ask(const std::string& body, const std::string& header = "") {
    return api.send(
        "POST", "/services/Soap/u/60.0",
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\"><e:Header><SessionHeader><sessionId>" +
            session() + "</sessionId></SessionHeader>" + header + "</e:Header><e:Body>" + body + "</e:Body></e:Envelope>",
        {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}});
  }
  static bool says(const Answer& answer, const std::string& part) { return answer.text.find(part) != std::string::npos; }
  static std::string between(const Answer& answer, const std::string& from, const std::string& to) {
    std::size_t begin = answer.text.find(from);
    if (begin == std::string::npos) return answer.text;
    begin += from.size();
    return answer.text.substr(begin, answer.text.find(to, begin) - begin);
  }
  static std::size_t count(const Answer& answer, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = answer.text.find(part); at != std::string::npos; at = answer.text.find(part, at + 1)) ++found;
    return found;
  }
};

// fact: §1.8, §3.1
TEST_F(Soap, AQueryAnswersRecordsWithTheirTypeAndTheirIdFirst) {
  std::string account = created_id("Account", {{"Name", "A & B"}});
  std::string contact = created_id("Contact", {{"LastName", "L"}, {"AccountId", account}});
  Answer found = ask("<query><queryString>SELECT Id, LastName, Title, Account.Name FROM Contact</queryString></query>");
  EXPECT_EQ(
      between(found, "<queryResponse>", "</queryResponse>"),
      "<result xsi:type=\"QueryResult\"><done>true</done><queryLocator xsi:nil=\"true\"/><records xsi:type=\"sf:sObject\"><sf:type>Contact</sf:type><sf:Id>" +
          contact + "</sf:Id><sf:Id>" + contact +
          "</sf:Id><sf:LastName>L</sf:LastName><sf:Title xsi:nil=\"true\"/><sf:Account xsi:type=\"sf:sObject\"><sf:type>Account"
          "</sf:type><sf:Id xsi:nil=\"true\"/><sf:Name>A &amp; B</sf:Name></sf:Account></records><size>1</size></result>");
  EXPECT_TRUE(says(found, "<limit>15000</limit><type>API REQUESTS</type>"));
  Answer children = ask("<query><queryString>SELECT CreatedDate, (SELECT LastName FROM Contacts) FROM Account</queryString></query>");
  EXPECT_EQ(between(children, "<sf:CreatedDate>", "</sf:CreatedDate>"), "2026-11-18T12:26:40.000Z");
  EXPECT_TRUE(says(children, "<sf:Contacts xsi:type=\"QueryResult\"><done>true</done>")) << children.text;
}

// fact: §1.8, §3.1 [D]
TEST_F(Soap, APageHasFiveHundredRowsUnlessTheCallerSaysOtherwise) {
  json::array people;
  for (int i = 0; i < 700; ++i) people.push_back(json::object{{"LastName", "L"}});
  api.send("POST", "/__emulator/records/Contact", json::serialize(people), {{"Content-Type", "application/json"}});
  const std::string select = "<query><queryString>SELECT Id FROM Contact</queryString></query>";
  Answer first = ask(select);
  EXPECT_EQ(count(first, "<records "), 500u);
  EXPECT_TRUE(says(first, "<done>false</done>"));
  Answer second = ask("<queryMore><queryLocator>" + between(first, "<queryLocator>", "</queryLocator>") + "</queryLocator></queryMore>");
  EXPECT_EQ(count(second, "<records "), 200u);
  EXPECT_TRUE(says(second, "<done>true</done>"));
  EXPECT_EQ(count(ask(select, "<QueryOptions><batchSize>250</batchSize></QueryOptions>"), "<records "), 250u);
  Answer lost = ask("<queryMore><queryLocator>../sobjects</queryLocator></queryMore>");
  EXPECT_EQ(lost.status, 500);
  EXPECT_TRUE(says(lost, "<sf:InvalidQueryLocatorFault xsi:type=\"sf:InvalidQueryLocatorFault\">")) << lost.text;
}

// fact: §1.8, §3.4 [D]
TEST_F(Soap, ReadsByIdAndByTimeAnswerWhatRestDoes) {
  std::string one = created_id("Account", {{"Name", "One"}}), two = created_id("Account", {{"Name", "Two"}});
  Answer rows = ask("<retrieve><fieldList>Id, Name</fieldList><sObjectType>Account</sObjectType><ids>" + two + "</ids><ids>001000000000001AAA</ids><ids>" +
                    one + "</ids></retrieve>");
  EXPECT_EQ(count(rows, "<result xsi:nil=\"true\"/>"), 1u) << rows.text;
  EXPECT_LT(rows.text.find("<sf:Name>Two"), rows.text.find("<sf:Name>One"));
  clock.advance(Duration(120'000));
  auto window = [&] {
    return "<sObjectType>Account</sObjectType><startDate>" + format_iso(clock.now() - Duration(3'600'000)) + "</startDate><endDate>" + format_iso(clock.now()) +
           "</endDate>";
  };
  EXPECT_TRUE(says(ask("<getUpdated>" + window() + "</getUpdated>"), "<result><ids>" + one + "</ids><ids>" + two + "</ids><latestDateCovered>2026-"));
  api.send("DELETE", base + "/sobjects/Account/" + two);
  clock.advance(Duration(120'000));
  Answer deleted = ask("<getDeleted>" + window() + "</getDeleted>");
  EXPECT_TRUE(says(deleted, "<deletedRecords><deletedDate>2026-11-18T12:28:40.000Z</deletedDate><id>" + two)) << deleted.text;
  Answer found = ask("<search><searchString>FIND {One} IN ALL FIELDS RETURNING Account(Id, Name)</searchString></search>");
  EXPECT_TRUE(says(found, "<searchRecords><record xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id>" + one)) << found.text;
}

// fact: §2.8 [C], §1.8
TEST_F(Soap, ObjectsAreDescribedWithTheirFields) {
  EXPECT_TRUE(says(ask("<describeGlobal/>"), "<label>Account</label><labelPlural>Accounts</labelPlural>"));
  Answer described = ask("<describeSObjects><sObjectType>Account</sObjectType><sObjectType>Case</sObjectType></describeSObjects>");
  EXPECT_EQ(count(described, "<keyPrefix>"), 2u);
  EXPECT_TRUE(says(described, "<picklistValues><active>true</active>")) << described.text.substr(0, 3000);
  EXPECT_TRUE(says(ask("<describeSObject><sObjectType>Nothing</sObjectType></describeSObject>"), "<sf:exceptionCode>INVALID_TYPE</sf:exceptionCode>"));
}

// fact: §1.8, §5.3
TEST_F(Soap, WhatItCannotDoIsAFaultAndNeverAResult) {
  Answer wrong = ask("<query><queryString>SELECT Nothing FROM Contact</queryString></query>");
  EXPECT_EQ(wrong.status, 500);
  EXPECT_TRUE(says(wrong, "<faultcode>sf:INVALID_FIELD</faultcode>"));
  EXPECT_TRUE(says(wrong, "<sf:InvalidFieldFault "));
  Answer unknown = ask("<describeAppMenu><x>1</x></describeAppMenu>");
  EXPECT_EQ(unknown.status, 500);
  EXPECT_TRUE(says(unknown, "No operation available for request")) << unknown.text;
}

// fact: §2.5 [X]
TEST_F(Soap, AllOrNoneUndoesTheGoodRowsOfABadCall) {
  const std::string rows =
      "<create><sObjects><type>Contact</type><LastName>A</LastName></sObjects><sObjects><type>Contact</type><FirstName>B</FirstName></sObjects></create>";
  Answer together = ask(rows, "<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>");
  EXPECT_TRUE(says(together, "ALL_OR_NONE_OPERATION_ROLLED_BACK"));
  EXPECT_TRUE(says(together, "REQUIRED_FIELD_MISSING"));
  EXPECT_EQ(text_at(query("SELECT Id FROM Contact").body, "/totalSize"), "0");
  EXPECT_EQ(count(ask(rows), "<success>true</success>"), 1u);
  EXPECT_EQ(text_at(query("SELECT Id FROM Contact").body, "/totalSize"), "1");
}

// fact: §2.1 [R], §2.5
TEST_F(Soap, ACallHasTwoHundredRecordsWhichATriggerFailsTogether) {
  api.send_json("POST", "/__emulator/trigger", json::object{{"object", "Contact"}, {"field", "Title"}, {"equals", "Boss"}, {"message", "thrown"}});
  auto made = [&](int records, const std::string& title) {
    std::string rows = "<create><sObjects><type>Contact</type><LastName>L</LastName><Title>" + title + "</Title></sObjects>";
    for (int i = 1; i < records; ++i) rows += "<sObjects><type>Contact</type><LastName>L</LastName></sObjects>";
    return ask(rows + "</create>");
  };
  Answer thrown = made(3, "Boss");
  EXPECT_EQ(count(thrown, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"), 3u) << thrown.text;
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "0");
  EXPECT_TRUE(says(made(201, "Clerk"), "EXCEEDED_ID_LIMIT"));
  EXPECT_EQ(count(made(200, "Clerk"), "<success>true</success>"), 200u);
}

// fact: §1.6 [J], §1.8 [J]
TEST_F(Soap, ASessionThatIsGoodForNothingIsGoodForNoApi) {
  set("password_expired", true);
  Answer login = soap("<login><username>integration@lockstep.example</username><password>lockstep-password</password></login>");
  std::string begin = "<sessionId>", crippled = login.text.substr(login.text.find(begin) + begin.size());
  crippled.resize(crippled.find('<'));
  EXPECT_TRUE(says(soap("<getServerTimestamp/>", crippled), "INVALID_OPERATION_WITH_EXPIRED_PASSWORD"));
  Answer bulk = api.send("POST", "/services/async/60.0/job", "{}", {{"X-SFDC-Session", crippled}, {"Content-Type", "application/json"}});
  EXPECT_EQ(bulk.status, 400);
  EXPECT_NE(bulk.text.find("InvalidSessionId"), std::string::npos);
  set("high_assurance_required", true);
  EXPECT_TRUE(says(soap("<getServerTimestamp/>", session()), "This session is not valid for use with the SOAP API"));
  EXPECT_EQ(soap("<logout/>", crippled).status, 200);
}

// fact: §1.8 [J], §6.6 [D]
TEST_F(Soap, WhatIsTakenOutOfTheRecycleBinIsGone) {
  std::string account = created_id("Account", {{"Name", "A"}});
  const std::string bin = "<emptyRecycleBin><ids>" + account + "</ids></emptyRecycleBin>";
  EXPECT_TRUE(says(ask(bin), "<success>false</success>")) << "it is not in there";
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Account/" + account).status, 204);
  EXPECT_TRUE(says(ask(bin), "<result><id>" + account + "</id><success>true</success></result>"));
  EXPECT_EQ(column(query("SELECT Id FROM Account", true), "Id"), "");
  EXPECT_TRUE(says(ask("<undelete><ids>" + account + "</ids></undelete>"), "INVALID_CROSS_REFERENCE_KEY"));
  EXPECT_EQ(code(read("Account", account)), "NOT_FOUND");
}

// fact: §1.8, §2.1
TEST_F(Soap, AHeaderThatWouldBePassedOverIsSaidNotToBeServed) {
  const std::string row = "<create><sObjects><type>Contact</type><LastName>A</LastName></sObjects></create>";
  for (const char* header : {"AssignmentRuleHeader", "DuplicateRuleHeader", "EmailHeader"}) {
    Answer refused = ask(row, "<" + std::string(header) + "><x>true</x></" + header + ">");
    EXPECT_EQ(refused.status, 500) << header;
    EXPECT_TRUE(says(refused, "The header " + std::string(header) + " is beyond this stand-in.")) << refused.text;
  }
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "0");
  EXPECT_TRUE(says(ask(row, "<CallOptions><client>x</client></CallOptions>"), "<success>true</success>"));
}

// fact: §6.3
TEST_F(Soap, WhatIsToBeNullIsListedAndAnEmptyElementIsPassedOver) {
  std::string id = created_id("Contact", {{"LastName", "L"}, {"Title", "Boss"}, {"Department", "Board"}});
  Answer done = ask("<update><sObjects><type>Contact</type><fieldsToNull>Title</fieldsToNull><Id>" + id + "</Id><Department/></sObjects></update>");
  EXPECT_TRUE(says(done, "<success>true</success>")) << done.text;
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title") + text_at(read("Contact", id).body, "/Department"), "nullBoard");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
