// The laws of the merge as properties over random small worlds. Each failure names its seed; LOCKSTEP_SEED runs it alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "schedule/server.h"
#include "small_world.h"

namespace lockstep::merge {
namespace {

using schedule::Random;

template <class Property>
void for_seeds(std::uint64_t count, Property property) {
  const char* only = std::getenv("LOCKSTEP_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < (only ? first + 1 : count + 1); ++seed) {
    SCOPED_TRACE("LOCKSTEP_SEED=" + std::to_string(seed));
    Random random(seed);
    property(random);
    if (testing::Test::HasFailure()) return;
  }
}

Value word(Random& random, std::size_t pool) {
  if (random.chance(.1)) return Value{};
  const std::size_t number = random.below(pool);
  return Value(std::string(1 + number % 3, static_cast<char>('a' + number)));
}

Value tags(Random& random) {
  List list;
  for (const char* tag : {"p", "q", "r", "s"})
    if (random.chance(.5)) list.push_back(Value(tag));
  return Value(std::move(list));
}

struct Edit {
  std::size_t server = 0;
  Value value;
  std::int64_t at_s = 0;
};

/// A world of one field in which every system makes at most one edit; some are behind: golden moved on without them.
struct OrderCase {
  SmallWorld world;
  std::vector<Edit> edits;
};

OrderCase order_case(Random& random, Strategy strategy, bool with_links_behind) {
  const std::size_t servers = 3 + random.below(2);
  OrderCase one{SmallWorld(servers, {strategy}), {}};
  const bool sets = strategy == Strategy::union_of;
  const auto any = [&] { return sets ? tags(random) : word(random, 6); };
  // No edit returns to a value that was golden before: that coincidence is an edit like any other, but not order-free. Nor
  // are the rules by value when a link is behind and somebody takes golden down: every edit goes up from the start.
  const Value start(strategy == Strategy::minimum ? "zzz" : "A");
  one.world.set_golden(0, sets ? tags(random) : start, -50 + 25 * static_cast<std::int64_t>(random.below(4)));
  const Value before = sets ? tags(random) : Value(strategy == Strategy::minimum ? "zz" : "B");
  for (std::size_t i = 0; i < servers; ++i) {
    Link& link = one.world.put_in_step(i);
    Value held = one.world.golden(0);
    if (with_links_behind && random.chance(.4)) {
      link.fields[0].shadow = link.fields[0].acked = held = before;
      link.fields[0].acked_stamp.lifted_us = link.fields[0].acked_stamp.own_us = one.world.us(-60);
    }
    Edit edit{i, any(), static_cast<std::int64_t>(random.below(120)) - 60};
    if (!(edit.value == held) && !(edit.value.is_blank() && held.is_blank()) && random.chance(.85)) one.edits.push_back(std::move(edit));
  }
  return one;
}

std::string outcome(const OrderCase& start, const std::vector<std::size_t>& order, Random& random, bool repeat) {
  SmallWorld world = start.world;
  for (const std::size_t index : order) {
    const Edit& edit = start.edits[index];
    world.observe_now(world.seen(edit.server, {{0, edit.value}}, edit.at_s));
    if (repeat && random.chance(.3)) world.observe_now(world.seen(edit.server, {{0, edit.value}}, edit.at_s));
  }
  std::string text = to_display(world.golden(0)) + " owed to";
  for (std::size_t i = 0; i < world.policy.links.size(); ++i)
    if (world.owed_to(i).kind != Plan::Kind::nothing) text += " " + std::to_string(i);
  return text;
}

class Law1 : public testing::TestWithParam<std::pair<Strategy, bool>> {};

// Any order, repetition or batching of the observations gives the same golden record and the same obligations.
TEST_P(Law1, OrderDoesNotMatter) {
  const auto [strategy, behind] = GetParam();
  for_seeds(400, [&](Random& random) {
    const OrderCase one = order_case(random, strategy, behind);
    std::vector<std::size_t> order(one.edits.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const std::string first = outcome(one, order, random, false);
    while (std::ranges::next_permutation(order).found) ASSERT_EQ(outcome(one, order, random, true), first);
  });
}

INSTANTIATE_TEST_SUITE_P(Strategies, Law1,
                         testing::Values(std::pair(Strategy::last_write_wins, false), std::pair(Strategy::last_write_wins, true),
                                         std::pair(Strategy::maximum, true), std::pair(Strategy::minimum, true), std::pair(Strategy::longest, true),
                                         std::pair(Strategy::prefer, false), std::pair(Strategy::union_of, false),
                                         std::pair(Strategy::newest_nonblank, false)));

constexpr std::size_t kServers = 3;

SmallWorld mixed_world(Random& random) {
  SmallWorld world(kServers, {Strategy::last_write_wins, Strategy::manual_review, Strategy::maximum, Strategy::union_of});
  for (std::size_t f = 0; f < 3; ++f) world.set_golden(f, word(random, 6), -100);
  world.set_golden(3, tags(random), -100);
  for (std::size_t i = 0; i < kServers; ++i) world.put_in_step(i);
  return world;
}

Observation any_observation(Random& random, SmallWorld& world, std::int64_t at_s) {
  const std::size_t server = random.below(kServers), field = random.below(4);
  Observation seen = world.seen(server, {{field, field == 3 ? tags(random) : word(random, 6)}}, at_s);
  if (random.chance(.2)) seen.fence = random.chance(.5) ? std::nullopt : std::optional<std::uint64_t>(world.fence - random.below(6));
  if (random.chance(.05)) seen = world.gone(server, at_s);
  return seen;
}

void stir(Random& random, SmallWorld& world) {
  for (int i = 0; i < 12; ++i) {
    world.observe_now(any_observation(random, world, i));
    if (random.chance(.4)) world.deliver(random.below(kServers));
  }
}

// merge(merge(x, o), o) = merge(x, o).
TEST(Law2, TheSameObservationAgainChangesNothing) {
  for_seeds(500, [](Random& random) {
    SmallWorld world = mixed_world(random);
    stir(random, world);
    const Observation seen = any_observation(random, world, 20);
    world.observe_now(seen);
    const std::string once = describe(world.state, false);
    const Effects again = world.observe_now(seen);
    ASSERT_FALSE(again.golden_changed || again.stamp_changed);
    ASSERT_EQ(describe(world.state, false), once);
  });
}

// An observation equal to the shadow changes only the fence, and says nothing.
TEST(Law3, AnEqualObservationOnlyMovesTheFence) {
  for_seeds(500, [](Random& random) {
    SmallWorld world = mixed_world(random);
    stir(random, world);
    for (std::size_t i = 0; i < kServers; ++i) {
      const Link* link = world.state.find(SmallWorld::system(i));
      if (link->presence != LinkPresence::present) continue;
      const std::string before = describe(world.state, true);
      Observation seen = world.seen(i, {}, 30);
      for (std::size_t f = 0; f < 4; ++f) seen.fields[f] = link->fields[f].shadow;
      const std::uint64_t fence_before = link->fence;
      const Effects effects = world.observe_now(seen);
      ASSERT_TRUE(effects.changes.empty() && effects.reviews.empty() && !effects.golden_changed && !effects.stamp_changed);
      ASSERT_EQ(describe(world.state, true), before);
      ASSERT_GT(link->fence, fence_before);
    }
  });
}

// After deliver and observe everywhere nothing is owed, and the systems hold golden.
TEST(Law4, DeliveryComesToRest) {
  for_seeds(500, [](Random& random) {
    SmallWorld world = mixed_world(random);
    stir(random, world);
    // A record made again is read once: the fields that were not sent are blank there.
    for (int round = 0; round < 2; ++round)
      for (std::size_t i = 0; i < kServers; ++i) {
        const Link* link = world.state.find(SmallWorld::system(i));
        if (world.owed_to(i).kind == Plan::Kind::read_first) {
          Observation seen = world.seen(i, {}, 40);
          seen.complete = true;
          for (std::size_t f = 0; f < 4; ++f) seen.fields[f] = link->fields[f].shadow.value_or(Value{});
          world.observe_now(seen);
        }
        world.deliver(i);
      }
    for (std::size_t i = 0; i < kServers; ++i) ASSERT_EQ(world.owed_to(i).kind, Plan::Kind::nothing) << world.owed_to(i).why;
    if (world.state.golden.presence == EntityPresence::deleted) return;
    for (const Link& link : world.state.links)
      for (std::size_t f = 0; f < 4; ++f)
        if (!world.state.golden.fields[f].frozen && link.presence == LinkPresence::present && link.fields[f].shadow) {
          ASSERT_TRUE(world.equivalent(link.connection, SmallWorld::field(f), *link.fields[f].shadow, world.golden(f)));
        }
  });
}

// Every value ever observed is golden, an earlier golden, or a recorded loser.
TEST(Law5, NoValueVanishes) {
  for_seeds(500, [](Random& random) {
    SmallWorld world = mixed_world(random);
    int number = 0;
    for (int i = 0; i < 12; ++i) {
      const std::size_t server = random.below(kServers), field = random.below(3);
      const Value value("v" + std::to_string(++number));
      Observation seen = world.seen(server, {{field, value}}, static_cast<std::int64_t>(random.below(30)));
      if (random.chance(.3)) seen.fence = std::nullopt;
      const Effects effects = world.observe_now(seen);
      bool recorded = std::ranges::any_of(effects.changes, [&](const AuditChange& change) { return change.before == value || change.after == value; });
      for (const ReviewItem& item : world.state.reviews)
        recorded = recorded || std::ranges::any_of(item.candidates, [&](const ReviewCandidate& one) { return one.value == value; });
      ASSERT_TRUE(recorded || world.golden(field) == value) << to_display(value);
      if (random.chance(.3)) world.deliver(random.below(kServers));
    }
  });
}

// The members of a group always come from one write.
TEST(Law6, AGroupIsOneWrite) {
  for_seeds(300, [](Random& random) {
    SmallWorld world(kServers);
    const auto group = [](int number) { return Value(Map{{"city", Value("c" + std::to_string(number))}, {"street", Value("s" + std::to_string(number))}}); };
    world.set_golden(0, group(0), -100);
    for (std::size_t i = 0; i < kServers; ++i) world.put_in_step(i);
    for (int i = 1; i < 10; ++i) {
      world.observe_now(world.seen(random.below(kServers), {{0, group(i)}}, static_cast<std::int64_t>(random.below(30))));
      const std::string city = *world.golden(0).member("city")->get<std::string>(), street = *world.golden(0).member("street")->get<std::string>();
      ASSERT_EQ(city.substr(1), street.substr(1));
      if (random.chance(.3)) world.deliver(random.below(kServers));
    }
  });
}

// Renaming systems changes nothing but tie-breaks: without ties, nothing.
TEST(Law7, NamesOfSystemsDoNotMatter) {
  for_seeds(400, [](Random& random) {
    std::vector<std::size_t> names = {0, 1, 2};
    for (std::size_t i = 3; i > 1; --i) std::swap(names[i - 1], names[random.below(i)]);
    SmallWorld plain(kServers), renamed(kServers);
    for (SmallWorld* world : {&plain, &renamed}) {
      world->set_golden(0, Value("start"), -100);
      for (std::size_t i = 0; i < kServers; ++i) world->put_in_step(i);
      for (Link& link : world->state.links) link.fields[0].acked_stamp.system = kHub;
      world->state.golden.fields[0].stamp.system = kHub;
    }
    std::vector<std::int64_t> times = {1, 2, 3, 4, 5, 6, 7, 8};
    for (std::size_t i = times.size(); i > 1; --i) std::swap(times[i - 1], times[random.below(i)]);
    for (const std::int64_t at_s : times) {
      const std::size_t server = random.below(kServers);
      const Value value = word(random, 8);
      plain.observe_now(plain.seen(server, {{0, value}}, at_s));
      renamed.observe_now(renamed.seen(names[server], {{0, value}}, at_s));
      if (random.chance(.4)) {
        const std::size_t to = random.below(kServers);
        ASSERT_EQ(plain.deliver(to), renamed.deliver(names[to]));
      }
      ASSERT_EQ(plain.golden(0), renamed.golden(0));
    }
  });
}

// With one system only, golden is its last observation.
TEST(Law8, OneSystemIsCopied) {
  for_seeds(300, [](Random& random) {
    SmallWorld world(1, {Strategy::last_write_wins, Strategy::prefer, Strategy::newest_nonblank, Strategy::maximum});
    for (std::size_t f = 0; f < 4; ++f) world.set_golden(f, word(random, 6), 100);
    world.put_in_step(0);
    for (int i = 0; i < 10; ++i) {
      const std::size_t field = random.below(4);
      const Value value = word(random, 6);
      world.observe_now(world.seen(0, {{field, value}}, static_cast<std::int64_t>(random.below(50))));
      ASSERT_TRUE(world.equivalent(SmallWorld::system(0), SmallWorld::field(field), world.golden(field), value));
      ASSERT_EQ(world.owed_to(0).kind, Plan::Kind::nothing);
    }
  });
}

// Frozen fields are never sent; unfrozen ones are never held by them.
TEST(Law9, FrozenFieldsAreNeverSentAndHoldNothing) {
  for_seeds(500, [](Random& random) {
    SmallWorld world = mixed_world(random);
    stir(random, world);
    if (world.state.golden.presence == EntityPresence::deleted) return;
    for (std::size_t i = 0; i < kServers; ++i) {
      Link* link = world.state.find(SmallWorld::system(i));
      link->needs_read = false;
      const Plan owed = world.owed_to(i);
      for (const FieldIndex field : owed.fields) ASSERT_FALSE(world.state.golden.fields[field.value()].frozen);
      if (link->presence != LinkPresence::present) continue;
      for (std::size_t f = 0; f < 4; ++f) {
        const bool differs = link->fields[f].shadow && !world.equivalent(link->connection, SmallWorld::field(f), *link->fields[f].shadow, world.golden(f));
        const bool planned = std::ranges::find(owed.fields, SmallWorld::field(f)) != owed.fields.end();
        ASSERT_EQ(planned, differs && !world.state.golden.fields[f].frozen);
      }
    }
  });
}

}  // namespace
}  // namespace lockstep::merge
