// Webhooks on virtual time.
#include "emulators/core/digest.h"
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskWebhooks : public ZendeskTest {
 protected:
  void subscribe(const std::string& event) {
    json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:" + event}}};
    Answer made = send("POST", "webhooks", {{"webhook", webhook}});
    ASSERT_EQ(made.status, 201) << made.text;
    id = text_at(made.body, "/webhook/id");
  }
  std::string id;
};

// fact: §A9
TEST_F(ZendeskWebhooks, ARetryIsSignedForItsOwnMoment) {
  subscribe("user.created");
  std::string secret = text_at(get("webhooks/" + id + "/signing_secret").body, "/signing_secret/secret");
  make("user", {{"name", "Ann"}});
  auto first = emulator->take_outgoing();
  ASSERT_EQ(first.size(), 1u);
  emulator->outgoing_answered(first[0].id, 0);
  clock.advance(Duration{5'000});
  auto second = emulator->take_outgoing();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].request.body, first[0].request.body);
  std::string stamp(second[0].request.headers.find("X-Zendesk-Webhook-Signature-Timestamp").value());
  EXPECT_NE(stamp, first[0].request.headers.find("X-Zendesk-Webhook-Signature-Timestamp"));
  EXPECT_EQ(second[0].request.headers.find("X-Zendesk-Webhook-Signature"), to_base64(hmac_sha256(secret, stamp + second[0].request.body)));
}

// fact: §A9 [K]
TEST_F(ZendeskWebhooks, HeadersOfOnesOwnAreSentAlong) {
  auto hook = [&](const json::object& more) {
    json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:user.created"}}};
    for (const auto& member : more) webhook[member.key()] = member.value();
    return send("POST", "webhooks", {{"webhook", webhook}});
  };
  ASSERT_EQ(hook({{"custom_headers", {{"X-Region", "eu"}}}}).status, 201);
  make("user", {{"name", "Ann"}});
  auto sent = emulator->take_outgoing();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].request.headers.find("X-Region"), "eu");
  EXPECT_EQ(text_at(get("webhooks").body, "/webhooks/0/custom_headers/X-Region"), "eu");
  EXPECT_EQ(hook({{"custom_headers", {{"X-Region", "eu\r\nHost: x"}}}}).status, 400);
  EXPECT_EQ(hook({{"http_method", "GET"}}).status, 400) << "events go out by POST";
  EXPECT_EQ(hook({{"request_format", "xml"}}).status, 400);
}

// fact: §A6, §A9 [K]
TEST_F(ZendeskWebhooks, AreListedByCursorStatusAndName) {
  for (int i = 0; i < 3; ++i) {
    clock.advance(Duration{1'000});
    subscribe("user.created");
  }
  EXPECT_EQ(send("PATCH", "webhooks/" + id, {{"webhook", {{"status", "inactive"}, {"name", "asleep"}}}}).status, 204);
  EXPECT_EQ(text_at(get("webhooks?filter%5Bstatus%5D=inactive").body, "/webhooks/0/id"), id);
  EXPECT_EQ(get("webhooks?filter%5Bstatus%5D=active").body.at("webhooks").as_array().size(), 2u);
  EXPECT_EQ(get("webhooks?filter%5Bname_contains%5D=slee").body.at("webhooks").as_array().size(), 1u);
  Answer first = get("webhooks?page%5Bsize%5D=2");
  EXPECT_EQ(first.body.at("webhooks").as_array().size(), 2u);
  EXPECT_EQ(text_at(first.body, "/meta/has_more"), "true");
  Answer rest = get("webhooks?page%5Bsize%5D=2&page%5Bafter%5D=" + text_at(first.body, "/meta/after_cursor"));
  EXPECT_EQ(text_at(rest.body, "/webhooks/0/id"), id) << "the last one made";
  EXPECT_EQ(text_at(rest.body, "/meta/has_more"), "false");
}

// fact: §A9 [?] switch: retries_without_time
TEST_F(ZendeskWebhooks, SomeFailuresAloneAreToldAgain) {
  subscribe("user.created");
  for (int status : {409, 429, 503, 0, 500, 404}) {
    make("user", {{"name", "Ann"}});
    auto sent = emulator->take_outgoing();
    ASSERT_EQ(sent.size(), 1u) << status;
    http::Response answer(status, "");
    answer.headers.add("Retry-After", "5");
    emulator->outgoing_answered_by(sent[0].id, answer);
    clock.advance(Duration{5'000});
    auto again = emulator->take_outgoing();
    EXPECT_EQ(again.size(), status == 500 || status == 404 ? 0u : 1u) << status;
    for (auto& each : again) emulator->outgoing_answered(each.id, 200);
  }
  for (bool loose : {false, true}) {
    control("settings", {{"retries_without_time", loose}});
    make("user", {{"name", "Ann"}});
    emulator->outgoing_answered(emulator->take_outgoing().at(0).id, 503);
    clock.advance(Duration{5'000});
    auto again = emulator->take_outgoing();
    EXPECT_EQ(again.size(), loose ? 1u : 0u) << "no Retry-After was said";
    for (auto& each : again) emulator->outgoing_answered(each.id, 200);
  }
  EXPECT_EQ(control("settings", {{"webhook_retries", 0}}).status, 200);
  make("user", {{"name", "Ann"}});
  emulator->outgoing_answered(emulator->take_outgoing().at(0).id, 503);
  clock.advance(Duration{60'000});
  EXPECT_TRUE(emulator->take_outgoing().empty());
}

// fact: §A9
TEST_F(ZendeskWebhooks, WhatIsRefusedTellsNothing) {
  subscribe("user.created");
  json::object ticket{{"status", "asleep"}, {"description", "x"}, {"requester", {{"name", "Ann"}, {"email", "ann@example.com"}}}};
  EXPECT_EQ(send("POST", "tickets", {{"ticket", ticket}}).status, 422);
  EXPECT_TRUE(emulator->take_outgoing().empty());
}

// fact: §A9
TEST_F(ZendeskWebhooks, AJobTellsOfItsRowsWhenItIsDone) {
  subscribe("user.created");
  send("POST", "users/create_many", {{"users", {{{"name", "Ann"}}, {{"name", "Bob"}}}}});
  EXPECT_TRUE(emulator->take_outgoing().empty());
  clock.advance(Duration{2'000});
  EXPECT_EQ(emulator->take_outgoing().size(), 2u);
}

// fact: §A9
TEST_F(ZendeskWebhooks, LostWebhooksAreNotMissedByTheSystem) {
  subscribe("user.created");
  control("faults", {{"name", "webhook_lost"}, {"calls", {1}}});
  make("user", {{"name", "Lost"}});
  make("user", {{"name", "Told"}});
  auto sent = emulator->take_outgoing();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_NE(sent[0].request.body.find("Told"), std::string::npos);
}

// fact: §A9 [K]
TEST_F(ZendeskWebhooks, WhatBecameOfAWebhookIsToldByInvocationAndAttempt) {
  subscribe("user.created");
  EXPECT_EQ(text_at(get("webhooks/" + id + "/invocations").body, "/invocations"), "[]");
  make("user", {{"name", "Ann"}});
  auto sent = emulator->take_outgoing();
  http::Response busy(503, "busy");
  busy.headers.add("Retry-After", "1");
  emulator->outgoing_answered_by(sent.at(0).id, busy);
  clock.advance(Duration{5'000});
  emulator->outgoing_answered(emulator->take_outgoing().at(0).id, 200);
  make("user", {{"name", "Bob"}});
  emulator->outgoing_answered(emulator->take_outgoing().at(0).id, 0);
  Answer all = get("webhooks/" + id + "/invocations");
  EXPECT_EQ(text_at(all.body, "/invocations/0/status_code"), "504") << "the last one first; no answer in time is logged as one";
  EXPECT_EQ(text_at(all.body, "/invocations/1/status"), "success");
  std::string invocation(sent[0].request.headers.find("X-Zendesk-Webhook-Invocation-Id").value());
  EXPECT_EQ(text_at(all.body, "/invocations/1/id"), invocation);
  Answer attempts = get("webhooks/" + id + "/invocations/" + invocation + "/attempts");
  EXPECT_EQ(attempts.body.at("attempts").as_array().size(), 2u);
  EXPECT_EQ(text_at(attempts.body, "/attempts/0/status_code"), "503");
  EXPECT_EQ(text_at(attempts.body, "/attempts/0/response/payload"), "busy");
  EXPECT_EQ(text_at(attempts.body, "/attempts/0/request/payload"), sent[0].request.body);
  EXPECT_EQ(get("webhooks/" + id + "/invocations/other/attempts").status, 404);
}

// fact: §A9
TEST_F(ZendeskWebhooks, AWebhookThatCannotBeSentIsRefused) {
  json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:user.created"}}};
  for (const auto& [member, value] : {std::pair("http_method", "SHOUT"), std::pair("request_format", "smoke"), std::pair("endpoint", "nowhere"),
                                      std::pair("status", "asleep"), std::pair("name", "")}) {
    json::object wrong = webhook;
    wrong[member] = value;
    EXPECT_EQ(send("POST", "webhooks", {{"webhook", wrong}}).status, 400) << member;
  }
}

// fact: §A9 [K]
TEST_F(ZendeskWebhooks, OnlyWhatIsToldIsSubscribedToAndWhatSignsInIsWhole) {
  json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}};
  for (const char* event : {"user.born", "ticket.deleted", "article.created", "user", "organization.merged"}) {
    webhook["subscriptions"] = json::array{std::string("zen:event-type:") + event};
    EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 400) << event;
  }
  for (const char* event : {"user.merged", "ticket.comment_added", "ticket.soft_deleted", "organization.deleted", "ticket.status_changed"}) {
    webhook["subscriptions"] = json::array{std::string("zen:event-type:") + event};
    EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201) << event;
  }
  auto with = [&](const json::object& authentication) {
    webhook["authentication"] = authentication;
    return send("POST", "webhooks", {{"webhook", webhook}}).status;
  };
  EXPECT_EQ(with({{"type", "bearer_token"}, {"data", {{"token", "t"}}}, {"add_position", "header"}}), 201);
  EXPECT_EQ(with({{"type", "bearer_token"}, {"data", json::object()}, {"add_position", "header"}}), 400);
  EXPECT_EQ(with({{"type", "basic_auth"}, {"data", {{"username", "u"}}}, {"add_position", "header"}}), 400);
  EXPECT_EQ(with({{"type", "knock"}, {"data", {{"token", "t"}}}, {"add_position", "header"}}), 400);
  EXPECT_EQ(with({{"type", "bearer_token"}, {"data", {{"token", "t"}}}, {"add_position", "url"}}), 400);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
