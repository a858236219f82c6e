// connectors/hubspot.yaml against the stand-in: how it tells what changed, by the search feed and through the signed door.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "hubspot_scene.h"

namespace lockstep::connector {
namespace {

namespace json = boost::json;

TEST_F(HubSpot, TheSearchFeedNamesWhatChangedOnceTheIndexShowsIt) {
  const std::string lee = load("contact", {{"lastname", "Lee"}});
  load("contact", {{"lastname", "Kim"}});
  std::string position;
  EXPECT_TRUE(world.changes("contact", position).empty());
  advance(300);
  world.changes("contact", position);
  edit(*portal, {{"operation", "update"}, {"object", "contact"}, {"id", lee}, {"fields", json::object{{"phone", "1"}}}});
  advance(120);
  auto page = world.wait(world.connector().changes("contact", position));
  ASSERT_TRUE(page) << show(page.error());
  EXPECT_FALSE(page->complete_rows) << "an index may be late: news is read by id";
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(page->rows[0].id.id, lee);
  EXPECT_EQ(page->rows[0].version, row_of("contact", lee).version);
  EXPECT_EQ(contact.show(page->rows[0].slots, "phone"), "1");
}

TEST_F(HubSpot, MoreFieldsThanFitIntoAQueryAreNotAskedFor) {
  std::vector<Field> fields;
  for (int i = 0; i < 100; ++i) fields.push_back(text("a_property_with_a_long_name_" + std::to_string(i)));
  world.select(Layout("call", "name", std::move(fields)));
  std::string position;
  world.changes("call", position);
  const std::string made = load("call", {{"hs_call_title", "Hello"}, {"hs_timestamp", "2026-01-05T10:00:00Z"}});
  advance(120);
  const auto rows = world.changes("call", position);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].id.id, made);
  EXPECT_TRUE(rows[0].slots.empty());
  EXPECT_FALSE(rows[0].version.empty());
}

TEST_F(HubSpot, TheSearchFeedPassesMoreRowsOfOneStampThanASearchShows) {
  std::string position;
  world.changes("contact", position);
  for (int i = 0; i < 11; ++i) load_contacts(1000);
  advance(180);
  std::set<std::string> ids;
  for (const Row& row : world.changes("contact", position)) ids.insert(row.id.id);
  EXPECT_EQ(ids.size(), 11'000u);
}

TEST_F(HubSpot, TheSearchFeedShowsTheRowsOfABulkJobOnceAndSoonEnough) {
  std::string position;
  world.changes("contact", position);
  std::map<std::string, int> shown;
  const auto poll = [&] {
    advance(60);
    for (const Row& row : world.changes("contact", position)) ++shown[row.id.id];
  };
  constexpr int kMinutes = 5, kAMinute = 1000, kPage = 200;
  for (int minute = 0; minute < kMinutes; ++minute) {
    load_contacts(kAMinute);
    poll();
  }
  for (int minute = 0; minute < 3; ++minute) poll();
  EXPECT_EQ(shown.size(), static_cast<std::size_t>(kMinutes * kAMinute)) << "all of them within 5 minutes";
  int again = 0;
  for (const auto& [id, times] : shown) again += times - 1;
  EXPECT_LE(again, (kMinutes + 3) * kPage) << "a walk's first page alone may reach into what the next one shows";
}

TEST_F(HubSpot, AfterALongPauseTheSearchFeedShowsAllThatTheIndexDoes) {
  std::string position;
  world.changes("contact", position);
  advance(3600);
  load_contacts(1000);
  advance(40);
  EXPECT_EQ(world.changes("contact", position).size(), 1000u);
}

TEST_F(HubSpot, SearchesKeepTheirOwnPace) {
  const WallTime before = world.executor.clock().wall();
  std::string position;
  world.changes("contact", position);
  for (int i = 0; i < 20; ++i) {
    advance(1);
    ASSERT_TRUE(world.wait(world.connector().find_by("company", company.at("name"), {"Acme"}, Priority::real_time)));
    ASSERT_TRUE(world.wait(world.connector().find_by("company", company.at("domain"), {"acme.com"}, Priority::real_time)));
    ASSERT_TRUE(world.wait(world.connector().find_by("ticket", ticket.at("subject"), {"Broken"}, Priority::real_time)));
  }
  EXPECT_GE((world.executor.clock().wall() - before).count(), 15'000);
  EXPECT_FALSE(world.connector().usage().failures.contains("rate_limit"));
}

class HubSpotDoor : public HubSpot {
 protected:
  void SetUp() override {
    control(*portal, "POST", "webhooks",
            json::object{{"url", "https://hooks.example.test/crm_b?tenant=a%3Ab&x=%20y"},
                         {"subscriptions", json::array{json::object{{"eventType", "contact.creation"}},
                                                       json::object{{"eventType", "contact.propertyChange"}, {"propertyName", "phone"}},
                                                       json::object{{"eventType", "contact.deletion"}}, json::object{{"eventType", "contact.merge"}}}}});
  }
  std::vector<http::Request> deliveries() {
    advance(60);
    std::vector<http::Request> requests;
    for (auto& outgoing : portal->take_outgoing()) requests.push_back(std::move(outgoing.request));
    return requests;
  }
  Connector::DoorAnswer knock(const http::Request& request) {
    http::ServerRequest received;
    received.method = request.method;
    received.target = http::parse_url(request.url)->target;
    received.headers = request.headers;
    received.body = request.body;
    return world.connector().knock("events", received, world.executor.clock().wall());
  }
};

TEST_F(HubSpotDoor, TellsWhichRecordsChangedBehindASignatureOverRawBytes) {
  const std::string lee = load("contact", {{"lastname", "Lee"}}), kim = load("contact", {{"lastname", "Kim"}});
  deliveries();
  edit(*portal, {{"operation", "update"}, {"object", "contact"}, {"id", lee}, {"fields", json::object{{"phone", "1"}}}});
  edit(*portal, {{"operation", "delete"}, {"object", "contact"}, {"id", kim}});
  std::map<std::string, EventKind> kinds;
  for (const http::Request& request : deliveries()) {
    const auto answer = knock(request);
    ASSERT_FALSE(answer.refused) << answer.reason;
    EXPECT_EQ(answer.response.status, 204);
    for (const InboxEvent& event : answer.events) kinds[event.remote.id] = event.kind;
  }
  EXPECT_EQ(kinds, (std::map<std::string, EventKind>{{lee, EventKind::upsert}, {kim, EventKind::deleted}}));
}

TEST_F(HubSpotDoor, TellsMerges) {
  const std::string kept = load("contact", {{"lastname", "Kept"}}), lost = load("contact", {{"lastname", "Lost"}});
  deliveries();
  edit(*portal, {{"operation", "merge"}, {"object", "contact"}, {"id", lost}, {"into", kept}});
  bool told = false;
  for (const http::Request& request : deliveries())
    for (const InboxEvent& event : knock(request).events) {
      if (event.kind != EventKind::merged) continue;
      told = true;
      EXPECT_FALSE(event.merged_into.empty());
      EXPECT_NE(std::ranges::find(event.merged_from, lost), event.merged_from.end());
    }
  EXPECT_TRUE(told);
}

TEST_F(HubSpotDoor, RefusesWhatIsForgedStaleForeignOrTooLarge) {
  const std::string lee = load("contact", {{"lastname", "Lee"}});
  deliveries();
  edit(*portal, {{"operation", "update"}, {"object", "contact"}, {"id", lee}, {"fields", json::object{{"phone", "1"}}}});
  const auto all = deliveries();
  ASSERT_EQ(all.size(), 1u);
  const http::Request good = all.front();
  ASSERT_FALSE(knock(good).refused) << knock(good).reason;
  http::Request forged = good;
  forged.body[forged.body.size() - 2] = ' ';
  EXPECT_EQ(knock(forged).reason, "forged");
  http::Request other_uri = good;
  other_uri.url = "https://hooks.example.test/crm_b?tenant=other";
  EXPECT_EQ(knock(other_uri).reason, "forged");
  http::Request unsigned_request = good;
  unsigned_request.headers.remove("X-HubSpot-Signature-v3");
  EXPECT_EQ(knock(unsigned_request).reason, "unsigned");
  http::Request large = good;
  large.body += std::string(1'000'001, ' ');
  EXPECT_EQ(knock(large).response.status, 413);
  advance(301);
  EXPECT_EQ(knock(good).reason, "stale");
}

TEST_F(HubSpotDoor, TakesWhatIsOursOfABatchThatTellsOfOtherPortalsToo) {
  const std::string lee = load("contact", {{"lastname", "Lee"}});
  deliveries();
  edit(*portal, {{"operation", "update"}, {"object", "contact"}, {"id", lee}, {"fields", json::object{{"phone", "1"}}}});
  http::Request mixed = deliveries().at(0);
  json::array events = json::parse(mixed.body).as_array();
  json::object foreign = events.at(0).as_object();
  foreign["portalId"] = 1;
  events.insert(events.begin(), foreign);
  mixed.body = json::serialize(events);
  const std::string timestamp(*mixed.headers.find("X-HubSpot-Request-Timestamp"));
  mixed.headers.set("X-HubSpot-Signature-v3",
                    to_base64(emulators::hmac_sha256("lockstep-secret", "POSThttps://hooks.example.test/crm_b?tenant=a:b&x=%20y" + mixed.body + timestamp)));
  const auto answer = knock(mixed);
  ASSERT_FALSE(answer.refused) << answer.reason;
  ASSERT_EQ(answer.events.size(), 1u);
  EXPECT_EQ(answer.events[0].remote.id, lee);
}

TEST_F(HubSpotDoor, TheVendorsVectorIsGenuineButNamesNoAccountOfOurs) {
  http::Request vector("POST", "https://hooks.example.test/hubspot?tenant=a%3Ab%2Fc&x=%20y");
  vector.headers = {{"X-HubSpot-Request-Timestamp", "1767225600000"}, {"X-HubSpot-Signature-v3", "ekibrXilGrkxibWgwcaWVsN9wCWPVr2tqdl2M3rBer8="}};
  vector.body = R"([{"eventId":1,"subscriptionType":"contact.creation"}])";
  ConnectionConfig config;
  config.name = "vector";
  config.auth = "bearer";
  config.secrets = {{"service_key", kServiceKey}, {"client_secret", "test-client-secret"}};
  config.public_url = "https://hooks.example.test/";
  world.connect(config);
  http::ServerRequest received;
  received.method = "POST";
  received.target = "/hubspot?tenant=a%3Ab%2Fc&x=%20y";
  received.headers = vector.headers;
  received.body = vector.body;
  const Connector::DoorAnswer early = world.connector().knock("events", received, WallTime{1'767'225'601'000});
  EXPECT_EQ(early.reason, "not signed in yet");
  EXPECT_EQ(early.response.status, 503) << "not a refusal: systems that try again do so after a 5xx alone";
  EXPECT_EQ(early.response.headers.find("Retry-After"), "10");
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.connector().knock("events", received, WallTime{1'767'225'601'000}).reason, "another account");
  received.target = "/hubspot?tenant=a%3Ab%2Fc&x=+y";
  EXPECT_EQ(world.connector().knock("events", received, WallTime{1'767'225'601'000}).reason, "forged");
}

}  // namespace
}  // namespace lockstep::connector
