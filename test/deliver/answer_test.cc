// What the answer to a write shows beside what was sent.
#include <gtest/gtest.h>

#include <algorithm>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class Answers : public testing::Test {
 protected:
  Answers() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types) type.schedule.poll_every = Duration{24 * 3'600'000};
      for (TypePolicy& policy : hub.policies)
        for (LinkPolicy& link : policy.links) link.read_before_write_ms = 0;
    };
    ids = load_ada(world);
  }
  bool is_in_the_trail(const std::string& field, const std::string& after) {
    return std::ranges::any_of(world.audit(), [&](const AuditRow& row) {
      const bool of_east = row.connection == world.system_of("east").id && row.operation == "observe";
      return of_east && std::ranges::any_of(row.changes, [&](const AuditChange& change) { return change.field == field && change.after == text(after); });
    });
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_F(Answers, AnEditByOthersThatOneShowsIsTakenAndStandsInTheTrail) {
  east.edit("contact", ids[1], {{"title", text("Dr")}});
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "title"), "Dr");
  EXPECT_TRUE(is_in_the_trail("title", "Dr"));
}

}  // namespace
}  // namespace lockstep::support
