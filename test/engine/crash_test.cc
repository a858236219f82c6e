// Killed at any moment and started again, the hub goes on: nothing lost, nothing made twice.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

FakeTraits kind(int number) {
  FakeTraits traits;
  traits.page = 5;
  traits.batch = 4;
  if (number == 1) traits.shadow = connector::ShadowSource::read_back;
  if (number == 1) traits.has_lock = true;
  if (number == 2) traits.client_id = traits.feed_starts_with_listing = true;
  if (number == 2) traits.shadow = connector::ShadowSource::feed;
  if (number == 3) traits.has_key = false;
  if (number == 3) traits.probes = true;
  return traits;
}

void expect_in_step(World& world, std::size_t people, const std::string& when) {
  for (const auto& system : world.systems) {
    const auto live = system->live("contact");
    EXPECT_EQ(live.size(), people) << system->name() << " " << when;
    for (const FakeRecord* record : live) {
      const FakeRecord* first = world.systems[0]->find("contact", "email", plain_text(record->fields.at("email")));
      ASSERT_TRUE(first) << plain_text(record->fields.at("email")) << " " << when;
      for (const char* field : {"name", "city", "title"}) {
        const auto value = [&](const FakeRecord& one) { return one.fields.contains(field) ? one.fields.at(field) : Value{}; };
        EXPECT_EQ(plain_text(value(*record)), plain_text(value(*first))) << system->name() << " " << field << " " << when;
      }
    }
  }
  EXPECT_TRUE(world.open_reviews().empty()) << when;
  EXPECT_TRUE(world.dead_letters().empty()) << when;
}

TEST(CrashAudit, AWriteThatThePowerCutLeftUnansweredStandsInTheTrailWithItsValues) {
  World world(1);
  world.add_system("north", kind(0));
  world.add_system("east", kind(1));
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  world.start();
  // The first write of all gives the record its id and has no values; the second one makes it elsewhere.
  const auto in_flight = [&] {
    const ConnectionId east = world.hub->find_system("east")->id;
    return std::ranges::any_of(world.counts().connections, [&](const auto& one) { return one.connection == east && one.in_flight > 0; });
  };
  int steps = 0;
  while (!in_flight() && world.executor.step()) ASSERT_LT(++steps, 100'000);
  world.crash();
  world.start();
  AuditFilter failed;
  failed.success = false;
  const auto rows = world.audit(failed);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.front().failure_class, "outcome_unknown");
  EXPECT_FALSE(rows.front().changes.empty());
  ASSERT_TRUE(world.settle(Duration{3'600'000}));
  expect_in_step(world, 1, "after the power cut");
}

TEST(CrashAudit, AnUnansweredWriteStandsInTheTrailAlsoWhenItsCustomerWasMergedMeanwhile) {
  World world(1);
  FakeSystem& north = world.add_system("north", kind(0));
  FakeSystem& east = world.add_system("east", kind(3));
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  const std::string bea = north.add("contact", contact("Bea", "bea@example.com"));
  east.answers_after = Duration{10 * 60'000};
  world.start();
  while (east.live("contact").size() < 2) world.run_for(Duration{1'000});
  north.merge("contact", bea, ada);
  world.push("north", "contact", bea);
  AuditFilter merges;
  merges.operation = "merge_entities";
  while (world.audit(merges).empty()) world.run_for(Duration{1'000});
  world.crash();
  world.start();
  AuditFilter failed;
  failed.success = false;
  std::set<std::string> sent;
  for (const AuditRow& row : world.audit(failed))
    for (const AuditChange& change : row.changes)
      if (row.operation == "create" && row.failure_class == "outcome_unknown" && change.field == "email") sent.insert(plain_text(*change.after));
  EXPECT_EQ(sent, (std::set<std::string>{"ada@example.com", "bea@example.com"}));
}

class Crash : public testing::TestWithParam<int> {};

TEST_P(Crash, InTheMiddleOfAFirstLoadAndOfLiveTraffic) {
  const int seed = GetParam();
  World world(static_cast<std::uint64_t>(seed));
  Rng rng = Rng(static_cast<std::uint64_t>(seed)).split("test");
  const char* names[] = {"north", "east", "south", "west"};
  for (int i = 0; i < 4; ++i) world.add_system(names[i], kind(i));
  constexpr int kPeople = 12;
  for (int person = 0; person < kPeople; ++person)
    for (std::size_t i = 0; i < 4; ++i)
      if (rng.chance(0.4) || i == static_cast<std::size_t>(person) % 4)
        world.systems[i]->add("contact", contact("Person " + std::to_string(person), "p" + std::to_string(person) + "@example.com"));
  world.start();
  int edits = 0;
  for (int crash = 0; crash < 6; ++crash) {
    const std::uint64_t steps = rng.below(1'500);
    for (std::uint64_t step = 0; step < steps && world.executor.step(); ++step) {
      if (crash < 2 || !rng.chance(0.01)) continue;
      FakeSystem& system = *world.systems[rng.below(4)];
      const auto live = system.live("contact");
      if (live.empty()) continue;
      const std::string id = live[rng.below(live.size())]->id;
      system.edit("contact", id, {{rng.chance(0.5) ? "city" : "title", text("edit " + std::to_string(++edits))}});
    }
    world.crash();
    world.start();
  }
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  expect_in_step(world, kPeople, "seed " + std::to_string(seed));
  const std::size_t writes = world.writes();
  world.run_for(Duration{3 * 3'600'000});
  EXPECT_EQ(world.writes(), writes) << "rest, seed " << seed;
}

INSTANTIATE_TEST_SUITE_P(Seeds, Crash, testing::Range(1, 25));

}  // namespace
}  // namespace lockstep::support
