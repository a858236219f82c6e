#pragma once

#include "world.h"

namespace lockstep::merge::schedule {

/// Equality under each server's mapping; the numbers of edits are not seen.
class World::Mapping final : public Equivalence {
 public:
  explicit Mapping(const std::vector<Server>& servers) : servers_(servers) {}
  bool equivalent(ConnectionId system, FieldIndex field, const Value& a, const Value& b) const override {
    if (system.value() == 0 || system.value() > servers_.size()) return visible_part(a) == visible_part(b);
    return servers_[system.value() - 1u].same(field.value(), a, b);
  }

 private:
  const std::vector<Server>& servers_;
};

}  // namespace lockstep::merge::schedule
