#pragma once

#include "base/result.h"
#include "http/message.h"
#include "runtime/task.h"

namespace lockstep::http {

/// Seam 3 of 4: the network. An error means that no complete answer came, so the outcome of a write is unknown;
/// its code is `unavailable` (or `cancelled`), and `message` tells connect failures, time-outs and cut answers apart.
/// Every HTTP status is an answer, not an error. Redirects are not followed.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Task<Result<Response>> send(Request request) = 0;
};

}  // namespace lockstep::http
