#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace lockstep::connector {

/// The classes of failure that a connector's `errors` rules speak of; the worst (the earlier here) wins where an answer
/// holds several. See docs/connectors.md for what the engine does with each.
enum class FailureClass : std::uint8_t {
  auth_revoked,
  auth,
  permission,
  config,
  shape,
  rate_limit,
  quota,
  transient,
  outcome_unknown,
  lock,
  conflict,
  duplicate,
  ambiguous,
  already_done,
  nothing,
  gone,
  missing_parent,
  validation,
  enumeration,
  state,
  too_large,
  collateral,
  cursor_expired,
  unclassified
};
std::string_view to_string(FailureClass failure);
std::optional<FailureClass> parse_failure_class(std::string_view name);  // "enum" is `enumeration`

/// How far a failure reaches. Only `record` uses up attempts.
enum class FailureScope : std::uint8_t { record, request, feed, object, mapping, limit, connection, vendor };
FailureScope default_scope(FailureClass failure);

/// A request as it was sent and what was answered, without what signed it; secrets are struck out. An envelope's part counts as
/// a request of its own.
struct Exchange {
  std::string method, url, body;
  int status = 0;      // 0: no answer came
  std::string answer;  // as received
};

struct Failure {
  FailureClass failure_class = FailureClass::unclassified;
  FailureScope scope = FailureScope::record;
  int status = 0;                   // HTTP status, 0 when no answer came
  bool unsent = false;              // it never left: nothing can have been carried out
  std::string code;                 // the vendor's code
  std::string message;              // the vendor's words, secrets redacted, at most 2 KiB
  std::vector<std::string> fields;  // wire fields named
  std::vector<std::string> ids;     // remote ids taken from the message (the record in the way)
  std::string act;                  // "drop_fields", "requery", "step_down", "stop"; empty: the class's default
  std::optional<Duration> wait;     // from Retry-After or the rule
  std::string limit;                // the limit named by `reset(limit)`
  std::optional<int> tries;
  std::shared_ptr<const Exchange> exchange;  // of writes that failed for their record's sake
};

/// A failure in our own words.
Failure make_failure(FailureClass failure_class, FailureScope scope, std::string message);
/// Equal causes have equal fingerprints: class, code and message with ids and numbers struck out.
std::string fingerprint(const Failure& failure);

}  // namespace lockstep::connector
