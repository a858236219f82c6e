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

Result<void> take_varint(std::string_view& in, std::uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return damaged("cut number");
    const auto byte = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return {};
  }
  return damaged("number too long");
}
Result<void> take_signed(std::string_view& in, std::int64_t& number) {
  std::uint64_t raw = 0;
  TRY_VOID(take_varint(in, raw));
  number = static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  return {};
}
Result<void> take_text(std::string_view& in, std::string& text) {
  std::uint64_t size = 0;
  TRY_VOID(take_varint(in, size));
  if (size > in.size()) return damaged("cut text");
  text.assign(in.substr(0, size));
  in.remove_prefix(size);
  return {};
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
Result<void> take_decimal(std::string_view& in, Value& into) {
  std::string& text = into.emplace<Decimal>().text;
  TRY_VOID(take_text(in, text));
  return is_canonical_decimal(text) ? Result<void>{} : damaged("no canonical decimal");
}

// Values are filled where they stay: rows hold many, and to move one costs as much as to read it.
Result<void> take_value(std::string_view& in, Value& into, int depth);

Result<void> take_list(std::string_view& in, List& list, int depth) {
  std::uint64_t count = 0;
  TRY_VOID(take_varint(in, count));
  if (count > in.size()) return damaged("list longer than its row");
  list.reserve(std::min(count, kReserveMax));
  for (std::uint64_t i = 0; i < count; ++i) TRY_VOID(take_value(in, list.emplace_back(), depth + 1));
  return {};
}

Result<void> take_map(std::string_view& in, Map& map, int depth) {
  std::uint64_t count = 0;
  TRY_VOID(take_varint(in, count));
  if (count > in.size()) return damaged("map longer than its row");
  map.reserve(std::min(count, kReserveMax));
  for (std::uint64_t i = 0; i < count; ++i) {
    auto& [name, member] = map.emplace_back();
    TRY_VOID(take_text(in, name));
    TRY_VOID(take_value(in, member, depth + 1));
  }
  return {};
}

Result<void> take_value(std::string_view& in, Value& into, int depth) {
  if (in.empty()) return damaged("cut value");
  if (depth > kDepthMax) return damaged("nested too deeply");
  const auto kind = static_cast<unsigned char>(in[0]);
  in.remove_prefix(1);
  switch (static_cast<Value::Kind>(kind)) {
    case Value::Kind::null: return {};
    case Value::Kind::boolean: {
      std::uint64_t flag = 0;
      TRY_VOID(take_varint(in, flag));
      if (flag > 1) return damaged("boolean beyond true");
      into.emplace<bool>() = flag != 0;
      return {};
    }
    case Value::Kind::integer: return take_signed(in, into.emplace<std::int64_t>());
    case Value::Kind::decimal: return take_decimal(in, into);
    case Value::Kind::text: return take_text(in, into.emplace<std::string>());
    case Value::Kind::instant: return take_signed(in, into.emplace<WallTime>().ms);
    case Value::Kind::date: {
      std::int64_t days = 0;
      TRY_VOID(take_signed(in, days));
      if (days < INT32_MIN || days > INT32_MAX) return damaged("date out of range");
      into.emplace<Date>().days = static_cast<std::int32_t>(days);
      return {};
    }
    case Value::Kind::entity: {
      if (in.size() < 16) return damaged("cut reference");
      EntityRef& reference = into.emplace<EntityRef>();
      for (std::size_t i = 0; i < 16; ++i) reference.entity.bytes[i] = static_cast<std::uint8_t>(in[i]);
      in.remove_prefix(16);
      return {};
    }
    case Value::Kind::remote: {
      RemoteId remote;
      TRY_VOID(take_text(in, remote.object));
      TRY_VOID(take_text(in, remote.id));
      into = Value(std::move(remote));
      return {};
    }
    case Value::Kind::list: return take_list(in, into.emplace<List>(), depth);
    case Value::Kind::map: return take_map(in, into.emplace<Map>(), depth);
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

Result<void> decode_value(std::string_view& in, Value& into) { return take_value(in, into, 0); }

Result<Value> decode_value(std::string_view& in) {
  Value value;
  TRY_VOID(decode_value(in, value));
  return value;
}

}  // namespace lockstep
