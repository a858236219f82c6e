// The configuration asks for more than before, of records that nobody changes.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class Owing : public testing::Test {
 protected:
  Owing() : north(world.add_system("north")), east(world.add_system("east")) {}
  void start_again() {
    world.stop();
    world.start();
    ASSERT_TRUE(world.settle());
  }
  /// Who stands in the hosted system `name`.
  std::vector<Link> kept_for(const std::string& name) {
    std::vector<Link> links;
    EXPECT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
      TRY(links, transaction.list_links(world.system_of(name).id, world.type("contact"), EntityId{}, 10));
      return {};
    }));
    return links;
  }
  std::vector<std::pair<std::uint64_t, Golden>> changes_since(std::uint64_t sequence) {
    std::vector<std::pair<std::uint64_t, Golden>> changes;
    EXPECT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
      TRY(changes, transaction.golden_changes(sequence, 100));
      return {};
    }));
    return changes;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
};

TEST_F(Owing, WhatWasLeftInASystemIsSettledOnceItIsNotLeftThereAnyMore) {
  const auto direction_of_titles = [](Direction direction) {
    return [direction](Hub& hub) {
      const FieldIndex title = *hub.model.at(*hub.model.find("contact")).find("title");
      for (LinkPolicy& link : hub.policies[hub.model.find("contact")->value()].links)
        if (link.connection == hub.systems[1].id) link.fields[title.value()].direction = direction;
    };
  };
  world.configure = direction_of_titles(Direction::out_leave);
  const auto ids = load_ada(world);
  north.edit("contact", ids[0], {{"title", text("Dr")}});
  ASSERT_TRUE(world.settle());
  east.edit("contact", ids[1], {{"title", text("Prof")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "title"), "Dr");
  EXPECT_EQ(east.text("contact", ids[1], "title"), "Prof");
  const std::size_t before = world.writes();
  start_again();
  EXPECT_EQ(world.writes(), before);
  world.configure = direction_of_titles(Direction::both);
  start_again();
  EXPECT_EQ(east.text("contact", ids[1], "title"), "Dr") << "what was left did not count";
  EXPECT_EQ(world.writes(), before + 1);
  east.edit("contact", ids[1], {{"title", text("Prof")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "title"), "Prof") << "now it does";
}

TEST_F(Owing, WhoIsKnownIsMadeInASystemThatIsAddedLater) {
  load_ada(world);
  world.stop();
  FakeSystem& south = world.add_system("south");
  south.add("contact", contact("Eve", "eve@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_NE(id_of(south, "contact", "email", "ada@example.com"), "");
  EXPECT_EQ(south.live("contact").size(), 2u);
  EXPECT_EQ(north.live("contact").size(), 2u);
  EXPECT_EQ(east.live("contact").size(), 2u);
}

TEST_F(Owing, WhoStandsInASystemThatIsAddedLaterIsLinkedAndNotMadeTwice) {
  load_ada(world);
  world.stop();
  FakeSystem& south = world.add_system("south");
  const std::string there = south.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(id_of(south, "contact", "email", "ada@example.com"), there);
  EXPECT_EQ(world.golden("contact").size(), 1u);
}

TEST_F(Owing, WhatChangedWhileASystemTookNoPartIsOwedWhenItDoesAgain) {
  const auto ids = load_ada(world);
  world.configure = [](Hub& hub) {
    const TypeIndex type = *hub.model.find("contact");
    std::erase_if(hub.systems[1].types, [&](const SystemType& one) { return one.type == type; });
    std::erase_if(hub.policies[type.value()].links, [&](const LinkPolicy& link) { return link.connection == hub.systems[1].id; });
  };
  start_again();
  north.edit("contact", ids[0], {{"city", text("London")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "");
  world.configure = [](Hub&) {};
  start_again();
  EXPECT_EQ(east.text("contact", ids[1], "city"), "London");
}

TEST_F(Owing, WhoIsKnownIsKeptForASupportSystemThatIsAddedLater) {
  load_ada(world);
  world.stop();
  world.add_hosted("support");
  world.start();
  ASSERT_TRUE(world.settle());
  const auto kept = kept_for("support");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].fields.at(world.field("contact", "email").value()).shadow, text("ada@example.com"));
}

TEST_F(Owing, WhoIsInQuestionIsKeptForASupportSystemOnceAPersonHasDecided) {
  north.add("contact", contact("Bob", "bob@example.com"));
  const auto ids = load_ada(world);
  north.edit("contact", ids[0], {{"email", text("bob@example.com")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  world.stop();
  world.add_hosted("support");
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_TRUE(kept_for("support").empty()) << "they may be one";
  const std::uint64_t told = changes_since(0).back().first;
  ASSERT_TRUE(world.resolve(world.open_reviews().at(0), "new"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(kept_for("support").size(), 2u);
  EXPECT_EQ(changes_since(told).size(), 2u) << "the support system reads on from there";
}

TEST_F(Owing, WhoWasNotToBeMadeThereIsMadeOnceHeMayBe) {
  bool creates = false;
  world.configure = [&](Hub& hub) {
    for (TypePolicy& type : hub.policies) type.links[1].creates = creates;
  };
  north.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  ASSERT_TRUE(east.live("contact").empty());
  creates = true;
  start_again();
  EXPECT_EQ(east.live("contact").size(), 1u);
}

TEST_F(Owing, AFieldThatWasOnlyReadThereIsWrittenOnceItMayBe) {
  Direction direction = Direction::in;
  world.configure = [&](Hub& hub) {
    hub.policies[world.type("contact").value()].links[1].fields[world.field("contact", "city").value()].direction = direction;
  };
  const auto ids = load_ada(world);
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.text("contact", ids[1], "city"), "");
  direction = Direction::both;
  start_again();
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
}

TEST_F(Owing, ADeleteThatWasNotPassedOnThereIsNotBecauseOfALineInAFile) {
  DeletePolicy incoming = DeletePolicy::ignore;
  world.configure = [&](Hub& hub) {
    for (TypePolicy& type : hub.policies) type.links[1].incoming_deletes = incoming;
  };
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  incoming = DeletePolicy::propagate;
  world.bind("east", "contact", "city", "{field: city, lens: truncate(100)}");
  start_again();
  EXPECT_EQ(east.live("contact").size(), 1u);
}

TEST_F(Owing, ADeleteThatWasNotPassedOnThereIsNotOnceTheRecordIsTouchedThere) {
  const auto leaves_deletes = [](Hub& hub) {
    for (TypePolicy& type : hub.policies) type.links[1].incoming_deletes = DeletePolicy::ignore;
  };
  const auto takes_no_writes = [](Hub& hub) {
    for (TypePolicy& type : hub.policies) type.links[1].writable = false;
  };
  const auto takes_no_part = [](Hub& hub) {
    const ConnectionId gone = hub.systems[1].id;
    hub.systems.pop_back();
    for (TypePolicy& type : hub.policies) std::erase_if(type.links, [&](const LinkPolicy& link) { return link.connection == gone; });
  };
  load_ada(world);
  std::size_t left = 1;
  for (const std::function<void(Hub&)>& rules :
       {std::function<void(Hub&)>(leaves_deletes), std::function<void(Hub&)>(takes_no_writes), std::function<void(Hub&)>(takes_no_part)}) {
    world.configure = [](Hub&) {};
    start_again();
    north.add("contact", contact("Eve", "eve" + std::to_string(left) + "@example.com"));
    ASSERT_TRUE(world.settle());
    const std::string there = id_of(east, "contact", "email", "eve" + std::to_string(left) + "@example.com");
    world.configure = rules;
    start_again();
    north.remove("contact", id_of(north, "contact", "email", "eve" + std::to_string(left) + "@example.com"));
    ASSERT_TRUE(world.settle());
    world.configure = [](Hub&) {};
    start_again();
    east.edit("contact", there, {});
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(east.live("contact").size(), ++left) << "a line in a file is nobody's delete";
    EXPECT_EQ(north.live("contact").size(), 1u);
  }
  north.remove("contact", id_of(north, "contact", "email", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(id_of(east, "contact", "email", "ada@example.com"), "") << "deletes from now on are passed on";
}

TEST_F(Owing, UnderTheSameRulesNothingIsWritten) {
  load_ada(world);
  const std::size_t writes = world.writes();
  start_again();
  world.bind("east", "contact", "city", "{field: city, lens: truncate(100)}");
  start_again();
  EXPECT_EQ(world.writes(), writes);
}

}  // namespace
}  // namespace lockstep::support
