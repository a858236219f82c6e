#pragma once

#include <memory>
#include <string>
#include <string_view>

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

/// A response with this status means: close the connection without an answer.
inline constexpr int kNoAnswer = 0;
/// A response with this status means: nothing to say yet (a long poll); the host asks again after the delay.
inline constexpr int kNotYet = -1;

struct Reply {
  http::Response response;
  Duration delay{0};  // the host sends the response, or asks again, no sooner
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
  /// `held`: how long this request has been asked again and again, 0 at first.
  virtual Reply reply(const http::ServerRequest& request, const std::string& base_url, Duration held) = 0;
  /// For callers in whose time nothing is slow. Precondition: no long poll.
  http::Response handle(const http::ServerRequest& request, const std::string& base_url) { return reply(request, base_url, Duration{0}).response; }
  /// Webhooks due by now, each handed out once; the host reports what became of them, and retries come out
  /// later.
  virtual std::vector<OutgoingRequest> take_outgoing() = 0;
  virtual void outgoing_answered(std::uint64_t id, int status) = 0;  // status 0: no answer
  /// The same with the body, which counts where an acknowledgement stands in it.
  virtual void outgoing_answered_with(std::uint64_t id, int status, std::string_view /*body*/) { outgoing_answered(id, status); }
  /// The same with all that was said, which counts where the headers do.
  virtual void outgoing_answered_by(std::uint64_t id, const http::Response& response) { outgoing_answered_with(id, response.status, response.body); }
};

}  // namespace lockstep::emulators
