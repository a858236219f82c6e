#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace lockstep::http {

/// Field names compare without case (RFC 9110, 5.1); order and repetitions are kept.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces all fields of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  std::optional<std::string_view> find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// An absolute URL, taken apart. `target` is path and query as sent on the wire.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, without port
  std::uint16_t port = 0;
  std::string target = "/";
  std::string text() const;
  std::string path() const;   // as sent, without the query
  std::string query() const;  // as sent, without '?'
};
std::optional<Url> parse_url(std::string_view text);
/// RFC 3986 §5.2 for what CRMs send: absolute URL, absolute path, or path relative to `base`.
std::optional<Url> resolve(const Url& base, std::string_view reference);
/// Query or form "a=1&b=x%20y" to decoded pairs, in order.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);
std::string encode_query(const std::vector<std::pair<std::string, std::string>>& pairs);

/// A request to another system. For coroutines: pass by value, named first (see runtime/task.h).
struct Request {
  Request() {}  // user-provided: not an aggregate, so GCC 12 passes it safely
  Request(std::string method_, std::string url_) : method(std::move(method_)), url(std::move(url_)) {}
  std::string method = "GET";
  std::string url;  // absolute
  Headers headers;
  std::string body;
  Duration timeout{30'000};            // from sending to the last byte of the answer
  std::size_t body_limit = 64u << 20;  // bytes of the decoded answer; more is an error
};

struct Response {
  Response() {}
  Response(int status_, std::string body_) : status(status_), body(std::move(body_)) {}
  int status = 0;
  Headers headers;
  std::string body;  // decoded (gzip), complete
};

/// A request as a server sees it. `target` is exactly what was sent: signatures are computed over it.
struct ServerRequest {
  ServerRequest() {}
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
  std::string peer;           // "127.0.0.1:40312"
  std::string path() const;   // decoded
  std::string query() const;  // raw
};

}  // namespace lockstep::http
