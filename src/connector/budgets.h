#pragma once

#include <deque>
#include <map>

#include "connector/answer.h"
#include "connector/definition.h"

namespace lockstep::connector {

/// The vendor's limits as this connection keeps them: requests wait here until they fit.
class Budgets {
 public:
  Budgets(const Definition& definition, Executor& executor);

  /// Waits until every limit that `charge` names (none: the default ones) has room, then takes it. A wait longer than two
  /// minutes is a failure of class quota with that wait: the lane does something else meanwhile.
  Task<Outcome<void>> admit(std::vector<std::string> charge);
  /// The request is over.
  void release(const std::vector<std::string>& charge, Duration elapsed);
  /// What the answer's headers say; `scope` holds its roots.
  void learn(const std::vector<std::string>& charge, Scope& scope);
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> left() const;

 private:
  struct Budget {
    const LimitSpec* spec = nullptr;
    std::int64_t max = 0;
    std::size_t concurrent = 0;
    std::deque<std::pair<Instant, std::int64_t>> slices;  // start, amount
    std::int64_t used = 0;
    std::size_t in_flight = 0;
  };
  std::vector<Budget*> named(const std::vector<std::string>& charge);
  void expire(Budget& budget, Instant now) const;
  void take(Budget& budget, std::int64_t amount, Instant now) const;
  Duration wait_for(Budget& budget, Instant now) const;

  Executor& executor_;
  std::vector<Budget> budgets_;
  Signal released_;
};

}  // namespace lockstep::connector
