// `lockstep sync`: one round in the foreground.
#include "engine/lane.h"
#include "hub/recovery.h"

namespace lockstep {

namespace {
constexpr int kRoundsMax = 12;  // a change may need a few: create, reference, echo
}

Task<Result<void>> Engine::sync_once(bool full) {
  hub_.started = hub_.now();
  Store::Work recover = [&](Transaction& transaction) -> Result<void> {
    TRY([[maybe_unused]] const std::size_t unknown, recover_in_flight(hub_, transaction));
    return load_recovery(hub_, transaction);
  };
  const Result<void> recovered = co_await hub_.store.transact(std::move(recover));
  if (!recovered) co_return tl::unexpected(recovered.error());
  CO_TRY_VOID(co_await owe_under_new_rules());
  for (auto& lane : lanes_) {
    auto opened = co_await lane->system.connector->open();
    if (!opened) co_return fail(ErrorCode::unavailable, lane->system.name + ": " + opened.error().message);
    for (const SystemType& type : lane->system.types) {
      const Result<void> taken_up = co_await lane->discoverer.take_up_mapping(type.type);
      if (!taken_up) co_return tl::unexpected(taken_up.error());
      const auto done = co_await lane->discoverer.first_listing_done(type.type);
      if (!done) co_return tl::unexpected(done.error());
      discover::RunReport report;
      if (*done && !full) report = co_await lane->discoverer.poll(type.type);
      if (!*done || full || report.position_lost) report = co_await lane->discoverer.refresh(type.type);
      take(*lane, report, "sync", type.type);
      if (!report.ok()) co_return fail(ErrorCode::unavailable, lane->system.name + ": " + (report.failure ? report.failure->message : report.error));
      lane->listed.insert(type.type);
    }
  }
  if (hub_.recovering) {
    const Result<void> settled = co_await recover_now();
    if (!settled) co_return tl::unexpected(settled.error());
  }
  for (int round = 0; round < kRoundsMax; ++round) {
    std::int64_t moved = 0;
    const auto held = co_await absorb_held();
    if (!held) co_return tl::unexpected(held.error());
    moved += *held;
    for (auto& lane : lanes_) {
      std::vector<TypeIndex> types;
      for (const SystemType& type : lane->system.types) {
        const discover::RunReport report = co_await lane->discoverer.read_wanted(type.type);
        take(*lane, report, "read", type.type);
        moved += report.count.read;
        types.push_back(type.type);
      }
      const deliver::DeliverReport report = co_await lane->dispatcher.deliver(std::move(types));
      take(*lane, report);
      moved += report.sent;
      if (!report.error.empty()) co_return fail(ErrorCode::storage, report.error);
      if (report.paused_by) co_return fail(ErrorCode::unavailable, lane->system.name + ": " + report.paused_by->message);
    }
    if (moved == 0) break;
  }
  co_return Result<void>{};
}

}  // namespace lockstep
