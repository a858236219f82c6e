// When the position of a change feed dies: a lesser feed reads on, a listing finds the rest, the best feed begins anew, the gap is told.
#include <gtest/gtest.h>

#include "hub/feed_gaps.h"
#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

constexpr Duration kHour{3'600'000};

class Ladder : public testing::TestWithParam<bool> {
 protected:
  Ladder() : north(world.add_system("north", traits())), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (SystemType& type : hub.systems[0].types) type.schedule.full_refresh_every = 3 * kHour;
    };
    ids = load_ada(world);
  }
  static FakeTraits traits() {
    FakeTraits traits;
    traits.lower_feed = GetParam();
    return traits;
  }
  std::vector<OpenFeedGap> gaps() {
    std::vector<OpenFeedGap> all;
    EXPECT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
      TRY(all, list_feed_gaps(*world.hub, transaction));
      return {};
    }));
    return all;
  }
  std::vector<RunRecord> gap_rows() {
    std::vector<RunRecord> rows;
    EXPECT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
      TRY(rows, transaction.list_runs(10'000));
      return {};
    }));
    std::erase_if(rows, [](const RunRecord& row) { return row.kind != "gap"; });
    return rows;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_P(Ladder, WhatChangedInTheGapArrivesAndNothingElseIsWritten) {
  const std::string bob = north.add("contact", contact("Bob", "bob@example.com"));
  const std::string eve = north.add("contact", contact("Eve", "eve@example.com"));
  ASSERT_TRUE(world.settle());
  const std::string eve_there = id_of(east, "contact", "email", "eve@example.com");
  world.crash();
  north.edit("contact", ids[0], {{"city", text("London")}});
  north.remove("contact", eve);
  north.expire_cursors();
  const std::size_t writes = world.writes(), scans = north.scans;
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "London");
  EXPECT_TRUE(east.at("contact", eve_there).deleted) << "no feed told it: the listing did";
  EXPECT_EQ(world.writes(), writes + 2) << "the edit and the delete";
  EXPECT_GT(north.scans, scans);
  EXPECT_EQ(north.lower_reads > 0, GetParam());
  EXPECT_TRUE(gaps().empty()) << "closed";
  ASSERT_FALSE(gap_rows().empty());
  for (const RunRecord& row : gap_rows()) {
    EXPECT_EQ(row.connection, "north");
    EXPECT_TRUE(row.outcome.starts_with("ok: ")) << row.outcome;
    EXPECT_NE(row.outcome.find("too old"), std::string::npos) << row.outcome;
    EXPECT_LE(row.started, row.ended);
  }
}

TEST_P(Ladder, TheBestFeedGoesOnAfterIt) {
  north.expire_cursors();
  ASSERT_TRUE(world.settle());
  const std::uint64_t lower = north.lower_reads, scans = north.scans, feed = north.feed_reads.size();
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(kHour);
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(north.lower_reads, lower);
  EXPECT_EQ(north.scans, scans) << "no listing is needed for it";
  EXPECT_GT(north.feed_reads.size(), feed);
}

TEST_P(Ladder, AFeedThatCannotBeStartedIsDoneWithoutAndTriedAtEachRefresh) {
  north.feed_is_off = true;
  north.expire_cursors();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(gaps().size(), 3u) << "accounts, contacts, cases";
  EXPECT_TRUE(gaps()[0].gap.listed);
  EXPECT_EQ(gaps()[0].gap.why, "changes are not tracked");
  const std::uint64_t scans = north.scans;
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(kHour);
  EXPECT_EQ(north.scans, scans) << "polls ask for no listing over and over";
  EXPECT_EQ(east.text("contact", ids[1], "city"), GetParam() ? "Paris" : "") << "only the lesser feed can tell";
  north.feed_is_off = false;
  world.run_for(4 * kHour);
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_TRUE(gaps().empty()) << "climbed up at the full refresh";
  const std::uint64_t lower = north.lower_reads;
  north.edit("contact", ids[0], {{"city", text("Rome")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Rome");
  EXPECT_EQ(north.lower_reads, lower);
}

TEST_P(Ladder, AGapThatIsFoundWhileTheSystemGoesDownStaysOpenUntilItIsListed) {
  world.crash();
  north.edit("contact", ids[0], {{"city", text("London")}});
  north.expire_cursors();
  north.when_expired = [this] { north.down = failure_of(connector::FailureClass::transient, "down"); };
  world.start();
  world.run_for(kHour);
  EXPECT_FALSE(gaps().empty());
  EXPECT_FALSE(gap_rows().empty());
  EXPECT_TRUE(gap_rows()[0].outcome.starts_with("open: ")) << gap_rows()[0].outcome;
  world.crash();
  world.start();
  world.run_for(kHour);
  EXPECT_FALSE(gaps().empty());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "");
  north.when_expired = [] {};
  north.down.reset();
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(gaps().empty());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "London");
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutALesserFeed, Ladder, testing::Bool());

TEST(Listing, APositionThatDiedWithinAListingBeginsItAnew) {
  World world;
  FakeTraits small;
  small.page = 3;
  FakeSystem& north = world.add_system("north", small);
  FakeSystem& east = world.add_system("east");
  for (int i = 0; i < 10; ++i) north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  north.listing_expired = true;
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_FALSE(north.listing_expired) << "it happened";
  EXPECT_EQ(east.live("contact").size(), 10u);
}

}  // namespace
}  // namespace lockstep::support
