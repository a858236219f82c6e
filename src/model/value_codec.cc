// Layout: one byte of kind; numbers as zig-zag varints, texts as varint length and bytes, lists and maps as varint count
// and elements. Stable: stored rows are read by later versions.
#include <algorithm>

#include "model/value.h"

namespace lockstep {

namespace {

constexpr int kDepthMax = 32;
constexpr std::uint64_t kReserveMax = 64;  // a damaged count claims no memory

void put_varint(std::uint64_t number, std::string& out) {
  while (number >= 0x80) {
    out += static_cast<char>((number & 0x7f) | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}
void put_signed(std::int64_t number, std::string& out) {
  put_varint((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63), out);
}
void put_text(std::string_view text, std::string& out) {
  put_varint(text.size(), out);
  out += text;
}

tl::unexpected<Error> damaged(std::string_view what) { return fail(ErrorCode::storage, "damaged value: " + std::string(what)); }

Result<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return damaged("cut number");
    const auto byte = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  return damaged("number too long");
}
Result<std::int64_t> take_signed(std::string_view& in) {
  TRY(const std::uint64_t raw, take_varint(in));
  return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
}
Result<std::string> take_text(std::string_view& in) {
  TRY(const std::uint64_t size, take_varint(in));
  if (size > in.size()) return damaged("cut text");
  std::string text(in.substr(0, size));
  in.remove_prefix(size);
  return text;
}

bool is_canonical_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point), part = text.substr(std::min(point + 1, text.size()));
  const auto all_digits = [](std::string_view digits) { return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }); };
  if (whole.empty() || !all_digits(whole) || !all_digits(part)) return false;
  if (whole.size() > 1 && whole[0] == '0') return false;
  if (point < text.size() && (part.empty() || part.back() == '0')) return false;
  return !(negative && text == "0");
}

/// Canonical form is checked, since a decimal is printed as it is, into JSON too.
Result<Value> take_decimal(std::string_view& in) {
  TRY(std::string text, take_text(in));
  if (!is_canonical_decimal(text)) return damaged("no canonical decimal");
  return Value(Decimal{std::move(text)});
}

Result<Value> take_value(std::string_view& in, int depth);

Result<Value> take_list(std::string_view& in, int depth) {
  TRY(const std::uint64_t count, take_varint(in));
  if (count > in.size()) return damaged("list longer than its row");
  List list;
  list.reserve(std::min(count, kReserveMax));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY(Value element, take_value(in, depth + 1));
    list.push_back(std::move(element));
  }
  return Value(std::move(list));
}

Result<Value> take_map(std::string_view& in, int depth) {
  TRY(const std::uint64_t count, take_varint(in));
  if (count > in.size()) return damaged("map longer than its row");
  Map map;
  map.reserve(std::min(count, kReserveMax));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY(std::string name, take_text(in));
    TRY(Value member, take_value(in, depth + 1));
    map.emplace_back(std::move(name), std::move(member));
  }
  return Value(std::move(map));
}

Result<Value> take_value(std::string_view& in, int depth) {
  if (in.empty()) return damaged("cut value");
  if (depth > kDepthMax) return damaged("nested too deeply");
  const auto kind = static_cast<unsigned char>(in[0]);
  in.remove_prefix(1);
  switch (static_cast<Value::Kind>(kind)) {
    case Value::Kind::null: return Value{};
    case Value::Kind::boolean: {
      TRY(const std::uint64_t flag, take_varint(in));
      if (flag > 1) return damaged("boolean beyond true");
      return Value(flag != 0);
    }
    case Value::Kind::integer: {
      TRY(const std::int64_t number, take_signed(in));
      return Value(number);
    }
    case Value::Kind::decimal: return take_decimal(in);
    case Value::Kind::text: {
      TRY(std::string text, take_text(in));
      return Value(std::move(text));
    }
    case Value::Kind::instant: {
      TRY(const std::int64_t ms, take_signed(in));
      return Value(WallTime{ms});
    }
    case Value::Kind::date: {
      TRY(const std::int64_t days, take_signed(in));
      if (days < INT32_MIN || days > INT32_MAX) return damaged("date out of range");
      return Value(Date{static_cast<std::int32_t>(days)});
    }
    case Value::Kind::entity: {
      if (in.size() < 16) return damaged("cut reference");
      EntityRef reference;
      for (std::size_t i = 0; i < 16; ++i) reference.entity.bytes[i] = static_cast<std::uint8_t>(in[i]);
      in.remove_prefix(16);
      return Value(reference);
    }
    case Value::Kind::remote: {
      TRY(std::string object, take_text(in));
      TRY(std::string id, take_text(in));
      return Value(RemoteId{std::move(object), std::move(id)});
    }
    case Value::Kind::list: return take_list(in, depth);
    case Value::Kind::map: return take_map(in, depth);
  }
  return damaged("unknown kind " + std::to_string(kind));
}

}  // namespace

void encode(const Value& value, std::string& out) {
  out += static_cast<char>(value.kind());
  switch (value.kind()) {
    case Value::Kind::null: break;
    case Value::Kind::boolean: put_varint(*value.get<bool>() ? 1 : 0, out); break;
    case Value::Kind::integer: put_signed(*value.get<std::int64_t>(), out); break;
    case Value::Kind::decimal: put_text(value.get<Decimal>()->text, out); break;
    case Value::Kind::text: put_text(*value.get<std::string>(), out); break;
    case Value::Kind::instant: put_signed(value.get<WallTime>()->ms, out); break;
    case Value::Kind::date: put_signed(value.get<Date>()->days, out); break;
    case Value::Kind::entity:
      for (const std::uint8_t byte : value.get<EntityRef>()->entity.bytes) out += static_cast<char>(byte);
      break;
    case Value::Kind::remote:
      put_text(value.get<RemoteId>()->object, out);
      put_text(value.get<RemoteId>()->id, out);
      break;
    case Value::Kind::list:
      put_varint(value.get<List>()->size(), out);
      for (const Value& element : *value.get<List>()) encode(element, out);
      break;
    case Value::Kind::map:
      put_varint(value.get<Map>()->size(), out);
      for (const auto& [name, member] : *value.get<Map>()) {
        put_text(name, out);
        encode(member, out);
      }
      break;
  }
}

Result<Value> decode_value(std::string_view& in) { return take_value(in, 0); }

}  // namespace lockstep
