#include "test/mapping/server_values.h"

#include <fmt/format.h>

#include "mapping/unicode.h"
#include "test/property/draw.h"

namespace lockstep::mapping {

namespace json = boost::json;

json::value wire_json(const Value& value) {
  if (value.is_null()) return nullptr;
  if (const bool* flag = value.get<bool>()) return *flag;
  if (const auto* number = value.get<std::int64_t>()) return *number;
  if (const auto* decimal = value.get<Decimal>()) return json::parse(decimal->text);
  if (const auto* time = value.get<WallTime>()) return json::string(format_iso(*time));
  if (const auto* date = value.get<Date>()) return json::string(format_iso(*date));
  if (const auto* text = value.get<std::string>()) return json::string(*text);
  if (const auto* list = value.get<List>()) {
    std::string joined;
    for (const Value& element : *list) joined += (joined.empty() ? "" : ";") + *element.get<std::string>();
    return json::string(joined);
  }
  return json::parse(to_json(value));
}

Value read_back(const emulators::Value& held, WireType type) {
  if (std::holds_alternative<std::monostate>(held)) return Value{};
  if (const bool* flag = std::get_if<bool>(&held)) return Value(*flag);
  if (const auto* number = std::get_if<std::int64_t>(&held))
    return type == WireType::instant ? Value(WallTime{*number}) : Value(parse_decimal(std::to_string(*number)).value());
  if (const auto* real = std::get_if<double>(&held)) return Value(parse_decimal(fmt::format("{}", *real)).value());
  const std::string& text = std::get<std::string>(held);
  if (type == WireType::date) return Value(parse_iso_date(text).value());
  if (type == WireType::instant) return Value(parse_iso_time(text).value());
  if (type == WireType::number) return Value(parse_decimal(text).value());
  if (type == WireType::boolean) return Value(text == "true");
  return Value(text);
}

using namespace property;

std::string typed_text(std::size_t units_max) {
  if (!one_in(10)) {
    std::string text;
    for (std::size_t i = any_count(100); i > 0; --i)
      text += any_of({"a",       "Z",    "7",  " ",   "  ",   "-",  "é", "ß",   "\xf0\x9f\x98\x80",
                      "\n",      "\r\n", "\t", "<b>", "</b>", "<",  ">", "&",   "&amp;",
                      "&#8211;", ";",    ",",  "'",   "\"",   "\\", "@", "+49", "(0)",
                      ".",       "/",    "no"});
    return truncate_utf16(text, units_max);
  }
  const std::string one = any_of({"x", "ü", "\xf0\x9f\x98\x80", "ab "});
  const std::size_t units = units_max - std::min(units_max, static_cast<std::size_t>(any_integer(0, 2)));
  std::string text;
  while (text.size() < units * one.size() / utf16_length(one)) text += one;
  return truncate_utf16(text, units);
}

std::string typed_email(std::size_t units_max) {
  const std::string local = any_of({"ada", "a.b", "x+y", "o'neil", "ada_9"}), domain = any_of({"example.com", "a-b.example.org"});
  const std::string text = truncate_utf16(local, units_max - domain.size() - 1) + "@" + domain;
  return any_boolean() ? to_upper(text) : text;
}

}  // namespace lockstep::mapping
