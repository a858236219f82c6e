// What was made for a record just before it is deleted elsewhere, and that nobody has told of yet.
#include <gtest/gtest.h>

#include <algorithm>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

TEST(Delete, TakesNothingWithItThatNobodyHasToldOfYet) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{system.name == "east" ? 5 * 60'000 : 5'000};
  };
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.bind("east", "case", "contact", "{field: contact, when: contact is not null}");
  const auto ids = load_ada(world);
  world.crash();
  // While the hub is away: east would delete the case with its contact.
  east.add("case", {{"subject", text("Leak")}, {"contact", reference("contact", ids[1])}});
  north.remove("contact", ids[0]);
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1u) << "its case was read before the delete went out";
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::refused_delete);
}

/// East is looked at each four minutes, and nothing is deleted there that was not read within two seconds.
TEST(Delete, WaitsForOneLookAtTheFeedsHoweverOftenTheRecordIsReadBeforeAWrite) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{system.name == "east" ? 240'000 : 5'000};
    for (TypePolicy& policy : hub.policies)
      for (LinkPolicy& link : policy.links) link.read_before_write_ms = 2'000;
  };
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  const std::uint64_t read = east.reads_by_id;
  north.remove("contact", ids[0]);
  world.run_for(Duration{8 * 60'000});
  EXPECT_TRUE(east.live("contact").empty());
  EXPECT_LE(east.reads_by_id - read, 2u) << "it is read when the delete is about to go out";
}

TEST(Delete, GoesOutAlsoWhereReadingAFeedTakesLongerThanTheTimeBetweenTwoReads) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{5'000};
  };
  FakeSystem& north = world.add_system("north");
  FakeTraits slow;
  slow.latency = Duration{25'000};
  FakeSystem& east = world.add_system("east", slow);
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(east.live("contact").empty());
}

TEST(Delete, GoesOutAlsoWhereOnlyListingsTellBecauseTheyComeMoreOftenThanPolls) {
  World world;
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[1].types) {
      type.schedule.poll_every = Duration{30 * 60'000};
      type.schedule.full_refresh_every = Duration{20 * 60'000};
    }
  };
  FakeSystem& north = world.add_system("north");
  FakeTraits traits;
  traits.feed_starts_with_listing = true;
  FakeSystem& east = world.add_system("east", traits);
  const auto ids = load_ada(world);
  world.run_for(Duration{3 * 3'600'000});
  north.remove("contact", ids[0]);
  world.run_for(Duration{3'600'000});
  EXPECT_TRUE(east.live("contact").empty());
}

TEST(Delete, GoesOutAlsoWhileFeedsAreReadSeldomToSpareAQuota) {
  for (int after = 0; after < 40; after += 8) {  // the turns of contacts and cases then do not fall together in some of these
    World world;
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types) type.schedule.poll_every = Duration{hub.model.at(type.type).name == "case" ? 40'000 : 1'000};
    };
    FakeSystem& north = world.add_system("north");
    FakeSystem& east = world.add_system("east");
    north.add("account", account("Firm", "firm.example"));
    world.start();
    ASSERT_TRUE(world.settle());
    world.run_for(Duration{after * 1'000});
    east.sparing = Duration{50'000};  // 150 seconds from poll to poll
    world.run_for(Duration{200'000});
    north.remove("account", id_of(north, "account", "name", "Firm"));
    world.run_for(Duration{20 * 60'000});
    EXPECT_TRUE(east.live("account").empty()) << after;
  }
}

/// East is looked at each minute, and needs a case's contact.
class MadeJustBefore : public testing::Test {
 protected:
  MadeJustBefore() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types) type.schedule.poll_every = Duration{system.name == "east" ? 60'000 : 5'000};
    };
    world.bind("east", "case", "contact", "{field: contact, when: contact is not null}");
    ids = load_ada(world);
  }
  /// Somebody makes a case for Ada in east that nothing tells of for most of a minute; then she is deleted in north.
  void make_a_case_and_delete_its_contact() {
    const std::size_t reads = east.feed_reads.size();
    while (east.feed_reads.size() == reads) world.run_for(Duration{1'000});
    world.run_for(Duration{20'000});
    east.add("case", {{"subject", text("Leak")}, {"contact", reference("contact", ids[1])}});
    north.remove("contact", ids[0]);
    EXPECT_TRUE(world.settle());
  }
  void expect_nothing_taken() {
    EXPECT_EQ(east.live("contact").size(), 1u) << "its case was read before the delete went out";
    EXPECT_EQ(east.live("case").size(), 1u);
    const auto open = world.open_reviews();
    EXPECT_TRUE(std::ranges::any_of(open, [](const ReviewItem& item) { return item.kind == ReviewKind::refused_delete; }));
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_F(MadeJustBefore, ACaseIsNotTakenByADelete) {
  make_a_case_and_delete_its_contact();
  expect_nothing_taken();
}

TEST_F(MadeJustBefore, ACaseIsNotTakenByADeleteThatFollowsALongOwedUpdate) {
  east.refuse = [](connector::Operation operation, const std::string& object, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::update || object != "contact") return std::nullopt;
    return failure_of(connector::FailureClass::validation, "contacts are closed for the night");
  };
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(Duration{3'600'000});
  ASSERT_EQ(world.dead_letters().size(), 1u);
  make_a_case_and_delete_its_contact();
  expect_nothing_taken();
}

}  // namespace
}  // namespace lockstep::support
