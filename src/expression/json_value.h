#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/value.h"

/// Parsed JSON and canonical values.
namespace lockstep::expression {

/// Object → Map, array → List, numbers → integer or Decimal. Error: a number beyond 40 digits.
Result<Value> value_of(const boost::json::value& json);
/// JSON text to a value. Error: invalid_input with the place; nesting deeper than 64 too.
Result<Value> parse_json(std::string_view text);

}  // namespace lockstep::expression
