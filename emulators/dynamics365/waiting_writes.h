#pragma once

#include <map>
#include <set>
#include <string>

#include "emulators/core/database.h"
#include "emulators/core/json.h"

namespace lockstep::emulators::dynamics365 {

/// A write whose synchronous steps have not answered yet. The stand-in has no threads: the write was tried and undone, its hooks
/// are on their way, and it is done for good, with the same random numbers, when all have answered well.
struct WaitingWrite {
  Actor caller;
  std::string counted;  // whose limits, on which server
  std::string stream;   // of its random numbers
  WallTime deadline;
  std::set<std::string> open;  // OperationIds of the hooks
  bool failed = false;
};

/// By request: the same bytes of the same caller are the same request asked again.
class WaitingWrites {
 public:
  bool empty() const { return writes_.empty(); }
  WaitingWrite* find(const std::string& key);
  void add(const std::string& key, WaitingWrite write) { writes_.insert_or_assign(key, std::move(write)); }
  WaitingWrite take(const std::string& key);
  /// False: the delivery is of no waiting write.
  bool answered(std::string_view body, bool well);

 private:
  std::map<std::string, WaitingWrite> writes_;
};

/// The OperationId of a delivery's body.
std::string operation_of(std::string_view body);

}  // namespace lockstep::emulators::dynamics365
