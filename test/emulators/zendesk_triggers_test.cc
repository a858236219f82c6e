// Triggers with their webhooks, and what is measured of tickets.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskTriggers : public ZendeskTest {
 protected:
  std::string hook() {
    Answer made =
        send("POST", "webhooks", {{"webhook", {{"name", "n"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"conditional_ticket_events"}}}}});
    return text_at(made.body, "/webhook/id");
  }
  static json::object condition(const char* field, const char* how, const char* value) { return {{"field", field}, {"operator", how}, {"value", value}}; }
  Answer trigger(const json::array& all, const std::string& body, const json::array& any = {}) {
    json::object action{{"field", "notification_webhook"}, {"value", json::array{json::value(id), json::value(body)}}};
    return send("POST", "triggers.json", {{"trigger", {{"title", "t"}, {"conditions", {{"all", all}, {"any", any}}}, {"actions", json::array{action}}}}});
  }
  /// The bodies sent since it was last asked.
  std::vector<std::string> sent() {
    std::vector<std::string> bodies;
    for (const OutgoingRequest& each : emulator->take_outgoing()) {
      bodies.push_back(each.request.body);
      emulator->outgoing_answered(each.id, 200);
    }
    return bodies;
  }
  std::string id = hook();
};

// fact: §A9
TEST_F(ZendeskTriggers, ASaveThatMeetsTheConditionsIsToldInTheBodyOfTheTrigger) {
  ASSERT_EQ(trigger({condition("status", "changed", ""), condition("priority", "is", "high")},
                    R"({"id":"{{ticket.id}}","to":"{{ticket.status}}","by":"{{ticket.requester.name}}","x":"{{nothing}}"})")
                .status,
            201);
  std::string ticket = make_ticket({{"subject", "S"}, {"priority", "high"}, {"requester", {{"name", "Ann \"A\""}, {"email", "ann@example.com"}}}});
  EXPECT_EQ(sent(), (std::vector<std::string>{R"({"id":")" + ticket + R"(","to":"new","by":"Ann \"A\"","x":""})"}));
  send("PUT", "tickets/" + ticket, {{"ticket", {{"subject", "other"}}}});
  EXPECT_TRUE(sent().empty()) << "the status is what it was";
  send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "pending"}}}});
  EXPECT_EQ(sent().size(), 1u);
  send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "open"}, {"priority", "low"}}}});
  EXPECT_TRUE(sent().empty()) << "all conditions must hold";
}

// fact: §A9
TEST_F(ZendeskTriggers, ABodyNamesWhoeverHasToDoWithTheTicket) {
  std::string acme = make("organization", {{"name", "Acme"}, {"notes", "good"}});
  make("user", {{"name", "Ann van Lee"}, {"email", "ann@example.com"}, {"phone", "99"}, {"external_id", "e1"}, {"organization_id", std::stoll(acme)}});
  trigger({condition("update_type", "is", "Create")},
          "{{ticket.requester.first_name}}|{{ticket.requester.last_name}}|{{ticket.requester.phone}}|{{ticket.requester.external_id}}|"
          "{{ticket.organization.notes}}|{{ticket.group.name}}|{{current_user.email}}|{{current_user.organization.name}}|{{ticket.assignee.last_name}}");
  make_ticket({{"requester", {{"email", "ann@example.com"}}}, {"assignee_email", "agent@example.com"}});
  EXPECT_EQ(sent(), std::vector<std::string>{"Ann|van Lee|99|e1|good|Support|agent@example.com||owner"});
}

// fact: §A9
TEST_F(ZendeskTriggers, UrgentIsMoreThanLow) {
  trigger({condition("priority", "greater_than", "normal")}, "{{ticket.priority}}");
  for (const char* priority : {"low", "normal", "high", "urgent"}) make_ticket({{"priority", priority}});
  make_ticket();
  EXPECT_EQ(sent(), (std::vector<std::string>{"high", "urgent"}));
}

// fact: §A9
TEST_F(ZendeskTriggers, ConditionsSpeakOfTheSaveAndOfWhatWasBefore) {
  trigger({condition("update_type", "is", "Change"), condition("status", "value_previous", "new")}, "left new");
  trigger({condition("comment_is_public", "is", "true"), condition("update_type", "is", "Change")}, "public: {{ticket.latest_comment}}");
  trigger({condition("current_tags", "includes", "vip urgent")}, "tagged", {condition("status", "less_than", "solved")});
  std::string ticket = make_ticket();
  EXPECT_TRUE(sent().empty());
  send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "open"}}}});
  EXPECT_EQ(sent(), std::vector<std::string>{"left new"});
  send("PUT", "tickets/" + ticket, {{"ticket", {{"comment", {{"body", "hi"}, {"public", true}}}}}});
  EXPECT_EQ(sent(), std::vector<std::string>{"public: hi"});
  send("PUT", "tickets/" + ticket, {{"ticket", {{"tags", {"vip"}}}}});
  EXPECT_EQ(sent(), std::vector<std::string>{"tagged"});
  send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "solved"}}}});
  EXPECT_TRUE(sent().empty());
}

// fact: §A9
TEST_F(ZendeskTriggers, ATriggerIsARecordLikeAnyOther) {
  Answer made = trigger({condition("status", "is", "open")}, "b");
  std::string path = "triggers/" + text_at(made.body, "/trigger/id");
  EXPECT_EQ(text_at(get("triggers/active.json").body, "/triggers/0/actions/0/value/0"), id);
  EXPECT_EQ(text_at(send("PUT", path, {{"trigger", {{"active", false}}}}).body, "/trigger/active"), "false");
  EXPECT_EQ(text_at(get("triggers/active").body, "/count"), "0");
  EXPECT_EQ(text_at(get("triggers").body, "/count"), "1");
  make_ticket({{"status", "open"}});
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(caller.send("DELETE", "/api/v2/" + path).status, 204);
  EXPECT_EQ(get(path).status, 404);
}

// fact: §A8, §A9
TEST_F(ZendeskTriggers, WhatNoTriggerCanBeIsRefused) {
  EXPECT_EQ(trigger({}, "b").status, 422);
  EXPECT_EQ(trigger({condition("weather", "is", "fine")}, "b").status, 422);
  EXPECT_EQ(trigger({condition("status", "resembles", "open")}, "b").status, 422);
  json::object no_action{{"title", "t"},
                         {"conditions", {{"all", json::array{condition("status", "is", "open")}}}},
                         {"actions", json::array{{{"field", "status"}, {"value", "open"}}}}};
  Answer refused = send("POST", "triggers", {{"trigger", no_action}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(text_at(refused.body, "/error"), "RecordInvalid");
  EXPECT_EQ(text_at(get("triggers").body, "/count"), "0");
}

// fact: §A9
TEST_F(ZendeskTriggers, ARefusedSaveTriggersNothing) {
  trigger({condition("update_type", "is", "Change")}, "b");
  std::string ticket = make_ticket();
  EXPECT_EQ(send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "asleep"}}}}).status, 422);
  EXPECT_TRUE(sent().empty());
}

// fact: §A5 [K]
TEST_F(ZendeskTriggers, MetricsFollowFromTheHistoryOfATicket) {
  std::string ticket = make_ticket({{"group_id", 360'000'000'901}, {"requester", {{"name", "Ann"}, {"email", "ann@example.com"}}}});
  auto after = [&](int minutes, const json::object& fields) {
    clock.advance(Duration(minutes * 60'000));
    EXPECT_EQ(send("PUT", "tickets/" + ticket, {{"ticket", fields}}).status, 200);
  };
  after(10, {{"comment", {{"body", "answer"}, {"public", true}}}, {"status", "pending"}});
  after(20, {{"status", "open"}});
  after(30, {{"status", "solved"}});
  json::value metric = get("tickets/" + ticket + "/metrics").body.at("ticket_metric");
  EXPECT_EQ(text_at(metric, "/replies"), "1");
  EXPECT_EQ(text_at(metric, "/group_stations"), "1");
  EXPECT_EQ(text_at(metric, "/reply_time_in_minutes/calendar"), "10");
  EXPECT_EQ(text_at(metric, "/agent_wait_time_in_minutes/calendar"), "20");
  EXPECT_EQ(text_at(metric, "/requester_wait_time_in_minutes/business"), "40");
  EXPECT_EQ(text_at(metric, "/full_resolution_time_in_minutes/calendar"), "60");
  EXPECT_EQ(get("ticket_metrics/" + text_at(metric, "/id")).body.at("ticket_metric"), metric);
  EXPECT_EQ(text_at(get("ticket_metrics.json").body, "/count"), "1");
  after(5, {{"status", "open"}});
  metric = get("tickets/" + ticket + "/metrics").body.at("ticket_metric");
  EXPECT_EQ(text_at(metric, "/reopens"), "1");
  EXPECT_TRUE(metric.at("solved_at").is_null());
  EXPECT_EQ(text_at(metric, "/first_resolution_time_in_minutes/calendar"), "60");
  clock.advance(Duration(120'000));
  Answer events = get("incremental/ticket_metric_events.json?start_time=" + seconds_ago(100'000));
  std::string told;
  for (const json::value& each : events.body.at("ticket_metric_events").as_array()) told += text_at(each, "/metric") + ":" + text_at(each, "/type") + " ";
  EXPECT_EQ(
      told,
      "reply_time:activate requester_wait_time:activate requester_wait_time:pause reply_time:fulfill requester_wait_time:activate requester_wait_time:fulfill "
      "requester_wait_time:activate ");
}

// fact: §A6 [K]
TEST_F(ZendeskTriggers, TicketsThatTheCallerLookedAtComeBackTheLastOneFirst) {
  std::string one = make_ticket(), two = make_ticket();
  make_ticket();
  get("tickets/" + two);
  get("tickets/" + one + ".json");
  get("tickets/" + two + ".json");
  Answer recent = get("tickets/recent.json");
  EXPECT_EQ(text_at(recent.body, "/tickets/0/id") + " " + text_at(recent.body, "/tickets/1/id"), two + " " + one);
  EXPECT_EQ(text_at(recent.body, "/count"), "2");
}

// fact: §A2 [K]
TEST_F(ZendeskTriggers, WhatAnAccountDoesNotHaveIsAnEmptyList) {
  for (const char* plural : {"suspended_tickets", "macros", "automations"}) {
    EXPECT_EQ(text_at(get(std::string(plural) + ".json").body, "/count"), "0") << plural;
    EXPECT_EQ(get(std::string(plural) + "/1.json").status, 404) << plural;
  }
}

// fact: §A9 [K]
TEST_F(ZendeskTriggers, RunInTheOrderOfTheirPlaces) {
  std::vector<std::string> ids;
  for (const char* title : {"A", "B", "C"}) ids.push_back(text_at(trigger({condition("update_type", "is", "Create")}, title).body, "/trigger/id"));
  EXPECT_EQ(text_at(get("triggers").body, "/triggers/2/position"), "3");
  json::array order{std::stoll(ids[2]), std::stoll(ids[0]), std::stoll(ids[1])};
  EXPECT_EQ(text_at(send("PUT", "triggers/reorder", {{"trigger_ids", order}}).body, "/triggers/0/id"), ids[2]);
  make_ticket();
  EXPECT_EQ(sent(), (std::vector<std::string>{"C", "A", "B"}));
  EXPECT_EQ(send("PUT", "triggers/reorder", {{"trigger_ids", {std::stoll(ids[0])}}}).status, 422) << "each has a place";
  EXPECT_EQ(send("PUT", "triggers/reorder", {{"trigger_ids", {7}}}).status, 404);
}

// fact: §A9 [K]
TEST_F(ZendeskTriggers, AreFoundChangedAndDeletedByTheDozen) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(std::stoll(text_at(trigger({condition("update_type", "is", "Create")}, "b").body, "/trigger/id")));
  EXPECT_EQ(send("PUT", "triggers/" + std::to_string(ids[1]), {{"trigger", {{"title", "Tell the warehouse"}}}}).status, 200);
  EXPECT_EQ(text_at(get("triggers/search?query=WAREHOUSE").body, "/count"), "1");
  json::array changes{json::object{{"id", ids[0]}, {"active", false}}, json::object{{"id", ids[2]}, {"position", 1}, {"active", true}}};
  EXPECT_EQ(send("PUT", "triggers/update_many", {{"triggers", changes}}).status, 200);
  EXPECT_EQ(text_at(get("triggers?active=false").body, "/triggers/0/id"), std::to_string(ids[0]));
  EXPECT_EQ(text_at(get("triggers?sort_by=alphabetical&sort_order=desc").body, "/count"), "3");
  EXPECT_EQ(get("triggers?sort_by=usage_1h").status, 501);
  changes[0].as_object()["title"] = "x";
  EXPECT_EQ(send("PUT", "triggers/update_many", {{"triggers", changes}}).status, 422);
  EXPECT_EQ(send("DELETE", "triggers/destroy_many?ids=" + std::to_string(ids[0]) + ",7", nullptr).status, 404) << "all or none";
  EXPECT_EQ(send("DELETE", "triggers/destroy_many?ids=" + std::to_string(ids[0]) + "," + std::to_string(ids[1]), nullptr).status, 204);
  EXPECT_EQ(text_at(get("triggers").body, "/count"), "1");
  EXPECT_EQ(send("DELETE", "triggers/destroy_many", nullptr).status, 400);
}

// fact: §A9 [K]
TEST_F(ZendeskTriggers, TellWhatAConditionMaySpeakOf) {
  json::value definitions = get("triggers/definitions").body.at("definitions");
  std::set<std::string> subjects;
  for (const json::value& each : definitions.at("conditions_all").as_array()) subjects.insert(text_at(each, "/subject"));
  for (const char* subject : {"status", "priority", "current_tags", "custom_fields_360000000001"}) EXPECT_TRUE(subjects.contains(subject)) << subject;
  EXPECT_EQ(text_at(definitions, "/actions/0/subject"), "notification_webhook");
  json::object of_elsewhere{{"title", "t"},
                            {"category_id", "7"},
                            {"conditions", {{"all", {condition("status", "is", "open")}}}},
                            {"actions", {{{"field", "notification_webhook"}, {"value", {id, "b"}}}}}};
  EXPECT_EQ(send("POST", "triggers", {{"trigger", of_elsewhere}}).status, 422) << "the account has one category";
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
