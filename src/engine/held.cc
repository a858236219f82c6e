// Hosted systems have no lane: there is nobody to read and nobody to write to. What they sent of records that wait for a person is looked
// at again when something has changed.
#include "engine/engine.h"

namespace lockstep {

namespace {
constexpr Duration kLookAgain{30'000};  // decisions may come from other processes
constexpr Duration kAtMostEvery{1'000};
}  // namespace

Task<Result<std::int64_t>> Engine::absorb_held() {
  std::int64_t looked_at = 0;
  for (const ConnectionId connection : hosted_) {
    const auto count = co_await intake_.absorb_held(connection);
    if (!count) co_return tl::unexpected(count.error());
    looked_at += count->read;
  }
  co_return looked_at;
}

void Engine::wake_held() {
  held_pending_ = true;
  held_wanted_.notify();
}

Task<void> Engine::run_held() {
  while (!tasks_.stopping()) {
    if (!held_pending_) co_await tasks_.wait_until(held_wanted_, hub_.executor.clock().now() + kLookAgain);
    if (tasks_.stopping()) co_return;
    held_pending_ = false;
    co_await look_at_clock();
    // Who is who after a restore is judged when all that is there is known.
    if (!hub_.recovering) {
      const auto looked_at = co_await absorb_held();
      if (!looked_at) log_.error("store_failed", {{"error", looked_at.error().message}});
    }
    const bool awake = co_await tasks_.sleep(kAtMostEvery);
    if (!awake) co_return;
  }
}

}  // namespace lockstep
