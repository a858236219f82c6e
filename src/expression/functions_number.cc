#include "expression/arithmetic.h"
#include "expression/functions.h"
#include "grammar/literal.h"

namespace lockstep::expression {

namespace {

using Type = Parameter::Type;

/// Narrows; here a text that reads as a number is one.
Result<Number> loose_number(const Operand& operand) {
  const auto text = operand.text_view();
  if (!text) return number_of(operand);
  const auto decimal = parse_decimal(*text);
  if (!decimal) return fail(ErrorCode::invalid_input, "expected a number, found a text that is none");
  return Number(*decimal);
}

Operand operand_of(Number number) { return Operand(value_of(std::move(number))); }

Result<Operand> to_int(const Call& call) {
  TRY(const Number number, loose_number(call[0]));
  const auto whole = grammar::core_int(decimal_of(number).text);
  if (!whole) return fail(ErrorCode::invalid_input, "expected a whole number of 64 bits, found another number; round or floor it first");
  return integer_operand(*whole);
}

Result<Operand> to_decimal(const Call& call) {
  TRY(const Number number, loose_number(call[0]));
  return Operand(Value(decimal_of(number)));
}

Result<Operand> round_number(const Call& call) {
  TRY(const Number number, loose_number(call[0]));
  std::int64_t digits = 0;
  if (call.count() > 1) {
    TRY(digits, call[1].integer());
  }
  TRY(Number rounded, round(number, digits));
  return operand_of(std::move(rounded));
}

Result<Operand> scale_number(const Call& call) {
  TRY(const Number number, loose_number(call[0]));
  TRY(const std::int64_t power, call[1].integer());
  TRY(Number scaled, scale(number, power));
  return operand_of(std::move(scaled));
}

Result<Operand> absolute(const Call& call) {
  TRY(const Number number, loose_number(call[0]));
  if (compare(number, Number(std::int64_t{0})) >= 0) return operand_of(number);
  TRY(Number positive, negate(number));
  return operand_of(std::move(positive));
}

}  // namespace

FunctionGroup number_functions() {
  return {"Numbers",
          {{"int", {{"value"}}, to_int, "A number, or a text that reads as one, as a whole number; an error when it has a fraction.", true},
           {"decimal", {{"value"}}, to_decimal, "A number, or a text that reads as one, as an exact decimal.", true},
           {"round", {{"number"}, {"digits", Type::integer, true}}, round_number, "Rounded half away from zero, to `digits` behind the point (none).", true},
           {"scale", {{"number"}, {"power", Type::integer}}, scale_number, "Times 10 to the power: cents to euros is `scale(-2)`.", true},
           {"abs", {{"number"}}, absolute, "Without its sign.", true}}};
}

}  // namespace lockstep::expression
