// connectors/dynamics365.yaml against the stand-in: delta links, $batch, lookups, cases, the door.
#include "emulators/dynamics365/dynamics365.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.h"
#include "support/world.h"

namespace lockstep::connector {
namespace {

using emulators::Emulator;
namespace json = boost::json;

constexpr const char* kOrganization = "https://acme.crm.dynamics.com";
const Map kCustomer{{"nav", Value(Map{{"account", Value("customerid_account")}, {"contact", Value("customerid_contact")}})}};
const Map kParent{{"nav", Value(Map{{"account", Value("parentcustomerid_account")}, {"contact", Value("parentcustomerid_contact")}})}};

class Dynamics365 : public testing::Test {
 protected:
  Dynamics365()
      : world("dynamics365"),
        org(emulators::make_dynamics365(world.remote_clock, Rng(7))),
        contact("contact", "name",
                {text("firstname"), text("lastname"), text("emailaddress1"), text("telephone1"), reference("parentcustomerid", "lookup", kParent)}),
        account("account", "name", {text("name"), number("numberofemployees"), text("description")}),
        incident("incident", "name",
                 {text("title"), text("description"), number("statuscode"), Field{"statecode", mapping::WireType::number, "plain", {}, false},
                  reference("customerid", "lookup", kCustomer)}) {
    world.network.add(kOrganization, *org);
    ConnectionConfig config;
    config.name = "crm_c";
    config.params = {{"org_url", kOrganization}, {"login_url", kOrganization}, {"tenant", "contoso.onmicrosoft.com"}};
    config.secrets = {{"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"door_key", "the-door-key"}};
    world.connect(config);
    for (const Layout* layout : {&contact, &account, &incident}) world.select(*layout);
    const auto opened = world.open();
    EXPECT_TRUE(opened) << show(opened.error());
  }

  std::string load(const std::string& table, const json::object& fields) {
    return std::string(control(*org, "POST", "records/" + table, json::array{fields}).at("ids").at(0).as_string());
  }
  void load_contacts(int count) {
    json::array records;
    for (int i = 0; i < count; ++i) records.push_back(json::object{{"lastname", "Person " + std::to_string(i)}});
    control(*org, "POST", "records/contact", records);
  }
  std::string case_of(const json::object& more = {}) {
    json::object fields{{"title", "Broken"},
                        {"_customerid_value", load("account", {{"name", "Acme"}})},
                        {"_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname", "account"}};
    for (const auto& [name, value] : more) fields[name] = value;
    return load("incident", fields);
  }
  Row row_of(const std::string& object, const std::string& id) {
    auto results = world.read(object, {id});
    EXPECT_EQ(results.at(0).kind, ReadResult::Kind::found);
    return results.at(0).row;
  }
  static std::string guid(int number) {
    std::string digits = std::to_string(number);
    return "10000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  }
  WriteRow create(const Layout& layout, const std::vector<std::pair<std::string, Value>>& values, int number) {
    WriteRow row = created_row(layout, values, "KEY" + std::to_string(number));
    row.new_id = guid(number);
    return row;
  }
  WriteRow status_change(const std::string& id, std::pair<int, int> from, std::pair<int, int> to, const std::vector<std::pair<std::string, Value>>& more = {}) {
    const auto value = [](int number) { return Value(Decimal{std::to_string(number)}); };
    std::vector<std::pair<std::string, Value>> values{{"statecode", value(to.first)}, {"statuscode", value(to.second)}};
    values.insert(values.end(), more.begin(), more.end());
    WriteRow row = updated_row(incident, id, values, row_of("incident", id).version);
    row.from = incident.slots({{"statecode", value(from.first)}, {"statuscode", value(from.second)}});
    return row;
  }

  World world;
  std::unique_ptr<Emulator> org;
  Layout contact, account, incident;
};

TEST_F(Dynamics365, SignsInForItsOwnOrganisation) {
  EXPECT_NE(world.network.sent.at(0).body.find("scope=" + percent_encode(std::string(kOrganization) + "/.default")), std::string::npos);
  EXPECT_EQ(world.network.sent.at(1).url, std::string(kOrganization) + "/api/data/v9.2/WhoAmI");
}

TEST_F(Dynamics365, ATokenIsRenewedBeforeItEndsAndAfterA401) {
  const std::size_t before = world.calls();
  world.executor.clock().advance(Duration{56 * 60'000});
  world.scan("contact");
  EXPECT_EQ(world.calls() - before, 2u);
  fault(*org, {{"name", "expire_token"}, {"rate", 1}, {"count", 1}});
  world.scan("contact");
  EXPECT_EQ(world.calls() - before, 5u);
}

TEST_F(Dynamics365, AListingIsReadPageByPageToItsEnd) {
  load_contacts(5200);
  const std::size_t before = world.calls();
  std::set<std::string> ids;
  for (const Row& row : world.scan("contact")) ids.insert(row.id.id);
  EXPECT_EQ(ids.size(), 5200u);
  EXPECT_EQ(world.calls() - before, 2u);
}

TEST_F(Dynamics365, TheFeedStartsWithTheWholeListingAndThenTellsEditsAndDeletions) {
  load_contacts(5100);
  const std::string edited = load("contact", {{"lastname", "Edited"}}), gone = load("contact", {{"lastname", "Gone"}});
  std::string position;
  std::size_t listed = 0;
  for (bool complete = false; !complete;) {
    auto page = world.wait(world.connector().changes("contact", position));
    ASSERT_TRUE(page) << show(page.error());
    position = page->next;
    listed += page->rows.size();
    complete = page->listing_complete;
    EXPECT_EQ(page->listing_complete, page->end);
  }
  EXPECT_EQ(listed, 5102u);
  EXPECT_TRUE(world.changes("contact", position).empty());
  edit(*org, {{"operation", "update"}, {"object", "contact"}, {"id", edited}, {"fields", json::object{{"telephone1", "1"}}}});
  edit(*org, {{"operation", "delete"}, {"object", "contact"}, {"id", gone}});
  auto page = world.wait(world.connector().changes("contact", position));
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->listing_complete);
  ASSERT_EQ(page->rows.size(), 2u);
  EXPECT_EQ(page->rows[0].id.id, edited);
  EXPECT_EQ(contact.show(page->rows[0].slots, "telephone1"), "1");
  EXPECT_TRUE(page->rows[1].deleted);
  EXPECT_EQ(page->rows[1].id.id, gone);
}

TEST_F(Dynamics365, AnExpiredDeltaLinkAsksForTheWholeListingAgain) {
  load("contact", {{"lastname", "Lee"}});
  std::string position;
  world.changes("contact", position);
  world.executor.clock().advance(Duration{8LL * 24 * 3'600'000});
  const auto page = world.wait(world.connector().changes("contact", position));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().failure_class, FailureClass::cursor_expired) << show(page.error());
}

TEST_F(Dynamics365, ReadsByIdTellMergedAndMissingRows) {
  const std::string kept = load("contact", {{"lastname", "Kept"}}), lost = load("contact", {{"lastname", "Lost"}});
  edit(*org, {{"operation", "merge"}, {"object", "contact"}, {"id", lost}, {"into", kept}});
  std::string shouted = kept;  // ids compare without case
  std::ranges::transform(shouted, shouted.begin(), [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  const auto results = world.read("contact", {shouted, lost, guid(99)});
  EXPECT_EQ(results[0].kind, ReadResult::Kind::found);
  ASSERT_EQ(results[1].kind, ReadResult::Kind::merged);
  EXPECT_EQ(results[1].row.merged_into->id, kept);
  EXPECT_EQ(results[2].kind, ReadResult::Kind::gone);
  edit(*org, {{"operation", "delete"}, {"object", "contact"}, {"id", kept}});
  EXPECT_EQ(world.read("contact", {lost})[0].kind, ReadResult::Kind::gone) << "whose winner is gone can never be written again";
}

TEST_F(Dynamics365, CreatesTravelInABatchAndOneBadRowFailsAlone) {
  const std::size_t before = world.calls();
  const auto batch = world.write(
      "contact", Operation::create,
      {create(contact, {{"lastname", Value("Lee")}, {"emailaddress1", Value("lee@example.com")}}, 1),
       create(contact, {{"firstname", Value(std::string(60, 'x'))}, {"lastname", Value("Long")}}, 2), create(contact, {{"lastname", Value("Kim")}}, 3)});
  EXPECT_EQ(world.calls() - before, 1u);
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  EXPECT_TRUE(batch.results[0].created);
  EXPECT_EQ(batch.results[0].id.id, guid(1));
  ASSERT_TRUE(batch.results[0].record);
  EXPECT_EQ(contact.show(batch.results[0].record->slots, "emailaddress1"), "lee@example.com");
  EXPECT_EQ(batch.results[0].record->external_key, "KEY1");
  EXPECT_FALSE(batch.results[0].version.empty());
  ASSERT_TRUE(batch.results[1].failure);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::validation) << show(*batch.results[1].failure);
  EXPECT_TRUE(batch.results[2].ok);
}

TEST_F(Dynamics365, ARepeatedCreateMakesNoTwin) {
  const auto rows = [&] { return std::vector<WriteRow>{create(contact, {{"lastname", Value("Lee")}}, 1), create(contact, {{"lastname", Value("Kim")}}, 2)}; };
  world.write("contact", Operation::create, rows());
  const auto again = world.write("contact", Operation::create, rows());
  ASSERT_TRUE(again.results[0].failure);
  EXPECT_EQ(again.results[0].failure->failure_class, FailureClass::already_done) << show(*again.results[0].failure);
  EXPECT_EQ(world.scan("contact").size(), 2u);
}

TEST_F(Dynamics365, ACreateWhoseKeyIsTakenNamesTheRecordThatHasIt) {
  world.write("contact", Operation::create, {create(contact, {{"lastname", Value("Lee")}}, 1)});
  WriteRow twin = create(contact, {{"lastname", Value("Lee")}}, 2);
  twin.key = "KEY1";
  const auto batch = world.write("contact", Operation::create, {twin});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::duplicate) << show(*batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->ids, std::vector<std::string>{guid(1)});
}

TEST_F(Dynamics365, AnUpdateBehindTheTimesIsAConflictAndAGoneRowStaysGone) {
  const std::string first = load("contact", {{"lastname", "A"}}), second = load("contact", {{"lastname", "B"}}), third = load("contact", {{"lastname", "C"}});
  const std::string first_version = row_of("contact", first).version, third_version = row_of("contact", third).version;
  edit(*org, {{"operation", "update"}, {"object", "contact"}, {"id", first}, {"fields", json::object{{"telephone1", "1"}}}});
  edit(*org, {{"operation", "delete"}, {"object", "contact"}, {"id", second}});
  const auto batch = world.write("contact", Operation::update,
                                 {updated_row(contact, first, {{"emailaddress1", Value("a@example.com")}}, first_version),
                                  updated_row(contact, second, {{"emailaddress1", Value("b@example.com")}}),
                                  updated_row(contact, third, {{"emailaddress1", Value("c@example.com")}}, third_version)});
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::conflict) << show(*batch.results[0].failure);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::gone) << show(*batch.results[1].failure);
  ASSERT_TRUE(batch.results[2].ok) << show(*batch.results[2].failure);
  EXPECT_NE(batch.results[2].version, third_version);
  EXPECT_EQ(contact.show(batch.results[2].record->slots, "emailaddress1"), "c@example.com");
  EXPECT_EQ(world.scan("contact").size(), 2u) << "an update must not bring a deleted row back";
}

TEST_F(Dynamics365, ARowThatSetsOnlyOurKeyDoesNotComeBackFromTheDeadEither) {
  const std::string id = load("contact", {{"lastname", "A"}});
  edit(*org, {{"operation", "delete"}, {"object", "contact"}, {"id", id}});
  WriteRow row = updated_row(contact, id, {});
  row.key = "KEY9";
  row.send_key = true;
  const auto batch = world.write("contact", Operation::update, {row});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::gone);
  EXPECT_TRUE(world.scan("contact").empty());
}

TEST_F(Dynamics365, LookupsAreWrittenByTheTargetsTableReadWithItAndCleared) {
  const std::string acme = load("account", {{"name", "Acme"}});
  const auto batch =
      world.write("contact", Operation::create, {create(contact, {{"lastname", Value("Lee")}, {"parentcustomerid", Value(RemoteId{"account", acme})}}, 1)});
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  EXPECT_EQ(contact.show(row_of("contact", guid(1)).slots, "parentcustomerid"), "account:" + acme);
  WriteRow clear = updated_row(contact, guid(1), {{"parentcustomerid", Value{}}});
  clear.from = contact.slots({{"parentcustomerid", Value(RemoteId{"account", acme})}});
  ASSERT_TRUE(world.write("contact", Operation::update, {clear}).results[0].ok);
  EXPECT_EQ(contact.show(row_of("contact", guid(1)).slots, "parentcustomerid"), "null");
}

TEST_F(Dynamics365, AMissingParentIsNotTakenForTheRecordItself) {
  const auto batch = world.write("contact", Operation::create,
                                 {create(contact, {{"lastname", Value("Lee")}, {"parentcustomerid", Value(RemoteId{"account", guid(77)})}}, 1),
                                  create(contact, {{"lastname", Value("Kim")}}, 2)});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::missing_parent) << show(*batch.results[0].failure);
  EXPECT_TRUE(batch.results[1].ok);
}

TEST_F(Dynamics365, DeletesTravelInABatchAndAnAlreadyGoneRowIsTold) {
  const std::string first = load("contact", {{"lastname", "A"}}), second = load("contact", {{"lastname", "B"}});
  const std::size_t before = world.calls();
  const auto batch =
      world.write("contact", Operation::remove, {updated_row(contact, first, {}), updated_row(contact, guid(5), {}), updated_row(contact, second, {})});
  EXPECT_EQ(world.calls() - before, 1u);
  EXPECT_TRUE(batch.results[0].ok && batch.results[2].ok);
  EXPECT_EQ(batch.results[1].failure->failure_class, FailureClass::gone);
  EXPECT_TRUE(world.scan("contact").empty());
}

TEST_F(Dynamics365, ACaseIsResolvedByTheActionAfterItsLastEdit) {
  const std::string id = case_of();
  const auto batch = world.write("incident", Operation::update, {status_change(id, {0, 1}, {1, 5}, {{"description", Value("Mended")}})});
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  const Row row = row_of("incident", id);
  EXPECT_EQ(incident.show(row.slots, "statuscode"), "5");
  EXPECT_EQ(incident.show(row.slots, "description"), "Mended");
  EXPECT_TRUE(batch.results[0].version.empty()) << "it moved on";
}

TEST_F(Dynamics365, AClosedCaseIsReopenedBeforeItIsEdited) {
  const std::string id = case_of();
  ASSERT_TRUE(world.write("incident", Operation::update, {status_change(id, {0, 1}, {2, 6})}).results[0].ok);
  EXPECT_EQ(incident.show(row_of("incident", id).slots, "statuscode"), "6");
  const auto batch = world.write("incident", Operation::update, {status_change(id, {2, 6}, {0, 3}, {{"description", Value("Again")}})});
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  EXPECT_EQ(incident.show(row_of("incident", id).slots, "statuscode"), "3");
  EXPECT_EQ(incident.show(row_of("incident", id).slots, "description"), "Again");
}

TEST_F(Dynamics365, ACancelledCaseIsResolvedThroughReopening) {
  const std::string id = case_of();
  ASSERT_TRUE(world.write("incident", Operation::update, {status_change(id, {0, 1}, {2, 6})}).results[0].ok);
  const auto batch = world.write("incident", Operation::update, {status_change(id, {2, 6}, {1, 5})});
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  EXPECT_EQ(incident.show(row_of("incident", id).slots, "statuscode"), "5");
}

TEST_F(Dynamics365, ACaseIsCreatedOpenAndThenResolved) {
  const std::string acme = load("account", {{"name", "Acme"}});
  const auto batch = world.write("incident", Operation::create,
                                 {create(incident,
                                         {{"title", Value("Broken")},
                                          {"customerid", Value(RemoteId{"account", acme})},
                                          {"statecode", Value(Decimal{"1"})},
                                          {"statuscode", Value(Decimal{"5"})}},
                                         1),
                                  create(incident,
                                         {{"title", Value("Waits")},
                                          {"customerid", Value(RemoteId{"account", acme})},
                                          {"statecode", Value(Decimal{"0"})},
                                          {"statuscode", Value(Decimal{"3"})}},
                                         2)});
  ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
  ASSERT_TRUE(batch.results[1].ok) << show(*batch.results[1].failure);
  EXPECT_EQ(incident.show(row_of("incident", guid(1)).slots, "statuscode"), "5");
  EXPECT_EQ(incident.show(row_of("incident", guid(2)).slots, "statuscode"), "3");
}

TEST_F(Dynamics365, RecordsAreFoundByKeyAndByValue) {
  const std::string lee = load("contact", {{"lastname", "O'Lee"}, {"lockstep_id", "01ABC"}});
  load("contact", {{"lastname", "Kim"}});
  const auto by_key = world.wait(world.connector().find_by("contact", connector::kExternalKey, {"01ABC", "01XYZ"}, Priority::real_time));
  ASSERT_TRUE(by_key) << show(by_key.error());
  ASSERT_EQ(by_key->results.size(), 1u);
  EXPECT_EQ(by_key->results[0].row.id.id, lee);
  const auto by_name = world.wait(world.connector().find_by("contact", contact.at("lastname"), {"O'Lee", "x') or contains(lastname,'"}, Priority::real_time));
  ASSERT_TRUE(by_name) << show(by_name.error());
  ASSERT_EQ(by_name->results.size(), 1u);
  EXPECT_EQ(by_name->results[0].row.external_key, "01ABC");
}

TEST_F(Dynamics365, A429IsWaitedForAsLongAsItSays) {
  load("contact", {{"lastname", "Lee"}});
  fault(*org, {{"name", "rate_limit"}, {"rate", 1}, {"count", 1}, {"retry_after_ms", 27'000}});
  const WallTime before = world.executor.clock().wall();
  EXPECT_EQ(world.scan("contact").size(), 1u);
  EXPECT_GE((world.executor.clock().wall() - before).count(), 27'000);
  fault(*org, {{"name", "rate_limit"}, {"rate", 1}, {"count", 1}, {"retry_after_ms", 27'000}});
  const auto batch = world.write("contact", Operation::create, {create(contact, {{"lastname", Value("Kim")}}, 1)});
  ASSERT_TRUE(batch.results[0].failure);
  EXPECT_EQ(batch.results[0].failure->failure_class, FailureClass::rate_limit);
  EXPECT_EQ(batch.results[0].failure->wait->count(), 27'000);
}

TEST_F(Dynamics365, ADroppedBatchLeavesEveryOutcomeUnknownAndRepeatingItMakesNoTwins) {
  const auto rows = [&] { return std::vector<WriteRow>{create(contact, {{"lastname", Value("Lee")}}, 1), create(contact, {{"lastname", Value("Kim")}}, 2)}; };
  fault(*org, {{"name", "drop_after_commit"}, {"rate", 1}, {"count", 1}});
  for (const WriteResult& result : world.write("contact", Operation::create, rows()).results)
    EXPECT_EQ(result.failure->failure_class, FailureClass::outcome_unknown);
  for (const WriteResult& result : world.write("contact", Operation::create, rows()).results)
    EXPECT_EQ(result.failure->failure_class, FailureClass::already_done);
  EXPECT_EQ(world.scan("contact").size(), 2u);
}

class Dynamics365Door : public Dynamics365 {
 protected:
  void subscribe() {
    control(*org, "POST", "steps",
            json::object{{"entity", json::array{"contact"}},
                         {"message", json::array{"Create", "Update", "Delete", "Merge"}},
                         {"url", "https://hooks.example.test/crm_c"},
                         {"authtype", 5},
                         {"authvalue", json::object{{"x-api-key", "the-door-key"}}}});
  }
  Connector::DoorAnswer knock(const http::Request& request) {
    http::ServerRequest received;
    received.method = request.method;
    received.target = http::parse_url(request.url)->target;
    received.headers = request.headers;
    received.body = request.body;
    return world.connector().knock("steps", received, world.executor.clock().wall());
  }
};

TEST_F(Dynamics365Door, TellsWhichRecordChanged) {
  subscribe();
  const std::string id = load("contact", {{"lastname", "Lee"}});
  org->take_outgoing();
  edit(*org, {{"operation", "update"}, {"object", "contact"}, {"id", id}, {"fields", json::object{{"telephone1", "1"}}}});
  edit(*org, {{"operation", "delete"}, {"object", "contact"}, {"id", id}});
  world.executor.clock().advance(Duration{60'000});
  const auto outgoing = org->take_outgoing();
  ASSERT_EQ(outgoing.size(), 2u);
  const auto updated = knock(outgoing[0].request), deleted = knock(outgoing[1].request);
  ASSERT_FALSE(updated.refused) << updated.reason;
  EXPECT_EQ(updated.response.status, 200);
  ASSERT_EQ(updated.events.size(), 1u);
  EXPECT_EQ(updated.events[0].remote, (RemoteId{"contact", id}));
  EXPECT_EQ(updated.events[0].kind, EventKind::upsert);
  EXPECT_GT(updated.events[0].occurred.ms, 0);
  ASSERT_EQ(deleted.events.size(), 1u);
  EXPECT_EQ(deleted.events[0].kind, EventKind::deleted);
  EXPECT_NE(deleted.events[0].dedupe, updated.events[0].dedupe);
  EXPECT_EQ(knock(outgoing[0].request).events[0].dedupe, updated.events[0].dedupe);
}

TEST_F(Dynamics365Door, RefusesWrongKeysOtherOrganisationsAndWhatIsTooLarge) {
  subscribe();
  load("contact", {{"lastname", "Lee"}});
  const std::string id = load("contact", {{"lastname", "Kim"}});
  edit(*org, {{"operation", "update"}, {"object", "contact"}, {"id", id}, {"fields", json::object{{"telephone1", "1"}}}});
  world.executor.clock().advance(Duration{60'000});
  const auto outgoing = org->take_outgoing();
  ASSERT_FALSE(outgoing.empty());
  const http::Request good = outgoing.back().request;
  http::Request wrong = good;
  wrong.headers.set("x-api-key", "another-key!");
  EXPECT_TRUE(knock(wrong).refused);
  http::Request unsigned_request = good;
  unsigned_request.headers.remove("x-api-key");
  EXPECT_TRUE(knock(unsigned_request).refused);
  http::Request foreign = good;
  const std::size_t at = foreign.body.find("\"OrganizationId\":\"");
  ASSERT_NE(at, std::string::npos);
  foreign.body.replace(at + 18, 8, "ffffffff");
  EXPECT_TRUE(knock(foreign).refused);
  http::Request large = good;
  large.body += std::string(300'000, ' ');
  EXPECT_EQ(knock(large).response.status, 413);
  http::Request broken = good;
  broken.body = "{\"PrimaryEntityName\":";
  EXPECT_EQ(knock(broken).response.status, 400);
  EXPECT_FALSE(knock(good).refused);
}

}  // namespace
}  // namespace lockstep::connector
