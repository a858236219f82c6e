// `lockstep sync`: one round in the foreground, for who lets a timer start it.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

/// Ada in north and in east, seen too long ago to be written unread, and now in Paris by north.
void load_and_edit_an_hour_later(World& world) {
  for (const char* name : {"north", "east"}) world.add_system(name);
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.sync_once());
  world.run_for(Duration{3'600'000});
  world.systems[0]->edit("contact", id_of(*world.systems[0], "contact", "email", "ada@example.com"), {{"city", text("Paris")}});
}

TEST(SyncOnce, LoadsEverybodyAndThenCarriesEdits) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  world.systems[1]->add("contact", contact("Ada", "ada@example.com"));
  world.systems[2]->add("contact", contact("Bob", "bob@example.com"));
  ASSERT_TRUE(world.sync_once());
  for (const auto& system : world.systems) EXPECT_EQ(system->live("contact").size(), 2u) << system->name();
  world.systems[1]->edit("contact", id_of(*world.systems[1], "contact", "email", "ada@example.com"), {{"city", text("Paris")}});
  ASSERT_TRUE(world.sync_once());
  for (const auto& system : world.systems)
    EXPECT_EQ(system->text("contact", id_of(*system, "contact", "email", "ada@example.com"), "city"), "Paris") << system->name();
  const std::size_t writes = world.writes();
  ASSERT_TRUE(world.sync_once(true));
  EXPECT_EQ(world.writes(), writes) << "a full refresh of what is in step writes nothing";
}

TEST(SyncOnce, WhatHasToBeReadBeforeItIsWrittenIsWrittenInTheSameRound) {
  World world;
  load_and_edit_an_hour_later(world);
  ASSERT_TRUE(world.sync_once());
  EXPECT_EQ(world.systems[1]->text("contact", id_of(*world.systems[1], "contact", "email", "ada@example.com"), "city"), "Paris");
}

TEST(SyncOnce, ADeleteReachesEverybodyInTheSameRound) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  for (int i = 0; i < 30; ++i) world.systems[0]->add("contact", contact("Person", "p" + std::to_string(i) + "@example.com"));
  ASSERT_TRUE(world.sync_once());
  world.run_for(Duration{3'600'000});
  world.systems[1]->remove("contact", id_of(*world.systems[1], "contact", "email", "p7@example.com"));
  ASSERT_TRUE(world.sync_once());
  for (const auto& system : world.systems) EXPECT_EQ(system->live("contact").size(), 29u) << system->name();
}

TEST(SyncOnce, EachSystemIsListedWholeWhenItsFullRefreshIsDue) {
  World world;
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[0].types) type.schedule.full_refresh_every = Duration{4 * 3'600'000};
    for (SystemType& type : hub.systems[1].types) type.schedule.full_refresh_every = Duration{0};
  };
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  ASSERT_TRUE(world.sync_once());
  const auto scans = [&] { return std::pair(north.scans, east.scans); };
  const auto first = scans();
  for (int i = 0; i < 9; ++i) {
    world.run_for(Duration{3'600'000});
    ASSERT_TRUE(world.sync_once());
  }
  EXPECT_EQ(scans(), std::pair(first.first * 3, first.second)) << "after four and after eight hours";
}

TEST(SyncOnce, AWriteThatAServerCouldNotTakeAtFirstIsTriedAgain) {
  World world;
  for (const char* name : {"north", "east"}) world.add_system(name);
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  int refusals = 2;
  world.systems[1]->refuse = [&](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (refusals-- <= 0) return std::nullopt;
    return failure_of(connector::FailureClass::lock, "busy");
  };
  ASSERT_TRUE(world.sync_once());
  EXPECT_EQ(world.systems[1]->live("contact").size(), 1u);
}

TEST(SyncOnce, ReadsSystemsSideBySide) {
  World world;
  FakeTraits slow;
  slow.latency = Duration{60'000};
  for (const char* name : {"north", "east", "south", "west"}) world.add_system(name, slow);
  ASSERT_TRUE(world.sync_once());
  std::set<WallTime> firsts;
  for (const auto& system : world.systems) firsts.insert(system->scan_starts.front());
  EXPECT_EQ(firsts.size(), 1u);
}

TEST(SyncOnce, ASystemThatIsDownIsToldAndDoesNotStopTheOthers) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.sync_once());
  const auto of = [&](std::size_t system) { return id_of(*world.systems[system], "contact", "email", "ada@example.com"); };
  world.systems[0]->down = failure_of(connector::FailureClass::transient, "503 from north");
  world.systems[1]->edit("contact", of(1), {{"city", text("Paris")}});
  const Result<void> done = world.sync_once();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "north: 503 from north");
  EXPECT_EQ(world.systems[2]->text("contact", of(2), "city"), "Paris");
  EXPECT_TRUE(world.systems[0]->text("contact", of(0), "city").empty());
  world.systems[0]->down.reset();
  ASSERT_TRUE(world.sync_once());
  EXPECT_EQ(world.systems[0]->text("contact", of(0), "city"), "Paris");
}

TEST(SyncOnce, ARecordThatCannotBeReadDoesNotHoldUpTheOthers) {
  World world;
  load_and_edit_an_hour_later(world);
  world.systems[1]->refuse_read = [](const std::string&) { return std::optional(failure_of(connector::FailureClass::permission, "not yours")); };
  const auto told = [&] {
    const Result<void> done = world.sync_once();
    return done ? std::string() : done.error().message;
  };
  EXPECT_EQ(told(), "east: not yours");
  world.systems[0]->add("contact", contact("Bob", "bob@example.com"));
  EXPECT_EQ(told(), "east: not yours");
  EXPECT_EQ(world.systems[1]->live("contact").size(), 2u);
}

}  // namespace
}  // namespace lockstep::support
