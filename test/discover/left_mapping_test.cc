// A record that its mapping does not mean any more: it is left alone, and nobody goes on asking for it.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class LeftMapping : public testing::Test {
 protected:
  static FakeTraits read_back() {
    FakeTraits traits;
    traits.shadow = connector::ShadowSource::read_back;
    return traits;
  }
  LeftMapping() : north(world.add_system("north", read_back())), east(world.add_system("east")) {
    world.narrow("north", "contact", "not (city == \"Elsewhere\")");
    ids = load_ada(world);
  }
  std::uint64_t reads() const { return north.reads_by_id; }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_F(LeftMapping, IsLeftAloneAndNotAskedForAgainAndAgain) {
  north.edit("contact", ids[0], {{"city", text("Elsewhere")}, {"title", text("Dr")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle()) << "a read of it is owed for ever";
  const std::uint64_t before = reads();
  world.run_for(Duration{60 * 60'000});
  EXPECT_EQ(reads(), before);
  EXPECT_FALSE(east.at("contact", ids[1]).deleted);
  EXPECT_NE(east.text("contact", ids[1], "title"), "Dr") << "nobody mapped it";
}

TEST_F(LeftMapping, IsNotTakenForDeletedByAListingThatDoesNotMeanIt) {
  north.edit("contact", ids[0], {{"city", text("Elsewhere")}});
  world.crash();
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[0].types) type.schedule.full_refresh_every = Duration{60 * 60'000};
  };
  world.start();
  world.run_for(Duration{3 * 60 * 60'000});
  ASSERT_TRUE(world.settle());
  EXPECT_FALSE(east.at("contact", ids[1]).deleted);
  const std::uint64_t before = reads();
  world.run_for(Duration{50 * 60'000});
  EXPECT_EQ(reads(), before);
}

TEST_F(LeftMapping, IsReadBackOnceAfterAWrite) {
  north.edit("contact", ids[0], {{"city", text("Elsewhere")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  east.edit("contact", ids[1], {{"title", text("Dr")}});
  world.push("east", "contact", ids[1]);
  const std::uint64_t before = reads();
  ASSERT_TRUE(world.settle()) << "a read of it is owed for ever";
  EXPECT_EQ(north.text("contact", ids[0], "title"), "Dr");
  EXPECT_LE(reads(), before + 2);
}

TEST_F(LeftMapping, IsMergedAsEverOnceItIsMeantAgain) {
  north.edit("contact", ids[0], {{"city", text("Elsewhere")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  north.edit("contact", ids[0], {{"city", text("Rome")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Rome");
  EXPECT_EQ(world.golden("contact").size(), 1u);
}

TEST_F(LeftMapping, OfAnObjectThatNothingMapsAnyMoreHoldsUpNobody) {
  // More than are read in one go, each waiting for a read since the mapping changed.
  ASSERT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
    for (int i = 0; i < 1'200; ++i) {
      Link link;
      link.entity = EntityId{make_ulid(world.hub->now(), 1, static_cast<std::uint64_t>(i))};
      link.connection = world.system_of("north").id;
      link.type = world.type("contact");
      link.remote = RemoteId{"formerly_contact", std::to_string(i)};
      link.presence = LinkPresence::present;
      link.needs_read = true;
      TRY_VOID(transaction.put(link));
    }
    return {};
  }));
  const std::string bob = east.add("contact", contact("Bob", "bob@example.com"));
  world.run_for(Duration{10 * 60'000});
  east.edit("contact", bob, {{"title", text("Dr")}});  // north has no lock: the record is read there before it is written
  world.run_for(Duration{10 * 60'000});
  EXPECT_EQ(north.find("contact", "email", "bob@example.com")->fields.at("title"), text("Dr"));
}

TEST_F(LeftMapping, OneThatWasNeverMeantIsNobody) {
  const std::string eve = north.add("contact", [] {
    FieldValues fields = contact("Eve", "eve@example.com");
    fields["city"] = text("Elsewhere");
    return fields;
  }());
  world.push("north", "contact", eve);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.golden("contact").size(), 1u);
  EXPECT_EQ(east.live("contact").size(), 1u);
}

}  // namespace
}  // namespace lockstep::support
