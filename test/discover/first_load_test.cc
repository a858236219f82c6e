// The first load: listings of several systems become one record each, and one record in each.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

TEST(FirstLoad, APersonOfOneSystemIsMadeInTheOthers) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  FakeSystem& south = world.add_system("south");
  north.add("contact", contact("Ada Byron", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.golden("contact").size(), 1u);
  for (const FakeSystem* system : {&north, &east, &south}) {
    ASSERT_EQ(system->live("contact").size(), 1u) << system->name();
    EXPECT_EQ(system->live("contact")[0]->fields.at("email"), text("ada@example.com"));
  }
}

TEST(FirstLoad, RecordsOfOnePersonAreMatchedByTheirKeysAndNoDuplicateIsMade) {
  World world;
  std::vector<FakeSystem*> systems;
  for (const char* name : {"north", "east", "south", "west"}) systems.push_back(&world.add_system(name));
  for (int person = 0; person < 120; ++person)
    for (std::size_t i = 0; i < systems.size(); ++i)
      if ((person + static_cast<int>(i)) % 3 != 0)
        systems[i]->add("contact", contact("Person " + std::to_string(person), "P" + std::to_string(person) + "@Example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.golden("contact").size(), 120u);
  EXPECT_TRUE(world.open_reviews().empty());
  for (const FakeSystem* system : systems) EXPECT_EQ(system->live("contact").size(), 120u) << system->name();
}

}  // namespace
}  // namespace lockstep::support
