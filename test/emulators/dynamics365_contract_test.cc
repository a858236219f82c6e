// The contract's lists, line by line: columns with their limits and values, forms of keys, headers.
#include <map>
#include <set>
#include <sstream>

#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Contract : public Dynamics365Test {
 protected:
  /// Definitions of a table's columns by name.
  std::map<std::string, json::object> columns_of(const std::string& table) {
    std::map<std::string, json::object> found;
    Answer answer = get("EntityDefinitions(LogicalName='" + table + "')/Attributes");
    for (const json::value& each : answer.body.at("value").as_array()) found[json::value_to<std::string>(each.at("LogicalName"))] = each.as_object();
    return found;
  }
  static std::string text(const json::object& object, const char* member) {
    const json::value* held = object.if_contains(member);
    return !held ? "absent" : held->is_string() ? std::string(held->get_string()) : json::serialize(*held);
  }
  /// "S160", "M2000", "I0..100", "$", "B", "O", "D" (instant), "d" (day), "L", with "!" where applications ask for it, "!!" where the system does.
  static std::string short_form(const json::object& column) {
    static const std::map<std::string, std::string> letters{{"String", "S"},   {"Memo", "M"},  {"Integer", "I"}, {"Money", "$"},  {"Boolean", "B"},
                                                            {"Picklist", "O"}, {"State", "O"}, {"Status", "O"},  {"Lookup", "L"}, {"Customer", "L"}};
    std::string type = text(column, "AttributeType");
    auto letter = letters.find(type);
    std::string form = letter != letters.end() ? letter->second : type == "DateTime" ? (text(column, "Format") == "DateOnly" ? "d" : "D") : type;
    if (form == "S" || form == "M") form += text(column, "MaxLength");
    if (form == "I") form += text(column, "MinValue") + ".." + text(column, "MaxValue");
    std::string level = json::serialize(column.at("RequiredLevel"));
    if (level.find("ApplicationRequired") != std::string::npos) form += "!";
    if (level.find("SystemRequired") != std::string::npos) form += "!!";
    return form;
  }
  /// `wanted`: "name:S160! fax:S50 …".
  void expect_columns(const std::string& table, const std::string& wanted) {
    std::map<std::string, json::object> held = columns_of(table);
    std::istringstream words(wanted);
    for (std::string word; words >> word;) {
      std::string name = word.substr(0, word.find(':')), form = word.substr(word.find(':') + 1);
      ASSERT_TRUE(held.contains(name)) << table << "." << name;
      EXPECT_EQ(short_form(held[name]), form) << table << "." << name;
    }
  }
  /// The values of a choice, joined.
  std::string values_of(const std::string& table, const std::string& column) {
    Answer answer = get("EntityDefinitions(LogicalName='" + table + "')/Attributes(LogicalName='" + column +
                        "')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$expand=OptionSet");
    std::string values;
    if (answer.status != 200) return answer.text;
    for (const json::value& each : answer.body.at("OptionSet").at("Options").as_array()) values += json::serialize(each.at("Value")) + " ";
    return values;
  }
};

// fact: §8, §8 [K]
TEST_F(Contract, CustomersHaveTheirColumns) {
  expect_columns("account",
                 "name:S160! accountnumber:S20 telephone1:S50 telephone2:S50 telephone3:S50 fax:S50 emailaddress1:S100 emailaddress2:S100 emailaddress3:S100 "
                 "websiteurl:S200 description:M2000 address1_line1:S250 address1_line2:S250 address1_line3:S250 address1_city:S80 address1_country:S80 "
                 "address1_county:S50 address1_stateorprovince:S50 address1_postalcode:S20 numberofemployees:I0..1000000000 revenue:$ marketcap:$ "
                 "industrycode:O paymenttermscode:O ownershipcode:O accountcategorycode:O customertypecode:O preferredcontactmethodcode:O creditonhold:B "
                 "donotemail:B donotphone:B sic:S20 tickersymbol:S10 primarycontactid:L parentaccountid:L masterid:L merged:B "
                 "importsequencenumber:I-2147483648..2147483647");
  expect_columns(
      "contact",
      "lastname:S50! firstname:S50 middlename:S50 fullname:S160 salutation:S100 jobtitle:S100 nickname:S100 managername:S100 suffix:S10 "
      "department:S100 emailaddress1:S100 emailaddress2:S100 emailaddress3:S100 telephone1:S50 telephone2:S50 telephone3:S50 mobilephone:S50 home2:S50 "
      "fax:S50 pager:S50 managerphone:S50 websiteurl:S200 ftpsiteurl:S200 description:M2000 birthdate:d anniversary:d gendercode:O familystatuscode:O "
      "preferredcontactmethodcode:O donotemail:B donotphone:B donotfax:B donotpostalmail:B donotbulkemail:B employeeid:S50 governmentid:S50 "
      "externaluseridentifier:S50 parentcustomerid:L masterid:L merged:B");
  EXPECT_EQ(values_of("account", "preferredcontactmethodcode") + values_of("contact", "preferredcontactmethodcode"), "1 2 3 4 5 1 2 3 4 5 ");
  EXPECT_EQ(values_of("account", "ownershipcode") + values_of("account", "accountcategorycode"), "1 2 3 4 1 2 ");
  EXPECT_EQ(values_of("account", "customertypecode"), "1 2 3 4 5 6 7 8 9 10 11 12 ");
  EXPECT_EQ(values_of("contact", "gendercode") + values_of("contact", "familystatuscode"), "1 2 1 2 3 4 ");
}

// fact: §8
TEST_F(Contract, CasesAndNotesHaveTheirColumns) {
  expect_columns("incident",
                 "title:S200! customerid:L!! ticketnumber:S100 description:M2000 caseorigincode:O casetypecode:O prioritycode:O severitycode:O "
                 "customersatisfactioncode:O servicestage:O primarycontactid:L productid:L subjectid:L parentcaseid:L entitlementid:L followupby:D resolveby:D "
                 "responseby:D escalatedon:D isescalated:B firstresponsesent:B masterid:L merged:B");
  expect_columns("annotation", "subject:S500! notetext:M100000 objectid:L isdocument:B!! filename:S255 mimetype:S256 langid:S2 stepid:S32");
  EXPECT_EQ(values_of("incident", "caseorigincode"), "1 2 3 2483 3986 700610000 ");
  EXPECT_EQ(values_of("incident", "casetypecode") + values_of("incident", "prioritycode"), "1 2 3 1 2 3 ");
  EXPECT_EQ(values_of("incident", "severitycode") + values_of("incident", "customersatisfactioncode") + values_of("incident", "servicestage"),
            "1 1 2 3 4 5 0 1 2 ");
  std::string id = incident(account());
  EXPECT_EQ(get("incidents(" + id + ")").at("/prioritycode"), "2");
  EXPECT_EQ(get("annotations(" + make("annotations", R"({"subject":"s"})") + ")").at("/isdocument"), "false");
}

// fact: §8, §8 [K]
TEST_F(Contract, ActivitiesHaveTheirColumns) {
  expect_columns(
      "phonecall",
      "subject:S200! description:M2000 phonenumber:S200 directioncode:B leftvoicemail:B prioritycode:O scheduledstart:D scheduledend:D actualstart:D "
      "actualend:D actualdurationminutes:I0..2147483647 category:S250 subcategory:S250 regardingobjectid:L");
  expect_columns("task",
                 "subject:S200! description:M2000 percentcomplete:I0..100 prioritycode:O scheduledstart:D scheduledend:D category:S250 subcategory:S250");
  expect_columns("email", "subject:S800 directioncode:B sender:S250 torecipients:S500 trackingtoken:S50 conversationindex:S2048");
  EXPECT_EQ(values_of("phonecall", "prioritycode") + values_of("task", "prioritycode"), "0 1 2 0 1 2 ");
  std::string call = make("phonecalls", R"({"subject":"s"})");
  EXPECT_EQ(get("phonecalls(" + call + ")").at("/directioncode"), "true");
  EXPECT_EQ(get("phonecalls(" + call + ")").at("/activitytypecode"), "phonecall");
  EXPECT_EQ(patch("phonecalls(" + call + ")", R"({"activitytypecode":"task"})").status, 400);
  EXPECT_EQ(get("tasks(" + make("tasks", R"({"subject":"s"})") + ")").at("/prioritycode"), "1");
  EXPECT_EQ(get("emails(" + make("emails", R"({"subject":"s"})") + ")").at("/directioncode"), "true");
}

// fact: §8, §6.10
TEST_F(Contract, WhatTheSystemKeepsIsReadOnly) {
  for (const char* table : {"account", "contact", "incident", "phonecall", "email", "task"}) {
    bool mergeable = std::string(table) == "account" || std::string(table) == "contact" || std::string(table) == "incident";
    std::map<std::string, json::object> held = columns_of(table);
    for (const char* name : {"createdon", "modifiedon", "versionnumber", "masterid", "merged", "exchangerate"}) {
      if (!mergeable && std::string(name).starts_with("m") && std::string(name) != "modifiedon") continue;
      ASSERT_TRUE(held.contains(name)) << table << "." << name;
      EXPECT_EQ(text(held[name], "IsValidForUpdate"), "false") << table << "." << name;
    }
    EXPECT_EQ(text(held["overriddencreatedon"], "IsValidForCreate") + text(held["overriddencreatedon"], "IsValidForUpdate"), "truefalse") << table;
    EXPECT_EQ(text(held["importsequencenumber"], "IsValidForCreate") + text(held["importsequencenumber"], "IsValidForUpdate"), "truefalse") << table;
  }
  std::string currency = get("transactioncurrencies").at("/value/0/transactioncurrencyid");
  std::string bound = make("tasks", R"({"subject":"s","transactioncurrencyid@odata.bind":"/transactioncurrencies()" + currency + ")\"}");
  EXPECT_NE(get("tasks(" + bound + ")").at("/exchangerate"), "null");
  std::string id = make("contacts", R"({"lastname":"L","importsequencenumber":7})");
  EXPECT_EQ(get("contacts(" + id + ")").at("/importsequencenumber"), "7");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"importsequencenumber":8})").status, 400);
}

// fact: §2.4
TEST_F(Contract, ARowIsNamedByItsKeyOrByALookupWithinOne) {
  std::string firm = account(), lee = contact();
  EXPECT_EQ(get("accounts(accountid=" + firm + ")").at("/name"), "Contoso");
  std::string user = get("WhoAmI").at("/UserId");
  EXPECT_EQ(get("systemusers(" + user + ")").status, 200);
  EXPECT_EQ(get("systemusers(systemuserid=" + user + ")").status, 400) << "users and teams have none by name";
  ASSERT_EQ(control("POST", "keys", R"({"entity":"account","name":"by_contact","columns":["_primarycontactid_value"]})").status, 200);
  patch("accounts(" + firm + ")", R"({"primarycontactid@odata.bind":"/contacts()" + lee + ")\"}");
  EXPECT_EQ(get("accounts(_primarycontactid_value=" + lee + ")").at("/accountid"), firm);
  EXPECT_EQ(get("contacts(" + lee + ")/parentcustomerid_account/$ref").status, 204) << "there is none";
}

// fact: §1.5
TEST_F(Contract, EitherHeaderNamesForWhomACallIsMade) {
  person("create", "contact", "", R"({"lastname":"Hers"})");
  std::string ann = get("contacts?$select=_createdby_value").at("/value/0/_createdby_value");
  std::string directory = get("systemusers(" + ann + ")?$select=azureactivedirectoryobjectid").at("/azureactivedirectoryobjectid");
  for (const http::Headers& header : {http::Headers{{"MSCRMCallerID", ann}}, http::Headers{{"CallerObjectId", directory}}}) {
    Answer made = post("contacts?$select=_createdby_value,_createdonbehalfby_value", R"({"lastname":"L"})", [&] {
      http::Headers both = header;
      both.add("Prefer", "return=representation");
      return both;
    }());
    EXPECT_EQ(made.at("/_createdby_value"), ann) << made.text;
    EXPECT_EQ(made.at("/_createdonbehalfby_value"), get("WhoAmI").at("/UserId"));
  }
  EXPECT_GE(get("contacts", {{"CallerObjectId", kG1}}).status, 400) << "nobody";
}

// fact: §2.1, §2.10
TEST_F(Contract, HeadersOfThingsThatAreNotHereChangeNothing) {
  for (const char* header : {"Consistency", "MSCRM.SuppressCallbackRegistrationExpanderJob"}) {
    Answer made = post("contacts", R"({"lastname":"L"})", {{header, header[0] == 'C' ? "Strong" : "true"}});
    EXPECT_EQ(made.status, 204) << header;
    EXPECT_EQ(made.header("x-ms-service-request-id").size(), 36u);
  }
  Answer refused = post("contacts", R"({"lastname":7})");
  EXPECT_EQ(refused.header("REQ_ID").size(), 36u) << "of errors as well";
}

// fact: §2.11
TEST_F(Contract, VersionsAreNotLookedAtAmongMany) {
  std::string id = account(), stale = get("accounts(" + id + ")").header("ETag");
  patch("accounts(" + id + ")", R"({"fax":"1"})");
  json::object target{{"@odata.type", "Microsoft.Dynamics.CRM.account"}, {"@odata.etag", stale}, {"accountid", id}, {"fax", "2"}};
  EXPECT_EQ(post("accounts/Microsoft.Dynamics.CRM.UpdateMultiple", json::serialize(json::object{{"Targets", json::array{target}}})).status, 204);
  EXPECT_EQ(get("accounts(" + id + ")").at("/fax"), "2");
}

// fact: §6.4, §6.5
TEST_F(Contract, ACaseKeepsItsCustomerAndItsOpenActivitiesHoldItOpen) {
  std::string firm = account(), id = incident(firm);
  EXPECT_EQ(remove("incidents(" + id + ")/customerid_account/$ref").status, 400);
  EXPECT_EQ(get("incidents(" + id + ")").at("/_customerid_value") + get("incidents(" + id + ")").at("/_accountid_value"), firm + firm);
  make("tasks", R"({"subject":"s","regardingobjectid_incident_task@odata.bind":"/incidents()" + id + ")\"}");
  Answer held = post("CloseIncident", R"({"IncidentResolution":{"@odata.type":"Microsoft.Dynamics.CRM.incidentresolution","subject":"Fixed",
      "incidentid@odata.bind":"/incidents()" +
                                          id + R"x()"},"Status":5})x");
  EXPECT_EQ(held.code(), "0x8004f456");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
