#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/message.h"
#include "runtime/executor.h"

namespace lockstep::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                // 0: any free one
  std::size_t body_limit = 8u << 20;     // bytes; more is answered 413 before the body is read
  std::size_t header_limit = 64u << 10;  // bytes; more is answered 431
  std::size_t connection_limit = 1024;
  Duration idle_timeout{60'000};
  /// The answer to what is refused before a handler sees it; none: plain text.
  std::function<Response(int status, std::string detail)> refuse;
};

/// Answers one request. What it throws becomes a 500 without detail.
using Handler = std::function<Task<Response>(ServerRequest)>;

/// HTTP/1.1 with keep-alive, pipelining-safe, chunked request bodies, Expect: 100-continue. Adds Date and
/// Content-Length. Broken requests are answered 400 and the connection is closed.
class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// Stops accepting, lets running requests end (at most `grace`), closes.
  virtual Task<void> stop(Duration grace) = 0;
};
Result<std::unique_ptr<Server>> listen(Executor& executor, ServerOptions options, Handler handler);

}  // namespace lockstep::http
