#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

using Rows = Dynamics365Test;

// fact: §1.1
TEST_F(Rows, TokenHasTheDocumentedShape) {
  Answer answer = token("lockstep-client", "lockstep-secret");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at("/token_type"), "Bearer");
  EXPECT_EQ(answer.at("/expires_in"), "3599");
  EXPECT_EQ(answer.at("/refresh_token"), "absent");  // none for client credentials
}

// fact: §1.1 [K]
TEST_F(Rows, WrongSecretIsInvalidClient) {
  Answer answer = token("lockstep-client", "nope");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.at("/error"), "invalid_client");
  EXPECT_TRUE(answer.at("/error_description").starts_with("AADSTS7000215:"));
}

// fact: §1.1 [K]
TEST_F(Rows, UnknownClientIsUnauthorized) { EXPECT_EQ(token("who", "x").at("/error"), "unauthorized_client"); }

// fact: §1.2
TEST_F(Rows, ExpiredTokenIsChallengedWithoutBody) {
  advance(std::chrono::hours(2));
  Answer answer = get("WhoAmI");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.text, "");
  EXPECT_EQ(answer.header("WWW-Authenticate"),
            "Bearer authorization_uri=http://127.0.0.1:8103/contoso.onmicrosoft.com/oauth2/authorize, "
            "resource_id=http://127.0.0.1:8103/");
}

// fact: §1.3 [M]
TEST_F(Rows, WhoAmIWorksWithAndWithoutParentheses) {
  EXPECT_EQ(get("WhoAmI()").at("/UserId").size(), 36u);
  Answer answer = get("WhoAmI");
  EXPECT_EQ(answer.at("/OrganizationId").size(), 36u);
  EXPECT_NE(answer.header("x-ms-dop-hint"), "");
}

// fact: §2.3
TEST_F(Rows, CreateAnswers204WithTheEntityId) {
  Answer answer = post("accounts", R"({"name":"Contoso"})");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.text, "");
  EXPECT_TRUE(answer.header("OData-EntityId").starts_with("http://127.0.0.1:8103/api/data/v9.2/accounts("));
}

// fact: §2.3
TEST_F(Rows, CreateWithRepresentationAnswers201AndTheKeyUnasked) {
  Answer answer = post("accounts?$select=name", R"({"name":"Contoso"})", representation());
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Preference-Applied"), "return=representation");
  EXPECT_EQ(answer.at("/name"), "Contoso");
  EXPECT_EQ(answer.at("/accountid").size(), 36u);
  EXPECT_EQ(answer.at("/@odata.etag"), answer.header("ETag"));
  EXPECT_EQ(answer.at("/@odata.context"), "http://127.0.0.1:8103/api/data/v9.2/$metadata#accounts(name)/$entity");
  EXPECT_EQ(answer.at("/telephone1"), "absent");
}

// fact: §2.3
TEST_F(Rows, ClientChosenKeyInTheBodyTakenOnceOnly) {
  std::string body = std::string(R"({"name":"A","accountid":")") + kG1 + "\"}";
  EXPECT_EQ(post("accounts", body).status, 204);
  Answer again = post("accounts", body);
  EXPECT_EQ(again.status, 412);
  EXPECT_EQ(again.code(), "0x80040237");
}

// fact: §2.6
TEST_F(Rows, PatchIfNoneMatchStarCreatesOnlyOnce) {
  std::string path = std::string("contacts(") + kG1 + ")";
  http::Headers once{{"If-None-Match", "*"}};
  EXPECT_EQ(patch(path, R"({"lastname":"Lee"})", once).status, 204);
  Answer again = patch(path, R"({"lastname":"Lee"})", once);
  EXPECT_EQ(again.status, 412);
  EXPECT_EQ(again.message(), "A record with matching key values already exists.");
}

// fact: §2.5
TEST_F(Rows, PatchWithoutConditionIsAnUpsertThatRevivesDeletedRows) {
  std::string path = std::string("contacts(") + kG1 + ")";
  EXPECT_EQ(patch(path, R"({"lastname":"Lee","firstname":"Ann"})", representation()).status, 201);
  EXPECT_EQ(patch(path, R"({"firstname":"Bo"})", representation()).status, 200);
  EXPECT_EQ(remove(path).status, 204);
  EXPECT_EQ(get(path).status, 404);
  Answer anew = patch(path, R"({"lastname":"Neu"})", representation());
  EXPECT_EQ(anew.status, 201);
  EXPECT_EQ(anew.at("/contactid"), kG1);
  EXPECT_EQ(anew.at("/firstname"), "null");  // another record, not the old one restored
}

// fact: §2.6
TEST_F(Rows, PatchIfMatchStarNeverCreates) {
  Answer answer = patch(std::string("contacts(") + kG1 + ")", R"({"lastname":"Lee"})", {{"If-Match", "*"}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.code(), "0x80040217");
  EXPECT_EQ(answer.message(), std::string("contact With Id = ") + kG1 + " Does Not Exist");
}

// fact: §2.6 [?] switch: stale_version_code
TEST_F(Rows, StaleEtagIsRefusedAndTheRightOneTaken) {
  std::string path = "contacts(" + contact() + ")";
  std::string etag = get(path).header("ETag");
  EXPECT_EQ(patch(path, R"({"firstname":"A"})", {{"If-Match", etag}}).status, 204);
  Answer stale = patch(path, R"({"firstname":"B"})", {{"If-Match", etag}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.code(), "0x80060882");
  EXPECT_EQ(remove(path, {{"If-Match", etag}}).status, 412);
  EXPECT_EQ(get(path).at("/firstname"), "A");
  control("POST", "settings", R"({"stale_version_code":""})");
  EXPECT_EQ(remove(path, {{"If-Match", etag}}).code(), "");
}

// fact: §2.6
TEST_F(Rows, GetIfNoneMatchAnswers304AndNullIsNoCondition) {
  std::string path = "contacts(" + contact() + ")";
  std::string etag = get(path).header("ETag");
  Answer same = get(path, {{"If-None-Match", etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.text, "");
  EXPECT_EQ(get(path, {{"If-None-Match", "null"}}).status, 200);
  EXPECT_EQ(patch(path, R"({"firstname":"A"})", {{"If-None-Match", "null"}}).status, 204);
}

// fact: §2.6
TEST_F(Rows, EtagIsTheVersionNumberAndGrowsWithEveryWrite) {
  std::string path = "contacts(" + contact() + ")";
  Answer before = get(path);
  patch(path, R"({"lastname":"Lee"})");  // equal values count as a write
  Answer after = get(path);
  EXPECT_EQ(after.header("ETag"), "W/\"" + after.at("/versionnumber") + "\"");
  EXPECT_LT(std::stoll(before.at("/versionnumber")), std::stoll(after.at("/versionnumber")));
}

// fact: §2.7
TEST_F(Rows, DeleteTwiceIs404) {
  std::string path = "contacts(" + contact() + ")";
  EXPECT_EQ(remove(path).status, 204);
  EXPECT_EQ(remove(path).status, 404);
}

// fact: §2.6
TEST_F(Rows, AlternateKeyUpsertEchoesTheKeyForm) {
  Answer created = patch("contacts(lockstep_id='A-1')", R"({"lastname":"Lee"})");
  EXPECT_EQ(created.status, 204);
  EXPECT_EQ(created.header("OData-EntityId"), "http://127.0.0.1:8103/api/data/v9.2/contacts(lockstep_id='A-1')");
  Answer read = get("contacts(lockstep_id='a-1')");  // the collation knows no case
  EXPECT_EQ(read.at("/lockstep_id"), "A-1");
  patch("contacts(lockstep_id='A-1')", R"({"lastname":"Other","lockstep_id":"B-2"})");
  read = get("contacts(lockstep_id='A-1')");
  EXPECT_EQ(read.at("/lastname"), "Other");
  EXPECT_EQ(read.at("/lockstep_id"), "A-1");  // on update key columns in the body are dropped
}

// fact: §2.6
TEST_F(Rows, AlternateKeyOfTheBodyWinsOnCreate) {
  patch("contacts(lockstep_id='A-1')", R"({"lastname":"Lee","lockstep_id":"B-2"})");
  EXPECT_EQ(get("contacts(lockstep_id='B-2')").status, 200);
  Answer missing = get("contacts(lockstep_id='A-1')");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.code(), "0x80060891");
}

// fact: §2.4 [?] switch: parser_code
TEST_F(Rows, UnknownAlternateKeyIsRefused) {
  Answer answer = get("accounts(accountnumber='C-1')");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "0x80060888");
  control("POST", "settings", R"({"parser_code":"0x0"})");
  EXPECT_EQ(get("accounts(accountnumber='C-1')").code(), "0x0");
  EXPECT_TRUE(answer.message().starts_with("The key in the request URI is not valid for resource"));
}

// fact: §5.1 [?], §2.13 switch: parser_code
TEST_F(Rows, AUrlThatCannotBeReadHasOneCodeOrNone) {
  for (const char* query : {"accounts?$select=Name", "accounts?$filter=shoesize%20eq%209", "accounts?$skip=1",
                            "accounts('"
                            "x')"})
    EXPECT_EQ(get(query).code(), "0x80060888") << query;
  control("POST", "settings", R"({"parser_code":"0x0"})");
  Answer answer = get("accounts?$select=Name");
  EXPECT_EQ(answer.code(), "0x0");
  EXPECT_EQ(answer.message(), "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'.");
  EXPECT_EQ(get("contactz").code(), "0x8006088a") << "a segment has its own";
}

// fact: §5.3 [I] switch: invalid_property_code
TEST_F(Rows, ABodyWithAPropertyOfNoTableIsRefused) {
  Answer answer = post("accounts", R"({"Name":"A"})");
  EXPECT_EQ(answer.code(), "0x80048d19");
  EXPECT_NE(answer.message().find("Invalid property 'Name' was found in entity 'Microsoft.Dynamics.CRM.account'"), std::string::npos);
  control("POST", "settings", R"({"invalid_property_code":"0x0"})");
  answer = post("accounts", R"({"Name":"A"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "0x0");
  EXPECT_TRUE(answer.message().starts_with("An error occurred while validating input parameters: Microsoft.Crm.CrmException: Invalid property 'Name'"));
  EXPECT_EQ(get("accounts").rows(), 0u);
}

// fact: §2.3 [?], §2.5 [?] switch: entity_id_beside_row
TEST_F(Rows, ARowThatIsShownComesWithoutItsAddressUnlessSwitched) {
  Answer made = post("accounts", R"({"name":"A"})", representation());
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.header("OData-EntityId") + made.header("Location"), "");
  std::string path = "accounts(" + made.at("/accountid") + ")";
  EXPECT_EQ(patch(path, R"({"fax":"1"})", representation()).header("OData-EntityId"), "");
  EXPECT_EQ(patch(path, R"({"fax":"2"})").header("OData-EntityId"), std::string(kOrigin) + kApi + path) << "without the row the address is all";
  control("POST", "settings", R"({"entity_id_beside_row":true})");
  EXPECT_EQ(patch(path, R"({"fax":"3"})", representation()).header("OData-EntityId"), std::string(kOrigin) + kApi + path);
  made = post("accounts", R"({"name":"B"})", representation());
  EXPECT_EQ(made.header("OData-EntityId"), std::string(kOrigin) + kApi + "accounts(" + made.at("/accountid") + ")");
  EXPECT_EQ(made.header("Location"), made.header("OData-EntityId"));
}

// fact: §7.7 [I]
TEST_F(Rows, AlternateKeyValuesWithSlashOrPlusFailEvenEncoded) {
  EXPECT_EQ(get("contacts(lockstep_id='A%2F1')").status, 400);
  EXPECT_EQ(get("contacts(lockstep_id='A%2B1')").status, 400);
}

// fact: §2.4 [I]
TEST_F(Rows, QuotedGuidIsASyntaxError) {
  Answer answer = get(std::string("contacts('") + kG1 + "')");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(), "Error in query syntax.");
}

// fact: §5.3
TEST_F(Rows, DuplicateKeyAnswers412WithTheOtherRow) {
  std::string other = make("contacts", R"({"lastname":"Lee","lockstep_id":"A-1"})");
  Answer answer = post("contacts", R"({"lastname":"Lee","lockstep_id":"a-1"})");
  EXPECT_EQ(answer.status, 412);
  EXPECT_EQ(answer.code(), "0x80060892");
  EXPECT_NE(answer.message().find("<Id>" + other + "</Id>"), std::string::npos);
}

// fact: §2.6 [D]
TEST_F(Rows, KeyOfADeletedRowIsFreeAgain) {
  std::string id = make("contacts", R"({"lastname":"Lee","lockstep_id":"A-1"})");
  remove("contacts(" + id + ")");
  EXPECT_EQ(post("contacts", R"({"lastname":"Lee","lockstep_id":"A-1"})").status, 204);
}

// fact: §2.5
TEST_F(Rows, SinglePropertyReadWrittenAndDeleted) {
  std::string path = "accounts(" + account() + ")";
  EXPECT_EQ(get(path + "/name").at("/value"), "Contoso");
  EXPECT_EQ(get(path + "/name/$value").text, "Contoso");
  EXPECT_EQ(get(path + "/fax").status, 204);
  EXPECT_EQ(write("PUT", path + "/fax", R"({"value":"1"})").status, 204);
  EXPECT_EQ(get(path + "/fax").at("/value"), "1");
  EXPECT_EQ(remove(path + "/fax").status, 204);
  EXPECT_EQ(get(path).at("/fax"), "null");
}

// fact: §2.8
TEST_F(Rows, LookupReferencesAreSetReadAndCleared) {
  std::string a = account(), c = contact();
  std::string path = "accounts(" + a + ")/primarycontactid/$ref";
  EXPECT_EQ(get(path).status, 204);
  EXPECT_EQ(write("PUT", path, R"({"@odata.id":"http://127.0.0.1:8103/api/data/v9.2/contacts()" + c + ")\"}").status, 204);
  EXPECT_EQ(get(path).at("/@odata.id"), "http://127.0.0.1:8103/api/data/v9.2/contacts(" + c + ")");
  EXPECT_EQ(remove(path).status, 204);
  EXPECT_EQ(get("accounts(" + a + ")").at("/_primarycontactid_value"), "null");
}

// fact: §1.4 [I]
TEST_F(Rows, UnknownTableIsA404Segment) {
  Answer answer = get("widgets");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.message(), "Resource not found for the segment 'widgets'.");
}

// fact: §2.1
TEST_F(Rows, EveryAnswerCarriesARequestIdAndTheVersion) {
  Answer answer = get("contacts");
  EXPECT_EQ(answer.header("x-ms-service-request-id").size(), 36u);
  EXPECT_EQ(answer.header("OData-Version"), "4.0");
  EXPECT_TRUE(answer.header("Content-Type").starts_with("application/json; odata.metadata=minimal"));
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
