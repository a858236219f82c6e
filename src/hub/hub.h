#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/connector.h"
#include "hub/clock_estimate.h"
#include "hub/progress.h"
#include "mapping/mapping.h"
#include "merge/merge.h"
#include "model/policy.h"
#include "runtime/executor.h"
#include "runtime/rng.h"
#include "store/store.h"

/// What discover and deliver share: the configured systems, entity states in the store, references between them.
namespace lockstep {

/// When one type of one connection is read (docs/configuration.md). Batch mode polls on its own interval and delivers
/// in the same rhythm; real time listens to webhooks, polls as often as the connector declares and delivers at once.
struct Schedule {
  bool real_time = true;
  Duration poll_every{60'000};
  Duration full_refresh_every{24 * 3'600'000};  // zero: only the first load
};

struct SystemType {
  TypeIndex type;
  std::shared_ptr<const mapping::EntityMapping> mapping;  // null: hosted, canonical as it is
  Schedule schedule;
  /// What the type is there, by the connector's names, each once; hosted: nothing.
  std::vector<std::string> objects() const;
};

/// One configured system. All are peers; `hosted` ones have no API of their own: Lockstep keeps their records and the
/// support system reads and writes them through the built-in API.
struct System {
  ConnectionId id;
  std::string name;
  bool hosted = false;
  std::unique_ptr<connector::Connector> connector;  // null for hosted ones
  std::vector<SystemType> types;                    // in dependency order
  std::shared_ptr<ClockEstimate> clock;
  std::shared_ptr<Coverage> coverage = std::make_shared<Coverage>();
  std::size_t concurrency = 4;  // write batches in flight
  std::uint32_t attempts_max = 6;
  Duration backoff_base{1'000}, backoff_cap{300'000};  // pauses between attempts: exponential, full jitter
  const SystemType* find(TypeIndex type) const;
  /// Whether any type of records is the connector's `object`.
  bool maps(const std::string& object) const;
};

/// Withholds deletes beyond both limits in one run until a person approves (rule 8).
struct DeleteGuard {
  std::size_t count = 50;
  double share = 0.1;  // of the links of the type in that connection
};

/// Ids made inside store transactions, which run one at a time: ordered and from the injected randomness.
class IdSource {
 public:
  explicit IdSource(Rng rng) : rng_(rng) {}
  Ulid next(WallTime now);

 private:
  std::mutex mutex_;
  Rng rng_;
  Ulid last_;
};

/// The compiled configuration at work. Immutable after start but for clock estimates, progress and ids.
struct Hub {
  Hub(Executor& executor_, Store& store_, Rng rng_) : executor(executor_), store(store_), rng(rng_), ids(rng_.split("ids")) {}
  Executor& executor;
  Store& store;
  Rng rng;
  IdSource ids;
  Model model;
  std::vector<mapping::Mapping> mappings;  // by TypeIndex
  std::vector<TypePolicy> policies;        // by TypeIndex
  std::vector<TypeIndex> type_order;       // a type stands behind those it refers to, cycles cut
  std::vector<System> systems;
  DeleteGuard delete_guard;
  Duration request_life{600'000};  // how long a request without an answer may still be carried out (rule 7)
  BulkWork bulk_work;
  WallTime started;                                                         // of this process
  std::function<void(ConnectionId)> on_reads_wanted = [](ConnectionId) {};  // some of its links must be read by id before they can be written
  WallTime restored_at;                                                     // when the store was restored from a backup; {0}: never
  /// Rule 17, from a restore until every system was read again: nothing is sent.
  std::atomic<bool> recovering{false};
  std::function<void()> on_change = [] {};  // called on the control thread after a commit that may owe something

  /// Rises with every merge and every read that is sent (merge rule 1). Fences order events within one process: no read
  /// that was sent before a restart can still be answered after it, so values of an earlier process count as zero.
  std::uint64_t next_fence() { return ++fence_; }
  std::uint64_t current_fence() const { return fence_; }
  /// And a version that was learnt before a restore says nothing: others, or we ourselves, wrote since.
  void void_what_is_old(Link& link) const {
    if (link.fence < fence_start_ || link.fence > fence_) link.fence = 0;
    if (link.read_asked < fence_start_ || link.read_asked > fence_) link.read_asked = 0;
    if (!recovering || is_confirmed(link)) return;
    link.version.clear();
    link.version_is_read = false;
  }
  /// The record was seen since the last restore, if there was one.
  bool is_confirmed(const Link& link) const { return link.seen >= restored_at; }
  void start_fences(std::uint64_t start) { fence_ = fence_start_ = start; }

  /// A hosted system is offered records under our id; the first record of its own that is the same takes that place.
  bool is_offered(const Link& link) const {
    const System* system = find_system(link.connection);
    return system && system->hosted && link.remote.id == link.entity.value().text();
  }
  System* find_system(ConnectionId id);
  const System* find_system(ConnectionId id) const;
  const System* find_system(std::string_view name) const;
  const TypePolicy& policy(TypeIndex type) const { return policies[type.value()]; }
  std::string system_name(ConnectionId id) const;  // "hub" for kHub
  WallTime now() const { return executor.clock().wall(); }

 private:
  std::atomic<std::uint64_t> fence_{1};
  std::uint64_t fence_start_ = 1;
};

/// Equality under each system's mapping; normal form alone for hosted systems and the hub itself.
class HubEquivalence final : public merge::Equivalence {
 public:
  HubEquivalence(const Hub& hub, TypeIndex type) : hub_(hub), type_(type) {}
  bool equivalent(ConnectionId system, FieldIndex field, const Value& a, const Value& b) const override;
  std::string name_of(ConnectionId system) const override { return hub_.system_name(system); }

 private:
  const Hub& hub_;
  TypeIndex type_;
};

/// The type order of a model: reference targets first; a cycle is cut at its first type in file order.
std::vector<TypeIndex> dependency_order(const Model& model);

}  // namespace lockstep
