#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace lockstep {

/// What went wrong, coarse enough to branch on. The finer classes of a remote's answers are data (`FailureClass`).
enum class ErrorCode {
  invalid_input,  // configuration, YAML, payload, API call, damaged file
  not_found,
  conflict,      // the state is not what the caller assumed
  unauthorized,  // missing or wrong credentials
  refused,       // a policy of ours forbids it (host not declared, secret in the wrong place)
  unavailable,   // the other side did not answer, or not in time; the outcome may be unknown
  storage,       // the store failed
  cancelled,     // an outcome, not a failure: never logged as error, never retried
  internal
};

/// An expected failure: a sentence that says what was found, what is allowed and, where there is one, the way out.
/// Never holds a secret.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) { return tl::unexpected<Error>(Error{code, std::move(message)}); }

/// Puts `context` in front of an error's message on its way up.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error, const std::string& context) {
  error.message = context + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace lockstep

#define LOCKSTEP_CONCAT_INNER(a, b) a##b
#define LOCKSTEP_CONCAT(a, b) LOCKSTEP_CONCAT_INNER(a, b)

/// `TRY(auto x, f());` binds the value of a Result or returns its error; `TRY_VOID(f());` for Result<void>.
#define TRY(declaration, expression) TRY_IMPL(LOCKSTEP_CONCAT(try_result_, __COUNTER__), declaration, expression, return )
#define TRY_VOID(expression) TRY_VOID_IMPL(LOCKSTEP_CONCAT(try_result_, __COUNTER__), expression, return )
/// The same inside a coroutine.
#define CO_TRY(declaration, expression) TRY_IMPL(LOCKSTEP_CONCAT(try_result_, __COUNTER__), declaration, expression, co_return )
#define CO_TRY_VOID(expression) TRY_VOID_IMPL(LOCKSTEP_CONCAT(try_result_, __COUNTER__), expression, co_return )

#define TRY_IMPL(result, declaration, expression, leave)        \
  auto result = (expression);                                   \
  if (!result) leave tl::unexpected(std::move(result).error()); \
  declaration = std::move(*result)
#define TRY_VOID_IMPL(result, expression, leave)                  \
  do {                                                            \
    auto result = (expression);                                   \
    if (!result) leave tl::unexpected(std::move(result).error()); \
  } while (false)
