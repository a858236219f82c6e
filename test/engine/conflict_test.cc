// Two people change the same field: decided by the policy, the loser kept, everybody told.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

/// Both edit one field before the hub looks again.
void edit_both(World& world, const std::vector<std::string>& ids, const std::string& first, const std::string& second) {
  world.systems[0]->edit("contact", ids[0], {{"city", text(first)}});
  world.run_for(Duration{8'000});  // farther apart than the clocks' uncertainty
  world.systems[1]->edit("contact", ids[1], {{"city", text(second)}});
}

/// Nobody tells of edits between two polls, and the systems have no lock: only a look before the write (rule 13) sees the edit
/// that it would go over, in whatever order the polls come.
void poll_seldom(Hub& hub) {
  for (System& system : hub.systems)
    for (SystemType& type : system.types) type.schedule.poll_every = Duration{120'000};
  for (TypePolicy& policy : hub.policies)
    for (LinkPolicy& link : policy.links) link.read_before_write_ms = 1'000;
}

TEST(Conflict, TheLaterEditWinsEverywhereAndTheLoserIsRecorded) {
  World world;
  world.configure = poll_seldom;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  const auto ids = load_ada(world);
  edit_both(world, ids, "London", "Paris");
  ASSERT_TRUE(world.settle());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "Paris") << world.systems[i]->name();
  bool loser_kept = false;
  for (const AuditRow& row : world.audit())
    for (const AuditChange& change : row.changes)
      if (change.field == "city" && (change.before == text("London") || change.after == text("London"))) loser_kept = true;
  EXPECT_TRUE(loser_kept);
}

TEST(Conflict, APreferredSystemWinsWhateverTheTime) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  world.configure = [](Hub& hub) {
    poll_seldom(hub);
    World::set_strategy(hub, "contact", "city", Strategy::prefer);
    for (LinkPolicy& link : hub.policies[hub.model.find("contact")->value()].links)
      for (FieldPolicy& field : link.fields) field.order = {hub.systems[0].id};
  };
  const auto ids = load_ada(world);
  edit_both(world, ids, "London", "Paris");
  ASSERT_TRUE(world.settle());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "London") << world.systems[i]->name();
}

class Review : public testing::Test {
 protected:
  Review() {
    for (const char* name : {"north", "east", "south"}) world.add_system(name);
    world.configure = [](Hub& hub) {
      poll_seldom(hub);
      World::set_strategy(hub, "contact", "city", Strategy::manual_review);
    };
    ids = load_ada(world);
    edit_both(world, ids, "London", "Paris");
    EXPECT_TRUE(world.settle());
  }
  World world;
  std::vector<std::string> ids;
};

TEST_F(Review, BlocksOnlyItsField) {
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::field_conflict);
  EXPECT_EQ(world.systems[0]->text("contact", ids[0], "city"), "London");
  EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Paris");
  world.systems[2]->edit("contact", ids[2], {{"title", text("Countess")}});
  ASSERT_TRUE(world.settle());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "title"), "Countess");
  EXPECT_EQ(world.systems[0]->text("contact", ids[0], "city"), "London");
  EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "Paris");
}

TEST(ReviewOfANewRecord, IsToldWhereItIsMadeWithoutTheField) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  world.configure = [](Hub& hub) {
    poll_seldom(hub);
    World::set_strategy(hub, "contact", "city", Strategy::manual_review);
  };
  FakeSystem& south = *world.systems[2];
  south.down = failure_of(connector::FailureClass::transient, "out of order");
  south.down->scope = connector::FailureScope::connection;
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  world.start();
  world.run_for(Duration{5 * 60'000});
  edit_both(world, {id_of(*world.systems[0], "contact", "name", "Ada"), id_of(*world.systems[1], "contact", "name", "Ada")}, "London", "Paris");
  world.run_for(Duration{30 * 60'000});
  ASSERT_EQ(world.open_reviews().size(), 1u);
  south.down.reset();
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  ASSERT_EQ(south.live("contact").size(), 1u);
  EXPECT_EQ(south.text("contact", south.live("contact").at(0)->id, "city"), "");
  bool told = false;
  for (const AuditRow& row : world.audit())
    for (const AuditChange& change : row.changes)
      told = told ||
             (row.operation == "create" && row.connection == world.system_of("south").id && change.field == "city" && change.note == "under review: not sent");
  EXPECT_TRUE(told);
}

TEST_F(Review, KeepsEveryValueThatWasNotTakenAlsoOfARecordThatEnds) {
  world.systems[2]->edit("contact", ids[2], {{"city", text("Rome")}});
  ASSERT_TRUE(world.settle());
  world.systems[2]->remove("contact", ids[2]);
  world.push("south", "contact", ids[2]);
  ASSERT_TRUE(world.settle(Duration{6 * 3'600'000}));
  EXPECT_TRUE(world.open_reviews().empty());
  for (const char* city : {"London", "Paris", "Rome"}) {
    bool kept = false;
    for (const AuditRow& row : world.audit())
      for (const AuditChange& change : row.changes) kept = kept || (change.field == "city" && (change.after == text(city) || change.before == text(city)));
    EXPECT_TRUE(kept) << city;
  }
}

TEST_F(Review, ADecisionIsDeliveredEverywhere) {
  const ReviewItem item = world.open_reviews().at(0);
  std::size_t paris = 0;
  for (std::size_t i = 0; i < item.candidates.size(); ++i)
    if (item.candidates[i].value == text("Paris")) paris = i + 1;
  ASSERT_NE(paris, 0u);
  const auto resolved = world.resolve(item, std::to_string(paris));
  ASSERT_TRUE(resolved) << resolved.error().message;
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "Paris") << world.systems[i]->name();
}

TEST_F(Review, ClosesItselfWhenAllAgree) {
  world.systems[0]->edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.open_reviews().empty());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "Paris") << world.systems[i]->name();
}

TEST_F(Review, AChoiceThatIsNoneIsRefusedAndNothingChanges) {
  const ReviewItem item = world.open_reviews().at(0);
  for (const char* choice : {"0", "9", "-1", "", "yes", "1 "}) {
    const auto resolved = world.resolve(item, choice);
    ASSERT_FALSE(resolved) << choice;
    EXPECT_EQ(resolved.error().code, ErrorCode::invalid_input);
    EXPECT_NE(resolved.error().message.find("1 to "), std::string::npos) << resolved.error().message;
  }
  EXPECT_EQ(world.open_reviews().size(), 1u);
}

}  // namespace
}  // namespace lockstep::support
