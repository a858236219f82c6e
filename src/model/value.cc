#include "model/value.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep {

namespace {

constexpr std::size_t kDigitsMax = 40;

int sign(const auto& a, const auto& b) { return a < b ? -1 : b < a ? 1 : 0; }
int sign(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare(const List& a, const List& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (const int order = lockstep::compare(a[i], b[i])) return order;
  return sign(a.size(), b.size());
}

int compare(const Map& a, const Map& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const int order = sign(std::string_view(a[i].first), std::string_view(b[i].first))) return order;
    if (const int order = lockstep::compare(a[i].second, b[i].second)) return order;
  }
  return sign(a.size(), b.size());
}

}  // namespace

namespace {

/// Digits with the point's place among them: "-12.50e1" is 1250 with the point after three.
struct Digits {
  std::string text;
  std::int64_t point = 0;
  bool negative = false;
};

/// "", "e3", "E-03": what moves the point.
bool take_exponent(std::string_view text, std::int64_t& shift) {
  shift = 0;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return false;
  constexpr std::int64_t kShiftMax = 999;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    shift = shift * 10 + (c - '0');
    if (shift > kShiftMax) return false;
  }
  if (minus) shift = -shift;
  return true;
}

bool take_digits(std::string_view text, Digits& digits) {
  digits.negative = text.starts_with('-');
  if (digits.negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t point = -1;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    constexpr std::size_t kReadMax = 400;
    if (text[at] >= '0' && text[at] <= '9') digits.text += text[at];
    else if (text[at] == '.' && point < 0) point = static_cast<std::int64_t>(digits.text.size());
    else break;
    if (digits.text.size() > kReadMax) return false;
  }
  std::int64_t shift = 0;
  if (digits.text.empty() || !take_exponent(text.substr(at), shift)) return false;
  digits.point = (point < 0 ? static_cast<std::int64_t>(digits.text.size()) : point) + shift;
  return true;
}

bool is_plain_whole_number(std::string_view text) {
  return !text.empty() && text.size() <= kDigitsMax && (text[0] != '0' || text.size() == 1) &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Decimal> parse_decimal(std::string_view text) {
  if (is_plain_whole_number(text)) return Decimal{std::string(text)};  // as nearly all are
  Digits digits;
  if (!take_digits(trim(text), digits)) return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' is no decimal number");
  if (digits.point < 0) {
    digits.text.insert(0, static_cast<std::size_t>(-digits.point), '0');
    digits.point = 0;
  }
  const auto point = static_cast<std::size_t>(digits.point);
  if (point > digits.text.size()) digits.text.resize(point, '0');
  std::string whole = digits.text.substr(0, point), part = digits.text.substr(point);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  while (part.ends_with('0')) part.pop_back();
  if (whole.size() + part.size() > kDigitsMax) return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' has more than 40 digits");
  if (whole.empty()) whole = "0";
  const bool zero = whole == "0" && part.empty();
  return Decimal{(digits.negative && !zero ? "-" : "") + whole + (part.empty() ? "" : "." + part)};
}

int compare(const Decimal& a, const Decimal& b) {
  const bool a_negative = a.text.starts_with('-'), b_negative = b.text.starts_with('-');
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  const auto magnitude = [](std::string_view x, std::string_view y) {
    const std::size_t x_point = std::min(x.find('.'), x.size()), y_point = std::min(y.find('.'), y.size());
    if (x_point != y_point) return sign(x_point, y_point);
    return sign(x, y);  // equal integer lengths, no trailing zeros: text order is number order
  };
  const std::string_view x = a_negative ? std::string_view(a.text).substr(1) : a.text, y = b_negative ? std::string_view(b.text).substr(1) : b.text;
  return a_negative ? magnitude(y, x) : magnitude(x, y);
}

bool Value::is_blank() const {
  switch (kind()) {
    case Kind::null: return true;
    case Kind::text: return get<std::string>()->empty();
    case Kind::list: return get<List>()->empty();
    case Kind::remote: return get<RemoteId>()->empty();
    case Kind::map: return std::ranges::all_of(*get<Map>(), [](const auto& member) { return member.second.is_blank(); });
    default: return false;
  }
}

const Value* Value::member(std::string_view name) const {
  const Map* map = get<Map>();
  if (!map) return nullptr;
  for (const auto& [key, value] : *map)
    if (key == name) return &value;
  return nullptr;
}

int compare(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return sign(static_cast<int>(a.kind()), static_cast<int>(b.kind()));
  switch (a.kind()) {
    case Value::Kind::null: return 0;
    case Value::Kind::boolean: return sign(*a.get<bool>(), *b.get<bool>());
    case Value::Kind::integer: return sign(*a.get<std::int64_t>(), *b.get<std::int64_t>());
    case Value::Kind::decimal: return compare(*a.get<Decimal>(), *b.get<Decimal>());
    case Value::Kind::text: return sign(std::string_view(*a.get<std::string>()), std::string_view(*b.get<std::string>()));
    case Value::Kind::instant: return sign(*a.get<WallTime>(), *b.get<WallTime>());
    case Value::Kind::date: return sign(*a.get<Date>(), *b.get<Date>());
    case Value::Kind::entity: return sign(*a.get<EntityRef>(), *b.get<EntityRef>());
    case Value::Kind::remote: return sign(*a.get<RemoteId>(), *b.get<RemoteId>());
    case Value::Kind::list: return compare(*a.get<List>(), *b.get<List>());
    case Value::Kind::map: return compare(*a.get<Map>(), *b.get<Map>());
  }
  return 0;
}

void make_set(List& list) {
  std::ranges::sort(list, [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void make_map(Map& map) {
  std::ranges::sort(map, [](const auto& a, const auto& b) { return a.first < b.first; });
}

std::uint64_t stable_hash(const Value& value) {
  std::string bytes;
  encode(value, bytes);
  return stable_hash(std::string_view(bytes));
}

std::string to_display(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return *value.get<bool>() ? "true" : "false";
    case Value::Kind::integer: return std::to_string(*value.get<std::int64_t>());
    case Value::Kind::decimal: return value.get<Decimal>()->text;
    case Value::Kind::text: {
      constexpr std::size_t kShownMax = 80;
      const std::string& text = *value.get<std::string>();
      if (text.size() <= kShownMax) return "\"" + text + "\"";
      std::size_t cut = kShownMax;
      while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
      return "\"" + text.substr(0, cut) + "…\"";
    }
    case Value::Kind::instant: return format_iso(*value.get<WallTime>());
    case Value::Kind::date: return format_iso(*value.get<Date>());
    case Value::Kind::entity: return value.get<EntityRef>()->entity.text();
    case Value::Kind::remote: return value.get<RemoteId>()->object + "/" + value.get<RemoteId>()->id;
    case Value::Kind::list: {
      std::string out = "[";
      for (const Value& element : *value.get<List>()) out += (out.size() > 1 ? ", " : "") + to_display(element);
      return out + "]";
    }
    case Value::Kind::map: {
      std::string out = "{";
      for (const auto& [name, member] : *value.get<Map>()) out += (out.size() > 1 ? ", " : "") + name + ": " + to_display(member);
      return out + "}";
    }
  }
  return "";
}

namespace {

void append_json_text(std::string_view text, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kDigits[static_cast<unsigned char>(c) >> 4];
          out += kDigits[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::null: out += "null"; break;
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::decimal: out += to_display(value); break;
    case Value::Kind::text: append_json_text(*value.get<std::string>(), out); break;
    case Value::Kind::instant:
    case Value::Kind::date: append_json_text(to_display(value), out); break;
    case Value::Kind::entity: out += "{\"entity\": \"" + value.get<EntityRef>()->entity.text() + "\"}"; break;
    case Value::Kind::remote:
      out += "{\"object\": ";
      append_json_text(value.get<RemoteId>()->object, out);
      out += ", \"id\": ";
      append_json_text(value.get<RemoteId>()->id, out);
      out += "}";
      break;
    case Value::Kind::list: {
      out += '[';
      bool first = true;
      for (const Value& element : *value.get<List>()) {
        if (!first) out += ", ";
        first = false;
        append_json(element, out);
      }
      out += ']';
      break;
    }
    case Value::Kind::map: {
      out += '{';
      bool first = true;
      for (const auto& [name, member] : *value.get<Map>()) {
        if (!first) out += ", ";
        first = false;
        append_json_text(name, out);
        out += ": ";
        append_json(member, out);
      }
      out += '}';
      break;
    }
  }
}

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace lockstep
