// Who is who: a record joins at most one entity, and never by a guess.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

TEST(Matching, ATwinInOneSystemIsOneReviewItemAndNothingIsMadeForIt) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.full_refresh_every = Duration{30 * 60'000};
  };
  north.add("contact", contact("Ada", "ada@example.com"));
  north.add("contact", contact("Ada again", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  world.run_for(Duration{3'600'000});
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::possible_duplicate);
  EXPECT_LE(east.live("contact").size(), 1u);
  EXPECT_EQ(north.live("contact").size(), 2u);
}

TEST(Matching, APersonCanSayThatItIsSomebodyElse) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  north.add("contact", contact("Ada", "info@example.com"));
  east.add("contact", contact("Bob", "info@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.golden("contact").size(), 1u);
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "new"));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_EQ(world.golden("contact").size(), 2u);
  EXPECT_EQ(north.live("contact").size(), 2u);
  EXPECT_EQ(east.live("contact").size(), 2u);
}

TEST(Matching, APersonCanSayThatTheTwoAreOne) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  north.add("contact", contact("Ada", "info@example.com"));
  east.add("contact", contact("Ada", "info@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "1"));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_EQ(world.golden("contact").size(), 1u);
  EXPECT_EQ(north.live("contact").size(), 1u);
  EXPECT_EQ(east.live("contact").size(), 1u);
}

TEST(Matching, SomebodyNewWhoMayBeARecordThatWaitsIsNotMadeBesideIt) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.start();
  ASSERT_TRUE(world.settle());
  north.add("contact", contact("Ada", "info@example.com"));
  ASSERT_TRUE(world.settle());
  const std::string cleo = east.add("contact", contact("Cleo", "info@example.com"));
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  // The same Cleo, who is not Ada: but she may be the one who waits.
  north.add("contact", contact("Cleo", "info@example.com"));
  ASSERT_TRUE(world.settle());
  for (const ReviewItem& item : world.open_reviews())
    if (item.remote.id != cleo) {
      ASSERT_TRUE(world.resolve(item, "new"));
    }
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 2u) << "made once more beside herself";
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const ReviewItem asked = world.open_reviews()[0];
  ASSERT_EQ(asked.candidates.size(), 2u);
  std::size_t choice = 0;
  for (const Golden& one : world.golden("contact"))
    if (one.fields[world.field("contact", "name").value()].value == text("Cleo")) choice = asked.candidates[0].entity == one.id ? 1 : 2;
  ASSERT_TRUE(world.resolve(asked, std::to_string(choice)));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 2u);
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_EQ(world.golden("contact").size(), 2u);
}

TEST(Matching, AQuestionNamesWhomTheRecordMayBeByNow) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  const std::string bea = north.add("contact", contact("Bea", "bea@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string twin = east.add("contact", contact("Somebody", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  north.edit("contact", ada, {{"email", text("ada.b@example.com")}});
  north.edit("contact", bea, {{"email", text("ada@example.com")}});
  world.push("north", "contact", bea);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  ASSERT_EQ(world.open_reviews()[0].candidates.size(), 1u);
  for (const Golden& one : world.golden("contact"))
    if (one.id == world.open_reviews()[0].candidates[0].entity) {
      EXPECT_EQ(one.fields[world.field("contact", "name").value()].value, text("Bea"));
    }
}

TEST(Matching, WhomAQuestionNamesNoMoreIsMadeThere) {
  World world;
  world.add_system("north").add("contact", contact("Ada", "info@example.com"));
  world.add_system("east").add("contact", contact("Bob", "info@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const ReviewItem asked = world.open_reviews()[0];
  const bool east_waits = asked.connection == world.system_of("east").id;
  FakeSystem& waiting = *world.systems[east_waits ? 1 : 0];
  FakeSystem& other = *world.systems[east_waits ? 0 : 1];
  ASSERT_EQ(waiting.live("contact").size(), 1u);
  const std::string known = other.live("contact")[0]->id;
  const std::string name = other.text("contact", known, "name");
  const std::string bea = other.add("contact", contact("Bea", "bea@example.com"));
  ASSERT_TRUE(world.settle());
  other.edit("contact", bea, {{"email", text("info@example.com")}});
  other.edit("contact", known, {{"email", text("alone@example.com")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u) << "it may be Bea now";
  EXPECT_NE(id_of(waiting, "contact", "name", name), "");
}

TEST(Matching, AQuestionEndsWithItsRecordWhereNobodyTellsOfTheDelete) {
  World world;
  FakeTraits traits;
  traits.feed_lists_deletes = false;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.full_refresh_every = Duration{30 * 60'000};
  };
  world.add_system("north", traits).add("contact", contact("Ada", "info@example.com"));
  world.add_system("east", traits).add("contact", contact("Bob", "info@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const ReviewItem asked = world.open_reviews()[0];
  FakeSystem& waiting = *world.systems[asked.connection == world.system_of("east").id ? 1 : 0];
  waiting.remove("contact", asked.remote.id);
  world.run_for(Duration{2 * 3'600'000});  // past the next complete listing
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_EQ(waiting.live("contact").size(), 1u) << "who was known may be made there now";
}

TEST(Matching, OurIdLeadsBackAfterTheHubLostItsMemory) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  for (int i = 0; i < 10; ++i) north.add("contact", contact("Person " + std::to_string(i), ""));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.live("contact").size(), 10u);
  world.crash();
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((world.path + suffix).c_str());
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.golden("contact").size(), 10u);
  EXPECT_EQ(north.live("contact").size(), 10u);
  EXPECT_EQ(east.live("contact").size(), 10u);
}

TEST(Matching, AnIdThatIsLinkedAgainIsNoAlias) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string id = north.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.live("contact").size(), 1u);
  // As after merges there and back again: the id was another record's old name before it became this link's.
  const ConnectionId connection = world.hub->find_system("north")->id;
  ASSERT_TRUE(world.transact([&](Transaction& transaction) {
    return transaction.put_remote_alias(connection, RemoteId{"contact", id}, RemoteId{"contact", "merged-before"});
  }));
  north.remove("contact", id);
  const std::uint64_t reads = north.reads_by_id;
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(east.live("contact").empty()) << "the delete was taken for news of an alias";
  EXPECT_LE(north.reads_by_id - reads, 2u);
}

TEST(Matching, AMergeInOneSystemIsFollowed) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  north.add("contact", contact("Ada", "ada@example.com"));
  north.add("contact", contact("Ada B.", "ada.b@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.live("contact").size(), 2u);
  north.merge("contact", id_of(north, "contact", "name", "Ada B."), id_of(north, "contact", "name", "Ada"));
  ASSERT_TRUE(world.settle());
  std::size_t present = 0;
  for (const Golden& one : world.golden("contact"))
    if (one.presence == EntityPresence::present) ++present;
  EXPECT_EQ(present, 1u);
  EXPECT_EQ(north.live("contact").size(), 1u);
  // East holds two live records of one entity now: a person decides.
  EXPECT_EQ(east.live("contact").size(), 2u);
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::second_record);
  // They are merged there, too: the item closes itself.
  const ReviewItem item = world.open_reviews()[0];
  const std::string second = item.remote.id;
  std::string first;
  for (const FakeRecord* record : east.live("contact"))
    if (record->id != second) first = record->id;
  east.merge("contact", second, first);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_EQ(east.live("contact").size(), 1u);
}

TEST(Matching, AMergeOfALinkedRecordIntoAnUnknownOneIsFollowed) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  const std::string other = north.add("contact", contact("Ada", "ada.other@example.com"));
  north.merge("contact", ids[0], other);
  ASSERT_TRUE(world.settle());
  std::size_t present = 0;
  for (const Golden& one : world.golden("contact"))
    if (one.presence == EntityPresence::present) ++present;
  EXPECT_EQ(present, 1u);
  EXPECT_EQ(north.live("contact").size(), 1u);
  world.systems[1]->edit("contact", ids[1], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", other, "city"), "Paris");
}

/// North's Ada and Bea were merged, so that they are one; east still holds both of them, and Cleo.
class SecondRecord : public testing::Test {
 protected:
  SecondRecord() : north(world.add_system("north")), east(world.add_system("east")) {
    for (const char* name : {"Ada", "Bea", "Cleo"}) north.add("contact", contact(name, to_lower_ascii(name) + "@example.com"));
    world.start();
    EXPECT_TRUE(world.settle());
    for (const char* name : {"Ada", "Bea", "Cleo"}) ids.push_back(id_of(east, "contact", "name", name));
    north.merge("contact", id_of(north, "contact", "name", "Bea"), id_of(north, "contact", "name", "Ada"));
    EXPECT_TRUE(world.settle());
    const auto open = world.open_reviews();
    second = open.size() == 1 && open[0].kind == ReviewKind::second_record ? open[0].remote.id : "";
    first = second == ids[0] ? ids[1] : ids[0];
  }
  /// The entity that the live record of east is linked to.
  EntityId entity_of(const std::string& id) {
    EntityId entity;
    EXPECT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
      TRY(const auto link, transaction.find_link(world.system_of("east").id, RemoteId{"contact", id}));
      EXPECT_TRUE(link) << id << " is linked to nobody";
      if (link) entity = link->entity;
      return {};
    }));
    return entity;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
  std::string first, second;
};

TEST_F(SecondRecord, MergedIntoSomebodyElsesMakesTheTwoOne) {
  ASSERT_NE(second, "");
  east.merge("contact", second, ids[2]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entity_of(first), entity_of(ids[2]));
}

TEST_F(SecondRecord, MergedIntoAnUnknownOneGoesOnAsThatOne) {
  ASSERT_NE(second, "");
  // As where a merge makes a record of both.
  const std::string fresh = east.add("contact", contact("Ada B.", "ada.b@example.com"));
  east.merge("contact", second, fresh);
  east.merge("contact", ids[2], fresh);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entity_of(first), entity_of(fresh));
  const auto open = world.open_reviews();
  ASSERT_FALSE(open.empty());
  EXPECT_TRUE(std::ranges::all_of(open, [](const ReviewItem& item) { return item.kind == ReviewKind::second_record; }));
}

TEST_F(SecondRecord, MergedIntoAnotherSecondOneLeavesTheFirstItsPlace) {
  ASSERT_NE(second, "");
  const std::string ada = id_of(north, "contact", "email", "ada@example.com");
  north.merge("contact", id_of(north, "contact", "name", "Cleo"), ada);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 2u) << "of three records in east one is the first";
  const std::string third = world.open_reviews()[0].remote.id == second ? world.open_reviews()[1].remote.id : world.open_reviews()[0].remote.id;
  first = ids[0] != second && ids[0] != third ? ids[0] : ids[1] != second && ids[1] != third ? ids[1] : ids[2];
  east.merge("contact", second, third);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.open_reviews().size(), 1u) << "there are still two of them";
  EXPECT_EQ(entity_of(first), entity_of(third));
  east.edit("contact", first, {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ada, "city"), "Paris");
}

/// North shows a merge in the winner alone; nothing but its feed tells of it for hours.
class MergeThatVanishes : public testing::Test {
 protected:
  MergeThatVanishes() : north(world.add_system("north", vanishing())), east(world.add_system("east")) {
    north.add("contact", contact("Ada", "ada@example.com"));
    north.add("contact", contact("Bea", "bea@example.com"));
    world.start();
    EXPECT_TRUE(world.settle());
    ada = id_of(north, "contact", "name", "Ada");
    bea = id_of(north, "contact", "name", "Bea");
  }
  static FakeTraits vanishing() {
    FakeTraits traits;
    traits.merges_vanish = true;
    return traits;
  }
  std::size_t present() {
    const auto all = world.golden("contact");
    return static_cast<std::size_t>(std::ranges::count(all, EntityPresence::present, &Golden::presence));
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string ada, bea;
};

TEST_F(MergeThatVanishes, IsFollowedOnceTheWinnerIsSeen) {
  north.merge("contact", bea, ada);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(present(), 1u);
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::second_record) << "east holds both";
}

TEST_F(MergeThatVanishes, IntoARecordMadeForItIsOneRecordOfBoth) {
  const std::string both = north.add("contact", contact("Ada", "ada@example.com"));
  north.merge("contact", ada, both);
  north.merge("contact", bea, both);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(present(), 1u);
  for (const ReviewItem& item : world.open_reviews()) EXPECT_EQ(item.kind, ReviewKind::second_record) << item.summary;
  const std::string there = id_of(east, "contact", "name", "Ada");
  east.edit("contact", there, {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", both, "city"), "Paris");
}

TEST(Matching, ARecordThatWaitsForAPersonIsMatchedAnewWhenWhomItMayBeIsMerged) {
  World world;
  FakeSystem& north = world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  const std::string twin = north.add("contact", contact("Ada again", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const std::string bea = north.add("contact", contact("Bea", "bea@example.com"));
  ASSERT_TRUE(world.settle());
  north.merge("contact", ids[0], bea);
  ASSERT_TRUE(world.settle());
  for (const ReviewItem& item : world.open_reviews()) EXPECT_NE(item.kind, ReviewKind::possible_duplicate) << item.summary;
  EXPECT_FALSE(north.at("contact", twin).key.empty()) << "nobody has the twin's address any more: it is somebody of its own";
}

}  // namespace
}  // namespace lockstep::support
