// Two who are known to be two, and share a key from some day on (rule 11): a person is asked, and nothing is created for either meanwhile.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class SharedKey : public testing::Test {
 protected:
  SharedKey() : north(world.add_system("north")), east(world.add_system("east")) {
    bob = north.add("contact", contact("Bob", "bob@example.com"));
    ids = load_ada(world);
  }
  void share() {
    north.edit("contact", ids[0], {{"email", text("bob@example.com")}});
    world.push("north", "contact", ids[0]);
    ASSERT_TRUE(world.settle());
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string bob;
  std::vector<std::string> ids;
};

TEST_F(SharedKey, AnEmailEditedToSomebodyElsesIsAQuestionOnceAndFlows) {
  share();
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const ReviewItem item = world.open_reviews().at(0);
  EXPECT_EQ(item.kind, ReviewKind::possible_duplicate);
  EXPECT_NE(item.summary.find("bob@example.com"), std::string::npos) << item.summary;
  EXPECT_EQ(east.text("contact", ids[1], "email"), "bob@example.com") << "the rest flows";
  north.edit("contact", ids[0], {{"phone", text("+4930123456")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.golden("contact").size(), 2u);
}

TEST_F(SharedKey, IsNoQuestionAnyMoreOnceItIsEditedAway) {
  share();
  ASSERT_EQ(world.open_reviews().size(), 1u);
  north.edit("contact", ids[0], {{"email", text("ada@example.com")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(SharedKey, IsNoQuestionAnyMoreOnceOneOfThemIsDeleted) {
  share();
  ASSERT_EQ(world.open_reviews().size(), 1u);
  north.remove("contact", bob);
  world.push("north", "contact", bob);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_EQ(east.live("contact").size(), 1u);
}

TEST_F(SharedKey, IsSettledByAMergeInOneSystem) {
  share();
  ASSERT_EQ(world.open_reviews().size(), 1u);
  north.merge("contact", ids[0], bob);
  world.push("north", "contact", bob);
  ASSERT_TRUE(world.settle());
  for (const ReviewItem& item : world.open_reviews()) EXPECT_EQ(item.kind, ReviewKind::second_record) << item.summary;
}

TEST_F(SharedKey, IsNoQuestionAnyMoreOnceOneOfThemIsMergedIntoOneWithAnotherKey) {
  const std::string cleo = north.add("contact", contact("Cleo", "cleo@example.com"));
  ASSERT_TRUE(world.settle());
  north.edit("contact", cleo, {{"email", text("bob@example.com")}});
  world.push("north", "contact", cleo);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  world.run_for(Duration{60'000});
  north.edit("contact", ids[0], {{"email", text("ada@example.org")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  north.merge("contact", cleo, ids[0]);
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  for (const ReviewItem& item : world.open_reviews()) EXPECT_EQ(item.kind, ReviewKind::second_record) << item.summary;
}

TEST_F(SharedKey, OfTwoWhoAreSaidToBeTwoIsNoQuestionAgain) {
  share();
  const ReviewItem item = world.open_reviews().at(0);
  EXPECT_FALSE(world.resolve(item, "1")) << "whoever is one is merged in a system";
  ASSERT_TRUE(world.resolve(item, "new"));
  for (const char* address : {"ada@example.com", "bob@example.com"}) {
    north.edit("contact", ids[0], {{"email", text(address)}});
    world.push("north", "contact", ids[0]);
    ASSERT_TRUE(world.settle());
  }
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(SharedKey, OfARoleIsNone) {
  for (const std::string& id : {bob, ids[0]}) {
    north.edit("contact", id, {{"email", text("info@example.com")}});
    world.push("north", "contact", id);
  }
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(SharedKey, OfOneWhoComesBackIsAQuestion) {
  north.remove("contact", bob);
  world.push("north", "contact", bob);
  ASSERT_TRUE(world.settle());
  share();
  ASSERT_TRUE(world.open_reviews().empty());
  north.restore("contact", bob);
  world.push("north", "contact", bob);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.open_reviews().size(), 1u);
}

TEST_F(SharedKey, HoldsBackCreatesOfBothUntilItIsDecided) {
  east.refuse = [](connector::Operation operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::create) return std::nullopt;
    return failure_of(connector::FailureClass::transient, "not now");
  };
  const std::string eve = north.add("contact", contact("Eve", "eve@example.com"));
  world.push("north", "contact", eve);
  world.run_for(Duration{2'000});
  north.edit("contact", eve, {{"email", text("bob@example.com")}});
  world.push("north", "contact", eve);
  world.run_for(Duration{2'000});
  ASSERT_EQ(world.open_reviews().size(), 1u);
  east.refuse = nullptr;
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 2u);
  ASSERT_TRUE(world.resolve(world.open_reviews().at(0), "new"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 3u);
}

}  // namespace
}  // namespace lockstep::support
