// What is not certain of the platform: the strict reading holds until a switch loosens it.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskReadings : public ZendeskTest {
 protected:
  void loosen(const char* name) { EXPECT_EQ(control("settings", {{name, true}}).status, 200) << name; }
};

// fact: §A2 [K] switch: shared_external_ids
TEST_F(ZendeskReadings, AnExternalIdIsOfOneUserOrOrganization) {
  make("organization", {{"name", "Acme"}, {"external_id", "1"}});
  json::object other{{"name", "Other"}, {"external_id", "1"}};
  EXPECT_EQ(text_at(send("POST", "organizations", {{"organization", other}}).body, "/details/external_id/0/error"), "DuplicateValue");
  loosen("shared_external_ids");
  EXPECT_EQ(send("POST", "organizations", {{"organization", other}}).status, 201);
}

// fact: §A2 [K] switch: email_replaces
TEST_F(ZendeskReadings, AnotherAddressIsOneMore) {
  std::string ann = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  EXPECT_EQ(text_at(send("PUT", "users/" + ann, {{"user", {{"email", "two@example.com"}}}}).body, "/user/email"), "ann@example.com");
  loosen("email_replaces");
  EXPECT_EQ(text_at(send("PUT", "users/" + ann, {{"user", {{"email", "three@example.com"}}}}).body, "/user/email"), "three@example.com");
  Answer identities = get("users/" + ann + "/identities");
  EXPECT_EQ(text_at(identities.body, "/identities/0/value") + " " + text_at(identities.body, "/identities/1/value"), "three@example.com two@example.com");
  EXPECT_EQ(text_at(identities.body, "/count"), "2");
}

// fact: §A2 [K] switch: requesters_deleted
TEST_F(ZendeskReadings, ARequesterOfOpenTicketsStays) {
  std::string ann = make("user", {{"name", "Ann"}});
  make_ticket({{"requester_id", std::stoll(ann)}});
  EXPECT_EQ(send("DELETE", "users/" + ann, nullptr).status, 422);
  loosen("requesters_deleted");
  EXPECT_EQ(send("DELETE", "users/" + ann, nullptr).status, 200);
}

// fact: §A2 [K] switch: organizations_made_by_name
TEST_F(ZendeskReadings, AUsersOrganizationIsThereAlready) {
  json::object ann{{"name", "Ann"}, {"organization", {{"name", "Acme"}}}};
  EXPECT_EQ(send("POST", "users", {{"user", ann}}).status, 422);
  loosen("organizations_made_by_name");
  Answer made = send("POST", "users", {{"user", ann}});
  EXPECT_EQ(text_at(get("organizations/" + text_at(made.body, "/user/organization_id")).body, "/organization/name"), "Acme");
}

// fact: §A2 [K] switch: assignees_of_any_group
TEST_F(ZendeskReadings, AnAssigneeIsOfTheTicketsGroup) {
  std::int64_t billing = std::stoll(text_at(get("groups").body, "/groups/1/id")), me = std::stoll(text_at(get("users/me").body, "/user/id"));
  json::object both{{"description", "x"}, {"group_id", billing}, {"assignee_id", me}};
  EXPECT_EQ(send("POST", "tickets", {{"ticket", both}}).status, 422);
  loosen("assignees_of_any_group");
  EXPECT_EQ(send("POST", "tickets", {{"ticket", both}}).status, 201);
}

// fact: §A2 [K] switch: shared_group_names
TEST_F(ZendeskReadings, AGroupsNameIsItsOwn) {
  EXPECT_EQ(send("POST", "groups", {{"group", {{"name", "billing"}}}}).status, 422);
  loosen("shared_group_names");
  EXPECT_EQ(send("POST", "groups", {{"group", {{"name", "billing"}}}}).status, 201);
}

// fact: §A2 [K] switch: comments_without_text, uploads_used_again, upload_life_ms
TEST_F(ZendeskReadings, AnUploadIsUsedOnceSoonAndWithAText) {
  auto upload = [&] { return text_at(caller.send("POST", "/api/v2/uploads?filename=a.txt", "text", {{"Content-Type", "text/plain"}}).body, "/upload/token"); };
  std::string id = make_ticket(), token = upload();
  auto comment = [&](const char* text) { return send("PUT", "tickets/" + id, {{"ticket", {{"comment", {{"body", text}, {"uploads", {token}}}}}}}).status; };
  EXPECT_EQ(comment(""), 422);
  loosen("comments_without_text");
  EXPECT_EQ(comment(""), 200);
  EXPECT_EQ(comment("again"), 422) << "it was used";
  loosen("uploads_used_again");
  token = upload();
  EXPECT_EQ(comment("one"), 200);
  EXPECT_EQ(comment("two"), 200) << "used again";
  control("settings", {{"upload_life_ms", 7'200'000}});
  token = upload();
  clock.advance(Duration{5'400'000});
  EXPECT_EQ(comment("later"), 200);
}

// fact: §A2 [K] switch: any_content_type
TEST_F(ZendeskReadings, ABodyIsSaidToBeJson) {
  auto post = [&] { return caller.send("POST", "/api/v2/tickets", R"({"ticket":{"description":"x"}})", {{"Content-Type", "text/plain"}}).status; };
  EXPECT_EQ(post(), 415);
  loosen("any_content_type");
  EXPECT_EQ(post(), 201);
}

// fact: §A6 [K] switch: large_pages
TEST_F(ZendeskReadings, APageBeyondTheMostIsRefused) {
  EXPECT_EQ(get("tickets?page%5Bsize%5D=101").status, 400);
  loosen("large_pages");
  EXPECT_EQ(get("tickets?page%5Bsize%5D=101").status, 200);
}

// fact: §A6 [K] switch: search_passes_over
TEST_F(ZendeskReadings, ASearchSaysWhatItDoesNotLookAt) {
  make_ticket({{"subject", "A"}});
  clock.advance(Duration{180'000});
  for (const auto& [query, status] :
       {std::pair("type:ticket via:mail", 501), std::pair("type:ticket created>soon", 422), std::pair("type:ticket order_by:size", 422)})
    EXPECT_EQ(get("search?query=" + percent_encode(query)).status, status) << query;
  loosen("search_passes_over");
  EXPECT_EQ(text_at(get("search?query=" + percent_encode("type:ticket via:mail order_by:size")).body, "/count"), "1");
  EXPECT_EQ(text_at(get("search?query=" + percent_encode("type:ticket created>soon")).body, "/count"), "0");
}

// fact: §A1 [I] switch: unknown_scopes_refused
TEST_F(ZendeskReadings, AnUnknownScopeYieldsATokenOrNone) {
  auto token = [&](const char* scope) {
    json::object asked{{"grant_type", "client_credentials"}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"scope", scope}};
    return caller.send_json("POST", "/oauth/tokens", asked);
  };
  EXPECT_EQ(token("wishes:read").status, 200) << "its calls fail";
  loosen("unknown_scopes_refused");
  Answer refused = token("tickets:read wishes:read");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(text_at(refused.body, "/error"), "invalid_scope");
  EXPECT_FALSE(text_at(refused.body, "/error_description").empty());
  EXPECT_EQ(token("tickets:read users:write").status, 200);
}

// fact: §A7 [I] switch: puts_counted_alone
TEST_F(ZendeskReadings, EveryChangeOfAUserCountsToItsUpdates) {
  json::object ann{{"name", "Ann"}, {"external_id", "a"}};
  make("user", ann);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send("POST", "users/create_or_update", {{"user", ann}}).status, 200);
  EXPECT_EQ(send("POST", "users/create_or_update", {{"user", ann}}).status, 429);
  loosen("puts_counted_alone");
  EXPECT_EQ(send("POST", "users/create_or_update", {{"user", ann}}).status, 200);
}

// fact: §A3 [K] switch: jobs_in_order
TEST_F(ZendeskReadings, AJobDoesItsRowsInAnyOrder) {
  auto ids = [&] {
    json::array rows;
    for (int i = 0; i < 20; ++i) rows.push_back(json::object{{"name", "User " + std::to_string(i)}});
    std::string job = text_at(send("POST", "users/create_many", {{"users", rows}}).body, "/job_status/id");
    clock.advance(Duration{2'000});
    std::vector<std::int64_t> made;
    json::value done = get("job_statuses/" + job).body;
    for (const json::value& each : done.at("job_status").at("results").as_array()) {
      EXPECT_EQ(each.at("index").as_int64(), static_cast<std::int64_t>(made.size())) << "told in their order all the same";
      made.push_back(each.at("id").as_int64());
    }
    return made;
  };
  std::vector<std::int64_t> made = ids();
  EXPECT_EQ(made.size(), 20u);
  EXPECT_FALSE(std::is_sorted(made.begin(), made.end()));
  loosen("jobs_in_order");
  made = ids();
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
}

// fact: §A3 [K] switch: jobs_end
TEST_F(ZendeskReadings, AJobThatFailsOrIsKilledHasDoneSomeOfItsRows) {
  for (const char* end : {"failed", "killed"}) {
    control("settings", {{"jobs_end", end}});
    json::array rows;
    for (int i = 0; i < 10; ++i) rows.push_back(json::object{{"name", std::string(end) + std::to_string(i)}});
    std::string job = text_at(send("POST", "organizations/create_many", {{"organizations", rows}}).body, "/job_status/id");
    clock.advance(Duration{2'000});
    Answer done = get("job_statuses/" + job);
    EXPECT_EQ(text_at(done.body, "/job_status/status"), end);
    EXPECT_EQ(text_at(done.body, "/job_status/progress") + " of " + text_at(done.body, "/job_status/total"), "5 of 10");
    EXPECT_TRUE(done.body.at("job_status").at("results").is_null());
  }
  EXPECT_EQ(text_at(get("organizations/count").body, "/count/value"), "10");
  EXPECT_NE(control("settings", {{"jobs_end", "happily"}}).status, 200);
}

// fact: §A5 [K] switch: deleted_organizations_exported
TEST_F(ZendeskReadings, OrganizationsDoNotSayThatTheyAreGone) {
  std::string acme = make("organization", {{"name", "Acme"}}), start = seconds_ago(1);
  send("DELETE", "organizations/" + acme, nullptr);
  clock.advance(Duration{120'000});
  EXPECT_TRUE(get("incremental/organizations?start_time=" + start).body.at("organizations").as_array().empty());
  loosen("deleted_organizations_exported");
  Answer told = get("incremental/organizations?start_time=" + start);
  EXPECT_EQ(text_at(told.body, "/organizations/0/id"), acme);
  EXPECT_EQ(text_at(told.body, "/organizations/0/deleted_at").substr(0, 2), "20");
}

class ZendeskTold : public ZendeskReadings {
 protected:
  ZendeskTold() {
    json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:user.created"}}};
    EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201);
  }
  std::size_t told(int status) {
    make("user", {{"name", "Ann"}});
    auto sent = emulator->take_outgoing();
    for (auto& each : sent) emulator->outgoing_answered(each.id, status);
    return sent.size();
  }
};

// fact: §A9 [K] switch: enumerations_in_lower_case
TEST_F(ZendeskTold, EnumerationsAreUpperCase) {
  auto role = [&] {
    make("user", {{"name", "Ann"}, {"role", "agent"}});
    auto sent = emulator->take_outgoing();
    emulator->outgoing_answered(sent.at(0).id, 200);
    return text_at(json::parse(sent.at(0).request.body), "/detail/role");
  };
  EXPECT_EQ(role(), "AGENT");
  loosen("enumerations_in_lower_case");
  EXPECT_EQ(role(), "agent");
}

// fact: §A9 [I] switch: breaker_least, breaker_open_ms
TEST_F(ZendeskTold, TheBreakerOpensAtSevenErrorsOfTen) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(told(200), 1u);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(told(500), 1u) << i;
  EXPECT_EQ(told(200), 0u) << "seven of ten";
  clock.advance(Duration{300'000});
  EXPECT_EQ(told(200), 1u);
  control("settings", {{"breaker_least", 2}, {"breaker_open_ms", 10'000}});
  EXPECT_EQ(told(500), 1u) << "one of two is half";
  EXPECT_EQ(told(500) + told(500), 2u) << "three of four";
  EXPECT_EQ(told(200), 0u);
  clock.advance(Duration{10'000});
  EXPECT_EQ(told(200), 1u);
}

// fact: §A9 [I]
TEST_F(ZendeskTold, TheBreakerOpensAtMoreThanAThousandErrorsWhateverTheirShare) {
  control("settings", {{"limits", false}});
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(told(200), 1u);
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(told(500), 1u);
  EXPECT_EQ(told(500), 1u) << "the thousand and first";
  EXPECT_EQ(told(200), 0u);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
