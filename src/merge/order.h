#pragma once

#include <optional>
#include <string_view>

#include "model/policy.h"
#include "model/record.h"

/// Orders that must not depend on who is looked at first (rules 1, 4, 5).
namespace lockstep::merge {

/// One tick of a lifted stamp (rule 5).
inline constexpr std::int64_t kTickUs = 1;

struct StampedValue {
  const Stamp& stamp;
  const Value& value;
};

/// The strict total order of rule 4: lifted time, own time, order of systems (earlier ones win a tie), value hash.
/// Positive when `a` is the greater one.
int compare(const StampedValue& a, const StampedValue& b, const TypePolicy& policy);

/// Position in an order of systems: the hub (decisions of people) stands before all, systems not named behind all.
std::size_t rank(ConnectionId system, const std::vector<ConnectionId>& order);

/// True when the uncertainty intervals of the two stamps overlap: which came first is a guess.
bool is_close_call(const Stamp& a, const Stamp& b);

/// Compares two versions of an ordered kind. Nothing when they cannot be compared: one is unknown, or they are texts of
/// different form.
std::optional<int> compare_versions(std::string_view a, std::string_view b);

}  // namespace lockstep::merge
