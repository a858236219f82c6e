#include "base/check.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(CheckDeathTest, SaysWhatWasBrokenAndWhere) {
  const int links = 2;
  EXPECT_DEATH(CHECK(links == 1, "one link per entity"), "check_test.cc:[0-9]+: broken invariant: one link per entity \\(links == 1\\)");
}

TEST(Check, LetsWhatHoldsPass) { CHECK(1 + 1 == 2, "arithmetic"); }

}  // namespace
}  // namespace lockstep
