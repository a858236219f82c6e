// A field that is read from another place after a restart: nobody edited anything (rule 3).
#include <gtest/gtest.h>

#include <algorithm>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class MappingChange : public testing::Test {
 protected:
  MappingChange() : north(world.add_system("north")), east(world.add_system("east")) {
    FieldValues ada = contact("Ada", "ada@example.com");
    ada["city"] = text("Paris");
    here = north.add("contact", ada);
    world.start();
    EXPECT_TRUE(world.settle());
    there = id_of(east, "contact", "email", "ada@example.com");
  }
  void start_again_with_city_in(const std::string& place) {
    world.crash();
    world.bind("east", "contact", "city", place);
    world.start();
    EXPECT_TRUE(world.settle());
  }

  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string here, there;
};

TEST_F(MappingChange, ABlankNewPlaceIsFilledAndEmptiesNothing) {
  start_again_with_city_in("town");
  EXPECT_EQ(north.text("contact", here, "city"), "Paris");
  EXPECT_EQ(east.text("contact", there, "town"), "Paris");
  EXPECT_EQ(east.text("contact", there, "city"), "Paris") << "the old place is nobody's any more";
}

TEST_F(MappingChange, WhatStandsInTheNewPlaceLosesAndIsOnRecord) {
  east.edit("contact", there, {{"town", text("Rome")}});
  start_again_with_city_in("town");
  EXPECT_EQ(north.text("contact", here, "city"), "Paris");
  EXPECT_EQ(east.text("contact", there, "town"), "Paris");
  const auto rows = world.audit();
  EXPECT_TRUE(std::ranges::any_of(rows, [](const AuditRow& row) {
    return std::ranges::any_of(row.changes, [](const AuditChange& change) { return change.note.find("under a new mapping") != std::string::npos; });
  }));
}

TEST_F(MappingChange, AFieldThatWasBlankEverywhereTakesWhatTheNewPlaceHolds) {
  north.edit("contact", here, {{"city", Value{}}});
  ASSERT_TRUE(world.settle());
  east.edit("contact", there, {{"town", text("Rome")}});
  start_again_with_city_in("town");
  EXPECT_EQ(north.text("contact", here, "city"), "Rome");
}

TEST_F(MappingChange, AnotherLimitOfWhatIsWrittenChangesNoMeaning) {
  const std::uint64_t reads = east.reads_by_id;
  start_again_with_city_in("{field: city, lens: truncate(100)}");
  EXPECT_EQ(east.reads_by_id, reads);
}

TEST_F(MappingChange, AfterAMoveEditsInTheNewPlaceAreEdits) {
  start_again_with_city_in("town");
  east.edit("contact", there, {{"town", text("Rome")}});
  world.run_for(Duration{600'000});
  EXPECT_EQ(north.text("contact", here, "city"), "Rome");
  start_again_with_city_in("town");
  EXPECT_EQ(north.text("contact", here, "city"), "Rome");
}

}  // namespace
}  // namespace lockstep::support
