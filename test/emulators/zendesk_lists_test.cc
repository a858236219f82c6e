// Lists beside the great ones, what counts them, and parameters that nothing reads.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskLists : public ZendeskTest {
 protected:
  std::string count(const std::string& path) { return text_at(get(path).body, "/count/value"); }
  std::string column(const std::string& path, const char* plural, const char* name) {
    std::string all;
    Answer answer = get(path);
    if (answer.status != 200) return std::to_string(answer.status);
    for (const json::value& each : answer.body.at(plural).as_array()) all += (all.empty() ? "" : " ") + text_at(each, std::string("/") + name);
    return all;
  }
};

// fact: §A6 [K]
TEST_F(ZendeskLists, AreCountedAsTheyAreAskedFor) {
  std::string acme = make("organization", {{"name", "Acme"}});
  std::string ann = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}, {"organization_id", std::stoll(acme)}});
  std::string me = text_at(get("users/me").body, "/user/id"), problem = make_ticket({{"type", "problem"}});
  make_ticket({{"requester_id", std::stoll(ann)}, {"problem_id", std::stoll(problem)}, {"assignee_id", std::stoll(me)}});
  make_ticket({{"email_ccs", {{{"user_email", "ann@example.com"}}}}});
  EXPECT_EQ(count("users/count") + " " + count("users/count?role=end-user") + " " + count("users/count?role[]=admin&role[]=agent"), "2 1 1");
  EXPECT_EQ(count("users/" + ann + "/tickets/requested/count") + " " + count("users/" + ann + "/tickets/ccd/count"), "1 1");
  EXPECT_EQ(count("users/" + me + "/tickets/assigned/count") + " " + count("tickets/" + problem + "/incidents/count"), "1 1");
  EXPECT_EQ(count("organizations/" + acme + "/tickets/count") + " " + count("organizations/" + acme + "/users/count"), "1 1");
  EXPECT_EQ(count("groups/" + text_at(get("groups").body, "/groups/0/id") + "/users/count"), "1");
  EXPECT_EQ(text_at(get("users/" + ann + "/related").body, "/user_related/ccd_tickets"), "1");
  EXPECT_EQ(get("users/7/tickets/ccd/count").status, 404);
}

// fact: §A2 [K]
TEST_F(ZendeskLists, UsersOfARoleAreThoseAloneWhereverTheyAreListed) {
  std::string acme = make("organization", {{"name", "Acme"}});
  for (const auto& [name, role] : {std::pair("Ann", "end-user"), std::pair("Bob", "agent")})
    make("user", {{"name", name}, {"role", role}, {"organization_id", std::stoll(acme)}});
  EXPECT_EQ(column("organizations/" + acme + "/users?role=agent", "users", "name"), "Bob");
  EXPECT_EQ(column("groups/" + text_at(get("groups").body, "/groups/0/id") + "/users?role=agent", "users", "name"), "Bob");
  EXPECT_EQ(column("users?permission_set=7", "users", "name"), "") << "there are no custom roles";
}

// fact: §A2 [K]
TEST_F(ZendeskLists, ProblemsAreTicketsAndWhatHangsOnThemIsTold) {
  std::string first = make_ticket({{"type", "problem"}, {"subject", "First"}});
  clock.advance(Duration{2'000});
  make_ticket({{"type", "problem"}, {"subject", "Second"}});
  make_ticket({{"type", "incident"}, {"subject", "Incident"}, {"problem_id", std::stoll(first)}});
  EXPECT_EQ(column("problems", "tickets", "subject"), "Second First");
  EXPECT_EQ(text_at(get("tickets/" + first + "/related").body, "/ticket_related/incidents"), "1");
  std::string closed = make_ticket({{"status", "closed"}}), next = make_ticket({{"via_followup_source_id", std::stoll(closed)}});
  EXPECT_EQ(text_at(get("tickets/" + next + "/related").body, "/ticket_related/followup_source_ids/0"), closed);
}

// fact: §A2 [K]
TEST_F(ZendeskLists, DeletedTicketsAreSorted) {
  for (const char* subject : {"B", "A", "C"}) send("DELETE", "tickets/" + make_ticket({{"subject", subject}}), nullptr);
  EXPECT_EQ(column("deleted_tickets", "deleted_tickets", "subject"), "B A C");
  EXPECT_EQ(column("deleted_tickets?sort_by=subject", "deleted_tickets", "subject"), "A B C");
  EXPECT_EQ(column("deleted_tickets?sort_by=deleted_at&sort_order=desc", "deleted_tickets", "subject"), "C A B");
  EXPECT_EQ(column("deleted_tickets?sort_by=actor", "deleted_tickets", "subject"), "501");
}

// fact: §A9 [K]
TEST_F(ZendeskLists, WebhooksAreSortedByNameStatusOrAge) {
  for (const char* name : {"B", "A", "C"}) {
    json::object webhook{{"name", name}, {"endpoint", "http://receiver/x"}, {"subscriptions", {"conditional_ticket_events"}}};
    EXPECT_EQ(send("POST", "webhooks", {{"webhook", webhook}}).status, 201);
    clock.advance(Duration{1'000});
  }
  EXPECT_EQ(column("webhooks", "webhooks", "name"), "B A C");
  EXPECT_EQ(column("webhooks?sort=name", "webhooks", "name"), "A B C");
  EXPECT_EQ(column("webhooks?sort=-name&page[size]=2", "webhooks", "name"), "C B");
  EXPECT_EQ(get("webhooks?sort=size").status, 400);
  std::string id = text_at(get("webhooks").body, "/webhooks/0/id");
  EXPECT_EQ(get("webhooks/" + id + "/invocations?filter[status]=failed").status, 200);
  EXPECT_EQ(get("webhooks/" + id + "/invocations?filter[from_ts]=2026-01-01").status, 501);
  EXPECT_EQ(get("webhooks/" + id + "/invocations?sort=status").status, 501);
}

// fact: §A6 [K] switch: unknown_parameters
TEST_F(ZendeskLists, AParameterThatNothingReadsIsRefused) {
  for (const char* query :
       {"tickets?pagesize=5", "users?filter[name]=x", "incremental/tickets?start_time=1&support_type_scope=all", "tickets?lang=de", "tickets?role=agent",
        "groups?sort_by=name", "organizations?external_id=1", "users?start_time=1", "tickets/1/audits?sort_order=desc"})
    EXPECT_EQ(get(query).status, 501) << query;
  std::string id = make_ticket();
  EXPECT_EQ(get("tickets/" + id + "/comments?include_inline_images=true").status, 200) << "there are none";
  EXPECT_EQ(send("POST", "webhooks?clone_webhook_id=1", json::object()).status, 501);
  control("settings", {{"unknown_parameters", true}});
  EXPECT_EQ(get("tickets?pagesize=5").status, 200);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
