// Very many records that may all be one and the same: a mailbox of a role, in a system where each of its users has a record.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class ManyQuestions : public testing::Test {
 protected:
  static constexpr int kMany = 120;
  ManyQuestions() : north(world.add_system("north")), east(world.add_system("east")) {}
  void load() {
    here = north.add("contact", contact("Front desk", "info@example.com"));
    world.start();
    ASSERT_TRUE(world.settle());
    there = id_of(east, "contact", "email", "info@example.com");
  }
  void add_many() {
    for (int i = 0; i < kMany; ++i) east.add("contact", contact("Somebody " + std::to_string(i), "info@example.com"));
    ASSERT_TRUE(world.settle());
    ASSERT_EQ(questions(), std::size_t{kMany});
  }
  std::size_t questions() {
    std::size_t count = 0;
    EXPECT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
      ReviewFilter open;
      open.state = ReviewState::open;
      open.kind = ReviewKind::possible_duplicate;
      open.limit = 10 * kMany;
      TRY(const auto items, transaction.list_reviews(open));
      count = items.size();
      return {};
    }));
    return count;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string here, there;
};

TEST_F(ManyQuestions, HideNoConflictThatWasThereBefore) {
  world.configure = [](Hub& hub) { World::set_strategy(hub, "contact", "title", Strategy::manual_review); };
  load();
  north.edit("contact", here, {{"title", text("Reception")}});
  east.edit("contact", there, {{"title", text("Lobby")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const ReviewItem conflict = world.open_reviews().at(0);
  add_many();
  north.edit("contact", here, {{"title", text("Front desk")}});
  ASSERT_TRUE(world.settle());
  const auto resolved = world.resolve(conflict, "1");
  ASSERT_TRUE(resolved) << resolved.error().message;
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", here, "title"), east.text("contact", there, "title"));
}

TEST_F(ManyQuestions, AreNotAskedAgainForAnEditThatMovesNoKey) {
  load();
  add_many();
  const std::uint64_t reads = east.reads_by_id;
  north.edit("contact", here, {{"city", text("Berlin")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", there, "city"), "Berlin");
  EXPECT_LE(east.reads_by_id, reads + 1) << "each of them was read again";
}

}  // namespace
}  // namespace lockstep::support
