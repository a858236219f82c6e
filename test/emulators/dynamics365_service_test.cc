// What no client call reaches by itself: webhooks registered by rows, who acts for whom, exact amounts, dates on a clock of our own.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Registered : public Dynamics365Test {
 protected:
  std::string row_of(const std::string& query) {
    return get(query).at("/value/0/" + std::string(query.starts_with("sdkmessagefilters") ? "sdkmessagefilterid" : "sdkmessageid"));
  }

  std::string endpoint() {
    return make("serviceendpoints",
                R"({"name":"sync","contract":8,"url":"http://127.0.0.1:9/hook","authtype":5,)"
                R"("authvalue":"<settings><setting name='x-api-key' value='S'/></settings>","connectionmode":1,"messageformat":2,"userclaim":1})");
  }
  Answer register_step(const std::string& endpoint_id, const std::string& message, int mode = 1, int stage = 40) {
    std::string message_id = row_of("sdkmessages?$filter=name%20eq%20'" + message + "'");
    std::string filter_id = row_of("sdkmessagefilters?$filter=primaryobjecttypecode%20eq%20'contact'%20and%20sdkmessageid/name%20eq%20'" + message + "'");
    json::object step{{"name", "contact"},
                      {"mode", mode},
                      {"stage", stage},
                      {"rank", 1},
                      {"filteringattributes", "firstname,lastname"},
                      {"eventhandler_serviceendpoint@odata.bind", "/serviceendpoints(" + endpoint_id + ")"},
                      {"sdkmessageid@odata.bind", "/sdkmessages(" + message_id + ")"},
                      {"sdkmessagefilterid@odata.bind", "/sdkmessagefilters(" + filter_id + ")"}};
    return post("sdkmessageprocessingsteps", json::serialize(step));
  }
};

// fact: §3.3
TEST_F(Registered, WebhooksRegisteredByRowsAreSentUntilTheRowIsDeleted) {
  Answer step = register_step(endpoint(), "Update");
  ASSERT_EQ(step.status, 204) << step.text;
  std::string id = contact();
  patch("contacts(" + id + ")", R"({"jobtitle":"Boss"})");
  EXPECT_TRUE(org->take_outgoing().empty());  // a column that is not among the filtering ones
  patch("contacts(" + id + ")", R"({"firstname":"Ann"})");
  std::vector<OutgoingRequest> sent = org->take_outgoing();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].request.headers.find("x-api-key").value_or(""), "S");
  std::string address = step.header("OData-EntityId");
  remove(address.substr(address.find("sdkmessageprocessingsteps")));
  patch("contacts(" + id + ")", R"({"firstname":"Bob"})");
  EXPECT_TRUE(org->take_outgoing().empty());
}

// fact: §3.3
TEST_F(Registered, SecretsOfEndpointsAreNeverShown) {
  Answer answer = get("serviceendpoints(" + endpoint() + ")");
  EXPECT_EQ(answer.at("/isauthvalueset"), "true");
  EXPECT_EQ(answer.at("/authvalue"), "absent");
}

// fact: §3.3
TEST_F(Registered, AsynchronousStepsRunBehindTheOperationAlone) { EXPECT_EQ(register_step(endpoint(), "Update", 1, 20).status, 400); }

// fact: §1.4 [K]
TEST_F(Registered, TheServiceDocumentListsTheSets) {
  Answer answer = get("");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_NE(answer.text.find(R"({"name":"incidents","kind":"EntitySet","url":"incidents"})"), std::string::npos);
  EXPECT_TRUE(get("RetrieveVersion()").at("/Version").starts_with("9.2."));
}

// fact: §2.11
TEST_F(Registered, MessageFiltersTellWhichBulkActionsATableHas) {
  std::string filter =
      "sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/"
      "name%20eq%20'CreateMultiple'%20and%20primaryobjecttypecode%20eq%20'";
  EXPECT_EQ(get(filter + "account'").rows(), 1u);
  EXPECT_EQ(get(filter + "annotation'").rows(), 0u);
}

// fact: §2.10 [D]
TEST_F(Registered, BypassedLogicSendsNoWebhook) {
  std::string address = register_step(endpoint(), "Update").header("OData-EntityId");
  std::string step = address.substr(address.find('(') + 1, 36), id = contact();
  int names = 0;
  auto told = [&](const std::string& header, const std::string& value) {
    patch("contacts(" + id + ")", R"({"firstname":"N)" + std::to_string(++names) + "\"}", {{header, value}});
    return org->take_outgoing().size();
  };
  EXPECT_EQ(told("MSCRM.BypassBusinessLogicExecution", "CustomAsync"), 0u);
  EXPECT_EQ(told("MSCRM.BypassBusinessLogicExecution", "CustomSync,CustomAsync"), 0u);
  EXPECT_EQ(told("MSCRM.BypassBusinessLogicExecutionStepIds", step), 0u);
  EXPECT_EQ(told("MSCRM.BypassBusinessLogicExecution", "CustomSync"), 1u);
  EXPECT_EQ(told("MSCRM.BypassCustomPluginExecution", "true"), 1u) << "what runs later is not held up by it";
  EXPECT_EQ(told("MSCRM.BypassBusinessLogicExecutionStepIds", kG1), 1u);
}

// fact: §2.10 [D]
TEST_F(Registered, BypassedLogicHoldsUpNoWrite) {
  std::string address = register_step(endpoint(), "Update", 0).header("OData-EntityId"), id = contact();
  auto waits = [&](const http::Headers& headers) {
    patch("contacts(" + id + ")", R"({"firstname":"Ann"})", headers);
    return !org->take_outgoing().empty();
  };
  EXPECT_FALSE(waits({{"MSCRM.BypassBusinessLogicExecution", "CustomSync"}}));
  EXPECT_FALSE(waits({{"MSCRM.BypassCustomPluginExecution", "true"}}));
  EXPECT_TRUE(waits({{"MSCRM.BypassBusinessLogicExecution", "CustomAsync"}}));
}

// fact: §2.10
TEST_F(Registered, BypassingLogicTakesAPrivilegeAndNamesWhatThereIs) {
  std::string id = contact();
  auto code = [&](const std::string& header, const std::string& value) {
    return patch("contacts(" + id + ")", R"({"firstname":"Ann"})", {{header, value}}).code();
  };
  EXPECT_EQ(code("MSCRM.BypassBusinessLogicExecution", "Everything"), "0x80040203");
  EXPECT_EQ(code("MSCRM.BypassBusinessLogicExecutionStepIds", "x"), "0x80040203");
  std::string four = std::string(kG1) + "," + kG2 + "," + kG3 + ",44444444-4444-4444-8444-444444444444";
  EXPECT_EQ(code("MSCRM.BypassBusinessLogicExecutionStepIds", four), "0x80040203");
  control("POST", "settings", R"({"denied":["BypassCustomBusinessLogic systemuser","BypassCustomPlugins systemuser"]})");
  EXPECT_EQ(code("MSCRM.BypassBusinessLogicExecution", "CustomAsync"), "0x80040220");
  EXPECT_EQ(code("MSCRM.BypassCustomPluginExecution", "true"), "0x80040220");
  EXPECT_EQ(code("MSCRM.BypassCustomPluginExecution", "false"), "absent");
}

class Amounts : public Dynamics365Test {
 protected:
  std::string revenue_of(const std::string& sent) {
    Answer answer = post("accounts?$select=revenue", R"({"name":"A","revenue":)" + sent + "}", representation());
    std::size_t at = answer.text.find("\"revenue\":");
    return at == std::string::npos ? answer.code() : answer.text.substr(at + 10, answer.text.find_first_of(",}", at + 10) - at - 10);
  }
};

// fact: §6.1
TEST_F(Amounts, AreHeldExactlyToTheCent) {
  EXPECT_EQ(revenue_of("0.1"), "0.1000");
  EXPECT_EQ(revenue_of("2.675"), "2.6800");
  EXPECT_EQ(revenue_of("1e3"), "1000.0000");
  EXPECT_EQ(revenue_of("9007199254740.93"), "9007199254740.9300");
  EXPECT_EQ(revenue_of("100000000000000"), "100000000000000.0000");
  EXPECT_EQ(revenue_of("99999999999999.99"), "99999999999999.9900");
  EXPECT_EQ(revenue_of("12.345678901234567890123456789"), "12.3500");
  EXPECT_EQ(revenue_of("99999999999999.98"), "99999999999999.9800");
  EXPECT_EQ(revenue_of("7.123456789012345678e13"), "71234567890123.4600");
  EXPECT_EQ(revenue_of("100000000000001"), "0x80044330");
  EXPECT_EQ(revenue_of("\"12\""), "0x80048d19");
}

// fact: §6.1
TEST_F(Amounts, CompareAsNumbers) {
  revenue_of("9.5");
  revenue_of("10");
  EXPECT_EQ(get("accounts?$filter=revenue%20gt%209.5").rows(), 1u);
  EXPECT_EQ(get("accounts?$filter=revenue%20eq%2010.00").rows(), 1u);
}

class Dates : public Dynamics365Test {
 protected:
  Dates() {
    for (const char* due : {"2026-11-17T23:59:59Z", "2026-11-18T00:00:00Z", "2026-11-20T12:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"})
      make("tasks", R"({"subject":"s","scheduledend":")" + std::string(due) + "\"}");
  }
  std::size_t count(const std::string& function, const std::string& values = "") {
    return get("tasks?$filter=Microsoft.Dynamics.CRM." + function + "(PropertyName='scheduledend'" + values + ")").rows();
  }
};

// fact: §2.13
TEST_F(Dates, CalendarFunctionsKnowTheDaysAroundNow) {  // it is Wednesday, 2026-11-18
  EXPECT_EQ(count("Today"), 1u);
  EXPECT_EQ(count("Yesterday"), 1u);
  EXPECT_EQ(count("ThisWeek"), 3u);
  EXPECT_EQ(count("ThisMonth"), 3u);
  EXPECT_EQ(count("NextMonth"), 1u);
  EXPECT_EQ(count("NextYear"), 1u);
  EXPECT_EQ(count("NextXDays", ",PropertyValue=3"), 1u);
  EXPECT_EQ(count("LastXHours", ",PropertyValue=12"), 2u);
  EXPECT_EQ(count("On", ",PropertyValue='2026-11-20'"), 1u);
  EXPECT_EQ(count("OnOrBefore", ",PropertyValue='2026-11-20'"), 3u);
  EXPECT_EQ(count("Between", ",PropertyValues=['2026-11-18','2026-12-01']"), 3u);
}

// fact: §2.13
TEST_F(Dates, FunctionsThatDoNotFitAreRefused) {
  EXPECT_EQ(get("tasks?$filter=Microsoft.Dynamics.CRM.Someday(PropertyName='scheduledend')").status, 400);
  EXPECT_EQ(get("tasks?$filter=Microsoft.Dynamics.CRM.Today(PropertyName='subject')").status, 400);
  EXPECT_EQ(get("tasks?$filter=Microsoft.Dynamics.CRM.On(PropertyName='scheduledend',PropertyValue='soon')").status, 400);
}

using Doors = Dynamics365Test;

// fact: §1.5
TEST_F(Doors, ImpersonationNeedsItsPrivilege) {
  control("POST", "settings", R"({"denied":["ActOnBehalfOfAnother systemuser"]})");
  EXPECT_EQ(get("WhoAmI", {{"MSCRMCallerID", kG1}}).code(), "0x80040220");
}

// fact: §2.10 [?] switch: duplicate_status
TEST_F(Doors, DuplicatesAnswer500WhereTheOlderPageIsRight) {
  control("POST", "settings", R"({"duplicate_status":500,"duplicate_rules":[{"entity":"account","columns":["name"]}]})");
  account("Contoso");
  Answer answer = post("accounts", R"({"name":"contoso"})", {{"MSCRM.SuppressDuplicateDetection", "false"}});
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.code(), "0x80040333");
}

// fact: §9.4 [D]
TEST_F(Doors, SchemaChangesNameWhatTheyDoNotKnow) {
  EXPECT_EQ(control("POST", "schema", R"({"object":"contact","field":"shoesize","required":true})").status, 422);
  EXPECT_EQ(control("POST", "schema", R"({"object":"contact","field":"lastname","add_option":"x"})").status, 422);
  EXPECT_EQ(control("POST", "schema", R"({"object":"contact","field":"gendercode","remove_option":"x"})").status, 422);
}

// fact: §2.11
TEST_F(Doors, ABulkDeleteIsASystemJobThatTakesAMoment) {
  std::string keep = account("Keep"), one = account("Drop 1"), two = account("Drop 2");
  auto ask = [&](const std::string& condition) {
    return post(
        "BulkDelete",
        R"({"JobName":"Clean","SendEmailNotification":false,"ToRecipients":[],"CCRecipients":[],"RecurrencePattern":"","StartDateTime":"2026-11-18T11:00:00Z",)"
        R"("QuerySet":[{"@odata.type":"Microsoft.Dynamics.CRM.QueryExpression","EntityName":"account","Criteria":{"FilterOperator":"And","Conditions":[)" +
            condition + "]}}]}");
  };
  Answer begun = ask(R"({"AttributeName":"accountid","Operator":"In","Values":[{"Value":")" + one +
                     R"(","Type":"System.Guid"}]},{"AttributeName":"name","Operator":"BeginsWith","Values":["Drop"]})");
  ASSERT_EQ(begun.status, 200) << begun.text;
  std::string job = "asyncoperations(" + begun.at("/JobId") + ")?$select=statecode,statuscode";
  EXPECT_EQ(get(job).at("/statecode"), "0");
  EXPECT_EQ(get("accounts(" + one + ")").status, 200) << "not yet";
  clock.time.ms += 1'000;
  EXPECT_EQ(get("accounts(" + one + ")").status, 404);
  EXPECT_EQ(get(job).at("/statuscode"), "30");
  EXPECT_EQ(get("accounts(" + two + ")").status, 200) << "another id";
  EXPECT_EQ(ask(R"({"AttributeName":"shoesize","Operator":"Equal","Values":[1]})").code(), "0x80041103");
  EXPECT_EQ(post("BulkDelete", R"({"JobName":"x"})").status, 400);
  EXPECT_EQ(get("accounts(" + keep + ")").status, 200);
}

// fact: §2.11
TEST_F(Doors, ABulkDeleteFollowsLinksAndComesAgain) {
  std::string gone = account("Gone"), kept = account("Kept");
  auto task = [&](const std::string& of) { return make("tasks", R"({"subject":"s","regardingobjectid_account_task@odata.bind":"/accounts()" + of + ")\"}"); };
  std::string first = task(gone), other = task(kept);
  Answer begun = post(
      "BulkDelete",
      R"({"JobName":"Clean","SendEmailNotification":false,"ToRecipients":[],"CCRecipients":[],"RecurrencePattern":"FREQ=DAILY;INTERVAL=2;","StartDateTime":"2026-11-18T12:00:00Z",)"
      R"("QuerySet":[{"EntityName":"task","LinkEntities":[{"LinkFromAttributeName":"regardingobjectid","LinkToEntityName":"account","LinkToAttributeName":"accountid",)"
      R"("JoinOperator":"Inner","LinkCriteria":{"Conditions":[{"AttributeName":"name","Operator":"Equal","Values":["Gone"]}]}}]}]})");
  ASSERT_EQ(begun.status, 200) << begun.text;
  std::string job = "asyncoperations(" + begun.at("/JobId") + ")";
  auto state = [&] { return get(job + "?$select=statecode,statuscode,postponeuntil"); };
  EXPECT_EQ(state().at("/statuscode") + " " + state().at("/postponeuntil"), "10 2026-11-18T12:00:00Z");
  advance(Duration(54 * 60'000));
  EXPECT_EQ(get("tasks(" + first + ")").status, 404);
  EXPECT_EQ(get("tasks(" + other + ")").status, 200);
  EXPECT_EQ(state().at("/statecode") + " " + state().at("/postponeuntil"), "1 2026-11-20T12:00:00Z");
  std::string second = task(gone);
  advance(Duration(48 * 3'600'000));
  sign_in();
  EXPECT_EQ(get("tasks(" + second + ")").status, 404);
  EXPECT_EQ(patch(job, R"({"statecode":3,"statuscode":32})").status, 204);
  std::string third = task(gone);
  advance(Duration(48 * 3'600'000));
  sign_in();
  EXPECT_EQ(get("tasks(" + third + ")").status, 200) << "the job was cancelled";
}

// fact: §1.1
TEST_F(Doors, SignInLibrariesFindTheTokenEndpointByThemselves) {
  Answer found = send("GET", "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration");
  EXPECT_EQ(found.at("/token_endpoint"), std::string(kOrigin) + "/contoso.onmicrosoft.com/oauth2/v2.0/token");
  EXPECT_EQ(send("GET", "/nobody.example/v2.0/.well-known/openid-configuration").at("/error"), "invalid_tenant");
  EXPECT_EQ(send("GET", "/common/discovery/instance?api-version=1.1").at("/tenant_discovery_endpoint"),
            std::string(kOrigin) + "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration");
  http::Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(
      send("POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token",
           "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret&scope=" + percent_encode(std::string(kOrigin) + "//.default"),
           form)
          .status,
      200);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
