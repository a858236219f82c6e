// Versions 1 and 2, which many integrations still call: the same records in other words.
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Older : public HubSpotTest {
 protected:
  static json::value pairs(const char* name, std::initializer_list<std::pair<const char*, const char*>> values) {
    json::array list;
    for (const auto& [property, value] : values) list.push_back(json::object{{name, property}, {"value", value}});
    return list;
  }
  Answer put(const std::string& path, const json::value& body) { return api.send_json("PUT", path, body); }
};

// fact: §0.1 [D2]
TEST_F(Older, AContactIsMadeReadAndChangedByIdOrAddress) {
  Answer made = post("/contacts/v1/contact", {{"properties", pairs("property", {{"email", "Ann@x.example"}, {"firstname", "Ann"}})}});
  ASSERT_EQ(made.status, 200) << made.text;
  std::string vid = text_at(made.body, "/vid");
  EXPECT_EQ(text_at(made.body, "/properties/email/value"), "ann@x.example");
  EXPECT_EQ(text_at(made.body, "/identity-profiles/0/identities/0/value"), "ann@x.example");
  Answer again = post("/contacts/v1/contact", {{"properties", pairs("property", {{"email", "ann@x.example"}})}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(text_at(again.body, "/error") + " " + text_at(again.body, "/identityProfile/vid"), "CONTACT_EXISTS " + vid);
  EXPECT_EQ(post("/contacts/v1/contact/vid/" + vid + "/profile", {{"properties", pairs("property", {{"firstname", "Anna"}})}}).status, 204);
  Answer read = api.get("/contacts/v1/contact/email/ann@x.example/profile?property=firstname&property=createdate");
  EXPECT_EQ(text_at(read.body, "/properties/firstname/value") + " " + text_at(read.body, "/properties/firstname/versions/1/value"), "Anna Ann");
  EXPECT_EQ(text_at(read.body, "/properties/createdate/value"), std::to_string(clock.now().ms)) << "instants are milliseconds";
  EXPECT_EQ(text_at(api.get("/crm/v3/objects/contacts/" + vid + "?properties=firstname").body, "/properties/firstname"), "Anna");
  Answer upserted = post("/contacts/v1/contact/createOrUpdate/email/bob@x.example", {{"properties", pairs("property", {{"firstname", "Bob"}})}});
  EXPECT_EQ(text_at(upserted.body, "/isNew"), "true");
  EXPECT_EQ(text_at(post("/contacts/v1/contact/createOrUpdate/email/bob@x.example", {{"properties", json::array()}}).body, "/isNew"), "false");
  EXPECT_EQ(text_at(api.send("DELETE", "/contacts/v1/contact/vid/" + vid).body, "/deleted"), "true");
  EXPECT_EQ(text_at(api.get("/contacts/v1/contact/vid/" + vid + "/profile").body, "/message"), "contact does not exist");
  EXPECT_EQ(post("/contacts/v1/contact", {{"properties", pairs("property", {{"shoesize", "9"}})}}).status, 400);
}

// fact: §0.1 [D2]
TEST_F(Older, PagesOfContactsGoOnBehindAnOffset) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(contact("c" + std::to_string(i) + "@x.example"));
    clock.advance(Duration(1'000));
  }
  auto page = [&](const std::string& list, const std::string& more) {
    Answer answer = api.get("/contacts/v1/lists/" + list + "?count=2" + more);
    std::string told;
    for (const json::value& each : answer.body.at("contacts").as_array()) told += text_at(each, "/vid").substr(11) + " ";
    return std::pair(told, answer);
  };
  auto [first, answer] = page("all/contacts/all", "");
  EXPECT_EQ(first + text_at(answer.body, "/has-more"), "1 2 true");
  EXPECT_EQ(page("all/contacts/all", "&vidOffset=" + ids[3]).first, "5 ");
  patch("/crm/v3/objects/contacts/" + ids[0], {{"properties", {{"city", "Oslo"}}}});
  auto [recent, later] = page("recently_updated/contacts/recent", "");
  EXPECT_EQ(recent, "1 5 ");
  EXPECT_EQ(
      page("recently_updated/contacts/recent", "&vidOffset=" + text_at(later.body, "/vid-offset") + "&timeOffset=" + text_at(later.body, "/time-offset")).first,
      "4 3 ");
  EXPECT_EQ(text_at(api.get("/contacts/v1/search/query?q=c3@").body, "/total"), "1");
}

// fact: §0.1 [D2] switch: older_limits_cut
TEST_F(Older, ALimitThatIsTooHighIsRefused) {
  contact("a@x.example");
  std::string note = created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}});
  auto all = [&] {
    std::string told;
    for (const char* path : {"/contacts/v1/lists/all/contacts/all?count=101", "/contacts/v1/search/query?q=a&count=101",
                             "/companies/v2/companies/paged?limit=251", "/companies/v2/companies/recent/modified?count=251",
                             "/engagements/v1/engagements/paged?limit=251", "/engagements/v1/engagements/recent/modified?count=101"})
      told += std::to_string(api.get(path).status) + " ";
    return told;
  };
  EXPECT_EQ(all(), "400 400 400 400 400 400 ");
  EXPECT_EQ(api.get("/contacts/v1/lists/all/contacts/all?count=ten").status, 400);
  EXPECT_EQ(api.get("/contacts/v1/lists/all/contacts/all?count=100").status, 200);
  set({{"older_limits_cut", true}});
  EXPECT_EQ(all(), "200 200 200 200 200 200 ");
  EXPECT_EQ(api.get("/contacts/v1/lists/all/contacts/all?vidOffset=far").status, 400);
}

// fact: §0.1 [D2], §2.4 [U] switch: null_clears
TEST_F(Older, WhatIsNoListOfNamesAndValuesIsRefused) {
  std::string vid = contact("a@x.example"), path = "/contacts/v1/contact/vid/" + vid + "/profile";
  for (const json::value& bad : {json::value(json::object()), json::value(json::object{{"properties", json::object{{"city", "Oslo"}}}}),
                                 json::value(json::object{{"properties", json::array{"city"}}}),
                                 json::value(json::object{{"properties", json::array{json::object{{"property", "city"}}}}}),
                                 json::value(json::object{{"properties", json::array{json::object{{"property", "city"}, {"value", nullptr}}}}})})
    EXPECT_EQ(post(path, bad).status, 400) << json::serialize(bad);
  EXPECT_EQ(post(path, {{"properties", pairs("property", {{"city", ""}})}}).status, 204);
}

// fact: §0.1 [D2]
TEST_F(Older, SeveralContactsAreWrittenTogetherOrNotAtAllAndTwoBecomeOne) {
  std::string ann = contact("ann@x.example");
  json::array both{json::object{{"vid", std::stoll(ann)}, {"properties", pairs("property", {{"city", "Oslo"}})}},
                   json::object{{"email", "bob@x.example"}, {"properties", pairs("property", {{"city", "Bonn"}})}}};
  EXPECT_EQ(post("/contacts/v1/contact/batch", both).status, 202);
  Answer bob = api.get("/contacts/v1/contact/email/bob@x.example/profile");
  EXPECT_EQ(text_at(bob.body, "/properties/city/value"), "Bonn");
  both[0].as_object()["properties"] = pairs("property", {{"city", "Rome"}});
  both[1].as_object()["properties"] = pairs("property", {{"shoesize", "9"}});
  EXPECT_EQ(post("/contacts/v1/contact/batch", both).status, 400);
  EXPECT_EQ(text_at(api.get("/contacts/v1/contact/vid/" + ann + "/profile").body, "/properties/city/value"), "Oslo");
  EXPECT_EQ(post("/contacts/v1/contact/merge-vids/" + ann, {{"vidToMerge", std::stoll(text_at(bob.body, "/vid"))}}).text, "SUCCESS");
  EXPECT_EQ(text_at(api.get("/contacts/v1/contact/vid/" + text_at(bob.body, "/vid") + "/profile").body, "/properties/city/value"), "Oslo")
      << "both old ids lead to it";
  EXPECT_EQ(text_at(api.get("/contacts/v1/contact/vid/" + ann + "/profile").body, "/merged-vids/0"), ann);
}

// fact: §0.1 [D2]
TEST_F(Older, CompaniesAreFoundByDomainAndHavePeople) {
  Answer made = post("/companies/v2/companies", {{"properties", pairs("name", {{"name", "Acme"}, {"domain", "acme.example"}})}});
  std::string id = text_at(made.body, "/companyId"), vid = contact("ann@acme.example");
  EXPECT_EQ(text_at(made.body, "/properties/name/value"), "Acme");
  EXPECT_EQ(put("/companies/v2/companies/" + id + "/contacts/" + vid, {}).status, 200);
  EXPECT_EQ(text_at(api.get("/companies/v2/companies/" + id + "/vids").body, "/vids/0"), vid);
  EXPECT_EQ(text_at(put("/companies/v2/companies/" + id, {{"properties", pairs("name", {{"city", "Oslo"}})}}).body, "/properties/city/value"), "Oslo");
  EXPECT_EQ(text_at(post("/companies/v2/domains/acme.example/companies", {{"limit", 2}}).body, "/results/0/companyId"), id);
  EXPECT_EQ(text_at(api.get("/companies/v2/companies/paged?properties=name").body, "/companies/0/properties/name/value"), "Acme");
  EXPECT_EQ(text_at(api.get("/companies/v2/companies/recent/modified").body, "/total"), "1");
  EXPECT_EQ(text_at(api.send("DELETE", "/companies/v2/companies/" + id).body, "/deleted"), "true");
  EXPECT_EQ(api.get("/companies/v2/companies/" + id).status, 404);
}

// fact: §0.1 [D2]
TEST_F(Older, AnEngagementIsANoteOrATaskOfTheNewVersion) {
  std::string vid = contact("ann@acme.example");
  Answer note = post("/engagements/v1/engagements", {{"engagement", {{"type", "NOTE"}, {"timestamp", 1'700'000'000'000}, {"ownerId", 70001}}},
                                                     {"associations", {{"contactIds", json::array{std::stoll(vid)}}}},
                                                     {"metadata", {{"body", "Hello"}}}});
  ASSERT_EQ(note.status, 200) << note.text;
  std::string id = text_at(note.body, "/engagement/id");
  EXPECT_EQ(text_at(note.body, "/associations/contactIds/0") + " " + text_at(note.body, "/engagement/timestamp"), vid + " 1700000000000");
  EXPECT_EQ(text_at(api.get("/crm/v3/objects/notes/" + id + "?properties=hs_note_body").body, "/properties/hs_note_body"), "Hello");
  Answer task = post("/engagements/v1/engagements", {{"engagement", {{"type", "TASK"}}}, {"metadata", {{"subject", "Call"}, {"status", "NOT_STARTED"}}}});
  EXPECT_NE(text_at(task.body, "/engagement/id"), id) << "ids of engagements are one sequence";
  std::string path = "/engagements/v1/engagements/" + text_at(task.body, "/engagement/id");
  EXPECT_EQ(text_at(api.send_json("PATCH", path, {{"metadata", {{"status", "COMPLETED"}}}}).body, "/metadata/status"), "COMPLETED");
  EXPECT_EQ(text_at(api.get(path).body, "/engagement/type"), "TASK");
  EXPECT_EQ(text_at(api.get("/engagements/v1/engagements/paged?limit=1").body, "/hasMore"), "true");
  EXPECT_EQ(text_at(api.get("/engagements/v1/engagements/associated/contact/" + vid + "/paged").body, "/results/0/metadata/body"), "Hello");
  EXPECT_EQ(api.send("DELETE", path).status, 204);
  EXPECT_EQ(api.get(path).status, 404);
  EXPECT_EQ(post("/engagements/v1/engagements", {{"engagement", {{"type", "LETTER"}}}}).status, 400);
}

// fact: §0.1 [D2], §2.4 [S] switch: older_metadata_ignored
TEST_F(Older, WhatAnEngagementSaysThatItsKindDoesNotKnowIsRefused) {
  const std::string path = "/engagements/v1/engagements";
  std::string id = text_at(post(path, {{"engagement", {{"type", "NOTE"}}}, {"metadata", {{"body", "b"}}}}).body, "/engagement/id");
  auto made = [&](const std::string& type, const char* part, const json::object& says) {
    json::object body{{"engagement", {{"type", type}}}, {"metadata", json::object()}};
    for (const auto& member : says) {
      if (!body.contains(part)) body[part] = json::object();
      body[part].as_object()[member.key()] = member.value();
    }
    return post(path, body).status;
  };
  EXPECT_EQ(made("NOTE", "metadata", {{"subject", "of a task"}}), 400);
  EXPECT_EQ(made("NOTE", "metadata", {{"body", json::object()}}), 400);
  EXPECT_EQ(made("EMAIL", "metadata", {{"to", {{"email", "a@x.example"}}}}), 400) << "a list";
  EXPECT_EQ(made("NOTE", "engagement", {{"due", 1}}), 400);
  EXPECT_EQ(made("NOTE", "associations", {{"leadIds", json::array{1}}}), 400);
  EXPECT_EQ(made("NOTE", "associations", {{"ownerIds", json::array()}, {"contactIds", json::array()}}), 200) << "as a read tells it";
  EXPECT_EQ(made("TASK", "metadata", {{"reminders", json::array{1}}}), 501) << "of the platform, but not here";
  EXPECT_EQ(patch(path + "/" + id, {{"metadata", {{"title", "x"}}}}).status, 400);
  EXPECT_EQ(made("MEETING", "metadata", {{"location", "Oslo"}, {"meetingOutcome", "COMPLETED"}}), 200);
  set({{"older_metadata_ignored", true}});
  EXPECT_EQ(made("NOTE", "metadata", {{"subject", "of a task"}}), 200);
}

// fact: §0.1 [D2]
TEST_F(Older, AnEmailKeepsWhoWroteItToWhomAndNumbersAreNumbers) {
  const std::string path = "/engagements/v1/engagements";
  json::object letter{{"from", {{"email", "a@x.example"}, {"firstName", "Ann"}, {"lastName", "Lee"}}},
                      {"to", json::array{json::object{{"email", "Bob <b@x.example>"}}}},
                      {"cc", json::array{json::object{{"email", "c@x.example"}}}},
                      {"bcc", json::array()},
                      {"subject", "Hello"}};
  Answer email = post(
      path, {{"engagement", {{"type", "EMAIL"}}}, {"metadata", letter}, {"attachments", json::array{json::object{{"id", 4241}}, json::object{{"id", 4242}}}}});
  ASSERT_EQ(email.status, 200) << email.text;
  EXPECT_EQ(json::serialize(email.body.at("metadata").at("to")), R"([{"email":"Bob <b@x.example>"}])");
  EXPECT_EQ(text_at(email.body, "/metadata/from/firstName") + " " + text_at(email.body, "/attachments/1/id"), "Ann 4242");
  std::string id = text_at(email.body, "/engagement/id");
  EXPECT_EQ(value("emails", id, "hs_email_from_email") + " " + value("emails", id, "hs_attachment_ids"), "a@x.example 4241;4242");
  Answer changed = patch(path + "/" + id, {{"metadata", {{"cc", json::array()}}}});
  EXPECT_EQ(json::serialize(changed.body.at("metadata").at("cc")) + text_at(changed.body, "/metadata/from/email"), "[]a@x.example")
      << "what is not named stays";
  Answer call = post(path, {{"engagement", {{"type", "CALL"}}}, {"metadata", {{"durationMilliseconds", 38'000}, {"status", "COMPLETED"}}}});
  EXPECT_EQ(call.body.at("metadata").at("durationMilliseconds"), 38'000);
  Answer meeting = post(path, {{"engagement", {{"type", "MEETING"}}}, {"metadata", {{"title", "M"}, {"startTime", 1'700'000'000'000}}}});
  EXPECT_EQ(meeting.body.at("metadata").at("startTime"), 1'700'000'000'000);
}

// fact: §0.1 [D2]
TEST_F(Older, DealsAndTicketsAreTiedAndListed) {
  std::string vid = contact("ann@acme.example");
  Answer deal = post("/deals/v1/deal", {{"associations", {{"associatedVids", json::array{std::stoll(vid)}}}},
                                        {"properties", pairs("name", {{"dealname", "D"}, {"dealstage", "appointmentscheduled"}, {"pipeline", "default"}})}});
  ASSERT_EQ(deal.status, 200) << deal.text;
  EXPECT_EQ(text_at(deal.body, "/associations/associatedVids/0"), vid);
  EXPECT_EQ(text_at(api.get("/deals/v1/deal/paged?properties=dealname").body, "/deals/0/properties/dealname/value"), "D");
  std::string path = "/deals/v1/deal/" + text_at(deal.body, "/dealId");
  EXPECT_EQ(text_at(api.get("/deals/v1/deal/associated/CONTACT/" + vid + "/paged").body, "/deals/0/dealId"), text_at(deal.body, "/dealId"));
  EXPECT_EQ(api.send("DELETE", path + "/associations/CONTACT?id=" + vid).status, 204);
  EXPECT_EQ(text_at(api.get(path).body, "/associations/associatedVids"), "[]");
  Answer ticket = api.send_json("POST", "/crm-objects/v1/objects/tickets", pairs("name", {{"subject", "S"}, {"hs_pipeline", "0"}, {"hs_pipeline_stage", "1"}}));
  std::string id = text_at(ticket.body, "/objectId");
  EXPECT_EQ(put("/crm-associations/v1/associations/create-batch",
                json::array{json::object{{"fromObjectId", id}, {"toObjectId", vid}, {"category", "HUBSPOT_DEFINED"}, {"definitionId", 16}}})
                .status,
            204);
  EXPECT_EQ(text_at(api.get("/crm-associations/v1/associations/" + id + "/HUBSPOT_DEFINED/16").body, "/results/0"), vid);
  EXPECT_EQ(put("/crm-associations/v1/associations", {{"fromObjectId", id}, {"toObjectId", vid}, {"category", "HUBSPOT_DEFINED"}, {"definitionId", 99}}).status,
            400);
  EXPECT_EQ(text_at(api.get("/crm-objects/v1/objects/tickets/paged?properties=subject").body, "/objects/0/properties/subject/value"), "S");
  EXPECT_EQ(api.send("DELETE", "/crm-objects/v1/objects/tickets/" + id).status, 204);
}

// fact: §2.12 [D]
TEST_F(Older, ADefinitionOfVersion1IsTheTypeOfVersion4) {
  std::string vid = contact("ann@acme.example"), acme = company("Acme"), parent = company("Parent");
  auto tie = [&](const std::string& how, const std::string& from, const std::string& to, int definition) {
    json::object body{{"fromObjectId", from}, {"toObjectId", to}, {"category", "HUBSPOT_DEFINED"}, {"definitionId", definition}};
    return put("/crm-associations/v1/associations" + how, body).status;
  };
  EXPECT_EQ(tie("", vid, acme, 1), 204);
  EXPECT_EQ(text_at(api.get("/crm/v4/objects/contacts/" + vid + "/associations/companies").body, "/results/0/associationTypes/0/label"), "Primary");
  EXPECT_EQ(tie("", parent, acme, 13), 204);
  EXPECT_EQ(text_at(api.get("/crm-associations/v1/associations/" + parent + "/HUBSPOT_DEFINED/13").body, "/results"), "[" + acme + "]");
  EXPECT_EQ(tie("/delete", vid, acme, 1), 204);
  EXPECT_EQ(text_at(api.get("/crm-associations/v1/associations/" + vid + "/HUBSPOT_DEFINED/1").body, "/results"), "[]") << "not the label alone";
  EXPECT_EQ(tie("", vid, acme, 9), 501);
}

// fact: §0.1 [D2]
TEST_F(Older, OwnersPipelinesAndPropertiesAreListed) {
  EXPECT_EQ(text_at(api.get("/owners/v2/owners?email=bob@portal.example").body, "/0/ownerId"), "70002");
  EXPECT_EQ(text_at(api.get("/owners/v2/owners/70002").body, "/email"), "bob@portal.example");
  EXPECT_EQ(api.get("/owners/v2/owners/1").status, 404);
  EXPECT_EQ(text_at(api.get("/crm-pipelines/v1/pipelines/tickets").body, "/results/0/stages/0/stageId"), "1");
  EXPECT_EQ(text_at(api.get("/properties/v1/contacts/properties/named/email").body, "/name"), "email");
  EXPECT_EQ(text_at(api.get("/properties/v2/companies/properties").body, "/0/groupName"), "companyinformation");
  EXPECT_EQ(text_at(api.get("/properties/v1/contacts/groups").body, "/0/name"), "contactinformation");
  const std::string properties = "/properties/v1/contacts/properties";
  json::object shoes{{"name", "shoe_size"}, {"label", "Shoe size"}, {"type", "string"}, {"fieldType", "text"}, {"groupName", "contactinformation"}};
  EXPECT_EQ(post(properties, shoes).status, 200);
  shoes["label"] = "Size";
  EXPECT_EQ(text_at(put(properties + "/named/shoe_size", shoes).body, "/label"), "Size");
  EXPECT_EQ(api.send("DELETE", properties + "/named/shoe_size").status, 204);
  EXPECT_EQ(api.get(properties + "/named/shoe_size").status, 404);
}

// fact: §0.1 [D2]
TEST_F(Older, SeveralTicketsAreMadeReadChangedAndRemovedAtOnce) {
  auto ticket_of = [](const std::string& subject) {
    return json::array{json::object{{"name", "subject"}, {"value", subject}}, json::object{{"name", "hs_pipeline_stage"}, {"value", "1"}}};
  };
  Answer made = post("/crm-objects/v1/objects/tickets/batch-create", json::array{ticket_of("A"), ticket_of("B")});
  ASSERT_EQ(made.status, 200) << made.text;
  std::string a = text_at(made.body, "/0/objectId"), b = text_at(made.body, "/1/objectId");
  json::array bad{json::object{{"objectId", std::stoll(a)}, {"properties", ticket_of("C")}}, json::object{{"objectId", 1}, {"properties", ticket_of("D")}}};
  EXPECT_EQ(post("/crm-objects/v1/objects/tickets/batch-update", bad).status, 400);
  EXPECT_EQ(value("tickets", a, "subject"), "A") << "all or none";
  bad.pop_back();
  EXPECT_EQ(post("/crm-objects/v1/objects/tickets/batch-update", bad).status, 204);
  json::object ids{{"ids", {std::stoll(a), std::stoll(b), 1}}};
  Answer read = post("/crm-objects/v1/objects/tickets/batch-read?properties=subject", ids);
  EXPECT_EQ(text_at(read.body, "/" + a + "/properties/subject/value"), "C");
  EXPECT_EQ(read.body.as_object().size(), 2u);
  EXPECT_EQ(post("/crm-objects/v1/objects/tickets/batch-delete", ids).status, 204);
  EXPECT_EQ(post("/crm-objects/v1/objects/tickets/batch-read", ids).text, "{}");
}

// fact: §0.1 [D2]
TEST_F(Older, SeveralCompaniesAreChangedAtOnce) {
  std::string a = company("A");
  json::array change{json::object{{"objectId", std::stoll(a)}, {"properties", {{{"name", "city"}, {"value", "Oslo"}}}}}};
  EXPECT_EQ(post("/companies/v1/batch-async/update", change).status, 202);
  EXPECT_EQ(value("companies", a, "city"), "Oslo");
}

// fact: §0.1 [D2], §6 [D]
TEST_F(Older, GroupsDealPipelinesAndOutcomesOfCallsAreTold) {
  Answer group = post("/properties/v1/contacts/groups", {{"name", "ours"}, {"displayName", "Ours"}});
  EXPECT_EQ(group.status, 200) << group.text;
  EXPECT_EQ(text_at(group.body, "/displayName"), "Ours");
  EXPECT_EQ(text_at(api.send_json("PUT", "/properties/v1/contacts/groups/named/ours", json::object{{"displayName", "Theirs"}}).body, "/displayName"), "Theirs");
  EXPECT_EQ(api.send("DELETE", "/properties/v1/contacts/groups/named/ours").status, 204);
  EXPECT_EQ(text_at(api.get("/deals/v1/pipelines").body, "/0/pipelineId"), "default");
  EXPECT_EQ(text_at(api.get("/deals/v1/pipelines/default").body, "/stages/0/stageId"), "appointmentscheduled");
  EXPECT_EQ(api.get("/deals/v1/pipelines/none").status, 404);
  EXPECT_EQ(text_at(api.get("/calling/v1/dispositions").body, "/1/label"), "Connected");
  EXPECT_EQ(text_at(api.get("/integrations/v1/me").body, "/portalId"), "4242001");
  Answer usage = api.get("/integrations/v1/limit/daily");
  EXPECT_EQ(text_at(usage.body, "/0/name") + " " + text_at(usage.body, "/0/fetchStatus"), "api-calls-daily SUCCESS");
  EXPECT_EQ(text_at(usage.body, "/0/collectedAt"), std::to_string(clock.now().ms));
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
