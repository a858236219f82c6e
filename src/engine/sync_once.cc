// `lockstep sync`: one round in the foreground.
#include <array>

#include "engine/lane.h"
#include "hub/recovery.h"

namespace lockstep {

namespace {
constexpr int kRoundsMax = 12;  // a change may need a few: create, reference, echo
/// What is owed and cannot go out yet: a delete until feeds were read once more, a retry after its pause.
constexpr std::array kWaits{Duration{5'000}, Duration{10'000}, Duration{20'000}, Duration{40'000}};

tl::unexpected<Error> not_read(const std::string& name, const discover::RunReport& report) {
  return fail(report.failure ? ErrorCode::unavailable : ErrorCode::storage, name + ": " + (report.failure ? report.failure->message : report.error));
}
}  // namespace

Task<void> Engine::side_by_side(Failed& failed, std::function<Task<Result<void>>(Lane&)> work) {
  TaskGroup together(hub_.executor);
  for (auto& lane : lanes_) {
    if (failed.contains(lane->system.name)) continue;
    together.spawn([](Task<Result<void>> one, Failed& told, const std::string& name) -> Task<void> {
      const Result<void> ended = co_await std::move(one);
      if (!ended) told.emplace(name, ended.error());
    }(work(*lane), failed, lane->system.name));
  }
  co_await together.join();
}

Task<Result<void>> Engine::open_and_read_once(Lane& lane, bool full) {
  const auto opened = co_await lane.system.connector->open();
  if (!opened) co_return fail(ErrorCode::unavailable, lane.system.name + ": " + opened.error().message);
  co_return co_await read_once(lane, full);
}

Task<Result<void>> Engine::read_once(Lane& lane, bool full) {
  for (const SystemType& type : lane.system.types) {
    const Result<void> taken_up = co_await lane.discoverer.take_up_mapping(type.type);
    if (!taken_up) co_return tl::unexpected(taken_up.error());
    const auto done = co_await lane.discoverer.first_listing_done(type.type);
    if (!done) co_return tl::unexpected(done.error());
    discover::RunReport report;
    const Duration age = hub_.now() - co_await lane.discoverer.last_refresh(type.type);
    const Duration every = type.schedule.full_refresh_every;
    const bool lists = !*done || full || (every > Duration{0} && age >= every);
    if (!lists) report = co_await lane.discoverer.poll(type.type);
    if (lists || report.position_lost) report = co_await lane.discoverer.refresh(type.type);
    take(lane, report, "sync", type.type);
    if (!report.ok()) co_return not_read(lane.system.name, report);
    lane.listed.insert(type.type);
  }
  co_return Result<void>{};
}

Task<Result<void>> Engine::deliver_once(Lane& lane, std::int64_t& moved) {
  std::vector<TypeIndex> types;
  lane.reads_pending = false;
  lane.not_read.reset();
  for (const SystemType& type : lane.system.types) {
    const discover::RunReport report = co_await lane.discoverer.read_wanted(type.type);
    take(lane, report, "read", type.type);
    if (!report.ok()) lane.not_read = not_read(lane.system.name, report).value();
    moved += report.count.read;
    types.push_back(type.type);
  }
  const deliver::DeliverReport report = co_await lane.dispatcher.deliver(std::move(types));
  take(lane, report);
  moved += report.sent + (lane.reads_pending ? 1 : 0);
  if (!report.error.empty()) co_return fail(ErrorCode::storage, report.error);
  if (report.paused_by) co_return fail(ErrorCode::unavailable, lane.system.name + ": " + report.paused_by->message);
  co_return Result<void>{};
}

Task<Result<void>> Engine::drain_once(Failed& failed) {
  for (int round = 0; round < kRoundsMax; ++round) {
    std::int64_t moved = 0;
    const auto held = co_await absorb_held();
    if (!held) co_return tl::unexpected(held.error());
    moved += *held;
    co_await side_by_side(failed, [this, &moved](Lane& lane) { return deliver_once(lane, moved); });
    if (moved == 0) break;
  }
  co_return Result<void>{};
}

Task<Result<void>> Engine::deliver_all_once(Failed& failed) {
  CO_TRY_VOID(co_await drain_once(failed));
  for (const Duration wait : kWaits) {
    bool waits = false;
    co_await side_by_side(failed, [this, &waits](Lane& lane) -> Task<Result<void>> {
      const auto due = co_await next_due(lane);
      waits = waits || (due && *due < hub_.now() + kWaits.back());
      co_return Result<void>{};
    });
    if (!waits) break;
    co_await hub_.executor.clock().sleep(wait);
    co_await side_by_side(failed, [this](Lane& lane) { return read_once(lane, false); });
    CO_TRY_VOID(co_await drain_once(failed));
  }
  co_return Result<void>{};
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
  Failed failed;
  co_await side_by_side(failed, [this, full](Lane& lane) { return open_and_read_once(lane, full); });
  if (hub_.recovering && failed.empty()) {
    const Result<void> settled = co_await recover_now();
    if (!settled) co_return tl::unexpected(settled.error());
  }
  if (!hub_.recovering) CO_TRY_VOID(co_await deliver_all_once(failed));
  for (const auto& lane : lanes_)
    if (lane->not_read) failed.emplace(lane->system.name, *lane->not_read);
  if (failed.empty()) co_return Result<void>{};
  std::string text;
  ErrorCode code = ErrorCode::unavailable;
  for (const auto& [name, error] : failed) {
    text += (text.empty() ? "" : "; ") + error.message;
    if (error.code == ErrorCode::storage) code = error.code;
  }
  co_return fail(code, text);
}

}  // namespace lockstep
