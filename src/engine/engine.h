#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "deliver/dispatcher.h"
#include "discover/discoverer.h"
#include "hub/hub.h"
#include "observe/log.h"
#include "runtime/executor.h"

namespace lockstep {

/// What the engine is doing, for status lines and the operations API. Counters since start.
struct SystemStatus {
  std::string name;
  std::string state;  // "opening", "listing", "in step", "paused: …"
  std::string paused_reason;
  std::string resting;  // why the deliveries of some type rest (a missing right, a mapping that does not fit)
  std::int64_t read = 0, matched = 0, created_entities = 0, changed = 0, written = 0, failed = 0, dead_letters = 0, calls = 0;
  std::int64_t listed_rows = 0;
  std::optional<std::int64_t> listing_estimate;
  bool first_listing_done = false;
};
struct EngineStatus {
  std::vector<SystemStatus> systems;
  Duration lag_p50{0}, lag_p99{0};
  std::size_t lag_samples = 0;
  bool recovering = false;  // after a restore: systems are read again, nothing is sent yet
};

/// Composes discover, merge and deliver: schedules reads, keeps the outbox draining, supervises connections.
class Engine {
 public:
  Engine(Hub& hub, Log& log);
  ~Engine();

  /// Recovers what a crash left, then runs until stop().
  Task<Result<void>> start();
  Task<void> stop();

  /// One round in the foreground: reads every system once (whole listings when `full`), delivers until nothing more can be
  /// delivered now. A system that fails is left out, the others go on, and the failure is told at the end. For `lockstep
  /// sync`; not beside start().
  Task<Result<void>> sync_once(bool full);

  /// A webhook of this connection was stored, or a person asked for a read: reads by id now.
  void wake_reader(ConnectionId connection);
  /// Something may be owed: a merge, a decision, a replay.
  void wake_deliverers();
  /// All of it, at once: another process decided something.
  void wake();
  EngineStatus status() const;
  discover::Intake& intake() { return intake_; }

 private:
  struct Lane;  // one system at work (lane.h)
  Task<void> open(Lane& lane);
  Task<void> run_lane(Lane& lane);
  Task<void> run_type(Lane& lane, TypeIndex type);
  Task<bool> first_listing(Lane& lane, TypeIndex type);
  /// As often as configured, or less often while the vendor's quota of a day runs short; coverage is told.
  static Duration polls_apart(const Lane& lane, const SystemType& of);
  Task<bool> sleep_until_run(Lane& lane, TypeIndex type, Duration poll_every, Instant next_poll, Instant next_refresh);
  Task<void> run_wanted(Lane& lane);
  Task<void> run_deliver(Lane& lane);
  Task<std::optional<WallTime>> next_due(Lane& lane);
  // One round in the foreground (sync_once.cc).
  using Failed = std::map<std::string, Error>;  // by system
  Task<void> side_by_side(Failed& failed, std::function<Task<Result<void>>(Lane&)> work);
  Task<Result<void>> open_and_read_once(Lane& lane, bool full);
  Task<Result<void>> read_once(Lane& lane, bool full);
  Task<Result<void>> deliver_once(Lane& lane, std::int64_t& moved);
  Task<Result<void>> drain_once(Failed& failed);
  Task<Result<void>> deliver_all_once(Failed& failed);
  // What systems are owed since the configuration asks for more (owing.cc).
  Task<Result<void>> owe_under_new_rules();
  /// `left`: fields in which what was left standing in a system stands no more.
  Task<Result<void>> owe_all(TypeIndex type, std::map<ConnectionId, std::vector<FieldIndex>> left);
  Task<void> run_owing();
  // What hosted systems sent and a person decides about (held.cc).
  Task<Result<std::int64_t>> absorb_held();
  Task<void> run_held();
  void wake_held();
  // Somebody set this machine's clock (clock.cc).
  Task<void> look_at_clock();
  // After a restore (recovery.cc).
  bool all_listed() const;
  void note_look(Lane& lane, std::int64_t most_read, bool all_ok);
  Task<void> run_recovery();
  Task<Result<void>> recover_now();
  Task<Result<void>> end_recovering();
  Task<void> deliver_once(Lane& lane, std::vector<TypeIndex> types);
  void take(Lane& lane, const discover::RunReport& report, std::string_view what, TypeIndex type);
  void take(Lane& lane, const deliver::DeliverReport& report);
  Task<bool> pause(Lane& lane, const connector::Failure& failure, std::uint32_t failures_in_a_row);
  Duration jitter(Duration interval);

  Hub& hub_;
  Log& log_;
  Rng rng_;
  discover::Intake intake_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<ConnectionId> hosted_;
  Signal recovered_;
  Signal held_wanted_;
  bool held_pending_ = true;
  std::optional<Duration> clock_ahead_;  // the hub's clock, of the one that nobody sets
  std::deque<Duration> lags_;            // the last kLagsMax
  TaskGroup tasks_;
};

}  // namespace lockstep
