#pragma once

#include <cstdint>
#include <variant>

#include "base/result.h"
#include "expression/operand.h"
#include "model/value.h"

/// Exact numbers: 64-bit integers and decimals of at most 40 digits. Whatever does not fit is an error, never
/// a rounded or wrapped number.
namespace lockstep::expression {

using Number = std::variant<std::int64_t, Decimal>;

/// Narrows; texts are not numbers here. Error: what was found.
Result<Number> number_of(const Operand& operand);
Decimal decimal_of(const Number& number);
Value value_of(Number number);

Result<Number> add(const Number& a, const Number& b);
Result<Number> subtract(const Number& a, const Number& b);
Result<Number> multiply(const Number& a, const Number& b);
Result<Number> negate(const Number& a);
int compare(const Number& a, const Number& b);

/// Half away from zero, to `digits` behind the point (negative: before it).
Result<Number> round(const Number& a, std::int64_t digits);
/// a · 10^power.
Result<Number> scale(const Number& a, std::int64_t power);
/// The largest whole number not above a.
Result<Number> floor(const Number& a);

}  // namespace lockstep::expression
