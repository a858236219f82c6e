#pragma once

#include <source_location>
#include <string_view>

namespace lockstep {

/// Prints the broken invariant with its place and aborts. The daemon is restarted by its supervisor and recovers
/// from the store; going on with a broken invariant could lose data.
[[noreturn]] void check_failed(std::string_view condition, std::string_view message, std::source_location where = std::source_location::current());

}  // namespace lockstep

/// For what cannot happen unless the program is wrong; stays on in release builds. Input from outside is never
/// CHECKed: it gets a Result.
#define CHECK(condition, message)                      \
  do {                                                 \
    if (!(condition)) [[unlikely]]                     \
      ::lockstep::check_failed(#condition, (message)); \
  } while (false)
