// connectors/salesforce.yaml against the stand-in: reading, writing, and what goes wrong on the way.
#include "emulators/salesforce/salesforce.h"

#include <algorithm>
#include <map>
#include <set>

#include "support/world.h"

namespace lockstep::connector {
namespace {

using emulators::Emulator;
namespace json = boost::json;

constexpr const char* kOrigin = "https://acme.my.salesforce.com";

class Salesforce : public testing::Test {
 protected:
  Salesforce()
      : world("salesforce"),
        org(emulators::salesforce::make_salesforce(world.remote_clock, Rng(7))),
        contact("Contact", "name", {text("FirstName"), text("LastName"), text("Email"), text("Phone"), reference("AccountId")}),
        account("Account", "name", {text("Name"), number("NumberOfEmployees"), text("Description")}),
        task("Task", "name", {text("Subject"), reference("WhatId", "polymorphic"), reference("WhoId")}),
        support_case("Case", "name", {text("Subject"), text("Status"), reference("ContactId"), reference("AccountId")}) {
    world.network.add(kOrigin, *org);
    connect("client_credentials");
  }

  static ConnectionConfig config_for(const std::string& grant) {
    ConnectionConfig config;
    config.name = "crm_a";
    config.params = {{"login_url", kOrigin}};
    config.secrets = {{"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"refresh_token", "lockstep-refresh-token"}};
    config.grant = grant;
    return config;
  }
  void connect(const std::string& grant) {
    world.connect(config_for(grant));
    for (const Layout* layout : {&contact, &account, &task, &support_case}) world.select(*layout);
  }
  void open() {
    const auto opened = world.open();
    ASSERT_TRUE(opened) << show(opened.error());
  }
  std::string id_of(const json::value& loaded, std::size_t index = 0) { return std::string(loaded.at("ids").at(index).as_string()); }
  std::string load(const std::string& object, const json::object& fields) { return id_of(control(*org, "POST", "records/" + object, json::array{fields})); }
  void load_many(const std::string& object, int count) {
    json::array records;
    for (int i = 0; i < count; ++i) records.push_back(json::object{{"LastName", "Person " + std::to_string(i)}});
    control(*org, "POST", "records/" + object, records);
  }
  std::size_t count_of(const std::string& object) {
    std::size_t alive = 0;
    for (const Row& row : world.scan(object)) alive += row.deleted ? 0 : 1;
    return alive;
  }
  Row row_of(const std::string& object, const std::string& id) {
    auto results = world.read(object, {id});
    EXPECT_EQ(results.size(), 1u);
    EXPECT_EQ(results.at(0).kind, ReadResult::Kind::found);
    return results.at(0).row;
  }

  World world;
  std::unique_ptr<Emulator> org;
  Layout contact, account, task, support_case;
};

TEST_F(Salesforce, SignsInAndLearnsItsAddressAndWhoItIs) {
  open();
  EXPECT_EQ(world.network.sent.at(0).url, std::string(kOrigin) + "/services/oauth2/token");
  EXPECT_EQ(world.network.sent.at(1).url, std::string(kOrigin) + "/services/data/v60.0/limits");
  EXPECT_TRUE(world.secrets.values.contains("crm_a/token"));
}

TEST_F(Salesforce, SignsInWithARefreshToken) {
  connect("refresh_token");
  open();
  EXPECT_NE(world.network.sent.at(0).body.find("grant_type=refresh_token"), std::string::npos);
}

TEST_F(Salesforce, AnExpiredSessionIsRenewedOnceAndTheRequestSentAgain) {
  open();
  load("Contact", {{"LastName", "Lee"}});
  fault(*org, {{"name", "expire_token"}, {"count", 1}, {"rate", 1}});
  const std::size_t before = world.calls();
  EXPECT_EQ(world.scan("Contact").size(), 1u);
  EXPECT_EQ(world.calls() - before, 3u) << "the refused one, the renewal, the same again";
}

TEST_F(Salesforce, ARenewalThatAnotherProcessWonIsAdopted) {
  connect("refresh_token");
  open();
  load("Contact", {{"LastName", "Lee"}});
  const std::string ours = world.secrets.values.at("crm_a/token");
  // Somebody else renews: a token of today stands in the store, and ours is worth nothing any more.
  fault(*org, {{"name", "expire_token"}, {"count", 1}, {"rate", 1}});
  world.secrets.values.erase("crm_a/token");
  auto other = make_connector(world.definition, config_for("refresh_token"), Environment{world.executor, world.network, world.secrets, Rng(4)});
  ASSERT_TRUE(other);
  ASSERT_TRUE(world.wait((*other)->open()));
  ASSERT_NE(world.secrets.values.at("crm_a/token"), ours);
  std::size_t refused = 0;
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/oauth2/token") == std::string::npos) return std::nullopt;
    ++refused;
    return http::Response(400, R"({"error":"invalid_grant","error_description":"expired access/refresh token"})");
  };
  EXPECT_EQ(world.scan("Contact").size(), 1u);
  EXPECT_EQ(refused, 1u);
}

TEST_F(Salesforce, AStoredSessionIsUsedAgainAfterARestart) {
  open();
  const std::size_t before = world.calls();
  connect("client_credentials");
  open();
  EXPECT_EQ(world.calls() - before, 1u) << "whoami alone";
}

TEST_F(Salesforce, ATokenThatCannotBeStoredIsNotUsed) {
  world.secrets.fails = true;
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure_class, FailureClass::transient);
  EXPECT_EQ(world.calls(), 1u);
}

TEST_F(Salesforce, AnotherAccountUnderTheSameConnectionStopsIt) {
  world.secrets.values["crm_a/account"] = "org=another;";
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure_class, FailureClass::config);
  EXPECT_EQ(opened.error().scope, FailureScope::connection);
}

TEST_F(Salesforce, ARefusedSignInStopsTheConnectionAndTellsNoSecret) {
  ConnectionConfig config;
  config.name = "crm_a";
  config.params = {{"login_url", kOrigin}};
  config.secrets = {{"client_id", "lockstep-client"}, {"client_secret", "a-very-wrong-secret"}};
  world.connect(config);
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure_class, FailureClass::auth_revoked) << show(opened.error());
  EXPECT_EQ(opened.error().scope, FailureScope::connection);
  EXPECT_EQ(show(opened.error()).find("a-very-wrong-secret"), std::string::npos);
}

TEST_F(Salesforce, ASignInRefusedForItsRateIsNotAskedAgainBeforeItsWaitEnds) {
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/oauth2/token") == std::string::npos) return std::nullopt;
    return http::Response(400, R"({"error":"rate_limit_exceeded","error_description":"login rate exceeded"})");
  };
  const auto refused = world.open();
  world.network.intercept = nullptr;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().failure_class, FailureClass::rate_limit) << show(refused.error());
  EXPECT_EQ(refused.error().scope, FailureScope::connection);
  ASSERT_TRUE(refused.error().wait);
  EXPECT_GE(*refused.error().wait, Duration{120'000}) << "the vendor's page asks for minutes";
  EXPECT_TRUE(refused.error().unsent);
  const std::size_t before = world.calls();
  const auto still = world.open();
  ASSERT_FALSE(still);
  EXPECT_EQ(world.calls(), before);
  EXPECT_LE(*still.error().wait, *refused.error().wait);
  world.executor.clock().advance(*still.error().wait);
  open();
}

TEST_F(Salesforce, AnAnswerThatRepeatsOurSecretsIsToldWithoutThem) {
  open();
  std::string token;
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    token = std::string(request.headers.find("Authorization").value_or("")).substr(7);
    const std::string message = "no access with " + token + " of lockstep-client and lockstep-secret";
    const json::array errors{json::object{{"errorCode", "FORBIDDEN"}, {"message", message}}};
    return http::Response(403, json::serialize(errors));
  };
  const auto page = world.wait(world.connector().scan("Contact", ""));
  ASSERT_FALSE(page);
  ASSERT_GT(token.size(), 10u);
  EXPECT_EQ(page.error().message, "no access with *** of lockstep-client and ***");
}

TEST_F(Salesforce, ASignInAnswerThatSendsUsElsewhereIsRefused) {
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/oauth2/token") == std::string::npos) return std::nullopt;
    return http::Response(200, R"({"access_token":"x","instance_url":"https://evil.example.com","id":"https://x/id/00D/005"})");
  };
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("evil.example.com"), std::string::npos);
  EXPECT_EQ(world.calls(), 1u) << "nothing went there";
}

TEST_F(Salesforce, AListingIsReadPageByPageToItsEnd) {
  open();
  load_many("Contact", 4100);
  const std::size_t before = world.calls();
  const auto rows = world.scan("Contact");
  EXPECT_EQ(rows.size(), 4100u);
  EXPECT_EQ(world.calls() - before, 3u);
  EXPECT_TRUE(std::ranges::is_sorted(rows, {}, [](const Row& row) { return row.id.id; }));
}

TEST_F(Salesforce, ANextLinkToAnotherHostIsRefused) {
  open();
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/queryAll") == std::string::npos) return std::nullopt;
    return http::Response(200, R"({"totalSize":2,"done":false,"nextRecordsUrl":"https://evil.example.com/steal","records":[]})");
  };
  const auto page = world.wait(world.connector().scan("Contact", ""));
  ASSERT_FALSE(page);
  EXPECT_NE(page.error().message.find("evil.example.com"), std::string::npos) << show(page.error());
}

TEST_F(Salesforce, AnHtmlAnswerIsAFailureAndNeverAnEmptyListing) {
  open();
  world.network.intercept = [&](const http::Request& request) -> std::optional<Result<http::Response>> {
    if (request.url.find("/queryAll") == std::string::npos) return std::nullopt;
    return http::Response(200, "<html>we are down</html>");
  };
  EXPECT_FALSE(world.wait(world.connector().scan("Contact", "")));
}

TEST_F(Salesforce, TheFeedTellsEditsDeletionsAndMergesOnce) {
  open();
  const std::string kept = load("Contact", {{"LastName", "Kept"}}), gone = load("Contact", {{"LastName", "Gone"}}),
                    lost = load("Contact", {{"LastName", "Lost"}});
  std::string position;
  EXPECT_TRUE(world.changes("Contact", position).empty()) << "a feed starts from now on";
  world.executor.clock().advance(Duration{300'000});
  world.changes("Contact", position);
  edit(*org, {{"operation", "update"}, {"object", "Contact"}, {"id", kept}, {"fields", json::object{{"Email", "kept@example.com"}}}});
  edit(*org, {{"operation", "delete"}, {"object", "Contact"}, {"id", gone}});
  edit(*org, {{"operation", "merge"}, {"object", "Contact"}, {"id", lost}, {"into", kept}});
  world.executor.clock().advance(Duration{60'000});
  const auto rows = world.changes("Contact", position);
  std::map<std::string, const Row*> by_id;
  for (const Row& row : rows) by_id[row.id.id] = &row;
  ASSERT_EQ(by_id.size(), 3u);
  EXPECT_EQ(contact.show(by_id[kept]->slots, "Email"), "kept@example.com");
  EXPECT_FALSE(by_id[kept]->deleted);
  EXPECT_TRUE(by_id[gone]->deleted);
  EXPECT_FALSE(by_id[gone]->merged_into);
  ASSERT_TRUE(by_id[lost]->merged_into);
  EXPECT_EQ(by_id[lost]->merged_into->id, kept);
  world.executor.clock().advance(Duration{300'000});
  world.changes("Contact", position);
  world.executor.clock().advance(Duration{300'000});
  EXPECT_TRUE(world.changes("Contact", position).empty()) << "told once";
}

TEST_F(Salesforce, TheFeedKeepsToTheRemotesClock) {
  for (const std::int64_t shift : {-900'000, 900'000}) {
    SCOPED_TRACE(shift);
    world.remote_clock.shift = Duration{shift};
    open();
    std::string position;
    world.changes("Contact", position);
    world.executor.clock().advance(Duration{30'000});
    const std::string id = load("Contact", {{"LastName", "Lee"}});
    std::size_t seen = 0;
    for (int i = 0; i < 3; ++i) {
      world.executor.clock().advance(Duration{30'000});
      for (const Row& row : world.changes("Contact", position)) seen += row.id.id == id ? 1 : 0;
    }
    EXPECT_GE(seen, 1u);
  }
}

TEST_F(Salesforce, TheFeedPassesAFullPageOfOneSecond) {
  open();
  std::string position;
  world.changes("Contact", position);
  load_many("Contact", 4500);
  world.executor.clock().advance(Duration{120'000});
  std::set<std::string> ids;
  for (const Row& row : world.changes("Contact", position)) ids.insert(row.id.id);
  EXPECT_EQ(ids.size(), 4500u);
}

TEST_F(Salesforce, ReadsByIdTellDeletedMergedAndNeverSeenRows) {
  open();
  const std::string kept = load("Contact", {{"LastName", "Kept"}}), gone = load("Contact", {{"LastName", "Gone"}}),
                    lost = load("Contact", {{"LastName", "Lost"}});
  edit(*org, {{"operation", "delete"}, {"object", "Contact"}, {"id", gone}});
  edit(*org, {{"operation", "merge"}, {"object", "Contact"}, {"id", lost}, {"into", kept}});
  const auto results = world.read("Contact", {gone, kept, lost, "003000000000000AAA"});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].kind, ReadResult::Kind::gone);
  EXPECT_EQ(results[1].kind, ReadResult::Kind::found);
  EXPECT_EQ(contact.show(results[1].row.slots, "LastName"), "Kept");
  EXPECT_EQ(results[2].kind, ReadResult::Kind::merged);
  ASSERT_TRUE(results[2].row.merged_into);
  EXPECT_EQ(results[2].row.merged_into->id, kept);
  EXPECT_EQ(results[3].kind, ReadResult::Kind::gone);
}

TEST_F(Salesforce, ARepeatedCreateMakesNoTwin) {
  open();
  const auto rows = [&] {
    return std::vector<WriteRow>{created_row(contact, {{"LastName", Value("Lee")}}, "01A"), created_row(contact, {{"LastName", Value("Kim")}}, "01B")};
  };
  const auto first = world.write("Contact", Operation::create, rows());
  ASSERT_TRUE(first.results[0].ok && first.results[1].ok);
  EXPECT_TRUE(first.results[0].created);
  const auto again = world.write("Contact", Operation::create, rows());
  ASSERT_TRUE(again.results[0].ok);
  EXPECT_FALSE(again.results[0].created);
  EXPECT_EQ(again.results[0].id.id, first.results[0].id.id);
  EXPECT_EQ(count_of("Contact"), 2u);
  EXPECT_EQ(row_of("Contact", first.results[0].id.id).external_key, "01A");
}

TEST_F(Salesforce, CreatesTravelTwoHundredToACall) {
  open();
  std::vector<WriteRow> rows;
  for (int i = 0; i < 450; ++i) rows.push_back(created_row(contact, {{"LastName", Value("P" + std::to_string(i))}}, "K" + std::to_string(i)));
  const std::size_t before = world.calls();
  const auto batch = world.write("Contact", Operation::create, std::move(rows));
  EXPECT_EQ(world.calls() - before, 3u);
  EXPECT_EQ(batch.calls, 3u);
  EXPECT_TRUE(std::ranges::all_of(batch.results, &WriteResult::ok));
}

TEST_F(Salesforce, OneBadRowAmongGoodOnesFailsAlone) {
  open();
  const auto batch = world.write("Contact", Operation::create,
                                 {created_row(contact, {{"LastName", Value("Good")}}, "01A"), created_row(contact, {{"FirstName", Value("Nameless")}}, "01B"),
                                  created_row(contact, {{"LastName", Value("Fine")}, {"Email", Value("no address")}}, "01C")});
  EXPECT_TRUE(batch.results[0].ok);
  ASSERT_TRUE(batch.results[1].failure);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::validation) << show(*batch.results[1].failure);
  EXPECT_EQ(batch.results[1].failure->fields, std::vector<std::string>{"LastName"});
  ASSERT_TRUE(batch.results[2].failure);
  EXPECT_EQ(batch.results[2].failure->code, "INVALID_EMAIL_ADDRESS");
  EXPECT_EQ(batch.results[2].failure->scope, FailureScope::record);
  EXPECT_EQ(count_of("Contact"), 1u);
}

TEST_F(Salesforce, AnUpdateBehindTheTimesIsAConflictAndChangesNothing) {
  open();
  const std::string id = load("Contact", {{"LastName", "Lee"}});
  const std::string version = row_of("Contact", id).version;
  world.executor.clock().advance(Duration{5000});
  edit(*org, {{"operation", "update"}, {"object", "Contact"}, {"id", id}, {"fields", json::object{{"Phone", "1"}}}});
  const auto stale = world.write("Contact", Operation::update, {updated_row(contact, id, {{"Email", Value("a@example.com")}}, version)});
  ASSERT_TRUE(stale.results[0].failure);
  EXPECT_EQ(stale.results[0].failure->failure_class, FailureClass::conflict) << show(*stale.results[0].failure);
  EXPECT_EQ(contact.show(row_of("Contact", id).slots, "Email"), "null");
  const auto fresh = world.write("Contact", Operation::update, {updated_row(contact, id, {{"Email", Value("a@example.com")}}, row_of("Contact", id).version)});
  EXPECT_TRUE(fresh.results[0].ok);
  EXPECT_EQ(contact.show(row_of("Contact", id).slots, "Email"), "a@example.com");
}

TEST_F(Salesforce, GuardedUpdatesShareACompositeAndFailOneByOne) {
  open();
  std::vector<WriteRow> rows;
  std::vector<std::string> ids;
  for (int i = 0; i < 30; ++i) {
    ids.push_back(load("Contact", {{"LastName", "P" + std::to_string(i)}}));
    rows.push_back(updated_row(contact, ids.back(), {{"Phone", Value("+1 202 555 0100")}}, row_of("Contact", ids.back()).version));
  }
  world.executor.clock().advance(Duration{5000});
  edit(*org, {{"operation", "update"}, {"object", "Contact"}, {"id", ids[3]}, {"fields", json::object{{"FirstName", "Ann"}}}});
  edit(*org, {{"operation", "delete"}, {"object", "Contact"}, {"id", ids[4]}});
  const std::size_t before = world.calls();
  const auto batch = world.write("Contact", Operation::update, std::move(rows));
  EXPECT_EQ(world.calls() - before, 2u);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i == 3 || i == 4) continue;
    EXPECT_TRUE(batch.results[i].ok) << i;
  }
  EXPECT_EQ(batch.results[3].failure->failure_class, FailureClass::conflict);
  EXPECT_EQ(batch.results[4].failure->failure_class, FailureClass::gone) << show(*batch.results[4].failure);
}

TEST_F(Salesforce, RowsThatSetOnlyOurKeyTravelTogetherWithoutALock) {
  open();
  std::vector<WriteRow> rows;
  for (int i = 0; i < 30; ++i) {
    WriteRow row = updated_row(contact, load("Contact", {{"LastName", "P"}}), {}, "2020-01-01T00:00:00.000+0000");
    row.key = "K" + std::to_string(i);
    row.send_key = true;
    rows.push_back(std::move(row));
  }
  const std::string id = rows[7].id;
  const std::size_t before = world.calls();
  const auto batch = world.write("Contact", Operation::update, std::move(rows));
  EXPECT_EQ(world.calls() - before, 1u);
  EXPECT_TRUE(std::ranges::all_of(batch.results, &WriteResult::ok));
  EXPECT_EQ(row_of("Contact", id).external_key, "K7");
}

TEST_F(Salesforce, NullClearsAFieldAndAbsentLeavesIt) {
  open();
  const std::string id = load("Contact", {{"LastName", "Lee"}, {"Phone", "1"}, {"Email", "a@example.com"}});
  const auto batch = world.write("Contact", Operation::update, {updated_row(contact, id, {{"Phone", Value{}}}, "")});
  ASSERT_TRUE(batch.results[0].ok);
  EXPECT_EQ(contact.show(row_of("Contact", id).slots, "Phone"), "null");
  EXPECT_EQ(contact.show(row_of("Contact", id).slots, "Email"), "a@example.com");
}

TEST_F(Salesforce, ReferencesAreWrittenAndReadAndAMissingOneIsTold) {
  open();
  const std::string acme = load("Account", {{"Name", "Acme"}});
  const auto batch = world.write("Contact", Operation::create,
                                 {created_row(contact, {{"LastName", Value("Lee")}, {"AccountId", Value(RemoteId{"Account", acme})}}, "01A"),
                                  created_row(contact, {{"LastName", Value("Kim")}, {"AccountId", Value(RemoteId{"Account", "001000000000000AAA"})}}, "01B")});
  ASSERT_TRUE(batch.results[0].ok);
  EXPECT_EQ(contact.show(row_of("Contact", batch.results[0].id.id).slots, "AccountId"), ":" + acme);
  ASSERT_TRUE(batch.results[1].failure);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::missing_parent) << show(*batch.results[1].failure);
}

TEST_F(Salesforce, APolymorphicReferenceTellsItsObjectByItsPrefix) {
  open();
  const std::string acme = load("Account", {{"Name", "Acme"}}), lee = load("Contact", {{"LastName", "Lee"}});
  const auto batch = world.write(
      "Task", Operation::create,
      {created_row(task, {{"Subject", Value("Call")}, {"WhatId", Value(RemoteId{"Account", acme})}, {"WhoId", Value(RemoteId{"Contact", lee})}}, "01A")});
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  EXPECT_EQ(task.show(row_of("Task", batch.results[0].id.id).slots, "WhatId"), "Account:" + acme);
}

TEST_F(Salesforce, DeletesTravelTogetherAndARowAlreadyGoneIsToldAsGone) {
  open();
  const std::string first = load("Contact", {{"LastName", "A"}}), second = load("Contact", {{"LastName", "B"}}), held = load("Account", {{"Name", "Acme"}});
  load("Case", {{"Subject", "Open"}, {"AccountId", held}});
  edit(*org, {{"operation", "delete"}, {"object", "Contact"}, {"id", second}});
  const std::size_t before = world.calls();
  const auto batch = world.write("Contact", Operation::remove, {updated_row(contact, first, {}), updated_row(contact, second, {})});
  EXPECT_EQ(world.calls() - before, 1u);
  EXPECT_TRUE(batch.results[0].ok);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::gone);
  const auto refused = world.write("Account", Operation::remove, {updated_row(account, held, {})});
  ASSERT_TRUE(refused.results[0].failure);
  EXPECT_EQ(refused.results[0].failure->failure_class, FailureClass::validation) << show(*refused.results[0].failure);
}

TEST_F(Salesforce, RecordsAreFoundByKeyAndByValue) {
  open();
  const std::string lee = load("Contact", {{"LastName", "O'Lee"}, {"Email", "lee@example.com"}, {"Lockstep_Id__c", "01ABC"}});
  load("Contact", {{"LastName", "Kim"}, {"Email", "kim@example.com"}});
  const auto by_key = world.wait(world.connector().find_by("Contact", connector::kExternalKey, {"01ABC", "01XYZ"}, Priority::real_time));
  ASSERT_TRUE(by_key) << show(by_key.error());
  ASSERT_EQ(by_key->results.size(), 1u);
  EXPECT_EQ(by_key->results[0].row.id.id, lee);
  const auto by_name = world.wait(world.connector().find_by("Contact", contact.at("LastName"), {"O'Lee", "' OR Name != '"}, Priority::real_time));
  ASSERT_TRUE(by_name) << show(by_name.error());
  ASSERT_EQ(by_name->results.size(), 1u);
  EXPECT_EQ(by_name->results[0].row.external_key, "01ABC");
}

TEST_F(Salesforce, TheDailyLimitIsAQuotaThatParksTheConnection) {
  open();
  control(*org, "POST", "settings", json::object{{"daily_api_requests", 1}});
  const auto page = world.wait(world.connector().scan("Contact", ""));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().failure_class, FailureClass::quota) << show(page.error());
}

TEST_F(Salesforce, AShortRefusalIsWaitedForByReadsAndToldByWrites) {
  open();
  load("Contact", {{"LastName", "Lee"}});
  fault(*org, {{"name", "rate_limit"}, {"rate", 1}, {"count", 2}});
  EXPECT_EQ(world.scan("Contact").size(), 1u);
  fault(*org, {{"name", "rate_limit"}, {"rate", 1}, {"count", 1}});
  const auto batch = world.write("Contact", Operation::create, {created_row(contact, {{"LastName", Value("Kim")}}, "01A")});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::rate_limit) << show(*batch.results[0].failure);
}

TEST_F(Salesforce, AnAnswerThatNeverCameLeavesTheOutcomeUnknownAndTheKeyFindsIt) {
  open();
  fault(*org, {{"name", "drop_after_commit"}, {"rate", 1}, {"count", 1}});
  const auto batch = world.write("Contact", Operation::create, {created_row(contact, {{"LastName", Value("Lee")}}, "01A")});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::outcome_unknown) << show(*batch.results[0].failure);
  const auto found = world.wait(world.connector().find_by("Contact", connector::kExternalKey, {"01A"}, Priority::real_time));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->results.size(), 1u);
}

TEST_F(Salesforce, AServerErrorIsRetriedByReads) {
  open();
  load("Contact", {{"LastName", "Lee"}});
  fault(*org, {{"name", "server_error"}, {"rate", 1}, {"count", 2}, {"status", 502}});
  EXPECT_EQ(world.scan("Contact").size(), 1u);
  EXPECT_EQ(world.connector().usage().retries, 2u);
}

}  // namespace
}  // namespace lockstep::connector
