#include "expression/json_value.h"

#include <boost/json.hpp>
#include <charconv>

namespace lockstep::expression {

namespace json = boost::json;

namespace {

Result<Value> number_of(double number) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  if (error != std::errc()) return fail(ErrorCode::internal, "a number without digits");
  TRY(Decimal decimal, parse_decimal(std::string_view(text, static_cast<std::size_t>(end - text))));
  return Value(std::move(decimal));
}

}  // namespace

Result<Value> value_of(const json::value& json) {
  switch (json.kind()) {
    case json::kind::null: return Value();
    case json::kind::bool_: return Value(json.get_bool());
    case json::kind::int64: return Value(json.get_int64());
    case json::kind::uint64:
      if (json.get_uint64() <= INT64_MAX) return Value(static_cast<std::int64_t>(json.get_uint64()));
      return Value(Decimal{std::to_string(json.get_uint64())});
    case json::kind::double_: return number_of(json.get_double());
    case json::kind::string: return Value(std::string(json.get_string()));
    case json::kind::array: {
      List list;
      list.reserve(json.get_array().size());
      for (const json::value& element : json.get_array()) {
        TRY(Value value, value_of(element));
        list.push_back(std::move(value));
      }
      return Value(std::move(list));
    }
    case json::kind::object: {
      Map map;
      map.reserve(json.get_object().size());
      for (const auto& [key, element] : json.get_object()) {
        TRY(Value value, value_of(element));
        map.emplace_back(std::string(key), std::move(value));
      }
      make_map(map);
      return Value(std::move(map));
    }
  }
  return Value();
}

Result<Value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::error_code error;
  const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return fail(ErrorCode::invalid_input, "no JSON: " + error.message());
  return value_of(parsed);
}

}  // namespace lockstep::expression
