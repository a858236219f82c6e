#pragma once

#include <algorithm>
#include <array>

#include "connector/answer.h"
#include "connector/definition.h"

namespace lockstep::connector {

/// How far the remote's clock is ahead of ours: the middle one of its last three answers. One answer in many comes with a wrong date, and a
/// feed that was read up to an hour from now would miss what is written in that hour.
class RemoteClock {
 public:
  void note(std::int64_t offset_ms) {
    if (noted_++ == 0) last_ms_.fill(offset_ms);
    last_ms_[noted_ % last_ms_.size()] = offset_ms;
  }
  std::int64_t offset_ms() const {
    auto sorted = last_ms_;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }

 private:
  std::array<std::int64_t, 3> last_ms_{};
  std::size_t noted_ = 0;
};

/// What one connection is: its definition, settings and what it has learnt. Shared by the parts of one connector.
struct Context {
  DefinitionRef definition;
  ConnectionConfig config;
  Environment environment;
  Value params, facts, secrets;
  std::string base_url;             // without a trailing slash; empty until learnt
  std::vector<std::string> hosts;   // lower case
  std::vector<std::string> hidden;  // secrets and tokens: shown nowhere
  RemoteClock clock;

  WallTime now() const { return environment.executor.clock().wall(); }
  WallTime remote_now() const { return now() + Duration{clock.offset_ms()}; }
  /// A scope with the roots that hold everywhere. This must outlive it.
  Scope scope() const;
  bool may_reach(const http::Url& url) const;
};

/// Checks parameters and secrets against the definition and fills in defaults.
Result<std::unique_ptr<Context>> make_context(DefinitionRef definition, ConnectionConfig config, Environment environment);

/// Header fields and query parameters added to a request beside its own.
struct Extra {
  const std::vector<std::pair<std::string, TemplateRef>>* headers = nullptr;
  const std::vector<std::pair<std::string, TemplateRef>>* query = nullptr;
  const std::vector<std::pair<std::string, TemplateRef>>* guard = nullptr;
};
/// A request ready to send. Errors: a hole that has no value, a host that is not declared (`refused`).
Result<http::Request> build_request(const Context& context, const RequestSpec& spec, Scope& scope, const RowSource* rows = nullptr, const Extra& extra = {});
/// The URL of a next page, found in an answer to `base`.
Result<std::string> follow(const Context& context, const std::string& base, const std::string& link);

}  // namespace lockstep::connector
