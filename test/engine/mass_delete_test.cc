// Very many deletes at once wait for a person (rule 8).
#include <gtest/gtest.h>

#include "hub/decisions.h"
#include "test/engine/deletes.h"

namespace lockstep::support {
namespace {

class ManyRecords : public testing::Test {
 protected:
  void load(FakeTraits traits) {
    world.configure = [](Hub& hub) {
      refresh_often(hub);
      hub.delete_guard.count = 10;
    };
    north = &world.add_system("north", traits);
    east = &world.add_system("east");
    for (int i = 0; i < 80; ++i) ids.push_back(north->add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com")));
    world.start();
    ASSERT_TRUE(world.settle());
    ASSERT_EQ(east->live("contact").size(), 80u);
  }
  World world;
  FakeSystem *north = nullptr, *east = nullptr;
  std::vector<std::string> ids;
};

TEST_F(ManyRecords, AnEmptyAnswerDeletesNothing) {
  load(unlisted());
  north->shows_nothing = true;
  world.run_for(Duration{50 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 80u);
  EXPECT_EQ(north->live("contact").size(), 80u);
}

TEST_F(ManyRecords, AListingThatBreaksOffDeletesNothing) {
  load(unlisted());
  for (int i = 70; i < 80; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  north->listing_breaks = true;
  world.run_for(Duration{80 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 80u);
  north->listing_breaks = false;
  world.run_for(Duration{80 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 70u);
}

TEST_F(ManyRecords, AMassDeleteIsWithheldWhileEverythingElseFlowsAndGoesOnWhenApproved) {
  load(unlisted());
  for (int i = 0; i < 40; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  north->edit("contact", ids[79], {{"city", text("Paris")}});
  world.run_for(Duration{50 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 80u);
  EXPECT_EQ(east->find("contact", "email", "p79@example.com")->fields.at("city"), text("Paris"));
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::mass_delete);
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "approve"));
  world.run_for(Duration{120'000});
  EXPECT_EQ(east->live("contact").size(), 40u) << "not only after the next listing";
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(ManyRecords, AMassDeleteToldByTheFeedIsWithheldToo) {
  load(FakeTraits{});
  for (int i = 0; i < 40; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  world.run_for(Duration{20 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 80u);
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::mass_delete);
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "approve"));
  world.run_for(Duration{40 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 40u);
}

TEST_F(ManyRecords, AMassDeleteThatIsUndoneInItsSystemHoldsUpNothing) {
  load(FakeTraits{});
  for (int i = 0; i < 40; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  world.run_for(Duration{5 * 60'000});
  ASSERT_EQ(world.open_reviews().size(), 1u);
  for (int i = 0; i < 40; ++i) north->restore("contact", ids[static_cast<std::size_t>(i)]);
  world.run_for(Duration{3 * 60'000});
  east->edit("contact", id_of(*east, "contact", "email", "p5@example.com"), {{"city", text("London")}});
  world.run_for(Duration{3 * 60'000});
  EXPECT_EQ(north->text("contact", ids[5], "city"), "London");
  world.run_for(Duration{30 * 60'000});
  EXPECT_TRUE(world.open_reviews().empty()) << "a listing shows that there is nothing to decide";
  north->remove("contact", ids[7]);
  world.run_for(Duration{5 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 79u) << "one is not very many";
}

TEST_F(ManyRecords, AnApprovalIsNotKeptForAnotherMassDelete) {
  load(unlisted());
  for (int i = 0; i < 40; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  world.run_for(Duration{20 * 60'000});
  const ReviewItem asked = world.open_reviews().at(0);
  for (int i = 0; i < 40; ++i) north->restore("contact", ids[static_cast<std::size_t>(i)]);
  ASSERT_TRUE(world.resolve(asked, "approve")) << "by somebody who does not know that they are back";
  world.run_for(Duration{60 * 60'000});
  ASSERT_EQ(east->live("contact").size(), 80u);
  for (int i = 40; i < 80; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  world.run_for(Duration{60 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 80u);
  EXPECT_EQ(world.open_reviews().size(), 1u);
}

TEST(Delete, AMassDeleteToldByEventsAloneGoesOnWhenApproved) {
  World world;
  world.configure = [](Hub& hub) { hub.delete_guard.count = 10; };
  FakeSystem& north = world.add_system("north", unlisted());
  FakeSystem& east = world.add_system("east");
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com")));
  world.start();
  ASSERT_TRUE(world.settle());
  const auto remove = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      north.remove("contact", ids[i]);
      world.receive("north", "contact", ids[i]);
    }
    world.run_for(Duration{10 * 60'000});
  };
  remove(0, 12);
  remove(12, 20);
  ASSERT_EQ(east.live("contact").size(), 40u);
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_TRUE(world.open_reviews()[0].summary.starts_with("20 of 40")) << world.open_reviews()[0].summary;
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "approve"));
  world.run_for(Duration{30 * 60'000});
  EXPECT_EQ(east.live("contact").size(), 20u) << "long before the next full refresh";
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST(Delete, AnApprovalIsOfItsTypeAlsoWhenTheModelChanges) {
  World world;
  const ConnectionId north = (world.add_system("north"), world.start(), world.system_of("north").id);
  Model later = world.model;
  later.types.erase(later.types.begin());
  ASSERT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
    WithheldDeletes approved;
    approved.count = 400;
    approved.approved = true;
    TRY_VOID(put_withheld_deletes(transaction, world.model, north, world.type("contact"), approved));
    TRY(const auto contacts, find_withheld_deletes(transaction, later, north, *later.find("contact")));
    EXPECT_TRUE(contacts && contacts->approved);
    TRY(const auto cases, find_withheld_deletes(transaction, later, north, *later.find("case")));
    EXPECT_FALSE(cases);
    return {};
  }));
}

TEST_F(ManyRecords, AFewDeletesNeedNoApproval) {
  load(unlisted());
  for (int i = 0; i < 8; ++i) north->remove("contact", ids[static_cast<std::size_t>(i)]);
  world.run_for(Duration{40 * 60'000});
  EXPECT_EQ(east->live("contact").size(), 72u);
  EXPECT_TRUE(world.open_reviews().empty());
}

}  // namespace
}  // namespace lockstep::support
