#include "emulators/core/router.h"

#include "base/check.h"
#include "base/text.h"

namespace lockstep::emulators {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::string_view segment : split(path, '/')) {
    if (!segment.empty()) segments.push_back(segment);
  }
  return segments;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

bool is_tail(std::string_view segment) { return segment.starts_with('{') && segment.ends_with("...}"); }

std::string tail_of(const std::vector<std::string_view>& given, std::size_t from) {
  std::string tail;
  for (std::size_t i = from; i < given.size(); ++i) {
    if (i > from) tail += '/';
    tail += given[i];
  }
  return tail;
}

bool fits(const std::vector<std::string>& wanted, const std::vector<std::string_view>& given, Parameters& parameters) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string& segment = wanted[i];
    if (is_tail(segment)) {
      parameters.emplace_back(segment.substr(1, segment.size() - 5), tail_of(given, i));
      return true;
    }
    if (i >= given.size()) return false;
    if (is_parameter(segment)) {
      parameters.emplace_back(segment.substr(1, segment.size() - 2), percent_decode(given[i], false));
    } else if (segment != given[i]) {
      return false;
    }
  }
  return given.size() == wanted.size();
}

}  // namespace

Call::Call(const http::ServerRequest& request_, const std::string& base_url_, WallTime now_)
    : request(request_), base_url(base_url_), now(now_), query(http::parse_query(request_.query())) {}

const std::string& Call::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters) {
    if (known == name) return value;
  }
  check_failed("a path parameter", name);
}

std::optional<std::string> Call::query_value(std::string_view name) const {
  for (const auto& [known, value] : query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Call::header(std::string_view name) const {
  auto value = request.headers.find(name);
  if (!value) return std::nullopt;
  return std::string(*value);
}

void Router::add(std::string method, std::string path, RouteHandler handler) {
  Compiled compiled{Route{std::move(method), std::move(path), std::move(handler)}, {}};
  for (std::string_view segment : segments_of(compiled.route.path)) compiled.segments.emplace_back(segment);
  routes_.push_back(std::move(compiled));
}

Router::Match Router::match(std::string_view method, std::string_view raw_path) const {
  Match match;
  std::vector<std::string_view> given = segments_of(raw_path);
  for (const Compiled& compiled : routes_) {
    Parameters parameters;
    if (!fits(compiled.segments, given, parameters)) continue;
    if (compiled.route.method == method) {
      match.route = &compiled.route;
      match.parameters = std::move(parameters);
      match.allowed.clear();
      return match;
    }
    match.allowed.push_back(compiled.route.method);
  }
  return match;
}

}  // namespace lockstep::emulators
