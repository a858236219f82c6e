// The shapes and limits of the contract page that no other test speaks of.
#include <tuple>

#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskContract : public ZendeskTest {
 protected:
  void expect_members(const json::value& shown, std::initializer_list<const char*> wanted) {
    for (const char* name : wanted) EXPECT_TRUE(shown.as_object().contains(name)) << name;
  }
};

// fact: §A1 [I]
TEST_F(ZendeskContract, CredentialsOfTheWrongKindAreNobodys) {
  for (const char* given : {"Digest x", "Token token=\"x\"", "lockstep-api-token"}) {
    caller.headers.set("Authorization", given);
    Answer me = get("users/me.json");
    EXPECT_EQ(me.status, 200) << given;
    EXPECT_TRUE(me.body.at("user").at("id").is_null());
    EXPECT_EQ(text_at(me.body, "/user/name"), "Anonymous user");
    Answer refused = get("tickets");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.text, R"({"error":"Couldn't authenticate you"})");
  }
}

// fact: §A1, §A8
TEST_F(ZendeskContract, AWrongTokenIsToldInTheWayOfItsKind) {
  caller.headers.set("Authorization", "Basic " + to_base64("agent@example.com/token:wrong"));
  EXPECT_EQ(get("users/me").text, R"({"error":"Couldn't authenticate you"})") << "not anonymous";
  caller.headers.set("Authorization", "Bearer wrong");
  Answer refused = get("users/me");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(members(refused.body), "error error_description");
  EXPECT_EQ(text_at(refused.body, "/error"), "invalid_token");
}

// fact: §A1
TEST_F(ZendeskContract, ATokenIsAnsweredWithItsKindScopeAndLife) {
  json::object asked{
      {"grant_type", "client_credentials"}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"scope", "tickets:read users:write"}};
  Answer token = caller.send_json("POST", "/oauth/tokens", asked);
  EXPECT_EQ(members(token.body), "access_token token_type scope expires_in");
  EXPECT_EQ(text_at(token.body, "/token_type") + " " + text_at(token.body, "/scope"), "bearer tickets:read users:write");
  asked["client_secret"] = "wrong";
  EXPECT_EQ(members(caller.send_json("POST", "/oauth/tokens", asked).body), "error error_description");
}

// fact: §A1 switch: api_token_unused_days
TEST_F(ZendeskContract, AnApiTokenThatNobodyUsesForThirtyDaysIsDead) {
  constexpr Duration kDay{24 * 3'600'000};
  clock.advance(29 * kDay);
  EXPECT_EQ(get("tickets").status, 200);
  clock.advance(29 * kDay);
  EXPECT_EQ(get("tickets").status, 200) << "it was used in between";
  clock.advance(30 * kDay);
  EXPECT_EQ(get("tickets").status, 401);
  control("settings", {{"api_token_unused_days", 0}});
  EXPECT_EQ(get("tickets").status, 200) << "as before the retirement began";
}

// fact: §A2
TEST_F(ZendeskContract, RecordsHaveTheFieldsOfTheirTable) {
  std::string organization = make("organization", {{"name", "Acme"}}), user = make("user", {{"name", "Ann"}}), ticket = make_ticket();
  expect_members(get("tickets/" + ticket).body.at("ticket"),
                 {"id",   "external_id",   "subject",      "description", "status",     "custom_status_id", "priority",
                  "type", "requester_id",  "submitter_id", "assignee_id", "group_id",   "organization_id",  "collaborator_ids",
                  "tags", "custom_fields", "due_at",       "via",         "created_at", "updated_at",       "generated_timestamp"});
  expect_members(get("users/" + user).body.at("user"),
                 {"id", "external_id", "name", "email", "phone", "role", "organization_id", "notes", "details", "tags", "user_fields", "suspended", "active",
                  "verified", "time_zone", "locale_id", "created_at", "updated_at"});
  expect_members(get("organizations/" + organization).body.at("organization"),
                 {"id", "external_id", "name", "domain_names", "details", "notes", "tags", "organization_fields", "group_id", "shared_tickets", "created_at",
                  "updated_at"});
}

// fact: §A2 [K]
TEST_F(ZendeskContract, CommentsAreNotEditedNorDeleted) {
  std::string ticket = "tickets/" + make_ticket(), comment = ticket + "/comments/" + text_at(get(ticket + "/comments").body, "/comments/0/id");
  for (const char* method : {"PUT", "PATCH", "DELETE"})
    EXPECT_EQ(text_at(send(method, comment, {{"comment", {{"body", "other"}}}}).body, "/error"), "InvalidEndpoint") << method;
  EXPECT_EQ(text_at(get(ticket + "/comments").body, "/comments/0/body"), "Text");
}

// fact: §A3
TEST_F(ZendeskContract, AJobIsShownWithWhatItIsAndHowFar) {
  Answer asked = send("POST", "users/create_many", {{"users", {{{"name", "Ann"}}, {{"email", "x"}}}}});
  EXPECT_EQ(asked.status, 200);
  const char* shape = "id job_type url total progress status message results";
  EXPECT_EQ(members(asked.body.at("job_status")), shape);
  std::string id = text_at(asked.body, "/job_status/id");
  EXPECT_EQ(text_at(asked.body, "/job_status/status"), "queued");
  clock.advance(Duration{1'000});
  EXPECT_EQ(text_at(get("job_statuses/" + id).body, "/job_status/status"), "working");
  clock.advance(Duration{1'000});
  Answer done = get("job_statuses/" + id);
  EXPECT_EQ(members(done.body.at("job_status")), shape);
  EXPECT_EQ(text_at(done.body, "/job_status/status"), "completed") << "though a row failed";
  EXPECT_EQ(members(done.body.at("job_status").at("results").at(0)), "index id");
  EXPECT_EQ(members(done.body.at("job_status").at("results").at(1)), "index error details");
  EXPECT_EQ(text_at(done.body, "/job_status/url"), "http://127.0.0.1:8101/api/v2/job_statuses/" + id + ".json");
}

// fact: §A3
TEST_F(ZendeskContract, ResultsOfJobsDifferByWhatWasDone) {
  std::string one = make_ticket(), two = make_ticket();
  auto results = [&](const Answer& asked) {
    clock.advance(Duration{2'000});
    return get("job_statuses/" + text_at(asked.body, "/job_status/id")).body.at("job_status").at("results");
  };
  json::value updated = results(send("PUT", "tickets/update_many?ids=" + one + ",7", {{"ticket", {{"priority", "low"}}}}));
  EXPECT_EQ(text_at(updated, "/0/action") + " " + text_at(updated, "/0/success") + " " + text_at(updated, "/0/status"), "update true Updated");
  EXPECT_FALSE(text_at(updated, "/1/errors").empty());
  json::value known =
      results(send("POST", "users/create_or_update_many", {{"users", {{{"name", "Ann"}, {"email", "ann@example.com"}}, {{"email", "x@example.com"}}}}}));
  EXPECT_EQ(text_at(known, "/0/status") + " " + text_at(known, "/1/status"), "Created Failed");
  for (const char* told : {"error", "details", "email"}) EXPECT_TRUE(known.at(1).as_object().contains(told)) << told;
  send("DELETE", "tickets/" + two, nullptr);
  EXPECT_EQ(text_at(results(send("DELETE", "deleted_tickets/" + two, nullptr)), "/0/success"), "true");
}

// fact: §A3 [I]
TEST_F(ZendeskContract, AnOrganizationIsKnownByItsIdAndNeverByItsName) {
  std::string acme = make("organization", {{"name", "Acme"}});
  Answer known = send("POST", "organizations/create_or_update", {{"organization", {{"id", std::stoll(acme)}, {"name", "Acme Ltd"}}}});
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(text_at(known.body, "/organization/id") + " " + text_at(known.body, "/organization/name"), acme + " Acme Ltd");
  Answer refused = send("POST", "organizations/create_or_update", {{"organization", {{"external_id", "other"}, {"name", "Acme Ltd"}}}});
  EXPECT_EQ(text_at(refused.body, "/details/name/0/error"), "DuplicateValue");
}

// fact: §A3
TEST_F(ZendeskContract, ManyTicketsEachGetAChangeOfTheirOwn) {
  std::string one = make_ticket(), two = make_ticket();
  json::array changes{json::object{{"id", std::stoll(one)}, {"priority", "low"}}, json::object{{"id", std::stoll(two)}, {"priority", "high"}}};
  EXPECT_EQ(send("PUT", "tickets/update_many", {{"tickets", changes}}).status, 200);
  clock.advance(Duration{2'000});
  EXPECT_EQ(text_at(get("tickets/" + one).body, "/ticket/priority") + " " + text_at(get("tickets/" + two).body, "/ticket/priority"), "low high");
  std::string ids = one;
  for (int i = 0; i < 100; ++i) ids += "," + std::to_string(i + 10);
  EXPECT_EQ(send("PUT", "tickets/update_many?ids=" + ids, {{"ticket", {{"priority", "low"}}}}).status, 422) << "a hundred at most";
  EXPECT_EQ(send("DELETE", "tickets/destroy_many?ids=" + ids, nullptr).status, 422);
}

// fact: §A3
TEST_F(ZendeskContract, TheThirtyFirstJobIsRefused) {
  auto start = [&](int i) { return send("POST", "users/create_many", {{"users", {{{"name", "User " + std::to_string(i)}}}}}); };
  for (int i = 0; i < 30; ++i) ASSERT_EQ(start(i).status, 200);
  Answer refused = start(30);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(text_at(refused.body, "/error"), "TooManyJobs");
  EXPECT_TRUE(refused.headers.find("Retry-After").has_value());
  clock.advance(Duration{2'000});
  EXPECT_EQ(start(31).status, 200);
}

// fact: §A4
TEST_F(ZendeskContract, TheLastWriterWinsAndOnlyTicketsHaveStamps) {
  std::string ticket = "tickets/" + make_ticket({{"tags", {"a"}}}), ann = "users/" + make("user", {{"name", "Ann"}}),
              acme = "organizations/" + make("organization", {{"name", "Acme"}});
  clock.advance(Duration{5'000});
  for (const char* tag : {"b", "c"})
    EXPECT_EQ(send("PUT", ticket, {{"ticket", {{"tags", {tag}}, {"updated_stamp", "2020-01-01T00:00:00Z"}}}}).status, 200) << "without safe_update";
  Answer read = get(ticket);
  EXPECT_EQ(text_at(read.body, "/ticket/tags"), R"(["c"])");
  EXPECT_FALSE(read.headers.find("ETag").has_value());
  json::object stamped{{"name", "Other"}, {"safe_update", true}, {"updated_stamp", "2020-01-01T00:00:00Z"}};
  EXPECT_EQ(text_at(send("PUT", ann, {{"user", stamped}}).body, "/details/safe_update/0/error"), "InvalidValue");
  EXPECT_EQ(text_at(send("PUT", acme, {{"organization", stamped}}).body, "/details/safe_update/0/error"), "InvalidValue");
}

// fact: §A5
TEST_F(ZendeskContract, ExportsHaveTheirOwnEnvelopesAndNoComments) {
  make_ticket();
  make("organization", {{"name", "Acme"}});
  std::string start = seconds_ago(1);
  clock.advance(Duration{120'000});
  for (const char* plural : {"tickets", "users"}) {
    Answer page = get(std::string("incremental/") + plural + "/cursor.json?per_page=1&start_time=" + start);
    EXPECT_EQ(members(page.body), std::string(plural) + " after_cursor after_url before_cursor before_url end_of_stream");
    EXPECT_TRUE(page.body.at("before_cursor").is_null());
    EXPECT_EQ(page.body.at(plural).as_array().size(), 1u);
    EXPECT_NE(text_at(page.body, "/after_url").find("cursor=" + percent_encode(text_at(page.body, "/after_cursor"))), std::string::npos);
  }
  Answer by_time = get("incremental/organizations.json?start_time=" + start);
  EXPECT_EQ(members(by_time.body), "count end_time next_page end_of_stream organizations");
  EXPECT_FALSE(get("incremental/tickets/cursor?start_time=" + start).body.at("tickets").at(0).as_object().contains("comments"));
}

// fact: §A5 [K]
TEST_F(ZendeskContract, AMergedUserIsExportedAsInactive) {
  std::string winner = make("user", {{"name", "Ann"}}), loser = make("user", {{"name", "Anne"}}), start = seconds_ago(1);
  EXPECT_EQ(send("PUT", "users/" + loser + "/merge", {{"user", {{"id", std::stoll(winner)}}}}).status, 200);
  clock.advance(Duration{120'000});
  std::map<std::string, std::string> active;
  json::value exported = get("incremental/users/cursor?start_time=" + start).body;
  for (const json::value& each : exported.at("users").as_array()) active[text_at(each, "/id")] = text_at(each, "/active");
  EXPECT_EQ(active[winner] + " " + active[loser], "true false");
}

// fact: §A6
TEST_F(ZendeskContract, PagesByOffsetHaveAHundredRowsAtMost) {
  json::array people;
  for (int i = 0; i < 150; ++i) people.push_back(json::object{{"name", "Person " + std::to_string(i)}});
  EXPECT_EQ(control("records/users", people).status, 200);
  clock.advance(Duration{180'000});
  for (const auto& [path, plural] :
       {std::pair("users?per_page=1000", "users"), std::pair("search?query=person&per_page=1000", "results"), std::pair("users", "users")})
    EXPECT_EQ(get(path).body.at(plural).as_array().size(), 100u) << path;
}

// fact: §A6 [I]
TEST_F(ZendeskContract, SortByIsDroppedBesideACursor) {
  std::string first = make_ticket({{"status", "solved"}});
  make_ticket({{"status", "open"}});
  Answer page = get("tickets?page%5Bsize%5D=2&sort_by=status&sort_order=asc");
  EXPECT_EQ(text_at(page.body, "/tickets/0/id"), first);
  EXPECT_EQ(members(page.body.at("meta")) + " " + members(page.body.at("links")), "has_more after_cursor before_cursor next prev");
}

// fact: §A6
TEST_F(ZendeskContract, AHundredSearchesAreExportedAMinute) {
  const std::string path = "search/export?query=x&filter%5Btype%5D=ticket";
  for (int i = 0; i < 100; ++i) ASSERT_EQ(get(path).status, 200) << i;
  Answer refused = get(path);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.find("Retry-After"), "60");
  clock.advance(Duration{60'000});
  EXPECT_EQ(get(path).status, 200);
}

// fact: §A7
TEST_F(ZendeskContract, ThePlansLimitIsTold) {
  Answer first = get("tickets");
  EXPECT_EQ(first.headers.find("X-Rate-Limit"), "700") << "Enterprise";
  EXPECT_EQ(first.headers.find("X-Rate-Limit-Remaining"), "699");
  EXPECT_EQ(first.headers.find("ratelimit-limit"), "700");
  EXPECT_EQ(first.headers.find("ratelimit-remaining"), "699");
  EXPECT_TRUE(first.headers.find("ratelimit-reset").has_value());
  clock.advance(Duration{60'000});
  for (int plan : {200, 400, 2'500}) {
    control("settings", {{"requests_per_minute", plan}});
    for (int i = 0; i < plan; ++i) ASSERT_EQ(get("tickets").status, 200) << i << " of " << plan;
    Answer refused = get("tickets");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.find("Retry-After"), "60");
    clock.advance(Duration{60'000});
  }
}

// fact: §A7
TEST_F(ZendeskContract, AnAccountTakesAHundredUpdatesOfTicketsAMinute) {
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(make_ticket());
  auto update = [&](int i) {
    return send("PUT", "tickets/" + ids[static_cast<std::size_t>(i) % ids.size()], {{"ticket", {{"subject", std::to_string(i)}}}}).status;
  };
  for (int i = 0; i < 100; ++i) ASSERT_EQ(update(i), 200) << i;
  EXPECT_EQ(update(100), 429);
  clock.advance(Duration{60'000});
  EXPECT_EQ(update(100), 200);
}

// fact: §A7 [K]
TEST_F(ZendeskContract, MaintenanceSaysWhenItIsOver) {
  control("faults", {{"name", "server_error"}, {"status", 503}, {"retry_after_ms", 30'000}, {"count", 1}});
  Answer down = get("tickets");
  EXPECT_EQ(down.status, 503);
  EXPECT_EQ(down.headers.find("Retry-After"), "30");
  EXPECT_EQ(get("tickets").status, 200);
}

// fact: §A8
TEST_F(ZendeskContract, AMissingScopeIsToldByItsName) {
  json::object asked{{"grant_type", "client_credentials"}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"scope", "tickets:read"}};
  caller.headers.set("Authorization", "Bearer " + text_at(caller.send_json("POST", "/oauth/tokens", asked).body, "/access_token"));
  Answer refused = get("users");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text, R"({"error":"Forbidden","description":"You are missing the following required scopes: users:read, read"})");
  EXPECT_EQ(text_at(get("ticket_fields").body, "/description"), "You are missing the following required scopes: read") << "no scope of its own";
}

// fact: §A8 [I]
TEST_F(ZendeskContract, WhatAPlanDoesNotHaveIsToldWithATitle) {
  for (const char* feature : {"audit_logs", "workspaces.json", "it_asset_management/assets"}) {
    Answer refused = get(feature);
    EXPECT_EQ(refused.status, 403) << feature;
    EXPECT_EQ(members(refused.body.at("error")), "title message");
    EXPECT_EQ(text_at(refused.body, "/error/title"), "Forbidden");
  }
  EXPECT_EQ(text_at(get("wishes").body, "/error"), "InvalidEndpoint");
}

// fact: §A8, §A6
TEST_F(ZendeskContract, ABadRequestNamesTheParameterThatIsItsSource) {
  for (const auto& [path, code, parameter] : {std::tuple("tickets?page=101", "InvalidPaginationDepth", "page"),
                                              std::tuple("tickets?page%5Bsize%5D=1&sort=subject", "InvalidPaginationParameter", "sort"),
                                              std::tuple("tickets?page%5Bsize%5D=1&page%5Bafter%5D=x", "InvalidPaginationParameter", "page")}) {
    Answer refused = get(path);
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_EQ(members(refused.body.at("errors").at(0)), "code title detail source");
    EXPECT_EQ(text_at(refused.body, "/errors/0/code") + " " + text_at(refused.body, "/errors/0/source/parameter"), std::string(code) + " " + parameter);
  }
  Answer webhook = send("POST", "webhooks", {{"webhook", {{"name", "x"}, {"endpoint", "nowhere"}}}});
  EXPECT_EQ(text_at(webhook.body, "/errors/0/source/parameter"), "endpoint");
}

// fact: §A1 switch: unknown_scopes_refused
TEST_F(ZendeskContract, AScopeIsOfEverythingOrOfOneResource) {
  control("settings", {{"unknown_scopes_refused", true}});
  auto asked = [&](const std::string& scope) {
    json::object grant{{"grant_type", "client_credentials"}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"scope", scope}};
    return caller.send_json("POST", "/oauth/tokens", grant);
  };
  std::size_t known = 0;
  for (const char* resource : {"account_settings",
                               "any_channel",
                               "apps",
                               "auditlogs",
                               "automations",
                               "brands",
                               "custom_objects",
                               "deletion_schedules",
                               "dynamic_content",
                               "groups",
                               "hc",
                               "macros",
                               "organizations",
                               "requests",
                               "satisfaction_ratings",
                               "security",
                               "sla_policies",
                               "targets",
                               "themes",
                               "ticket_attachments",
                               "ticket_views",
                               "tickets",
                               "triggers",
                               "users",
                               "web_widget",
                               "webhooks",
                               "zis"}) {
    for (const char* verb : {":read", ":write"}) known += asked(std::string(resource) + verb).status == 200 ? 1 : 0;
  }
  for (const char* broad : {"read", "write", "impersonate"}) known += asked(broad).status == 200 ? 1 : 0;
  EXPECT_EQ(known, 53u) << "an audit log and a security setting are only read, a channel and a widget only written";
  for (const char* unknown : {"views:read", "tickets", "tickets:delete", "auditlogs:write", "impersonate:read"})
    EXPECT_EQ(asked(unknown).status, 400) << unknown;
  auto status = [&](const char* scope, const char* path) {
    caller.headers.set("Authorization", "Bearer " + text_at(asked(scope).body, "/access_token"));
    return get(path).status;
  };
  EXPECT_EQ(status("ticket_views:read", "views"), 200);
  EXPECT_EQ(status("groups:read", "group_memberships"), 200);
  EXPECT_EQ(status("organizations:read", "organization_memberships"), 200);
  EXPECT_EQ(status("tickets:read", "views"), 403);
  EXPECT_EQ(status("impersonate", "tickets"), 403);
}

// fact: §A1 switch: api_tokens_made
TEST_F(ZendeskContract, ApiTokensAreMadeNoMore) {
  json::object asked{{"api_token", {{"description", "Second"}}}};
  EXPECT_EQ(send("POST", "api_tokens", asked).status, 403) << "since 2026-10-27";
  control("settings", {{"api_tokens_made", true}});
  Answer made = send("POST", "api_tokens", asked);
  EXPECT_EQ(made.status, 201);
  Answer all = get("api_tokens.json");
  EXPECT_EQ(text_at(all.body, "/api_tokens/1/description"), "Second");
  EXPECT_FALSE(all.body.at("api_tokens").at(1).as_object().contains("token")) << "told once";
  std::string first = text_at(all.body, "/api_tokens/0/id"), second = text_at(all.body, "/api_tokens/1/id");
  std::string mine(*caller.headers.find("Authorization"));
  caller.headers.set("Authorization", "Basic " + to_base64("agent@example.com/token:" + text_at(made.body, "/api_token/token")));
  EXPECT_EQ(get("tickets").status, 200);
  EXPECT_EQ(send("DELETE", "api_tokens/" + first, nullptr).status, 204);
  EXPECT_EQ(text_at(get("api_tokens/" + second).body, "/api_token/id"), second);
  caller.headers.set("Authorization", mine);
  EXPECT_EQ(get("tickets").status, 401) << "deleted";
}

// fact: §A2 [K]
TEST_F(ZendeskContract, ManyAreShownByTheirExternalIds) {
  std::string one = make_ticket({{"external_id", "a"}}), other = make_ticket({{"external_id", "a"}}),
              user = make("user", {{"name", "Ann"}, {"external_id", "a"}});
  make_ticket({{"external_id", "b"}});
  Answer tickets = get("tickets/show_many?external_ids=a,none");
  EXPECT_EQ(text_at(tickets.body, "/tickets/0/id") + " " + text_at(tickets.body, "/tickets/1/id"), one + " " + other) << "tickets may share one";
  EXPECT_EQ(text_at(tickets.body, "/count"), "2");
  Answer users = get("users/show_many.json?external_ids=a");
  EXPECT_EQ(text_at(users.body, "/users/0/id") + " of " + text_at(users.body, "/count"), user + " of 1");
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
