#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Limits : public Dynamics365Test {
 protected:
  Limits() : Dynamics365Test(tight()) {}
  static Dynamics365Options tight() {
    Dynamics365Options options;
    options.requests_per_window = 5;
    return options;
  }
};

// fact: §4.1
TEST_F(Limits, RequestsBeyondTheWindowAre429WithRetryAfter) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get("WhoAmI").status, 200);
  Answer answer = get("WhoAmI");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "0x80072322");
  EXPECT_EQ(answer.message(), "Number of requests exceeded the limit of 5 over time window of 300 seconds.");
  EXPECT_EQ(answer.header("Retry-After"), "300");
  EXPECT_EQ(answer.header("x-ms-ratelimit-burst-remaining-xrm-requests"), "0");
  EXPECT_GT(std::stoi("0" + answer.header("x-ms-ratelimit-time-remaining-xrm-requests")), 1'100'000) << "both are told";
}

// fact: §4.1
TEST_F(Limits, RetryAfterGrowsWhileTheClientPushes) {
  for (int i = 0; i < 5; ++i) get("WhoAmI");
  advance(std::chrono::seconds(100));
  int first = std::stoi(get("WhoAmI").header("Retry-After"));
  EXPECT_GT(std::stoi(get("WhoAmI").header("Retry-After")), first);
}

// fact: §4.1
TEST_F(Limits, WaitingAsToldIsEnough) {
  for (int i = 0; i < 5; ++i) get("WhoAmI");
  advance(std::chrono::seconds(std::stoi(get("WhoAmI").header("Retry-After"))));
  EXPECT_EQ(get("WhoAmI").status, 200);
}

// fact: §4.1 [?] switch: time_left_in_seconds
TEST_F(Limits, SuccessesTellWhatIsLeft) {
  Answer answer = get("WhoAmI");
  EXPECT_EQ(answer.header("x-ms-ratelimit-burst-remaining-xrm-requests"), "4");
  int left_ms = std::stoi(answer.header("x-ms-ratelimit-time-remaining-xrm-requests"));
  EXPECT_GT(left_ms, 1'100'000);
  control("POST", "settings", R"({"time_left_in_seconds":true})");
  int left_s = std::stoi(get("WhoAmI").header("x-ms-ratelimit-time-remaining-xrm-requests"));
  EXPECT_GT(left_s, 1'100);
  EXPECT_LE(left_s, 1'200);
}

// fact: §4.3 switch: servers
TEST_F(Limits, EachWebServerCountsByItselfAndACookieKeepsAClientOnOne) {
  control("POST", "settings", R"({"servers":2})");
  Answer first = get("WhoAmI");
  std::string cookie = first.header("Set-Cookie");
  ASSERT_TRUE(cookie.starts_with("ARRAffinity=")) << cookie;
  cookie = cookie.substr(0, cookie.find(';'));
  for (int i = 1; i < 5; ++i) {
    Answer answer = get("WhoAmI", {{"Cookie", cookie}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Set-Cookie"), "");
  }
  EXPECT_EQ(get("WhoAmI", {{"Cookie", cookie}}).status, 429);
  EXPECT_EQ(get("WhoAmI").status, 200) << "without it the next server answers";
}

// fact: §2.12
TEST_F(Limits, ABatchIsOneRequestAndIsThrottledAsJson) {
  for (int i = 0; i < 5; ++i) get("WhoAmI");
  Answer answer = send("POST", "/api/data/v9.2/$batch", "", {{"Content-Type", "multipart/mixed; boundary=b"}});
  EXPECT_EQ(answer.status, 429);
  EXPECT_TRUE(answer.header("Content-Type").starts_with("application/json"));
}

// fact: §4.1
TEST_F(Limits, ExecutionTimeIsLimitedToo) {
  control("POST", "settings", R"({"requests":6000,"execution_ms":100})");
  for (int i = 0; i < 3; ++i) account();
  Answer answer = get("WhoAmI");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "0x80072321");
}

// fact: §4.1 switch: service_protection
TEST_F(Limits, CanBeSwitchedOff) {
  control("POST", "settings", R"({"service_protection":false})");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("WhoAmI").status, 200);
}

using Door = Dynamics365Test;

// fact: §5.3
TEST_F(Door, MissingPrivilegeIs403) {
  control("POST", "settings", R"({"denied":["Write contact"]})");
  std::string id = contact();
  Answer answer = patch("contacts(" + id + ")", R"({"fax":"1"})");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "0x80040220");
  EXPECT_EQ(get("contacts(" + id + ")").status, 200);
}

// fact: §9.4 [D]
TEST_F(Door, UnknownSettingIsRefused) { EXPECT_EQ(control("POST", "settings", R"({"requets":1})").status, 400); }

// fact: §5.2
TEST_F(Door, FaultsAnswerAsThePlatformDoes) {
  control("POST", "faults", R"({"name":"rate_limit","count":1,"retry_after_ms":27000})");
  Answer limited = get("WhoAmI");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("Retry-After"), "27");
  control("POST", "faults", R"({"name":"rate_limit","count":1})");
  EXPECT_EQ(get("WhoAmI").header("Retry-After"), "300") << "a time is told also where the fault tells none";
  control("POST", "faults", R"({"name":"server_error","count":1})");
  Answer html = get("WhoAmI");
  EXPECT_EQ(html.status, 503);
  EXPECT_TRUE(html.text.starts_with("<html>"));
  control("POST", "faults", R"({"name":"server_error","count":1,"status":500})");
  EXPECT_EQ(get("WhoAmI").code(), "0x80044151");
}

// fact: §9.4 [D]
TEST_F(Door, LostAnswerOfACreateIsFoundAgainByItsKey) {
  control("POST", "faults", R"({"name":"drop_after_commit","count":1,"match":"PATCH"})");
  std::string path = std::string("contacts(") + kG1 + ")";
  EXPECT_EQ(patch(path, R"({"lastname":"Lee"})", {{"If-None-Match", "*"}}).status, 0);
  EXPECT_EQ(patch(path, R"({"lastname":"Lee"})", {{"If-None-Match", "*"}}).status, 412);
}

// fact: §1.1
TEST_F(Door, ScopeMustBeThisOrganisation) {
  Answer answer = send("POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token",
                       "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret&scope=x",
                       {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(answer.at("/error"), "invalid_scope");
}

// fact: §2.12 [K]
TEST_F(Door, OverlongUrlIs414) { EXPECT_EQ(get("contacts?tag=" + std::string(33000, 'x')).status, 414); }

// fact: §5.1
TEST_F(Door, ErrorsBringDetailsWithAllAnnotations) {
  Answer answer = get(std::string("contacts(") + kG1 + ")", prefer("odata.include-annotations=\"*\""));
  for (const char* each : {"ErrorDetails.OperationStatus", "ErrorDetails.SubErrorCode", "HelpLink", "TraceText", "InnerError.Message"})
    EXPECT_NE(answer.text.find("@Microsoft.PowerApps.CDS." + std::string(each)), std::string::npos) << each;
}

// fact: §1.4
TEST_F(Door, UnsupportedVersionOfThePathOrOData) {
  EXPECT_EQ(send("GET", "/api/data/v8.2/contacts").status, 404);
  EXPECT_EQ(get("contacts", {{"OData-Version", "3.0"}}).status, 400);
}

// fact: §9.4 [D]
TEST_F(Door, CallsAreCountedByTableAndVerb) {
  get("contacts(" + contact() + ")");
  Answer counts = control("GET", "counts");
  EXPECT_EQ(counts.body.at("calls").at("GET /api/data/v9.2/contacts({key})").to_number<int>(), 1);
  EXPECT_EQ(counts.body.at("calls").at("POST /api/data/v9.2/contacts").to_number<int>(), 1);
}

// fact: §9.4 [D]
TEST_F(Door, WritesAreJournaledWithWriterAndKey) {
  make("contacts", R"({"lastname":"Lee","lockstep_id":"K-1"})");
  Answer writes = control("GET", "writes?after=0");
  EXPECT_EQ(writes.at("/writes/0/operation"), "create");
  EXPECT_EQ(writes.at("/writes/0/by/name"), "lockstep");
  EXPECT_EQ(writes.at("/writes/0/key"), "K-1");
  EXPECT_EQ(writes.at("/writes/0/after/lastname"), "Lee");
}

// fact: §9.4 [D]
TEST_F(Door, FixturesLoadWithTimesStatesAndLinksFromJsonAndCsv) {
  std::string accounts = std::string(R"([{"accountid":")") + kG1 +
                         R"(","name":"A","statecode":1,"createdon":"2020-01-01T00:00:00Z",)"
                         R"("modifiedon":"2021-01-01T00:00:00Z"}])";
  EXPECT_EQ(control("POST", "records/accounts", accounts).at("/loaded"), "1");
  Answer account_row = get(std::string("accounts(") + kG1 + ")");
  EXPECT_EQ(account_row.at("/statuscode"), "2");
  EXPECT_EQ(account_row.at("/createdon"), "2020-01-01T00:00:00Z");
  EXPECT_EQ(account_row.at("/modifiedon"), "2021-01-01T00:00:00Z");
  std::string csv = std::string(
                        "contactid,lastname,gendercode,donotphone,_parentcustomerid_value,"
                        "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname\n") +
                    kG2 + ",Lee,2,true," + kG1 + ",account\n";
  Answer loaded = send("POST", "/__emulator/records/contact", csv, {{"Content-Type", "text/csv"}});
  EXPECT_EQ(loaded.at("/loaded"), "1") << loaded.text;
  Answer row = get(std::string("contacts(") + kG2 + ")");
  EXPECT_EQ(row.at("/gendercode") + row.at("/donotphone"), "2true");
  EXPECT_EQ(row.at("/_parentcustomerid_value"), kG1);
  EXPECT_EQ(control("GET", "writes").at("/writes"), "[]");
}

// fact: §9.4 [D]
TEST_F(Door, PeopleWriteUnderTheirName) {
  Answer created = person("create", "contact", "", R"({"lastname":"Lee"})");
  EXPECT_EQ(created.status, 200) << created.text;
  Answer row = get("contacts(" + created.at("/id") + ")", prefer("odata.include-annotations=\"*\""));
  EXPECT_EQ(row.at("/_modifiedby_value@OData.Community.Display.V1.FormattedValue"), "Ann");
  EXPECT_NE(row.at("/_modifiedby_value"), get("WhoAmI").at("/UserId"));
  EXPECT_EQ(person("update", "contact", created.at("/id"), R"({"shoesize":1})").status, 422);
  EXPECT_EQ(person("delete", "contact", created.at("/id")).status, 200);
}

class Hooks : public Dynamics365Test {
 protected:
  Hooks() {
    control("POST", "steps",
            R"({"entity":["contact","account"],"message":["Create","Update","Delete","Merge"],
      "url":"http://127.0.0.1:9000/hook","authtype":5,"authvalue":{"x-api-key":"S"},
      "filteringattributes":"firstname,lastname"})");
  }
  /// The webhooks that are due, their bodies parsed.
  std::vector<std::pair<OutgoingRequest, json::value>> due() {
    std::vector<std::pair<OutgoingRequest, json::value>> all;
    for (OutgoingRequest& each : org->take_outgoing()) {
      json::value body = json::parse(each.request.body);
      all.emplace_back(std::move(each), std::move(body));
    }
    return all;
  }
  static std::string at(const json::value& body, const std::string& pointer) { return Answer{0, {}, "", body}.at(pointer); }
};

// fact: §3.3
TEST_F(Hooks, CreateIsSentWithKeyHeaderAndContext) {
  Answer created = post("contacts?tag=lockstep", R"({"lastname":"Lee"})", {{"x-ms-correlation-request-id", kG3}});
  EXPECT_EQ(created.status, 204);
  auto sent = due();
  ASSERT_EQ(sent.size(), 1u);
  const http::Request& request = sent[0].first.request;
  EXPECT_EQ(request.url, "http://127.0.0.1:9000/hook");
  EXPECT_EQ(request.headers.find("x-api-key"), "S");
  EXPECT_EQ(request.headers.find("x-ms-dynamics-request-name"), "Create");
  const json::value& body = sent[0].second;
  EXPECT_EQ(at(body, "/MessageName"), "Create");
  EXPECT_EQ(at(body, "/PrimaryEntityName"), "contact");
  EXPECT_EQ(at(body, "/PrimaryEntityId").size(), 36u);
  EXPECT_EQ(at(body, "/OrganizationId"), get("WhoAmI").at("/OrganizationId"));
  EXPECT_EQ(at(body, "/UserId"), get("WhoAmI").at("/UserId"));
  EXPECT_EQ(at(body, "/SharedVariables/0/value"), "lockstep");
  EXPECT_EQ(at(body, "/InputParameters/0/key"), "Target");
  EXPECT_EQ(at(body, "/InputParameters/0/value/Attributes/0/key"), "lastname");
  EXPECT_EQ(at(body, "/OutputParameters/0/value"), at(body, "/PrimaryEntityId"));
}

// fact: §3.4 [?] switch: client_correlation
TEST_F(Hooks, TheCorrelationIsTheClientsOwnWhereThatIsHonoured) {
  post("contacts", R"({"lastname":"Lee"})", {{"x-ms-correlation-request-id", kG3}});
  EXPECT_NE(at(due()[0].second, "/CorrelationId"), kG3);
  control("POST", "settings", R"({"client_correlation":true})");
  post("contacts", R"({"lastname":"Lee"})", {{"x-ms-correlation-request-id", kG3}});
  EXPECT_EQ(at(due()[0].second, "/CorrelationId"), kG3);
}

// fact: §3.3
TEST_F(Hooks, AFailedDeliveryIsASystemJobThatCanBeResumed) {
  contact();
  auto sent = due();
  ASSERT_EQ(sent.size(), 1u);
  std::string step = at(sent[0].second, "/OwningExtension/Id");
  org->outgoing_answered(sent[0].first.id, 500);
  Answer jobs = get("asyncoperations?$filter=_owningextensionid_value%20eq%20" + step);
  ASSERT_EQ(jobs.rows(), 1u) << jobs.text;
  EXPECT_EQ(jobs.at("/value/0/statecode") + "/" + jobs.at("/value/0/statuscode"), "3/31");
  EXPECT_EQ(due().size(), 0u);
  std::string job = "asyncoperations(" + jobs.at("/value/0/asyncoperationid") + ")";
  EXPECT_EQ(patch(job, R"({"statecode":0,"statuscode":0})").status, 204);
  auto again = due();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(at(again[0].second, "/PrimaryEntityId"), at(sent[0].second, "/PrimaryEntityId"));
  org->outgoing_answered(again[0].first.id, 200);
  EXPECT_EQ(get(job).at("/statuscode"), "30");
  EXPECT_EQ(get("asyncoperations?$filter=statuscode%20eq%2031").rows(), 0u);
}

// fact: §3.3
TEST_F(Hooks, AGatewayErrorIsNoFailedJobBeforeItsSecondAttempt) {
  contact();
  auto first = due();
  org->outgoing_answered(first[0].first.id, 503);
  EXPECT_EQ(get("asyncoperations").rows(), 0u);
  advance(std::chrono::minutes(1));
  auto second = due();
  ASSERT_EQ(second.size(), 1u);
  org->outgoing_answered(second[0].first.id, 503);
  EXPECT_EQ(get("asyncoperations").rows(), 1u);
}

// fact: §3.3 [K]
TEST_F(Hooks, UpdateFiresOnlyWhenAFilteringAttributeWasSent) {
  std::string path = "contacts(" + contact() + ")";
  due();
  patch(path, R"({"fax":"1"})");
  EXPECT_EQ(due().size(), 0u);
  patch(path, R"({"lastname":"Lee"})");  // sent, though nothing differs
  auto sent = due();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(at(sent[0].second, "/InputParameters/0/value/Attributes/1/key"), "contactid");
}

// fact: §3.3 [K]
TEST_F(Hooks, ValuesHaveTheirContractTypes) {
  std::string a = account();
  due();
  post("contacts", R"({"lastname":"L","gendercode":2,"birthdate":"1970-01-02","parentcustomerid_account@odata.bind":"/accounts()" + a + ")\"}");
  json::value body = due()[0].second;
  EXPECT_EQ(at(body, "/InputParameters/0/value/Attributes/1/value/Value"), "2");
  EXPECT_EQ(at(body, "/InputParameters/0/value/Attributes/2/value"), "/Date(86400000)/");
  EXPECT_EQ(at(body, "/InputParameters/0/value/Attributes/3/value/LogicalName"), "account");
  EXPECT_EQ(at(body, "/InputParameters/0/value/Attributes/3/value/Id"), a);
}

// fact: §3.3 [K]
TEST_F(Hooks, DeleteHoldsAReferenceAlone) {
  std::string id = contact();
  due();
  remove("contacts(" + id + ")");
  json::value body = due()[0].second;
  EXPECT_EQ(at(body, "/MessageName"), "Delete");
  EXPECT_EQ(at(body, "/InputParameters/0/value/Id"), id);
  EXPECT_EQ(at(body, "/InputParameters/0/value/Attributes"), "absent");
}

// fact: §3.3 [K]
TEST_F(Hooks, MergeNamesTheLoser) {
  std::string winner = contact("W"), loser = contact("L");
  due();
  person("merge", "contact", loser, "{}", winner);
  bool seen = false;
  for (const auto& [request, body] : due()) {
    if (at(body, "/MessageName") != "Merge") continue;
    seen = true;
    EXPECT_EQ(at(body, "/PrimaryEntityId"), winner);
    EXPECT_EQ(at(body, "/InputParameters/1/value"), loser);
    EXPECT_EQ(at(body, "/SharedVariables"), "[]");
  }
  EXPECT_TRUE(seen);
}

// fact: §3.3
TEST_F(Hooks, LargePayloadsLoseTheirParameters) {
  control("POST", "steps", R"({"entity":"annotation","message":"Create","url":"http://127.0.0.1:9000/hook"})");
  std::string a = account();
  due();
  std::string file(300'000, 'A');
  post("annotations", R"({"subject":"s","documentbody":")" + file + R"(","objectid_account@odata.bind":"/accounts()" + a + ")\"}");
  auto sent = due();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].first.request.headers.find("x-ms-dynamics-msg-size-exceeded"), "true");
  EXPECT_EQ(at(sent[0].second, "/InputParameters"), "absent");
  EXPECT_EQ(at(sent[0].second, "/PrimaryEntityId").size(), 36u);
}

// fact: §3.3
TEST_F(Hooks, OnlyGatewayErrorsGetOneMoreAttempt) {
  auto attempts = [&](int status) {
    contact();
    int count = 0;
    for (int minute = 0; minute < 10; ++minute) {
      for (const auto& [request, body] : due()) {
        ++count;
        org->outgoing_answered(request.id, status);
      }
      advance(std::chrono::minutes(1));
    }
    return count;
  };
  EXPECT_EQ(attempts(503), 2);
  EXPECT_EQ(attempts(500), 1);
  EXPECT_EQ(attempts(0), 1);
  EXPECT_EQ(attempts(202), 1);
}

// fact: §3.3 [D]
TEST_F(Hooks, RolledBackWritesSendNothing) {
  post("accounts/Microsoft.Dynamics.CRM.CreateMultiple",
       R"({"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"A"},
                      {"@odata.type":"Microsoft.Dynamics.CRM.account","nam":"B"}]})");
  EXPECT_EQ(due().size(), 0u);
}

// fact: §2.12
TEST_F(Hooks, AChangeSetThatIsRolledBackSendsNothing) {
  auto in_set = [](const std::string& id, const std::string& body) {
    return "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: " + id +
           "\r\n\r\nPOST /api/data/v9.2/contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n" + body + "\r\n";
  };
  auto batch = [&](const std::string& second) {
    std::string body =
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" + in_set("1", R"({"lastname":"A"})") + in_set("2", second) + "--c--\r\n--b--\r\n";
    return send("POST", "/api/data/v9.2/$batch", body, {{"Content-Type", "multipart/mixed; boundary=b"}}).status;
  };
  EXPECT_EQ(batch(R"({"nosuch":1})"), 400);
  EXPECT_EQ(due().size(), 0u);
  EXPECT_EQ(batch(R"({"lastname":"B"})"), 200);
  EXPECT_EQ(due().size(), 2u);
}

// fact: §2.7
TEST_F(Hooks, CascadesFireForEachChild) {
  std::string a = account();
  make("contacts", R"({"lastname":"L","parentcustomerid_account@odata.bind":"/accounts()" + a + ")\"}");
  due();
  remove("accounts(" + a + ")");
  auto sent = due();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(at(sent[1].second, "/PrimaryEntityName"), "contact");
  EXPECT_EQ(at(sent[1].second, "/Depth"), "2");
}

// fact: §3.3
TEST_F(Hooks, BadStepsAreRefused) {
  EXPECT_EQ(control("POST", "steps", R"({"entity":"widget","message":"Create","url":"http://x/"})").status, 400);
  EXPECT_EQ(control("POST", "steps", R"({"entity":"contact","message":"Explode","url":"http://x/"})").status, 400);
  EXPECT_EQ(control("POST", "steps", R"({"entity":"contact","message":"Create"})").status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
