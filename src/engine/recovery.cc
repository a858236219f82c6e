// After a restore from a backup: when everything was read again, and sending may begin (rule 17).
#include <algorithm>

#include "engine/lane.h"
#include "hub/recovery.h"

namespace lockstep {

namespace {
constexpr Duration kLook{1'000};
constexpr int kReadRoundsMax = 100;  // each reads a batch of what the last one asked for
}  // namespace

bool Engine::all_listed() const {
  return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->listed.size() == lane->system.types.size(); });
}

/// While people work there is always something to read: a few looks that are not full have read what was asked for before.
void Engine::note_look(Lane& lane, std::int64_t most_read, bool all_ok) {
  constexpr int kLooksEnough = 3;
  constexpr std::int64_t kFullLook = 500;
  lane.looks = all_ok && most_read < kFullLook ? lane.looks + 1 : 0;
  lane.drained = lane.looks >= kLooksEnough || (lane.looks > 0 && most_read == 0);
  if (hub_.recovering && lane.drained) recovered_.notify();
}

Task<Result<void>> Engine::end_recovering() {
  Store::Work work = [](Transaction& transaction) { return end_recovery(transaction); };
  const Result<void> stored = co_await hub_.store.transact(std::move(work));
  if (!stored) co_return tl::unexpected(stored.error());
  hub_.recovering = false;
  log_.info("read_again_after_restore", {{"seconds", std::to_string((hub_.now() - hub_.started).count() / 1000)}});
  for (auto& lane : lanes_) lane->status.state = "in step";
  wake_deliverers();
  co_return Result<void>{};
}

Task<void> Engine::run_recovery() {
  log_.info("restored", {{"at", format_iso(hub_.restored_at)}, {"next", "every system is read again before anything is sent"}});
  const auto is_read = [this] { return all_listed() && std::ranges::all_of(lanes_, [](const auto& lane) { return lane->drained; }); };
  while (!tasks_.stopping() && hub_.recovering) {
    if (!is_read()) {
      co_await tasks_.wait_until(recovered_, hub_.executor.clock().now() + kLook);
      continue;
    }
    const Result<void> ended = co_await end_recovering();
    if (ended) co_return;
    log_.error("store_failed", {{"error", ended.error().message}});
    const bool awake = co_await tasks_.sleep(kLook);
    if (!awake) co_return;
  }
}

Task<Result<void>> Engine::recover_now() {
  for (int round = 0; round < kReadRoundsMax; ++round) {
    std::int64_t read = 0;
    for (auto& lane : lanes_)
      for (const SystemType& type : lane->system.types) {
        const discover::RunReport report = co_await lane->discoverer.read_wanted(type.type);
        take(*lane, report, "read", type.type);
        read += report.count.read;
        if (!report.ok()) co_return fail(ErrorCode::unavailable, lane->system.name + ": " + (report.failure ? report.failure->message : report.error));
      }
    if (read == 0) break;
  }
  co_return co_await end_recovering();
}

}  // namespace lockstep
