#include "expression/arithmetic.h"

#include <algorithm>

#include "grammar/literal.h"

namespace lockstep::expression {

namespace {

/// sign · digits · 10^-scale, digits without leading zeros.
struct Big {
  bool negative = false;
  std::string digits;
  std::size_t scale = 0;
};

Big big_of(const Number& number) {
  const std::string text = std::holds_alternative<Decimal>(number) ? std::get<Decimal>(number).text : std::to_string(std::get<std::int64_t>(number));
  Big big;
  std::string_view rest = text;
  if (rest.starts_with('-')) {
    big.negative = true;
    rest.remove_prefix(1);
  }
  const std::size_t point = std::min(rest.find('.'), rest.size());
  big.digits = std::string(rest.substr(0, point));
  if (point < rest.size()) {
    big.digits += rest.substr(point + 1);
    big.scale = rest.size() - point - 1;
  }
  return big;
}

Result<Number> number_of(const Big& big) {
  std::string digits = big.digits;
  while (digits.size() <= big.scale) digits.insert(0, 1, '0');
  digits.insert(digits.size() - big.scale, 1, '.');
  TRY(Decimal decimal, parse_decimal((big.negative ? "-" : "") + digits));
  return Number(std::move(decimal));
}

void align(Big& a, Big& b) {
  Big& coarser = a.scale < b.scale ? a : b;
  const std::size_t scale = std::max(a.scale, b.scale);
  coarser.digits.append(scale - coarser.scale, '0');
  coarser.scale = scale;
  const std::size_t width = std::max(a.digits.size(), b.digits.size());
  a.digits.insert(0, width - a.digits.size(), '0');
  b.digits.insert(0, width - b.digits.size(), '0');
}

/// |a| + |b| or |a| − |b| of aligned digits; |a| ≥ |b| for the latter.
std::string combine(const std::string& a, const std::string& b, bool plus) {
  std::string out(a.size(), '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int digit = (a[i] - '0') + (plus ? b[i] - '0' : '0' - b[i]) + carry;
    carry = digit > 9 ? 1 : digit < 0 ? -1 : 0;
    digit -= carry * 10;
    out[i] = static_cast<char>('0' + digit);
  }
  if (carry > 0) out.insert(0, 1, '1');
  return out;
}

Result<Number> add(Big a, Big b) {
  align(a, b);
  if (a.negative == b.negative) return number_of(Big{a.negative, combine(a.digits, b.digits, true), a.scale});
  const bool a_larger = a.digits >= b.digits;
  return number_of(Big{a_larger ? a.negative : b.negative, a_larger ? combine(a.digits, b.digits, false) : combine(b.digits, a.digits, false), a.scale});
}

Result<Number> multiply(const Big& a, const Big& b) {
  std::string out(a.digits.size() + b.digits.size(), '\0');
  for (std::size_t i = a.digits.size(); i-- > 0;) {
    int carry = 0;
    for (std::size_t k = b.digits.size(); k-- > 0;) {
      const int sum = out[i + k + 1] + (a.digits[i] - '0') * (b.digits[k] - '0') + carry;
      out[i + k + 1] = static_cast<char>(sum % 10);
      carry = sum / 10;
    }
    out[i] = static_cast<char>(out[i] + carry);
  }
  for (char& digit : out) digit = static_cast<char>(digit + '0');
  return number_of(Big{a.negative != b.negative, out, a.scale + b.scale});
}

tl::unexpected<Error> overflow() { return fail(ErrorCode::invalid_input, "a whole number leaves the range of 64 bits"); }

const std::int64_t* whole(const Number& number) { return std::get_if<std::int64_t>(&number); }

/// Cuts to `digits` behind the point; says whether the first digit dropped was 5 or more, and whether
/// anything was.
struct Cut {
  Big big;
  bool half = false, inexact = false;
};
Cut cut(Big big, std::int64_t digits) {
  Cut out;
  const std::int64_t drop = static_cast<std::int64_t>(big.scale) - digits;
  if (drop <= 0) return {std::move(big)};
  while (static_cast<std::int64_t>(big.digits.size()) <= drop) big.digits.insert(0, 1, '0');
  const std::size_t keep = big.digits.size() - static_cast<std::size_t>(drop);
  out.half = big.digits[keep] >= '5';
  out.inexact = big.digits.find_first_not_of('0', keep) != std::string::npos;
  big.digits.resize(keep);
  if (digits < 0) {
    big.digits.append(static_cast<std::size_t>(-digits), '0');
    big.scale = 0;
  } else {
    big.scale = static_cast<std::size_t>(digits);
  }
  out.big = std::move(big);
  return out;
}

/// One unit of the last kept digit.
Big unit(bool negative, std::int64_t digits) {
  if (digits >= 0) return Big{negative, "1", static_cast<std::size_t>(digits)};
  return Big{negative, "1" + std::string(static_cast<std::size_t>(-digits), '0'), 0};
}

constexpr std::int64_t kDigitsMax = 40;

Result<Number> narrow(Result<Number> number) {
  if (!number || whole(*number)) return number;
  if (const auto small = grammar::core_int(std::get<Decimal>(*number).text)) return Number(*small);
  return number;
}

}  // namespace

Result<Number> number_of(const Operand& operand) {
  if (operand.kind() != Operand::Kind::integer && operand.kind() != Operand::Kind::decimal)
    return fail(ErrorCode::invalid_input, "expected a number, found " + std::string(article_of(operand.kind())));
  TRY(const Value value, operand.to_value());
  if (const auto* number = value.get<std::int64_t>()) return Number(*number);
  return Number(*value.get<Decimal>());
}

Decimal decimal_of(const Number& number) { return whole(number) ? Decimal{std::to_string(*whole(number))} : std::get<Decimal>(number); }

Value value_of(Number number) { return whole(number) ? Value(*whole(number)) : Value(std::get<Decimal>(std::move(number))); }

Result<Number> add(const Number& a, const Number& b) {
  if (!whole(a) || !whole(b)) return add(big_of(a), big_of(b));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(*whole(a), *whole(b), &sum)) return overflow();
  return Number(sum);
}

Result<Number> subtract(const Number& a, const Number& b) {
  if (!whole(a) || !whole(b)) {
    Big negated = big_of(b);
    negated.negative = !negated.negative;
    return add(big_of(a), std::move(negated));
  }
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(*whole(a), *whole(b), &difference)) return overflow();
  return Number(difference);
}

Result<Number> multiply(const Number& a, const Number& b) {
  if (!whole(a) || !whole(b)) return multiply(big_of(a), big_of(b));
  std::int64_t product = 0;
  if (__builtin_mul_overflow(*whole(a), *whole(b), &product)) return overflow();
  return Number(product);
}

Result<Number> negate(const Number& a) { return subtract(Number(std::int64_t{0}), a); }

int compare(const Number& a, const Number& b) {
  if (whole(a) && whole(b)) return *whole(a) < *whole(b) ? -1 : *whole(a) > *whole(b) ? 1 : 0;
  return lockstep::compare(decimal_of(a), decimal_of(b));
}

Result<Number> round(const Number& a, std::int64_t digits) {
  digits = std::clamp(digits, -kDigitsMax, kDigitsMax);
  Cut rounded = cut(big_of(a), digits);
  const bool negative = rounded.big.negative;
  if (!rounded.half) return narrow(number_of(rounded.big));
  return narrow(add(std::move(rounded.big), unit(negative, digits)));
}

Result<Number> floor(const Number& a) {
  if (whole(a)) return a;
  Cut floored = cut(big_of(a), 0);
  if (!floored.inexact || !floored.big.negative) return narrow(number_of(floored.big));
  return narrow(add(std::move(floored.big), unit(true, 0)));
}

Result<Number> scale(const Number& a, std::int64_t power) {
  if (power < -kDigitsMax || power > kDigitsMax) return fail(ErrorCode::invalid_input, "a power of ten from -40 to 40 is expected");
  Big big = big_of(a);
  if (power < 0) big.scale += static_cast<std::size_t>(-power);
  else big.digits.append(static_cast<std::size_t>(power), '0');
  return narrow(number_of(big));
}

}  // namespace lockstep::expression
