// Webhooks: what is told, in which shape, how it is signed and tried again.
#include <map>
#include <set>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/hubspot/events.h"
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Hooks : public HubSpotTest {
 protected:
  void subscribe(const json::array& subscriptions, json::object more = {}) {
    more["url"] = "https://hooks.example.test/hubspot?tenant=a%3Ab";
    more["subscriptions"] = subscriptions;
    Answer answer = post("/__emulator/webhooks", more);
    ASSERT_EQ(answer.status, 200) << answer.text;
  }
  static json::object on(const std::string& type, const std::string& property = "") {
    json::object subscription{{"eventType", type}};
    if (!property.empty()) subscription["propertyName"] = property;
    return subscription;
  }
  /// The events of all requests that are due, which are answered with `status`.
  json::array take(int status = 204) {
    json::array events;
    requests = portal->take_outgoing();
    for (const OutgoingRequest& each : requests) {
      json::value body = json::parse(each.request.body);
      for (const json::value& event : body.as_array()) events.push_back(event);
      portal->outgoing_answered(each.id, status);
    }
    return events;
  }
  std::string kinds() {
    std::string told;
    for (const json::value& event : take()) told += (told.empty() ? "" : " ") + text_at(event, "/subscriptionType");
    return told;
  }
  std::vector<OutgoingRequest> requests;
  int made_ = 0;
};

// fact: §3.3 [U] switch: cleared_as_null
TEST_F(Hooks, AClearedPropertyIsToldAsAnEmptyText) {
  std::string id = created_id("contacts", {{"email", "a@x.example"}, {"firstname", "Ann"}, {"lastname", "Archer"}});
  subscribe({on("contact.propertyChange", "firstname"), on("contact.propertyChange", "lastname")});
  update("contacts", id, {{"firstname", ""}});
  EXPECT_TRUE(take().at(0).at("propertyValue").is_string());
  set({{"cleared_as_null", true}});
  update("contacts", id, {{"lastname", ""}});
  EXPECT_TRUE(take().at(0).at("propertyValue").is_null());
}

// fact: §3.3 [O]
TEST_F(Hooks, TheAccountsTestButtonSendsAnEventOfNoRecord) {
  subscribe({on("contact.propertyChange", "email")});
  std::string id = text_at(api.get("/__emulator/webhooks").body, "/subscriptions/0/id");
  EXPECT_EQ(post("/__emulator/webhooks/test", {{"subscription", id}}).status, 204);
  json::array events = take();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(text_at(events[0], "/changeFlag"), "NEW");
  EXPECT_EQ(text_at(events[0], "/changeSource"), "CRM");
  EXPECT_EQ(text_at(events[0], "/objectId"), "123");
  EXPECT_EQ(text_at(events[0], "/eventId"), "100");
  EXPECT_EQ(post("/__emulator/webhooks/test", {{"subscription", 1}}).status, 400);
}

// fact: §3.3 [O]
TEST_F(Hooks, TellAChangeWithItsSource) {
  std::string id = contact("a@x.example");
  subscribe({on("contact.propertyChange", "firstname"), on("contact.propertyChange", "phone")});
  update("contacts", id, {{"firstname", "Ann"}});
  json::array events = take();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(text_at(events[0], "/objectId"), id);
  EXPECT_TRUE(events[0].at("objectId").is_int64());
  EXPECT_EQ(text_at(events[0], "/portalId"), "4242001");
  EXPECT_EQ(text_at(events[0], "/propertyName"), "firstname");
  EXPECT_EQ(text_at(events[0], "/propertyValue"), "Ann");
  EXPECT_EQ(text_at(events[0], "/attemptNumber"), "0");
  EXPECT_EQ(text_at(events[0], "/changeSource"), "INTEGRATION");
  EXPECT_EQ(text_at(events[0], "/sourceId"), "2500002");
  edit_fields("contacts", id, {{"firstname", "Bea"}});
  events = take();
  EXPECT_EQ(text_at(events.at(0), "/changeSource"), "CRM_UI");
  EXPECT_TRUE(text_at(events.at(0), "/sourceId").starts_with("userId:"));
}

// fact: §3.3 [O]
TEST_F(Hooks, HaveTheMembersThatWereCaptured) {
  subscribe({on("contact.creation"), on("contact.propertyChange", "firstname"), on("contact.deletion")});
  std::string id = created_id("contacts", {{"firstname", "Ann"}});
  api.send("DELETE", "/crm/v3/objects/contacts/" + id);
  auto members = [](const json::value& event) {
    std::set<std::string> names;
    for (const auto& member : event.as_object()) names.insert(member.key());
    return names;
  };
  const std::set<std::string> all{"eventId",          "subscriptionId", "portalId", "appId",        "occurredAt",
                                  "subscriptionType", "attemptNumber",  "objectId", "changeSource", "sourceId"};
  std::map<std::string, json::value> told;
  for (const json::value& event : take()) told[text_at(event, "/subscriptionType")] = event;
  auto with = [&](std::initializer_list<const char*> more) {
    std::set<std::string> names = all;
    names.insert(more.begin(), more.end());
    return names;
  };
  EXPECT_EQ(members(told["contact.creation"]), with({"changeFlag"}));
  EXPECT_EQ(members(told["contact.deletion"]), with({"changeFlag"}));
  EXPECT_EQ(members(told["contact.propertyChange"]), with({"propertyName", "propertyValue", "isSensitive"}));
  EXPECT_EQ(text_at(told["contact.creation"], "/changeFlag") + " " + text_at(told["contact.deletion"], "/changeFlag"), "CREATED DELETED");
}

// fact: §3.3 [D]
TEST_F(Hooks, SayNothingAboutValuesThatStay) {
  std::string id = created_id("contacts", {{"firstname", "Ann"}});
  subscribe({on("contact.propertyChange", "firstname")});
  update("contacts", id, {{"firstname", "Ann"}});
  EXPECT_TRUE(take().empty());
}

// fact: §3.2 [S]
TEST_F(Hooks, ClassicTypesDoNotKnowEngagements) {
  json::object notes{{"eventType", "object.creation"}, {"objectTypeId", "0-46"}};
  set({{"engagement_webhooks", true}});
  subscribe({notes, on("company.creation")});
  created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}});
  json::array events = take();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(text_at(events[0], "/objectTypeId"), "0-46");
  EXPECT_EQ(text_at(events[0], "/changeFlag"), "CREATED");
  EXPECT_EQ(post("/__emulator/webhooks", {{"subscriptions", {on("note.creation")}}}).status, 400);
  EXPECT_EQ(post("/__emulator/webhooks", {{"subscriptions", {on("contact.propertyChange")}}}).status, 400);
}

// fact: §3.2 [S]
TEST_F(Hooks, CanBeSubscribedToForObjectsThatAreNotHere) {
  auto subscribed = [&](const json::object& what) {
    return post("/__emulator/webhooks", {{"url", "https://hooks.example.test/"}, {"subscriptions", {what}}}).status;
  };
  for (const char* type :
       {"line_item.associationChange", "product.creation", "product.merge", "conversation.newMessage", "conversation.privacyDeletion", "event.completed"})
    EXPECT_EQ(subscribed(on(type)), 200) << type;
  EXPECT_EQ(subscribed(on("product.propertyChange", "price")), 200);
  for (const char* type : {"product.associationChange", "conversation.merge", "event.creation", "deal.newMessage"})
    EXPECT_EQ(subscribed(on(type)), 400) << type;
}

// fact: §3.2 [S], §3.3 [O], §3.3 [D]
TEST_F(Hooks, TellTheLifeOfARecord) {
  subscribe({on("contact.creation"), on("contact.deletion"), on("contact.restore"), on("contact.privacyDeletion")});
  std::string id = contact("a@x.example");
  api.send("DELETE", "/crm/v3/objects/contacts/" + id);
  edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "contacts"}, {"id", id}});
  post("/crm/v3/objects/contacts/gdpr-delete", {{"objectId", id}});
  EXPECT_EQ(kinds(), "contact.creation contact.deletion contact.restore contact.privacyDeletion contact.deletion");
}

// fact: §2.11 [O], §3.3 [O]
TEST_F(Hooks, AMergeNamesTheNewIdAndNoProperties) {
  std::string a = created_id("contacts", {{"email", "a@x.example"}}), b = created_id("contacts", {{"firstname", "Bea"}});
  subscribe({on("contact.merge"), on("contact.deletion"), on("contact.propertyChange", "firstname")});
  Answer merged = post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", a}, {"objectIdToMerge", b}});
  json::array events = take();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(text_at(events[0], "/newObjectId"), text_at(merged.body, "/id"));
  EXPECT_EQ(text_at(events[0], "/primaryObjectId"), a);
  EXPECT_EQ(text_at(events[0], "/mergedObjectIds"), "[" + b + "]");
  EXPECT_EQ(text_at(events[0], "/numberOfPropertiesMoved"), "1");
  EXPECT_EQ(text_at(events[1], "/objectId") + text_at(events[2], "/objectId"), a + b);
}

// fact: §3.3 [O]
TEST_F(Hooks, AssociationsAreToldToBothSides) {
  std::string ann = contact("a@x.example"), a = company("A");
  subscribe({on("contact.associationChange"), on("company.associationChange")});
  edit_fields("contacts", ann, {{"associations.companies", a}});
  std::string told;
  for (const json::value& event : take()) {
    told += text_at(event, "/associationType") + " " + text_at(event, "/associationTypeId") + " " + text_at(event, "/isPrimaryAssociation") + "; ";
    EXPECT_EQ(text_at(event, "/associationRemoved"), "false");
  }
  EXPECT_EQ(told,
            "CONTACT_TO_COMPANY 279 false; COMPANY_TO_CONTACT 280 false; CONTACT_TO_COMPANY 1 true; "
            "COMPANY_TO_CONTACT 2 true; ");
}

// fact: §3.3 [D]
TEST_F(Hooks, ComeInArraysOfAHundredAtMost) {
  subscribe({on("contact.propertyChange", "email"), on("contact.creation")});
  json::array inputs;
  for (int i = 0; i < 60; ++i) inputs.push_back(json::object{{"properties", {{"email", "c" + std::to_string(i) + "@x.example"}}}});
  post("/crm/v3/objects/contacts/batch/create", {{"inputs", inputs}});
  EXPECT_EQ(take().size(), 120u);
  EXPECT_EQ(requests.size(), 2u);
}

// fact: §2.5 [D]
TEST_F(Hooks, RefusedWritesTellNothing) {
  subscribe({on("contact.creation")});
  json::array inputs{{{"properties", {{"email", "a@x.example"}}}}, {{"properties", {{"email", "nonsense"}}}}};
  EXPECT_EQ(post("/crm/v3/objects/contacts/batch/create", {{"inputs", inputs}}).status, 400);
  EXPECT_TRUE(take().empty());
}

TEST_F(Hooks, AllOfThemCanBeAskedForAtOnce) {
  set({{"engagement_webhooks", true}});
  Answer answer = post("/__emulator/webhooks", {{"url", "https://hooks.example.test/"}, {"subscriptions", "all"}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  created_id("calls", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_call_title", "Called"}});
  std::string told;
  for (const json::value& event : take()) {
    if (event.as_object().contains("propertyName")) told += text_at(event, "/propertyName") + " ";
  }
  EXPECT_NE(told.find("hs_call_title "), std::string::npos) << told;
  EXPECT_EQ(post("/__emulator/webhooks", {{"url", "https://h.example/"}, {"subscriptions", 5}}).status, 400);
}

// fact: §3.4 [U]
TEST_F(Hooks, AreSignedForTheMomentOfSending) {
  subscribe({on("contact.creation")}, {{"secret", "test-client-secret"}});
  contact("a@x.example");
  take();
  const http::Request& request = requests.at(0).request;
  EXPECT_EQ(request.headers.find("X-HubSpot-Request-Timestamp"), "1795004800000");
  std::string source = "POSThttps://hooks.example.test/hubspot?tenant=a:b" + request.body + "1795004800000";
  EXPECT_EQ(request.headers.find("X-HubSpot-Signature-v3"), to_base64(hmac_sha256("test-client-secret", source)));
  EXPECT_EQ(request.headers.find("X-HubSpot-Signature"), to_hex(sha256("test-client-secret" + request.body)));
  EXPECT_EQ(request.timeout, Duration(5'000));
}

// fact: §3.4 [K], §3.4 [D2]
TEST_F(Hooks, PublishedVectorsOfTheSignatureHold) {
  std::string body = R"([{"eventId":1,"subscriptionType":"contact.creation"}])";
  Events events(1, "1", Rng(1));
  events.settings().secret = "test-client-secret";
  http::Request request("POST", "https://hooks.example.test/hubspot?tenant=a%3Ab%2Fc&x=%20y");
  request.body = body;
  events.prepare(request, 0, WallTime{1'767'225'600'000});
  EXPECT_EQ(request.headers.find("X-HubSpot-Signature"), "4719651512ee2304d442c7ce80d2eeff22bde31754daaf070667b407db501418");
  EXPECT_EQ(request.headers.find("X-HubSpot-Signature-v3"), "ekibrXilGrkxibWgwcaWVsN9wCWPVr2tqdl2M3rBer8=");
  EXPECT_EQ(signed_uri("https://h.example/a%3A?x=%2f%26#top"), "https://h.example/a%3A?x=/%26");
}

// fact: §3.4 [U] switch: signature_decodes_path
TEST_F(Hooks, EscapesOfThePathAreSignedAsTheyStandUnlessTheyAreDecodedToo) {
  const std::string url = "https://hooks.example.test/a%3Ab?x=%2F";
  auto signed_as = [&](const std::string& address) {
    post("/__emulator/webhooks", {{"url", url}, {"secret", "s"}, {"subscriptions", {on("contact.creation")}}});
    requests.clear();
    contact("c" + std::to_string(++made_) + "@x.example");
    take();
    const http::Request& request = requests.at(0).request;
    std::string source = "POST" + address + request.body + std::string(*request.headers.find("X-HubSpot-Request-Timestamp"));
    return request.headers.find("X-HubSpot-Signature-v3") == to_base64(hmac_sha256("s", source));
  };
  EXPECT_TRUE(signed_as("https://hooks.example.test/a%3Ab?x=/"));
  set({{"signature_decodes_path", true}});
  EXPECT_TRUE(signed_as("https://hooks.example.test/a:b?x=/"));
}

// fact: §3.3 [O], §3.3 [U] switch: key_source_id
TEST_F(Hooks, WhatAServiceKeyWritesComesFromItsAppUnlessItIsNotTold) {
  subscribe({on("contact.creation")});
  contact("a@x.example");
  EXPECT_EQ(text_at(take().at(0), "/sourceId"), "2500002");
  set({{"key_source_id", "PrivateApp"}});
  contact("b@x.example");
  json::array told = take();
  EXPECT_EQ(text_at(told.at(0), "/sourceId") + " " + text_at(told.at(0), "/changeSource"), "PrivateApp INTEGRATION");
}

// fact: §3.3 [D]
TEST_F(Hooks, AreTriedTenTimesMoreWithTheAttemptInside) {
  subscribe({on("contact.creation")}, {{"retry_ms", {1'000, 1'000}}});
  contact("a@x.example");
  EXPECT_EQ(text_at(take(500).at(0), "/attemptNumber"), "0");
  EXPECT_TRUE(take().empty());
  clock.advance(Duration(1'000));
  EXPECT_EQ(text_at(take(0).at(0), "/attemptNumber"), "1");
  EXPECT_EQ(requests.at(0).request.headers.find("X-HubSpot-Request-Timestamp"), "1795004801000");
  clock.advance(Duration(1'000));
  EXPECT_EQ(text_at(take(404).at(0), "/attemptNumber"), "2");
  clock.advance(Duration(1'000'000));
  EXPECT_TRUE(take().empty());  // given up
}

// fact: §3.3 [D]
TEST_F(Hooks, AreTriedTenTimesMoreWithinADayUnlessToldOtherwise) {
  subscribe({on("contact.creation")});
  contact("a@x.example");
  std::size_t sent = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    sent += take(503).size();
    clock.advance(Duration(60'000));
  }
  EXPECT_EQ(sent, 11u);
  clock.advance(Duration(24 * 3'600'000));
  EXPECT_TRUE(take(503).empty());
}

// fact: §3.3 [D2]
TEST_F(Hooks, CanComeTwiceAndLate) {
  subscribe({on("contact.creation")}, {{"duplicate_rate", 1.0}, {"delay_ms", 500}, {"shuffle", true}});
  contact("a@x.example");
  EXPECT_TRUE(take().empty());
  clock.advance(Duration(500));
  EXPECT_EQ(take().size(), 2u);
}

// fact: §3.2 [D2]
TEST_F(Hooks, GoOutNoMoreAtOnceThanTheSettingsSay) {
  subscribe({on("company.creation")});
  json::object settings{{"targetUrl", "https://hooks.example.test/"}, {"throttling", {{"maxConcurrentRequests", 6}}}};
  std::string path = "/webhooks/v3/2500001/settings?hapikey=lockstep-developer-key";
  EXPECT_EQ(api.send_json("PUT", path, settings).status, 200);
  for (int i = 0; i < 8; ++i) company("C" + std::to_string(i));
  std::vector<OutgoingRequest> first = portal->take_outgoing();
  EXPECT_EQ(first.size(), 6u);
  EXPECT_TRUE(portal->take_outgoing().empty());
  portal->outgoing_answered(first.front().id, 204);
  EXPECT_EQ(portal->take_outgoing().size(), 1u);
}

// fact: §3.2 [S], §3.2 [O] switch: throttling_optional
TEST_F(Hooks, SettingsNameTheirNumberOfRequests) {
  std::string path = "/webhooks/v3/2500001/settings?hapikey=lockstep-developer-key";
  json::object settings{{"targetUrl", "https://hooks.example.test/"}, {"maxConcurrentRequests", 5}};  // as n8n sends them: what is unknown is passed over
  EXPECT_EQ(api.send_json("PUT", path, settings).status, 400);
  EXPECT_EQ(api.get(path).status, 404) << "nothing was set";
  set({{"throttling_optional", true}});
  Answer answer = api.send_json("PUT", path, settings);
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(text_at(answer.body, "/throttling/maxConcurrentRequests"), "10");
  settings["throttling"] = json::object{{"maxConcurrentRequests", 5}};
  EXPECT_EQ(api.send_json("PUT", path, settings).status, 400);
}

// fact: §3.2 [D] switch: plain_webhook_urls
TEST_F(Hooks, GoToHttpsAlone) {
  std::string path = "/webhooks/v3/2500001/settings?hapikey=lockstep-developer-key";
  json::object settings{{"targetUrl", "http://hooks.example.test/"}, {"throttling", {{"maxConcurrentRequests", 10}}}};
  EXPECT_EQ(api.send_json("PUT", path, settings).status, 400);
  set({{"plain_webhook_urls", true}});
  EXPECT_EQ(api.send_json("PUT", path, settings).status, 200);
}

// fact: §3.2 [D]
TEST_F(Hooks, ASubscriptionIsPausedUnlessItSaysOtherwiseAndAThousandIsTheMost) {
  std::string path = "/webhooks/v3/2500001/subscriptions?hapikey=lockstep-developer-key";
  Answer made = post(path, {{"eventType", "contact.creation"}});
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_at(made.body, "/active"), "false");
  for (const char* property : {"hs_lastmodifieddate", "num_unique_conversion_events"})
    EXPECT_EQ(post(path, {{"eventType", "company.propertyChange"}, {"propertyName", property}}).status, 400) << property;
  for (int i = 1; i < 1'000; ++i) post(path, {{"eventType", "contact.propertyChange"}, {"propertyName", "p" + std::to_string(i)}});
  Answer refused = post(path, {{"eventType", "contact.deletion"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(message(refused), "Couldn't create another subscription. You've reached the maximum number allowed per application (1000).");
}

// fact: §3.2 [S]
TEST_F(Hooks, AreManagedWithTheDevelopersKeyOrTheAppsToken) {
  std::string key = "?hapikey=lockstep-developer-key";
  json::object wanted{{"eventType", "contact.creation"}, {"active", true}};
  Answer made = post("/webhooks/v3/2500001/subscriptions" + key, wanted);
  EXPECT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(post("/webhooks/v3/2500001/subscriptions" + key, wanted).status, 409);
  EXPECT_EQ(post("/webhooks/v3/2500001/subscriptions", wanted).status, 401);  // a service key has no webhooks
  EXPECT_EQ(api.get("/webhooks/2026-03/2500001/subscriptions").status, 401);
  EXPECT_EQ(api.get("/app-webhooks/2026-09/2500001/subscriptions" + key).status, 200);
  Answer token = api.send("POST", "/oauth/v1/token",
                          "grant_type=refresh_token&client_id=lockstep-client&client_secret=lockstep-secret&"
                          "refresh_token=lockstep-refresh-token",
                          {{"Content-Type", "application/x-www-form-urlencoded"}});
  api.headers.set("Authorization", "Bearer " + text_at(token.body, "/access_token"));
  EXPECT_EQ(ids(api.get("/webhooks/2026-03/2500001/subscriptions")), text_at(made.body, "/id"));
  EXPECT_EQ(api.get("/webhooks/2026-03/99/subscriptions").status, 404);
}

// fact: §3.2 [S], §3.2 [D] switch: settings_cache_ms
TEST_F(Hooks, GoWhereTheSettingsSentThemBeforeForUpToFiveMinutes) {
  std::string path = "/webhooks/v3/2500001/settings?hapikey=lockstep-developer-key";
  subscribe({on("contact.creation")});
  auto configure = [&](const std::string& url) {
    return api.send_json("PUT", path, json::object{{"targetUrl", url}, {"throttling", {{"maxConcurrentRequests", 10}}}}).status;
  };
  auto target = [&, count = 0]() mutable {
    contact(std::to_string(++count) + "@x.example");
    take();
    return requests.empty() ? "" : requests.front().request.url;
  };
  EXPECT_EQ(configure("https://one.example/"), 200);
  EXPECT_EQ(target(), "https://one.example/") << "nothing was cached yet";
  EXPECT_EQ(configure("https://two.example/"), 200);
  EXPECT_EQ(text_at(api.get(path).body, "/targetUrl"), "https://two.example/");
  EXPECT_EQ(target(), "https://one.example/");
  clock.advance(Duration(299'000));
  EXPECT_EQ(configure("https://three.example/"), 200);
  EXPECT_EQ(target(), "https://one.example/");
  clock.advance(Duration(1'000));
  EXPECT_EQ(target(), "https://three.example/");
  set({{"settings_cache_ms", 0}});
  configure("https://four.example/");
  EXPECT_EQ(target(), "https://four.example/");
}

// fact: §3.2 [U] switch: engagement_webhooks
TEST_F(Hooks, AnAppMayHaveThoseOfEngagements) {
  std::string key = "?hapikey=lockstep-developer-key";
  json::object note{{"eventType", "object.creation"}, {"objectTypeId", "0-46"}, {"active", true}};
  subscribe({on("contact.creation")});
  auto write = [&] { created_id("notes", {{"hs_timestamp", "2026-05-01T09:00:00Z"}}); };
  EXPECT_EQ(post("/webhooks/v3/2500001/subscriptions" + key, note).status, 400);
  write();
  EXPECT_EQ(kinds(), "");
  set({{"engagement_webhooks", true}});
  EXPECT_EQ(post("/webhooks/v3/2500001/subscriptions" + key, note).status, 201);
  write();
  EXPECT_EQ(kinds(), "object.creation");
  set({{"engagement_webhooks", false}});
  write();
  EXPECT_EQ(kinds(), "");
  note["objectTypeId"] = "0-1";
  EXPECT_EQ(post("/webhooks/v3/2500001/subscriptions" + key, note).status, 201);
}

// fact: §3.2 [S] switch: subscriptions_by_put
TEST_F(Hooks, ASubscriptionIsChangedByPatchAlone) {
  subscribe({on("contact.creation")});
  std::string key = "?hapikey=lockstep-developer-key", base = "/webhooks/v3/2500001/subscriptions";
  std::string one = base + "/" + text_at(api.get(base + key).body, "/results/0/id") + key;
  Answer refused = api.send_json("PUT", one, {{"active", false}});
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.find("Allow").value_or(""), "GET, PATCH, DELETE");
  set({{"subscriptions_by_put", true}});
  EXPECT_EQ(text_at(api.send_json("PUT", one, {{"active", false}}).body, "/active"), "false");
}

// fact: §3.2 [S]
TEST_F(Hooks, OfAPausedSubscriptionStayAway) {
  std::string key = "?hapikey=lockstep-developer-key", base = "/webhooks/v3/2500001/subscriptions";
  subscribe({on("contact.creation")});
  std::string id = text_at(api.get(base + key).body, "/results/0/id");
  EXPECT_EQ(patch(base + "/" + id + key, {{"active", false}}).status, 200);
  contact("a@x.example");
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(post(base + "/batch/update" + key, {{"inputs", {{{"id", std::stoll(id)}, {"active", true}}}}}).status, 200);
  contact("b@x.example");
  EXPECT_EQ(take().size(), 1u);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot
