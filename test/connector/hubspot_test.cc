// connectors/hubspot.yaml against the stand-in: records by id, key and content, links, the search feed, the signed door.
#include "emulators/hubspot/hubspot.h"

#include <algorithm>
#include <set>

#include "support/world.h"

namespace lockstep::connector {
namespace {

using emulators::Emulator;
namespace json = boost::json;

constexpr const char* kPortal = "https://api.hubapi.com";
constexpr const char* kKey = "pat-na1-00000000-0000-4000-8000-000000000001";

class HubSpot : public testing::Test {
 protected:
  HubSpot()
      : world("hubspot"),
        portal(emulators::hubspot::make_hubspot(world.remote_clock, Rng(7))),
        contact("contact", "name", {text("firstname"), text("lastname"), text("email"), text("phone"), link("company")}),
        company("company", "name", {text("name"), text("domain"), number("numberofemployees")}),
        ticket("ticket", "name", {text("subject"), text("hs_pipeline_stage"), text("hs_pipeline"), link("contact"), link("company")}),
        note("note", "name", {text("hs_note_body"), instant("hs_timestamp"), link("contact"), link("company"), link("ticket")}) {
    world.network.add(kPortal, *portal);
    connect("bearer");
  }

  static Field link(const std::string& to) { return reference(to, "association"); }
  void connect(const std::string& auth) {
    ConnectionConfig config;
    config.name = "crm_b";
    config.auth = auth;
    config.secrets = {{"service_key", kKey}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"refresh_token", "lockstep-refresh-token"}};
    config.public_url = "https://hooks.example.test";
    world.connect(config);
    for (const Layout* layout : {&contact, &company, &ticket, &note}) world.select(*layout);
    const auto opened = world.open();
    ASSERT_TRUE(opened) << show(opened.error());
  }
  std::string load(const std::string& type, const json::object& fields) {
    return std::string(control(*portal, "POST", "records/" + type, json::array{fields}).at("ids").at(0).as_string());
  }
  void load_contacts(int count) {
    json::array records;
    for (int i = 0; i < count; ++i) records.push_back(json::object{{"lastname", "Person " + std::to_string(i)}});
    control(*portal, "POST", "records/contact", records);
  }
  Row row_of(const std::string& object, const std::string& id) {
    auto results = world.read(object, {id});
    EXPECT_EQ(results.at(0).kind, ReadResult::Kind::found);
    return results.at(0).row;
  }
  void advance(std::int64_t seconds) { world.executor.clock().advance(Duration{seconds * 1000}); }
  static Value at(const std::string& text) { return Value(*parse_iso_time(text)); }

  World world;
  std::unique_ptr<Emulator> portal;
  Layout contact, company, ticket, note;
};

TEST_F(HubSpot, SignsInLearnsTheAccountAndMakesTheKeyField) {
  EXPECT_EQ(world.network.sent.at(0).url, std::string(kPortal) + "/account-info/v3/details");
  std::size_t made = 0;
  for (const http::Request& request : world.network.sent) made += request.method == "POST" && request.url.find("/crm/v3/properties/") != std::string::npos ? 1 : 0;
  EXPECT_EQ(made, 4u) << "one for each selected object";
  const std::size_t before = world.calls();
  ASSERT_TRUE(world.open());
  for (std::size_t i = before; i < world.calls(); ++i) EXPECT_EQ(world.network.sent[i].method, "GET") << "it is there now";
}

TEST_F(HubSpot, ATokenIsRenewedByTheClockAndAfterA401) {
  connect("oauth2");
  std::size_t before = world.calls();
  advance(25 * 60);
  world.scan("company");
  EXPECT_EQ(world.calls() - before, 2u);
  EXPECT_NE(world.network.sent[before].url.find("/oauth/v1/token"), std::string::npos);
  fault(*portal, {{"name", "expire_token"}, {"rate", 1}, {"count", 1}});
  before = world.calls();
  world.scan("company");
  EXPECT_EQ(world.calls() - before, 3u);
}

TEST_F(HubSpot, AListingIsReadPageByPageWithItsLinksInside) {
  const std::string acme = load("company", {{"name", "Acme"}});
  load_contacts(249);
  const std::string lee = load("contact", {{"lastname", "Lee"}, {"associations.companies", acme}});
  const std::size_t before = world.calls();
  const auto rows = world.scan("contact");
  EXPECT_EQ(rows.size(), 250u);
  EXPECT_EQ(world.calls() - before, 3u) << "no calls for links";
  for (const Row& row : rows) EXPECT_EQ(contact.show(row.slots, "company"), row.id.id == lee ? "company:" + acme : "null");
}

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
  EXPECT_FALSE(page->complete_rows) << "ids only: values are read by id";
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(page->rows[0].id.id, lee);
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

TEST_F(HubSpot, ReadsByIdTellArchivedMergedAndNeverSeenRows) {
  const std::string kept = load("contact", {{"lastname", "Kept"}}), gone = load("contact", {{"lastname", "Gone"}}), lost = load("contact", {{"lastname", "Lost"}});
  const std::string other = load("contact", {{"lastname", "Other"}});
  edit(*portal, {{"operation", "delete"}, {"object", "contact"}, {"id", gone}});
  edit(*portal, {{"operation", "merge"}, {"object", "contact"}, {"id", lost}, {"into", kept}});
  const auto results = world.read("contact", {gone, other, lost, "999999999"});
  EXPECT_EQ(results[0].kind, ReadResult::Kind::gone);
  EXPECT_EQ(results[1].kind, ReadResult::Kind::found);
  EXPECT_EQ(contact.show(results[1].row.slots, "lastname"), "Other");
  ASSERT_EQ(results[2].kind, ReadResult::Kind::merged);
  ASSERT_TRUE(results[2].row.merged_into);
  EXPECT_EQ(results[3].kind, ReadResult::Kind::gone);
  const Row winner = row_of("contact", results[2].row.merged_into->id);
  EXPECT_NE(std::ranges::find(winner.absorbed, lost), winner.absorbed.end());
}

TEST_F(HubSpot, ARepeatedCreateMakesNoTwin) {
  const auto rows = [&] {
    return std::vector<WriteRow>{created_row(contact, {{"lastname", Value("Lee")}, {"email", Value("lee@example.com")}}, "01A"), created_row(contact, {{"lastname", Value("Kim")}}, "01B")};
  };
  const auto first = world.write("contact", Operation::create, rows());
  ASSERT_TRUE(first.results[0].ok) << show(*first.results[0].failure);
  EXPECT_TRUE(first.results[0].created);
  ASSERT_TRUE(first.results[0].record);
  EXPECT_EQ(contact.show(first.results[0].record->slots, "email"), "lee@example.com");
  EXPECT_EQ(contact.show(first.results[0].record->slots, "phone"), "absent") << "the answer does not tell";
  const auto again = world.write("contact", Operation::create, rows());
  EXPECT_FALSE(again.results[0].created);
  EXPECT_EQ(again.results[0].id.id, first.results[0].id.id);
  EXPECT_EQ(world.scan("contact").size(), 2u);
}

TEST_F(HubSpot, OneBadRowAmongGoodOnesFailsAlone) {
  const auto batch = world.write("contact", Operation::create,
                                 {created_row(contact, {{"lastname", Value("Good")}}, "01A"), created_row(contact, {{"lastname", Value("Bad")}, {"email", Value("no address")}}, "01B"),
                                  created_row(contact, {{"lastname", Value("Fine")}}, "01C")});
  EXPECT_TRUE(batch.results[0].ok);
  ASSERT_TRUE(batch.results[1].failure);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::validation) << show(*batch.results[1].failure);
  EXPECT_EQ(batch.results[1].failure->fields, std::vector<std::string>{"email"});
  EXPECT_TRUE(batch.results[2].ok);
  EXPECT_EQ(world.scan("contact").size(), 2u);
}

TEST_F(HubSpot, AFailureOfOneRecordShowsWhatWasAskedAndAnsweredAndNoSecret) {
  const std::string words = std::string("no address of ") + kKey;  // a secret that somebody pasted into a record
  const auto shown = [&](std::vector<WriteRow> rows, std::size_t bad) {
    const auto batch = world.write("contact", Operation::create, std::move(rows));
    const auto exchange = batch.results.at(bad).failure ? batch.results.at(bad).failure->exchange : nullptr;
    EXPECT_TRUE(exchange);
    return exchange ? *exchange : Exchange{};
  };
  const WriteRow good = created_row(contact, {{"lastname", Value("Good")}}, "01A"), bad = created_row(contact, {{"lastname", Value("Bad")}, {"email", Value(words)}}, "01B");
  for (const Exchange& exchange : {shown({good, bad}, 1), shown({bad}, 0)}) {
    EXPECT_EQ(exchange.method, "POST");
    EXPECT_TRUE(exchange.url.starts_with(std::string(kPortal) + "/crm/v3/objects/")) << exchange.url;
    EXPECT_NE(exchange.body.find("no address of ***"), std::string::npos) << exchange.body;
    EXPECT_GE(exchange.status, 200);
    EXPECT_NE(exchange.answer.find("email"), std::string::npos) << exchange.answer;
    EXPECT_EQ((exchange.url + exchange.body + exchange.answer).find(kKey), std::string::npos);
  }
}

TEST_F(HubSpot, WhereABadRowUndoesTheCallItIsFoundByHalves) {
  control(*portal, "POST", "settings", json::object{{"traced_updates_partial", false}});
  std::vector<WriteRow> rows;
  for (int i = 0; i < 40; ++i) rows.push_back(created_row(contact, {{"lastname", Value("P" + std::to_string(i))}, {"email", Value(i == 13 ? "no address" : "p" + std::to_string(i) + "@example.com")}}, "K" + std::to_string(i)));
  const auto batch = world.write("contact", Operation::create, std::move(rows));
  for (std::size_t i = 0; i < batch.results.size(); ++i) EXPECT_EQ(batch.results[i].ok, i != 13) << i;
  EXPECT_EQ(batch.results[13].failure->failure_class, FailureClass::validation);
  EXPECT_LE(batch.calls, 13u) << "two a halving, not one a row";
  EXPECT_EQ(world.scan("contact").size(), 39u);
}

TEST_F(HubSpot, ATakenAddressNamesTheContactThatHasIt) {
  const std::string lee = load("contact", {{"lastname", "Lee"}, {"email", "lee@example.com"}});
  const auto batch = world.write("contact", Operation::create,
                                 {created_row(contact, {{"lastname", Value("Lee")}, {"email", Value("Lee@example.com")}}, "01A"), created_row(contact, {{"lastname", Value("Kim")}}, "01B")});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::duplicate) << show(*batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->ids, std::vector<std::string>{lee});
  EXPECT_TRUE(batch.results[1].ok);
}

TEST_F(HubSpot, UpdatesTravelTogetherClearWithNullAndTellMissingRows) {
  const std::string lee = load("contact", {{"lastname", "Lee"}, {"phone", "1"}, {"email", "lee@example.com"}}), gone = load("contact", {{"lastname", "Gone"}});
  const std::string kept = load("contact", {{"lastname", "Kept"}}), lost = load("contact", {{"lastname", "Lost"}});
  edit(*portal, {{"operation", "delete"}, {"object", "contact"}, {"id", gone}});
  edit(*portal, {{"operation", "merge"}, {"object", "contact"}, {"id", lost}, {"into", kept}});
  const std::size_t before = world.calls();
  const auto batch = world.write("contact", Operation::update,
                                 {updated_row(contact, lee, {{"phone", Value{}}}), updated_row(contact, gone, {{"phone", Value("2")}}), updated_row(contact, lost, {{"phone", Value("3")}})});
  EXPECT_EQ(world.calls() - before, 1u);
  EXPECT_TRUE(batch.results[0].ok);
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "phone"), "null");
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "email"), "lee@example.com");
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::gone) << show(*batch.results[1].failure);
  EXPECT_EQ(batch.results[2].failure->failure_class, FailureClass::outcome_unknown) << "merged away: just not in the answer";
}

TEST_F(HubSpot, TheCompanyOfAContactIsItsPrimaryOneAndOthersStay) {
  const std::string acme = load("company", {{"name", "Acme"}}), beta = load("company", {{"name", "Beta"}});
  const auto made = world.write("contact", Operation::create, {created_row(contact, {{"lastname", Value("Lee")}, {"company", Value(RemoteId{"company", acme})}}, "01A")});
  ASSERT_TRUE(made.results[0].ok) << show(*made.results[0].failure);
  const std::string lee = made.results[0].id.id;
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "company"), "company:" + acme);
  WriteRow moved = updated_row(contact, lee, {{"company", Value(RemoteId{"company", beta})}});
  moved.from = contact.slots({{"company", Value(RemoteId{"company", acme})}});
  ASSERT_TRUE(world.write("contact", Operation::update, {moved}).results[0].ok);
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "company"), "company:" + beta);
  WriteRow cleared = updated_row(contact, lee, {{"company", Value{}}});
  cleared.from = contact.slots({{"company", Value(RemoteId{"company", beta})}});
  ASSERT_TRUE(world.write("contact", Operation::update, {cleared}).results[0].ok);
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "company"), "null");
}

TEST_F(HubSpot, ALinkToARecordThatIsGoneIsToldAndTheOthersStand) {
  const std::string acme = load("company", {{"name", "Acme"}}), lee = load("contact", {{"lastname", "Lee"}}), kim = load("contact", {{"lastname", "Kim"}});
  const auto batch = world.write("contact", Operation::update,
                                 {updated_row(contact, lee, {{"company", Value(RemoteId{"company", "999999"})}}), updated_row(contact, kim, {{"company", Value(RemoteId{"company", acme})}})});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::missing_parent) << show(*batch.results[0].failure);
  EXPECT_TRUE(batch.results[1].ok);
  EXPECT_EQ(contact.show(row_of("contact", kim).slots, "company"), "company:" + acme);
}

TEST_F(HubSpot, AnUpdateWhoseFieldsStandWithoutItsLinkIsNotToldToHaveFailed) {
  const std::string lee = load("contact", {{"lastname", "Lee"}});
  const auto batch = world.write("contact", Operation::update, {updated_row(contact, lee, {{"phone", Value("1")}, {"company", Value(RemoteId{"company", "999999"})}})});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::outcome_unknown) << "it is read, and what is still owed fails for itself";
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "phone"), "1");
}

TEST_F(HubSpot, ATicketHasAContactAndACompany) {
  const std::string acme = load("company", {{"name", "Acme"}}), lee = load("contact", {{"lastname", "Lee"}});
  const auto made = world.write("ticket", Operation::create,
                                {created_row(ticket, {{"subject", Value("Broken")}, {"hs_pipeline", Value("0")}, {"hs_pipeline_stage", Value("1")}, {"contact", Value(RemoteId{"contact", lee})}, {"company", Value(RemoteId{"company", acme})}}, "01A")});
  ASSERT_TRUE(made.results[0].ok) << show(*made.results[0].failure);
  const Row row = row_of("ticket", made.results[0].id.id);
  EXPECT_EQ(ticket.show(row.slots, "contact"), "contact:" + lee);
  EXPECT_EQ(ticket.show(row.slots, "company"), "company:" + acme);
  const auto listed = world.scan("ticket");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(ticket.show(listed[0].slots, "company"), "company:" + acme);
}

TEST_F(HubSpot, ANoteIsMadeWithItsLinksInOneCall) {
  const std::string lee = load("contact", {{"lastname", "Lee"}}), acme = load("company", {{"name", "Acme"}});
  const std::size_t before = world.calls();
  const auto made = world.write("note", Operation::create,
                                {created_row(note, {{"hs_note_body", Value("<p>hi</p>")}, {"hs_timestamp", at("2026-05-01T09:00:00Z")}, {"contact", Value(RemoteId{"contact", lee})}, {"company", Value(RemoteId{"company", acme})}}, "01A"),
                                 created_row(note, {{"hs_note_body", Value("no time")}}, "01B")});
  EXPECT_EQ(world.calls() - before, 1u);
  ASSERT_TRUE(made.results[0].ok) << show(*made.results[0].failure);
  EXPECT_EQ(made.results[1].failure->failure_class, FailureClass::validation);
  const Row row = row_of("note", made.results[0].id.id);
  EXPECT_EQ(note.show(row.slots, "contact"), "contact:" + lee);
  EXPECT_EQ(note.show(row.slots, "company"), "company:" + acme);
  EXPECT_EQ(note.show(row.slots, "ticket"), "null");
  EXPECT_EQ(note.show(row.slots, "hs_timestamp"), "2026-05-01T09:00:00.000Z");
}

TEST_F(HubSpot, ANoteWhoseAnswerWasLostIsFoundByItsKey) {
  fault(*portal, {{"name", "drop_after_commit"}, {"rate", 1}, {"count", 1}});
  const auto made = world.write("note", Operation::create, {created_row(note, {{"hs_note_body", Value("hi")}, {"hs_timestamp", at("2026-05-01T09:00:00Z")}}, "01ABCDEFGH")});
  ASSERT_TRUE(made.results[0].failure);
  EXPECT_EQ(made.results[0].failure->failure_class, FailureClass::outcome_unknown) << show(*made.results[0].failure);
  advance(world.connector().find_object("note")->visible_after.count() / 1000);
  const auto found = world.wait(world.connector().find_by("note", static_cast<std::size_t>(-1), {"01ABCDEFGH", "01OTHER"}, Priority::real_time));
  ASSERT_TRUE(found) << show(found.error());
  ASSERT_EQ(found->results.size(), 1u);
  EXPECT_EQ(found->results[0].row.external_key, "01ABCDEFGH");
}

TEST_F(HubSpot, RecordsAreFoundByKeyAtOnceAndByValueThroughTheIndex) {
  world.write("contact", Operation::create, {created_row(contact, {{"lastname", Value("Lee")}, {"email", Value("lee@example.com")}}, "01A"), created_row(contact, {{"lastname", Value("Kim")}}, "01B")});
  const auto by_key = world.wait(world.connector().find_by("contact", static_cast<std::size_t>(-1), {"01A", "01X"}, Priority::real_time));
  ASSERT_TRUE(by_key) << show(by_key.error());
  ASSERT_EQ(by_key->results.size(), 1u);
  EXPECT_EQ(contact.show(by_key->results[0].row.slots, "lastname"), "Lee");
  const auto by_mail = world.wait(world.connector().find_by("contact", contact.at("email"), {"lee@example.com"}, Priority::real_time));
  ASSERT_TRUE(by_mail) << show(by_mail.error());
  EXPECT_EQ(by_mail->results.size(), 1u);
  advance(60);
  const auto by_name = world.wait(world.connector().find_by("contact", contact.at("lastname"), {"Kim", "Nobody"}, Priority::real_time));
  ASSERT_TRUE(by_name) << show(by_name.error());
  ASSERT_EQ(by_name->results.size(), 1u);
  EXPECT_EQ(by_name->results[0].row.external_key, "01B");
}

TEST_F(HubSpot, ALookupReadsAllPagesOfItsHits) {
  json::array records;
  for (int i = 0; i < 450; ++i) records.push_back(json::object{{"name", "Acme"}});
  control(*portal, "POST", "records/company", records);
  advance(60);
  const auto found = world.wait(world.connector().find_by("company", company.at("name"), {"Acme"}, Priority::real_time));
  ASSERT_TRUE(found) << show(found.error());
  EXPECT_EQ(found->results.size(), 450u);
}

TEST_F(HubSpot, DeletesTravelTogetherAndRepeatingThemIsNoError) {
  const std::string lee = load("contact", {{"lastname", "Lee"}}), kim = load("contact", {{"lastname", "Kim"}});
  const std::size_t before = world.calls();
  for (int i = 0; i < 2; ++i) {
    const auto batch = world.write("contact", Operation::remove, {updated_row(contact, lee, {}), updated_row(contact, kim, {})});
    EXPECT_TRUE(batch.results[0].ok && batch.results[1].ok);
  }
  EXPECT_EQ(world.calls() - before, 2u);
  EXPECT_TRUE(world.scan("contact").empty());
}

TEST_F(HubSpot, ShortLimitsAreWaitedForAndTheDailyOneParks) {
  load("contact", {{"lastname", "Lee"}});
  fault(*portal, {{"name", "rate_limit"}, {"rate", 1}, {"count", 1}});
  EXPECT_EQ(world.scan("contact").size(), 1u);
  world.network.intercept = [](const http::Request&) -> std::optional<Result<http::Response>> {
    return http::Response(429, R"({"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"})");
  };
  const auto page = world.wait(world.connector().scan("contact", ""));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().failure_class, FailureClass::quota);
  EXPECT_EQ(page.error().limit, "daily");
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
                         {"subscriptions", json::array{json::object{{"eventType", "contact.creation"}}, json::object{{"eventType", "contact.propertyChange"}, {"propertyName", "phone"}},
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

TEST_F(HubSpotDoor, TheVendorsVectorIsGenuineButNamesNoAccountOfOurs) {
  http::Request vector("POST", "https://hooks.example.test/hubspot?tenant=a%3Ab%2Fc&x=%20y");
  vector.headers = {{"X-HubSpot-Request-Timestamp", "1767225600000"}, {"X-HubSpot-Signature-v3", "ekibrXilGrkxibWgwcaWVsN9wCWPVr2tqdl2M3rBer8="}};
  vector.body = R"([{"eventId":1,"subscriptionType":"contact.creation"}])";
  ConnectionConfig config;
  config.name = "vector";
  config.auth = "bearer";
  config.secrets = {{"service_key", kKey}, {"client_secret", "test-client-secret"}};
  config.public_url = "https://hooks.example.test/";
  world.connect(config);
  ASSERT_TRUE(world.open());
  http::ServerRequest received;
  received.method = "POST";
  received.target = "/hubspot?tenant=a%3Ab%2Fc&x=%20y";
  received.headers = vector.headers;
  received.body = vector.body;
  EXPECT_EQ(world.connector().knock("events", received, WallTime{1'767'225'601'000}).reason, "another account");
  received.target = "/hubspot?tenant=a%3Ab%2Fc&x=+y";
  EXPECT_EQ(world.connector().knock("events", received, WallTime{1'767'225'601'000}).reason, "forged");
}

}  // namespace
}  // namespace lockstep::connector
