#pragma once

#include <utility>

#include "runtime/clock.h"
#include "runtime/rng.h"
#include "store/store.h"

namespace lockstep::sim {

/// A store on a busy disk: each work waits before it begins, and whoever gave it hears of the end late. Other things happen meanwhile.
class SlowStore final : public Store {
 public:
  /// `most`: of each of the two waits.
  SlowStore(Store& store, Clock& clock, Rng rng, Duration most) : store_(store), clock_(clock), rng_(rng), most_(most) {}

  Task<Result<void>> transact(Work work) override { return late(store_.transact(std::move(work))); }
  Task<Result<void>> read(Work work) override { return late(store_.read(std::move(work))); }

 private:
  Task<Result<void>> late(Task<Result<void>> work) {
    co_await clock_.sleep(wait());
    auto done = co_await std::move(work);
    co_await clock_.sleep(wait());
    co_return done;
  }
  Duration wait() { return Duration{rng_.between(0, most_.count())}; }

  Store& store_;
  Clock& clock_;
  Rng rng_;
  Duration most_;
};

}  // namespace lockstep::sim
