// Records under the account's rules, and the four envelopes of errors.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

// fact: §A8
TEST_F(ZendeskTest, ErrorsComeInFourEnvelopes) {
  EXPECT_EQ(text_at(get("tickets/7").body, "/error"), "RecordNotFound");
  EXPECT_EQ(text_at(get("nothing").body, "/error"), "InvalidEndpoint");
  EXPECT_EQ(text_at(get("search?query=x&page%5Bsize%5D=5").body, "/error/title"), "Invalid attribute");
  EXPECT_EQ(text_at(get("tickets?page=101").body, "/errors/0/code"), "InvalidPaginationDepth");
  std::string user = make("user", {{"name", "Ann"}});
  Answer last;
  for (int i = 0; i < 6; ++i) last = send("PUT", "users/" + user, {{"user", {{"notes", std::to_string(i)}}}});
  EXPECT_EQ(last.status, 429);
  EXPECT_TRUE(last.body.is_null()) << "plain text: " << last.text;
  EXPECT_EQ(last.headers.find("Content-Type"), "text/plain; charset=utf-8");
}

// fact: §A8
TEST_F(ZendeskTest, ValidationTellsEachFieldWithItsReason) {
  make("organization", {{"name", "Acme"}});
  Answer refused = send("POST", "organizations", {{"organization", {{"name", "Acme"}}}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(text_at(refused.body, "/error"), "RecordInvalid");
  EXPECT_EQ(text_at(refused.body, "/description"), "Record validation errors");
  EXPECT_EQ(text_at(refused.body, "/details/name/0/error"), "DuplicateValue");
  EXPECT_EQ(text_at(refused.body, "/details/name/0/description"), "Name: Acme has already been taken");
}

// fact: §A2 [I]
TEST_F(ZendeskTest, ClosedIsTheEndOfATicket) {
  std::string id = make_ticket({{"status", "closed"}});
  Answer refused = send("PUT", "tickets/" + id, {{"ticket", {{"priority", "low"}}}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(text_at(refused.body, "/details/status/0/description").find("closed prevents ticket update"), std::string::npos);
}

// fact: §A4 [D]
TEST_F(ZendeskTest, TwoUpdatesWithinASecondAreNotToldApart) {
  std::string id = make_ticket();
  std::string stamp = text_at(get("tickets/" + id).body, "/ticket/updated_at");
  clock.advance(Duration{900 - clock.now().ms % 1000});
  json::object mine{{"subject", "Mine"}, {"safe_update", true}, {"updated_stamp", stamp}};
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"subject", "Other"}}}}).status, 200);
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", mine}}).status, 200) << "the same second";
  clock.advance(Duration{1'000});
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"subject", "Other"}}}}).status, 200);
  Answer refused = send("PUT", "tickets/" + id, {{"ticket", mine}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(text_at(refused.body, "/error"), "UpdateConflict");
}

// fact: §A2
TEST_F(ZendeskTest, ARefusedTicketLeavesNoRequesterBehind) {
  json::object ticket{{"description", "x"}, {"status", "asleep"}, {"requester", {{"name", "Ann"}, {"email", "ann@example.com"}}}};
  EXPECT_EQ(send("POST", "tickets", {{"ticket", ticket}}).status, 422);
  Answer counts = caller.get("/__emulator/counts");
  EXPECT_EQ(text_at(counts.body, "/rows/user/live"), "1") << "the owner alone";
}

// fact: §A7
TEST_F(ZendeskTest, ATicketTakesThirtyUpdatesInTenMinutes) {
  std::string id = make_ticket();
  for (int i = 0; i < 30; ++i) ASSERT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"subject", std::to_string(i)}}}}).status, 200);
  Answer refused = send("PUT", "tickets/" + id, {{"ticket", {{"subject", "31"}}}});
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.find("Retry-After"), "600");
  clock.advance(Duration{600'000});
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"subject", "31"}}}}).status, 200);
}

// fact: §A2
TEST_F(ZendeskTest, PeopleAndIntegrationsWriteUnderTheirNames) {
  json::object edit{{"as", "Ann"}, {"operation", "create"}, {"object", "ticket"}, {"fields", {{"description", "x"}}}};
  std::string id = text_at(control("edit", edit).body, "/id");
  edit["as"] = "Billing";
  edit["kind"] = "integration";
  edit["operation"] = "update";
  edit["id"] = id;
  edit["fields"] = {{"priority", "low"}};
  EXPECT_EQ(control("edit", edit).status, 200);
  json::value writes = caller.get("/__emulator/writes?object=ticket").body;
  EXPECT_EQ(text_at(writes, "/writes/0/by/name"), "Ann");
  EXPECT_EQ(text_at(writes, "/writes/1/by/kind"), "integration");
  EXPECT_EQ(text_at(writes, "/writes/1/after/priority"), "low");
}

// fact: §A2
TEST_F(ZendeskTest, CsvLoadsWithDottedNamesOfCustomFields) {
  http::Headers csv{{"Content-Type", "text/csv"}};
  Answer loaded =
      caller.send("POST", "/__emulator/records/users", "name,email,tags,user_fields.loyalty_tier,verified\nAnn,ann@example.com,a b,gold,true\n", csv);
  ASSERT_EQ(loaded.status, 200) << loaded.text;
  Answer read = get("users/" + text_at(loaded.body, "/ids/0"));
  EXPECT_EQ(text_at(read.body, "/user/user_fields/loyalty_tier"), "gold");
  EXPECT_EQ(text_at(read.body, "/user/tags/1"), "b");
  EXPECT_EQ(text_at(read.body, "/user/verified"), "true");
  EXPECT_EQ(text_at(caller.get("/__emulator/counts").body, "/writes"), "0");
}

// fact: §A2
TEST_F(ZendeskTest, TheWriteOfATicketIsAnsweredWithItsAudit) {
  Answer made = send("POST", "tickets", {{"ticket", {{"subject", "S"}, {"description", "Text"}}}});
  EXPECT_EQ(text_at(made.body, "/audit/ticket_id"), text_at(made.body, "/ticket/id"));
  std::string id = text_at(made.body, "/ticket/id");
  Answer changed = send("PUT", "tickets/" + id, {{"ticket", {{"priority", "high"}}}});
  EXPECT_EQ(text_at(changed.body, "/audit/events/0/field_name"), "priority");
  EXPECT_EQ(get("tickets/" + id).body.as_object().contains("audit"), false) << "a read has none";
}

// fact: §A2 [K]
TEST_F(ZendeskTest, MembershipsAreRowsOfTheirOwnAndOneForEachUser) {
  std::string acme = make("organization", {{"name", "Acme"}}), other = make("organization", {{"name", "Other"}}), ann = make("user", {{"name", "Ann"}});
  auto member = [&](const std::string& organization) {
    json::object row{{"user_id", std::stoll(ann)}, {"organization_id", std::stoll(organization)}};
    return send("POST", "organization_memberships", {{"organization_membership", row}});
  };
  Answer made = member(acme);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(made.body, "/organization_membership/organization_name"), "Acme");
  EXPECT_EQ(text_at(get("users/" + ann).body, "/user/organization_id"), acme);
  EXPECT_EQ(text_at(member(other).body, "/details/user_id/0/error"), "DuplicateValue");
  EXPECT_EQ(text_at(get("organizations/" + acme + "/organization_memberships").body, "/organization_memberships/0/user_id"), ann);
  std::string id = text_at(made.body, "/organization_membership/id");
  EXPECT_EQ(send("DELETE", "organization_memberships/" + id, nullptr).status, 204);
  EXPECT_EQ(text_at(get("users/" + ann + "/organization_memberships").body, "/count"), "0");
  EXPECT_EQ(text_at(get("group_memberships").body, "/count"), "1") << "the owner alone is an agent";
  EXPECT_EQ(text_at(get("users/" + ann + "/groups").body, "/count"), "0");
}

// fact: §A2 [K]
TEST_F(ZendeskTest, ADeletedUserIsStillToBeSeenUntilItGoesForGood) {
  std::string ann = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  EXPECT_EQ(get("deleted_users/" + ann).status, 404) << "not deleted";
  EXPECT_EQ(text_at(get("users/" + ann + "/related").body, "/user_related/requested_tickets"), "0");
  send("DELETE", "users/" + ann, nullptr);
  EXPECT_EQ(text_at(get("deleted_users").body, "/deleted_users/0/id"), ann);
  Answer gone = send("DELETE", "deleted_users/" + ann, nullptr);
  EXPECT_EQ(text_at(gone.body, "/deleted_user/name"), "Permanently Deleted User");
  EXPECT_EQ(text_at(gone.body, "/deleted_user/email"), "null");
  EXPECT_EQ(get("deleted_users/" + ann).status, 404);
}

// fact: §A2 [K]
TEST_F(ZendeskTest, AnAccountShowsItsBrandFormStatusesLocaleAndTags) {
  std::string brand = text_at(get("brands").body, "/brands/0/id");
  EXPECT_EQ(text_at(get("brands/" + brand + ".json").body, "/brand/default"), "true");
  EXPECT_EQ(get("brands/7").status, 404);
  EXPECT_EQ(text_at(get("custom_statuses.json").body, "/count"), "5");
  EXPECT_EQ(text_at(get("locales/current").body, "/locale/locale"), "en-US");
  EXPECT_NE(text_at(get("ticket_forms").body, "/ticket_forms/0/ticket_field_ids/0"), "");
  make_ticket({{"tags", {"b", "a"}}});
  make_ticket({{"tags", json::array{"b"}}});
  Answer tags = get("tags");
  EXPECT_EQ(text_at(tags.body, "/tags/0/name") + text_at(tags.body, "/tags/0/count") + text_at(tags.body, "/tags/1/name"), "b2a");
}

// fact: §A2 [K]
TEST_F(ZendeskTest, AnIdentityIsVerifiedByAnAgentOrByAMail) {
  std::string user = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  std::string path = "users/" + user + "/identities/" + text_at(get("users/" + user + "/identities").body, "/identities/0/id");
  EXPECT_EQ(send("PUT", path + "/request_verification", json::object()).status, 200);
  EXPECT_EQ(text_at(get(path).body, "/identity/verified"), "false");
  EXPECT_EQ(text_at(send("PUT", path, {{"identity", {{"verified", true}}}}).body, "/identity/verified"), "true");
  EXPECT_EQ(send("PUT", path, {{"identity", {{"value", "other@example.com"}}}}).status, 422);
}

// fact: §A7 [I]
TEST_F(ZendeskTest, AUserIsUpdatedFiveTimesAMinuteHoweverItIsAskedFor) {
  json::object ann{{"name", "Ann"}, {"external_id", "a"}};
  std::string user = make("user", ann);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(send("POST", "users/create_or_update", {{"user", ann}}).status, 200);
  EXPECT_EQ(send("PUT", "users/" + user + "/tags", {{"tags", {"x"}}}).status, 200);
  EXPECT_EQ(send("POST", "users/create_or_update", {{"user", ann}}).status, 429);
  EXPECT_EQ(send("PUT", "users/" + user + "/tags", {{"tags", {"y"}}}).status, 429);
  EXPECT_EQ(send("POST", "users/create_or_update", {{"user", {{"name", "Bob"}, {"external_id", "b"}}}}).status, 201);
  clock.advance(Duration{61'000});
  EXPECT_EQ(send("POST", "users/create_or_update", {{"user", ann}}).status, 200);
}

// fact: §A6
TEST_F(ZendeskTest, APageByCursorHasAHundredRowsAndOneOfASearchExportAThousand) {
  json::array people;
  for (int i = 0; i < 120; ++i) people.push_back(json::object{{"name", "Person " + std::to_string(i)}});
  EXPECT_EQ(control("records/users", people).status, 200);
  EXPECT_EQ(get("users?page%5Bsize%5D=101").status, 400);
  EXPECT_EQ(get("users?page%5Bsize%5D=100").body.at("users").as_array().size(), 100u);
  clock.advance(Duration{180'000});
  auto exported = [&](const char* size) { return get(std::string("search/export?query=person&filter%5Btype%5D=user&page%5Bsize%5D=") + size); };
  EXPECT_EQ(exported("1000").body.at("results").as_array().size(), 120u);
  EXPECT_EQ(exported("1001").status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
