#pragma once

#include <string>
#include <vector>

#include "merge/merge.h"

namespace lockstep::merge {

/// A few systems and fields for tests in C++: exact equality, no gates on writing, everything mapped.
class SmallWorld final : public Equivalence {
 public:
  explicit SmallWorld(std::size_t systems, std::vector<Strategy> strategies = {Strategy::last_write_wins});

  EntityType type;
  TypePolicy policy;
  EntityState state;
  WallTime now{1'800'000'000'000};
  std::uint64_t fence = 1;

  bool equivalent(ConnectionId, FieldIndex, const Value& a, const Value& b) const override { return a == b || (a.is_blank() && b.is_blank()); }
  Context context() { return Context{type, policy, *this, now, RunId{}, ++fence}; }
  static ConnectionId system(std::size_t number) { return ConnectionId{static_cast<std::uint16_t>(number + 1)}; }
  static FieldIndex field(std::size_t number) { return FieldIndex{static_cast<std::uint16_t>(number)}; }
  static RemoteId remote(std::size_t number) { return RemoteId{"record", "r" + std::to_string(number)}; }

  /// Links `number`, in step with golden.
  Link& put_in_step(std::size_t number);
  void set_golden(std::size_t field_number, Value value, std::int64_t at_s);
  /// A fresh read by id of one record; `at_s` is the modified time, in seconds from the beginning.
  Observation seen(std::size_t number, std::vector<std::pair<std::size_t, Value>> fields, std::int64_t at_s);
  Observation gone(std::size_t number, std::int64_t at_s);
  Effects observe_now(const Observation& observation) { return observe(state, observation, context()); }
  /// Plans, sends and answers with what was sent; the fields sent, by number.
  std::vector<std::size_t> deliver(std::size_t number);
  Plan owed_to(std::size_t number) { return plan(state, system(number), context()); }
  const Value& golden(std::size_t field_number) const { return state.golden.fields[field_number].value; }
  std::int64_t us(std::int64_t at_s) const { return (1'800'000'000'000 + at_s * 1000) * 1000; }
};

/// State, links and reviews as text: equal texts, equal worlds. `without_fence` leaves out what any observation may move.
std::string describe(const EntityState& state, bool without_fence);

}  // namespace lockstep::merge
