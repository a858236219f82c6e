#include "engine/engine.h"

#include <algorithm>

#include "base/check.h"
#include "base/probe.h"
#include "engine/lane.h"
#include "hub/recovery.h"

namespace lockstep {

namespace {
constexpr std::size_t kLagsMax = 2000;
constexpr Duration kIdle{1'000};
constexpr Duration kRest{30'000};  // who is not woken looks again after this: decisions may come from other processes
constexpr Duration kMoment{50};
constexpr Duration kTryAgain{600'000};  // what failed does not wait longer, however rare its turn is
}  // namespace

Engine::Engine(Hub& hub, Log& log)
    : hub_(hub), log_(log), rng_(hub.rng.split("engine")), intake_(hub), recovered_(hub.executor), held_wanted_(hub.executor), tasks_(hub.executor) {
  for (System& system : hub_.systems) {
    if (system.hosted) {
      hosted_.push_back(system.id);
      continue;
    }
    discover::Progress progress = [this](const System& of, TypeIndex, std::int64_t rows, std::optional<std::int64_t> estimate) {
      for (auto& lane : lanes_)
        if (&lane->system == &of) {
          lane->status.listed_rows = rows;
          lane->status.listing_estimate = estimate;
        }
    };
    lanes_.push_back(std::make_unique<Lane>(hub_, system, intake_, std::move(progress), rng_.split(system.name)));
  }
  hub_.on_change = [this] {
    wake_deliverers();
    wake_held();
  };
  hub_.on_reads_wanted = [this](ConnectionId connection) { wake_reader(connection); };
}

Engine::~Engine() {
  hub_.on_change = [] {};
  hub_.on_reads_wanted = [](ConnectionId) {};
}

Task<Result<void>> Engine::start() {
  hub_.started = hub_.now();
  Store::Work recover = [&](Transaction& transaction) -> Result<void> {
    TRY(const std::size_t unknown, recover_in_flight(hub_, transaction));
    if (unknown > 0) reached("start.recovered");
    if (unknown > 0) log_.info("recovered", {{"in_flight", std::to_string(unknown)}});
    return load_recovery(hub_, transaction);
  };
  const Result<void> recovered = co_await hub_.store.transact(std::move(recover));
  if (!recovered) co_return tl::unexpected(recovered.error());
  for (auto& lane : lanes_) tasks_.spawn(run_lane(*lane));
  tasks_.spawn(run_owing());
  if (!hosted_.empty()) tasks_.spawn(run_held());
  if (hub_.recovering) tasks_.spawn(run_recovery());
  co_return Result<void>{};
}

Task<void> Engine::stop() {
  for (auto& lane : lanes_) lane->system.connector->stop();
  co_await tasks_.stop();
}

Duration Engine::jitter(Duration interval) { return Duration{rng_.between(0, std::max<std::int64_t>(interval.count() / 10, 1))}; }

void Engine::wake_reader(ConnectionId connection) {
  for (auto& lane : lanes_)
    if (lane->system.id == connection) {
      lane->reads_pending = true;
      lane->reads_wanted.notify();
    }
}

void Engine::wake_deliverers() {
  for (auto& lane : lanes_) {
    lane->owed_pending = true;
    lane->work_owed.notify();
  }
}

void Engine::take(Lane& lane, const discover::RunReport& report, std::string_view what, TypeIndex type) {
  lane.status.read += report.count.read;
  lane.status.matched += report.count.matched;
  lane.status.created_entities += report.count.created;
  lane.status.changed += report.count.changed;
  lane.status.calls += report.calls;
  if (!report.ok())
    log_.warn("read_failed", {{"system", lane.system.name},
                              {"run", std::string(what)},
                              {"type", hub_.model.at(type).name},
                              {"error", report.failure ? report.failure->message : report.error}});
}

void Engine::take(Lane& lane, const deliver::DeliverReport& report) {
  lane.status.written += report.written;
  lane.status.failed += report.failed;
  lane.status.dead_letters += report.dead_letters;
  lane.status.calls += report.calls;
  for (const Duration lag : report.lags) {
    lags_.push_back(lag);
    if (lags_.size() > kLagsMax) lags_.pop_front();
  }
  if (!report.error.empty()) log_.error("deliver_failed", {{"system", lane.system.name}, {"error", report.error}});
}

EngineStatus Engine::status() const {
  EngineStatus status;
  status.recovering = hub_.recovering;
  for (const auto& lane : lanes_) {
    status.systems.push_back(lane->status);
    status.systems.back().first_listing_done = lane->listed.size() == lane->system.types.size();
  }
  std::vector<Duration> sorted(lags_.begin(), lags_.end());
  std::ranges::sort(sorted);
  status.lag_samples = sorted.size();
  if (!sorted.empty()) {
    status.lag_p50 = sorted[sorted.size() / 2];
    status.lag_p99 = sorted[sorted.size() * 99 / 100];
  }
  return status;
}

void Engine::wake() {
  for (auto& lane : lanes_) wake_reader(lane->system.id);
  wake_deliverers();
  wake_held();
}

Task<bool> Engine::pause(Lane& lane, const connector::Failure& failure, std::uint32_t failures_in_a_row) {
  const std::int64_t ceiling = std::min<std::int64_t>(60'000, 500LL << std::min<std::uint32_t>(failures_in_a_row, 10));
  const Duration wait = std::max(failure.wait.value_or(Duration{0}), Duration{rng_.between(ceiling / 2, ceiling)});
  lane.status.state = "paused";
  lane.status.paused_reason = std::string(to_string(failure.failure_class)) + ": " + failure.message;
  co_return co_await tasks_.sleep(wait);
}

Task<void> Engine::open(Lane& lane) {
  for (std::uint32_t failures = 0; !tasks_.stopping(); ++failures) {
    auto opened = co_await lane.system.connector->open();
    if (opened) co_return;
    log_.warn("open_failed", {{"system", lane.system.name}, {"error", opened.error().message}});
    const bool awake = co_await pause(lane, opened.error(), failures);
    if (!awake) co_return;
  }
}

Task<void> Engine::run_lane(Lane& lane) {
  co_await open(lane);
  if (tasks_.stopping()) co_return;
  lane.status.state = "listing";
  for (const SystemType& type : lane.system.types) tasks_.spawn(run_type(lane, type.type));
  tasks_.spawn(run_wanted(lane));
  tasks_.spawn(run_deliver(lane));
}

Task<bool> Engine::first_listing(Lane& lane, TypeIndex type) {
  // Parents first: a contact's reference to its account resolves at once, without a second read.
  for (const SystemType& earlier : lane.system.types) {
    if (earlier.type == type) break;
    while (!lane.listed.contains(earlier.type)) {
      if (tasks_.stopping()) co_return false;
      co_await tasks_.wait_until(lane.listed_changed, hub_.executor.clock().now() + kIdle);
    }
  }
  for (;;) {
    const Result<void> taken_up = co_await lane.discoverer.take_up_mapping(type);
    if (taken_up) break;
    log_.error("store_failed", {{"error", taken_up.error().message}});
    const bool awake = co_await tasks_.sleep(kIdle);
    if (!awake) co_return false;
  }
  for (std::uint32_t failures = 0; !tasks_.stopping(); ++failures) {
    const auto done = co_await lane.discoverer.first_listing_done(type);
    if (done && *done) {
      lane.listed.insert(type);
      lane.listed_changed.notify();
      if (lane.listed.size() == lane.system.types.size()) lane.status.state = hub_.recovering ? "read again after the restore" : "in step";
      wake_deliverers();
      co_return true;
    }
    const discover::RunReport report = co_await lane.discoverer.refresh(type);
    take(lane, report, "first listing", type);
    if (report.ok()) continue;
    const connector::Failure failure = report.failure.value_or(connector::Failure{});
    const bool awake = co_await pause(lane, failure, failures);
    if (!awake) co_return false;
    lane.status.state = "listing";
  }
  co_return false;
}

Task<bool> Engine::sleep_until_run(Lane& lane, TypeIndex type, Duration poll_every, Instant next_poll, Instant next_refresh) {
  // While creates rest on what the feed has told, it is read again before its word is too old for them: a few pages more
  // here instead of a look before each create there.
  const Instant next = std::min(next_poll, next_refresh);
  const Duration early_by = std::min(Coverage::kReadTakes, poll_every / 4);  // never so early that one poll follows the other without a rest
  const bool awake = co_await tasks_.sleep_until(std::min(next, next_poll + -early_by));
  if (!awake) co_return false;
  const bool early = lane.system.coverage->is_rested_on(type, hub_.now() - Coverage::kReadTakes);
  if (early || hub_.executor.clock().now() >= next) co_return true;
  co_return co_await tasks_.sleep_until(next);
}

Duration Engine::polls_apart(const Lane& lane, const SystemType& of) {
  std::int64_t feeds = 0;
  for (const SystemType& type : lane.system.types) feeds += static_cast<std::int64_t>(type.objects().size());
  Duration apart = of.schedule.poll_every;
  for (const auto& [name, limit] : lane.system.connector->usage().limits)
    if (limit.sparing) apart = std::max(apart, *limit.sparing * feeds);
  lane.system.coverage->is_polled_every(of.type, apart);
  return apart;
}

Task<void> Engine::run_type(Lane& lane, TypeIndex type) {
  const bool listed = co_await first_listing(lane, type);
  if (!listed) co_return;
  Clock& clock = hub_.executor.clock();
  const SystemType& of = *lane.system.find(type);
  const Schedule schedule = of.schedule;
  const WallTime last = co_await lane.discoverer.last_refresh(type);
  // Start times are spread, so that connections and types do not all call at the same moment. A listing shows what a poll
  // would: the first poll comes an interval after it began. In batch mode it comes at once, since deliveries wait for it.
  const Duration settled = schedule.real_time ? std::max(Duration{0}, schedule.poll_every * 9 / 10 - (hub_.now() - last)) : Duration{0};
  Instant next_poll = clock.now() + settled + jitter(schedule.poll_every);
  // Counted from the last listing, over restarts.
  const Duration age = std::clamp(hub_.now() - last, Duration{0}, schedule.full_refresh_every);
  Instant next_refresh = clock.now() + (schedule.full_refresh_every - age) + jitter(schedule.full_refresh_every);
  std::uint32_t failures = 0;
  while (!tasks_.stopping()) {
    const bool refreshes = schedule.full_refresh_every.count() > 0;
    const bool awake = co_await sleep_until_run(lane, type, polls_apart(lane, of), next_poll, refreshes ? next_refresh : next_poll);
    if (!awake) co_return;
    next_poll = std::min(next_poll, clock.now());
    discover::RunReport report;
    bool full = refreshes && clock.now() >= next_refresh;
    if (!full) {
      report = co_await lane.discoverer.poll(type);
      full = report.position_lost;
    }
    if (full) report = co_await lane.discoverer.refresh(type);
    take(lane, report, full ? "refresh" : "poll", type);
    if (!report.ok()) {
      const connector::Failure failure = report.failure.value_or(connector::Failure{});
      const bool go_on = co_await pause(lane, failure, failures++);
      if (!go_on) co_return;
    } else {
      failures = 0;
      lane.status.state = "in step";
      lane.status.paused_reason.clear();
    }
    if (!schedule.real_time) {
      lane.open_batch(type, clock.now());
      lane.owed_pending = true;
      lane.work_owed.notify();
    }
    // Missed runs collapse into one: the next start is counted from now if this run took longer than the interval.
    const auto until_next = [&](Duration interval) { return report.ok() ? interval : std::min(interval, kTryAgain); };
    if (full) next_refresh = clock.now() + until_next(schedule.full_refresh_every);
    next_poll = std::max(next_poll + until_next(polls_apart(lane, of)), clock.now() + Duration{1});
    if (report.count.read > 0) wake_reader(lane.system.id);
  }
}

Task<void> Engine::run_wanted(Lane& lane) {
  Clock& clock = hub_.executor.clock();
  std::uint32_t failures = 0;
  while (!tasks_.stopping()) {
    if (!lane.reads_pending) co_await tasks_.wait_until(lane.reads_wanted, clock.now() + kRest);
    if (tasks_.stopping()) co_return;
    // What is gone after a restore is judged when all that is there is known.
    if (hub_.recovering && !all_listed()) {
      const bool go_on = co_await tasks_.sleep(kIdle);
      if (!go_on) co_return;
      continue;
    }
    lane.reads_pending = false;
    co_await look_at_clock();
    std::int64_t most_read = 0;
    bool all_ok = true;
    for (const SystemType& type : lane.system.types) {
      if (!lane.listed.contains(type.type)) continue;
      const discover::RunReport report = co_await lane.discoverer.read_wanted(type.type);
      take(lane, report, "read", type.type);
      most_read = std::max(most_read, report.count.read);
      all_ok = all_ok && report.ok();
      if (report.count.read > 0) lane.reads_pending = true;  // there may be more, and answers may ask for others
      if (report.ok()) {
        failures = 0;
        continue;
      }
      const connector::Failure failure = report.failure.value_or(connector::Failure{});
      const bool awake = co_await pause(lane, failure, failures++);
      if (!awake) co_return;
    }
    note_look(lane, most_read, all_ok);
    // Records that just came back are not read again and again within one moment.
    const bool awake = co_await tasks_.sleep(kMoment);
    if (!awake) co_return;
  }
}

Task<void> Engine::deliver_once(Lane& lane, std::vector<TypeIndex> types) {
  std::vector<TypeIndex> wanted = types;
  const deliver::DeliverReport report = co_await lane.dispatcher.deliver(std::move(wanted));
  take(lane, report);
  lane.status.resting = report.resting;
  if (!report.paused_by) co_return;
  log_.warn("deliver_paused", {{"system", lane.system.name}, {"error", report.paused_by->message}});
  const Duration rest = std::min(std::max(report.resume_at - hub_.now(), Duration{100}), Duration{3'600'000});
  lane.status.paused_reason = report.paused_by->message;
  co_await tasks_.sleep(rest);
  // What the pause kept from being sent in its turn does not wait for the next one.
  for (const TypeIndex type : types) lane.open_batch(type, hub_.executor.clock().now());
  lane.status.paused_reason.clear();
  lane.owed_pending = true;
}

Task<std::optional<WallTime>> Engine::next_due(Lane& lane) {
  std::optional<WallTime> due;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(const auto queues, transaction.ready_queues(lane.system.id));
    due.reset();
    for (const ReadyQueue& queue : queues) due = std::min(due.value_or(queue.due), queue.due);
    return {};
  };
  const Result<void> read = co_await hub_.store.read(std::move(work));
  if (!read) log_.error("store_failed", {{"error", read.error().message}});
  co_return due;
}

Task<void> Engine::run_deliver(Lane& lane) {
  Clock& clock = hub_.executor.clock();
  while (!tasks_.stopping()) {
    lane.owed_pending = false;
    const std::optional<WallTime> due = co_await next_due(lane);
    const bool unfinished = lane.dispatcher.has_unfinished();
    if (unfinished || (due && *due <= hub_.now() && !hub_.recovering)) {
      std::vector<TypeIndex> types;
      for (const SystemType& type : lane.system.types)
        if (lane.listed.contains(type.type) && (type.schedule.real_time || clock.now() < lane.batch_open[type.type])) types.push_back(type.type);
      if (!types.empty() || unfinished) co_await deliver_once(lane, std::move(types));
    }
    const Duration rest = lane.dispatcher.has_unfinished() ? kIdle : due ? std::clamp(*due - hub_.now(), kIdle, kRest) : kRest;
    if (!lane.owed_pending) co_await tasks_.wait_until(lane.work_owed, clock.now() + rest);
  }
}

}  // namespace lockstep
