// When a fault fires, and what becomes of webhooks.
#include <gtest/gtest.h>

#include "emulators/core/faults.h"
#include "emulators/core/outgoing.h"
#include "harness.h"

namespace lockstep::emulators {
namespace {

Fault named(std::string_view name) {
  Fault fault;
  fault.name = std::string(name);
  return fault;
}

class FaultsAt : public testing::Test {
 protected:
  /// Which of `calls` calls in a row fire, as "x..x".
  std::string pattern(std::string_view what, int calls) {
    std::string fired;
    for (int i = 0; i < calls; ++i) fired += faults.fires("x", what) ? 'x' : '.';
    return fired;
  }
  ManualClock clock;
  Faults faults{Rng(3), [this] { return clock.now(); }};
};

TEST_F(FaultsAt, CountRateAndMatch) {
  Fault fault = named("x");
  fault.remaining = 2;
  fault.match = "POST /a";
  faults.set(fault);
  EXPECT_EQ(pattern("GET /a", 1), ".");
  EXPECT_EQ(pattern("POST /a/b", 3), "xx.");
  fault = named("x");
  fault.rate = 0.25;
  faults.set(fault);
  std::string fired = pattern("GET /", 10'000);
  EXPECT_NEAR(std::count(fired.begin(), fired.end(), 'x'), 2'500, 200);
}

TEST_F(FaultsAt, AScriptCountsTheCallsThatFit) {
  Fault fault = named("x");
  fault.calls = {1, 3, 4};
  fault.match = "POST";
  faults.set(fault);
  EXPECT_EQ(pattern("POST /a", 2), "x.");
  EXPECT_EQ(pattern("GET /a", 3), "...") << "does not count";
  EXPECT_EQ(pattern("POST /b", 4), "xx..");
  EXPECT_EQ(faults.all().at("x").fired, 3u);
}

TEST_F(FaultsAt, ABurstEndsByTheStandInsClock) {
  Fault fault = named("x");
  fault.until = clock.now() + Duration{1'500};
  faults.set(fault);
  clock.advance(Duration{500});
  auto fired = faults.fires("x", "GET /");
  ASSERT_TRUE(fired);
  EXPECT_EQ(fired->retry_after, Duration{1'000}) << "what is left of it";
  EXPECT_EQ(pattern("GET /", 100), std::string(100, 'x'));
  clock.advance(Duration{1'000});
  EXPECT_EQ(pattern("GET /", 3), "...");
}

class Webhooks : public FaultsAt {
 protected:
  void push(const std::string& path) { queue.push(clock.now(), http::Request("POST", "http://receiver" + path)); }
  void set(std::string_view name, Duration delay = Duration{0}) {
    Fault fault = named(name);
    fault.calls = {1};
    fault.delay = delay;
    fault.match = "/hooks";
    faults.set(fault);
  }
  /// The paths handed out now, in order.
  std::string taken() {
    std::string paths;
    for (OutgoingRequest& each : queue.take(clock.now())) {
      paths += each.request.url.substr(15);
      last_id = each.id;
    }
    return paths;
  }
  OutgoingQueue queue{faults};
  std::uint64_t last_id = 0;
};

TEST_F(Webhooks, RetriesByScheduleAndGivesUp) {
  queue.set_schedule({Duration{10}, Duration{20}});
  queue.push(clock.now() + Duration{5}, http::Request("POST", "http://receiver/a"));
  EXPECT_EQ(taken(), "");
  clock.advance(Duration{5});
  EXPECT_EQ(taken(), "/a");
  EXPECT_EQ(taken(), "") << "handed out once";
  queue.answered(last_id, false, clock.now());
  clock.advance(Duration{9});
  EXPECT_EQ(taken(), "");
  clock.advance(Duration{1});
  EXPECT_EQ(taken(), "/a");
  queue.answered(last_id, false, clock.now());
  clock.advance(Duration{20});
  EXPECT_EQ(taken(), "/a");
  queue.answered(last_id, false, clock.now());
  EXPECT_EQ(queue.waiting(), 0u);
  EXPECT_EQ(queue.given_up(), 1u);
}

TEST_F(Webhooks, TellsWhatGoesOutNoMore) {
  std::string finished;
  queue.set_finished([&](const http::Request& request) { finished += request.url.substr(15); });
  queue.set_schedule({Duration{10}});
  push("/taken");
  taken();
  queue.answered(last_id, true, clock.now());
  push("/given-up");
  taken();
  queue.answered(last_id, false, clock.now());
  EXPECT_EQ(finished, "/taken") << "the other one is tried again";
  clock.advance(Duration{10});
  taken();
  queue.answered(last_id, false, clock.now());
  set(kFaultWebhookLost);
  push("/hooks/lost");
  EXPECT_EQ(finished, "/taken/given-up/hooks/lost");
}

TEST_F(Webhooks, PreparesEachAttemptForItsMoment) {
  queue.set_schedule({Duration{10}});
  queue.set_prepare([](http::Request& request, std::size_t attempt, WallTime now) {
    request.headers.set("Sent", std::to_string(attempt) + " at " + std::to_string(now.ms));
  });
  queue.push(WallTime{5}, http::Request("POST", "http://receiver/"));
  auto first = queue.take(WallTime{5});
  EXPECT_EQ(first.at(0).request.headers.find("Sent"), "0 at 5");
  queue.answered(first.at(0).id, false, WallTime{6});
  EXPECT_EQ(queue.take(WallTime{16}).at(0).request.headers.find("Sent"), "1 at 16");
}

TEST_F(Webhooks, ALostOneIsNeverSent) {
  set(kFaultWebhookLost);
  push("/other");
  push("/hooks/1");
  push("/hooks/2");
  EXPECT_EQ(taken(), "/other/hooks/2") << "the first that fits is lost";
  EXPECT_EQ(queue.given_up(), 0u) << "the system believes that it told";
}

TEST_F(Webhooks, ALateOneIsLateByTheDelay) {
  set(kFaultWebhookLate, Duration{60'000});
  push("/hooks/1");
  push("/hooks/2");
  EXPECT_EQ(taken(), "/hooks/2");
  clock.advance(Duration{60'000});
  EXPECT_EQ(taken(), "/hooks/1");
}

TEST_F(Webhooks, ADuplicatedOneIsSentTwice) {
  set(kFaultWebhookDuplicated, Duration{1'000});
  push("/hooks/1");
  EXPECT_EQ(taken(), "/hooks/1");
  clock.advance(Duration{1'000});
  EXPECT_EQ(taken(), "/hooks/1");
  clock.advance(Duration{1'000});
  EXPECT_EQ(taken(), "");
}

TEST_F(Webhooks, AReorderedOneGoesAfterTheNext) {
  set(kFaultWebhookReordered);
  push("/hooks/1");
  EXPECT_EQ(taken(), "");
  push("/hooks/2");
  EXPECT_EQ(taken(), "/hooks/2");
  EXPECT_EQ(taken(), "/hooks/1");
}

TEST_F(Webhooks, AReorderedOneIsNotHeldForEverWhenNoneFollows) {
  set(kFaultWebhookReordered);
  push("/hooks/1");
  clock.advance(Duration{4'999});
  EXPECT_EQ(taken(), "");
  clock.advance(Duration{1});
  EXPECT_EQ(taken(), "/hooks/1");
}

}  // namespace
}  // namespace lockstep::emulators
