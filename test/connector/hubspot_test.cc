// connectors/hubspot.yaml against the stand-in: records by id, key and content, links.
#include <algorithm>

#include "hubspot_scene.h"

namespace lockstep::connector {
namespace {

namespace json = boost::json;

TEST_F(HubSpot, SignsInLearnsTheAccountAndMakesTheKeyField) {
  EXPECT_EQ(world.network.sent.at(0).url, std::string(kPortal) + "/account-info/v3/details");
  std::size_t made = 0;
  for (const http::Request& request : world.network.sent)
    made += request.method == "POST" && request.url.find("/crm/v3/properties/") != std::string::npos ? 1 : 0;
  EXPECT_EQ(made, 4u) << "one for each selected object";
  const std::size_t before = world.calls();
  ASSERT_TRUE(world.open());
  for (std::size_t i = before; i < world.calls(); ++i) EXPECT_EQ(world.network.sent[i].method, "GET") << "it is there now";
}

TEST_F(HubSpot, AnAccountWhoseClockIsSetToAnotherZoneIsTheSameAccount) {
  const auto answers = [&](const std::string& portal_id, const std::string& zone) {
    world.network.intercept = [=](const http::Request& request) -> std::optional<Result<http::Response>> {
      if (request.url.find("/account-info/v3/details") == std::string::npos) return std::nullopt;
      return http::Response(200, "{\"portalId\":" + portal_id + ",\"timeZone\":\"" + zone + "\"}");
    };
  };
  answers("4242001", "Europe/Dublin");
  auto opened = world.open();
  ASSERT_TRUE(opened) << show(opened.error());
  answers("4242001", "US/Eastern");
  opened = world.open();
  ASSERT_TRUE(opened) << show(opened.error());
  answers("4242002", "US/Eastern");
  opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another account"), std::string::npos);
  EXPECT_NE(opened.error().message.find("portal=4242002;"), std::string::npos) << opened.error().message;
}

TEST_F(HubSpot, ANameThatWasAnotherKindOfSystemsIsNotTakenOver) {
  ASSERT_TRUE(world.open());
  for (auto& [name, value] : world.secrets.values)
    if (name.ends_with("/account")) value = "org=00D5e000001AbCd;user=0055e000003XyZ;";
  const auto opened = world.open();
  ASSERT_FALSE(opened) << "what is linked under the name are records of Salesforce";
  EXPECT_EQ(opened.error().failure_class, FailureClass::config);
}

TEST_F(HubSpot, ADayThatIsUsedUpIsNotAskedAgainBeforeItIsOver) {
  world.network.intercept = [](const http::Request&) -> std::optional<Result<http::Response>> {
    return http::Response(429, R"({"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"})");
  };
  const auto first = world.wait(world.connector().scan("contact", ""));
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().failure_class, FailureClass::quota) << show(first.error());
  ASSERT_TRUE(first.error().wait);
  EXPECT_LE(*first.error().wait, Duration{24 * 3'600'000 + 60'000});
  const std::size_t calls = world.calls();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(world.wait(world.connector().scan("contact", "")));
  EXPECT_EQ(world.calls(), calls) << "each of them would be refused";
  world.network.intercept = nullptr;
  advance(first.error().wait->count() / 1'000 + 1);
  EXPECT_TRUE(world.wait(world.connector().scan("contact", "")));
}

TEST_F(HubSpot, AnEmptyPageOfTheSearchThatNamesANextOneIsToldAsAFeedThatDoesNotMoveOn) {
  std::string position;
  world.changes("contact", position);
  advance(600);
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/search") == std::string::npos) return std::nullopt;
    return http::Response(200, R"({"total":5,"results":[],"paging":{"next":{"after":"100"}}})");
  };
  const auto page = world.wait(world.connector().changes("contact", position));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().failure_class, FailureClass::shape) << show(page.error());
}

TEST_F(HubSpot, ARecordFoundByTwoOfItsValuesHasItsLinkBothTimes) {
  const std::string house = load("company", {{"name", "House"}});
  const std::string lee = load("contact", {{"lastname", "Lee"}, {"associations.companies", house}});
  const std::string row =
      R"({"id":")" + lee + R"(","properties":{"lastname":"Lee"},"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","archived":false})";
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/objects/contacts/batch/read") == std::string::npos) return std::nullopt;
    return http::Response(200, R"({"results":[)" + row + "," + row + "]}");
  };
  const auto found = world.wait(world.connector().find_by("contact", contact.at("email"), {"lee@example.com", "lee@old.example.com"}, Priority::real_time));
  ASSERT_TRUE(found) << show(found.error());
  ASSERT_EQ(found->results.size(), 2u);
  for (const ReadResult& one : found->results) EXPECT_EQ(contact.show(one.row.slots, "company"), "company:" + house);
}

TEST_F(HubSpot, ATokenSaidToLastForEverIsNotRenewedBeforeEveryRequest) {
  connect("oauth2");
  world.secrets.values.clear();
  std::size_t renewals = 0;
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/oauth/v1/token") == std::string::npos) return http::Response(200, R"({"portalId":1,"timeZone":"UTC","results":[]})");
    ++renewals;
    return http::Response(200, R"({"access_token":"for-ever","refresh_token":"r","expires_in":9223372036854775})");
  };
  advance(1'800);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(world.open());
  EXPECT_EQ(renewals, 1u);
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

TEST_F(HubSpot, ReadsByIdTellArchivedMergedAndNeverSeenRows) {
  const std::string kept = load("contact", {{"lastname", "Kept"}}), gone = load("contact", {{"lastname", "Gone"}}),
                    lost = load("contact", {{"lastname", "Lost"}});
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
    return std::vector<WriteRow>{created_row(contact, {{"lastname", Value("Lee")}, {"email", Value("lee@example.com")}}, "01A"),
                                 created_row(contact, {{"lastname", Value("Kim")}}, "01B")};
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
  const auto batch = world.write(
      "contact", Operation::create,
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
  const std::string words = std::string("no address of ") + kServiceKey;  // a secret that somebody pasted into a record
  const auto shown = [&](std::vector<WriteRow> rows, std::size_t bad) {
    const auto batch = world.write("contact", Operation::create, std::move(rows));
    const auto exchange = batch.results.at(bad).failure ? batch.results.at(bad).failure->exchange : nullptr;
    EXPECT_TRUE(exchange);
    return exchange ? *exchange : Exchange{};
  };
  const WriteRow good = created_row(contact, {{"lastname", Value("Good")}}, "01A"),
                 bad = created_row(contact, {{"lastname", Value("Bad")}, {"email", Value(words)}}, "01B");
  for (const Exchange& exchange : {shown({good, bad}, 1), shown({bad}, 0)}) {
    EXPECT_EQ(exchange.method, "POST");
    EXPECT_TRUE(exchange.url.starts_with(std::string(kPortal) + "/crm/v3/objects/")) << exchange.url;
    EXPECT_NE(exchange.body.find("no address of ***"), std::string::npos) << exchange.body;
    EXPECT_GE(exchange.status, 200);
    EXPECT_NE(exchange.answer.find("email"), std::string::npos) << exchange.answer;
    EXPECT_EQ((exchange.url + exchange.body + exchange.answer).find(kServiceKey), std::string::npos);
  }
}

TEST_F(HubSpot, WhereABadRowUndoesTheCallItIsFoundByHalves) {
  control(*portal, "POST", "settings", json::object{{"traced_updates_partial", false}});
  std::vector<WriteRow> rows;
  for (int i = 0; i < 40; ++i)
    rows.push_back(created_row(
        contact, {{"lastname", Value("P" + std::to_string(i))}, {"email", Value(i == 13 ? "no address" : "p" + std::to_string(i) + "@example.com")}},
        "K" + std::to_string(i)));
  const auto batch = world.write("contact", Operation::create, std::move(rows));
  for (std::size_t i = 0; i < batch.results.size(); ++i) EXPECT_EQ(batch.results[i].ok, i != 13) << i;
  EXPECT_EQ(batch.results[13].failure->failure_class, FailureClass::validation);
  EXPECT_LE(batch.calls, 13u) << "two a halving, not one a row";
  EXPECT_EQ(world.scan("contact").size(), 39u);
}

TEST_F(HubSpot, ATakenAddressNamesTheContactThatHasIt) {
  const std::string lee = load("contact", {{"lastname", "Lee"}, {"email", "lee@example.com"}});
  const auto batch = world.write("contact", Operation::create,
                                 {created_row(contact, {{"lastname", Value("Lee")}, {"email", Value("Lee@example.com")}}, "01A"),
                                  created_row(contact, {{"lastname", Value("Kim")}}, "01B")});
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
                                 {updated_row(contact, lee, {{"phone", Value{}}}), updated_row(contact, gone, {{"phone", Value("2")}}),
                                  updated_row(contact, lost, {{"phone", Value("3")}})});
  EXPECT_EQ(world.calls() - before, 1u);
  EXPECT_TRUE(batch.results[0].ok);
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "phone"), "null");
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "email"), "lee@example.com");
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::gone) << show(*batch.results[1].failure);
  EXPECT_EQ(batch.results[2].failure->failure_class, FailureClass::outcome_unknown) << "merged away: just not in the answer";
}

TEST_F(HubSpot, TheCompanyOfAContactIsItsPrimaryOneAndOthersStay) {
  const std::string acme = load("company", {{"name", "Acme"}}), beta = load("company", {{"name", "Beta"}});
  const auto made =
      world.write("contact", Operation::create, {created_row(contact, {{"lastname", Value("Lee")}, {"company", Value(RemoteId{"company", acme})}}, "01A")});
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
                                 {updated_row(contact, lee, {{"company", Value(RemoteId{"company", "999999"})}}),
                                  updated_row(contact, kim, {{"company", Value(RemoteId{"company", acme})}})});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::missing_parent) << show(*batch.results[0].failure);
  EXPECT_TRUE(batch.results[1].ok);
  EXPECT_EQ(contact.show(row_of("contact", kim).slots, "company"), "company:" + acme);
}

TEST_F(HubSpot, ALinkThatIsRefusedLeavesTheOldOneStanding) {
  const std::string acme = load("company", {{"name", "Acme"}}), ann = load("contact", {{"lastname", "Ann"}});
  const std::string lee = load("contact", {{"lastname", "Lee"}, {"associations.companies", acme}}),
                    broken = load("ticket", {{"subject", "Broken"}, {"hs_pipeline_stage", "1"}, {"associations.contacts", ann}});
  WriteRow moved = updated_row(contact, lee, {{"company", Value(RemoteId{"company", "999999"})}});
  moved.from = contact.slots({{"company", Value(RemoteId{"company", acme})}});
  EXPECT_FALSE(world.write("contact", Operation::update, {moved}).results[0].ok);
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "company"), "company:" + acme);
  WriteRow handed = updated_row(ticket, broken, {{"contact", Value(RemoteId{"contact", "999999"})}});
  handed.from = ticket.slots({{"contact", Value(RemoteId{"contact", ann})}});
  EXPECT_FALSE(world.write("ticket", Operation::update, {handed}).results[0].ok);
  EXPECT_EQ(ticket.show(row_of("ticket", broken).slots, "contact"), "contact:" + ann);
}

TEST_F(HubSpot, AnUpdateWhoseFieldsStandWithoutItsLinkIsNotToldToHaveFailed) {
  const std::string lee = load("contact", {{"lastname", "Lee"}});
  const auto batch =
      world.write("contact", Operation::update, {updated_row(contact, lee, {{"phone", Value("1")}, {"company", Value(RemoteId{"company", "999999"})}})});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::outcome_unknown) << "it is read, and what is still owed fails for itself";
  EXPECT_EQ(contact.show(row_of("contact", lee).slots, "phone"), "1");
}

TEST_F(HubSpot, ATicketHasAContactAndACompany) {
  const std::string acme = load("company", {{"name", "Acme"}}), lee = load("contact", {{"lastname", "Lee"}});
  const auto made = world.write("ticket", Operation::create,
                                {created_row(ticket,
                                             {{"subject", Value("Broken")},
                                              {"hs_pipeline", Value("0")},
                                              {"hs_pipeline_stage", Value("1")},
                                              {"contact", Value(RemoteId{"contact", lee})},
                                              {"company", Value(RemoteId{"company", acme})}},
                                             "01A")});
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
                                {created_row(note,
                                             {{"hs_note_body", Value("<p>hi</p>")},
                                              {"hs_timestamp", at("2026-05-01T09:00:00Z")},
                                              {"contact", Value(RemoteId{"contact", lee})},
                                              {"company", Value(RemoteId{"company", acme})}},
                                             "01A"),
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
  const auto made =
      world.write("note", Operation::create, {created_row(note, {{"hs_note_body", Value("hi")}, {"hs_timestamp", at("2026-05-01T09:00:00Z")}}, "01ABCDEFGH")});
  ASSERT_TRUE(made.results[0].failure);
  EXPECT_EQ(made.results[0].failure->failure_class, FailureClass::outcome_unknown) << show(*made.results[0].failure);
  advance(world.connector().find_object("note")->visible_after.count() / 1000);
  const auto found = world.wait(world.connector().find_by("note", connector::kExternalKey, {"01ABCDEFGH", "01OTHER"}, Priority::real_time));
  ASSERT_TRUE(found) << show(found.error());
  ASSERT_EQ(found->results.size(), 1u);
  EXPECT_EQ(found->results[0].row.external_key, "01ABCDEFGH");
}

TEST_F(HubSpot, RecordsAreFoundByKeyAtOnceAndByValueThroughTheIndex) {
  world.write("contact", Operation::create,
              {created_row(contact, {{"lastname", Value("Lee")}, {"email", Value("lee@example.com")}}, "01A"),
               created_row(contact, {{"lastname", Value("Kim")}}, "01B")});
  const auto by_key = world.wait(world.connector().find_by("contact", connector::kExternalKey, {"01A", "01X"}, Priority::real_time));
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

TEST_F(HubSpot, DeletesTravelTogetherAndRepeatingThemTellsThatTheRecordsAreGone) {
  const std::string lee = load("contact", {{"lastname", "Lee"}}), kim = load("contact", {{"lastname", "Kim"}});
  const std::size_t before = world.calls();
  auto batch = world.write("contact", Operation::remove, {updated_row(contact, lee, {}), updated_row(contact, kim, {})});
  EXPECT_TRUE(batch.results[0].ok && batch.results[1].ok);
  EXPECT_EQ(world.calls() - before, 1u);
  // One that is gone spoils the whole call: it is sent again without it.
  const std::string ida = load("contact", {{"lastname", "Ida"}});
  batch = world.write("contact", Operation::remove, {updated_row(contact, lee, {}), updated_row(contact, ida, {})});
  ASSERT_FALSE(batch.results[0].ok);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::gone);
  EXPECT_TRUE(batch.results[1].ok);
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

}  // namespace
}  // namespace lockstep::connector
