#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "server.h"

namespace lockstep::merge::schedule {

/// What is known of one edit beside the hub: who made it on top of what, and how it ended. Edit 0 is the beginning.
struct Edit {
  std::size_t server = 0, field = 0;
  bool by_user = false;
  std::set<int> parents;
  Value value;
  std::int64_t arrived_ms = INT64_MAX;  // first shown to the hub
  enum class End { none, by_user, under_lock, in_window, with_evidence } end = End::none;
};

struct Statistics {
  int schedules = 0, edits = 0, writes = 0, reads = 0, reviews = 0, parked = 0, superseded = 0, window = 0, recreated = 0, revived = 0;
  void add(const Statistics& other);
};

/// One hub, one entity, three or four servers, one random schedule. `run` returns what went wrong; nothing is expected.
class World {
 public:
  World(std::uint64_t seed, const Options& options, bool traced = false);
  std::vector<std::string> run();
  const std::vector<std::string>& trace() const { return trace_; }
  Statistics statistics;

 private:
  class Mapping;
  struct Lane {  // what the engine keeps beside a link
    std::optional<Plan> in_flight;
    std::int64_t write_number = 0;
    std::vector<std::pair<Observation, bool>> waiting;  // and whether the poll's place in the feed moves with it
    bool reading = false, polling = false;
    std::int64_t cursor = 0;
  };
  struct Write {
    Plan plan;
    std::size_t server = 0;
    std::map<std::size_t, Value> values;
    std::string if_version;
    std::int64_t sent_ms = 0, number = 0;
    int epoch = 0;
  };
  enum class Landing { done, refused, gone };

  // world.cc: the schedule
  void at(std::int64_t delay_ms, std::function<void()> what);
  void run_until(std::int64_t until_ms);
  void plan_schedule();
  void settle();
  std::int64_t delay();
  /// `text` is called for its words only when the schedule is traced.
  template <class Text>
  void log(Text text) {
    if (traced_) trace_.push_back(std::to_string(now_ms_) + " " + text());
  }
  void fail(std::string what);

  // remote.cc: people and servers
  void user(std::size_t server);
  Value edited_value(Server& server, std::size_t field, int& edit);
  void hook(std::size_t server, std::optional<std::map<std::size_t, Value>> only);
  Landing apply(Write& write);
  void automate(std::size_t server, const Value& name);
  void covered(const Server& server, std::size_t field, const Write& write);
  int new_edit(std::size_t server, std::size_t field, bool by_user, std::set<int> parents);

  // hub.cc: what an engine does around the merge
  Context context();
  void read(std::size_t server, bool by_id);
  void poll(std::size_t server);
  void arrive(std::size_t server, Observation observation, bool moves_cursor);
  void absorb(std::size_t server, const Observation& observation);
  Observation observation_of(std::size_t server, const Snapshot& snapshot, std::optional<std::uint64_t> fence, bool by_id) const;
  void want_reads();
  void deliver(std::size_t server);
  void time_out(std::size_t server, std::int64_t number);
  void answered(const Write& write, Landing landing, const std::optional<Snapshot>& body, const std::string& version);
  void release(std::size_t server);
  void crash();
  void new_mapping();
  void decide_reviews();
  void took_effect(const Effects& effects, const Golden& before);

  // oracles.cc
  bool is_ancestor(int ancestor, int edit) const;
  void account(const Value& value);
  void check_golden_step(const Golden& before);
  void check_converged();
  void check_nothing_lost();
  std::string describe(std::size_t server, std::size_t field) const;

  Random random_;
  Options options_;
  std::vector<Server> servers_;
  EntityType type_;
  TypePolicy policy_;
  std::unique_ptr<Mapping> mapping_;
  EntityState state_;
  std::vector<Lane> lanes_;
  std::uint64_t fence_ = 1;
  std::int64_t now_ms_ = 0;
  std::int64_t order_ = 0;
  int epoch_ = 0, fresh_ = 0;
  bool quiet_ = false, traced_ = false;
  std::vector<Edit> edits_;
  std::set<int> accounted_;
  std::vector<std::vector<Value>> known_values_;
  std::vector<std::string> wrong_, trace_;
  struct Event {
    std::int64_t at_ms, order;
    std::function<void()> what;
    bool operator<(const Event& other) const { return std::tie(at_ms, order) > std::tie(other.at_ms, other.order); }
  };
  std::priority_queue<Event> queue_;

 public:
  ~World();
};

}  // namespace lockstep::merge::schedule
