#pragma once

#include <rapidcheck.h>

#include <iostream>

#include "model/value.h"

namespace lockstep {

inline void showValue(const Value& value, std::ostream& out) { out << to_json(value); }

/// A canonical decimal: any sign, up to 15 digits before the point and 12 after it.
inline rc::Gen<Decimal> any_decimal() {
  return rc::gen::apply(
      [](bool negative, std::int64_t whole, std::int64_t part) {
        return parse_decimal((negative ? "-" : "") + std::to_string(whole) + "." + std::to_string(part))
            .value();
      },
      rc::gen::arbitrary<bool>(), rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000),
      rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000));
}

inline rc::Gen<Value> any_scalar() {
  const auto to_value = [](auto made) { return Value(std::move(made)); };
  return rc::gen::oneOf(
      rc::gen::just(Value()), rc::gen::map(rc::gen::arbitrary<bool>(), to_value),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), to_value), rc::gen::map(any_decimal(), to_value),
      rc::gen::map(rc::gen::arbitrary<std::string>(), to_value),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t ms) { return Value(WallTime{ms}); }),
      rc::gen::map(rc::gen::arbitrary<std::int32_t>(), [](std::int32_t days) { return Value(Date{days}); }),
      rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 16>>(),
                   [](const auto& bytes) { return Value(EntityRef{Ulid{bytes}}); }),
      rc::gen::apply(
          [](std::string object, std::string id) {
            return Value(RemoteId{std::move(object), std::move(id)});
          },
          rc::gen::arbitrary<std::string>(), rc::gen::arbitrary<std::string>()));
}

/// Any canonical value, lists and maps nested up to `depth`.
inline rc::Gen<Value> any_value(int depth = 3) {
  if (depth == 0) return any_scalar();
  const auto elements = rc::gen::container<std::vector<Value>>(
      rc::gen::resize(4, rc::gen::lazy([depth] { return any_value(depth - 1); })));
  const auto members = rc::gen::container<std::map<std::string, Value>>(
      rc::gen::arbitrary<std::string>(),
      rc::gen::resize(4, rc::gen::lazy([depth] { return any_value(depth - 1); })));
  return rc::gen::weightedOneOf<Value>(
      {{4, any_scalar()},
       {1, rc::gen::map(elements, [](List list) { return Value(std::move(list)); })},
       {1, rc::gen::map(members, [](const std::map<std::string, Value>& map) {
          return Value(Map(map.begin(), map.end()));
        })}});
}

}  // namespace lockstep

namespace rc {
template <>
struct Arbitrary<lockstep::Value> {
  static Gen<lockstep::Value> arbitrary() { return lockstep::any_value(); }
};
}  // namespace rc
