// What a property draws: one value each time, smaller ones first, shrunk when the property fails. Only inside a property.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "model/value.h"

namespace lockstep {

/// Shown in counterexamples.
void showValue(const Value& value, std::ostream& out);

namespace property {

/// From least to most, both among them.
std::int64_t any_integer(std::int64_t least, std::int64_t most);
/// Any 64 bits.
std::int64_t any_integer();
bool any_boolean();
/// Any bytes.
std::string any_bytes();
/// Up to `most` of these letters.
std::string any_text_of(std::string_view letters, std::size_t most);
/// How many; grows with the run.
std::size_t any_count(std::size_t most);

template <class T>
const T& any_of(const std::vector<T>& choices) {
  CHECK(!choices.empty(), "nothing to draw from");
  return choices[static_cast<std::size_t>(any_integer(0, static_cast<std::int64_t>(choices.size()) - 1))];
}
inline std::string any_of(std::initializer_list<const char*> choices) { return any_of(std::vector<const char*>(choices)); }

/// True in `part` of `whole` draws.
inline bool one_in(int whole, int part = 1) { return any_integer(1, whole) <= part; }

/// A canonical decimal: any sign, up to 15 digits before the point and 12 after it.
Decimal any_decimal();
/// Any canonical value, lists and maps nested up to `depth`.
Value any_value(int depth = 3);

}  // namespace property
}  // namespace lockstep
