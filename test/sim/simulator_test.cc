// The simulator itself: a mistake in it costs more trust than it finds.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "sim/customers.h"
#include "sim/plan.h"
#include "sim/shrink.h"
#include "sim/torn_vfs.h"

namespace lockstep::sim {
namespace {

TEST(Plan, ComesBackFromItsText) {
  for (const char* profile : kProfiles)
    for (std::uint64_t seed = 1; seed < 30; ++seed) {
      const Plan plan = generate(seed, profile);
      const auto parsed = parse_plan(to_json(plan));
      ASSERT_TRUE(parsed) << parsed.error().message;
      EXPECT_EQ(*parsed, plan) << profile << " " << seed;
    }
}

TEST(Plan, IsTheSameForTheSameSeedAndAnotherForAnother) {
  EXPECT_EQ(generate(7, "swarm"), generate(7, "swarm"));
  EXPECT_NE(generate(7, "swarm").events, generate(8, "swarm").events);
}

TEST(Plan, SaysWhatIsWrongWithAText) {
  EXPECT_NE(parse_plan("{\"events\": [{\"what\": 5}]}").error().message.find("event 0"), std::string::npos);
  EXPECT_NE(parse_plan("{\"events\": [{\"what\": \"edit\", \"colour\": 1}]}").error().message.find("no event has"), std::string::npos);
  EXPECT_NE(parse_plan("[1").error().message.find("no JSON"), std::string::npos);
}

TEST(Plan, SwarmSeedsDifferInTheKindsOfTheirFaults) {
  std::set<std::set<std::string>> kinds;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::set<std::string> on;
    for (const auto& [name, rate] : generate(seed, "swarm").config)
      if (name.starts_with("fault/")) on.insert(name);
    kinds.insert(std::move(on));
  }
  EXPECT_GT(kinds.size(), 30u);
}

TEST(Shrink, KeepsWhatIsNeededAndNothingElse) {
  Plan plan = generate(3, "swarm");
  plan.config["needed"] = 1;
  for (int i = 0; i < 100; ++i) {
    Event event;
    event.at_ms = i;
    event.what = i == 17 || i == 83 ? "culprit" : "bystander";
    plan.events.push_back(event);
  }
  const auto judge = [](const Plan& one) {
    Outcome outcome;
    const auto culprits = std::ranges::count(one.events, "culprit", &Event::what);
    if (culprits == 2 && one.config.contains("needed")) outcome.rule = "both";
    return outcome;
  };
  const Plan small = shrink(plan, "both", judge, 1'000);
  EXPECT_EQ(small.events.size(), 2u);
  EXPECT_TRUE(small.config.contains("needed"));
  EXPECT_EQ(small.config.size(), 2u);  // and how long the day is
}

TEST(Customers, AreKnownByTheirMarkersHoweverTheyAreWritten) {
  for (const TypeNames& type : type_names()) EXPECT_EQ(number_of(type, marker_of(type, 42)), 42);
  EXPECT_EQ(number_of(names_of("contact"), "P7@Example.com"), 7);
  EXPECT_FALSE(number_of(names_of("contact"), "p7@example.org"));
  EXPECT_FALSE(number_of(names_of("account"), "Account"));
}

/// A store of one table in WAL mode, as the hub opens its own.
class Disk : public testing::Test {
 protected:
  Disk() : path_((std::filesystem::temp_directory_path() / ("torn_" + std::to_string(::getpid()) + ".db")).string()) {
    remove_files();
    TornDisk::install();
  }
  ~Disk() override { remove_files(); }
  void remove_files() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  sqlite3* open(const char* synchronous) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    run(database, "PRAGMA journal_mode=WAL");
    run(database, std::string("PRAGMA synchronous=") + synchronous);
    run(database, "CREATE TABLE IF NOT EXISTS row(value)");
    return database;
  }
  static void run(sqlite3* database, const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  }
  static int rows(sqlite3* database) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database, "SELECT count(*) FROM row", -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sqlite3_errmsg(database);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
  }
  /// Commits 20 rows, cuts the power, and counts what is there afterwards.
  int rows_after_power_cut(const char* synchronous, std::uint64_t seed, std::size_t& lost) {
    remove_files();
    sqlite3* database = open(synchronous);
    for (int i = 0; i < 20; ++i) run(database, "INSERT INTO row VALUES(randomblob(900))");
    TornDisk::die();
    sqlite3_close(database);
    lost += TornDisk::come_back(Rng(seed));
    database = open(synchronous);
    const int count = rows(database);
    sqlite3_close(database);
    return count;
  }
  std::string path_;
};

TEST_F(Disk, KeepsWhatWasSynced) {
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(rows_after_power_cut("FULL", seed, lost), 20) << seed;
}

TEST_F(Disk, LosesWhatWasNotSyncedAndTheStoreStaysWhole) {
  std::size_t lost = 0;
  int least = 20;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) least = std::min(least, rows_after_power_cut("NORMAL", seed, lost));
  EXPECT_GT(lost, 0u);
  EXPECT_LT(least, 20);
}

}  // namespace
}  // namespace lockstep::sim
