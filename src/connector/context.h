#pragma once

#include "connector/answer.h"
#include "connector/definition.h"

namespace lockstep::connector {

/// What one connection is: its definition, settings and what it has learnt. Shared by the parts of one connector.
struct Context {
  DefinitionRef definition;
  ConnectionConfig config;
  Environment environment;
  Value params, facts, secrets;
  std::string base_url;              // without a trailing slash; empty until learnt
  std::vector<std::string> hosts;    // lower case
  std::vector<std::string> hidden;   // secrets and tokens: shown nowhere
  std::int64_t clock_offset_ms = 0;  // remote − hub, from the last answer

  WallTime now() const { return environment.executor.clock().wall(); }
  WallTime remote_now() const { return now() + Duration{clock_offset_ms}; }
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
