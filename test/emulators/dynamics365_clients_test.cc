// How other clients of the same API call: what the pinned one does not.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class OtherClients : public Dynamics365Test {
 protected:
  static std::string filtered(const std::string& filter) { return "?$select=lastname&$orderby=lastname&$filter=" + percent_encode(filter); }
  /// Names in order, joined; the message of a refusal.
  std::string names(const std::string& path) {
    Answer answer = get(path);
    if (answer.status != 200) return answer.message();
    std::string all;
    for (const json::value& row : answer.body.at("value").as_array()) all += std::string(row.at("lastname").as_string());
    return all;
  }
};

// fact: §6.5 [I]
TEST_F(OtherClients, TheResolutionOfACaseNeedsNoTypeAsTheParameterHasOne) {
  std::string id = incident(account());
  std::string resolution = R"("subject":"Fixed","incidentid@odata.bind":"/incidents()" + id + ")\"";
  EXPECT_EQ(post("CloseIncident", R"({"Status":5,"IncidentResolution":{"@odata.type":"Microsoft.Dynamics.CRM.task",)" + resolution + "}}").status, 400);
  EXPECT_EQ(post("CloseIncident", R"({"Status":5,"IncidentResolution":{)" + resolution + "}}").status, 204);
  EXPECT_EQ(get("incidents(" + id + ")?$select=statecode").at("/statecode"), "1");
}

// fact: §2.13 [I] switch: selected_navigation
TEST_F(OtherClients, ALookupIsSelectedByItsNavigationNameWhereSwitched) {
  EXPECT_EQ(get("accounts?$select=name,primarycontactid").code(), "0x80060888") << "by the vendor's page it is expanded alone";
  control("POST", "settings", R"({"selected_navigation":true})");
  std::string person = contact();
  std::string id = make("accounts", R"({"name":"A","primarycontactid@odata.bind":"/contacts()" + person + ")\"}");
  Answer row = get("accounts(" + id + ")?$select=name,primarycontactid");
  EXPECT_EQ(row.at("/_primarycontactid_value"), person);
  EXPECT_EQ(row.at("/telephone1"), "absent");
  Answer both = get("accounts?$select=name,primarycontactid&$expand=primarycontactid($select=lastname)");
  EXPECT_EQ(both.at("/value/0/primarycontactid/lastname"), "Lee");
  EXPECT_EQ(get("incidents?$select=customerid_account,ownerid").status, 200);
  EXPECT_EQ(get("incidents?$select=customerid").status, 400);  // the name of no property
  EXPECT_EQ(get("accounts?$select=Account_Tasks").status, 400);
}

// fact: §2.13
TEST_F(OtherClients, AParameterAliasStandsForAValueOfAFilter) {
  for (const char* name : {"A", "B", "C"}) contact(name);
  EXPECT_EQ(names("contacts" + filtered("lastname eq @p1") + "&@p1='B'"), "B");
  EXPECT_EQ(names("contacts" + filtered("lastname eq @p1 or lastname eq @p10") + "&@p10='C'&@p1='B'"), "BC");
  EXPECT_EQ(names("contacts" + filtered("lastname eq '@p1'") + "&@p1='B'"), "");  // within quotes it is none
  EXPECT_EQ(names("contacts" + filtered("emailaddress1 eq @missing")), "ABC");    // stands for null
  EXPECT_EQ(names("contacts" + filtered("Microsoft.Dynamics.CRM.LastXDays(PropertyName=@p1,PropertyValue=@p2)") + "&@p1='createdon'&@p2=7"), "ABC");
  EXPECT_EQ(names("contacts" + filtered("Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)") + "&@p1='lastname'&@p2=[\"A\",\"C\"]"), "AC");
  EXPECT_EQ(names("contacts?$select=lastname&$orderby=@p2%20desc&$filter=@p1%20ne%20@p3&@p1=lastname&@p2=lastname"), "CBA");
  EXPECT_EQ(get("accounts?$expand=contact_customer_accounts($filter=lastname%20eq%20@p1)&@p1='B'").status, 400);  // not in there
  EXPECT_EQ(get("contacts/$count?$filter=" + percent_encode("lastname eq @p1") + "&@p1='B'").text,
            "\xEF\xBB\xBF"
            "1");
}

// fact: §2.13
TEST_F(OtherClients, AliasesGoOnToTheNextPage) {
  for (const char* name : {"A", "B", "C"}) contact(name);
  Answer first = get("contacts" + filtered("lastname ne @p1") + "&@p1='B'", prefer("odata.maxpagesize=1"));
  Answer second = follow(first.at("/@odata.nextLink"), prefer("odata.maxpagesize=1"));
  EXPECT_EQ(second.at("/value/0/lastname"), "C");
}

// fact: §2.13
TEST_F(OtherClients, TheListOfAFunctionIsJsonWithEitherQuote) {
  for (const char* name : {"A", "B", "C"}) contact(name);
  EXPECT_EQ(names("contacts" + filtered("Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=[\"A\",'C'])")), "AC");
  EXPECT_EQ(get("contacts" + filtered("lastname eq \"A\"")).status, 400);  // anywhere else only single ones are quotes
  EXPECT_EQ(get("contacts" + filtered("Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=[\"A])")).status, 400);
}

// fact: §2.13
TEST_F(OtherClients, TwoColumnsOfARowAreCompared) {
  make("contacts", R"({"lastname":"Lee","firstname":"lee"})");
  make("contacts", R"({"lastname":"Poe","firstname":"Ann"})");
  make("contacts", R"({"lastname":"Ray"})");
  EXPECT_EQ(names("contacts" + filtered("firstname eq lastname")), "Lee");
  EXPECT_EQ(names("contacts" + filtered("firstname ne lastname")), "Poe");  // null is neither equal nor unequal
  EXPECT_EQ(names("contacts" + filtered("firstname lt lastname and lastname gt 'M'")), "Poe");
  EXPECT_EQ(get("contacts" + filtered("firstname eq createdon")).status, 400);
  EXPECT_EQ(get("accounts?$filter=" + percent_encode("primarycontactid/firstname eq name")).status, 400);  // of another row
  EXPECT_EQ(get("accounts?$filter=" + percent_encode("contact_customer_accounts/any(c:c/firstname eq c/lastname)")).status, 200);
}

// fact: §2.13
TEST_F(OtherClients, RowsComeInTheOrderOfTheNamesThatALookupLeadsTo) {
  std::string first = contact("Young"), second = contact("Adams");
  std::string row = R"({"name":"A","primarycontactid@odata.bind":"/contacts()";
  make("accounts", row + first + ")\"}");
  make("accounts", row + second + ")\"}");
  make("accounts", R"({"name":"none"})");
  Answer rows = get("accounts?$select=name,_primarycontactid_value&$orderby=_primarycontactid_value%20desc", prefer("odata.maxpagesize=2"));
  EXPECT_EQ(rows.at("/value/0/_primarycontactid_value"), first);
  EXPECT_EQ(rows.at("/value/1/_primarycontactid_value"), second);
  EXPECT_EQ(follow(rows.at("/@odata.nextLink")).at("/value/0/name"), "none");
}

// fact: §2.13
TEST_F(OtherClients, ALookupIsExpandedToItsReference) {
  std::string person = contact();
  make("accounts", R"({"name":"A","primarycontactid@odata.bind":"/contacts()" + person + ")\"}");
  make("accounts", R"({"name":"B"})");
  Answer rows = get("accounts?$select=name&$expand=primarycontactid/$ref&$orderby=name");
  EXPECT_EQ(rows.at("/@odata.context"), std::string(kOrigin) + "/api/data/v9.2/$metadata#accounts(name,primarycontactid,primarycontactid/$ref())");
  EXPECT_EQ(rows.at("/value/0/primarycontactid"), "{\"@odata.id\":\"" + std::string(kOrigin) + "/api/data/v9.2/contacts(" + person + ")\"}");
  EXPECT_EQ(rows.at("/value/0/_primarycontactid_value"), person);
  EXPECT_EQ(rows.at("/value/1/primarycontactid"), "null");
  EXPECT_EQ(get("accounts?$expand=Account_Tasks/$ref").message(), "Expand with $ref is only supported on lookup type navigation property.");
}

// fact: §2.13
TEST_F(OtherClients, RowsAreGroupedByWhatALookupLeadsTo) {
  std::string row = R"({"name":"A","revenue":10,"primarycontactid@odata.bind":"/contacts()" + contact() + ")\"}";
  make("accounts", row);
  make("accounts", row);
  make("accounts", R"({"name":"B","revenue":1})");
  Answer rows = get("accounts?$apply=groupby((primarycontactid/lastname,statuscode),aggregate(revenue%20with%20sum%20as%20total,$count%20as%20count))",
                    prefer("odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\""));
  ASSERT_EQ(rows.rows(), 2u) << rows.text;
  std::size_t lee = rows.at("/value/0/contact_lastname") == "Lee" ? 0 : 1;
  std::string named = "/value/" + std::to_string(lee), unnamed = "/value/" + std::to_string(1 - lee);
  EXPECT_EQ(rows.at(named + "/contact_lastname"), "Lee");
  EXPECT_EQ(rows.at(named + "/count"), "2");
  EXPECT_EQ(rows.at(named + "/statuscode@OData.Community.Display.V1.FormattedValue"), "Active");
  EXPECT_EQ(rows.at(named + "/total@OData.Community.Display.V1.FormattedValue"), "$20.00");
  EXPECT_EQ(rows.at(unnamed + "/contact_lastname"), "absent");  // a null is not shown
  EXPECT_EQ(get("accounts?$apply=groupby((statuscode))").at("/value/0/statuscode@OData.Community.Display.V1.FormattedValue"), "absent");
  EXPECT_EQ(get("accounts?$apply=groupby((createdon))").status, 400);
}

// fact: §2.13
TEST_F(OtherClients, AFunctionOfQueriesIsNotNegated) {
  EXPECT_EQ(get("contacts" + filtered("not Microsoft.Dynamics.CRM.Last7Days(PropertyName='createdon')")).message(),
            "Not operator along with the Custom Named Condition operators is not allowed");
  EXPECT_EQ(get("contacts" + filtered("not (lastname eq 'A' or Microsoft.Dynamics.CRM.Today(PropertyName='createdon'))")).status, 400);
  EXPECT_EQ(get("contacts" + filtered("not contains(lastname,'A') and Microsoft.Dynamics.CRM.Today(PropertyName='createdon')")).status, 200);
}

// fact: §2.13
TEST_F(OtherClients, AUserIsAnOwnerByItsSecondKey) {
  std::string user = get("WhoAmI").at("/UserId");
  Answer row = get("accounts(" + account() + ")?$select=name&$expand=createdby($select=fullname)");
  EXPECT_EQ(row.at("/createdby/systemuserid"), user);
  EXPECT_EQ(row.at("/createdby/ownerid"), user);
  EXPECT_EQ(get("systemusers(" + user + ")").at("/_ownerid_value"), "absent");  // nobody owns a user
  EXPECT_EQ(get("systemusers?$filter=ownerid%20eq%20" + user).rows(), 1u);
  EXPECT_EQ(get("systemusers(ownerid=" + user + ")").status, 400);
}

// fact: §2.3
TEST_F(OtherClients, RowsOfACollectionAreBoundOnCreate) {
  std::string first = make("tasks", R"({"subject":"1"})"), second = make("tasks", R"({"subject":"2"})");
  auto bound = [](const std::string& name, const json::array& rows) {
    return json::serialize(json::object{{"name", name}, {"Account_Tasks@odata.bind", rows}});
  };
  std::string tasks = bound("A", {json::value("/tasks(" + first + ")"), json::value("/tasks(" + second + ")")});
  Answer row = post("accounts?$select=name&$expand=Account_Tasks($select=subject)", tasks, representation());
  ASSERT_EQ(row.status, 201) << row.text;
  EXPECT_EQ(row.body.at("Account_Tasks").as_array().size(), 2u);
  EXPECT_EQ(get("tasks(" + first + ")").at("/_regardingobjectid_value"), row.at("/accountid"));
  EXPECT_EQ(patch("accounts(" + row.at("/accountid") + ")", tasks).status, 400);  // on create alone
  EXPECT_EQ(post("accounts", bound("B", {json::value("/tasks(11111111-1111-4111-8111-111111111111)")})).status, 404);
  EXPECT_EQ(post("accounts", bound("B", {json::value("/contacts(" + contact() + ")")})).status, 400);
  EXPECT_EQ(get("accounts").rows(), 1u);
}

// fact: §2.13
TEST_F(OtherClients, AnExpandThatHoldsAnotherIsNeitherSortedNorCut) {
  constexpr const char* kRefusal =
      "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.";
  std::string tasks = "accounts?$expand=Account_Tasks($select%20=%20subject;$orderby=subject;$top%20=%201";
  EXPECT_EQ(get(tasks + ")").status, 200);
  EXPECT_EQ(get(tasks + ";$expand=createdby($select=fullname))").message(), kRefusal);
  EXPECT_EQ(get(tasks + "),primarycontactid($expand=createdby)").message(), kRefusal);  // wherever the other is
  EXPECT_EQ(get("accounts?$expand=primarycontactid($orderby=lastname)").message(), kRefusal);
}

// fact: §2.13
TEST_F(OtherClients, AnExpandOfManyRowsComesWholeAndANestedOneInPages) {
  std::string id = account();
  for (const char* name : {"A", "B", "C"})
    make("contacts", json::serialize(json::object{{"lastname", name}, {"parentcustomerid_account@odata.bind", "/accounts(" + id + ")"}}));
  http::Headers one = prefer("odata.maxpagesize=1");
  std::string people = "accounts?$select=name&$expand=contact_customer_accounts($select=lastname";
  Answer whole = get(people + ")", one);
  EXPECT_EQ(whole.body.at("value").at(0).at("contact_customer_accounts").as_array().size(), 3u);
  std::string link = std::string(kOrigin) + "/api/data/v9.2/accounts(" + id + ")/contact_customer_accounts?$select=lastname";
  EXPECT_EQ(whole.at("/value/0/contact_customer_accounts@odata.nextLink"), link);  // though there are no more
  EXPECT_EQ(follow(link).rows(), 3u);
  Answer paged = get(people + ";$expand=createdby($select=fullname))", one);
  EXPECT_EQ(paged.body.at("value").at(0).at("contact_customer_accounts").as_array().size(), 1u);
  EXPECT_EQ(follow(paged.at("/value/0/contact_customer_accounts@odata.nextLink")).rows(), 2u);
}

// fact: §2.13
TEST_F(OtherClients, TheWholeAddressComesWithAPartOfIt) {
  std::string id = make("accounts", R"({"name":"A","address1_line1":"Main 1","address1_city":"Oslo"})");
  EXPECT_EQ(get("accounts(" + id + ")?$select=address1_city").at("/address1_composite"), "Main 1\r\nOslo");
  EXPECT_EQ(get("accounts(" + id + ")?$select=name").at("/address1_composite"), "absent");
}

// fact: §6.10
TEST_F(OtherClients, TheRateOfACurrencyIsNoAmountOfOne) {
  Answer row = get("accounts(" + make("accounts", R"({"name":"A","revenue":10})") + ")");
  EXPECT_EQ(row.at("/exchangerate"), "1");
  EXPECT_NE(row.at("/revenue_base"), "absent");
  EXPECT_EQ(row.at("/exchangerate_base"), "absent");
}

// fact: §2.13 [?] switch: quoted_ids
TEST_F(OtherClients, AnIdInQuotesIsAnIdWhereSwitched) {
  std::string id = contact("A");
  std::string path = "contacts" + filtered("contactid eq '" + id + "'");
  EXPECT_EQ(get(path).status, 400);
  control("POST", "settings", R"({"quoted_ids":true})");
  EXPECT_EQ(names(path), "A");
  EXPECT_EQ(names("contacts" + filtered("_parentcustomerid_value eq '" + id + "'")), "");
  EXPECT_EQ(get("contacts" + filtered("contactid eq 'A'")).status, 400);
}

// fact: §2.13
TEST_F(OtherClients, AUserIsFoundByWhoAsks) {
  Answer users = get("systemusers?$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName='systemuserid')");
  EXPECT_EQ(users.at("/value/0/systemuserid"), get("WhoAmI").at("/UserId"));
}

// fact: §8
TEST_F(OtherClients, AppointmentsAreActivitiesWithATimeAndAttendees) {
  std::string id = account(), person = contact();
  EXPECT_EQ(post("appointments", R"({"subject":"Visit"})").code(), "0x80040200");
  json::object party{{"partyid_contact@odata.bind", "/contacts(" + person + ")"}, {"participationtypemask", 5}};
  json::object body{{"subject", "Visit"},
                    {"location", "Here"},
                    {"scheduledstart", "2026-12-01T10:00:00Z"},
                    {"scheduledend", "2026-12-01T11:00:00Z"},
                    {"regardingobjectid_account_appointment@odata.bind", "/accounts(" + id + ")"},
                    {"appointment_activity_parties", json::array{std::move(party)}}};
  std::string visit = make("appointments", json::serialize(body));
  Answer row = get("appointments(" + visit + ")?$expand=appointment_activity_parties($select=participationtypemask)");
  EXPECT_EQ(row.at("/statecode") + row.at("/statuscode"), "01");
  EXPECT_EQ(row.at("/appointment_activity_parties/0/participationtypemask"), "5");
  EXPECT_EQ(get("accounts(" + id + ")/Account_Appointments").rows(), 1u);
  EXPECT_EQ(patch("appointments(" + visit + ")", R"({"statecode":3,"statuscode":6})").status, 204);
  EXPECT_EQ(patch("appointments(" + visit + ")", R"({"statecode":1,"statuscode":5})").code(), "0x80048408");
  EXPECT_EQ(post("annotations", R"({"subject":"n","objectid_appointment@odata.bind":"/appointments()" + visit + ")\"}").status, 204);
  EXPECT_EQ(remove("accounts(" + id + ")").status, 204);
  EXPECT_EQ(get("appointments(" + visit + ")").status, 404);
}

// fact: §9.1 [I]
TEST_F(OtherClients, TheOptionsOfAColumnHaveAnAddressOfTheirOwn) {
  std::string column = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='accountcategorycode')";
  std::string cast = column + "/Microsoft.Dynamics.CRM.PicklistAttributeMetadata";
  Answer options = get(cast + "/OptionSet?$select=Options");
  EXPECT_EQ(options.at("/Options/0/Value"), "1");
  EXPECT_EQ(options.at("/OptionSetType"), "absent");
  EXPECT_EQ(get(cast + "/GlobalOptionSet").status, 204);  // it has options of its own
  EXPECT_EQ(get(column + "/OptionSet").status, 404);      // only of the type that has one
  EXPECT_EQ(get(cast + "/Attributes").status, 404);
}

// fact: §1.3
TEST_F(OtherClients, TheServiceDocumentTellsFunctionsActionsAndThatUsersArePrincipals) {
  std::string xml = get("$metadata").text;
  auto tells = [&](const std::string& part) { return xml.find(part) != std::string::npos; };
  EXPECT_TRUE(tells(R"x(<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false"/></Function>)x"));
  EXPECT_TRUE(tells(R"x(<FunctionImport Name="WhoAmI" Function="Microsoft.Dynamics.CRM.WhoAmI"/>)x"));
  EXPECT_TRUE(tells(R"x(<ActionImport Name="CloseIncident" Action="Microsoft.Dynamics.CRM.CloseIncident"/>)x"));
  EXPECT_TRUE(tells(R"x(<Action Name="CreateMultiple" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.account)" Nullable="false"/>)x"));
  EXPECT_FALSE(tells(R"x(<Parameter Name="entityset" Type="Collection(mscrm.annotation)")x"));  // it has none of them
  EXPECT_TRUE(tells(R"x(<EntityType Name="systemuser" BaseType="mscrm.principal"><Property)x"));
  EXPECT_TRUE(
      tells(R"x(<NavigationProperty Name="ownerid" Type="mscrm.principal"><ReferentialConstraint Property="_ownerid_value" ReferencedProperty="ownerid"/>)x"));
}

// fact: §5.2 [D]
TEST_F(OtherClients, WhatEveryOrganisationHasButNotThisOneIsSaidNotToBeServed) {
  std::string user = "systemusers(" + get("WhoAmI").at("/UserId") + ")";
  for (const std::string& path : {std::string("queues"), std::string("roles?$top=1"), std::string("RetrieveCurrentOrganization(AccessType='Default')"),
                                  user + "/systemuserroles_association", user + "?$expand=systemuserroles_association($select=name)"}) {
    Answer answer = get(path);
    EXPECT_EQ(answer.status, 501) << path;
    EXPECT_EQ(answer.code(), "0x80040219") << path;
  }
  EXPECT_EQ(post("GrantAccess", "{}").status, 501);
  EXPECT_EQ(get("accounts(" + account() + ")/Microsoft.Dynamics.CRM.CalculateRollupField(FieldName='x')").status, 501);
  EXPECT_EQ(get("accounts?$filter=Microsoft.Dynamics.CRM.ThisFiscalYear(PropertyName='createdon')").status, 501);
  EXPECT_EQ(get("accounts?$filter=Microsoft.Dynamics.CRM.ThisDecade(PropertyName='createdon')").status, 400);
  EXPECT_EQ(get("leads").status, 404);  // of an application that need not be installed
}

// fact: §1.3
// The vendor's page on client errors.
TEST_F(OtherClients, AFunctionOrAnActionIsNoResourceToAnotherVerb) {
  for (const char* path : {"WhoAmI", "RetrieveVersion()", "IsValidStateTransition()", "RetrieveTotalRecordCount(EntityNames=['account'])"}) {
    Answer answer = post(path, "{}");
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.code(), "");
    EXPECT_EQ(answer.message(), "No HTTP resource was found that matches the request URI '" + std::string(kOrigin) + kApi + path + "'.");
  }
  for (const char* path : {"CloseIncident", "Merge", "Restore", "BulkDelete", "PublishAllXml"}) EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(write("PUT", "accounts", "{}").status, 405) << "a set is one";
}

// fact: §2.2, §2.10 [D]
TEST_F(OtherClients, WhatAHeaderAsksForInVainIsSaidNotToBeServed) {
  EXPECT_EQ(post("accounts", R"({"name":"A"})", prefer("respond-async")).code(), "0x80040219");
  EXPECT_EQ(post("accounts?partitionId=a", R"({"name":"A"})").status, 501);
  EXPECT_EQ(post("accounts", R"({"name":"A"})", {{"MSCRM.SolutionUniqueName", "contoso"}}).status, 501);
  EXPECT_EQ(get("accounts").rows(), 0u);
  EXPECT_EQ(post("accounts", R"({"name":"A"})", {{"MSCRM.SolutionUniqueName", "Default"}}).status, 204);
}

// fact: §2.12 switch: bare_line_feeds
TEST_F(OtherClients, ABatchMayHaveBareLineFeedsWhereSwitched) {
  std::string batch =
      "\n--b\nContent-Type: multipart/mixed;boundary=c\n\n--c\nContent-Type: application/http\nContent-Transfer-Encoding: binary\nContent-ID: 1\n\n"
      "POST http://127.0.0.1:8103/api/data/v9.2/contacts HTTP/1.1\nContent-Type: application/json\n\n{\"lastname\":\n\"Lee\"}\n\n--c--\n\n"
      "--b\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nGET /api/data/v9.2/contacts?$select=lastname HTTP/1.1\n\n\n--b--";
  http::Headers headers{{"Content-Type", "multipart/mixed;boundary=b"}};
  EXPECT_EQ(send("POST", "/api/data/v9.2/$batch", batch, headers).status, 400);
  control("POST", "settings", R"({"bare_line_feeds":true})");
  Answer answer = send("POST", "/api/data/v9.2/$batch", batch, headers);
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_NE(answer.text.find("\"lastname\":\"Lee\""), std::string::npos);
  std::string usual;
  for (char c : batch) usual += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(send("POST", "/api/data/v9.2/$batch", usual, headers).status, 200);
}

// fact: §1.1 [K]
TEST_F(OtherClients, TheSecretMayStandInTheHeaderOfTheTokenRequest) {
  std::string body = "grant_type=client_credentials&scope=" + percent_encode(std::string(kOrigin) + "/.default");
  auto ask = [&](const std::string& credentials) {
    access.clear();
    http::Headers headers{{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Basic " + to_base64(credentials)}};
    return send("POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token", body, headers);
  };
  EXPECT_EQ(ask("lockstep-client:lockstep-secret").at("/token_type"), "Bearer");
  EXPECT_EQ(ask("lockstep-client:lockstep%2Dsecret").status, 200);  // both halves are encoded as in a form
  EXPECT_EQ(ask("lockstep-client:wrong").at("/error"), "invalid_client");
  EXPECT_EQ(ask("lockstep-client").status, 400);
}

// fact: §1.1 [D]
TEST_F(OtherClients, OtherWaysToSignInAreSaidNotToBeServed) {
  access.clear();
  for (const char* path : {"oauth2/v2.0/devicecode", "oauth2/v2.0/authorize", "oauth2/authorize"}) {
    Answer answer = send("POST", std::string("/contoso.onmicrosoft.com/") + path);
    EXPECT_EQ(answer.status, 501) << path;
    EXPECT_NE(answer.at("/error_description").find("client credentials"), std::string::npos) << path;
  }
  EXPECT_EQ(send("GET", "/contoso.onmicrosoft.com/discovery/v2.0/keys").at("/keys"), "[]");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
