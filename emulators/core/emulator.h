#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "http/message.h"
#include "runtime/rng.h"

namespace lockstep::emulators {

/// Time as a stand-in sees it. The control plane can advance it; in the simulator it is virtual.
class EmulatorClock {
 public:
  virtual ~EmulatorClock() = default;
  virtual WallTime now() const = 0;
};

/// A webhook that the stand-in wants delivered; whoever hosts the stand-in (the binary, the simulator) sends
/// it. Precondition of due: not before the emulator's clock says so.
struct OutgoingRequest {
  WallTime due;
  http::Request request;
  std::uint64_t id = 0;  // handed back with the outcome
};

/// A faithful stand-in of one CRM: request in, response out, without sockets, threads or real time. Not
/// thread-safe: the host calls it from one thread. Deterministic: the same clock, seed and requests give the
/// same answers.
class Emulator {
 public:
  virtual ~Emulator() = default;
  /// "salesforce": the name in URLs of the control plane and in `lockstep-emulators --only`.
  virtual std::string name() const = 0;
  /// `base_url` of this request's origin ("http://127.0.0.1:8101"), for links in answers.
  virtual http::Response handle(const http::ServerRequest& request, const std::string& base_url) = 0;
  /// Webhooks due by now, each handed out once; the host reports what became of them, and retries come out
  /// later.
  virtual std::vector<OutgoingRequest> take_outgoing() = 0;
  virtual void outgoing_answered(std::uint64_t id, int status) = 0;  // status 0: no answer
};

}  // namespace lockstep::emulators
