// What a payload may say: nothing that it says is passed over in silence, but what is only shown.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskPayloads : public ZendeskTest {
 protected:
  /// What a member of a write is refused with.
  std::string error(const std::string& method, const std::string& path, const std::string& kind, const json::object& given, const std::string& name) {
    Answer answer = send(method, path, {{kind, given}});
    EXPECT_EQ(answer.status, 422) << path << " " << answer.text;
    return text_at(answer.body, "/details/" + name + "/0/error");
  }
};

// fact: §A2 [K]
TEST_F(ZendeskPayloads, ATicketTellsHowItCameAndThatNobodyRatedIt) {
  Answer read = get("tickets/" + make_ticket());
  EXPECT_EQ(text_at(read.body, "/ticket/via/channel"), "api");
  EXPECT_TRUE(read.body.at("ticket").at("via").at("source").at("rel").is_null());
  EXPECT_EQ(text_at(read.body, "/ticket/satisfaction_rating/score"), "unoffered");
  for (const char* shown : {"allow_attachments", "allow_channelback", "forum_topic_id", "from_messaging_channel", "sharing_agreement_ids", "followup_ids"})
    EXPECT_TRUE(read.body.at("ticket").as_object().contains(shown)) << shown;
}

// fact: §A2 [K] switch: none
TEST_F(ZendeskPayloads, ViaAndRatingAreTakenAsTheyAreShownAlone) {
  std::string id = make_ticket({{"via", {{"channel", "api"}}}});
  json::value shown = get("tickets/" + id).body.at("ticket");
  json::object as_shown{{"via", shown.at("via")}, {"satisfaction_rating", shown.at("satisfaction_rating")}, {"subject", "Changed"}};
  EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", as_shown}}).body, "/ticket/subject"), "Changed");
  EXPECT_EQ(error("PUT", "tickets/" + id, "ticket", {{"via", {{"channel", "email"}}}}, "via"), "InvalidValue");
  EXPECT_EQ(error("PUT", "tickets/" + id, "ticket", {{"satisfaction_rating", {{"score", "good"}}}}, "satisfaction_rating"), "InvalidValue");
  EXPECT_EQ(error("POST", "tickets", "ticket", {{"description", "x"}, {"via", {{"channel", "web"}}}}, "via"), "InvalidValue");
}

// fact: §A2 [K]
TEST_F(ZendeskPayloads, AFollowUpNamesItsSourceAndTheSourceItsFollowUps) {
  std::string closed = make_ticket({{"status", "closed"}, {"subject", "Before"}}), next = make_ticket({{"via_followup_source_id", std::stoll(closed)}});
  Answer read = get("tickets/" + next);
  EXPECT_EQ(text_at(read.body, "/ticket/via/source/rel"), "follow_up");
  EXPECT_EQ(text_at(read.body, "/ticket/via/source/from/ticket_id"), closed);
  EXPECT_EQ(text_at(read.body, "/ticket/via/source/from/subject"), "Before");
  EXPECT_EQ(text_at(get("tickets/" + closed).body, "/ticket/followup_ids/0"), next);
}

// fact: §A2 [K]
TEST_F(ZendeskPayloads, ACommentTellsItsChannelAndTheMetadataOfItsSave) {
  json::object metadata{{"custom", {{"order", 7}}}};
  std::string id = make_ticket({{"metadata", metadata}});
  Answer comments = get("tickets/" + id + "/comments");
  EXPECT_EQ(text_at(comments.body, "/comments/0/metadata/custom/order"), "7");
  EXPECT_TRUE(comments.body.at("comments").at(0).at("metadata").at("system").is_object());
  EXPECT_EQ(text_at(comments.body, "/comments/0/via/channel"), "api");
  EXPECT_TRUE(comments.body.at("comments").at(0).at("via").at("source").at("from").is_object());
  EXPECT_EQ(text_at(comments.body, "/comments/0/type"), "Comment");
}

// fact: §A2 [K] switch: none
TEST_F(ZendeskPayloads, ACommentIsOfOneTypeAndTellsNoMetadata) {
  std::string id = make_ticket();
  auto comment = [&](const char* name, const json::value& value) {
    return send("PUT", "tickets/" + id, {{"ticket", {{"comment", {{"body", "x"}, {name, value}}}}}}).status;
  };
  EXPECT_EQ(comment("type", "Comment"), 200);
  EXPECT_EQ(comment("via", json::object{{"channel", "api"}}), 200);
  EXPECT_EQ(comment("metadata", json::object{{"system", json::object()}}), 200);
  EXPECT_EQ(comment("type", "VoiceComment"), 422);
  EXPECT_EQ(comment("via", json::object{{"channel", "email"}}), 422);
  EXPECT_EQ(comment("metadata", json::object{{"custom", json::object{{"a", 1}}}}), 422);
  EXPECT_EQ(comment("is_public", false), 422) << "public is the name of it";
  EXPECT_EQ(get("tickets/" + id + "/comments").body.at("comments").as_array().size(), 4U);
}

// fact: §A2 [K] switch: unknown_members
TEST_F(ZendeskPayloads, WhatNoWriteHasIsRefused) {
  std::string ticket = "tickets/" + make_ticket();
  EXPECT_EQ(error("PUT", ticket, "ticket", {{"asignee_id", 7}}, "asignee_id"), "InvalidValue");
  EXPECT_EQ(error("PUT", ticket, "ticket", {{"custom_fields", json::array{json::object{{"id", 7}, {"value", "x"}}}}}, "base"), "InvalidValue");
  EXPECT_EQ(error("PUT", ticket, "ticket", {{"comment", {{"text", "x"}}}}, "comment"), "InvalidValue");
  EXPECT_EQ(error("PUT", ticket, "ticket", {{"additional_tags", json::array{"a"}}}, "additional_tags"), "InvalidValue") << "of many tickets alone";
  EXPECT_EQ(error("POST", "users", "user", {{"name", "Ann"}, {"first_name", "Ann"}}, "first_name"), "InvalidValue");
  EXPECT_EQ(error("POST", "users", "user", {{"name", "Ann"}, {"user_fields", {{"nothing", 1}}}}, "base"), "InvalidValue");
  EXPECT_EQ(error("POST", "organizations", "organization", {{"name", "Acme"}, {"domains", json::array{"acme.com"}}}, "domains"), "InvalidValue");
  EXPECT_EQ(error("POST", "groups", "group", {{"name", "New"}, {"members", json::array{1}}}, "members"), "InvalidValue");
  EXPECT_EQ(error("POST", "imports/tickets", "ticket", {{"description", "x"}, {"solved_at", "2020-01-01T00:00:00Z"}}, "solved_at"), "InvalidValue");
  EXPECT_EQ(send("POST", "imports/tickets?archive_immediately=true", {{"ticket", {{"description", "x"}}}}).status, 501);
  control("settings", {{"unknown_members", true}});
  EXPECT_EQ(send("PUT", ticket, {{"ticket", {{"asignee_id", 7}, {"comment", {{"text", "x"}, {"body", "y"}}}}}}).status, 200);
  EXPECT_EQ(send("POST", "groups", {{"group", {{"name", "New"}, {"members", json::array{1}}}}}).status, 201);
}

// fact: §A2
TEST_F(ZendeskPayloads, WhatIsShownMayBeSentBack) {
  std::string acme = "organizations/" + make("organization", {{"name", "Acme"}}),
              ann = "users/" + make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  std::string ticket = "tickets/" + make_ticket();
  for (const auto& [kind, path] : {std::pair("organization", acme), std::pair("user", ann), std::pair("ticket", ticket)}) {
    json::value shown = get(path).body.at(kind);
    Answer again = send("PUT", path, {{kind, shown}});
    EXPECT_EQ(again.status, 200) << again.text;
  }
}

// fact: §A2 [K]
TEST_F(ZendeskPayloads, HowAFieldIsSeenIsKeptAndWhatItWouldDoIsNot) {
  json::object field{{"type", "text"}, {"title", "T"}, {"position", 7}, {"visible_in_portal", true}, {"agent_description", "for us"}};
  Answer made = send("POST", "ticket_fields", {{"ticket_field", field}});
  EXPECT_EQ(text_at(made.body, "/ticket_field/position"), "7");
  EXPECT_EQ(text_at(made.body, "/ticket_field/visible_in_portal"), "true");
  EXPECT_EQ(text_at(get("ticket_fields/" + text_at(made.body, "/ticket_field/id")).body, "/ticket_field/agent_description"), "for us");
  for (const char* name : {"regexp_for_validation", "tag", "relationship_target_type"}) {
    json::object more = field;
    more[name] = "x";
    EXPECT_EQ(error("POST", "ticket_fields", "ticket_field", more, name), "InvalidValue") << name;
  }
}

// fact: §A2 [K]
TEST_F(ZendeskPayloads, AMembershipIsMadeTheDefaultOne) {
  std::string bob = make("user", {{"name", "Bob"}, {"role", "agent"}}), billing = text_at(get("groups").body, "/groups/1/id");
  json::object row{{"user_id", std::stoll(bob)}, {"group_id", std::stoll(billing)}, {"default", true}};
  EXPECT_EQ(text_at(send("POST", "group_memberships", {{"group_membership", row}}).body, "/group_membership/default"), "true");
  EXPECT_EQ(text_at(get("users/" + bob).body, "/user/default_group_id"), billing);
}

// fact: §A2 [K] switch: none
TEST_F(ZendeskPayloads, WhoMaySeeAViewIsNotRestricted) {
  json::array all{json::object{{"field", "status"}, {"operator", "is"}, {"value", "open"}}};
  json::object view{{"title", "V"}, {"all", all}, {"restriction", {{"type", "Group"}, {"id", 7}}}};
  EXPECT_EQ(error("POST", "views", "view", view, "restriction"), "InvalidValue");
  view["restriction"] = nullptr;
  EXPECT_EQ(send("POST", "views", {{"view", view}}).status, 201);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk
