#include "connector/failure.h"

#include <re2/re2.h>

#include <array>

#include "base/text.h"

namespace lockstep::connector {

namespace {

struct Entry {
  FailureClass failure_class;
  std::string_view name;
  FailureScope scope;
};

constexpr std::array<Entry, 24> kEntries = {{
    {FailureClass::auth_revoked, "auth_revoked", FailureScope::connection},
    {FailureClass::auth, "auth", FailureScope::connection},
    {FailureClass::permission, "permission", FailureScope::object},
    {FailureClass::config, "config", FailureScope::mapping},
    {FailureClass::shape, "shape", FailureScope::mapping},
    {FailureClass::rate_limit, "rate_limit", FailureScope::limit},
    {FailureClass::quota, "quota", FailureScope::limit},
    {FailureClass::transient, "transient", FailureScope::vendor},
    {FailureClass::outcome_unknown, "outcome_unknown", FailureScope::record},
    {FailureClass::lock, "lock", FailureScope::record},
    {FailureClass::conflict, "conflict", FailureScope::record},
    {FailureClass::duplicate, "duplicate", FailureScope::record},
    {FailureClass::ambiguous, "ambiguous", FailureScope::record},
    {FailureClass::already_done, "already_done", FailureScope::record},
    {FailureClass::nothing, "nothing", FailureScope::record},
    {FailureClass::gone, "gone", FailureScope::record},
    {FailureClass::missing_parent, "missing_parent", FailureScope::record},
    {FailureClass::validation, "validation", FailureScope::record},
    {FailureClass::enumeration, "enum", FailureScope::record},
    {FailureClass::state, "state", FailureScope::record},
    {FailureClass::too_large, "too_large", FailureScope::request},
    {FailureClass::collateral, "collateral", FailureScope::request},
    {FailureClass::cursor_expired, "cursor_expired", FailureScope::feed},
    {FailureClass::unclassified, "unclassified", FailureScope::record},
}};

}  // namespace

std::string_view to_string(FailureClass failure) {
  for (const Entry& entry : kEntries)
    if (entry.failure_class == failure) return entry.name;
  return "unclassified";
}

std::optional<FailureClass> parse_failure_class(std::string_view name) {
  for (const Entry& entry : kEntries)
    if (entry.name == name) return entry.failure_class;
  return std::nullopt;
}

Failure make_failure(FailureClass failure_class, FailureScope scope, std::string message) {
  Failure failure;
  failure.failure_class = failure_class;
  failure.scope = scope;
  failure.message = std::move(message);
  return failure;
}

FailureScope default_scope(FailureClass failure) {
  for (const Entry& entry : kEntries)
    if (entry.failure_class == failure) return entry.scope;
  return FailureScope::record;
}

std::string fingerprint(const Failure& failure) {
  static const RE2 kIds("[0-9A-Za-z]{15,}|[0-9a-fA-F-]{32,}|[0-9]+|'[^']*'|\"[^\"]*\"");
  std::string message = failure.message.substr(0, 300);
  RE2::GlobalReplace(&message, kIds, "…");
  // Eight digits: short enough to be typed, and told apart by class and code already.
  const std::uint64_t hash = stable_hash(std::string_view(message));
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> shift);
  return std::string(to_string(failure.failure_class)) + "/" + (failure.code.empty() ? "" : failure.code + "/") + to_hex(bytes);
}

}  // namespace lockstep::connector
