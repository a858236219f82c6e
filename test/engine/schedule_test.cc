// When systems are read and written: intervals, no overlap, missed runs, feeds that start over.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

TEST(Schedule, ABatchConnectionIsReadAndWrittenInItsOwnRhythm) {
  World world;
  world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[1].types) {
      type.schedule.real_time = false;
      type.schedule.poll_every = Duration{30 * 60'000};
    }
  };
  const auto ids = load_ada(world);
  world.run_for(Duration{60 * 60'000});
  // Ten edits in one interval reach it as one write.
  const std::size_t before = east.writes.size();
  for (int i = 0; i < 10; ++i) {
    world.systems[0]->edit("contact", ids[0], {{"city", text("City " + std::to_string(i))}});
    world.run_for(Duration{60'000});
  }
  world.run_for(Duration{40 * 60'000});
  EXPECT_EQ(east.text("contact", ids[1], "city"), "City 9");
  EXPECT_LE(east.writes.size() - before, 2u);
  EXPECT_GE(east.writes.size() - before, 1u);
}

TEST(Schedule, RunsThatWereMissedCollapseIntoOne) {
  World world;
  FakeTraits slow;
  slow.latency = Duration{200'000};  // a call takes longer than three poll intervals
  FakeSystem& north = world.add_system("north", slow);
  world.start();
  world.run_for(Duration{3'600'000});
  ASSERT_GE(north.feed_reads.size(), 10u);
  // Three types are polled side by side; of one type no two reads overlap, so an hour holds at most 18 reads of each.
  EXPECT_LE(north.feed_reads.size(), 3u * 18u + 3u);
}

TEST(Schedule, AFeedThatCreatesRestOnIsReadEarlierAndNotWithoutRest) {
  World world;
  FakeTraits full, probing;
  full.page = full.batch = 1'000;
  probing.probes = true;  // a create needs a look, or the word of a listing or feed
  probing.batch = 100;
  FakeSystem& north = world.add_system("north", full);
  FakeSystem& east = world.add_system("east", probing);
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[1].types) type.schedule.poll_every = Duration{2'000};
  };
  for (int i = 0; i < 1'000; ++i) north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  world.start();
  world.run_for(Duration{30'000});
  ASSERT_EQ(east.live("contact").size(), 1'000u);
  // Three types in 30 seconds, each 1.5 seconds after its last read at the earliest, and a few for the start.
  EXPECT_LE(east.feed_reads.size(), 3u * 20u + 12u);
}

TEST(Schedule, AFeedWhosePositionIsTooOldStartsOverWithAFullListingOnce) {
  for (const bool starts_with_listing : {false, true}) {
    World world;
    FakeTraits traits;
    traits.feed_starts_with_listing = starts_with_listing;
    FakeSystem& north = world.add_system("north", traits);
    world.add_system("east");
    const auto ids = load_ada(world);
    north.edit("contact", ids[0], {{"city", text("Paris")}});
    north.expire_cursors();
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Paris");
    const std::uint64_t scans = north.scans;
    world.run_for(Duration{2 * 3'600'000});
    EXPECT_EQ(north.scans, scans) << "it polls again instead of listing each time";
    north.edit("contact", ids[0], {{"city", text("Rome")}});
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Rome");
  }
}

TEST(Schedule, FullRefreshesKeepTheirIntervalOverRestarts) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[0].types) type.schedule.full_refresh_every = Duration{4 * 3'600'000};
  };
  world.start();
  ASSERT_TRUE(world.settle());
  const std::uint64_t scans = north.scans;
  for (int restart = 0; restart < 4; ++restart) {
    world.run_for(Duration{75 * 60'000});
    world.stop();
    world.start();
  }
  EXPECT_EQ(north.scans, scans + 3) << "five hours: one full refresh of each of the three types";
}

TEST(Schedule, FeedsAreReadLessOftenWhileAQuotaOfADayRunsShort) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  const auto reads_in_an_hour = [&] {
    const std::size_t before = north.feed_reads.size();
    world.run_for(Duration{3'600'000});
    return north.feed_reads.size() - before;
  };
  ASSERT_GE(reads_in_an_hour(), 100u);
  north.sparing = Duration{60'000};
  EXPECT_LE(reads_in_an_hour(), 60u + 3u) << "of all three types together";
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(Duration{5 * 60'000});
  EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Paris");
  north.sparing.reset();
  EXPECT_GE(reads_in_an_hour(), 100u);
}

TEST(Schedule, ASystemThatIsDownDoesNotStopTheOthers) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  const auto ids = load_ada(world);
  connector::Failure failure = failure_of(connector::FailureClass::transient, "503");
  world.systems[2]->down = failure;
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(Duration{120'000});
  EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Paris");
  const std::uint64_t calls = world.systems[2]->calls;
  world.run_for(Duration{3'600'000});
  EXPECT_LT(world.systems[2]->calls - calls, 1'500u) << "it is asked less and less often";
  EXPECT_TRUE(world.dead_letters().empty()) << "an outage uses up nobody's attempts";
  world.systems[2]->down.reset();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.systems[2]->text("contact", ids[2], "city"), "Paris");
}

void read_in_batches(SystemType& type, Duration every) {
  type.schedule.real_time = false;
  type.schedule.poll_every = every;
}

TEST(Schedule, WhatCouldNotBeReadIsReadSoonAndNotAtTheNextTurn) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[0].types) {
      read_in_batches(type, Duration{24 * 3'600'000});
      type.schedule.full_refresh_every = Duration{0};
    }
  };
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle(Duration{4 * 3'600'000})) << "its first turn comes within a tenth of its interval";
  const std::string there = id_of(east, "contact", "email", "ada@example.com");
  world.run_for(Duration{6 * 3'600'000});
  north.edit("contact", ada, {{"city", text("Paris")}});
  // Out of order while its turn comes, half an hour beyond it.
  north.down = failure_of(connector::FailureClass::transient, "503");
  world.run_for(Duration{21 * 3'600'000});
  const std::uint64_t calls = north.calls;
  world.run_for(Duration{3'600'000});
  EXPECT_LE(north.calls - calls, 3u * 10u) << "it is not hammered";
  north.down.reset();
  world.run_for(Duration{30 * 60'000});
  EXPECT_EQ(east.text("contact", there, "city"), "Paris");
}

TEST(Schedule, AFullRefreshThatFailedIsDoneOnceItCanBe) {
  World world;
  FakeTraits traits;
  traits.feed_lists_deletes = false;
  FakeSystem& north = world.add_system("north", traits);
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  world.run_for(Duration{23 * 3'600'000});
  north.down = failure_of(connector::FailureClass::transient, "503");
  world.run_for(Duration{4 * 3'600'000});
  north.down.reset();
  world.run_for(Duration{30 * 60'000});
  EXPECT_TRUE(east.live("contact").empty()) << "nothing but the full refresh of last night tells of the delete";
}

TEST(Schedule, ABatchThatAnOutageMeetsGoesOnAfterIt) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[1].types) read_in_batches(type, Duration{24 * 3'600'000});
  };
  const std::string here = north.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  world.run_for(Duration{6 * 3'600'000});
  const std::string there = id_of(east, "contact", "email", "ada@example.com");
  ASSERT_NE(there, "");
  north.edit("contact", here, {{"city", text("Paris")}});
  world.run_for(Duration{600'000});
  ASSERT_EQ(east.text("contact", there, "city"), "");
  east.refuse = [](connector::Operation, const std::string&, const FieldValues&) { return failure_of(connector::FailureClass::transient, "503"); };
  const std::size_t calls = east.write_calls.size();
  for (int minute = 0; minute < 30 * 60 && east.write_calls.size() == calls; ++minute) world.run_for(Duration{60'000});
  ASSERT_GT(east.write_calls.size(), calls) << "its turn has come";
  world.run_for(Duration{20 * 60'000});
  east.refuse = nullptr;
  world.run_for(Duration{10 * 60'000});
  EXPECT_EQ(east.text("contact", there, "city"), "Paris") << "not a day later";
}

TEST(Schedule, StopsInOrderAndGoesOn) {
  World world;
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  world.stop();
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(Duration{3'600'000});
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Paris");
}

}  // namespace
}  // namespace lockstep::support
