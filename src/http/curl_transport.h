#pragma once

#include <memory>

#include "http/transport.h"
#include "runtime/executor.h"

namespace lockstep::http {

struct CurlOptions {
  std::size_t connections_per_host = 16;
  bool verify_tls = true;
};

/// libcurl's multi interface on one thread of its own: pooled connections, HTTP/2, gzip, proxies from the environment.
std::unique_ptr<Transport> make_curl_transport(Executor& executor, CurlOptions options);

}  // namespace lockstep::http
