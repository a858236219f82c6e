#include "test/mapping/server_values.h"

#include <fmt/format.h>

#include "mapping/unicode.h"

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

rc::Gen<std::string> typed_text(std::size_t units_max) {
  const auto piece = rc::gen::element<std::string>("a", "Z", "7", " ", "  ", "-", "é", "ß", "\xf0\x9f\x98\x80", "\n", "\r\n", "\t", "<b>", "</b>", "<",
                                                   ">", "&", "&amp;", "&#8211;", ";", ",", "'", "\"", "\\", "@", "+49", "(0)", ".", "/", "no");
  const auto short_text = rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [units_max](const std::vector<std::string>& pieces) {
    std::string text;
    for (const std::string& one : pieces) text += one;
    return truncate_utf16(text, units_max);
  });
  const auto full_text = rc::gen::apply(
      [units_max](const std::string& one, std::size_t less) {
        std::string text;
        const std::size_t units = units_max - std::min(units_max, less);
        while (utf16_length(one) > 0 && text.size() < units * one.size() / utf16_length(one)) text += one;
        return truncate_utf16(text, units);
      },
      rc::gen::element<std::string>("x", "ü", "\xf0\x9f\x98\x80", "ab "), rc::gen::inRange<std::size_t>(0, 3));
  return rc::gen::weightedOneOf<std::string>({{9, short_text}, {1, full_text}});
}

rc::Gen<std::string> typed_email(std::size_t units_max) {
  return rc::gen::apply(
      [units_max](const std::string& local, const std::string& domain, bool upper) {
        const std::string text = truncate_utf16(local, units_max - domain.size() - 1) + "@" + domain;
        return upper ? to_upper(text) : text;
      },
      rc::gen::element<std::string>("ada", "a.b", "x+y", "o'neil", "ada_9"), rc::gen::element<std::string>("example.com", "a-b.example.org"),
      rc::gen::arbitrary<bool>());
}

}  // namespace lockstep::mapping
