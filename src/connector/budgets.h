#pragma once

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>

#include "connector/answer.h"
#include "connector/definition.h"
#include "mapping/zone.h"
#include "model/priority.h"
#include "runtime/rng.h"

namespace lockstep::connector {

/// The vendor's limits as this connection keeps them: requests wait here until they fit, the most urgent first, and who waits
/// long becomes more urgent. The less urgent leave a part of every larger limit free, so that an urgent one need not wait for
/// a window that a full refresh filled.
class Budgets {
 public:
  Budgets(const Definition& definition, const ConnectionConfig& config, Executor& executor, Rng rng);

  /// Waits until every limit that `charge` names (none: the default ones) has room and nobody more urgent waits for it, then
  /// takes it. A wait longer than two minutes is a failure of class quota with that wait: the caller does something else
  /// meanwhile. Every admitted request is released.
  Task<Outcome<void>> admit(std::vector<std::string> charge, Priority priority);
  /// The request is over.
  void release(const std::vector<std::string>& charge, Duration elapsed);
  /// What the answer's headers say; `scope` holds its roots.
  void learn(const std::vector<std::string>& charge, Scope& scope);
  /// The vendor refused it for a limit: that limit rests (what the vendor asked for, else exponential with full jitter) and
  /// its use is halved. One state per limit, however many records met it.
  void refused(const std::vector<std::string>& charge, const Failure& failure);
  /// The vendor says that the named limit is used up until it starts anew: nothing is sent against it meanwhile. How long that is.
  Duration rest_until_reset(const std::string& limit);
  /// The vendor took it: use grows again.
  void accepted(const std::vector<std::string>& charge);
  std::map<std::string, Connector::LimitUse> use() const;
  /// Nobody waits any more; whoever does or comes gets a failure.
  void stop();
  /// Sleeps; false when stop() was called.
  Task<bool> pause(Duration duration);

 private:
  /// Requests that ended at about the same time: it counts until the last of them leaves the window.
  struct Slice {
    Instant first, last;
    std::int64_t amount = 0;
  };
  /// The day of a limit that starts anew at a time of day.
  struct Day {
    Instant began, ends;
    Instant known_at;
  };
  struct Budget {
    const LimitSpec* spec = nullptr;
    std::int64_t max = 0;
    std::size_t concurrent = 0;
    double keep_share = 0;
    std::optional<mapping::Zone> zone;  // of a limit that starts anew each day, once it is known
    std::optional<Day> day;             // as it was last looked up
    std::deque<Slice> slices;
    std::int64_t used = 0;
    std::size_t in_flight = 0;
    double pace = 1;             // share of the limit that is used; halved by each refusal
    std::uint32_t refusals = 0;  // in a row
    Instant rests_until{0};
  };
  struct Waiting {
    Priority priority;  // rises while it waits: nobody starves
    Instant since;
    std::set<const Budget*> wants;
  };
  std::optional<Day> day_of(Budget& budget, Instant now) const;
  static void learn_zone(Budget& budget, Scope& scope);
  std::vector<Budget*> named(const std::vector<std::string>& charge);
  static std::int64_t counted(const Budget& budget);
  void expire(Budget& budget, Instant now) const;
  /// Precondition: so much is used.
  static void forget(Budget& budget, std::int64_t amount);
  void take(Budget& budget, std::int64_t amount, Instant now) const;
  Duration wait_for(Budget& budget, Priority priority, Instant now) const;
  void let_rise(Instant now);
  bool yields(std::list<Waiting>::const_iterator mine) const;

  Executor& executor_;
  Rng rng_;
  std::vector<Budget> budgets_;
  std::list<Waiting> waiting_;  // in order of arrival
  Signal changed_;
  bool stopping_ = false;
};

}  // namespace lockstep::connector
