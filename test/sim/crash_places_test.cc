// The power is cut wherever the program names a place at which that may matter, each time it comes there, over a whole run with faults.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/probes.h"
#include "sim/runner.h"

namespace lockstep::sim {
namespace {

struct Cut {
  const char* place;
  std::uint64_t first_seed;  // of profile liveness: this or one soon after it comes there
};

constexpr Cut kCuts[] = {{"create.unknown_outcome", 142}, {"credentials.renewed", 1},  {"deliver.dead_letter", 56}, {"deliver.duplicate", 18},
                         {"deliver.unread_event", 1},    {"discover.page_read", 1},   {"feed.climbed", 3},         {"feed.stepped_down", 3},
                         {"mapping.moved", 16},          {"merge.own_write_seen", 1}, {"send.answered", 1},        {"send.intent_committed", 1},
                         {"start.recovered", 1},         {"write.outcome_unknown", 1}};

/// Cuts every minute of the run and behind each thing that happens to the world: at the place, if it is reached within that minute.
Plan with_cuts(const char* place, std::uint64_t seed) {
  constexpr std::int64_t kEveryMs = 65'000;
  Plan plan = generate(seed, "liveness");
  std::erase_if(plan.events, [](const Event& event) { return event.what == "crash"; });
  std::vector<std::int64_t> moments;
  for (std::int64_t at_ms = 0; at_ms <= plan.events.back().at_ms; at_ms += kEveryMs) moments.push_back(at_ms);
  for (const Event& event : plan.events)  // what a new mapping begins with, say, is there at once
    if (event.who == "world") moments.push_back(event.at_ms);
  for (const std::int64_t at_ms : moments) {
    Event crash;
    crash.at_ms = at_ms;
    crash.who = "world";
    crash.what = "crash";
    crash.value = place;
    crash.for_ms = 1'000;
    plan.events.push_back(std::move(crash));
  }
  std::ranges::stable_sort(plan.events, {}, &Event::at_ms);
  return plan;
}

class PowerCut : public testing::TestWithParam<Cut> {};

TEST_P(PowerCut, WhereverItMayMatterLosesAndDoublesNothing) {
  constexpr std::uint64_t kSeedsMost = 60;
  const auto& [place, first_seed] = GetParam();
  for (std::uint64_t seed = first_seed; seed < first_seed + kSeedsMost; ++seed) {
    const Outcome outcome = run_isolated(with_cuts(place, seed));
    ASSERT_EQ(outcome.finding, Finding::none) << "liveness " << seed << ": " << outcome.rule << ": " << outcome.message;
    if (outcome.count.contains("cut at " + std::string(place))) return;
  }
  FAIL() << "no run came to " << place;
}

std::string name_of(const testing::TestParamInfo<Cut>& info) {
  std::string name = info.param.place;
  std::ranges::replace_if(
      name, [](char c) { return c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Places, PowerCut, testing::ValuesIn(kCuts), name_of);

TEST(PowerCuts, AreTriedAtEveryPlaceThatABatchMustReach) {
  const auto is_tried = [](std::string_view place) { return std::ranges::any_of(kCuts, [&](const Cut& cut) { return cut.place == place; }); };
  for (const char* place : kPlaces) EXPECT_TRUE(is_tried(place)) << place;
  for (const char* place : kRecoveries) EXPECT_TRUE(is_tried(place)) << place;
}

}  // namespace
}  // namespace lockstep::sim
