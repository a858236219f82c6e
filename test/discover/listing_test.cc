// Listings: page by page, each durable with its place, resumed where they broke off.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

FakeTraits small_pages() {
  FakeTraits traits;
  traits.page = 7;
  return traits;
}

TEST(Listing, GoesOnWhereItBrokeOff) {
  World world;
  FakeSystem& north = world.add_system("north", small_pages());
  for (int i = 0; i < 70; ++i) north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  world.start();
  while (world.golden("contact").size() < 35u) ASSERT_TRUE(world.executor.step());
  world.crash();
  const std::uint64_t calls = north.calls;
  world.start();
  world.executor.run_until([&] { return world.golden("contact").size() == 70u; }, Duration{60'000});
  EXPECT_EQ(world.golden("contact").size(), 70u);
  EXPECT_LT(north.calls - calls, 12u) << "only the second half of ten pages is read again";
}

TEST(Listing, WhatIsAddedWhileItRunsIsNotMissed) {
  World world;
  FakeSystem& north = world.add_system("north", small_pages());
  FakeSystem& east = world.add_system("east");
  for (int i = 0; i < 50; ++i) north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  world.start();
  int added = 0;
  while (world.golden("contact").size() < 40u) {
    ASSERT_TRUE(world.executor.step());
    if (added < 10) {
      ++added;
      north.add("contact", contact("Late " + std::to_string(added), "late" + std::to_string(added) + "@example.com"));
    }
  }
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 60u);
}

TEST(Listing, NothingIsWrittenToASystemBeforeItWasListed) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  north.add("contact", contact("Ada", "ada@example.com"));
  east.down = failure_of(connector::FailureClass::transient, "503");
  world.start();
  world.run_for(Duration{600'000});
  east.add("contact", contact("Ada", "ada@example.com"));
  EXPECT_TRUE(east.writes.empty());
  east.down.reset();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_EQ(world.golden("contact").size(), 1u);
}

TEST(Feed, ARowInAVersionThatWasReadIsNotReadAgain) {
  World world;
  FakeTraits traits;
  traits.feed_shows_ids = true;
  traits.overlap = 100;
  FakeSystem& north = world.add_system("north", traits);
  FakeSystem& east = world.add_system("east");
  const std::string ada = load_ada(world)[0];
  world.run_for(Duration{600'000});
  const std::uint64_t settled = north.reads_by_id;
  world.run_for(Duration{600'000});
  EXPECT_EQ(north.reads_by_id, settled) << "the overlap shows it each time";
  north.edit("contact", ada, {{"city", text("London")}});
  world.run_for(Duration{600'000});
  EXPECT_EQ(north.reads_by_id, settled + 1);
  EXPECT_EQ(east.find("contact", "email", "ada@example.com")->fields.at("city"), text("London"));
}

/// An edit in the north is not known yet when our write goes to the same record, and hides its version. What the reads by id were then.
std::uint64_t reads_after_a_hidden_edit(bool feed_shows_fields) {
  World world;
  FakeTraits traits;
  traits.feed_shows_ids = true;
  traits.feed_shows_fields = feed_shows_fields;
  traits.answers_in_part = true;
  traits.overlap = 100;
  FakeSystem& north = world.add_system("north", traits);
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {
    for (TypePolicy& policy : hub.policies)
      for (LinkPolicy& link : policy.links) link.read_before_write_ms = 0;
  };
  const std::vector<std::string> ids = load_ada(world);
  world.run_for(Duration{600'000});
  const std::uint64_t before = north.reads_by_id;
  north.edit("contact", ids[0], {{"title", text("Countess")}});
  east.edit("contact", ids[1], {{"city", text("London")}});
  world.push("east", "contact", ids[1]);
  EXPECT_TRUE(world.settle());
  world.run_for(Duration{600'000});
  EXPECT_EQ(north.text("contact", ids[0], "city"), "London");
  EXPECT_EQ(north.text("contact", ids[0], "title"), "Countess");
  EXPECT_EQ(east.text("contact", ids[1], "title"), "Countess");
  return north.reads_by_id - before;
}

TEST(Feed, OurOwnWriteIsReadOnceSinceSomebodyMayHaveEditedBesideIt) { EXPECT_EQ(reads_after_a_hidden_edit(false), 1u); }

TEST(Feed, ARowThatShowsHowOurWriteLeftTheRecordTellsAnEditBesideItWithoutARead) { EXPECT_EQ(reads_after_a_hidden_edit(true), 0u); }

TEST(Feed, ARowInAnotherVersionThanOurWritesIsReadByIdWhateverItShows) {
  World world;
  FakeTraits traits;
  traits.feed_shows_ids = traits.feed_shows_fields = true;
  FakeSystem& north = world.add_system("north", traits);
  FakeSystem& east = world.add_system("east");
  const std::vector<std::string> ids = load_ada(world);
  world.run_for(Duration{600'000});
  const std::uint64_t before = north.reads_by_id;
  north.edit("contact", ids[0], {{"title", text("Countess")}});
  world.run_for(Duration{600'000});
  EXPECT_EQ(north.reads_by_id, before + 1);
  EXPECT_EQ(east.text("contact", ids[1], "title"), "Countess");
}

TEST(Wanted, AnIdThatSpoilsEveryReadBecomesADeadLetterAndTheOthersAreRead) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[0].types) type.schedule.poll_every = Duration{24 * 3'600'000};
  };
  world.start();
  ASSERT_TRUE(world.settle());
  north.refuse_read = [](const std::string& id) -> std::optional<connector::Failure> {
    if (id != "no such thing") return std::nullopt;
    return failure_of(connector::FailureClass::validation, "the id is malformed");
  };
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  world.push("north", "contact", "no such thing");
  world.push("north", "contact", ada);
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(world.golden("contact").size(), 1u);
  ASSERT_EQ(world.dead_letters().size(), 1u);
  EXPECT_EQ(world.dead_letters()[0].operation, "read");
  EXPECT_EQ(world.dead_letters()[0].error, "the id is malformed");
  EXPECT_TRUE(world.dead_letters()[0].fingerprint.starts_with("validation/"));
  EXPECT_NE(world.dead_letters()[0].context.find("\"kind\": \"upsert\""), std::string::npos);
  world.push("north", "contact", "no such thing");
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(world.dead_letters().size(), 1u) << "one letter a record";
  north.refuse_read = nullptr;
  ASSERT_TRUE(world.replay({world.dead_letters().at(0)}));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST(Wanted, ALetterOfARecordThatCouldBeReadLaterClosesByItself) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[0].types) type.schedule.poll_every = Duration{24 * 3'600'000};
  };
  world.start();
  ASSERT_TRUE(world.settle());
  north.refuse_read = [](const std::string&) { return std::optional(failure_of(connector::FailureClass::unclassified, "a trigger failed")); };
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  world.push("north", "contact", ada);
  world.run_for(Duration{3'600'000});
  ASSERT_EQ(world.dead_letters().size(), 1u);
  north.refuse_read = nullptr;
  world.push("north", "contact", ada);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.dead_letters().empty());
  EXPECT_EQ(world.dead_letters(DeadLetterState::superseded).size(), 1u);
}

TEST(Wanted, AnEventOfAnObjectThatNoMappingTakesAnyMoreIsADeadLetterAndHoldsNothingUp) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.start();
  ASSERT_TRUE(world.settle());
  world.push("north", "gadget", "g1");
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  world.push("north", "contact", ada);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.golden("contact").size(), 1u);
  ASSERT_EQ(world.dead_letters().size(), 1u);
  EXPECT_EQ(world.dead_letters()[0].failure_class, "config");
  EXPECT_NE(world.dead_letters()[0].error.find("'gadget'"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::support
