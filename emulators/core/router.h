#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "emulators/core/database.h"
#include "http/message.h"

namespace lockstep::emulators {

/// One API call on its way through a stand-in.
struct Call {
  Call(const http::ServerRequest& request_, const std::string& base_url_, WallTime now_);
  const http::ServerRequest& request;
  const std::string& base_url;
  WallTime now;
  Actor caller;                                                 // set by the dialect's admit()
  std::vector<std::pair<std::string, std::string>> parameters;  // of the path, decoded
  std::vector<std::pair<std::string, std::string>> query;       // decoded, in order
  Duration held{0};                                             // how long a long poll has been asked again
  Duration delay{0};                                            // the answer goes out no sooner; with status kNotYet: the host asks again then
  std::string label;                                            // a handler may name the call more finely for the counts; empty: the route's path

  /// Precondition: the route's template names it.
  const std::string& parameter(std::string_view name) const;
  std::optional<std::string> query_value(std::string_view name) const;
  std::optional<std::string> header(std::string_view name) const;
};

using RouteHandler = std::function<http::Response(Call&)>;

struct Route {
  std::string method;
  std::string path;  // "/crm/v3/objects/{type}/{id}"; "{rest...}" at the end takes all that is left, undecoded
  RouteHandler handler;
};

/// Segments are decoded after splitting, so that an encoded slash stays within its value. The first route
/// added that fits wins: literals before parameters. One trailing slash and doubled slashes are tolerated.
class Router {
 public:
  void add(std::string method, std::string path, RouteHandler handler);

  struct Match {
    const Route* route = nullptr;
    std::vector<std::pair<std::string, std::string>> parameters;
    std::vector<std::string> allowed;  // methods of the path when only the method does not fit
  };
  /// `raw_path` as sent, without the query.
  Match match(std::string_view method, std::string_view raw_path) const;

 private:
  struct Compiled {
    Route route;
    std::vector<std::string> segments;
  };
  std::vector<Compiled> routes_;
};

}  // namespace lockstep::emulators
