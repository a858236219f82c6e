// Sign-in, quotas, scopes, the account, property definitions.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Session : public HubSpotTest {
 protected:
  Session() : HubSpotTest(HubSpotOptions()) {}
  Answer token(const std::string& form) { return api.send("POST", "/oauth/v1/token", form, {{"Content-Type", "application/x-www-form-urlencoded"}}); }
  static std::string refresh(const std::string& token) {
    return "grant_type=refresh_token&client_id=lockstep-client&client_secret=lockstep-secret&refresh_token=" + token;
  }
  void sign_in() {
    Answer answer = token(refresh(refresh_token_));
    refresh_token_ = text_at(answer.body, "/refresh_token");  // each renewal gives another one
    api.headers.set("Authorization", "Bearer " + text_at(answer.body, "/access_token"));
  }
  Answer call() { return api.get("/crm/v3/objects/contacts"); }
  std::string refresh_token_ = "lockstep-refresh-token";
};

// fact: §1.1 [D], §1.4 [U] switch: expired_as_invalid
TEST_F(Session, ARefreshTokenGivesHalfAnHour) {
  Answer answer = token(refresh("lockstep-refresh-token"));
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(text_at(answer.body, "/expires_in"), "1800");
  refresh_token_ = text_at(answer.body, "/refresh_token");
  EXPECT_GT(text_at(answer.body, "/access_token").size(), 300u);
  sign_in();
  EXPECT_EQ(call().status, 200);
  clock.advance(Duration(1'800'000));
  Answer late = call();
  EXPECT_EQ(late.status, 401);
  EXPECT_EQ(category(late), "EXPIRED_AUTHENTICATION");
  set({{"expired_as_invalid", true}});
  EXPECT_EQ(category(call()), "INVALID_AUTHENTICATION");
}

// fact: §1.1 [D], §1.1 [O]
TEST_F(Session, BadGrantsSayWhatIsBad) {
  Answer answer = token(refresh("nonsense"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text_at(answer.body, "/error"), "invalid_grant");
  EXPECT_EQ(text_at(answer.body, "/status"), "BAD_REFRESH_TOKEN");
  EXPECT_EQ(token("grant_type=refresh_token&client_id=lockstep-client&client_secret=x&refresh_token=lockstep-"
                  "refresh-token")
                .status,
            400);
  EXPECT_EQ(text_at(token("grant_type=authorization_code&client_id=lockstep-client&client_secret=lockstep-secret&code=x").body, "/status"), "BAD_AUTH_CODE");
}

// fact: §1.1 [D2]
TEST_F(Session, AppTokensDoNotOpenTheAccount) {
  Answer answer = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
  api.headers.set("Authorization", "Bearer " + text_at(answer.body, "/access_token"));
  EXPECT_EQ(call().status, 403);
}

// fact: §1.1 [U] switch: rotate_refresh_tokens
TEST_F(Session, ARefreshTokenIsGoodOnceUnlessItMayStay) {
  std::string next = text_at(token(refresh("lockstep-refresh-token")).body, "/refresh_token");
  EXPECT_EQ(token(refresh("lockstep-refresh-token")).status, 400);
  set({{"rotate_refresh_tokens", false}});
  EXPECT_EQ(text_at(token(refresh(next)).body, "/refresh_token"), next);
  EXPECT_EQ(token(refresh(next)).status, 200);
}

// fact: §1.1 [D] switch: redirect_uris
TEST_F(Session, ACodeGoesToAnAddressThatTheAppRegisteredAlone) {
  auto asked = [&](const std::string& address) { return api.get("/oauth/authorize?client_id=lockstep-client&scope=oauth&redirect_uri=" + address).status; };
  EXPECT_EQ(asked("http%3A%2F%2F127.0.0.1%2Fcallback"), 302);
  for (const char* other : {"http%3A%2F%2F127.0.0.1%2Fcallback%2F", "http%3A%2F%2Fa.example", ""}) EXPECT_EQ(asked(other), 400) << other;
  set({{"redirect_uris", json::array{"http://a.example"}}});
  EXPECT_EQ(asked("http%3A%2F%2Fa.example"), 302);
  EXPECT_EQ(asked("http%3A%2F%2F127.0.0.1%2Fcallback"), 400);
}

// fact: §1.4 [O]
TEST_F(Session, UnknownTokensAreRefused) {
  api.headers.set("Authorization", "Bearer nonsense");
  Answer answer = call();
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(category(answer), "INVALID_AUTHENTICATION");
  api.headers.remove("Authorization");
  EXPECT_EQ(call().status, 401);
}

// fact: §4.1 [D2], §4.2 [D2], §4.3 [O]
TEST_F(Session, ServiceKeysHaveAHundredCallsInTenSeconds) {
  for (int i = 0; i < 100; ++i) ASSERT_EQ(call().status, 200);
  Answer answer = call();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(message(answer), "You have reached your ten_secondly_rolling limit.");
  EXPECT_EQ(text_at(answer.body, "/policyName"), "TEN_SECONDLY_ROLLING");
  EXPECT_EQ(text_at(answer.body, "/errorType"), "RATE_LIMIT");
  EXPECT_FALSE(answer.body.as_object().contains("category"));
  clock.advance(Duration(10'000));
  Answer free = call();
  EXPECT_EQ(free.status, 200);
  EXPECT_EQ(free.headers.find("X-HubSpot-RateLimit-Max"), "100");
  EXPECT_EQ(free.headers.find("X-HubSpot-RateLimit-Remaining"), "99");
  EXPECT_EQ(free.headers.find("X-HubSpot-RateLimit-Interval-Milliseconds"), "10000");
  EXPECT_EQ(free.headers.find("X-HubSpot-RateLimit-Daily-Remaining"), "249899");
}

// fact: §4.1 [D2], §4.2 [D2]
TEST_F(Session, PublicAppsHaveNoDailyQuota) {
  sign_in();
  set({{"daily_requests", 0}});
  Answer answer = call();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.find("X-HubSpot-RateLimit-Max"), "110");
  EXPECT_FALSE(answer.headers.contains("X-HubSpot-RateLimit-Daily"));
}

// fact: §3.1 [D], §4.1 [D2]
TEST_F(Session, SearchesHaveASecondOfTheirOwn) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(search("contacts", {}).status, 200);
  Answer answer = search("contacts", {});
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(message(answer), "You have reached your secondly limit.");
  EXPECT_FALSE(answer.headers.contains("X-HubSpot-RateLimit-Max"));
  EXPECT_EQ(call().headers.find("X-HubSpot-RateLimit-Remaining"), "99");  // not in the same bucket
  clock.advance(Duration(1'000));
  EXPECT_EQ(search("contacts", {}).status, 200);
}

// fact: §4.1 [D2]
TEST_F(Session, TheDayEndsAtTheAccountsMidnight) {
  set({{"daily_requests", 1}});
  EXPECT_EQ(call().status, 200);
  Answer answer = call();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(text_at(answer.body, "/policyName"), "DAILY");
  clock.time = WallTime{1'795'014'000'000};  // 15:00 UTC, midnight in Tokyo
  EXPECT_EQ(call().status, 200);
}

// fact: §1.4 [O]
TEST_F(Session, AMissingScopeIsNamed) {
  set({{"denied_scopes", {"crm.objects.companies.write"}}});
  EXPECT_EQ(api.get("/crm/v3/objects/companies").status, 200);
  Answer answer = create("companies", {{"name", "A"}});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(category(answer), "MISSING_SCOPES");
  EXPECT_EQ(text_at(answer.body, "/errors/0/context/requiredGranularScopes"), R"(["crm.objects.companies.write"])");
}

// fact: §1.3 [D], §0.1 [D2]
TEST_F(Session, AnOlderPathIsNoWayAroundAScope) {
  std::string id = contact("a@x.example"), ticket = created_id("tickets", {{"subject", "s"}, {"hs_pipeline_stage", "1"}});
  auto scope_of = [&](const Answer& answer) { return std::to_string(answer.status) + text_at(answer.body, "/errors/0/context/requiredGranularScopes/0"); };
  json::object engagement{{"engagement", {{"type", "NOTE"}}}, {"metadata", {{"body", "b"}}}}, domain{{"limit", 1}};
  json::array denied{"crm.objects.contacts.write", "crm.objects.companies.read", "tickets", "crm.objects.owners.read"};
  set({{"denied_scopes", denied}});
  EXPECT_EQ(api.get("/contacts/v1/contact/vid/" + id + "/profile").status, 200);
  EXPECT_EQ(scope_of(api.send("DELETE", "/contacts/v1/contact/vid/" + id)), "403crm.objects.contacts.write");
  EXPECT_EQ(scope_of(post("/engagements/v1/engagements", engagement)), "403crm.objects.contacts.write");
  EXPECT_EQ(api.get("/engagements/v1/engagements/paged").status, 200);
  EXPECT_EQ(scope_of(post("/companies/v2/domains/x.example/companies", domain)), "403crm.objects.companies.read");
  EXPECT_EQ(scope_of(api.get("/companies/v2/companies/paged")), "403crm.objects.companies.read");
  EXPECT_EQ(scope_of(api.get("/crm-objects/v1/objects/tickets/" + ticket)), "403tickets");
  EXPECT_EQ(scope_of(api.get("/owners/v2/owners")), "403crm.objects.owners.read");
  set({{"denied_scopes", json::array()}});
  EXPECT_EQ(api.get("/crm-objects/v1/objects/tickets/" + ticket).status, 200);
  EXPECT_EQ(api.get("/owners/v2/owners").status, 200);
}

// fact: §1.1 [D], §1.3 [S]
TEST_F(Session, ATokenIsGoodForWhatWasConsentedToAlone) {
  Answer asked = api.get(
      "/oauth/"
      "authorize?client_id=lockstep-client&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=oauth%20crm.objects.contacts.read&optional_scope=crm.import");
  std::string location(asked.headers.find("Location").value_or(""));
  std::string code = location.substr(location.find("code=") + 5);
  Answer answer = token(
      "grant_type=authorization_code&client_id=lockstep-client&client_secret=lockstep-secret&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&code=" + code);
  EXPECT_EQ(text_at(answer.body, "/scopes"), R"(["oauth","crm.objects.contacts.read","crm.import"])");
  std::string renewed = text_at(token(refresh(text_at(answer.body, "/refresh_token"))).body, "/access_token");
  EXPECT_EQ(text_at(api.get("/oauth/v1/access-tokens/" + renewed).body, "/scopes/1"), "crm.objects.contacts.read");
  api.headers.set("Authorization", "Bearer " + renewed);
  EXPECT_EQ(call().status, 200);
  EXPECT_EQ(read("notes", "1").status, 404);  // of contacts, as all activities are
  EXPECT_EQ(api.get("/crm/v3/imports").status, 200);
  auto refused = [](const Answer& told) { return told.status == 403 ? text_at(told.body, "/errors/0/context/requiredGranularScopes/0") : told.text; };
  EXPECT_EQ(refused(create("contacts", {{"email", "a@x.example"}})), "crm.objects.contacts.write");
  EXPECT_EQ(refused(api.get("/crm/v3/objects/tickets")), "tickets");
  EXPECT_EQ(refused(api.get("/crm/v3/properties/contacts")), "crm.schemas.contacts.read");
  EXPECT_EQ(refused(api.get("/crm/v3/owners")), "crm.objects.owners.read");
  EXPECT_EQ(refused(post("/crm/v3/exports/export/async", json::object())), "crm.export");
}

// fact: §1.3 [S]
TEST_F(Session, EmailsAreReadWithEitherOfTwoScopes) {
  set({{"denied_scopes", {"crm.objects.contacts.read"}}});
  EXPECT_EQ(api.get("/crm/v3/objects/notes").status, 403);
  EXPECT_EQ(api.get("/crm/v3/objects/emails").status, 200);
  set({{"denied_scopes", {"crm.objects.contacts.read", "sales-email-read"}}});
  EXPECT_EQ(api.get("/crm/v3/objects/emails").status, 403);
}

// fact: §1.3 [D2] switch: email_contents_by_either
TEST_F(Session, WhatEmailsSayIsReadWithTheScopeOfEmailsAlone) {
  std::string id = created_id(
      "emails", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_email_direction", "EMAIL"}, {"hs_email_subject", "Hi"}, {"hs_email_text", "Secret"}});
  EXPECT_EQ(value("emails", id, "hs_email_text"), "Secret");
  set({{"denied_scopes", {"sales-email-read"}}});
  EXPECT_EQ(value("emails", id, "hs_email_subject"), "Hi");
  for (const char* name : {"hs_email_text", "hs_body_preview"}) EXPECT_EQ(value("emails", id, name), "null") << name;
  EXPECT_EQ(read("emails", id, "propertiesWithHistory=hs_email_text").text.find("Secret"), std::string::npos);
  set({{"email_contents_by_either", true}});
  EXPECT_EQ(value("emails", id, "hs_email_text"), "Secret");
}

// fact: §1.4 [O] switch: missing_scopes_in_context
TEST_F(Session, AMissingScopeCanStandInTheContext) {
  set({{"denied_scopes", {"tickets"}}, {"missing_scopes_in_context", true}});
  Answer answer = api.get("/crm/v3/objects/tickets");
  EXPECT_EQ(category(answer), "MISSING_SCOPES");
  EXPECT_EQ(text_at(answer.body, "/context/missingScopes/0"), "tickets");
}

// fact: §1.4 [O] switch: banned
TEST_F(Session, AnAppThatTheAccountShutOutIsNoMatterOfScopes) {
  set({{"banned", true}});
  Answer answer = call();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(category(answer), "BANNED");
  set({{"banned", false}});
  EXPECT_EQ(call().status, 200);
}

// fact: §2.12 [D], §4.1 [D2]
TEST_F(Session, CallsAboutAssociationsHaveQuotasOfTheirOwn) {
  set({{"association_requests", 2}, {"daily_association_requests", 3}});
  std::string ann = contact("a@x.example");
  auto ties = [&] { return api.get("/crm/v4/objects/contacts/" + ann + "/associations/companies"); };
  EXPECT_EQ(ties().status, 200);
  EXPECT_EQ(ties().status, 200);
  EXPECT_EQ(text_at(ties().body, "/policyName"), "TEN_SECONDLY_ROLLING");
  EXPECT_EQ(call().status, 200);
  clock.advance(Duration(10'000));
  EXPECT_EQ(ties().status, 200);
  EXPECT_EQ(text_at(ties().body, "/policyName"), "DAILY");
}

// fact: §5.2 [D] switch: daily_exports
TEST_F(Session, ExportsAreThirtyInADay) {
  json::object view{{"exportType", "VIEW"},          {"format", "CSV"}, {"exportName", "n"}, {"objectType", "CONTACT"},
                    {"objectProperties", {"email"}}, {"language", "EN"}};
  auto start = [&] { return post("/crm/v3/exports/export/async", view).status; };
  for (int i = 0; i < 30; ++i) EXPECT_EQ(start(), 202);
  EXPECT_EQ(start(), 429);
  clock.advance(Duration(24LL * 3'600'000));
  EXPECT_EQ(start(), 202);
  set({{"daily_exports", 1}});
  EXPECT_EQ(start(), 429);
}

// fact: §0.1 [S]
TEST_F(Session, DatedPathsHaveTheAccountAndBetaVersionsToo) {
  EXPECT_EQ(text_at(api.get("/account-info/2026-03/details").body, "/portalId"), "4242001");
  EXPECT_EQ(api.get("/account-info/2024-03/details").status, 404);
  EXPECT_EQ(text_at(api.get("/crm/property-validations/2026-03/contacts/email").body, "/propertyValidationRules/0/ruleType"), "FORMAT");
  EXPECT_EQ(api.get("/crm/objects/2027-03-beta/contacts").status, 200);
}

// fact: §1.2 [S], §2.9 [S]
TEST_F(Session, TheAccountSaysWhoAndWhenItIs) {
  Answer answer = api.get("/account-info/v3/details");
  EXPECT_EQ(text_at(answer.body, "/portalId"), "4242001");
  EXPECT_EQ(text_at(answer.body, "/timeZone"), "Asia/Tokyo");
  EXPECT_EQ(text_at(answer.body, "/utcOffset"), "+09:00");
  EXPECT_EQ(text_at(api.get("/crm/v3/owners?limit=1").body, "/results/0/firstName"), "Ann");
  EXPECT_EQ(text_at(api.get("/crm/v3/owners/").body, "/results/1/firstName"), "Bob");
  EXPECT_EQ(text_at(api.get("/crm/v3/owners/10202051?idProperty=userId").body, "/id"), "70001");
  EXPECT_EQ(api.get("/crm/v3/owners/70001?idProperty=email").status, 400);
  EXPECT_EQ(text_at(api.get("/crm/v3/pipelines/tickets").body, "/results/0/stages/3/metadata/ticketState"), "CLOSED");
}

// fact: §2.8 [S]
TEST_F(Session, PropertiesAreDefinedOnce) {
  define_key("contacts", "contactinformation");
  json::object again{{"name", "lockstep_id"}, {"label", "x"}, {"groupName", "contactinformation"}, {"type", "string"}, {"fieldType", "text"}};
  EXPECT_EQ(post("/crm/v3/properties/contacts", again).status, 409);
  Answer read = api.get("/crm/v3/properties/contacts/lockstep_id");
  EXPECT_EQ(text_at(read.body, "/hasUniqueValue"), "true");
  EXPECT_EQ(text_at(read.body, "/modificationMetadata/readOnlyValue"), "false");
  EXPECT_EQ(text_at(api.get("/crm/v3/properties/tickets/hs_pipeline_stage").body, "/options/3/value"), "4");
  EXPECT_EQ(api.get("/crm/v3/properties/contacts/nonsense").status, 404);
}

// fact: §2.6 [U] switch: engagement_unique_properties
TEST_F(Session, EngagementsHaveNoUniquePropertiesUnlessSwitchedOn) {
  json::object key{{"name", "lockstep_id"}, {"label", "x"}, {"groupName", "note"}, {"type", "string"}, {"fieldType", "text"}, {"hasUniqueValue", true}};
  EXPECT_EQ(post("/crm/v3/properties/notes", key).status, 400);
  set({{"engagement_unique_properties", true}});
  EXPECT_EQ(post("/crm/v3/properties/notes", key).status, 201);
}

// fact: §4.4 [D]
TEST_F(Session, FaultsLookLikeThePlatforms) {
  auto fault = [&](const json::object& what) { post("/__emulator/faults", what); };
  fault({{"name", "server_error"}, {"status", 502}, {"count", 1}});
  Answer edge = call();
  EXPECT_EQ(edge.status, 502);
  EXPECT_TRUE(edge.headers.find("Content-Type")->starts_with("text/html"));
  fault({{"name", "server_error"}, {"status", 477}, {"count", 1}, {"retry_after_ms", 60'000}});
  EXPECT_EQ(call().headers.find("Retry-After"), "60");
  fault({{"name", "rate_limit"}, {"count", 1}});
  EXPECT_EQ(text_at(call().body, "/policyName"), "TEN_SECONDLY_ROLLING");
  fault({{"name", "expire_token"}, {"count", 1}});
  sign_in();
  EXPECT_EQ(call().status, 200);  // it fired at the sign-in, before the token was there
}

// fact: §2.7 [O]
TEST_F(Session, LongAddressesAreRefusedByTheEdge) {
  Answer answer = api.get("/crm/v3/objects/contacts?properties=" + std::string(9'000, 'a'));
  EXPECT_EQ(answer.status, 414);
  EXPECT_TRUE(answer.headers.find("Content-Type")->starts_with("text/html"));
}

// fact: §1.1 [D]
TEST_F(Session, AnAuthorisationCodeIsGoodOnceForItsAddressAndAWhile) {
  auto code = [&] {
    Answer asked = api.get("/oauth/authorize?client_id=lockstep-client&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=oauth&state=s1");
    EXPECT_EQ(asked.status, 302);
    std::string location(asked.headers.find("Location").value_or(""));
    EXPECT_TRUE(location.starts_with("http://127.0.0.1/callback?code=")) << location;
    EXPECT_TRUE(location.ends_with("&state=s1")) << location;
    return location.substr(31, location.find('&') - 31);
  };
  auto exchange = [&](const std::string& with, const std::string& address) {
    return token("grant_type=authorization_code&client_id=lockstep-client&client_secret=lockstep-secret&code=" + with + "&redirect_uri=" + address);
  };
  std::string first = code();
  Answer answer = exchange(first, "http%3A%2F%2F127.0.0.1%2Fcallback");
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(token(refresh(text_at(answer.body, "/refresh_token"))).status, 200);
  EXPECT_EQ(text_at(exchange(first, "http%3A%2F%2F127.0.0.1%2Fcallback").body, "/status"), "BAD_AUTH_CODE");
  EXPECT_EQ(exchange(code(), "http%3A%2F%2Fother.example").status, 400);
  std::string late = code();
  clock.advance(Duration(600'000));
  EXPECT_EQ(exchange(late, "http%3A%2F%2F127.0.0.1%2Fcallback").status, 400);
}

// fact: §1.1 [S], §1.1 [D]
TEST_F(Session, LaterVersionsIntrospectAndRevoke) {
  http::Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
  Answer renewed = api.send("POST", "/oauth/2026-03/token", refresh("lockstep-refresh-token"), form);
  std::string access = text_at(renewed.body, "/access_token"), held = text_at(renewed.body, "/refresh_token");
  auto told = [&](const std::string& hint, const std::string& of) {
    return api.send("POST", "/oauth/v3/token/introspect", "token_type_hint=" + hint + "&" + hint + "=" + of, form);
  };
  EXPECT_EQ(text_at(told("access_token", access).body, "/hub_id"), "4242001");
  EXPECT_EQ(text_at(told("access_token", access).body, "/signed_access_token/appId"), "2500001");
  EXPECT_EQ(text_at(told("refresh_token", held).body, "/active"), "true");
  EXPECT_EQ(told("nonsense", access).status, 400);
  EXPECT_EQ(api.send("POST", "/oauth/2019-01/token", refresh(held), form).status, 404);
  EXPECT_EQ(api.send("POST", "/oauth/v3/token/revoke", "token_type_hint=refresh_token&refresh_token=" + held, form).status, 200);
  EXPECT_EQ(text_at(told("refresh_token", held).body, "/active"), "false");
  EXPECT_EQ(text_at(told("access_token", access).body, "/active"), "true");
}

// fact: §1.2 [D2]
TEST_F(Session, APrivateAppsTokenNamesItsApp) {
  Answer answer = post("/oauth/v2/private-apps/get/access-token-info", {{"tokenKey", "pat-na1-00000000-0000-4000-8000-000000000001"}});
  EXPECT_EQ(text_at(answer.body, "/appId"), "2500002");
  EXPECT_EQ(post("/oauth/v2/private-apps/get/access-token-info", {{"tokenKey", "x"}}).status, 404);
}

// fact: §2.9 [D], §2.9 [U] switch: archived_owners_keep_users
TEST_F(Session, ArchivedOwnersAreListedApartAndGetNothing) {
  EXPECT_EQ(ids(api.get("/crm/v3/owners?archived=true")), "70003");
  Answer gone = api.get("/crm/v3/owners/70003?archived=true");
  EXPECT_TRUE(gone.body.at("userId").is_null());
  EXPECT_TRUE(gone.body.at("userIdIncludingInactive").is_int64());
  set({{"archived_owners_keep_users", true}});
  EXPECT_TRUE(api.get("/crm/v3/owners/70003?archived=true").body.at("userId").is_int64());
  EXPECT_EQ(api.get("/crm/v3/owners/70003").status, 404);
  EXPECT_EQ(code(create("contacts", {{"email", "a@x.example"}, {"hubspot_owner_id", "70003"}})), "INVALID_OPTION");
}

// fact: §3.1 [D], §4.1 [D2] switch: search_requests
TEST_F(Session, AnAccountSearchesSoOftenASecond) {
  set({{"search_requests", 2}});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(search("contacts", {{"limit", 1}}).status, 200);
  Answer refused = search("contacts", {{"limit", 1}});
  EXPECT_EQ(std::to_string(refused.status) + text_at(refused.body, "/policyName"), "429SECONDLY");
  clock.advance(Duration(1'000));
  EXPECT_EQ(search("contacts", {{"limit", 1}}).status, 200);
}

// fact: §3.1 [O] switch: index_lag_ms
TEST_F(Session, WhatIsWrittenIsFoundLaterOrAtOnce) {
  std::string first = contact("a@x.example");
  EXPECT_EQ(ids(search("contacts", {{"limit", 10}})), "");
  clock.advance(Duration(5'000));
  EXPECT_EQ(ids(search("contacts", {{"limit", 10}})), first);
  set({{"index_lag_ms", 0}});
  std::string second = contact("b@x.example");
  EXPECT_EQ(ids(search("contacts", {{"limit", 10}})), first + " " + second);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
