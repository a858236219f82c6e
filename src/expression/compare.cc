#include "expression/compare.h"

#include <algorithm>

#include "expression/arithmetic.h"

namespace lockstep::expression {

namespace {

using Kind = Operand::Kind;

Order order(int sign) { return sign < 0 ? Order::less : sign > 0 ? Order::greater : Order::equal; }

Order reversed(Order order) { return order == Order::less ? Order::greater : order == Order::greater ? Order::less : order; }

bool is_number(Kind kind) { return kind == Kind::integer || kind == Kind::decimal; }
bool is_time(Kind kind) { return kind == Kind::instant || kind == Kind::date; }

Order order_numbers(const Operand& a, const Operand& b) {
  const auto x = number_of(a), y = number_of(b);
  return x && y ? order(compare(*x, *y)) : Order::different;
}

/// Ids are text: "007" is not 7. But "12.5" lies above 12.
Order order_text_number(const Operand& text, const Operand& number) {
  const auto shown = number.text();
  if (shown && *shown == *text.text_view()) return Order::equal;
  const auto parsed = parse_decimal(*text.text_view());
  const auto other = number_of(number);
  if (!parsed || !other) return Order::different;
  const int sign = compare(Number(*parsed), *other);
  return sign == 0 ? Order::different : order(sign);
}

std::optional<WallTime> moment_of(const Operand& operand) {
  if (const auto text = operand.text_view()) {
    if (const auto time = parse_iso_time(*text)) return *time;
    if (const auto date = parse_iso_date(*text)) return start_of(*date);
    return std::nullopt;
  }
  if (const auto* date = operand.value()->get<Date>()) return start_of(*date);
  return *operand.value()->get<WallTime>();
}

Order order_times(const Operand& a, const Operand& b) {
  const auto x = moment_of(a), y = moment_of(b);
  return x && y ? order(*x < *y ? -1 : *y < *x ? 1 : 0) : Order::different;
}

Order order_lists(const Operand& a, const Operand& b) {
  const auto x = a.elements(), y = b.elements();
  if (!x || !y || x->size() != y->size()) return Order::different;
  return std::ranges::equal(*x, *y, equals) ? Order::equal : Order::different;
}

Order order_maps(const Operand& a, const Operand& b) {
  const auto x = a.members();
  if (x.size() != b.members().size()) return Order::different;
  const bool same = std::ranges::all_of(x, [&](const auto& member) { return equals(member.second, b.member(member.first)); });
  return same ? Order::equal : Order::different;
}

}  // namespace

Order order_of(const Operand& a, const Operand& b) {
  const Kind x = a.kind(), y = b.kind();
  if (x == Kind::absent || y == Kind::absent) return Order::different;
  if (x == Kind::text && y == Kind::text) return order(a.text_view()->compare(*b.text_view()));
  if (is_number(x) && is_number(y)) return order_numbers(a, b);
  if (x == Kind::text && is_number(y)) return order_text_number(a, b);
  if (is_number(x) && y == Kind::text) return reversed(order_text_number(b, a));
  if ((is_time(x) && (is_time(y) || y == Kind::text)) || (x == Kind::text && is_time(y))) return order_times(a, b);
  if (x == Kind::null && y == Kind::null) return Order::equal;
  if (x == Kind::list && y == Kind::list) return order_lists(a, b);
  if (x == Kind::map && y == Kind::map) return order_maps(a, b);
  const bool readable = x != Kind::null && y != Kind::null && x != Kind::list && y != Kind::list && x != Kind::map && y != Kind::map;
  const bool comparable = readable && (x == y || x == Kind::text || y == Kind::text);
  if (!comparable) return Order::different;
  const auto left = a.text(), right = b.text();
  return left && right && *left == *right ? Order::equal : Order::different;
}

int sort_order(const Value& a, const Value& b) {
  const auto number = [](const Value& value) -> std::optional<Number> {
    if (const auto* whole = value.get<std::int64_t>()) return Number(*whole);
    if (const auto* decimal = value.get<Decimal>()) return Number(*decimal);
    return std::nullopt;
  };
  const auto x = number(a), y = number(b);
  return x && y ? compare(*x, *y) : lockstep::compare(a, b);
}

}  // namespace lockstep::expression
