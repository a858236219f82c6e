#pragma once

#include "model/value.h"

namespace lockstep::mapping {

/// The number of an integer or a decimal; an error for anything else.
Result<Decimal> decimal_of(const Value& value);
/// The point moved by `places` to the right: exact, unlike a multiplication by floats. Error: more than 40 digits.
Result<Decimal> shift_point(const Decimal& number, int places);
/// Half away from zero to `places` digits behind the point, from 0.
Decimal rounded(const Decimal& number, int places);

}  // namespace lockstep::mapping
