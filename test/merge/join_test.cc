// Rule 10: two entities become one, one becomes two.
#include <gtest/gtest.h>

#include <algorithm>

#include "small_world.h"

namespace lockstep::merge {
namespace {

const EntityId kOlder{make_ulid(WallTime{1'000}, 1, 1)}, kYounger{make_ulid(WallTime{2'000}, 1, 1)};

class Join : public testing::Test {
 protected:
  SmallWorld world{3, {Strategy::last_write_wins, Strategy::manual_review}};

  EntityState entity(EntityId id, const char* name, std::int64_t at_s, std::vector<std::pair<std::size_t, std::string>> links) {
    world.state = EntityState{};
    world.state.golden.id = id;
    world.state.golden.fields.resize(2);
    world.set_golden(0, Value(name), at_s);
    for (const auto& [number, remote] : links) world.put_in_step(number).remote = RemoteId{"record", remote};
    return world.state;
  }
  Joined joined(EntityState a, EntityState b, const char* survivor) {
    return join(std::move(a), std::move(b), SmallWorld::system(0), RemoteId{"record", survivor}, world.context());
  }
  static const Link* link_to(const EntityState& state, const std::string& remote) {
    const auto found = std::ranges::find_if(state.links, [&](const Link& link) { return link.remote.id == remote; });
    return found == state.links.end() ? nullptr : &*found;
  }
};

TEST_F(Join, TheOlderIdLivesOnWhicheverRecordSurvives) {
  for (const char* survivor : {"old", "young"}) {
    const EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}}), b = entity(kYounger, "Bob", 20, {{0, "young"}});
    for (const bool swapped : {false, true}) {
      const Joined result = swapped ? joined(b, a, survivor) : joined(a, b, survivor);
      EXPECT_EQ(result.state.golden.id, kOlder);
      EXPECT_EQ(result.dead, kYounger);
      ASSERT_EQ(result.state.links.size(), 1u);
      EXPECT_EQ(result.state.links[0].remote.id, survivor);
      EXPECT_EQ(result.state.links[0].entity, kOlder);
      EXPECT_TRUE(result.state.links[0].needs_read);
    }
  }
}

TEST_F(Join, WhatTheSurvivorShowedStandsForBothWereBeforeWhoeverMergedThem) {
  for (const char* survivor : {"old", "young"}) {
    const bool old_survives = survivor == std::string("old");
    const Joined result = joined(entity(kOlder, "Ann", 10, {{0, "old"}}), entity(kYounger, "Bob", 20, {{0, "young"}}), survivor);
    EXPECT_EQ(result.state.golden.fields[0].value, Value(old_survives ? "Ann" : "Bob"));
    ASSERT_EQ(result.changes.size(), 1u);
    EXPECT_EQ(result.changes[0].before, Value(old_survives ? "Bob" : "Ann"));
  }
}

TEST_F(Join, WhatOneOfTheRecordsHadNotBeenToldYetIsJudgedByItsTime) {
  for (const bool old_is_behind : {false, true}) {
    EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}}), b = entity(kYounger, "Bob", 20, {{0, "young"}});
    Link& behind = old_is_behind ? a.links[0] : b.links[0];
    behind.fields[0].shadow = behind.fields[0].acked = Value("somebody");
    EXPECT_EQ(joined(a, b, "old").state.golden.fields[0].value, Value("Bob"));
  }
}

TEST_F(Join, ASecondLiveRecordElsewhereIsReviewed) {
  const Joined result = joined(entity(kOlder, "Ann", 10, {{0, "old"}, {1, "b1"}}), entity(kYounger, "Bob", 20, {{0, "young"}, {1, "b2"}, {2, "c2"}}), "old");
  ASSERT_EQ(result.state.links.size(), 4u);
  EXPECT_FALSE(link_to(result.state, "b1")->secondary);
  EXPECT_TRUE(link_to(result.state, "b2")->secondary);
  EXPECT_FALSE(link_to(result.state, "c2")->secondary);
  EXPECT_EQ(link_to(result.state, "young"), nullptr);
  ASSERT_EQ(result.reviews.size(), 1u);
  EXPECT_EQ(result.reviews[0].kind, ReviewKind::second_record);
  EXPECT_EQ(result.reviews[0].remote.id, "b2");
}

TEST_F(Join, ALiveLinkBeatsADeadOrDetachedOne) {
  EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}, {1, "b1"}}), b = entity(kYounger, "Bob", 20, {{0, "young"}, {1, "b2"}});
  a.links[1].presence = LinkPresence::detached;
  const Joined result = joined(a, b, "old");
  EXPECT_EQ(result.state.find(SmallWorld::system(1))->remote.id, "b2");
  EXPECT_TRUE(link_to(result.state, "b1")->secondary);  // remembered: live again, it is a second record
  EXPECT_TRUE(result.reviews.empty());
}

TEST_F(Join, DetachedMarksAndUnansweredCreatesMove) {
  EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}}), b = entity(kYounger, "Bob", 20, {{0, "young"}, {1, "b2"}});
  b.links[1].presence = LinkPresence::detached;
  Link waiting;
  waiting.entity = kYounger;
  waiting.connection = SmallWorld::system(2);
  waiting.intent.emplace();
  waiting.intent->key = kYounger.value().text();
  waiting.fields.resize(2);
  b.links.push_back(waiting);
  const Joined result = joined(a, b, "old");
  world.state = result.state;
  EXPECT_EQ(world.state.find(SmallWorld::system(1))->presence, LinkPresence::detached);
  EXPECT_EQ(world.owed_to(1).kind, Plan::Kind::nothing);
  ASSERT_TRUE(world.state.find(SmallWorld::system(2))->intent.has_value());
  EXPECT_EQ(world.state.find(SmallWorld::system(2))->intent->key, kYounger.value().text());
}

TEST_F(Join, TheSurvivorsPresenceDecides) {
  EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}}), b = entity(kYounger, "Bob", 20, {{0, "young"}});
  a.golden.presence = EntityPresence::deleted;
  a.golden.deleted_cause = "deleted in c";
  EXPECT_EQ(joined(a, b, "young").state.golden.presence, EntityPresence::present);
  EXPECT_EQ(joined(a, b, "young").state.golden.deleted_cause, "");
  EXPECT_EQ(joined(a, b, "old").state.golden.presence, EntityPresence::deleted);
}

TEST_F(Join, AValueBeatsABlankAndAFrozenFieldKeepsItsItem) {
  EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}}), b = entity(kYounger, "", 20, {{0, "young"}});
  world.state = b;
  world.observe_now([&] {
    auto seen = world.seen(0, {{1, Value("x")}}, 30);
    seen.remote.id = "young";
    return seen;
  }());
  b = world.state;
  b.golden.fields[1].frozen = true;
  ReviewItem item;
  item.kind = ReviewKind::field_conflict;
  item.entity = kYounger;
  item.field = FieldIndex{std::uint16_t{1}};
  item.candidates.resize(2);
  b.reviews.push_back(item);
  const Joined result = joined(a, b, "old");
  EXPECT_EQ(result.state.golden.fields[0].value, Value("Ann"));
  EXPECT_TRUE(result.state.golden.fields[1].frozen);
  EXPECT_EQ(result.state.golden.fields[1].value, Value("x"));
  ASSERT_EQ(result.state.reviews.size(), 1u);
  EXPECT_EQ(result.state.reviews[0].entity, kOlder);
}

TEST_F(Join, TheOtherLinksAreOwedWhatTheyLack) {
  for (const char* survivor : {"old", "young"}) {
    world.state = joined(entity(kOlder, "Ann", 10, {{0, "old"}, {1, "b1"}}), entity(kYounger, "Bob", 20, {{0, "young"}, {2, "c2"}}), survivor).state;
    const bool old_survives = survivor == std::string("old");
    EXPECT_EQ(world.owed_to(1).kind, old_survives ? Plan::Kind::nothing : Plan::Kind::update);
    EXPECT_EQ(world.owed_to(2).kind, old_survives ? Plan::Kind::update : Plan::Kind::nothing);
    EXPECT_EQ(world.owed_to(0).kind, Plan::Kind::nothing);
    world.set_golden(0, Value("Cid"), 30);
    EXPECT_EQ(world.owed_to(0).kind, Plan::Kind::read_first) << "what the merge left of it is read before it is written";
  }
}

TEST_F(Join, ALoserThatWasASecondRecordLeavesThePrimaryAlone) {
  EntityState a = entity(kOlder, "Ann", 10, {{0, "old"}}), b = entity(kYounger, "Bob", 20, {{0, "young"}});
  Link second = a.links[0];
  second.remote.id = "old twin";
  second.secondary = true;
  a.links.push_back(second);
  const Joined result = join(a, b, SmallWorld::system(0), RemoteId{"record", "young"}, world.context(), RemoteId{"record", "old twin"});
  EXPECT_EQ(link_to(result.state, "old twin"), nullptr);
  EXPECT_EQ(result.state.find(SmallWorld::system(0))->remote.id, "young");
  ASSERT_NE(link_to(result.state, "old"), nullptr);
  EXPECT_TRUE(link_to(result.state, "old")->secondary);
  EXPECT_EQ(result.reviews.size(), 1u);
}

TEST_F(Join, SplitGivesTheRecordAnEntityOfItsOwn) {
  world.state = entity(kOlder, "Ann", 10, {{0, "a"}, {1, "b"}});
  world.state.links[1].fields[0].shadow = Value("ANN");
  EntityState apart = split(world.state, SmallWorld::system(1), RemoteId{"record", "b"}, kYounger, world.context());
  EXPECT_EQ(world.state.links.size(), 1u);
  EXPECT_EQ(apart.golden.id, kYounger);
  EXPECT_EQ(apart.golden.fields[0].value, Value("ANN"));
  ASSERT_EQ(apart.links.size(), 1u);
  EXPECT_FALSE(apart.links[0].external_id_confirmed);
  world.state = apart;
  EXPECT_EQ(world.owed_to(1).kind, Plan::Kind::read_first);
  auto seen = world.seen(1, {{0, Value("ANN")}}, 20);
  seen.remote.id = "b";
  seen.carries_external_id = false;
  world.observe_now(seen);
  EXPECT_EQ(world.owed_to(1).kind, Plan::Kind::update);
  EXPECT_TRUE(world.owed_to(1).external_id);
  EXPECT_TRUE(world.owed_to(1).fields.empty());
  EXPECT_EQ(world.owed_to(0).kind, Plan::Kind::nothing);  // its new id does not stand in the record yet
}

}  // namespace
}  // namespace lockstep::merge
