// Policy archive: a record leaves use in its place, and is there when somebody wants it back.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

FakeTraits archiving() {
  FakeTraits traits;
  traits.archives_in_place = true;
  return traits;
}

void archive_all(Hub& hub) {
  for (TypePolicy& policy : hub.policies)
    for (LinkPolicy& link : policy.links) link.incoming_deletes = DeletePolicy::archive;
}

TEST(Archive, TakesOutOfUseWhatIsDeletedElsewhereAndBackWhenItReturns) {
  World world;
  world.configure = archive_all;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east", archiving());
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.live("contact").size(), 1u) << "nothing is destroyed";
  EXPECT_TRUE(east.at("contact", ids[1]).archived);
  EXPECT_EQ(world.golden("contact").at(0).presence, EntityPresence::deleted);
  world.run_for(Duration{30 * 60'000});
  EXPECT_EQ(world.golden("contact").at(0).presence, EntityPresence::deleted) << "that it still stands there is no news";
  north.restore("contact", ids[0]);
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_FALSE(east.at("contact", ids[1]).archived);
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(east.live("contact").size(), 1u) << "the same record, not one beside it";
}

TEST(Archive, IsUndoneByWhoeverTakesTheRecordIntoUseAgain) {
  World world;
  world.configure = archive_all;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east", archiving());
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  east.use_again("contact", ids[1]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.live("contact").size(), 1u);
  EXPECT_FALSE(east.at("contact", ids[1]).archived);
}

TEST(Archive, IsRepeatedWithoutHarmWhenItsAnswerWasLost) {
  for (const Fate fate : {Fate::answer_lost, Fate::never_arrives}) {
    World world;
    world.configure = archive_all;
    FakeSystem& north = world.add_system("north");
    FakeSystem& east = world.add_system("east", archiving());
    const auto ids = load_ada(world);
    east.fates = {fate};
    north.remove("contact", ids[0]);
    world.run_for(Duration{30 * 60'000});
    EXPECT_TRUE(east.at("contact", ids[1]).archived);
    EXPECT_EQ(world.golden("contact").at(0).presence, EntityPresence::deleted);
    north.restore("contact", ids[0]);
    ASSERT_TRUE(world.settle());
    EXPECT_FALSE(east.at("contact", ids[1]).archived);
  }
}

TEST(Archive, IsTheDeleteItselfWhereThatCanBeUndone) {
  World world;
  world.configure = archive_all;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  ASSERT_FALSE(east.writes.empty());
  EXPECT_EQ(east.writes.back().operation, connector::Operation::remove);
}

}  // namespace
}  // namespace lockstep::support
