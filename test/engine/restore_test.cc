// After a restore from a backup: differences are learnt again, nothing is doubled, nothing comes back from the dead (rule 17).
#include <gtest/gtest.h>

#include <filesystem>

#include "store/sqlite/backup.h"
#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

namespace files = std::filesystem;

FakeTraits client_id_and_delta() {
  FakeTraits traits;
  traits.client_id = traits.feed_starts_with_listing = true;
  traits.has_lock = true;
  return traits;
}

/// A world whose store can be put back.
class Restored : public testing::Test {
 protected:
  explicit Restored(std::uint64_t seed = 1) : world(seed) {}
  ~Restored() override {
    files::remove_all(folder());
    for (const std::string& kept : kept_) files::remove(kept);
  }
  std::string folder() const { return world.path + "_backups"; }
  void back_up() {
    const auto made = backup_sqlite(world.path, folder(), 5, world.executor.clock().wall());
    ASSERT_TRUE(made) << made.error().message;
    backup_ = made->path;
  }
  /// The machine burns down; the backup is put on another one.
  void lose_and_restore() {
    world.crash();
    const auto restored = restore_sqlite(backup_, world.path, world.executor.clock().wall());
    ASSERT_TRUE(restored) << restored.error().message;
    kept_.push_back(restored->kept_as);
  }
  void expect_rest() {
    const std::size_t writes = world.writes();
    world.run_for(Duration{3 * 3'600'000});
    EXPECT_EQ(world.writes(), writes) << "at rest";
  }
  void expect_no_questions() {
    EXPECT_TRUE(world.open_reviews().empty());
    EXPECT_TRUE(world.dead_letters().empty());
  }
  /// Ada in north, east and south, in step, and a backup of that.
  void load() {
    world.add_system("north");
    world.add_system("east", client_id_and_delta());
    world.add_system("south");
    ids = load_ada(world);
    back_up();
  }
  std::vector<std::size_t> live() const {
    std::vector<std::size_t> counts;
    for (const auto& system : world.systems) counts.push_back(system->live("contact").size());
    return counts;
  }

  World world;
  std::vector<std::string> ids;
  std::string backup_;
  std::vector<std::string> kept_;
};

using Counts = std::vector<std::size_t>;

TEST_F(Restored, WhatHadBeenDeliveredIsAgreedAndWrittenNoMore) {
  load();
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  world.systems[2]->edit("contact", ids[2], {{"title", text("Countess")}});
  world.systems[1]->add("contact", contact("Grace", "grace@example.com"));
  ASSERT_TRUE(world.settle());
  const std::size_t writes = world.writes();
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.writes(), writes);
  EXPECT_EQ(live(), (Counts{2, 2, 2}));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "Paris");
  for (const Golden& golden : world.golden("contact"))
    for (const auto& system : world.systems)
      EXPECT_EQ(std::ranges::count_if(system->live("contact"), [&](const FakeRecord* one) { return one->key == golden.id.value().text(); }), 1)
          << "the same names";
  expect_no_questions();
}

TEST_F(Restored, WhatHadNotBeenDeliveredArrives) {
  load();
  world.crash();
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  world.systems[1]->edit("contact", ids[1], {{"title", text("Countess")}});
  world.systems[2]->add("contact", contact("Grace", "grace@example.com"));
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "Paris");
    EXPECT_EQ(world.systems[i]->text("contact", ids[i], "title"), "Countess");
  }
  EXPECT_EQ(live(), (Counts{2, 2, 2}));
  expect_no_questions();
  expect_rest();
}

TEST_F(Restored, WhatWasDeletedEverywhereStaysDeleted) {
  load();
  world.systems[0]->remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(live(), (Counts{0, 0, 0}));
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(live(), (Counts{0, 0, 0}));
  EXPECT_EQ(world.golden("contact").at(0).presence, EntityPresence::deleted);
  expect_no_questions();
  expect_rest();
}

TEST_F(Restored, ADeleteThatHadNotBeenPassedOnIsPassedOn) {
  load();
  world.crash();
  world.systems[1]->remove("contact", ids[1]);
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(live(), (Counts{0, 0, 0}));
  expect_no_questions();
}

TEST_F(Restored, ADeleteIsFoundByTheListingWhereTheFeedIsLost) {
  load();
  world.systems[0]->remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  for (const auto& system : world.systems) system->expire_cursors();
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(live(), (Counts{0, 0, 0}));
  expect_no_questions();
}

/// The create is owed at the time of the backup, done after it, and its record deleted by a person before the end.
class MadeAndDeletedSince : public Restored, public testing::WithParamInterface<bool> {};

TEST_P(MadeAndDeletedSince, IsNotMadeAgain) {
  const bool passed_on = GetParam();
  for (const bool by_client_id : {false, true}) {
    SCOPED_TRACE(by_client_id ? "named by its own id" : "named by a field");
    World one;
    one.add_system("north");
    FakeTraits traits = by_client_id ? client_id_and_delta() : FakeTraits{};
    if (by_client_id) traits.has_key = false;
    FakeSystem& east = one.add_system("east", traits);
    one.start();
    ASSERT_TRUE(one.settle());
    east.refuse = [](connector::Operation, const std::string&, const FieldValues&) {
      return std::optional(failure_of(connector::FailureClass::transient, "not today"));
    };
    one.systems[0]->add("contact", contact("Ada", "ada@example.com"));
    one.run_for(Duration{180'000});
    ASSERT_EQ(east.live("contact").size(), 0u);
    const auto made = backup_sqlite(one.path, folder(), 5, one.executor.clock().wall());
    ASSERT_TRUE(made);
    east.refuse = nullptr;
    ASSERT_TRUE(one.settle(Duration{3 * 3'600'000}));
    ASSERT_EQ(east.live("contact").size(), 1u);
    const std::string id = east.live("contact")[0]->id;
    if (!passed_on) one.crash();
    east.remove("contact", id);
    if (passed_on) {
      ASSERT_TRUE(one.settle());
    }
    one.crash();
    const auto restored = restore_sqlite(made->path, one.path, one.executor.clock().wall());
    ASSERT_TRUE(restored);
    kept_.push_back(restored->kept_as);
    one.start();
    ASSERT_TRUE(one.settle(Duration{3 * 3'600'000}));
    EXPECT_EQ(east.live("contact").size(), 0u) << "back from the dead";
    EXPECT_EQ(one.systems[0]->live("contact").size(), 0u);
    EXPECT_TRUE(one.dead_letters().empty());
  }
}
INSTANTIATE_TEST_SUITE_P(PassedOnOrNot, MadeAndDeletedSince, testing::Bool());

TEST_F(Restored, WhatWasMadeAndDeletedSinceLeavesItsTombstone) {
  load();
  const std::string grace = world.systems[0]->add("contact", contact("Grace", "grace@example.com"));
  ASSERT_TRUE(world.settle());
  world.systems[0]->remove("contact", grace);
  ASSERT_TRUE(world.settle());
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(live(), (Counts{1, 1, 1}));
  const auto golden = world.golden("contact");
  EXPECT_EQ(std::ranges::count(golden, EntityPresence::deleted, &Golden::presence), 1);
  expect_no_questions();
}

TEST_F(Restored, WhatWasMadeAndArchivedSinceDoesNotComeBack) {
  world.configure = [](Hub& hub) {
    for (TypePolicy& policy : hub.policies)
      for (LinkPolicy& link : policy.links) link.incoming_deletes = DeletePolicy::archive;
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.full_refresh_every = Duration{15 * 60'000};
  };
  FakeTraits archiving, forgetful;
  archiving.archives_in_place = true;
  forgetful.feed_lists_deletes = false;  // afterwards, nothing tells of a delete that the store forgot
  FakeSystem& north = world.add_system("north", forgetful);
  FakeSystem& east = world.add_system("east", archiving);
  world.start();
  ASSERT_TRUE(world.settle());
  back_up();
  const std::string grace = north.add("contact", contact("Grace", "grace@example.com"));
  ASSERT_TRUE(world.settle());
  north.remove("contact", grace);
  world.run_for(Duration{40 * 60'000});
  ASSERT_TRUE(east.live("contact").at(0)->archived);
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(north.live("contact").empty());
  ASSERT_EQ(east.live("contact").size(), 1u);
  EXPECT_TRUE(east.live("contact").front()->archived);
  expect_no_questions();
  north.restore("contact", grace);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.live("contact").size(), 1u);
  ASSERT_EQ(east.live("contact").size(), 1u) << "the record of before";
  EXPECT_FALSE(east.live("contact").front()->archived);
}

TEST_F(Restored, AMergeSinceOfARecordMadeSinceIsFollowed) {
  world.add_system("north");
  world.add_system("east");
  const auto both = load_ada(world);
  world.systems[1]->refuse = [](connector::Operation operation, const std::string&, const FieldValues&) {
    return operation == connector::Operation::create ? std::optional(failure_of(connector::FailureClass::transient, "not today")) : std::nullopt;
  };
  world.systems[0]->add("contact", contact("Ada K", "ada.king@example.com"));
  world.run_for(Duration{180'000});
  back_up();
  world.systems[1]->refuse = nullptr;
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  const std::string twin = id_of(*world.systems[1], "contact", "email", "ada.king@example.com");
  ASSERT_NE(twin, "");
  world.crash();
  world.systems[1]->merge("contact", twin, both[1]);
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  EXPECT_EQ(world.systems[1]->live("contact").size(), 1u) << "the merged record is not made again";
  const auto golden = world.golden("contact");
  EXPECT_EQ(std::ranges::count(golden, EntityPresence::present, &Golden::presence), 1);
}

TEST_F(Restored, ARecordMadeAgainSinceIsTheOneThatCounts) {
  load();
  for (const auto& system : world.systems) system->down = failure_of(connector::FailureClass::transient, "away");
  world.systems[1]->edit("contact", ids[1], {{"city", text("Paris")}});
  world.systems[0]->remove("contact", ids[0]);
  world.systems[1]->down.reset();
  world.run_for(Duration{150'000});
  for (const auto& system : world.systems) system->down.reset();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(live(), (Counts{1, 1, 1})) << "the edit wins";
  const std::string again = world.systems[0]->live("contact")[0]->id;
  ASSERT_NE(again, ids[0]);
  const std::size_t writes = world.writes();
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(live(), (Counts{1, 1, 1}));
  EXPECT_EQ(world.systems[0]->live("contact")[0]->id, again);
  EXPECT_EQ(world.writes(), writes);
  expect_no_questions();
}

TEST_F(Restored, NothingIsSentBeforeEverySystemIsRead) {
  load();
  world.crash();
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  world.systems[2]->remove("contact", ids[2]);
  lose_and_restore();
  world.systems[2]->down = failure_of(connector::FailureClass::transient, "away");
  const std::size_t writes = world.writes();
  world.start();
  world.run_for(Duration{30 * 60'000});
  EXPECT_EQ(world.writes(), writes);
  EXPECT_TRUE(world.engine->status().recovering);
  world.systems[2]->down.reset();
  ASSERT_TRUE(world.settle());
  EXPECT_FALSE(world.engine->status().recovering);
  EXPECT_GT(world.writes(), writes);
}

TEST_F(Restored, APowerCutWhileReadingAgainChangesNothing) {
  load();
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  world.systems[1]->add("contact", contact("Grace", "grace@example.com"));
  ASSERT_TRUE(world.settle());
  const std::string grace = id_of(*world.systems[2], "contact", "email", "grace@example.com");
  world.systems[2]->remove("contact", grace);
  ASSERT_TRUE(world.settle());
  const std::size_t writes = world.writes();
  lose_and_restore();
  for (int steps = 10; steps < 400; steps += 35) {
    world.start();
    for (int step = 0; step < steps && world.executor.step(); ++step) {}
    world.crash();
  }
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(live(), (Counts{1, 1, 1}));
  EXPECT_EQ(world.writes(), writes);
  expect_no_questions();
}

/// People at work, a backup at some moment, the end at a later one.
class RestoredAtRandom : public Restored, public testing::WithParamInterface<int> {
 protected:
  RestoredAtRandom() : Restored(static_cast<std::uint64_t>(GetParam())) {}
  void work(Rng& rng, std::uint64_t steps) {
    for (std::uint64_t step = 0; step < steps && world.executor.step(); ++step) {
      if (!rng.chance(0.02)) continue;
      FakeSystem& system = *world.systems[rng.below(world.systems.size())];
      const auto live = system.live("contact");
      const double what = static_cast<double>(rng.below(100)) / 100;
      if (what < 0.2 || live.empty()) {
        const int number = ++made;
        system.add("contact", contact("New " + std::to_string(number), "n" + std::to_string(number) + "@example.com"));
        continue;
      }
      const FakeRecord& one = *live[rng.below(live.size())];
      const std::string email = plain_text(one.fields.at("email"));
      if (what < 0.35) {
        dead.insert(email);
        system.remove("contact", std::string(one.id));
      } else if (!dead.contains(email)) {
        system.edit("contact", std::string(one.id), {{rng.chance(0.5) ? "city" : "title", text("edit " + std::to_string(++edits))}});
      }
    }
  }
  int made = 0, edits = 0;
  std::set<std::string> dead;
};

TEST_P(RestoredAtRandom, EverySystemHoldsTheSameAndNobodyTwice) {
  Rng rng = Rng(static_cast<std::uint64_t>(GetParam())).split("people");
  world.add_system("north");
  world.add_system("east", client_id_and_delta());
  FakeTraits shy;
  shy.shadow = connector::ShadowSource::feed;
  world.add_system("south", shy);
  for (int i = 0; i < 10; ++i)
    world.systems[static_cast<std::size_t>(i) % 3]->add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  work(rng, rng.below(1'500));
  back_up();
  work(rng, rng.below(3'000));
  lose_and_restore();
  world.start();
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  std::set<std::string> open;
  for (const ReviewItem& item : world.open_reviews()) open.insert(item.summary);
  EXPECT_TRUE(open.empty()) << *open.begin();
  std::map<std::string, std::vector<const FakeRecord*>> by_email;
  for (const auto& system : world.systems)
    for (const FakeRecord* record : system->live("contact")) by_email[plain_text(record->fields.at("email"))].push_back(record);
  for (const auto& [email, records] : by_email) {
    EXPECT_EQ(records.size(), world.systems.size()) << email;
    for (const FakeRecord* record : records)
      for (const char* field : {"city", "title"}) {
        const auto value = [&](const FakeRecord& of) { return of.fields.contains(field) ? plain_text(of.fields.at(field)) : std::string(); };
        EXPECT_EQ(value(*record), value(*records[0])) << email << " " << field;
      }
  }
  expect_rest();
}
INSTANTIATE_TEST_SUITE_P(Seeds, RestoredAtRandom, testing::Range(1, 31));

}  // namespace
}  // namespace lockstep::support
