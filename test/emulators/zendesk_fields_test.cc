// Fields that are made through the API, custom statuses, what the system does by itself.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskFields : public ZendeskTest {
 protected:
  Answer make_field(const std::string& type, json::object traits) { return send("POST", type + "_fields", {{type + "_field", std::move(traits)}}); }
};

// fact: §A2
TEST_F(ZendeskFields, AFieldIsMadeWrittenRenamedAndDeleted) {
  Answer made = make_field("ticket", {{"type", "text"}, {"title", "Contract"}});
  ASSERT_EQ(made.status, 201) << made.text;
  std::string id = text_at(made.body, "/ticket_field/id");
  EXPECT_EQ(made.headers.find("Location").value_or(""), text_at(made.body, "/ticket_field/url"));
  std::string ticket = make_ticket({{"custom_fields", json::array{json::object{{"id", std::stoll(id)}, {"value", "c-1"}}}}});
  auto value = [&] {
    Answer shown = get("tickets/" + ticket);
    for (const json::value& each : shown.body.at("ticket").at("custom_fields").as_array()) {
      if (text_at(each, "/id") == id) return text_at(each, "/value");
    }
    return std::string("not there");
  };
  EXPECT_EQ(value(), "c-1");
  EXPECT_EQ(text_at(send("PUT", "ticket_fields/" + id, {{"ticket_field", {{"title", "Agreement"}}}}).body, "/ticket_field/title"), "Agreement");
  EXPECT_EQ(send("PUT", "ticket_fields/" + id, {{"ticket_field", {{"type", "date"}}}}).status, 422);
  EXPECT_EQ(caller.send("DELETE", "/api/v2/ticket_fields/" + id).status, 204);
  EXPECT_EQ(value(), "not there");
  EXPECT_EQ(get("ticket_fields/" + id).status, 404);
}

// fact: §A2, §A8
TEST_F(ZendeskFields, WhatCannotBeAFieldIsRefused) {
  auto refused = [&](const std::string& type, const json::object& traits) {
    Answer answer = make_field(type, traits);
    EXPECT_EQ(answer.status, 422) << answer.text;
    return text_at(answer.body, "/details");
  };
  EXPECT_NE(refused("ticket", {{"type", "text"}}).find("Title: cannot be blank"), std::string::npos);
  EXPECT_NE(refused("ticket", {{"type", "tagger"}, {"title", "T"}}).find("Custom field options: cannot be blank"), std::string::npos);
  EXPECT_NE(refused("user", {{"type", "dropdown"},
                             {"title", "T"},
                             {"key", "t"},
                             {"custom_field_options", json::array{json::object{{"name", "A"}, {"value", "a"}}, json::object{{"name", "B"}, {"value", "a"}}}}})
                .find("DuplicateValue"),
            std::string::npos);
  EXPECT_NE(refused("user", {{"type", "text"}, {"title", "T"}, {"key", "crm_id"}}).find("Key: crm_id has already been taken"), std::string::npos);
  EXPECT_NE(refused("organization", {{"type", "text"}, {"title", "T"}, {"key", "Not A Key"}}).find("InvalidFormat"), std::string::npos);
  EXPECT_NE(refused("organization", {{"type", "wish"}, {"title", "T"}, {"key", "t"}}).find("Type: wish"), std::string::npos);
}

// fact: §A2 [K]
TEST_F(ZendeskFields, TagsAreAddedToManyTicketsAndNotToOne) {
  std::string id = make_ticket({{"tags", json::array{"a"}}});
  auto tags = [&] { return text_at(get("tickets/" + id).body, "/ticket/tags"); };
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"additional_tags", json::array{"b"}}}}}).status, 422);
  EXPECT_EQ(tags(), R"(["a"])");
  send("PUT", "tickets/update_many?ids=" + id, {{"ticket", {{"additional_tags", json::array{"b"}}, {"remove_tags", json::array{"a"}}}}});
  clock.advance(Duration{2'000});
  EXPECT_EQ(tags(), R"(["b"])");
}

// fact: §A2
TEST_F(ZendeskFields, ACustomStatusSaysWhichStatusAsWell) {
  std::string id = make_ticket();
  json::value statuses = get("custom_statuses").body.at("custom_statuses");
  auto custom = [&](std::size_t place) { return statuses.at(place).at("id"); };
  auto shown = [&] { return get("tickets/" + id).body.at("ticket"); };
  EXPECT_EQ(shown().at("custom_status_id"), custom(0));
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"custom_status_id", custom(3)}}}}).status, 200);
  EXPECT_EQ(shown().at("status"), json::value("hold"));
  EXPECT_EQ(shown().at("custom_status_id"), custom(3));
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"custom_status_id", 7}}}}).status, 422);
}

// fact: §A2 [K] switch: close_solved_days
TEST_F(ZendeskFields, SolvedTicketsAreClosedByTheSystemAfterFourWeeks) {
  std::string solved = make_ticket({{"status", "solved"}}), open = make_ticket({{"status", "open"}});
  json::value before = get("tickets/" + solved).body.at("ticket");
  clock.advance(Duration{27LL * 24 * 3'600'000});
  EXPECT_EQ(text_at(get("tickets/" + solved).body, "/ticket/status"), "solved");
  clock.advance(Duration{25LL * 3'600'000});
  json::value after = get("tickets/" + solved).body.at("ticket");
  EXPECT_EQ(after.at("status"), json::value("closed"));
  EXPECT_EQ(after.at("updated_at"), before.at("updated_at")) << "nobody touched it";
  EXPECT_GT(after.at("generated_timestamp").as_int64(), before.at("generated_timestamp").as_int64());
  EXPECT_EQ(text_at(get("tickets/" + open).body, "/ticket/status"), "open");
}

// fact: §A1 switch: refresh_token_life_ms
TEST_F(ZendeskFields, RefreshTokensEndAsWell) {
  auto token = [&](json::object more) {
    more["client_id"] = "lockstep-client";
    more["client_secret"] = "lockstep-secret";
    return caller.send_json("POST", "/oauth/tokens", more);
  };
  Answer page = caller.get("/oauth/authorizations/new?response_type=code&client_id=lockstep-client&redirect_uri=http%3A%2F%2Fhere&scope=read");
  std::string back(page.headers.find("Location").value_or(""));
  std::string code = http::parse_query(back.substr(back.find('?') + 1)).front().second;
  Answer first = token({{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", "http://here"}, {"refresh_token_expires_in", 600}});
  EXPECT_EQ(text_at(first.body, "/refresh_token_expires_in"), "600");
  Answer second = token({{"grant_type", "refresh_token"}, {"refresh_token", text_at(first.body, "/refresh_token")}});
  EXPECT_EQ(text_at(second.body, "/refresh_token_expires_in"), std::to_string(30 * 24 * 3'600));
  clock.advance(Duration{30LL * 24 * 3'600'000});
  Answer late = token({{"grant_type", "refresh_token"}, {"refresh_token", text_at(second.body, "/refresh_token")}});
  EXPECT_EQ(late.status, 400);
  EXPECT_EQ(text_at(late.body, "/error"), "invalid_grant");
}

// fact: §A4 [K]
TEST_F(ZendeskFields, TwoWritesOfOneTicketMayCollide) {
  std::string id = make_ticket();
  control("faults", {{"name", "server_error"}, {"match", "PUT"}, {"status", 409}, {"count", 1}});
  Answer refused = send("PUT", "tickets/" + id, {{"ticket", {{"priority", "low"}}}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(text_at(refused.body, "/error"), "UpdateConflict");
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"priority", "low"}}}}).status, 200);
}

// fact: §A5 switch: exports_per_minute
TEST_F(ZendeskFields, AnAddOnBuysMoreExports) {
  EXPECT_EQ(control("settings", {{"exports_per_minute", 30}}).status, 200);
  Answer last;
  for (int i = 0; i < 30; ++i) last = get("incremental/organizations?start_time=" + seconds_ago(3'600));
  EXPECT_EQ(last.status, 200);
  EXPECT_NE(last.headers.find("zendesk-ratelimit-incremental-exports").value_or("").find("total=30; remaining=0"), std::string::npos);
  EXPECT_EQ(get("incremental/organizations?start_time=" + seconds_ago(3'600)).status, 429);
}

// fact: §A9 [?] switch: webhook_timeout_ms, permanent_deletions_told
TEST_F(ZendeskFields, AReceiverHasTenSecondsAndATicketThatIsGoneForGoodMayBeTold) {
  json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:ticket.permanently_deleted"}}};
  EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 400) << "whether there is such an event is not certain";
  control("settings", {{"permanent_deletions_told", true}});
  EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201);
  auto sent = [&] {
    std::string id = make_ticket();
    caller.send("DELETE", "/api/v2/tickets/" + id);
    caller.send("DELETE", "/api/v2/deleted_tickets/" + id);
    clock.advance(Duration{2'000});
    auto out = emulator->take_outgoing();
    EXPECT_EQ(out.size(), 1u);
    return out.at(0);
  };
  OutgoingRequest first = sent();
  EXPECT_EQ(first.request.timeout, Duration{10'000});
  EXPECT_NE(first.request.body.find("zen:event-type:ticket.permanently_deleted"), std::string::npos);
  control("settings", {{"webhook_timeout_ms", 12'000}});
  EXPECT_EQ(sent().request.timeout, Duration{12'000});
}

// fact: §A2 [K]
TEST_F(ZendeskFields, AnImportKeepsWhenThingsWere) {
  json::array comments{json::object{{"value", "first"}, {"created_at", "2020-01-01T00:00:00Z"}},
                       json::object{{"value", "second"}, {"public", false}, {"created_at", "2020-01-02T00:00:00Z"}}};
  json::object old{
      {"subject", "Old"}, {"status", "solved"}, {"created_at", "2020-01-01T00:00:00Z"}, {"updated_at", "2020-02-01T00:00:00Z"}, {"comments", comments}};
  Answer made = send("POST", "imports/tickets", {{"ticket", old}});
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(made.body, "/ticket/created_at") + " " + text_at(made.body, "/ticket/updated_at"), "2020-01-01T00:00:00Z 2020-02-01T00:00:00Z");
  EXPECT_EQ(text_at(made.body, "/ticket/description"), "first");
  EXPECT_EQ(text_at(made.body, "/ticket/generated_timestamp"), std::to_string(clock.now().ms / 1000)) << "exports tell of it now";
  Answer listed = get("tickets/" + text_at(made.body, "/ticket/id") + "/comments");
  EXPECT_EQ(text_at(listed.body, "/comments/0/body") + " " + text_at(listed.body, "/comments/0/created_at"), "first 2020-01-01T00:00:00Z");
  EXPECT_EQ(text_at(listed.body, "/comments/1/public") + " " + text_at(listed.body, "/comments/1/created_at"), "false 2020-01-02T00:00:00Z");
  EXPECT_EQ(text_at(send("POST", "tickets", {{"ticket", old}}).body, "/error"), "RecordInvalid") << "comments are for imports alone";
}

// fact: §A2
TEST_F(ZendeskFields, TheCommentsOfALoadedTicketAreRead) {
  EXPECT_EQ(caller.send("POST", "/__emulator/records/tickets", R"([{"subject":"S","description":"d"}])", {{"Content-Type", "application/json"}}).status, 200);
  EXPECT_EQ(text_at(get("tickets/1/comments").body, "/comments/0/body"), "d");
}

// fact: §A6
TEST_F(ZendeskFields, ACursorOfASearchIsGoodForAnHour) {
  for (int i = 0; i < 3; ++i) make_ticket();
  clock.advance(Duration{180'000});
  const std::string path = "search/export?query=&filter%5Btype%5D=ticket&page%5Bsize%5D=2";
  Answer first = get(path);
  std::string cursor = text_at(first.body, "/meta/after_cursor");
  EXPECT_EQ(get(path + "&page%5Bafter%5D=" + cursor).body.at("results").as_array().size(), 1u);
  EXPECT_NE(text_at(first.body, "/links/next").find(cursor), std::string::npos);
  clock.advance(Duration{3'600'000});
  EXPECT_EQ(get(path + "&page%5Bafter%5D=" + cursor).status, 400);
  EXPECT_EQ(get(path + "&page%5Bafter%5D=nonsense").status, 400);
}

// fact: §A3
TEST_F(ZendeskFields, ATicketMayBeMadeLater) {
  Answer job = send("POST", "tickets?async=true", {{"ticket", {{"description", "x"}}}});
  EXPECT_EQ(job.status, 202);
  EXPECT_EQ(get("tickets").body.at("tickets").as_array().size(), 0u);
  clock.advance(Duration{2'000});
  EXPECT_EQ(text_at(get("job_statuses/" + text_at(job.body, "/job_status/id")).body, "/job_status/status"), "completed");
  EXPECT_EQ(get("tickets").body.at("tickets").as_array().size(), 1u);
}

// fact: §A9 switch: trial
TEST_F(ZendeskFields, AnAccountOnTrialHasFewWebhooksAndFewCallsOfThem) {
  control("settings", {{"trial", true}});
  json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:ticket.created"}}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201);
  EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 400);
  for (int i = 0; i < 7; ++i) make_ticket();
  EXPECT_EQ(emulator->take_outgoing().size(), 60u);
  clock.advance(Duration{60'000});
  EXPECT_TRUE(emulator->take_outgoing().empty()) << "what was too much is never told";
  make_ticket();
  EXPECT_EQ(emulator->take_outgoing().size(), 10u);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
