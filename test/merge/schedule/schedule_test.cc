// Random schedules with ghost oracles: several systems with skewed clocks, old pages, duplicates, partial events, lost and
// late answers, crashes, normalising and automating servers, deletes and reviews drive observe, plan, begin_write and
// answer. Afterwards everything has converged, rests, and no edit is lost. LOCKSTEP_SEED runs one schedule with its trace,
// LOCKSTEP_SCHEDULES sets how many are run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "world.h"

namespace lockstep::merge::schedule {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void run_many(const Options& options, std::uint64_t first, std::uint64_t count) {
  if (const std::uint64_t seed = number_of("LOCKSTEP_SEED", 0)) {
    World world(seed, options, true);
    const auto wrong = world.run();
    for (const std::string& line : world.trace()) std::cout << line << "\n";
    EXPECT_TRUE(wrong.empty()) << wrong.front();
    return;
  }
  Statistics sum;
  int failures = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    World world(seed, options);
    const auto wrong = world.run();
    sum.add(world.statistics);
    if (wrong.empty()) continue;
    if (++failures <= 10) ADD_FAILURE() << "LOCKSTEP_SEED=" << seed << ": " << wrong.front();
  }
  std::cout << sum.schedules << " schedules, " << failures << " failed; " << sum.edits << " edits, " << sum.writes << " writes, " << sum.reads << " reads, "
            << sum.reviews << " reviews, " << sum.parked << " parked fields, " << sum.superseded << " superseded, " << sum.window << " in a window, "
            << sum.recreated << " created again, " << sum.revived << " revived\n";
  EXPECT_EQ(failures, 0);
}

TEST(Schedule, ConvergesAndLosesNothing) { run_many(Options{}, 1, number_of("LOCKSTEP_SCHEDULES", 1000)); }

}  // namespace
}  // namespace lockstep::merge::schedule
