#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Links : public Dynamics365Test {
 protected:
  static std::string bind(const std::string& navigation, const std::string& set, const std::string& id) {
    return "\"" + navigation + "@odata.bind\":\"/" + set + "(" + id + ")\"";
  }
};

// fact: §2.8
TEST_F(Links, BindByIdKeyAndAbsoluteUrl) {
  std::string a = make("accounts", R"({"name":"A","lockstep_id":"A-1"})");
  std::string row = "accounts(" + a + ")";
  for (const std::string& url : {"/" + row, row, std::string("/accounts(lockstep_id='A-1')"), kOrigin + ("/api/data/v9.2/" + row)}) {
    Answer answer = post("contacts", R"({"lastname":"L","parentcustomerid_account@odata.bind":")" + url + "\"}", representation());
    EXPECT_EQ(answer.at("/_parentcustomerid_value"), a) << url << answer.text;
  }
}

// fact: §2.8
TEST_F(Links, MissingTargetNamesTheTarget) {
  Answer answer = post("contacts", "{\"lastname\":\"L\"," + bind("parentcustomerid_account", "accounts", kG1) + "}");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.code(), "0x80040217");
  EXPECT_EQ(answer.message(), std::string("account With Id = ") + kG1 + " Does Not Exist");
  Answer by_key = post("contacts", R"x({"lastname":"L","parentcustomerid_account@odata.bind":"/accounts(lockstep_id='no')"})x");
  EXPECT_EQ(by_key.code(), "0x80060891");
}

// fact: §7.4 [I]
TEST_F(Links, NavigationNamesAreCaseSensitiveAndNeedTheTarget) {
  std::string a = account();
  for (const char* name : {"ParentCustomerId_account", "parentcustomerid", "objectid_account"}) {
    Answer answer = post("contacts", "{\"lastname\":\"L\"," + bind(name, "accounts", a) + "}");
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.message().find("An undeclared property '" + std::string(name) +
                                    "' which only has property "
                                    "annotations"),
              std::string::npos)
        << answer.text;
  }
}

// fact: §2.8
TEST_F(Links, ValuePropertyIsNotWritable) {
  Answer answer = post("contacts", std::string(R"({"lastname":"L","_parentcustomerid_value":")") + kG1 + "\"}");
  EXPECT_EQ(answer.status, 400);
}

// fact: §2.8 [D]
TEST_F(Links, BindingTheWrongTableIsRefused) {
  EXPECT_EQ(post("contacts", "{\"lastname\":\"L\"," + bind("parentcustomerid_account", "contacts", contact()) + "}").status, 400);
}

// fact: §6.2
TEST_F(Links, LookupLogicalNameTellsThePolymorphicTarget) {
  std::string c = contact();
  std::string id = make("incidents", "{\"title\":\"T\"," + bind("customerid_contact", "contacts", c) + "}");
  Answer answer = get("incidents(" + id + ")?$select=_customerid_value", prefer("odata.include-annotations=\"Microsoft.Dynamics.CRM.lookuplogicalname\""));
  EXPECT_EQ(answer.at("/_customerid_value"), c);
  EXPECT_EQ(answer.at("/_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"), "contact");
  EXPECT_EQ(answer.text.find("FormattedValue"), std::string::npos);
}

// fact: §6.2
TEST_F(Links, AllAnnotationsBringLabelsAndNavigation) {
  Answer answer = get("incidents(" + incident(account()) + ")", prefer("odata.include-annotations=\"*\""));
  EXPECT_EQ(answer.at("/statecode@OData.Community.Display.V1.FormattedValue"), "Active");
  EXPECT_EQ(answer.at("/_customerid_value@OData.Community.Display.V1.FormattedValue"), "Contoso");
  EXPECT_EQ(answer.at("/_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"), "customerid_account");
  EXPECT_EQ(answer.at("/createdon@OData.Community.Display.V1.FormattedValue"), "11/18/2026 11:06 AM");
}

// fact: §6.4 [?] switch: null_clears_any_target
TEST_F(Links, ClearingThroughTheOtherTargetsNameDoesNothing) {
  std::string id = make("contacts", "{\"lastname\":\"L\"," + bind("parentcustomerid_account", "accounts", account()) + "}");
  patch("contacts(" + id + ")", R"({"parentcustomerid_contact@odata.bind":null})");
  EXPECT_NE(get("contacts(" + id + ")").at("/_parentcustomerid_value"), "null");
  patch("contacts(" + id + ")", R"({"parentcustomerid_account@odata.bind":null})");
  EXPECT_EQ(get("contacts(" + id + ")").at("/_parentcustomerid_value"), "null");
  patch("contacts(" + id + ")", "{" + bind("parentcustomerid_account", "accounts", account()) + "}");
  control("POST", "settings", R"({"null_clears_any_target":true})");
  patch("contacts(" + id + ")", R"({"parentcustomerid_contact@odata.bind":null})");
  EXPECT_EQ(get("contacts(" + id + ")").at("/_parentcustomerid_value"), "null");
}

// fact: §6.4
TEST_F(Links, CustomerOfACaseIsRequiredAndNeverCleared) {
  EXPECT_EQ(post("incidents", R"({"title":"T"})").code(), "0x80040200");
  std::string id = incident(account());
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"customerid_account@odata.bind":null})").code(), "0x80040200");
}

// fact: §6.4
TEST_F(Links, CustomerMovesFromAccountToContact) {
  std::string id = incident(account()), c = contact();
  Answer answer = patch("incidents(" + id + ")", "{" + bind("customerid_contact", "contacts", c) + "}", representation());
  EXPECT_EQ(answer.at("/_customerid_value"), c);
  EXPECT_EQ(answer.at("/_contactid_value"), c);
  EXPECT_EQ(answer.at("/_accountid_value"), "null");
}

// fact: §6.7
TEST_F(Links, OwnerIsTheCallerUnlessAssigned) {
  std::string user = get("WhoAmI").at("/UserId");
  std::string path = "contacts(" + contact() + ")";
  EXPECT_EQ(get(path).at("/_ownerid_value"), user);
  person("create", "contact", "", R"({"lastname":"P"})");
  std::string ann = get("systemusers?$filter=fullname%20eq%20'Ann'").at("/value/0/systemuserid");
  EXPECT_EQ(patch(path, "{" + bind("ownerid", "systemusers", ann) + "}").status, 204);
  EXPECT_EQ(get(path).at("/_ownerid_value"), ann);
}

// fact: §2.14
TEST_F(Links, ActivityPartiesAreWrittenWithTheActivityAndExpanded) {
  control("POST", "settings", R"({"unresolved_parties":true})");
  std::string c = contact();
  std::string id = make("emails", R"({"subject":"s","email_activity_parties":[{"partyid_contact@odata.bind":"/contacts()" + c +
                                      R"x()","participationtypemask":2},{"addressused":"a@b.c","participationtypemask":3}]})x");
  Answer answer = get("emails(" + id +
                      ")?$select=subject&$expand=email_activity_parties($select=_partyid_value,"
                      "addressused,participationtypemask)");
  ASSERT_EQ(answer.body.at("email_activity_parties").as_array().size(), 2u) << answer.text;
  EXPECT_EQ(answer.at("/email_activity_parties/0/_partyid_value"), c);
  EXPECT_EQ(answer.at("/email_activity_parties/1/addressused"), "a@b.c");
  EXPECT_EQ(write("PUT", "emails(" + id + ")/email_activity_parties", R"({"value":[]})").status, 204);
  EXPECT_EQ(get("activityparties?$filter=_activityid_value%20eq%20" + id).rows(), 0u);
}

// fact: §2.14 [D]
TEST_F(Links, PartyWithoutMaskIsRefusedAndNothingIsWritten) {
  EXPECT_EQ(post("emails", R"({"subject":"s","email_activity_parties":[{"addressused":"a@b.c"}]})").status, 400);
  EXPECT_EQ(get("emails").rows(), 0u);
}

// fact: §2.13
TEST_F(Links, ExpandOfALookupShowsTheRelatedRow) {
  std::string a = account();
  std::string id = make("contacts", "{\"lastname\":\"L\"," + bind("parentcustomerid_account", "accounts", a) + "}");
  Answer answer = get("contacts(" + id + ")?$select=lastname&$expand=parentcustomerid_account($select=name)");
  EXPECT_EQ(answer.at("/parentcustomerid_account/name"), "Contoso");
}

// fact: §2.7
TEST_F(Links, DeletingAnAccountDeletesItsCasesNotesAndActivities) {
  std::string a = account(), other = account("Other");
  std::string i = incident(a), kept = incident(other);
  make("phonecalls", "{\"subject\":\"s\"," + bind("regardingobjectid_account_phonecall", "accounts", a) + "}");
  make("annotations", "{\"subject\":\"s\",\"notetext\":\"n\"," + bind("objectid_incident", "incidents", i) + "}");
  make("contacts", "{\"lastname\":\"L\"," + bind("parentcustomerid_account", "accounts", a) + "}");
  EXPECT_EQ(remove("accounts(" + a + ")").status, 204);
  EXPECT_EQ(get("incidents").rows(), 1u);
  EXPECT_EQ(get("incidents").at("/value/0/incidentid"), kept);
  for (const char* set : {"phonecalls", "annotations", "contacts"}) EXPECT_EQ(get(set).rows(), 0u) << set;
}

// fact: §2.7
TEST_F(Links, DeletingAPrimaryContactOnlyRemovesTheLink) {
  std::string c = contact();
  std::string a = make("accounts", "{\"name\":\"A\"," + bind("primarycontactid", "contacts", c) + "}");
  remove("contacts(" + c + ")");
  EXPECT_EQ(get("accounts(" + a + ")").at("/_primarycontactid_value"), "null");
}

// fact: §2.7 [D]
TEST_F(Links, CircularParentsDeleteWithoutEnd) {
  std::string a = contact("A");
  std::string b = make("contacts", "{\"lastname\":\"B\"," + bind("parentcustomerid_contact", "contacts", a) + "}");
  patch("contacts(" + a + ")", "{" + bind("parentcustomerid_contact", "contacts", b) + "}");
  EXPECT_EQ(remove("contacts(" + a + ")").status, 204);
  EXPECT_EQ(get("contacts").rows(), 0u);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
