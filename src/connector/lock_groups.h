#pragma once

#include <set>
#include <string>

#include "runtime/executor.h"

namespace lockstep::connector {

/// Writes of one group never run beside each other: the system locks what they share (a parent that its children's writes
/// change). All groups of a request are taken at once, so that two requests never wait for each other.
class LockGroups {
 public:
  explicit LockGroups(Executor& executor) : executor_(executor), released_(executor) {}

  Task<void> acquire(std::set<std::string> groups);
  void release(const std::set<std::string>& groups);

 private:
  Executor& executor_;
  std::set<std::string> held_;
  Signal released_;
};

}  // namespace lockstep::connector
