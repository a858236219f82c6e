// No member of a payload that the real API takes is dropped in silence: it is kept and shown, or refused.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskMembers : public ZendeskTest {
 protected:
  /// What the refusal names as wrong with `member`; empty: it is not refused.
  std::string wrong(const std::string& method, const std::string& path, const json::object& body, const std::string& member) {
    Answer answer = send(method, path, body);
    return answer.status == 422 ? text_at(answer.body, "/details/" + member + "/0/error") : "";
  }
  std::string user_wrong(json::object fields, const std::string& member) {
    fields["name"] = "Bob";
    return wrong("POST", "users", {{"user", fields}}, member);
  }
};

// fact: §A2 [K]
TEST_F(ZendeskMembers, AUsersLocaleIsOneOfTheAccounts) {
  std::string ann = make("user", {{"name", "Ann"}});
  Answer read = get("users/" + ann);
  EXPECT_EQ(text_at(read.body, "/user/locale"), "en-US") << "the account's, unless it is told";
  EXPECT_EQ(text_at(read.body, "/user/locale_id"), "1");
  EXPECT_EQ(user_wrong({{"locale", "xx"}}, "locale"), "InvalidValue");
  EXPECT_EQ(user_wrong({{"locale_id", 7}}, "locale_id"), "InvalidValue");
  EXPECT_EQ(send("PUT", "users/" + ann, {{"user", {{"locale", "en-US"}, {"locale_id", 7}}}}).status, 200) << "locale counts where there are both";
  EXPECT_EQ(wrong("PUT", "users/" + ann, {{"user", {{"locale", "de"}, {"locale_id", 1}}}}, "locale"), "InvalidValue");
  EXPECT_EQ(text_at(get("users").body, "/count"), "2") << "no Bob";
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, ThereAreNoCustomRoles) {
  EXPECT_EQ(user_wrong({{"role", "agent"}, {"custom_role_id", 7}}, "custom_role_id"), "InvalidValue");
  std::string ann = make("user", {{"name", "Ann"}, {"custom_role_id", nullptr}});
  EXPECT_TRUE(get("users/" + ann).body.at("user").at("custom_role_id").is_null());
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, AUserKeepsWhetherItMaySeeReports) {
  std::string ann = make("user", {{"name", "Ann"}, {"report_csv", true}});
  EXPECT_EQ(text_at(get("users/" + ann).body, "/user/report_csv"), "true");
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, AUsersOrganizationIsNamed) {
  std::string acme = make("organization", {{"name", "Acme"}}), other = make("organization", {{"name", "Other"}});
  std::string ann = make("user", {{"name", "Ann"}, {"organization", {{"name", "Acme"}}}});
  EXPECT_EQ(text_at(get("users/" + ann).body, "/user/organization_id"), acme);
  EXPECT_EQ(text_at(send("PUT", "users/" + ann, {{"user", {{"organization", {{"name", "Other"}}}}}}).body, "/user/organization_id"), other);
  EXPECT_EQ(user_wrong({{"organization", {{"name", "Nobody"}}}}, "organization"), "InvalidValue");
  EXPECT_EQ(user_wrong({{"organization", "Acme"}}, "organization"), "InvalidValue");
  EXPECT_EQ(user_wrong({{"organization", {{"name", "Acme"}}}, {"organization_id", std::stoll(other)}}, "organization"), "InvalidValue") << "two organizations";
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, OwnFieldsOfATicketComeAsAListAsOneOrByTheirIds) {
  constexpr std::int64_t kOrder = 360000000002, kRefund = 360000000003;
  std::string id = make_ticket();
  auto put = [&](const char* member, const json::value& fields) { return send("PUT", "tickets/" + id, {{"ticket", {{member, fields}}}}).status; };
  auto shown = [&](std::size_t place) { return text_at(get("tickets/" + id).body, "/ticket/fields/" + std::to_string(place) + "/value"); };
  for (const char* member : {"custom_fields", "fields"}) {
    std::string said(member);
    EXPECT_EQ(put(member, json::array{json::object{{"id", kOrder}, {"value", said + " list"}}, json::object{{"id", kRefund}, {"value", 1}}}), 200) << member;
    EXPECT_EQ(shown(1), said + " list");
    EXPECT_EQ(put(member, {{"id", kOrder}, {"value", said + " one"}}), 200) << member;
    EXPECT_EQ(shown(1), said + " one");
    EXPECT_EQ(put(member, {{std::to_string(kOrder), said + " map"}, {std::to_string(kRefund), 2}}), 200) << member;
    EXPECT_EQ(shown(1), said + " map");
    EXPECT_EQ(shown(2), "2");
  }
}

// fact: §A2 [K] switch: fields_give_way
TEST_F(ZendeskMembers, OwnFieldsOfNoFormOrSaidInTwoWaysAreRefused) {
  constexpr std::int64_t kOrder = 360000000002;
  std::string id = make_ticket();
  for (const char* member : {"custom_fields", "fields"}) {
    for (const json::value& fields :
         {json::value("text"), json::value(7), json::value(json::array{"text"}), json::value(json::array{json::object{{"id", kOrder}}})})
      EXPECT_EQ(wrong("PUT", "tickets/" + id, {{"ticket", {{member, fields}}}}, member), "InvalidValue") << member << json::serialize(fields);
  }
  EXPECT_EQ(wrong("POST", "organizations", {{"organization", {{"name", "Acme"}, {"organization_fields", "text"}}}}, "organization_fields"), "InvalidValue");
  json::object both{{"custom_fields", json::array{json::object{{"id", kOrder}, {"value", "new"}}}},
                    {"fields", json::array{json::object{{"id", kOrder}, {"value", "as read"}}}}};
  EXPECT_EQ(wrong("PUT", "tickets/" + id, {{"ticket", both}}, "fields"), "InvalidValue");
  control("settings", {{"fields_give_way", true}});
  Answer answer = send("PUT", "tickets/" + id, {{"ticket", both}});
  EXPECT_EQ(text_at(answer.body, "/ticket/custom_fields/1/value"), "new") << "a client that writes back what it read changes custom_fields";
}

// fact: §A6 [K]
TEST_F(ZendeskMembers, ListsBesideTheListOfTicketsArePutInOrderToo) {
  std::int64_t acme = std::stoll(make("organization", {{"name", "Acme"}}));
  std::string first = make_ticket({{"organization_id", acme}, {"status", "solved"}}), second = make_ticket({{"organization_id", acme}, {"status", "open"}});
  std::string list = "organizations/" + std::to_string(acme) + "/tickets?";
  EXPECT_EQ(text_at(get(list + "sort_by=status").body, "/tickets/0/id"), second);
  EXPECT_EQ(text_at(get(list + "sort_by=status&sort_order=desc").body, "/tickets/0/id"), first);
  EXPECT_EQ(text_at(get(list + "page%5Bsize%5D=1&sort=-id").body, "/tickets/0/id"), second);
  EXPECT_EQ(text_at(get(list + "page%5Bsize%5D=1&sort=subject").body, "/errors/0/code"), "InvalidPaginationParameter");
}

// fact: §A6 [K] switch: unknown_orders
TEST_F(ZendeskMembers, AnOrderThatIsNotServedIsRefused) {
  std::string id = make_ticket();
  for (const char* order : {"assignee", "assignee.name", "group", "requester", "requester.name", "subject"})
    EXPECT_EQ(get("tickets?sort_by=" + std::string(order)).status, 501) << order;
  for (const char* path : {"tickets?sort_by=nothing", "users?sort_by=subject"}) EXPECT_EQ(get(path).status, 501) << path;
  control("settings", {{"unknown_orders", true}});
  for (const char* path : {"tickets?sort_by=nothing", "users?sort_by=subject"}) EXPECT_EQ(get(path).status, 200) << path;
  EXPECT_EQ(text_at(get("tickets/" + id + "/comments?page%5Bsize%5D=1&sort=body").body, "/errors/0/code"), "InvalidPaginationParameter");
  EXPECT_EQ(get("tickets/" + id + "/comments?page%5Bsize%5D=1&sort=-created_at").status, 200);
}

// fact: §A6 [K]
TEST_F(ZendeskMembers, TicketsTellMoreOfThemselvesWhenAsked) {
  std::string id = make_ticket({{"type", "problem"}});
  make_ticket({{"type", "incident"}, {"problem_id", std::stoll(id)}});
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"comment", {{"body", "more"}}}, {"status", "solved"}}}}).status, 200);
  std::string include = "include=comment_count,incident_counts,metric_sets,dates,sharing_agreements";
  for (const auto& [path, at] : {std::pair("tickets/" + id + "?", "/ticket/"), std::pair(std::string("tickets?"), "/tickets/0/")}) {
    Answer answer = get(path + include);
    std::string ticket(at);
    EXPECT_EQ(text_at(answer.body, ticket + "comment_count"), "2");
    EXPECT_EQ(text_at(answer.body, ticket + "incident_count"), "1");
    EXPECT_EQ(text_at(answer.body, ticket + "metric_set/ticket_id"), id);
    EXPECT_EQ(text_at(answer.body, ticket + "dates/solved_at"), text_at(answer.body, ticket + "metric_set/solved_at"));
    EXPECT_NE(text_at(answer.body, ticket + "dates/solved_at"), "");
    EXPECT_EQ(json::serialize(answer.body.at("sharing_agreements")), "[]");
  }
}

// fact: §A6 [K]
TEST_F(ZendeskMembers, UsersAreShownWithTheirGroups) {
  Answer answer = get("users/me?include=groups");
  EXPECT_EQ(text_at(get("users").body, "/users/0/default_group_id"), text_at(get("users?include=groups").body, "/groups/0/id"));
  EXPECT_EQ(text_at(answer.body, "/groups/0/name"), "Support");
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, WhatIsNotServedOfATicketOrAUserIsRefused) {
  std::string ticket = "tickets/" + make_ticket(), user = "users/" + make("user", {{"name", "Ann"}});
  json::object of_ticket{{"attribute_value_ids", {7}},     {"macro_id", 7}, {"macro_ids", {7}},
                         {"sharing_agreement_ids", {7}},   {"via_id", 4},   {"voice_comment", {{"from", "+15551234567"}}},
                         {"raw_subject", "{{dc.subject}}"}};
  for (const auto& [name, value] : of_ticket) EXPECT_EQ(wrong("PUT", ticket, {{"ticket", {{name, value}}}}, name), "InvalidValue") << name;
  json::object of_user{{"agent_brand_ids", {7}},
                       {"organization_ids", {7}},
                       {"password", "secret"},
                       {"photo", {{"id", 7}}},
                       {"remote_photo_url", "https://example.com/ann.png"},
                       {"shared_phone_number", true}};
  for (const auto& [name, value] : of_user) {
    EXPECT_EQ(wrong("PUT", user, {{"user", {{name, value}}}}, name), "InvalidValue") << name;
    clock.advance(Duration{60'000});  // a user is changed five times a minute
  }
  for (const std::string& path : {ticket, user}) {
    std::string name = path.substr(0, path.find('/') - 1);
    EXPECT_EQ(send("PUT", path, {{name, get(path).body.at(name)}}).status, 200) << "what was read is written back";
  }
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, MembersOfTheWrongFormAreRefused) {
  std::string ticket = "tickets/" + make_ticket();
  std::string token = text_at(caller.send("POST", "/api/v2/uploads?filename=a.txt", "text", {{"Content-Type", "text/plain"}}).body, "/upload/token");
  auto refused = [&](const char* member, const json::value& value) { return send("PUT", ticket, {{"ticket", {{member, value}}}}).status; };
  EXPECT_EQ(refused("comment", 7), 422);
  EXPECT_EQ(refused("comment", {{"body", "x"}, {"uploads", token}}), 422);
  EXPECT_EQ(refused("comment", {{"uploads", {token}}}), 422) << "files without a text";
  EXPECT_EQ(refused("comment", {{"body", "x"}, {"author_id", "nobody"}}), 422);
  EXPECT_EQ(refused("requester", "ann@example.com"), 422);
  EXPECT_EQ(send("POST", "tickets", {{"ticket", {{"description", "x"}, {"via_followup_source_id", "7"}}}}).status, 422);
  for (const char* list : {"collaborators", "additional_collaborators", "email_ccs", "followers"}) EXPECT_EQ(refused(list, "ann@example.com"), 422) << list;
  EXPECT_EQ(user_wrong({{"identities", "ann@example.com"}}, "identities"), "InvalidValue");
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, TheAuthorOfACommentIsAlsoNamedInText) {
  std::string ann = make("user", {{"name", "Ann"}}), id = make_ticket();
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"comment", {{"body", "x"}, {"author_id", ann}}}}}}).status, 200);
  EXPECT_EQ(text_at(get("tickets/" + id + "/comments").body, "/comments/1/author_id"), ann);
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, MetadataOfOnesOwnStandInTheAudit) {
  Answer made = send("POST", "tickets", {{"ticket", {{"description", "x"}, {"metadata", {{"custom", {{"order", "o1"}}}}}}}});
  std::string id = text_at(made.body, "/ticket/id");
  EXPECT_EQ(text_at(made.body, "/audit/metadata/custom/order"), "o1");
  EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", {{"subject", "y"}, {"metadata", {{"custom", {{"order", "o2"}}}}}}}}).body,
                    "/audit/metadata/custom/order"),
            "o2");
  EXPECT_EQ(text_at(get("tickets/" + id + "/audits").body, "/audits/0/metadata/custom/order"), "o1");
  for (const json::value& bad : {json::value("text"), json::value{{"custom", "text"}}, json::value{{"system", {{"client", "x"}}}}})
    EXPECT_EQ(wrong("PUT", "tickets/" + id, {{"ticket", {{"metadata", bad}}}}, "metadata"), "InvalidValue") << json::serialize(bad);
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, TheDefaultGroupOfAnAgentIsOneOfTheirs) {
  std::string bob = make("user", {{"name", "Bob"}, {"role", "agent"}}), billing = text_at(get("groups").body, "/groups/1/id");
  json::object change{{"user", {{"default_group_id", std::stoll(billing)}}}};
  EXPECT_EQ(wrong("PUT", "users/" + bob, change, "default_group_id"), "InvalidValue");
  EXPECT_EQ(send("POST", "group_memberships", {{"group_membership", {{"user_id", std::stoll(bob)}, {"group_id", std::stoll(billing)}}}}).status, 201);
  EXPECT_EQ(text_at(send("PUT", "users/" + bob, change).body, "/user/default_group_id"), billing);
  EXPECT_EQ(user_wrong({{"default_group_id", std::stoll(billing)}}, "default_group_id"), "InvalidValue") << "who is no agent is in none";
}

// fact: §A2 [K]
TEST_F(ZendeskMembers, AUserWhoIsThereHasIdentitiesByTheirOwnCallsAlone) {
  std::string user = "users/" + make("user", {{"name", "Ann"}});
  json::array addresses{{{"type", "email"}, {"value", "ann@example.com"}}};
  EXPECT_EQ(wrong("PUT", user, {{"user", {{"identities", addresses}}}}, "identities"), "InvalidValue");
  EXPECT_EQ(send("PUT", user, {{"user", {{"identities", json::array()}}}}).status, 200);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
