// More of what is not certain: both sides of each switch.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskSwitches : public ZendeskTest {
 protected:
  void set(const char* name, const json::value& value = true) { EXPECT_EQ(control("settings", {{name, value}}).status, 200) << name; }
  std::int64_t id_at(const std::string& path, const std::string& pointer) { return std::stoll(text_at(get(path).body, pointer)); }
  std::string make_agent(const char* name) { return make("user", {{"name", name}, {"role", "agent"}}); }
  std::string make_group(const char* name) { return text_at(send("POST", "groups", {{"group", {{"name", name}}}}).body, "/group/id"); }
  int remove(const std::string& path) { return send("DELETE", path, nullptr).status; }
};

// fact: §A2 [K] switch: agents_without_group
TEST_F(ZendeskSwitches, AnAgentIsInOneGroupAtLeast) {
  std::string agnes = make_agent("Agnes"), membership = text_at(get("users/" + agnes + "/group_memberships").body, "/group_memberships/0/id");
  EXPECT_EQ(remove("group_memberships/" + membership), 422);
  set("agents_without_group");
  EXPECT_EQ(remove("group_memberships/" + membership), 204);
  EXPECT_EQ(text_at(get("users/" + agnes + "/groups").body, "/count"), "0");
  EXPECT_TRUE(get("users/" + agnes).body.at("user").at("default_group_id").is_null());
}

// fact: §A2 [K] switch: agents_without_group
TEST_F(ZendeskSwitches, AnAgentWhoseOnlyGroupIsDeletedIsInTheDefaultOne) {
  std::string support = text_at(get("groups").body, "/groups/0/id");
  auto groups_after = [&](const char* name) {
    std::string agent = make_agent(name), group = make_group(name), of_agent = "users/" + agent + "/group_memberships";
    send("POST", of_agent, {{"group_membership", {{"group_id", std::stoll(group)}}}});
    EXPECT_EQ(remove("group_memberships/" + text_at(get(of_agent).body, "/group_memberships/0/id")), 204);
    EXPECT_EQ(remove("groups/" + group), 204);
    return get("users/" + agent + "/groups").body;
  };
  EXPECT_EQ(text_at(groups_after("Agnes"), "/groups/0/id"), support);
  set("agents_without_group");
  EXPECT_EQ(text_at(groups_after("Bert"), "/count"), "0");
}

// fact: §A2 [K] switch: default_group_deleted
TEST_F(ZendeskSwitches, TheDefaultGroupStays) {
  std::string agnes = make_agent("Agnes"), support = text_at(get("groups").body, "/groups/0/id"), billing = text_at(get("groups").body, "/groups/1/id");
  EXPECT_EQ(remove("groups/" + support), 422);
  set("default_group_deleted");
  EXPECT_EQ(remove("groups/" + support), 204);
  EXPECT_EQ(text_at(get("groups/" + billing).body, "/group/default"), "true");
  EXPECT_EQ(text_at(get("users/" + agnes).body, "/user/default_group_id"), billing);
  EXPECT_EQ(text_at(get("users/" + make_agent("Bert")).body, "/user/default_group_id"), billing);
  EXPECT_EQ(remove("groups/" + billing), 422) << "there is no other";
}

// fact: §A2 [K] switch: deleted_groups_left_out
TEST_F(ZendeskSwitches, DeletedGroupsStandInLists) {
  remove("groups/" + make_group("Returns"));
  EXPECT_EQ(text_at(get("groups").body, "/count"), "3");
  EXPECT_EQ(text_at(get("groups?exclude_deleted=true").body, "/count"), "2");
  set("deleted_groups_left_out");
  EXPECT_EQ(text_at(get("groups").body, "/count"), "2");
}

/// A ticket and an organization that refer to all that can be deleted.
class ZendeskDeletes : public ZendeskSwitches {
 protected:
  std::string agent = make_agent("Agnes"), organization = make("organization", {{"name", "Acme"}}), group = make_group("Returns");
  std::string ann = make("user", {{"name", "Ann"}, {"organization_id", std::stoll(organization)}});
  std::string membership =
      text_at(send("POST", "group_memberships", {{"group_membership", {{"user_id", std::stoll(agent)}, {"group_id", std::stoll(group)}}}}).body,
              "/group_membership/id");
  std::string grouped = make("organization", {{"name", "Grouped"}, {"group_id", std::stoll(group)}});
  std::string ticket = make_ticket({{"assignee_id", std::stoll(agent)},
                                    {"group_id", std::stoll(group)},
                                    {"organization_id", std::stoll(organization)},
                                    {"collaborator_ids", {std::stoll(agent)}}});
  std::string held(const char* property) { return text_at(get("tickets/" + ticket).body, std::string("/ticket/") + property); }
  std::string home() { return text_at(get("users/" + ann).body, "/user/organization_id"); }
  std::string group_of_organization() { return text_at(get("organizations/" + grouped).body, "/organization/group_id"); }
};

// fact: §A2 [K] switch: deleted_references
TEST_F(ZendeskDeletes, WhatReferredToADeletedRecordRefersToNothing) {
  EXPECT_EQ(remove("group_memberships/" + membership), 204);
  EXPECT_EQ(held("assignee_id"), "null");
  send("PUT", "tickets/" + ticket, {{"ticket", {{"assignee_id", std::stoll(agent)}}}});
  EXPECT_EQ(remove("users/" + agent), 200);
  EXPECT_EQ(held("assignee_id") + held("collaborator_ids") + held("follower_ids"), "null[][]");
  EXPECT_EQ(remove("organizations/" + organization), 204);
  EXPECT_EQ(held("organization_id") + home(), "nullnull");
  send("PUT", "tickets/" + ticket, {{"ticket", {{"group_id", std::stoll(group)}}}});
  EXPECT_EQ(remove("groups/" + group), 204);
  EXPECT_EQ(held("group_id") + group_of_organization(), "nullnull");
}

// fact: §A2 [K] switch: deleted_references
TEST_F(ZendeskDeletes, WhatRefersToADeletedRecordMayStayAsItIs) {
  set("deleted_references", "kept");
  EXPECT_EQ(remove("group_memberships/" + membership), 204);
  EXPECT_EQ(remove("users/" + agent), 200);
  EXPECT_EQ(remove("organizations/" + organization), 204);
  EXPECT_EQ(remove("groups/" + group), 204);
  EXPECT_EQ(held("assignee_id") + held("organization_id") + held("group_id"), agent + organization + group);
  EXPECT_EQ(held("collaborator_ids"), "[" + agent + "]");
  EXPECT_EQ(home() + group_of_organization(), organization + group);
}

// fact: §A2 [K] switch: deleted_references
TEST_F(ZendeskDeletes, WhatRefersToARecordMayStandInItsWay) {
  set("deleted_references", "blocked");
  for (const std::string& path : {"group_memberships/" + membership, "users/" + agent, "organizations/" + organization, "groups/" + group})
    EXPECT_EQ(remove(path), 422) << path;
  json::object nothing{{"assignee_id", nullptr}, {"organization_id", nullptr}, {"group_id", nullptr}};
  EXPECT_EQ(send("PUT", "tickets/" + ticket, {{"ticket", nothing}}).status, 200);
  EXPECT_EQ(remove("organizations/" + organization), 422) << "Ann is in it";
  EXPECT_EQ(remove("groups/" + group), 422) << "an organization has it";
  send("PUT", "users/" + ann, {{"user", {{"organization_id", nullptr}}}});
  send("PUT", "organizations/" + grouped, {{"organization", {{"group_id", nullptr}}}});
  EXPECT_EQ(remove("group_memberships/" + membership) + remove("organizations/" + organization) + remove("groups/" + group), 3 * 204);
  EXPECT_EQ(remove("users/" + agent), 200);
}

// fact: §A2 [K] switch: unknown_assignees_passed_over
TEST_F(ZendeskSwitches, AnAddressOfNobodyIsNoAssignee) {
  make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  auto assigned = [&](const char* address) { return send("POST", "tickets", {{"ticket", {{"description", "x"}, {"assignee_email", address}}}}); };
  for (const char* address : {"nobody@example.com", "ann@example.com"}) EXPECT_EQ(assigned(address).status, 422) << address;
  set("unknown_assignees_passed_over");
  for (const char* address : {"nobody@example.com", "ann@example.com"}) {
    Answer made = assigned(address);
    EXPECT_EQ(made.status, 201) << address;
    EXPECT_TRUE(made.body.at("ticket").at("assignee_id").is_null());
  }
  EXPECT_EQ(text_at(assigned("agent@example.com").body, "/ticket/assignee_id"), text_at(get("users/me").body, "/user/id"));
}

// fact: §A2 [K] switch: unknown_followers_passed_over
TEST_F(ZendeskSwitches, OnlyAgentsFollow) {
  std::string ann = make("user", {{"name", "Ann"}}), agnes = make_agent("Agnes");
  json::object copied{{"description", "x"}, {"followers", {{{"user_id", std::stoll(ann)}}, {{"user_id", std::stoll(agnes)}}}}};
  EXPECT_EQ(send("POST", "tickets", {{"ticket", copied}}).status, 422);
  set("unknown_followers_passed_over");
  EXPECT_EQ(text_at(send("POST", "tickets", {{"ticket", copied}}).body, "/ticket/follower_ids"), "[" + agnes + "]");
}

// fact: §A2 [K] switch: domains_assign_nobody
TEST_F(ZendeskSwitches, ANewUserIsInTheOrganizationOfTheAddress) {
  make("organization", {{"name", "Zeta"}, {"domain_names", {"acme.example"}}});
  std::string acme = make("organization", {{"name", "Acme"}, {"domain_names", {"other.example", "Acme.example"}}});
  auto home = [&](json::object user) {
    user.emplace("name", "Ann");
    return text_at(send("POST", "users", {{"user", user}}).body, "/user/organization_id");
  };
  EXPECT_EQ(home({{"email", "ann@ACME.example"}}), acme) << "the first by name";
  EXPECT_EQ(home({{"email", "ann@sub.acme.example"}}), "null");
  EXPECT_EQ(home({{"email", "two@acme.example"}, {"organization_id", nullptr}}), "null") << "that is said";
  std::string ticket = make_ticket({{"requester", {{"name", "Bob"}, {"email", "bob@acme.example"}}}});
  EXPECT_EQ(text_at(get("tickets/" + ticket).body, "/ticket/organization_id"), acme);
  set("domains_assign_nobody");
  EXPECT_EQ(home({{"email", "three@acme.example"}}), "null");
}

// fact: §A2 [K] switch: tags_added_to_one
TEST_F(ZendeskSwitches, TagsAreAddedToManyAlone) {
  std::string id = make_ticket({{"tags", {"one", "two"}}});
  json::object change{{"additional_tags", {"three"}}, {"remove_tags", {"one"}}};
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", change}}).status, 422);
  set("tags_added_to_one");
  EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", change}}).body, "/ticket/tags"), R"(["three","two"])");
}

// fact: §A2 [K] switch: views_of_any_condition
TEST_F(ZendeskSwitches, AViewTellsTicketsApart) {
  json::object view{{"title", "Urgent"}, {"all", {{{"field", "priority"}, {"operator", "is"}, {"value", "urgent"}}}}};
  EXPECT_EQ(send("POST", "views", {{"view", view}}).status, 422);
  set("views_of_any_condition");
  EXPECT_EQ(send("POST", "views", {{"view", view}}).status, 201);
}

// fact: §A2 [K] switch: idempotency_key_ms
TEST_F(ZendeskSwitches, AnIdempotencyKeyIsKnownForTwoHours) {
  auto make_once = [&] {
    Answer made = caller.send("POST", "/api/v2/tickets", R"({"ticket":{"description":"x"}})", {{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}});
    return text_at(made.body, "/ticket/id");
  };
  std::string first = make_once();
  clock.advance(Duration{7'199'000});
  EXPECT_EQ(make_once(), first);
  clock.advance(Duration{1'000});
  std::string second = make_once();
  EXPECT_NE(second, first);
  set("idempotency_key_ms", 0);
  clock.advance(Duration{7'200'000});
  EXPECT_NE(make_once(), make_once());
}

// fact: §A5 [I] switch: audits_oldest_first
TEST_F(ZendeskSwitches, AuditsOfAllTicketsComeTheLatestFirst) {
  std::string ids[3];
  for (std::string& id : ids) id = make_ticket();
  auto tickets = [](const Answer& page) { return text_at(page.body, "/audits/0/ticket_id") + " " + text_at(page.body, "/audits/1/ticket_id"); };
  Answer page = get("ticket_audits?limit=2");
  EXPECT_EQ(tickets(page), ids[2] + " " + ids[1]);
  EXPECT_EQ(text_at(get("ticket_audits?limit=2&cursor=" + text_at(page.body, "/before_cursor")).body, "/audits/0/ticket_id"), ids[0]);
  set("audits_oldest_first");
  page = get("ticket_audits?limit=2");
  EXPECT_EQ(tickets(page), ids[0] + " " + ids[1]);
  page = get("ticket_audits?limit=2&cursor=" + text_at(page.body, "/after_cursor"));
  EXPECT_EQ(text_at(page.body, "/audits/0/ticket_id"), ids[2]);
  EXPECT_TRUE(get("ticket_audits?limit=2&cursor=" + text_at(page.body, "/after_cursor")).body.at("audits").as_array().empty());
}

// fact: §A1 [I] switch: strangers_refused
TEST_F(ZendeskSwitches, AStrangerIsToldToBeAnonymous) {
  std::string password = "Basic " + to_base64("agent@example.com:guess");
  for (const std::string& credentials : {std::string(), std::string("Digest x"), password}) {
    caller.headers.set("Authorization", credentials);
    Answer me = get("users/me");
    EXPECT_EQ(me.status, 200) << credentials;
    EXPECT_EQ(text_at(me.body, "/user/name"), "Anonymous user");
    set("strangers_refused");
    EXPECT_EQ(get("users/me").status, 401) << credentials;
    set("strangers_refused", false);
    EXPECT_EQ(get("tickets").status, 401) << credentials;
  }
}

// fact: §A9 [?] switch: unknown_subscriptions
TEST_F(ZendeskSwitches, OnlyKnownEventsAreSubscribedTo) {
  json::object webhook{{"name", "x"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:ticket.danced"}}};
  EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 400);
  set("unknown_subscriptions");
  EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201);
  make_ticket();
  EXPECT_TRUE(emulator->take_outgoing().empty()) << "taken, and never told";
}

// fact: §A9 [?] switch: webhook_retried_statuses
TEST_F(ZendeskSwitches, SomeStatusesAreToldAgain) {
  json::object webhook{{"name", "x"}, {"endpoint", "http://receiver/hook"}, {"subscriptions", {"zen:event-type:user.created"}}};
  EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201);
  auto told_again = [&](int status) {
    make("user", {{"name", "Ann"}});
    auto sent = emulator->take_outgoing();
    EXPECT_EQ(sent.size(), 1u);
    http::Response answer(status, "");
    answer.headers.add("Retry-After", "1");
    emulator->outgoing_answered_by(sent.at(0).id, answer);
    clock.advance(Duration{5'000});
    auto again = emulator->take_outgoing();
    for (auto& each : again) emulator->outgoing_answered(each.id, 200);
    return !again.empty();
  };
  for (int status : {0, 409, 429, 503}) EXPECT_TRUE(told_again(status)) << status;
  control("settings", {{"breaker_least", 1'000}});
  for (int status : {400, 500, 502, 504}) EXPECT_FALSE(told_again(status)) << status;
  set("webhook_retried_statuses", {500, 502});
  for (int status : {500, 502}) EXPECT_TRUE(told_again(status)) << status;
  for (int status : {0, 409, 503}) EXPECT_FALSE(told_again(status)) << status;
  set("webhook_retried_statuses", json::array());
  EXPECT_FALSE(told_again(0));
  EXPECT_NE(control("settings", {{"webhook_retried_statuses", {200}}}).status, 200);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
