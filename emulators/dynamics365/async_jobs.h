#pragma once

#include <map>
#include <string>

#include "emulators/core/outgoing.h"
#include "emulators/dynamics365/organisation.h"

namespace lockstep::emulators::dynamics365 {

/// Deliveries that failed for good leave a row of asyncoperation: failed, with the step that caused it. Who sets such a row back
/// to Ready has its delivery made again.
class AsyncJobs {
 public:
  explicit AsyncJobs(Organisation& organisation) : organisation_(organisation) {}
  void handed_out(const OutgoingRequest& request) { under_way_.insert_or_assign(request.id, request.request); }
  void taken(std::uint64_t id) { under_way_.erase(id); }
  /// Null: it is not under way.
  const http::Request* find(std::uint64_t id) const;
  /// `status` 0: there was no answer.
  void failed(std::uint64_t id, int status, WallTime now);
  void resume(OutgoingQueue& queue, WallTime now);

 private:
  Organisation& organisation_;
  std::map<std::uint64_t, http::Request> under_way_;
  std::map<std::string, http::Request> failed_;  // by id of the row
  std::uint64_t looked_at_ = 0;                  // the table's version when it was last looked at
};

}  // namespace lockstep::emulators::dynamics365
