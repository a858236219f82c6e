// What include= brings along, the history of all tickets, and what is refused rather than passed over.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskSideLoads : public ZendeskTest {
 protected:
  std::string names(const json::value& rows) {
    std::string all;
    for (const json::value& each : rows.as_array()) all += (all.empty() ? "" : " ") + text_at(each, "/name");
    return all;
  }
  std::string acme = make("organization", {{"name", "Acme"}});
  std::string ann = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}, {"organization_id", std::stoll(acme)}});
  std::string me = text_at(get("users/me").body, "/user/id");
  std::string ticket = make_ticket({{"requester_id", std::stoll(ann)}, {"assignee_id", std::stoll(me)}});
};

// fact: §A5 [K]
TEST_F(ZendeskSideLoads, OfATicketAreItsLastAuditFormAndMetricEvents) {
  EXPECT_EQ(send("PUT", "tickets/" + ticket, {{"ticket", {{"priority", "high"}}}}).status, 200);
  for (const std::string& path :
       {std::string("tickets?include="), "tickets/show_many?ids=" + ticket + "&include=", "users/" + me + "/tickets/assigned?include="}) {
    Answer listed = get(path + "last_audits,ticket_forms,metric_events,slas,sharing_agreements");
    ASSERT_EQ(listed.status, 200) << listed.text;
    EXPECT_EQ(text_at(listed.body, "/last_audits/0/events/0/field_name"), "priority") << path;
    EXPECT_EQ(text_at(listed.body, "/last_audits/0/ticket_id"), ticket);
    EXPECT_EQ(text_at(listed.body, "/ticket_forms/0/id"), text_at(listed.body, "/tickets/0/ticket_form_id"));
    EXPECT_EQ(text_at(listed.body, "/tickets/0/metric_events/reply_time/0/type"), "activate");
    EXPECT_EQ(text_at(listed.body, "/tickets/0/metric_events/requester_wait_time/0/ticket_id"), ticket);
    EXPECT_EQ(json::serialize(listed.body.at("tickets").at(0).at("slas")), R"({"policy_metrics":[]})") << "there are no policies";
    EXPECT_TRUE(listed.body.at("sharing_agreements").as_array().empty());
  }
  EXPECT_EQ(text_at(get("tickets/" + ticket + "?include=last_audits").body, "/last_audits/0/ticket_id"), ticket);
}

// fact: §A2 [K]
TEST_F(ZendeskSideLoads, OfAUserAreAbilitiesRolesAndOpenTickets) {
  make_ticket({{"assignee_id", std::stoll(me)}, {"status", "solved"}});
  Answer mine = get("users/me?include=abilities,roles,open_ticket_count,organizations");
  EXPECT_EQ(text_at(mine.body, "/open_ticket_count/" + me), "1") << "the solved one is not open";
  EXPECT_EQ(text_at(mine.body, "/abilities/0/user_id"), me);
  EXPECT_EQ(text_at(mine.body, "/abilities/0/can_edit_password"), "true");
  EXPECT_TRUE(mine.body.at("roles").as_array().empty()) << "there are no custom roles";
  Answer all = get("users?include=abilities,open_ticket_count");
  EXPECT_EQ(text_at(all.body, "/abilities/1/can_edit_password"), "false");
  EXPECT_EQ(text_at(all.body, "/open_ticket_count/" + ann), "0");
}

// fact: §A2 [K]
TEST_F(ZendeskSideLoads, PeopleComeWithEverythingThatNamesThem) {
  EXPECT_EQ(names(get("organizations?include=users").body.at("users")), "Ann");
  EXPECT_EQ(names(get("tickets/" + ticket + "/comments?include=users").body.at("users")), "The owner");
  EXPECT_EQ(names(get("tickets/" + ticket + "/audits?include=users,tickets").body.at("users")), "The owner");
  EXPECT_EQ(text_at(get("ticket_audits?include=users,tickets").body, "/tickets/0/id"), ticket);
  EXPECT_EQ(names(get("groups?include=users").body.at("users")), "The owner");
  EXPECT_EQ(names(get("groups/" + text_at(get("groups").body, "/groups/0/id") + "?include=users").body.at("users")), "The owner");
  Answer members = get("group_memberships?include=users,groups");
  EXPECT_EQ(names(members.body.at("users")) + " " + names(members.body.at("groups")), "The owner Support");
  members = get("users/" + ann + "/organization_memberships?include=users,organizations");
  EXPECT_EQ(names(members.body.at("users")) + " " + names(members.body.at("organizations")), "Ann Acme");
}

// fact: §A6 [K]
TEST_F(ZendeskSideLoads, OfASearchAreNamedByItsType) {
  clock.advance(Duration{180'000});
  Answer found = get("search?query=type:ticket&include=tickets(users,groups)");
  ASSERT_EQ(found.status, 200) << found.text;
  EXPECT_EQ(names(found.body.at("users")), "The owner Ann");
  EXPECT_EQ(names(found.body.at("groups")), "Support");
  EXPECT_EQ(get("search?query=type:ticket&include=users").status, 501);
}

// fact: §A5
TEST_F(ZendeskSideLoads, OfAnExportAreAllButTheLastAudits) {
  std::string start = seconds_ago(100);
  clock.advance(Duration{120'000});
  Answer exported = get("incremental/tickets/cursor?include=users,groups,organizations,metric_sets,comment_count&start_time=" + start);
  ASSERT_EQ(exported.status, 200) << exported.text;
  EXPECT_EQ(names(exported.body.at("users")), "The owner Ann");
  EXPECT_EQ(names(exported.body.at("groups")) + " " + names(exported.body.at("organizations")), "Support Acme");
  EXPECT_EQ(text_at(exported.body, "/tickets/0/comment_count"), "1");
  EXPECT_EQ(text_at(exported.body, "/tickets/0/metric_set/ticket_id"), ticket);
  EXPECT_EQ(get("incremental/tickets/cursor?include=last_audits&start_time=" + start).status, 501);
}

// fact: §A5 [K] switch: unknown_side_loads
TEST_F(ZendeskSideLoads, WhatIsNotServedIsRefusedBeforeAnythingIsDone) {
  for (const char* path :
       {"tickets?include=nothing", "users?include=users", "search/export?query=x&include=tickets", "views?include=permissions", "tags?include=users"})
    EXPECT_EQ(text_at(get(path).body, "/error"), "NotImplemented") << path;
  EXPECT_EQ(send("PUT", "tickets/" + ticket + "?include=users,brands", {{"ticket", {{"subject", "Changed"}}}}).status, 501);
  EXPECT_NE(text_at(get("tickets/" + ticket).body, "/ticket/subject"), "Changed");
  control("settings", {{"unknown_side_loads", true}});
  EXPECT_EQ(get("tickets?include=nothing,users").status, 200) << "as others say, it is passed over";
}

// fact: §A5 [I]
TEST_F(ZendeskSideLoads, AuditsOfAllTicketsComeTheLatestFirstAndGoBack) {
  std::string second = make_ticket(), third = make_ticket();
  Answer latest = get("ticket_audits?limit=2");
  EXPECT_EQ(text_at(latest.body, "/audits/0/ticket_id") + " " + text_at(latest.body, "/audits/1/ticket_id"), third + " " + second);
  EXPECT_NE(text_at(latest.body, "/before_url").find("limit=2&cursor="), std::string::npos) << latest.text;
  Answer older = get("ticket_audits?limit=2&cursor=" + text_at(latest.body, "/before_cursor"));
  EXPECT_EQ(older.body.at("audits").as_array().size(), 1U);
  EXPECT_EQ(text_at(older.body, "/audits/0/ticket_id"), ticket);
  EXPECT_TRUE(older.body.at("before_cursor").is_null()) << "the end";
  EXPECT_TRUE(get("ticket_audits?cursor=" + text_at(latest.body, "/after_cursor")).body.at("audits").as_array().empty());
  std::string fourth = make_ticket();
  EXPECT_EQ(text_at(get("ticket_audits?cursor=" + text_at(latest.body, "/after_cursor")).body, "/audits/0/ticket_id"), fourth);
  EXPECT_EQ(text_at(get("ticket_audits?limit=1&cursor=" + text_at(older.body, "/after_cursor")).body, "/audits/0/ticket_id"), second);
  for (const char* wrong : {"limit=0", "limit=1001", "limit=x", "cursor=nonsense", "page=2", "per_page=2"})
    EXPECT_EQ(get("ticket_audits?" + std::string(wrong)).status, 400) << wrong;
}

// fact: §A6 [K]
TEST_F(ZendeskSideLoads, AuditsOfAllTicketsComeByPageSizeToo) {
  make_ticket();
  make_ticket();
  Answer first = get("ticket_audits?page%5Bsize%5D=2");
  EXPECT_EQ(first.body.at("audits").as_array().size(), 2U);
  EXPECT_EQ(text_at(first.body, "/meta/has_more"), "true");
  Answer next = get("ticket_audits?page%5Bsize%5D=2&page%5Bafter%5D=" + text_at(first.body, "/meta/after_cursor"));
  EXPECT_EQ(next.body.at("audits").as_array().size(), 1U);
  EXPECT_EQ(text_at(next.body, "/meta/has_more"), "false");
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
