// The engine with the shipped connectors and mappings against the stand-ins, in one process on virtual time.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "emulators/core/stand_in.h"
#include "sim/crm_world.h"
#include "sim/torn_vfs.h"

namespace lockstep::sim {
namespace {

namespace json = boost::json;

std::int64_t rows(CrmWorld& world, const std::string& system, const std::string& object) {
  const json::value counts = json::parse(world.control(system, "GET", "counts").body);
  const json::value* row = counts.at("rows").as_object().if_contains(object);
  return row ? row->at("live").to_number<std::int64_t>() : -1;
}

/// What a column of a record holds; the record is the one whose `by` is `value`. Blank: it is not there, or holds nothing.
std::string held(CrmWorld& world, const std::string& system, const std::string& object, const std::string& by, const std::string& value,
                 const std::string& column) {
  emulators::Table* table = dynamic_cast<emulators::StandIn&>(*world.stand_ins.at(system)).database().find_table(object);
  const auto text = [&](emulators::RowNumber row, const std::string& name) {
    const auto shown = table->get(row, *table->find_field(name));
    const auto* here = std::get_if<std::string_view>(&shown);
    return here ? std::string(*here) : std::string();
  };
  for (emulators::RowNumber row = 0; row < table->row_count(); ++row)
    if (!table->record(row).deleted && text(row, by) == value) return column == "id" ? table->record(row).id : text(row, column);
  return "";
}

std::size_t writes(CrmWorld& world) {
  std::size_t count = 0;
  for (const auto& [name, stand_in] : world.stand_ins) {
    std::int64_t after = 0;
    for (;;) {
      const json::value page = json::parse(world.control(name, "GET", "writes?limit=1000&after=" + std::to_string(after)).body);
      const json::array& list = page.is_array() ? page.get_array() : page.at("writes").as_array();
      count += list.size();
      if (list.size() < 1000) break;
      after = list.back().at("sequence").to_number<std::int64_t>();
    }
  }
  return count;
}

class CrmWorldTest : public testing::Test {
 protected:
  CrmWorldTest() : world(1) {}
  void load(int people, int from = 0) {
    std::string salesforce, hubspot, dynamics;
    const auto add = [](std::string& list, const std::string& one) { list += (list.empty() ? "[" : ", ") + one; };
    for (int i = from; i < people; ++i) {
      const std::string last = "Person" + std::to_string(i), email = "person" + std::to_string(i) + "@example.com";
      if (i % 3 != 0) add(salesforce, R"({"FirstName": "Ada", "LastName": ")" + last + R"(", "Email": ")" + email + R"("})");
      if (i % 3 != 1) add(hubspot, R"({"firstname": "Ada", "lastname": ")" + last + R"(", "email": ")" + email + R"("})");
      if (i % 3 != 2) add(dynamics, R"({"firstname": "Ada", "lastname": ")" + last + R"(", "emailaddress1": ")" + email + R"("})");
    }
    for (const auto& [system, path, body] : {std::tuple("salesforce", "records/Contact", salesforce), std::tuple("hubspot", "records/contacts", hubspot),
                                             std::tuple("dynamics365", "records/contact", dynamics)}) {
      const auto answer = world.control(system, "POST", path, body + "]");
      ASSERT_EQ(answer.status, 200) << system << answer.body;
      world.executor.run_for(Duration{1000});
    }
  }
  void expect_people(std::int64_t count) {
    EXPECT_EQ(rows(world, "salesforce", "Contact"), count);
    EXPECT_EQ(rows(world, "hubspot", "contacts"), count);
    EXPECT_EQ(rows(world, "dynamics365", "contact"), count);
    EXPECT_EQ(world.counts().entities, count);
    EXPECT_EQ(world.counts().open_reviews, 0);
    EXPECT_EQ(world.counts().open_dead_letters, 0);
  }
  CrmWorld world;
};

TEST_F(CrmWorldTest, EverybodyStandsOnceInEverySystemAndThenNothingIsWritten) {
  load(30);
  world.subscribe();
  world.start();
  ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
  expect_people(30);
  const std::size_t before = writes(world);
  world.run_for(Duration{4 * 3'600'000});
  EXPECT_EQ(writes(world), before);
}

TEST_F(CrmWorldTest, ARecordOfTheSupportSystemReachesEveryCrmAndAnEditComesBack) {
  world.subscribe();
  world.start();
  ASSERT_EQ(world.support("PUT", "contacts/42", R"({"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"})").status, 201);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  expect_people(1);
  const auto made = json::parse(world.control("hubspot", "GET", "writes?after=0").body);
  const json::array& list = made.is_array() ? made.get_array() : made.at("writes").as_array();
  const std::string id(list.at(0).at("id").as_string());
  const auto edited = world.control("hubspot", "POST", "edit",
                                    R"({"as": "Ann", "operation": "update", "object": "contacts", "id": ")" + id + R"(", "fields": {"jobtitle": "Countess"}})");
  ASSERT_EQ(edited.status, 200) << edited.body;
  world.run_for(Duration{180'000});
  EXPECT_NE(world.support("GET", "contacts/42").body.find("Countess"), std::string::npos);
  EXPECT_NE(world.control("salesforce", "GET", "writes?after=0").body.find("Countess"), std::string::npos);
  EXPECT_NE(world.control("dynamics365", "GET", "writes?after=0").body.find("Countess"), std::string::npos);
}

TEST_F(CrmWorldTest, ADeltaTokenThatExpiredCostsAListingAndNoWriteBesideTheRealDifferences) {
  load(12);
  const auto loaded = [&](const std::string& fields) {
    return std::string(json::parse(world.control("dynamics365", "POST", "records/contact", "[" + fields + "]").body).at("ids").at(0).as_string());
  };
  const std::string edited = loaded(R"({"firstname": "Grace", "lastname": "Hopper", "emailaddress1": "grace@example.com"})");
  const std::string gone = loaded(R"({"firstname": "Eve", "lastname": "Gone", "emailaddress1": "eve@example.com"})");
  world.start();
  ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
  expect_people(14);
  world.crash();
  world.executor.run_for(Duration{8LL * 24 * 3'600'000});  // a day beyond the life of a token
  const auto edit = [&](const std::string& body) { EXPECT_EQ(world.control("dynamics365", "POST", "edit", body).status, 200); };
  edit(R"({"as": "Ann", "operation": "update", "object": "contact", "id": ")" + edited + R"(", "fields": {"jobtitle": "Admiral"}})");
  edit(R"({"as": "Ann", "operation": "delete", "object": "contact", "id": ")" + gone + R"("})");
  const std::size_t before = writes(world);
  world.start();
  ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
  EXPECT_EQ(writes(world), before + 4) << "an edit and a delete in two systems";
  EXPECT_EQ(rows(world, "salesforce", "Contact"), 13);
  EXPECT_EQ(rows(world, "hubspot", "contacts"), 13);
  EXPECT_NE(world.control("hubspot", "GET", "writes?after=0").body.find("Admiral"), std::string::npos);
  std::vector<RunRecord> runs;
  ASSERT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
    TRY(runs, transaction.list_runs(1'000));
    return {};
  }));
  const auto gap =
      std::ranges::find_if(runs, [](const RunRecord& run) { return run.kind == "gap" && run.connection == "dynamics365" && run.type == "contact"; });
  ASSERT_NE(gap, runs.end());
  EXPECT_TRUE(gap->outcome.starts_with("ok: ")) << gap->outcome;
  EXPECT_NE(gap->outcome.find("expired"), std::string::npos) << gap->outcome;
  EXPECT_GT((gap->ended - gap->started).count(), 7LL * 24 * 3'600'000);
}

TEST_F(CrmWorldTest, ADeletedContactTakesItsCallsWithItNowhere) {
  world.subscribe();
  world.start();
  ASSERT_EQ(world.support("PUT", "contacts/42", R"({"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"})").status, 201);
  ASSERT_EQ(world
                .support("PUT", "interactions/7",
                         R"({"kind": "call", "direction": "inbound", "subject": "A call", "occurred_at": "2026-03-01T10:00:00Z", "contact": "42"})")
                .status,
            201);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  ASSERT_EQ(world.support("DELETE", "contacts/42").status / 100, 2);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  for (const auto& [system, contacts, calls] :
       {std::tuple("salesforce", "Contact", "Task"), std::tuple("hubspot", "contacts", "calls"), std::tuple("dynamics365", "contact", "phonecall")}) {
    EXPECT_EQ(rows(world, system, contacts), 0) << system;
    EXPECT_EQ(rows(world, system, calls), 1) << system;
  }
  EXPECT_EQ(world.counts().open_reviews, 0);
}

TEST_F(CrmWorldTest, LostAnswersAndCrashesMakeNoTwin) {
  load(18);
  world.network.weather.loses_requests = 0.02;
  world.network.weather.loses_answers = 0.02;
  world.start();
  Rng rng = Rng(7).split("crashes");
  for (int crash = 0; crash < 5; ++crash) {
    for (std::uint64_t step = 500 + rng.below(4'000); step > 0 && world.executor.step(); --step) {}
    world.crash();
    world.start();
  }
  world.run_for(Duration{3'600'000});
  world.network.weather = Weather{};
  ASSERT_TRUE(world.settle(Duration{4 * 3'600'000}));
  expect_people(18);
}

TEST_F(CrmWorldTest, AFullDiskHoldsNothingUpForLongerThanItIsFull) {
  load(30);
  world.start();
  for (int full = 0; full < 4; ++full) {
    world.run_for(Duration{3'000});
    TornDisk::fill(true);
    world.run_for(Duration{20'000});
    TornDisk::fill(false);
  }
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  expect_people(30);
}

TEST_F(CrmWorldTest, ABackupThatIsRestoredBringsNobodyBackAndDoublesNobody) {
  load(12);
  world.start();
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  world.back_up();
  load(18, 12);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  world.crash();
  ASSERT_TRUE(world.restore());
  world.start();
  ASSERT_TRUE(world.settle(Duration{4 * 3'600'000}));
  expect_people(18);
}

TEST_F(CrmWorldTest, AMappingThatSaysTheSameInOtherWordsWritesNothing) {
  load(12);
  world.start();
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  const std::size_t before = writes(world);
  world.reconfigure();
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  EXPECT_EQ(writes(world), before);
}

TEST_F(CrmWorldTest, AMergeWhoseLoserKeepsOurKeyLeavesNoLetter) {
  world.subscribe();
  world.start();
  ASSERT_EQ(world.support("PUT", "contacts/1", R"({"first_name": "Ada", "last_name": "Older", "email": "older@example.com"})").status, 201);
  world.run_for(Duration{60'000});
  ASSERT_EQ(world.support("PUT", "contacts/2", R"({"first_name": "Ada", "last_name": "Younger", "email": "younger@example.com"})").status, 201);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  const std::string older = held(world, "dynamics365", "contact", "lastname", "Older", "id"),
                    younger = held(world, "dynamics365", "contact", "lastname", "Younger", "id");
  const auto merged = world.control("dynamics365", "POST", "edit",
                                    R"({"as": "Ann", "operation": "merge", "object": "contact", "id": ")" + older + R"(", "into": ")" + younger + R"("})");
  ASSERT_EQ(merged.status, 200) << merged.body;
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  EXPECT_EQ(world.counts().open_dead_letters, 0);
  ASSERT_EQ(world.support("PATCH", "contacts/1", R"({"job_title": "Countess"})").status, 200);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  EXPECT_EQ(held(world, "dynamics365", "contact", "jobtitle", "Countess", "id"), younger);
  EXPECT_EQ(world.counts().open_dead_letters, 0);
}

TEST(CrmWorldListing, AReferenceThatASystemLostWithItsRecordComesBackWithIt) {
  WorldOptions options;
  options.full_refresh_s = 1'800;
  CrmWorld world(options);
  world.subscribe();
  world.start();
  ASSERT_EQ(world.support("PUT", "contacts/1", R"({"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"})").status, 201);
  ASSERT_EQ(world.support("PUT", "cases/1", R"({"subject": "Broken engine", "contact": "1"})").status, 201);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  const std::string id = held(world, "hubspot", "contacts", "lastname", "Byron", "id");
  world.network.down.insert(CrmWorld::origin("hubspot"));
  ASSERT_EQ(world.support("PATCH", "contacts/1", R"({"job_title": "Countess"})").status, 200);
  ASSERT_EQ(world.control("hubspot", "POST", "edit", R"({"as": "Ann", "operation": "delete", "object": "contacts", "id": ")" + id + R"("})").status, 200);
  world.run_for(Duration{10'000});
  world.network.down.clear();
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  const std::string again = held(world, "hubspot", "contacts", "lastname", "Byron", "id");
  ASSERT_NE(again, "");
  ASSERT_NE(again, id) << "an edit wins over a delete: made once more";
  world.run_for(Duration{3'600'000});  // a complete listing shows the ticket
  EXPECT_NE(world.support("GET", "cases/1").body.find("\"contact\""), std::string::npos) << world.support("GET", "cases/1").body;
  EXPECT_NE(held(world, "salesforce", "Case", "Subject", "Broken engine", "ContactId"), "");
}

TEST_F(CrmWorldTest, ACaseThatWasItsAccountsIsGivenItsContactWhereACustomerIsOneOfTheTwo) {
  world.subscribe();
  world.start();
  ASSERT_EQ(world.support("PUT", "accounts/1", R"({"name": "Analytical Engines"})").status, 201);
  ASSERT_EQ(world.support("PUT", "contacts/1", R"({"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"})").status, 201);
  ASSERT_EQ(world.support("PUT", "cases/1", R"({"subject": "Broken engine", "account": "1"})").status, 201);
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  EXPECT_EQ(held(world, "dynamics365", "incident", "title", "Broken engine", "_customerid_value"),
            held(world, "dynamics365", "account", "name", "Analytical Engines", "id"));
  const std::string id = held(world, "salesforce", "Case", "Subject", "Broken engine", "id"),
                    contact = held(world, "salesforce", "Contact", "LastName", "Byron", "id");
  const auto edited =
      world.control("salesforce", "POST", "edit",
                    R"({"as": "Ann", "operation": "update", "object": "Case", "id": ")" + id + R"(", "fields": {"ContactId": ")" + contact + R"("}})");
  ASSERT_EQ(edited.status, 200) << edited.body;
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  EXPECT_EQ(held(world, "dynamics365", "incident", "title", "Broken engine", "_customerid_value"),
            held(world, "dynamics365", "contact", "lastname", "Byron", "id"));
}

}  // namespace
}  // namespace lockstep::sim
