// What webhooks are told, and in what form.
#include "emulators/core/digest.h"
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskEvents : public ZendeskTest {
 protected:
  std::string hook(const json::object& more) {
    json::object webhook{{"name", "sync"}, {"endpoint", "http://receiver/hook"}};
    for (const auto& member : more) webhook[member.key()] = member.value();
    Answer made = send("POST", "webhooks", {{"webhook", webhook}});
    EXPECT_EQ(made.status, 201) << made.text;
    return text_at(made.body, "/webhook/id");
  }
  OutgoingRequest sent() {
    auto all = emulator->take_outgoing();
    EXPECT_EQ(all.size(), 1u);
    emulator->outgoing_answered(all.at(0).id, 200);
    return all.at(0);
  }
};

// fact: §A9
TEST_F(ZendeskEvents, AnEventIsWrappedInWhatItIsOf) {
  std::string id = hook({{"subscriptions", {"zen:event-type:ticket.status_changed"}},
                         {"authentication", {{"type", "bearer_token"}, {"data", {{"token", "t"}}}, {"add_position", "header"}}}});
  std::string ticket = make_ticket();
  EXPECT_EQ(send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "open"}}}}).status, 200);
  OutgoingRequest out = sent();
  json::value event = json::parse(out.request.body);
  EXPECT_EQ(members(event), "type account_id id time zendesk_event_version subject detail event");
  EXPECT_EQ(text_at(event, "/zendesk_event_version") + " " + text_at(event, "/subject"), "2022-11-06 zen:ticket:" + ticket);
  EXPECT_TRUE(event.at("detail").at("id").is_string() && event.at("detail").at("requester_id").is_string()) << "unlike the REST API";
  EXPECT_EQ(text_at(event, "/event/current") + " " + text_at(event, "/event/previous") + " " + text_at(event, "/detail/status"), "OPEN NEW OPEN");
  EXPECT_EQ(text_at(event, "/event/meta/sequence/position") + " of " + text_at(event, "/event/meta/sequence/total"), "1 of 1");
  for (const auto& [name, value] : {std::pair("X-Zendesk-Webhook-Id", id), std::pair("X-Zendesk-Account-Id", text_at(event, "/account_id")),
                                    std::pair("User-Agent", std::string("Zendesk Webhook")), std::pair("Authorization", std::string("Bearer t"))})
    EXPECT_EQ(out.request.headers.find(name), value) << name;
  EXPECT_TRUE(parse_iso_time(out.request.headers.find("X-Zendesk-Webhook-Signature-Timestamp").value_or("")).has_value());
}

// fact: §A9
TEST_F(ZendeskEvents, EventsOfASaveComeInAnyOrder) {
  json::array all;
  for (const char* event : {"status_changed", "priority_changed", "subject_changed", "type_changed"})
    all.push_back(json::value(std::string("zen:event-type:ticket.") + event));
  hook({{"subscriptions", all}});
  bool out_of_order = false;
  for (int save = 0; save < 5; ++save) {
    std::string ticket = make_ticket();
    send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "open"}, {"priority", "low"}, {"subject", "S"}, {"type", "task"}}}});
    std::set<std::string> sequences, events;
    std::vector<std::int64_t> positions;
    for (const OutgoingRequest& each : emulator->take_outgoing()) {
      json::value event = json::parse(each.request.body);
      sequences.insert(text_at(event, "/event/meta/sequence/id"));
      events.insert(text_at(event, "/id"));
      positions.push_back(std::stoll(text_at(event, "/event/meta/sequence/position")));
      emulator->outgoing_answered(each.id, 200);
    }
    EXPECT_EQ(std::to_string(sequences.size()) + " " + std::to_string(events.size()), "1 4");
    out_of_order = out_of_order || !std::is_sorted(positions.begin(), positions.end());
  }
  EXPECT_TRUE(out_of_order);
}

// fact: §A9
TEST_F(ZendeskEvents, OneWebhookMayOvertakeAnother) {
  hook({{"subscriptions", {"zen:event-type:user.created"}}});
  control("faults", {{"name", "webhook_reordered"}, {"calls", {1}}});
  for (const char* name : {"First", "Second"}) make("user", {{"name", name}});
  std::string told;
  for (int i = 0; i < 10; ++i, clock.advance(Duration{1'000})) {
    for (const OutgoingRequest& each : emulator->take_outgoing()) {
      told += text_at(json::parse(each.request.body), "/detail/name") + " ";
      emulator->outgoing_answered(each.id, 200);
    }
  }
  EXPECT_EQ(told, "Second First ");
}

// fact: §A9 [?] switch: webhook_retry_ms
TEST_F(ZendeskEvents, RetriesComeLaterAndLater) {
  hook({{"subscriptions", {"zen:event-type:user.created"}}});
  auto seconds_until_told = [&] {
    for (int seconds = 0; seconds < 100; ++seconds, clock.advance(Duration{1'000})) {
      auto told = emulator->take_outgoing();
      if (told.empty()) continue;
      emulator->outgoing_answered(told.at(0).id, 0);
      return seconds;
    }
    return -1;
  };
  for (int first : {5, 2}) {
    control("settings", {{"webhook_retry_ms", first * 1'000}});
    make("user", {{"name", "Ann"}});
    std::vector<int> waits;
    for (int i = 0; i < 5; ++i) waits.push_back(seconds_until_told());
    EXPECT_EQ(waits, (std::vector<int>{0, first, 3 * first, 9 * first, -1}));
  }
}

// fact: §A9
TEST_F(ZendeskEvents, AnEmptyBodyIsSignedToo) {
  std::string id = hook({{"subscriptions", {"conditional_ticket_events"}}, {"http_method", "GET"}});
  json::object created{{"field", "update_type"}, {"operator", "is"}, {"value", "Create"}}, action{{"field", "notification_webhook"}, {"value", {id, ""}}};
  EXPECT_EQ(send("POST", "triggers", {{"trigger", {{"title", "t"}, {"conditions", {{"all", {created}}}}, {"actions", {action}}}}}).status, 201);
  make_ticket();
  OutgoingRequest out = sent();
  EXPECT_EQ(out.request.method + " " + out.request.body, "GET ");
  std::string stamp(out.request.headers.find("X-Zendesk-Webhook-Signature-Timestamp").value_or("")),
      secret = text_at(get("webhooks/" + id + "/signing_secret").body, "/signing_secret/secret");
  EXPECT_EQ(out.request.headers.find("X-Zendesk-Webhook-Signature"), to_base64(hmac_sha256(secret, stamp)));
}

// fact: §A9 [?]
TEST_F(ZendeskEvents, TicketsTellOfWhatBecomesOfThem) {
  json::array all;
  for (const char* event : {"created", "status_changed", "comment_added", "agent_assignment_changed", "merged", "soft_deleted"})
    all.push_back(json::value(std::string("zen:event-type:ticket.") + event));
  hook({{"subscriptions", all}});
  auto told = [&] {
    std::multiset<std::string> types;
    for (const OutgoingRequest& each : emulator->take_outgoing()) {
      types.insert(text_at(json::parse(each.request.body), "/type").substr(std::string("zen:event-type:ticket.").size()));
      emulator->outgoing_answered(each.id, 200);
    }
    std::string names;
    for (const std::string& type : types) names += (names.empty() ? "" : " ") + type;
    return names;
  };
  std::string target = make_ticket(), source = make_ticket();
  EXPECT_EQ(told(), "comment_added comment_added created created");
  send("PUT", "tickets/" + target, {{"ticket", {{"assignee_email", "agent@example.com"}, {"comment", {{"body", "mine"}}}}}});
  EXPECT_EQ(told(), "agent_assignment_changed comment_added status_changed");
  send("POST", "tickets/" + target + "/merge", {{"ids", {std::stoll(source)}}});
  clock.advance(Duration{2'000});
  get("tickets");
  EXPECT_EQ(told(), "comment_added comment_added merged status_changed");
  send("DELETE", "tickets/" + target, nullptr);
  EXPECT_EQ(told(), "soft_deleted");
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
