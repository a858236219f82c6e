// Somebody sets the hub's clock back: nothing waits for the time that was.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

constexpr Duration kHour{3'600'000};

class ClockSetBack : public testing::Test {
 protected:
  ClockSetBack() : north(world.add_system("north")), east(world.add_system("east")) { ids = load_ada(world); }
  /// East refuses the edit that is made now, once, and asks for a minute's patience.
  void edit_that_is_to_be_tried_again() {
    east.refuse = [this](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
      east.refuse = nullptr;
      auto failure = failure_of(connector::FailureClass::lock, "busy");
      failure.wait = Duration{60'000};
      return failure;
    };
    north.edit("contact", ids[0], {{"city", text("London")}});
    world.push("north", "contact", ids[0]);
    world.run_for(Duration{20'000});
    ASSERT_EQ(east.refuse, nullptr) << "it was not sent";
    ASSERT_NE(east.text("contact", ids[1], "city"), "London");
  }
  bool arrives() {
    return world.executor.run_until([&] { return east.text("contact", ids[1], "city") == "London"; }, Duration{3 * 60'000});
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_F(ClockSetBack, WhatIsToBeTriedAgainIsTriedSoon) {
  edit_that_is_to_be_tried_again();
  world.executor.set_wall_back(kHour);
  EXPECT_TRUE(arrives());
}

TEST_F(ClockSetBack, WhileNobodyRuns) {
  edit_that_is_to_be_tried_again();
  world.crash();
  world.executor.set_wall_back(kHour);
  world.start();
  EXPECT_TRUE(arrives());
}

TEST_F(ClockSetBack, EventsAreReadSoon) {
  world.receive("north", "contact", ids[0]);
  world.executor.set_wall_back(kHour);
  north.edit("contact", ids[0], {{"city", text("London")}});
  world.engine->wake();
  EXPECT_TRUE(arrives());
  world.run_for(Duration{60'000});
  for (const auto& one : world.counts().connections) EXPECT_EQ(one.inbox, 0);
}

TEST_F(ClockSetBack, ARecordIsReadBeforeItIsWrittenAsEver) {
  north.edit("contact", ids[0], {{"city", text("Rome")}});
  ASSERT_TRUE(world.settle());
  world.executor.set_wall_back(kHour);
  world.run_for(Duration{20 * 60'000});
  const std::uint64_t before = east.reads_by_id;
  std::uint64_t at_write = 0;
  east.refuse = [&](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    at_write = east.reads_by_id;
    return std::nullopt;
  };
  north.edit("contact", ids[0], {{"city", text("London")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(arrives());
  EXPECT_GT(at_write, before) << "nobody knows what it held for twenty minutes";
  world.run_for(Duration{60'000});
  EXPECT_LE(east.reads_by_id, at_write + 1) << "nor is it read for ever";
}

}  // namespace
}  // namespace lockstep::support
