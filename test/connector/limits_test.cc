// What a connection does at a vendor's limits, and when the vendor is down.
#include <algorithm>

#include "connector/answer.h"
#include "connector/breaker.h"
#include "connector/budgets.h"
#include "connector/classify.h"
#include "connector/context.h"
#include "connector/lock_groups.h"
#include "connector/roots.h"
#include "expression/operand.h"
#include "load_support.h"
#include "sim/virtual_executor.h"

namespace lockstep::connector {
namespace {

constexpr WallTime kStart{1'772'438'400'000};  // eight o'clock, UTC
constexpr std::int64_t kHour = 3'600'000;

Failure failure_of(FailureClass failure_class, FailureScope scope) {
  Failure failure;
  failure.failure_class = failure_class;
  failure.scope = scope;
  failure.message = "as told";
  return failure;
}

TEST(RetryAfter, OfADateInAnotherCenturyIsNoReasonToWaitThatLong) {
  const Loaded loaded = load_text(small_with("{calls: {default: true, max: 10, window: 1s}}", "{calls: {default: true, max: 10, window: 1s}}"));
  ASSERT_TRUE(loaded.definition) << loaded.text();
  Classifier classifier(*loaded.definition, Rng(1));
  const auto wait_after = [&](const char* told) {
    http::Headers headers;
    headers.set("Retry-After", told);
    const Answer answer(503, headers, "");
    Scope scope(loaded.definition->roots.all().size());
    answer.enter(scope);
    return classifier.classify(scope, Classifier::Question{"update", "call"}, 503, kStart).wait.value_or(Duration{-1});
  };
  constexpr Duration kWeek{7 * 24 * kHour};
  EXPECT_EQ(wait_after("120"), Duration{120'000});
  EXPECT_EQ(wait_after("Mon, 02 Mar 2026 08:05:00 GMT"), Duration{300'000});
  EXPECT_EQ(wait_after("Mon, 02 Mar 2026 07:05:00 GMT"), Duration{0});
  EXPECT_EQ(wait_after("1e300"), kWeek);
  EXPECT_EQ(wait_after("Fri, 31 Dec 9999 23:59:59 GMT"), kWeek);
}

class Limits : public testing::Test {
 protected:
  void use_limits(std::string_view limits) {
    loaded = load_text(small_with("{calls: {default: true, max: 10, window: 1s}}", limits));
    ASSERT_TRUE(loaded.definition) << loaded.text();
    budgets = std::make_unique<Budgets>(*loaded.definition, config, executor, Rng(5));
  }
  /// Asks for a place; `order` gets the priority when it is given, and the place is held for `held`.
  void ask(Priority priority, Duration held = Duration{0}) {
    tasks.spawn([](Limits& self, Priority wanted, Duration hold) -> Task<void> {
      std::vector<std::string> charge;
      const auto admitted = co_await self.budgets->admit(std::move(charge), wanted);
      if (!admitted) {
        self.refusals.push_back(admitted.error());
        co_return;
      }
      self.order.push_back(wanted);
      self.admitted_at.push_back(self.executor.clock().now());
      ++self.in_flight;
      self.most_in_flight = std::max(self.most_in_flight, self.in_flight);
      if (hold > Duration{0}) co_await self.executor.clock().sleep(hold);
      --self.in_flight;
      self.budgets->release({}, hold);
    }(*this, priority, held));
  }
  /// An answer with a figure of the vendor's.
  void hear_that_are_left(const char* left) {
    http::Headers headers;
    headers.set("X-Left", left);
    const Answer answer(200, headers, "");
    Scope scope(loaded.definition->roots.all().size());
    answer.enter(scope);
    budgets->learn({}, scope);
  }
  std::size_t admitted_within(Duration duration) {
    const std::size_t before = order.size();
    executor.run_for(duration);
    return order.size() - before;
  }

  sim::VirtualExecutor executor{kStart};
  TaskGroup tasks{executor};
  Loaded loaded;
  ConnectionConfig config;
  std::unique_ptr<Budgets> budgets;
  std::vector<Priority> order;
  std::vector<Instant> admitted_at;
  std::vector<Failure> refusals;
  int in_flight = 0, most_in_flight = 0;
};

TEST_F(Limits, AnEditGoesBeforeAFullRefreshThatWaitsLonger) {
  use_limits("{calls: {default: true, max: 10, window: 1s}}");
  for (int i = 0; i < 30; ++i) ask(Priority::full_refresh);
  executor.run_for(Duration{100});
  EXPECT_EQ(order.size(), 9u) << "a part of the window is left to who is more urgent";
  for (int i = 0; i < 5; ++i) ask(Priority::real_time);
  executor.run_for(Duration{5'000});
  ASSERT_EQ(order.size(), 35u);
  EXPECT_TRUE(std::all_of(order.begin() + 9, order.begin() + 14, [](Priority one) { return one == Priority::real_time; }));
}

TEST_F(Limits, NobodyStarvesUnderASteadyStreamOfTheMoreUrgent) {
  use_limits("{calls: {default: true, max: 4, window: 1s}}");
  for (int i = 0; i < 60; ++i) {
    for (int k = 0; k < 5; ++k) ask(Priority::incremental);  // one a second more than fits
    if (i == 10) ask(Priority::full_refresh);
    executor.run_for(Duration{1'000});
  }
  EXPECT_EQ(std::ranges::count(order, Priority::full_refresh), 1);
}

TEST_F(Limits, NoWindowEverHoldsMoreThanTheLimit) {
  use_limits("{calls: {default: true, max: 10, window: 1s}}");
  for (int i = 0; i < 100; ++i) ask(i % 3 == 0 ? Priority::real_time : Priority::incremental);
  executor.run_for(Duration{60'000});
  ASSERT_EQ(order.size(), 100u);
  for (std::size_t i = 10; i < admitted_at.size(); ++i) EXPECT_GE(admitted_at[i] - admitted_at[i - 10], Duration{1'000}) << i;
}

TEST_F(Limits, ALongWindowUnderSteadyUseIsFreedAsItWasUsed) {
  use_limits("{calls: {default: true, max: 100, window: 1h}}");
  for (int i = 0; i < 300; ++i) {
    ask(Priority::real_time);
    executor.run_for(Duration{30'000});
  }
  executor.run_for(Duration{7'200'000});
  EXPECT_EQ(order.size() + refusals.size(), 300u);
  EXPECT_GE(order.size(), 240u) << "a hundred in each of two and a half hours, and those that waited";
}

TEST_F(Limits, RequestsInFlightAreBoundedAndOnePlaceIsNotTheFullRefreshs) {
  use_limits("{calls: {default: true, concurrent: 4}}");
  for (int i = 0; i < 12; ++i) ask(Priority::full_refresh, Duration{10'000});
  executor.run_for(Duration{100});
  EXPECT_EQ(most_in_flight, 3);
  ask(Priority::real_time, Duration{10});
  executor.run_for(Duration{100});
  EXPECT_EQ(order.back(), Priority::real_time);
  executor.run_for(Duration{120'000});
  EXPECT_EQ(order.size(), 13u);
  EXPECT_LE(most_in_flight, 4);
}

TEST_F(Limits, ARefusalLetsTheLimitRestOnceHoweverManyMetItAndItsUseShrinks) {
  use_limits("{calls: {default: true, max: 10, window: 1s}}");
  Failure refusal = failure_of(FailureClass::rate_limit, FailureScope::limit);
  refusal.wait = Duration{5'000};
  for (int i = 0; i < 8; ++i) budgets->refused({}, refusal);
  for (int i = 0; i < 40; ++i) ask(Priority::real_time);
  EXPECT_EQ(admitted_within(Duration{4'900}), 0u);
  EXPECT_EQ(admitted_within(Duration{900}), 5u) << "half of the limit";
  for (int i = 0; i < 200; ++i) budgets->accepted({});
  executor.run_for(Duration{1'500});
  EXPECT_GE(order.size(), 15u) << "what is taken lets the use grow again";
}

TEST_F(Limits, WhereTheVendorNamesNoWaitItIsJitteredAndGrows) {
  use_limits("{calls: {default: true, max: 1000, window: 1s}}");
  Duration longest{0};
  for (int round = 0; round < 6; ++round) {
    budgets->refused({}, failure_of(FailureClass::rate_limit, FailureScope::limit));
    ask(Priority::real_time);
    const Instant from = executor.clock().now();
    executor.run_for(Duration{61'000});
    ASSERT_EQ(order.size(), static_cast<std::size_t>(round) + 1);
    const Duration waited = admitted_at.back() - from;
    EXPECT_LE(waited, Duration{1'000 << round});
    longest = std::max(longest, waited);
  }
  EXPECT_GT(longest, Duration{1'000});
}

TEST_F(Limits, AQuotaThatEndsIsForeseenAndThenTold) {
  use_limits("{calls: {default: true, max: 100, window: 24h, keep: {people: 20%}}}");
  for (int i = 0; i < 40; ++i) {
    ask(Priority::real_time);
    executor.run_for(Duration{60'000});
  }
  const auto use = budgets->use().at("calls");
  EXPECT_EQ(use.left, 60);
  EXPECT_EQ(use.kept, 20);
  ASSERT_TRUE(use.ends_in);
  EXPECT_NEAR(static_cast<double>(use.ends_in->count()), 40 * 60'000, 3 * 60'000);
  for (int i = 0; i < 41; ++i) ask(Priority::real_time);
  executor.run_for(Duration{1'000});
  EXPECT_EQ(order.size(), 80u) << "people keep their share";
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].failure_class, FailureClass::quota);
  EXPECT_TRUE(refusals[0].unsent && refusals[0].wait);
}

TEST_F(Limits, ABudgetOfTheDayIsWholeAgainAfterTheVendorsMidnight) {
  use_limits("{calls: {default: true, max: 100, resets: {daily: \"00:00\", zone: '\"+02:00\"'}, learn: {left: header(\"X-Left\")}}}");
  hear_that_are_left("60");  // others used forty; it is ten o'clock there
  executor.run_for(Duration{13 * kHour});
  for (int i = 0; i < 61; ++i) ask(Priority::real_time);
  executor.run_for(Duration{1'000});
  EXPECT_EQ(order.size(), 60u);
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_LT(*refusals[0].wait, Duration{kHour + 5 * 60'000}) << "not a day from now";
  executor.run_for(Duration{kHour + 5 * 60'000});
  for (int i = 0; i < 100; ++i) ask(Priority::real_time);
  executor.run_for(Duration{1'000});
  EXPECT_EQ(order.size(), 160u);
}

TEST_F(Limits, WhatIsLeftOfADayIsWhatTheVendorSaysLast) {
  use_limits("{calls: {default: true, max: 100, resets: {daily: \"00:00\", zone: '\"UTC\"'}, learn: {left: header(\"X-Left\")}}}");
  hear_that_are_left("10");
  EXPECT_EQ(budgets->use().at("calls").left, 10);
  hear_that_are_left("70");  // more was bought, or the day began anew there earlier than it seems
  EXPECT_EQ(budgets->use().at("calls").left, 70);
}

TEST_F(Limits, TheEndOfADaysBudgetIsForeseenFromItsUseSinceMidnight) {
  use_limits("{calls: {default: true, max: 100, resets: {daily: \"00:00\", zone: '\"UTC\"'}, learn: {left: header(\"X-Left\")}}}");
  hear_that_are_left("60");  // forty in the eight hours since midnight: sixty last for twelve
  ASSERT_TRUE(budgets->use().at("calls").ends_in);
  EXPECT_NEAR(static_cast<double>(budgets->use().at("calls").ends_in->count()), static_cast<double>(12 * kHour), static_cast<double>(kHour));
}

TEST_F(Limits, OnceHalfOfADayIsUsedCallsThatComeAgainAndAgainSpareIt) {
  use_limits(
      "{calls: {default: true, max: 1000, window: 24h, keep: {people: 20%}, learn: {left: header(\"X-Left\")}}, burst: {default: true, max: 4, window: 10s}}");
  hear_that_are_left("601");
  EXPECT_FALSE(budgets->use().at("calls").sparing);
  hear_that_are_left("600");
  ASSERT_TRUE(budgets->use().at("calls").sparing);
  EXPECT_EQ(*budgets->use().at("calls").sparing * 200, Duration{24 * kHour}) << "a quarter of our eight hundred a day";
  EXPECT_FALSE(budgets->use().at("burst").sparing) << "it fills again at once";
}

TEST_F(Limits, AQuotaOfADayThatIsSparedLastsTheDay) {
  use_limits("{calls: {default: true, max: 1000, window: 24h}}");
  const Instant end = executor.clock().now() + Duration{3 * 24 * kHour};
  while (executor.clock().now() < end) {
    ask(Priority::incremental);
    const auto use = budgets->use();
    executor.run_for(use.contains("calls") ? use.at("calls").sparing.value_or(Duration{1'000}) : Duration{1'000});
  }
  EXPECT_TRUE(refusals.empty());
  EXPECT_GE(order.size(), 3u * 500u) << "and it is used";
}

class DailyLimit : public Limits {
 protected:
  void use_day_of(const std::string& zone) {
    use_limits("{calls: {default: true, max: 100, resets: {daily: \"00:00\", zone: facts.zone}}}");
    const Value facts(Map{{"zone", Value(zone)}});
    Scope scope(loaded.definition->roots.all().size());
    scope.set(kFacts, expression::Operand::borrow(facts));
    budgets->learn({}, scope);
  }
  std::size_t admitted(int asked) {
    for (int i = 0; i < asked; ++i) ask(Priority::real_time);
    return admitted_within(Duration{1'000});
  }
};

TEST_F(DailyLimit, StartsAnewAtTheMidnightOfItsZone) {
  use_day_of("Europe/Berlin");  // it is nine there: fifteen hours to go
  ASSERT_EQ(admitted(101), 100u);
  ASSERT_EQ(refusals.size(), 1u);
  ASSERT_TRUE(refusals[0].wait);
  EXPECT_NEAR(static_cast<double>(refusals[0].wait->count()), 15 * 3'600'000, 240'000);
  executor.run_for(Duration{15 * 3'600'000 - 600'000});
  EXPECT_EQ(admitted(1), 0u);
  executor.run_for(Duration{840'000});
  EXPECT_EQ(admitted(100), 100u);
  EXPECT_EQ(admitted(1), 0u);
}

TEST_F(DailyLimit, LastsAsLongAsTheDayOnWhichClocksAreSetBack) {
  use_day_of("Europe/Berlin");
  const Duration to_midnight = WallTime{1'792'879'200'000} - kStart;  // 2026-10-25 there
  executor.run_for(to_midnight + Duration{300'000});
  ASSERT_EQ(admitted(100), 100u);
  executor.run_for(Duration{24 * 3'600'000 + 1'800'000});
  EXPECT_EQ(admitted(1), 0u) << "this day has 25 hours";
  executor.run_for(Duration{1'800'000});
  EXPECT_EQ(admitted(1), 1u);
}

TEST_F(Limits, ALimitOfNoPracticalSizeIsNone) {
  config.limits["calls"].max = INT64_MAX / 2;
  use_limits("{calls: {default: true, max: 100, window: 24h, keep: {people: 20%}}}");
  for (int i = 0; i < 50; ++i) ask(Priority::full_refresh);
  executor.run_for(Duration{1'000});
  EXPECT_EQ(order.size(), 50u);
  EXPECT_FALSE(budgets->use().at("calls").ends_in);
}

TEST_F(Limits, FiguresThatAVendorTellsWithoutMeasureLeaveALimitThatLetsThrough) {
  use_limits("{calls: {default: true, max: 100, window: 24h, learn: {max: header(\"X-Max\"), left: header(\"X-Left\")}}}");
  http::Headers headers;
  headers.set("X-Max", "9223372036854775807");
  headers.set("X-Left", "9223372036854775807");
  const Answer answer(200, headers, "");
  Scope scope(loaded.definition->roots.all().size());
  answer.enter(scope);
  budgets->learn({}, scope);
  for (int i = 0; i < 50; ++i) ask(Priority::full_refresh);
  executor.run_for(Duration{1'000});
  EXPECT_EQ(order.size(), 50u);
}

TEST_F(Limits, AnAccountsOwnFiguresStandBeforeTheConnectors) {
  config.limits["calls"].max = 5;
  config.limits["calls"].keep_share = 0.4;
  use_limits("{calls: {default: true, max: 100, window: 24h, keep: {people: 20%}}}");
  for (int i = 0; i < 5; ++i) ask(Priority::real_time);
  executor.run_for(Duration{1'000});
  EXPECT_EQ(order.size(), 3u);
  EXPECT_EQ(budgets->use().at("calls").kept, 2);
}

TEST_F(Limits, StoppingEndsEveryWait) {
  use_limits("{calls: {default: true, max: 1, window: 60s}}");
  for (int i = 0; i < 3; ++i) ask(Priority::incremental);
  executor.run_for(Duration{100});
  budgets->stop();
  executor.run_for(Duration{100});
  EXPECT_EQ(order.size(), 1u);
  EXPECT_EQ(refusals.size(), 2u);
}

TEST(TheRemotesClock, IsNotThatOfOneAnswerAmongMany) {
  RemoteClock clock;
  EXPECT_EQ(clock.offset_ms(), 0);
  clock.note(2'000);
  EXPECT_EQ(clock.offset_ms(), 2'000);
  clock.note(3'600'000);
  EXPECT_EQ(clock.offset_ms(), 2'000);
  clock.note(1'500);
  EXPECT_EQ(clock.offset_ms(), 2'000);
  clock.note(900'000);
  clock.note(900'500);
  EXPECT_EQ(clock.offset_ms(), 900'000) << "set anew: soon believed";
}

TEST(VendorBreaker, OpensAfterFailuresInARowAndOneTrialDecides) {
  sim::VirtualExecutor executor{kStart};
  Breaker breaker(executor, Rng(1));
  const Failure down = failure_of(FailureClass::transient, FailureScope::vendor);
  for (int i = 0; i < 5; ++i) {
    ASSERT_FALSE(breaker.refuses()) << i;
    breaker.failed(down);
  }
  const auto refused = breaker.refuses();
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->unsent && refused->wait && *refused->wait > Duration{0});
  executor.run_for(Duration{61'000});
  EXPECT_FALSE(breaker.refuses()) << "one may try";
  EXPECT_TRUE(breaker.refuses()) << "only one";
  breaker.failed(down);
  EXPECT_TRUE(breaker.refuses());
  executor.run_for(Duration{61'000});
  EXPECT_FALSE(breaker.refuses());
  breaker.succeeded();
  EXPECT_FALSE(breaker.refuses());
  EXPECT_FALSE(breaker.refuses());
}

TEST(VendorBreaker, WhatOneRecordDoesWrongProvesThatTheVendorIsThere) {
  sim::VirtualExecutor executor{kStart};
  Breaker breaker(executor, Rng(1));
  for (int i = 0; i < 50; ++i) {
    breaker.failed(failure_of(i % 5 == 4 ? FailureClass::validation : FailureClass::transient, i % 5 == 4 ? FailureScope::record : FailureScope::vendor));
    EXPECT_FALSE(breaker.is_open());
  }
}

TEST(Locks, WritesOfOneGroupNeverRunBesideEachOtherAndOthersDo) {
  sim::VirtualExecutor executor{kStart};
  TaskGroup tasks{executor};
  LockGroups locks(executor);
  std::multiset<std::string> running;
  std::size_t most = 0, done = 0;
  const auto write = [&](std::set<std::string> groups) -> Task<void> {
    co_await locks.acquire(groups);
    for (const std::string& group : groups) {
      running.insert(group);
      EXPECT_EQ(running.count(group), 1u) << group;
    }
    most = std::max(most, running.size());
    const Duration hold{100};
    co_await executor.clock().sleep(hold);
    for (const std::string& group : groups) running.erase(running.find(group));
    locks.release(groups);
    ++done;
  };
  for (int i = 0; i < 5; ++i)
    for (const std::set<std::string>& groups : {std::set<std::string>{"a", "b"}, {"b", "c"}, {"c", "a"}, {"d"}, {}}) tasks.spawn(write(groups));
  executor.run_for(Duration{10'000});
  EXPECT_EQ(done, 25u);
  EXPECT_GE(most, 3u) << "two groups and another beside them";
}

TEST(Retries, AreAtMostATenthOfWhatIsSent) {
  RetryBudget retries;
  int taken = 0;
  while (retries.take()) ++taken;
  EXPECT_LE(taken, 10) << "at the start";
  taken = 0;
  for (int i = 0; i < 1'000; ++i) {
    retries.sent();
    if (retries.take()) ++taken;
  }
  EXPECT_EQ(taken, 100);
}

}  // namespace
}  // namespace lockstep::connector
