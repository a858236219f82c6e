#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "session.h"

namespace lockstep::app {

/// Who decides, for the audit.
inline std::string person(const std::string& by) {
  if (!by.empty()) return by;
  const char* user = std::getenv("USER");
  return user ? user : "command line";
}

inline int code_of(const Error& error) {
  if (error.code == ErrorCode::not_found) return kNotFound;
  if (error.code == ErrorCode::invalid_input) return kUsage;
  return kFailed;
}

/// Runs one decision and returns its exit code.
template <class Decide>
int decide(Session& session, Decide make_task) {
  std::optional<Error> error;
  session.run(make_task(error));
  if (!error) session.ask_running("POST", "/operations/wake");
  return error ? fail_with(code_of(*error), error->message) : static_cast<int>(kOk);
}

}  // namespace lockstep::app
