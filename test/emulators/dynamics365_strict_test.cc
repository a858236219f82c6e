// What is refused though a careless client would send it, and what organisations may have or lack.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

using Audits = Dynamics365Test;

// fact: §3.2
TEST_F(Audits, NameWhatIsGoneWhereTheOrganisationKeepsThem) {
  std::string before = contact();
  remove("contacts(" + before + ")");
  EXPECT_EQ(get("audits").rows(), 0u);
  person("update", "organization", get("organizations").at("/value/0/organizationid"), R"({"isauditenabled":true})");
  std::string id = contact();
  patch("contacts(" + id + ")", R"({"fax":"1"})");
  remove("contacts(" + id + ")");
  Answer gone = get("audits?$select=operation,createdon,_objectid_value,objecttypecode,_userid_value&$filter=operation%20eq%203");
  ASSERT_EQ(gone.rows(), 1u);
  EXPECT_EQ(gone.at("/value/0/_objectid_value") + gone.at("/value/0/objecttypecode"), id + "contact");
  EXPECT_EQ(gone.at("/value/0/_userid_value"), get("WhoAmI").at("/UserId"));
  EXPECT_EQ(get("audits?$filter=_objectid_value%20eq%20" + id).rows(), 3u);
  EXPECT_EQ(post("audits", R"({"operation":3})").status, 400);
}

using Lacks = Dynamics365Test;

// fact: §2.6 [K] switch: unversioned
TEST_F(Lacks, AVersionIsComparedWhereTheTableAllowsIt) {
  std::string id = contact(), etag = get("contacts(" + id + ")").header("ETag");
  EXPECT_EQ(control("POST", "settings", R"({"unversioned":["contact"]})").status, 200);
  EXPECT_EQ(get("EntityDefinitions(LogicalName='contact')").at("/IsOptimisticConcurrencyEnabled"), "false");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"fax":"1"})", {{"If-Match", etag}}).code(), "0x8006088d");
  EXPECT_EQ(remove("contacts(" + id + ")", {{"If-Match", etag}}).code(), "0x8006088d");
  EXPECT_EQ(get("contacts(" + id + ")", {{"If-None-Match", etag}}).status, 200);
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"fax":"1"})", {{"If-Match", "*"}}).status, 204);
  control("POST", "settings", R"({"unversioned":[]})");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"fax":"2"})", {{"If-Match", etag}}).code(), "0x80060882");
}

// fact: §3.1 switch: untracked
TEST_F(Lacks, ATableMayTrackNoChanges) {
  EXPECT_EQ(control("POST", "settings", R"({"untracked":["contact"]})").status, 200);
  EXPECT_EQ(get("EntityDefinitions?$select=LogicalName&$filter=ChangeTrackingEnabled%20eq%20true%20and%20LogicalName%20eq%20'contact'").rows(), 0u);
  EXPECT_EQ(get("contacts?$select=fullname", prefer("odata.track-changes")).status, 400);
  EXPECT_EQ(get("accounts?$select=name", prefer("odata.track-changes")).status, 200);
  EXPECT_EQ(control("POST", "settings", R"({"untracked":["activityparty"]})").status, 400) << "it never did";
}

// fact: §2.14 [K] switch: unresolved_parties
TEST_F(Lacks, ABareAddressIsNoParticipantUnlessTheOrganisationAllowsIt) {
  std::string mail = R"({"subject":"s","email_activity_parties":[{"addressused":"a@b.c","participationtypemask":2}]})";
  EXPECT_EQ(post("emails", mail).status, 400);
  EXPECT_EQ(get("emails").rows(), 0u);
  control("POST", "settings", R"({"unresolved_parties":true})");
  EXPECT_EQ(post("emails", mail).status, 204);
}

using Bodies = Dynamics365Test;

// fact: §9.4 [K] switch: repeated_members
TEST_F(Bodies, NameEachMemberOnce) {
  Answer twice = post("contacts", R"({"lastname":"L","fax":"1","fax":"2"})");
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(twice.code(), "0x80048d19");
  EXPECT_NE(twice.message().find("'fax'"), std::string::npos) << twice.text;
  EXPECT_EQ(post("accounts", R"({"name":"A","primarycontactid":{"lastname":"L","\u006castname":"M"}})").code(), "0x80048d19") << "however it is spelt";
  EXPECT_EQ(get("contacts").rows(), 0u);
  EXPECT_EQ(post("accounts", R"({"name":"A","primarycontactid":{"lastname":"name"}})").status, 204) << "within one object alone";
  control("POST", "settings", R"({"repeated_members":true})");
  EXPECT_EQ(get("contacts(" + make("contacts", R"({"lastname":"L","fax":"1","fax":"2"})") + ")").at("/fax"), "2");
}

using Closed = Dynamics365Test;

// fact: §6.3
TEST_F(Closed, AnActivityThatIsDoneKeepsItsParties) {
  std::string partner = contact();
  std::string id = make("phonecalls", R"({"subject":"s","phonecall_activity_parties":[{"partyid_contact@odata.bind":"/contacts()" + partner +
                                          R"x()","participationtypemask":2}]})x");
  patch("phonecalls(" + id + ")", R"({"statecode":1,"statuscode":2})");
  Answer answer = write("PUT", "phonecalls(" + id + ")/phonecall_activity_parties", R"({"value":[]})");
  EXPECT_EQ(answer.code(), "0x80040230");
  EXPECT_EQ(get("phonecalls(" + id + ")/phonecall_activity_parties").rows(), 1u);
}

// fact: §8
TEST_F(Closed, ANoteNeedsASubjectAsItsDefinitionSays) {
  EXPECT_EQ(post("annotations", R"({"notetext":"n"})").code(), "0x80040200");
  control("POST", "settings", R"({"application_required":false})");
  EXPECT_EQ(post("annotations", R"({"notetext":"n"})").status, 204);
}

// fact: §6.4
TEST_F(Closed, TheCustomerOfACaseIsAskedForByTheSystemItself) {
  control("POST", "settings", R"({"application_required":false})");
  std::string id = incident(account());
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"customerid_account@odata.bind":null})").code(), "0x80040200");
  EXPECT_EQ(post("incidents", R"({"title":"t"})").code(), "0x80040200");
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"title":null})").status, 204);
  std::string note = make("annotations", R"({"subject":"s"})");
  EXPECT_EQ(patch("annotations(" + note + ")", R"({"isdocument":null})").code(), "0x80040200") << "so is whether a note is a file";
  EXPECT_EQ(get("EntityDefinitions(LogicalName='annotation')/Attributes(LogicalName='isdocument')").at("/RequiredLevel/Value"), "SystemRequired");
}

using Strict = Dynamics365Test;

// fact: §2.4, §1.4 [I]
TEST_F(Strict, NothingStandsBehindAColumnButItsValue) {
  std::string firm = account(), id = make("contacts", R"({"lastname":"Lee","parentcustomerid_account@odata.bind":"/accounts()" + firm + ")\"}");
  for (const std::string path : {"lastname/foo", "lastname/$ref", "lastname/$value/x", "parentcustomerid_account/$ref/x", "parentcustomerid_account/name/x"})
    EXPECT_EQ(get("contacts(" + id + ")/" + path).code(), "0x8006088a") << path;
  EXPECT_EQ(get("accounts(" + firm + ")/contact_customer_accounts/$ref/x").status, 404);
  EXPECT_EQ(get("contacts(" + id + ")/lastname/$value").text, "Lee");
  EXPECT_EQ(get("contacts(" + id + ")/parentcustomerid_account/name/$value").text, "Contoso");
}

// fact: §2.13 [D]
TEST_F(Strict, OptionsOfCollectionsAreNotForOneRow) {
  std::string id = account();
  for (const char* option : {"$filter=name%20eq%20'A'", "$orderby=name", "$top=1", "$count=true"})
    EXPECT_EQ(get("accounts(" + id + ")?" + option).code(), "0x80060888") << option;
  EXPECT_EQ(get("accounts?$count=perhaps").status, 400);
  EXPECT_EQ(get("accounts(" + id + ")?$select=name").status, 200);
}

// fact: §2.13 [D] switch: larger_tops_cut
TEST_F(Strict, NoMoreThan5000RowsAreAskedFor) {
  account();
  EXPECT_EQ(get("accounts?$top=5000").rows(), 1u);
  EXPECT_EQ(get("accounts?$top=5001").code(), "0x80060888");
  EXPECT_EQ(get("accounts?$expand=contact_customer_accounts($top=5001)").code(), "0x80060888");
  EXPECT_EQ(get("accounts", prefer("odata.maxpagesize=5001")).header("Preference-Applied"), "odata.maxpagesize=5000") << "a preference is not refused";
  control("POST", "settings", R"({"larger_tops_cut":true})");
  EXPECT_EQ(get("accounts?$top=5001").rows(), 1u);
}

// fact: §2.8
TEST_F(Strict, AReferenceNamesItsRow) {
  std::string id = account();
  EXPECT_EQ(post("accounts(" + id + ")/contact_customer_accounts/$ref", "{}").code(), "0x80048d19");
  EXPECT_EQ(write("PUT", "accounts(" + id + ")/primarycontactid/$ref", "{}").code(), "0x80048d19");
}

// fact: §1.4 [K]
TEST_F(Strict, DefinitionsAreSelectedFilteredAndExpandedAlone) {
  for (const char* option : {"$top=1", "$orderby=LogicalName", "$count=true", "$skip=1"})
    EXPECT_EQ(get("EntityDefinitions?" + std::string(option)).status, 400) << option;
  EXPECT_EQ(get("EntityDefinitions?$select=LogicalName").status, 200);
}

// fact: §6.10 [?], §2.8 [?] switch: read_only_passed_over
TEST_F(Strict, ReadOnlyColumnsAreRefusedOrChangeNothing) {
  std::string id = contact(), version = get("contacts(" + id + ")").at("/versionnumber");
  for (const char* column : {R"({"fullname":"x"})", R"({"createdon":"2020-01-01T00:00:00Z"})", R"({"versionnumber":1})"}) {
    EXPECT_EQ(patch("contacts(" + id + ")", column).code(), "0x80048d19") << column;
    EXPECT_EQ(post("contacts", column).code(), "0x80048d19") << column;
  }
  EXPECT_EQ(get("contacts(" + id + ")").at("/versionnumber"), version);
  EXPECT_EQ(get("contacts").rows(), 1u);
  control("POST", "settings", R"({"read_only_passed_over":true})");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"fullname":"x","fax":"1"})").status, 204);
  EXPECT_EQ(get("contacts(" + id + ")").at("/fullname") + get("contacts(" + id + ")").at("/fax"), "Lee1");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"_parentcustomerid_value":null})").code(), "0x80048d19") << "such a one never";
}

// fact: §2.5, §6.10
TEST_F(Strict, AColumnThatCannotBeWrittenIsNoTargetOfItsOwnWrite) {
  std::string id = contact();
  EXPECT_EQ(write("PUT", "contacts(" + id + ")/fullname", R"({"value":"x"})").status, 400);
  EXPECT_EQ(remove("contacts(" + id + ")/contactid").status, 400);
  EXPECT_EQ(remove("contacts(" + id + ")/createdon").status, 400);
}

// fact: §6.8
TEST_F(Strict, AFileWithinARowIsBase64) {
  EXPECT_EQ(post("annotations", R"({"subject":"s","isdocument":true,"filename":"a","documentbody":"???"})").code(), "0x80048d19");
  EXPECT_EQ(post("annotations", R"({"subject":"s","isdocument":true,"filename":"a","documentbody":"SGVsbG8="})").status, 204);
}

// fact: §6.7 [K]
TEST_F(Strict, ARowAlwaysHasAnOwner) {
  std::string id = contact();
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"ownerid@odata.bind":null})").code(), "0x80040200");
  EXPECT_EQ(remove("contacts(" + id + ")/ownerid/$ref").code(), "0x80040200");
  EXPECT_EQ(get("contacts(" + id + ")").at("/_ownerid_value"), get("WhoAmI").at("/UserId"));
}

// fact: §6.1
TEST_F(Closed, AnInstantIsWrittenAsODataWritesIt) {
  EXPECT_EQ(post("tasks", R"({"subject":"s","scheduledend":"2026-01-02 10:00:00Z"})").code(), "0x80048d19");
  EXPECT_EQ(post("tasks", R"({"subject":"s","scheduledend":"2026-01-02T10:00:00"})").code(), "0x80048d19");
  EXPECT_EQ(post("tasks", R"({"subject":"s","scheduledend":"2026-01-02T10:00:00+02:00Z"})").code(), "0x80048d19");
  EXPECT_EQ(get("tasks").rows(), 0u);
  std::string id = make("tasks", R"({"subject":"s","scheduledend":"2026-01-02T10:00:00+02:00"})");
  EXPECT_EQ(get("tasks(" + id + ")").at("/scheduledend"), "2026-01-02T08:00:00Z");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
