#include "test/property/draw.h"

#include <rapidcheck.h>

#include <algorithm>
#include <limits>

namespace lockstep {

void showValue(const Value& value, std::ostream& out) { out << to_json(value); }

namespace property {

std::int64_t any_integer(std::int64_t least, std::int64_t most) {
  CHECK(least <= most && most < std::numeric_limits<std::int64_t>::max(), "no range");
  return *rc::gen::inRange<std::int64_t>(least, most + 1);
}

std::int64_t any_integer() { return *rc::gen::arbitrary<std::int64_t>(); }

bool any_boolean() { return *rc::gen::arbitrary<bool>(); }

std::string any_bytes() { return *rc::gen::arbitrary<std::string>(); }

std::size_t any_count(std::size_t most) {
  const auto grown =
      *rc::gen::withSize([most](int size) { return rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(most, static_cast<std::size_t>(size)) + 1); });
  return grown;
}

std::string any_text_of(std::string_view letters, std::size_t most) {
  std::string text(any_count(most), ' ');
  for (char& letter : text) letter = letters[static_cast<std::size_t>(any_integer(0, static_cast<std::int64_t>(letters.size()) - 1))];
  return text;
}

Decimal any_decimal() {
  const std::string sign = any_boolean() ? "-" : "";
  const std::string whole = std::to_string(any_integer(0, 999'999'999'999'999));
  return parse_decimal(sign + whole + "." + std::to_string(any_integer(0, 999'999'999'999))).value();
}

namespace {

Value any_scalar() {
  switch (any_integer(0, 8)) {
    case 0: return Value();
    case 1: return Value(any_boolean());
    case 2: return Value(any_integer());
    case 3: return Value(any_decimal());
    case 4: return Value(any_bytes());
    case 5: return Value(WallTime{any_integer()});
    case 6: return Value(Date{static_cast<std::int32_t>(any_integer(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()))});
    case 7: {
      Ulid id;
      for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(any_integer(0, 255));
      return Value(EntityRef{id});
    }
    default: {
      std::string object = any_bytes();
      return Value(RemoteId{std::move(object), any_bytes()});
    }
  }
}

}  // namespace

Value any_value(int depth) {
  const auto kind = any_integer(0, 5);
  if (depth == 0 || kind < 4) return any_scalar();
  const std::size_t count = any_count(4);
  if (kind == 4) {
    List list;
    for (std::size_t i = 0; i < count; ++i) list.push_back(any_value(depth - 1));
    return Value(std::move(list));
  }
  std::map<std::string, Value> members;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = any_bytes();
    members.insert_or_assign(std::move(name), any_value(depth - 1));
  }
  return Value(Map(members.begin(), members.end()));
}

}  // namespace property
}  // namespace lockstep
