// Codes of the taxonomy, each by what causes it on the platform.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Codes : public SalesforceTest {
 protected:
  Answer control(const std::string& path, const json::object& body) { return api.send_json("POST", "/__emulator/" + path, body); }
  Answer change(const std::string& object, const std::string& id, const json::object& fields, const http::Headers& more = {}) {
    return api.send_json("PATCH", base + "/sobjects/" + object + "/" + id, fields, more);
  }
  Answer remove(const std::string& object, const std::string& id, const http::Headers& more = {}) {
    return api.send("DELETE", base + "/sobjects/" + object + "/" + id, "", more);
  }
  std::string me() { return text_at(api.get("/services/oauth2/userinfo").body, "/user_id"); }
};

// fact: §5.3 switch: api_access
TEST_F(Codes, AnOrgWhoseApiIsSwitchedOffAnswersNoCall) {
  for (const auto& [access, wanted] : {std::pair("disabled_for_org", "API_DISABLED_FOR_ORG"), std::pair("currently_disabled", "API_CURRENTLY_DISABLED")}) {
    set("api_access", access);
    Answer refused = api.get(base + "/sobjects");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(code(refused), wanted);
    EXPECT_NE(soap("<getServerTimestamp/>", session()).text.find(std::string("<faultcode>sf:") + wanted), std::string::npos);
    EXPECT_EQ(text_at(api.send("GET", "/services/async/60.0/job/750000000000001", "", {{"X-SFDC-Session", session()}, {"Accept", "application/json"}}).body,
                      "/exceptionCode"),
              "FeatureNotEnabled");
  }
  EXPECT_EQ(control("settings", {{"api_access", "perhaps"}}).status, 400);
  set("api_access", "enabled");
  EXPECT_EQ(api.get(base + "/sobjects").status, 200);
}

// fact: §5.3
TEST_F(Codes, AnApprovalOrAWorkflowHoldsARecordAlone) {
  std::string account = created_id("Account", {{"Name", "A"}});
  for (const auto& [by, wanted] : {std::pair("approval", "ENTITY_IS_LOCKED"), std::pair("workflow", "RECORD_IN_USE_BY_WORKFLOW")}) {
    EXPECT_EQ(control("lock", {{"id", account}, {"for", "30s"}, {"by", by}}).status, 200);
    Answer refused = change("Account", account, {{"Phone", "1"}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code(refused), wanted);
    EXPECT_EQ(code(remove("Account", account)), wanted);
    EXPECT_EQ(create("Contact", {{"LastName", "L"}, {"AccountId", account}}).status, 201) << "what hangs on it is not held";
    clock.advance(Duration(30'000));
    EXPECT_EQ(change("Account", account, {{"Phone", "1"}}).status, 204);
  }
  EXPECT_EQ(control("lock", {{"id", account}, {"for", "30s"}, {"by", "nobody"}}).status, 400);
}

// fact: §5.3, §5.1 [D]
TEST_F(Codes, ACallOfTenMinutesIsStopped) {
  control("faults", {{"name", "slow"}, {"delay_ms", 600'000}, {"count", 2}});
  Answer stopped = api.get(base + "/sobjects");
  EXPECT_EQ(stopped.status, 500);
  EXPECT_EQ(code(stopped), "REQUEST_RUNNING_TOO_LONG");
  EXPECT_NE(soap("<getServerTimestamp/>", session()).text.find("sf:REQUEST_RUNNING_TOO_LONG"), std::string::npos);
  EXPECT_EQ(api.get(base + "/sobjects").status, 200);
}

// fact: §5.3 switch: activity_names
TEST_F(Codes, AQueryOfActivitiesNamesSoManyPeopleAndThings) {
  set("activity_names", 2);
  for (int i = 0; i < 3; ++i) created_id("Task", {{"WhoId", created_id("Contact", {{"LastName", "L" + std::to_string(i)}})}});
  const std::string names = "SELECT Id, Who.Name FROM Task";
  Answer refused = query(names);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code(refused), "OPERATION_TOO_LARGE");
  EXPECT_EQ(query("SELECT Id, WhoId FROM Task").status, 200) << "nobody is named";
  EXPECT_EQ(query(names + " WHERE Who.Name < 'L2'").status, 200) << "narrowed";
}

// fact: §5.3, §2.4 [D] switch: failed_condition_is_error
TEST_F(Codes, AFailedConditionOfAWriteIs412OrACodeOfItsOwn) {
  std::string contact = created_id("Contact", {{"LastName", "L"}});
  http::Headers before{{"If-Unmodified-Since", "Mon, 02 Nov 2026 00:00:00 GMT"}};
  EXPECT_EQ(change("Contact", contact, {{"Title", "x"}}, before).status, 412);
  set("failed_condition_is_error", true);
  Answer refused = change("Contact", contact, {{"Title", "x"}}, before);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code(refused), "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE");
  EXPECT_EQ(api.send("GET", base + "/sobjects/Contact/" + contact, "", before).status, 412) << "of a read it stays";
}

// fact: §2.4 [D] switch: unsupported_conditions_refused
TEST_F(Codes, AConditionThatNobodyLooksAtIsRefused) {
  std::string account = created_id("Account", {{"Name", "A"}});
  http::Headers range{{"If-Range", "\"x\""}}, since{{"If-Unmodified-Since", "Mon, 02 Nov 2026 00:00:00 GMT"}};
  EXPECT_EQ(code(api.send("GET", base + "/sobjects/Account/" + account, "", range)), "INVALID_HEADER");
  EXPECT_EQ(code(change("Account", account, {{"Phone", "1"}}, range)), "INVALID_HEADER");
  EXPECT_EQ(code(api.send_json("POST", base + "/sobjects/Account", json::object{{"Name", "B"}}, range)), "INVALID_HEADER");
  EXPECT_EQ(remove("Account", account, since).status, 400) << "a delete knows no condition";
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Account/Lockstep_Id__c/1", "", since).status, 400);
  set("unsupported_conditions_refused", false);
  EXPECT_EQ(api.send("GET", base + "/sobjects/Account/" + account, "", range).status, 200);
  EXPECT_EQ(remove("Account", account, since).status, 204) << "passed over";
}

// fact: §5.3
TEST_F(Codes, AutomationFailsInWordsOfItsOwn) {
  for (const char* thrown : {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "APEX_ERROR", "TRANSACTION_HALTED"}) {
    control("trigger", {{"object", "Contact"}, {"field", "Title"}, {"equals", thrown}, {"code", thrown}, {"message", "thrown"}});
    Answer refused = create("Contact", {{"LastName", "L"}, {"Title", thrown}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code(refused), thrown);
  }
}

// fact: §5.3
TEST_F(Codes, ALookupFilterLetsCertainParentsIn) {
  std::string buyer = created_id("Contact", {{"LastName", "L"}, {"Title", "Buyer"}}), other = created_id("Contact", {{"LastName", "M"}});
  json::object filter{{"object", "Case"}, {"field", "ContactId"}, {"parent_field", "Title"}, {"equals", "Buyer"}};
  EXPECT_EQ(control("lookup_filter", filter).status, 200);
  Answer refused = create("Case", {{"ContactId", other}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code(refused), "FIELD_FILTER_VALIDATION_EXCEPTION");
  EXPECT_EQ(text_at(refused.body, "/0/fields/0"), "ContactId");
  std::string held = created_id("Case", {{"ContactId", buyer}});
  EXPECT_EQ(code(change("Case", held, {{"ContactId", other}})), "FIELD_FILTER_VALIDATION_EXCEPTION");
  for (const char* wrong : {"field", "parent_field"}) {
    filter[wrong] = "Subject";
    EXPECT_EQ(control("lookup_filter", filter).status, 400) << wrong;
  }
}

// fact: §5.3 switch: latin_1_texts
TEST_F(Codes, AnOldOrgKnowsItsOwnCharactersAlone) {
  EXPECT_EQ(create("Contact", {{"LastName", "Gagarin Гагарин"}}).status, 201);
  set("latin_1_texts", true);
  EXPECT_EQ(create("Contact", {{"LastName", "Ångström ÿ"}}).status, 201);
  for (const char* name : {"Гагарин", "€", "😀", "Ā"}) {
    Answer refused = create("Contact", {{"LastName", name}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(code(refused), "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET") << name;
  }
}

// fact: §5.3
TEST_F(Codes, ARecordThatIsSharedToBeReadIsNeitherWrittenNorHungOn) {
  std::string account = created_id("Account", {{"Name", "A"}});
  EXPECT_EQ(control("record_access", {{"object", "Account"}, {"id", account}, {"access", "read"}}).status, 200);
  EXPECT_EQ(code(change("Account", account, {{"Phone", "1"}})), "INSUFFICIENT_ACCESS_OR_READONLY");
  EXPECT_EQ(code(remove("Account", account)), "INSUFFICIENT_ACCESS_OR_READONLY");
  Answer hung = create("Contact", {{"LastName", "L"}, {"AccountId", account}});
  EXPECT_EQ(hung.status, 400);
  EXPECT_EQ(code(hung), "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY");
  EXPECT_EQ(read("Account", account).status, 200);
  EXPECT_EQ(edit({{"as", "Ann"}, {"operation", "update"}, {"object", "Account"}, {"id", account}, {"fields", {{"Phone", "2"}}}}).status, 200);
  control("record_access", {{"object", "Account"}, {"id", account}, {"access", "edit"}});
  EXPECT_EQ(change("Account", account, {{"Phone", "3"}}).status, 204);
}

// fact: §5.3
TEST_F(Codes, AnOwnerMayReadWhatHeOwns) {
  edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Account"}, {"fields", {{"Name", "A"}}}});
  std::string ann = text_at(query("SELECT OwnerId FROM Account").body, "/records/0/OwnerId");
  EXPECT_EQ(control("owner_access", {{"object", "Case"}, {"user", ann}, {"read", false}}).status, 200);
  Answer refused = create("Case", {{"OwnerId", ann}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code(refused), "TRANSFER_REQUIRES_READ");
  EXPECT_EQ(create("Account", {{"Name", "B"}, {"OwnerId", ann}}).status, 201);
  control("owner_access", {{"object", "Case"}, {"user", ann}, {"read", true}});
  EXPECT_EQ(create("Case", {{"OwnerId", ann}}).status, 201);
  EXPECT_EQ(control("owner_access", {{"object", "Case"}, {"user", "nobody"}, {"read", false}}).status, 400);
}

// fact: §5.3, §8.8 switch: manage_users
TEST_F(Codes, NamesOfUsersAreTakenOnceAndTheirPasswordsAreTheirOwn) {
  edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Account"}, {"fields", {{"Name", "A"}}}});
  std::string ann = text_at(query("SELECT OwnerId FROM Account").body, "/records/0/OwnerId");
  const std::string password = base + "/sobjects/User/" + ann + "/password";
  Answer refused = api.send_json("POST", password, json::object{{"NewPassword", "new-password-1"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code(refused), "INSUFFICIENT_ACCESS");
  EXPECT_NE(soap("<resetPassword><userId>" + ann + "</userId></resetPassword>", session()).text.find("sf:INSUFFICIENT_ACCESS<"), std::string::npos);
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/User/" + me() + "/password").status, 200) << "one's own";
  set("manage_users", true);
  EXPECT_EQ(api.send_json("POST", password, json::object{{"NewPassword", "new-password-1"}}).status, 204);
  EXPECT_EQ(code(change("User", ann, {{"Username", "INTEGRATION@lockstep.example"}})), "DUPLICATE_USERNAME");
  EXPECT_EQ(change("User", ann, {{"Username", "ann@lockstep.example"}}).status, 204);
}

// fact: §5.3 switch: view_setup
TEST_F(Codes, LimitsAreToldToWhoMaySeeTheSetup) {
  set("view_setup", false);
  Answer refused = api.get(base + "/limits");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code(refused), "FORBIDDEN");
  EXPECT_TRUE(api.get(base + "/sobjects").headers.contains("Sforce-Limit-Info")) << "every answer tells as much";
}

// fact: §5.3 [C], §6.6 switch: blocked_delete_is_dependency
TEST_F(Codes, WhatKeepsARecordFromBeingDeletedHasOneOfTwoCodes) {
  std::string account = created_id("Account", {{"Name", "A"}});
  created_id("Case", {{"AccountId", account}});
  EXPECT_EQ(code(remove("Account", account)), "DELETE_FAILED");
  set("blocked_delete_is_dependency", true);
  EXPECT_EQ(code(remove("Account", account)), "DEPENDENCY_EXISTS");
}

// fact: §5.3
TEST_F(Codes, AnAmbiguousKeyNamesNobody) {
  for (int i = 0; i < 2; ++i) created_id("Contact", {{"LastName", "L"}, {"Email", "a@b.cd"}});
  Answer upserted = soap(
      "<upsert><externalIDFieldName>Email</externalIDFieldName><sObjects><type>Contact</type><Email>a@b.cd</Email><LastName>L</LastName></sObjects></upsert>",
      session());
  EXPECT_NE(upserted.text.find("<statusCode>DUPLICATE_EXTERNAL_ID</statusCode>"), std::string::npos) << upserted.text;
  Answer parent = create("Case", {{"Contact", {{"Email", "a@b.cd"}}}});
  EXPECT_EQ(parent.status, 400);
  EXPECT_EQ(code(parent), "DUPLICATE_EXTERNAL_ID");
}

// fact: §5.3, §1.8 [J] switch: security_token
TEST_F(Codes, APasswordFromAnAddressOfNoTrustNeedsItsToken) {
  set("security_token", "x1Y2");
  set("password_grant", true);
  auto login = [&](const std::string& password) {
    return soap("<login><username>integration@lockstep.example</username><password>" + password + "</password></login>");
  };
  EXPECT_NE(login("lockstep-password").text.find("<faultstring>LOGIN_MUST_USE_SECURITY_TOKEN: "), std::string::npos);
  EXPECT_NE(login("wrong").text.find("sf:INVALID_LOGIN"), std::string::npos);
  EXPECT_EQ(login("lockstep-passwordx1Y2").status, 200);
  const std::string grant = "grant_type=password&client_id=lockstep-client&client_secret=lockstep-secret&username=integration@lockstep.example&password=";
  EXPECT_EQ(text_at(token(grant + "lockstep-password").body, "/error"), "invalid_grant");
  EXPECT_EQ(token(grant + "lockstep-passwordx1Y2").status, 200);
}

// fact: §1.8 [J][T] switch: soap_action_needed
TEST_F(Codes, SoapIsCalledWithItsHeaderInTheWordsOfItsDoor) {
  const std::string begin = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>", end = "</e:Body></e:Envelope>";
  auto call = [&](const std::string& door, const std::string& request, const http::Headers& more) {
    http::Headers headers = more;
    headers.set("Content-Type", "text/xml");
    return api.send("POST", "/services/Soap/" + door + "/60.0", begin + request + end, headers);
  };
  const std::string login =
      "<login xmlns=\"urn:partner.soap.sforce.com\"><username>integration@lockstep.example</username><password>lockstep-password</password></login>";
  http::Headers action{{"SOAPAction", "\"\""}};
  EXPECT_EQ(call("u", login, action).status, 200);
  EXPECT_NE(call("u", login, {}).text.find("SOAPAction HTTP header missing"), std::string::npos);
  EXPECT_NE(call("m", "<describeMetadata xmlns=\"http://soap.sforce.com/2006/04/metadata\"/>", {}).text.find("SOAPAction"), std::string::npos);
  set("soap_action_needed", false);
  EXPECT_EQ(call("u", login, {}).status, 200);
  Answer strange = call("u", "<login xmlns=\"urn:enterprise.soap.sforce.com\"/>", action);
  EXPECT_EQ(strange.status, 500);
  EXPECT_NE(strange.text.find("No operation available for request {urn:enterprise.soap.sforce.com}login"), std::string::npos) << strange.text;
}

// fact: §6.2 [U], §1.8
TEST_F(Codes, TextsThatAreTooLongAreCutWhereSoapAsksForIt) {
  auto make = [&](const std::string& header, const std::string& name) {
    return api
        .send("POST", "/services/Soap/u/60.0",
              "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\"><e:Header><SessionHeader><sessionId>" +
                  session() + "</sessionId></SessionHeader>" + header + "</e:Header><e:Body><create><sObjects><type>Contact</type><LastName>" + name +
                  "</LastName></sObjects></create></e:Body></e:Envelope>",
              {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}})
        .text;
  };
  const std::string cut = "<AllowFieldTruncationHeader><allowFieldTruncation>true</allowFieldTruncation></AllowFieldTruncationHeader>";
  std::string wide;
  for (int i = 0; i < 60; ++i) wide += "😀";  // two units each, of the eighty there are
  EXPECT_NE(make("", std::string(90, 'a')).find("STRING_TOO_LONG"), std::string::npos);
  EXPECT_NE(make(cut, std::string(90, 'a')).find("<success>true</success>"), std::string::npos);
  EXPECT_NE(make(cut, wide).find("<success>true</success>"), std::string::npos);
  Answer kept = query("SELECT LastName FROM Contact ORDER BY LastName");
  EXPECT_EQ(text_at(kept.body, "/records/0/LastName"), std::string(80, 'a'));
  EXPECT_EQ(text_at(kept.body, "/records/1/LastName"), wide.substr(0, 160));
}

// fact: §2.3 [U] switch: keys_keep_case
TEST_F(Codes, KeysThatDifferInCaseAloneAreOneUnlessTheyKeepIt) {
  auto upsert = [&](const std::string& key) {
    return api.send_json("PATCH", base + "/sobjects/Contact/Lockstep_Id__c/" + key, json::object{{"LastName", "L"}}).status;
  };
  EXPECT_EQ(upsert("a-1"), 201);
  EXPECT_EQ(upsert("A-1"), 200);
  set("keys_keep_case", true);
  EXPECT_EQ(upsert("A-1"), 201);
  EXPECT_EQ(upsert("A-1"), 200);
  EXPECT_EQ(upsert("a-1"), 200);
}

// fact: §5.3, §5.2 [D]
TEST_F(Codes, WhatTheServerCannotDoIsTold) {
  control("faults", {{"name", "server_error"}, {"status", 500}, {"count", 1}});
  Answer broken = api.get(base + "/sobjects");
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(code(broken), "UNKNOWN_EXCEPTION");
  EXPECT_NE(message(broken).find("ErrorId"), std::string::npos);
  for (int edge : {420, 428, 502}) {
    control("faults", {{"name", "server_error"}, {"status", edge}, {"count", 1}});
    Answer page = api.get(base + "/sobjects");
    EXPECT_EQ(page.status, edge);
    EXPECT_TRUE(page.headers.find("Content-Type")->starts_with("text/html"));
  }
}

// fact: §5.3, §2.2 [U]
TEST_F(Codes, WhatIsMisusedIsTold) {
  Answer media = api.send("POST", base + "/sobjects/Contact", "LastName=L", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(std::to_string(media.status) + code(media), "415UNSUPPORTED_MEDIA_TYPE");
  Answer items = api.send_json("POST", base + "/composite/sobjects",
                               json::object{{"records", json::array{{{"attributes", {{"type", "Contact"}}}, {"LastName", "L"}, {"Birthdate", "soon"}}}}});
  EXPECT_EQ(text_at(items.body, "/0/errors/0/statusCode"), "INVALID_TYPE_ON_FIELD_IN_RECORD");
  EXPECT_EQ(code(api.send_json("POST", base + "/jobs/ingest", json::object{{"object", "Contact"}, {"operation", "mangle"}})), "INVALIDJOB");
  std::string job = text_at(api.send_json("POST", base + "/jobs/query", json::object{{"operation", "query"}, {"query", "SELECT Id FROM Contact"}}).body, "/id");
  clock.advance(Duration(1'000));
  Answer other = api.get("/services/data/v61.0/jobs/query/" + job + "/results");
  EXPECT_EQ(std::to_string(other.status) + code(other), "409CONFLICT");
  Answer merged =
      soap("<merge><request><masterRecord><type>Contact</type><Id>" + created_id("Contact", {{"LastName", "L"}}) + "</Id></masterRecord></request></merge>",
           session());
  EXPECT_NE(merged.text.find("<statusCode>MERGE_FAILED</statusCode>"), std::string::npos) << merged.text;
}

}  // namespace
}  // namespace lockstep::emulators::salesforce
