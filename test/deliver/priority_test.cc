// Who is delivered first.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

TEST(Priorities, AnEditOvertakesABulkLoadThatIsUnderWay) {
  World world;
  FakeTraits traits;
  traits.page = 100;
  traits.batch = 5;
  FakeSystem& north = world.add_system("north", traits);
  FakeSystem& east = world.add_system("east", traits);
  const std::vector<std::string> ada = load_ada(world);
  for (int i = 0; i < 1'500; ++i) north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  ASSERT_TRUE(world.executor.run_until([&] { return east.live("contact").size() > 100; }, Duration{30 * 60'000}));
  north.edit("contact", ada[0], {{"city", text("Turin")}});
  world.push("north", "contact", ada[0]);
  const std::size_t before = east.writes.size();
  ASSERT_TRUE(world.executor.run_until([&] { return east.text("contact", ada[1], "city") == "Turin"; }, Duration{30 * 60'000}));
  EXPECT_LT(east.writes.size() - before, 100u) << "of some 1,400 that were due before it";
  EXPECT_LT(east.live("contact").size(), 1'000u) << "the load is still under way";
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1'501u);
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST(Priorities, WhatAnEditWaitsForBecomesAsUrgent) {
  World world;
  FakeTraits traits;
  traits.page = 100;
  traits.batch = 5;
  FakeSystem& north = world.add_system("north", traits);
  FakeSystem& east = world.add_system("east", traits);
  world.start();
  ASSERT_TRUE(world.settle());
  for (int i = 0; i < 1'000; ++i) north.add("account", account("Company " + std::to_string(i), "c" + std::to_string(i) + ".example"));
  const std::string last = north.add("account", account("The last", "last.example"));
  ASSERT_TRUE(world.executor.run_until([&] { return east.live("account").size() > 50; }, Duration{30 * 60'000}));
  FieldValues fields = contact("Ada", "ada@example.com");
  fields["account"] = reference("account", last);
  world.push("north", "contact", north.add("contact", fields));
  ASSERT_TRUE(world.executor.run_until([&] { return id_of(east, "contact", "email", "ada@example.com") != ""; }, Duration{30 * 60'000}));
  EXPECT_LT(east.live("account").size(), 900u) << "the contact did not wait for all companies";
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("account").size(), 1'001u);
}

}  // namespace
}  // namespace lockstep::support
