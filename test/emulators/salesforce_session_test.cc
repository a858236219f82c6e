// Tokens, versions, limits, faults, describe and the control plane (contract §1, §2.1, §2.8, §5).
#include "base/text.h"
#include "emulators/core/digest.h"
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

using Session = SalesforceTest;

// fact: §1.3 [R]
TEST_F(Session, TokenAnswerHasNoExpiryButInstanceUrlIdAndMilliseconds) {
  Answer answer = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.body.as_object().contains("expires_in"));
  EXPECT_EQ(text_at(answer.body, "/instance_url"), "http://127.0.0.1:8101");
  EXPECT_EQ(text_at(answer.body, "/issued_at"), "1795004800000");
  EXPECT_EQ(text_at(answer.body, "/token_type"), "Bearer");
  std::string access = text_at(answer.body, "/access_token"), id = text_at(answer.body, "/id");
  EXPECT_EQ(access.find('!'), 15u);
  EXPECT_NE(id.find("/id/" + access.substr(0, 15)), std::string::npos);
  EXPECT_EQ(id.substr(id.rfind('/') + 1, 3), "005");
}

// fact: §1.2 [S]
TEST_F(Session, ClientCredentialsMayComeAsBasic) {
  Answer answer = api.send("POST", "/services/oauth2/token", "grant_type=client_credentials",
                           {{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Basic bG9ja3N0ZXAtY2xpZW50OmxvY2tzdGVwLXNlY3JldA=="}});
  EXPECT_EQ(answer.status, 200) << answer.text;
}

// fact: §1.5 [R]
TEST_F(Session, TokenErrorsAreObjectsWith400) {
  auto error = [&](const std::string& form) {
    Answer answer = token(form);
    EXPECT_EQ(answer.status, 400);
    return text_at(answer.body, "/error") + ": " + text_at(answer.body, "/error_description");
  };
  EXPECT_EQ(error("grant_type=client_credentials&client_id=nobody&client_secret=x"), "invalid_client_id: client identifier invalid");
  EXPECT_EQ(error("grant_type=client_credentials&client_id=lockstep-client&client_secret=x"), "invalid_client: invalid client credentials");
  EXPECT_EQ(error("grant_type=refresh_token&client_id=lockstep-client&refresh_token=x"), "invalid_grant: expired access/refresh token");
  EXPECT_EQ(error("grant_type=magic&client_id=lockstep-client"), "unsupported_grant_type: grant type not supported");
}

// fact: §1.2 [R] switch: rotate_refresh_tokens
TEST_F(Session, RefreshKeepsTheOldRefreshToken) {
  Answer answer = token("grant_type=refresh_token&client_id=lockstep-client&refresh_token=lockstep-refresh-token");
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.body.as_object().contains("refresh_token"));
  api.send("POST", "/services/oauth2/revoke", "token=lockstep-refresh-token", {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(token("grant_type=refresh_token&client_id=lockstep-client&refresh_token=lockstep-refresh-token").status, 400);
}

// fact: §1.3 [U]
TEST_F(Session, ATokenAnswerIsSignedWithTheSecretOfTheApp) {
  json::value body = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret").body;
  EXPECT_EQ(text_at(body, "/signature"), to_base64(hmac_sha256("lockstep-secret", text_at(body, "/id") + text_at(body, "/issued_at"))));
}

// fact: §1.7 [U]
TEST_F(Session, WhoRevokesASessionKeepsWhatRenewsIt) {
  const std::string refresh = "grant_type=refresh_token&client_id=lockstep-client&refresh_token=lockstep-refresh-token";
  std::string access = text_at(token(refresh).body, "/access_token");
  http::Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(api.send("POST", "/services/oauth2/revoke", http::encode_query({{"token", access}}), form).status, 200);
  api.headers.set("Authorization", "Bearer " + access);
  EXPECT_EQ(api.get(base + "/limits").status, 401);
  EXPECT_EQ(token(refresh).status, 200);
}

// fact: §1.3 [R], §1.6 [R]
TEST_F(Session, SessionsSlideWithUseAndEndIn401) {
  for (int hour = 0; hour < 3; ++hour) {
    clock.advance(Duration{3'600'000});
    EXPECT_EQ(api.get(base + "/limits").status, 200) << hour;
  }
  clock.advance(Duration{2 * 3'600'000});
  Answer answer = api.get(base + "/limits");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.text, R"([{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}])");
  EXPECT_FALSE(answer.headers.contains("WWW-Authenticate"));
  sign_in();
  EXPECT_EQ(api.get(base + "/limits").status, 200);
}

// fact: §2.7 [J]
TEST_F(Session, AnOAuthSchemeIsAcceptedAndNoneIsNot) {
  std::string given(*api.headers.find("Authorization"));
  EXPECT_EQ(api.send("GET", base + "/limits", "", {{"Authorization", "OAuth" + given.substr(6)}}).status, 200);
  EXPECT_EQ(api.send("GET", base + "/limits", "", {{"Authorization", ""}}).status, 401);
  EXPECT_EQ(api.send("GET", base + "/limits", "", {{"Authorization", given.substr(7)}}).status, 401);
}

// fact: §2.1 [DJ]
TEST_F(Session, VersionsAreListedWithoutSigningIn) {
  api.headers.remove("Authorization");
  Answer answer = api.get("/services/data");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body.as_array().back(), "/version"), "67.0");
  EXPECT_EQ(text_at(answer.body.as_array().back(), "/label"), "Summer '26");
}

// fact: §5.2 [D]
TEST_F(Session, UnknownAndRetiredVersions) {
  EXPECT_EQ(api.get("/services/data/v68.0/limits").status, 404);
  EXPECT_EQ(api.get("/services/data/v60/limits").status, 404);
  EXPECT_EQ(api.get("/services/data/v30.0/limits").status, 410);
}

// fact: §5.1 [X][D]
TEST_F(Session, UsageIsInAHeaderAndTheLimitIs403WithoutRetryAfter) {
  Answer first = api.get(base + "/limits");
  EXPECT_EQ(first.headers.find("Sforce-Limit-Info").value_or(""), "api-usage=1/15000");
  EXPECT_EQ(text_at(first.body, "/DailyApiRequests/Max"), "15000");
  api.send_json("POST", "/__emulator/settings", json::object{{"daily_api_requests", 2}});
  EXPECT_EQ(api.get(base + "/limits").status, 200);
  Answer over = api.get(base + "/limits");
  EXPECT_EQ(over.status, 403);
  EXPECT_EQ(code(over), "REQUEST_LIMIT_EXCEEDED");
  EXPECT_EQ(message(over), "TotalRequests Limit exceeded.");
  EXPECT_FALSE(over.headers.contains("Retry-After"));
  clock.advance(Duration{24 * 3'600'000});
  sign_in();
  EXPECT_EQ(api.get(base + "/limits").status, 200) << "the window rolls";
}

// fact: §5.3 [X]
TEST_F(Session, FaultsFireAsOftenAsAsked) {
  auto fault = [&](json::object what) { api.send_json("POST", "/__emulator/faults", what); };
  fault({{"name", "server_error"}, {"count", 1}});
  EXPECT_EQ(code(api.get(base + "/limits")), "SERVER_UNAVAILABLE");
  EXPECT_EQ(api.get(base + "/limits").status, 200);
  fault({{"name", "server_error"}, {"count", 1}, {"status", 502}});
  EXPECT_TRUE(api.get(base + "/limits").text.starts_with("<h1>")) << "the edge speaks HTML";
  fault({{"name", "rate_limit"}, {"count", 1}});
  EXPECT_EQ(code(api.get(base + "/limits")), "REQUEST_LIMIT_EXCEEDED");
  fault({{"name", "drop_after_commit"}, {"count", 1}, {"match", "POST /services/data"}});
  EXPECT_EQ(api.get(base + "/limits").status, 200);
  EXPECT_EQ(create("Account", {{"Name", "A"}}).status, 0) << "no answer";
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Account").body, "/totalSize"), "1") << "but done";
  fault({{"name", "drop_request"}, {"count", 1}});
  EXPECT_EQ(create("Account", {{"Name", "B"}}).status, 0);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Account").body, "/totalSize"), "1") << "never arrived";
  fault({{"name", "expire_token"}, {"count", 1}});
  EXPECT_EQ(api.get(base + "/limits").status, 401);
}

// fact: §2.8 [C]
TEST_F(Session, DescribeTellsRequiredReadOnlyAndKeyFields) {
  Answer answer = api.get(base + "/sobjects/contact/describe");
  EXPECT_EQ(text_at(answer.body, "/keyPrefix"), "003");
  std::map<std::string, json::object> fields;
  for (const json::value& field : answer.body.at("fields").as_array()) fields[text_at(field, "/name")] = field.as_object();
  EXPECT_FALSE(fields["LastName"]["nillable"].as_bool());
  EXPECT_FALSE(fields["LastName"]["defaultedOnCreate"].as_bool());
  EXPECT_TRUE(fields["OwnerId"]["defaultedOnCreate"].as_bool());
  EXPECT_FALSE(fields["Name"]["createable"].as_bool());
  EXPECT_TRUE(fields["Lockstep_Id__c"]["externalId"].as_bool());
  EXPECT_TRUE(fields["Lockstep_Id__c"]["unique"].as_bool());
  EXPECT_TRUE(fields["Email"]["idLookup"].as_bool());
  EXPECT_FALSE(fields["Description"]["filterable"].as_bool());
  EXPECT_EQ(fields["AccountId"]["referenceTo"].as_array().at(0), "Account");
  EXPECT_EQ(api.get(base + "/sobjects/Nonsense/describe").status, 404);
  EXPECT_EQ(text_at(api.get(base + "/sobjects").body, "/sobjects/0/name"), "Account");
}

// fact: §3.9 [D]
TEST_F(Session, WritesNameTheIntegrationOrThePerson) {
  std::string path = base + "/composite/sobjects/Contact/Lockstep_Id__c";
  json::object record{{"attributes", {{"type", "Contact"}}}, {"Lockstep_Id__c", "key-1"}, {"LastName", "L"}};
  api.send_json("PATCH", path, json::object{{"records", json::array{record}}});
  std::string id = text_at(query("SELECT Id FROM Contact").body, "/records/0/Id");
  clock.advance(Duration{2'000});
  edit({{"as", "Ann"}, {"operation", "update"}, {"object", "Contact"}, {"id", id}, {"fields", {{"LastName", "  M "}}}});
  Answer writes = api.get("/__emulator/writes");
  EXPECT_EQ(text_at(writes.body, "/writes/0/by/name"), "lockstep");
  EXPECT_EQ(text_at(writes.body, "/writes/0/by/kind"), "integration");
  EXPECT_EQ(text_at(writes.body, "/writes/0/key"), "key-1");
  EXPECT_EQ(text_at(writes.body, "/writes/1/by/name"), "Ann");
  EXPECT_EQ(text_at(writes.body, "/writes/1/operation"), "update");
  EXPECT_EQ(text_at(writes.body, "/writes/1/before"), R"({"LastName":"L","Name":"L"})");
  EXPECT_EQ(text_at(writes.body, "/writes/1/after"), R"({"LastName":"M","Name":"M"})") << "normalised as by the API";
  EXPECT_EQ(text_at(api.get("/__emulator/writes?after=1&limit=1").body, "/writes/0/sequence"), "2");
  std::string ann = text_at(read("Contact", id).body, "/LastModifiedById");
  EXPECT_EQ(column(query("SELECT Name FROM User WHERE Id = '" + ann + "'"), "Name"), "Ann");
}

// fact: §9.3 D
TEST_F(Session, PeopleAreHeldToTheSameRules) {
  Answer answer = edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", {{"FirstName", "x"}}}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(text_at(answer.body, "/error"), "REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]");
  EXPECT_EQ(edit({{"operation", "create"}, {"object", "Contact"}}).status, 422) << "who?";
}

// fact: §6.6 [U]
TEST_F(Session, RestoreBringsARecordBackUnderItsId) {
  std::string id = created_id("Contact", {{"LastName", "L"}, {"Lockstep_Id__c", "k"}});
  api.send("DELETE", base + "/sobjects/Contact/" + id);
  EXPECT_EQ(edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "Contact"}, {"id", id}}).status, 200);
  EXPECT_EQ(text_at(read("Contact", id).body, "/IsDeleted"), "false");
  api.send("DELETE", base + "/sobjects/Contact/" + id);
  created_id("Contact", {{"LastName", "L"}, {"Lockstep_Id__c", "K"}});
  EXPECT_EQ(edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "Contact"}, {"id", id}}).status, 422) << "its key is taken";
}

// fact: §9.3 D
TEST_F(Session, LoadingTakesCsvAndTellsEachRefusal) {
  Answer answer = api.send("POST", "/__emulator/records/Account", "Name,NumberOfEmployees,Phone\r\n\"Acme, Inc.\",12,\r\n,1,2\r\nBeta,x,\r\n",
                           {{"Content-Type", "text/csv"}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(text_at(answer.body, "/loaded"), "1");
  EXPECT_EQ(text_at(answer.body, "/errors/0/index"), "1");
  EXPECT_EQ(text_at(answer.body, "/ids/1"), "null");
  EXPECT_EQ(text_at(query("SELECT Name, NumberOfEmployees FROM Account").body, "/records/0/NumberOfEmployees"), "12");
  EXPECT_EQ(text_at(api.get("/__emulator/writes").body, "/writes"), "[]") << "fixtures are nobody's writes";
  EXPECT_EQ(text_at(api.get("/__emulator/counts").body, "/rows/Account/live"), "1");
}

// fact: §9.3 A
TEST_F(Session, TheSameSeedAndRequestsGiveTheSameAnswers) {
  auto run = [] {
    ManualClock own_clock;
    auto other = make_salesforce(own_clock, Rng(99));
    Caller caller(*other);
    std::string log;
    for (int i = 0; i < 3; ++i) {
      log += caller
                 .send("POST", "/services/oauth2/token", "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret",
                       {{"Content-Type", "application/x-www-form-urlencoded"}})
                 .text;
    }
    return log;
  };
  EXPECT_EQ(run(), run());
}

// fact: §5.1 [S]
TEST_F(Session, AnApplicationMayHaveAQuotaOfItsOwn) {
  set("daily_app_requests", 2);
  EXPECT_EQ(api.get(base + "/sobjects/Account").headers.find("Sforce-Limit-Info").value_or(""), "api-usage=1/15000; per-app-api-usage=1/2(appName=lockstep)");
  EXPECT_EQ(api.get(base + "/sobjects/Account").status, 200);
  Answer over = api.get(base + "/sobjects/Account");
  EXPECT_EQ(over.status, 403);
  EXPECT_EQ(code(over), "REQUEST_LIMIT_EXCEEDED");
  EXPECT_EQ(over.headers.find("Sforce-Limit-Info").value_or(""), "api-usage=2/15000; per-app-api-usage=2/2(appName=lockstep)");
}

// fact: §5.1 [U] switch: limits_lag_ms
TEST_F(Session, TheNumbersOfLimitsAreMinutesOld) {
  auto left = [&] { return text_at(api.get(base + "/limits").body, "/DailyApiRequests/Remaining"); };
  EXPECT_EQ(left(), "14999");
  EXPECT_EQ(left(), "14999");
  clock.advance(Duration{300'000});
  EXPECT_EQ(left(), "14997");
  set("limits_lag_ms", 0);
  EXPECT_EQ(left(), "14996");
}

// fact: §2.1 [C] switch: record_count_lag_ms
TEST_F(Session, CountsOfRecordsAreStale) {
  created_id("Account", {{"Name", "A"}});
  std::string gone = created_id("Account", {{"Name", "B"}});
  auto counts = [&] { return text_at(api.get(base + "/limits/recordCount?sObjects=Account,Contact").body, "/sObjects"); };
  EXPECT_EQ(counts(), R"([{"count":0,"name":"Account"}])") << "what has rows is listed, though they are not counted yet";
  clock.advance(Duration{300'000});
  api.send("DELETE", base + "/sobjects/Account/" + gone);
  EXPECT_EQ(counts(), R"([{"count":2,"name":"Account"}])");
  set("record_count_lag_ms", 0);
  EXPECT_EQ(counts(), R"([{"count":1,"name":"Account"}])");
}

// fact: §2.1 [S][C]
TEST_F(Session, AnswersAreIndentedForThoseWhoAsk) {
  std::string id = created_id("Account", {{"Name", "A"}});
  Answer answer = api.send("GET", base + "/sobjects/Account/" + id + "?fields=Name", "", {{"X-PrettyPrint", "1"}});
  EXPECT_EQ(answer.text, "{\n  \"attributes\" : {\n    \"type\" : \"Account\",\n    \"url\" : \"/services/data/v60.0/sobjects/Account/" + id +
                             "\"\n  },\n  \"Name\" : \"A\"\n}");
}
}  // namespace
}  // namespace lockstep::emulators::salesforce
