// Rules 8 and 9 as a table: a delete in A against an edit in B, seen in either order, under every policy.
#include <gtest/gtest.h>

#include "small_world.h"

namespace lockstep::merge {
namespace {

constexpr std::size_t kA = 0, kB = 1;
enum class Order { delete_only, edit_first, delete_first };
using Owes = Plan::Kind;

struct Row {
  const char* name;
  Order order;
  DeletePolicy deletes;
  DeleteVersusEdit versus;
  EntityPresence presence;
  LinkPresence link_a;
  Owes to_a, to_b;
  std::size_t reviews;
};

constexpr auto kHere = EntityPresence::present, kDead = EntityPresence::deleted;
constexpr auto kPropagate = DeletePolicy::propagate, kIgnore = DeletePolicy::ignore, kReview = DeletePolicy::review, kArchive = DeletePolicy::archive;
constexpr auto kEdit = DeleteVersusEdit::edit_wins, kDelete = DeleteVersusEdit::delete_wins, kAsk = DeleteVersusEdit::review;
constexpr auto kGone = LinkPresence::deleted, kDetached = LinkPresence::detached;
constexpr auto kNone = Owes::nothing, kCreate = Owes::create, kRemove = Owes::remove;

const Row kTable[] = {
    {"propagate", Order::delete_only, kPropagate, kEdit, kDead, kGone, kNone, kRemove, 0},
    {"archive", Order::delete_only, kArchive, kEdit, kDead, kGone, kNone, kRemove, 0},
    {"ignore", Order::delete_only, kIgnore, kEdit, kHere, kDetached, kNone, kNone, 0},
    {"review", Order::delete_only, kReview, kEdit, kHere, kGone, kNone, kNone, 1},
    {"edit_wins_edit_first", Order::edit_first, kPropagate, kEdit, kHere, kGone, kCreate, kNone, 0},
    {"edit_wins_delete_first", Order::delete_first, kPropagate, kEdit, kHere, kGone, kCreate, kNone, 0},
    {"delete_wins_edit_first", Order::edit_first, kPropagate, kDelete, kDead, kGone, kNone, kRemove, 0},
    {"delete_wins_delete_first", Order::delete_first, kPropagate, kDelete, kDead, kGone, kNone, kRemove, 0},
    {"asked_edit_first", Order::edit_first, kPropagate, kAsk, kHere, kGone, kNone, kNone, 1},
    {"asked_delete_first", Order::delete_first, kPropagate, kAsk, kDead, kGone, kNone, kNone, 1},
    {"ignored_edit_first", Order::edit_first, kIgnore, kEdit, kHere, kDetached, kNone, kNone, 0},
    {"ignored_delete_first", Order::delete_first, kIgnore, kEdit, kHere, kDetached, kNone, kNone, 0},
    {"reviewed_edit_first", Order::edit_first, kReview, kEdit, kHere, kGone, kCreate, kNone, 0},
    {"reviewed_delete_first", Order::delete_first, kReview, kEdit, kHere, kGone, kNone, kNone, 1},
};

class DeleteAgainstEdit : public testing::TestWithParam<Row> {
 protected:
  SmallWorld world{2};

  void SetUp() override {
    const Row& row = GetParam();
    for (LinkPolicy& link : world.policy.links) {
      link.deletes = row.deletes;
      link.delete_versus_edit = row.versus;
    }
    world.set_golden(0, Value("one"), -100);
    world.put_in_step(kA);
    world.put_in_step(kB);
    if (row.order == Order::edit_first) world.observe_now(world.seen(kB, {{0, Value("edited")}}, 10));
    world.observe_now(world.gone(kA, 20));
    if (row.order == Order::delete_first) world.observe_now(world.seen(kB, {{0, Value("edited")}}, 10));
  }
};

TEST_P(DeleteAgainstEdit, EndsAsTheTableSays) {
  const Row& row = GetParam();
  EXPECT_EQ(world.state.golden.presence, row.presence);
  EXPECT_EQ(world.state.find(SmallWorld::system(kA))->presence, row.link_a);
  EXPECT_EQ(world.owed_to(kA).kind, row.to_a) << world.owed_to(kA).why;
  EXPECT_EQ(world.owed_to(kB).kind, row.to_b) << world.owed_to(kB).why;
  EXPECT_EQ(world.state.reviews.size(), row.reviews);
}

TEST_P(DeleteAgainstEdit, IsDecidedByAPerson) {
  if (GetParam().reviews == 0) return;  // nothing to decide
  const EntityState asked = world.state;
  ReviewItem item = asked.reviews.front();
  ASSERT_TRUE(resolve_delete(world.state, item, DeleteChoice::remove, "ada", world.context()));
  EXPECT_EQ(item.state, ReviewState::resolved);
  EXPECT_EQ(world.state.golden.presence, kDead);
  EXPECT_EQ(world.owed_to(kB).kind, kRemove);
  world.state = asked;
  item = asked.reviews.front();
  ASSERT_TRUE(resolve_delete(world.state, item, DeleteChoice::keep, "ada", world.context()));
  EXPECT_EQ(world.state.golden.presence, kHere);
  EXPECT_EQ(world.owed_to(kA).kind, kCreate);
  EXPECT_EQ(world.golden(0), Value(GetParam().order == Order::delete_only ? "one" : "edited"));
}

INSTANTIATE_TEST_SUITE_P(Table, DeleteAgainstEdit, testing::ValuesIn(kTable), [](const auto& row) { return std::string(row.param.name); });

SmallWorld in_step() {
  SmallWorld world(3);
  world.set_golden(0, Value("one"), -100);
  for (std::size_t i = 0; i < 3; ++i) world.put_in_step(i);
  return world;
}

TEST(Presence, DeletedOnBothSidesIsAgreed) {
  SmallWorld world = in_step();
  world.observe_now(world.gone(kA, 10));
  world.observe_now(world.gone(kB, 11));
  EXPECT_EQ(world.state.golden.presence, kDead);
  EXPECT_EQ(world.owed_to(kB).kind, kNone);
  EXPECT_EQ(world.owed_to(2).kind, kRemove);
}

TEST(Presence, AnAbsenceThatNobodyConfirmedByIdDeletesNothing) {
  SmallWorld world = in_step();
  Observation gone = world.gone(kA, 10);
  gone.by_id = false;
  EXPECT_TRUE(world.observe_now(gone).read_by_id);
  EXPECT_EQ(world.state.golden.presence, kHere);
  // Neither does a read by id that was sent before the doubt arose.
  gone.by_id = true;
  world.observe_now(gone);
  EXPECT_EQ(world.state.golden.presence, kHere);
  world.observe_now(world.gone(kA, 12));
  EXPECT_EQ(world.state.golden.presence, kDead);
}

TEST(Presence, LeavingADeleteWhereItIsNeedsADeleteSeenThere) {
  SmallWorld world = in_step();
  world.policy.links[kB].incoming_deletes = kReview;
  world.observe_now(world.gone(kA, 10));
  ASSERT_EQ(world.state.reviews.size(), 1u);
  ReviewItem item = world.state.reviews.front();
  const auto refused = resolve_delete(world.state, item, DeleteChoice::leave, "ada", world.context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(world.state.reviews.size(), 1u);
}

TEST(Presence, DeletesAreNotPassedOnWhereThePolicySaysSo) {
  SmallWorld world = in_step();
  world.policy.links[kB].incoming_deletes = kIgnore;
  world.observe_now(world.gone(kA, 10));
  EXPECT_EQ(world.owed_to(kB).kind, kNone);
  EXPECT_EQ(world.owed_to(2).kind, kRemove);
  // What is left there lives on by itself.
  world.observe_now(world.seen(kB, {{0, Value("edited")}}, 20));
  EXPECT_EQ(world.state.golden.presence, kDead);
}

TEST(Presence, AReadOnlySystemIsSentNothing) {
  SmallWorld world = in_step();
  world.policy.links[kB].writable = false;
  world.observe_now(world.seen(kA, {{0, Value("two")}}, 10));
  EXPECT_EQ(world.owed_to(kB).kind, kNone);
  world.observe_now(world.gone(kA, 20));
  EXPECT_EQ(world.owed_to(kB).kind, kNone);
}

TEST(Presence, ARefusedDeleteWaitsForReview) {
  SmallWorld world = in_step();
  world.observe_now(world.gone(kA, 10));
  ReviewItem item;
  item.kind = ReviewKind::refused_delete;
  item.connection = SmallWorld::system(kB);
  world.state.reviews.push_back(item);
  EXPECT_EQ(world.owed_to(kB).kind, kNone);
  EXPECT_EQ(world.owed_to(2).kind, kRemove);
}

// Both sides created: two records become one entity, whichever was seen first.
TEST(BothCreated, OneEntityWhicheverWasSeenFirst) {
  for (const bool a_first : {true, false}) {
    SmallWorld world(2);
    const std::size_t first = a_first ? kA : kB, second = a_first ? kB : kA;
    const auto record_of = [&](std::size_t number) { return world.seen(number, {{0, Value(number == kA ? "from a" : "from b")}}, number == kA ? 10 : 20); };
    Effects effects;
    world.state = create_entity(world.state.golden.id, record_of(first), world.context(), effects);
    EXPECT_TRUE(effects.golden_changed);
    add_link(world.state, SmallWorld::system(second), SmallWorld::remote(second), world.context());
    world.observe_now(record_of(second));
    EXPECT_EQ(world.golden(0), Value("from b"));
    EXPECT_EQ(world.owed_to(kA).kind, Owes::update);
    EXPECT_EQ(world.owed_to(kB).kind, kNone);
  }
}

}  // namespace
}  // namespace lockstep::merge
