#include "emulators/salesforce/soql_literal.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "base/time.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

tl::unexpected<ApiErrors> wrong(std::string_view query, const Field& field, const Token& token) {
  std::string quotes = is_text(field.type) || field.type == FieldType::id || field.type == FieldType::reference ? "should be enclosed in quotes"
                                                                                                                : "should not be enclosed in quotes";
  return soql_error("INVALID_FIELD", query, token.position,
                    fmt::format("value of filter criterion for field '{}' must be of type {} and {}", field.name, name_of(field.type), quotes));
}

Outcome<Value> read_number(std::string_view query, const Field& field, const Token& token) {
  double number = 0;
  const char* begin = token.value.data() + (token.value.starts_with('+') ? 1 : 0);
  const char* end = token.value.data() + token.value.size();
  auto [at, error] = std::from_chars(begin, end, number);
  if (token.kind != Token::Kind::literal || error != std::errc() || at != end) return wrong(query, field, token);
  return field.type == FieldType::integer ? Value(static_cast<std::int64_t>(number)) : Value(number);
}

}  // namespace

Outcome<Value> read_literal(std::string_view query, const Field& field, const Token& token) {
  if (token.kind == Token::Kind::word && equal_no_case(token.value, "null")) return Value{};
  switch (field.type) {
    case FieldType::boolean:
      if (token.kind != Token::Kind::word) return wrong(query, field, token);
      if (equal_no_case(token.value, "true")) return Value(true);
      if (equal_no_case(token.value, "false")) return Value(false);
      return wrong(query, field, token);
    case FieldType::integer:
    case FieldType::real:
    case FieldType::currency: return read_number(query, field, token);
    case FieldType::datetime: {
      Result<WallTime> time = parse_iso_time(token.value);
      if (token.kind != Token::Kind::literal || !time) return wrong(query, field, token);
      return Value(time->ms);
    }
    case FieldType::date:
      if (token.kind != Token::Kind::literal || !parse_iso_date(token.value)) return wrong(query, field, token);
      return Value(token.value);
    case FieldType::id:
    case FieldType::reference: {
      if (token.kind != Token::Kind::text) return wrong(query, field, token);
      bool named = field.references.size() == 1 && field.references.front() == "EntityDefinition";
      auto id = named ? std::optional<std::string>(token.value) : normalise_id(token.value);
      if (!id) {
        return soql_error("INVALID_QUERY_FILTER_OPERATOR", query, token.position, fmt::format("invalid ID field: {}", token.value));
      }
      return Value(std::move(*id));
    }
    default: break;
  }
  if (token.kind != Token::Kind::text) return wrong(query, field, token);
  return Value(token.value);
}

}  // namespace lockstep::emulators::salesforce
