// Times of the hub's clock are kept in the store: when something is tried again, until when what is known. Whoever sets that clock back makes
// all of them lie ahead by as much. Set forward, they are over, which harms nobody.
#include "engine/lane.h"

namespace lockstep {

Task<void> Engine::look_at_clock() {
  constexpr Duration kSlewed{2'000};  // as little as this is no step
  const Duration ahead{hub_.now().ms - hub_.executor.clock().now().ms};
  const Duration before = clock_ahead_.value_or(ahead);
  clock_ahead_ = ahead;
  if (ahead + kSlewed >= before) co_return;
  for (auto& lane : lanes_) {
    lane->system.coverage->forget();
    lane->dispatcher.clock_was_set_back();
  }
  Store::Work work = [this](Transaction& transaction) { return transaction.bring_forward(hub_.now()); };
  const Result<void> brought = co_await hub_.store.transact(std::move(work));
  if (brought) {
    log_.warn("clock_set_back", {{"ms", std::to_string((before - ahead).count())}});
  } else {
    clock_ahead_ = before;  // looked at once more
    log_.error("store_failed", {{"error", brought.error().message}});
  }
  wake();
}

}  // namespace lockstep
