#include "mapping/decimal_text.h"

#include "base/check.h"

namespace lockstep::mapping {

Result<Decimal> decimal_of(const Value& value) {
  if (const auto* decimal = value.get<Decimal>()) return *decimal;
  if (const auto* integer = value.get<std::int64_t>()) return Decimal{std::to_string(*integer)};
  return fail(ErrorCode::invalid_input, "expected a number, found " + to_display(value));
}

Result<Decimal> shift_point(const Decimal& number, int places) { return parse_decimal(number.text + "e" + std::to_string(places)); }

Decimal rounded(const Decimal& number, int places) {
  const std::string& text = number.text;
  const std::size_t point = text.find('.');
  const auto kept_places = static_cast<std::size_t>(places);
  if (point == std::string::npos || text.size() - point - 1 <= kept_places) return number;
  const bool up = text[point + 1 + kept_places] >= '5';
  std::string kept = text.substr(0, point + 1 + kept_places);
  if (up) {
    std::size_t i = kept.size();
    bool carry = true;
    while (carry && i > 0) {
      --i;
      if (kept[i] == '.') continue;
      if (kept[i] == '-') break;
      carry = kept[i] == '9';
      kept[i] = carry ? '0' : static_cast<char>(kept[i] + 1);
    }
    if (carry) kept.insert(kept[0] == '-' ? 1 : 0, "1");
  }
  if (kept.back() == '.') kept.pop_back();
  auto canonical = parse_decimal(kept);
  CHECK(canonical, "rounding made no number");
  return std::move(*canonical);
}

}  // namespace lockstep::mapping
