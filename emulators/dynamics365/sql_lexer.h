#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/errors.h"

namespace lockstep::emulators::dynamics365 {

struct SqlToken {
  enum class Kind { word, text, number, symbol, end };
  Kind kind = Kind::end;
  std::string value;
};

/// The last one is of the kind end.
Outcome<std::vector<SqlToken>> tokenize_sql(std::string_view text);
[[nodiscard]] tl::unexpected<ApiError> bad_sql(std::string what);

}  // namespace lockstep::emulators::dynamics365
