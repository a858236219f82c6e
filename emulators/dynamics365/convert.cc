#include "emulators/dynamics365/convert.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "emulators/dynamics365/definition_rows.h"
#include "emulators/dynamics365/exact_numbers.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kEarliestMs = -6'847'804'800'000;  // 1753-01-01, the first day of SQL Server's datetime

tl::unexpected<ApiError> wrong_type(const TableSpec& table, const Column& column, std::string_view literal) {
  return tl::unexpected<ApiError>(
      payload_unreadable(table.set, fmt::format("Microsoft.OData.ODataException: Cannot convert the literal '{}' to the expected type "
                                                "'{}'. (property '{}')",
                                                literal, edm_type(column.type), column.name)));
}

Outcome<Value> check_text(const TableSpec& table, const Column& column, std::string_view text) {
  if (text.empty()) return Value();
  std::size_t length = utf16_length(text);
  if (length > static_cast<std::size_t>(column.maximum)) {
    return refuse(400, code::kStringTooLong,
                  fmt::format("A validation error occurred.  The length of the '{}' attribute of the '{}' entity "
                              "exceeded the maximum allowed length of '{}'.",
                              column.logical_name, table.name, column.maximum));
  }
  for (unsigned char c : text) {
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      return refuse(400, code::kInvalidCharacters,
                    fmt::format("Invalid character in field '{}': '', hexadecimal value 0x{:02X}, is an invalid "
                                "character.",
                                column.logical_name, c));
    }
  }
  return Value(std::string(text));
}

Outcome<Value> check_integer(const TableSpec& table, const Column& column, std::int64_t number) {
  if (column.type == ColumnType::integer) {
    if (number >= column.minimum && number <= column.maximum) return Value(number);
    return refuse(400, code::kIntegerOutOfRange,
                  fmt::format("A validation error occurred. The value {} of '{}' on record of type '{}' is outside "
                              "the valid range.",
                              number, column.logical_name, table.name));
  }
  if (column.option(number)) return Value(number);
  std::string accepted;
  for (const Option& each : column.options) accepted += (accepted.empty() ? "" : ",") + std::to_string(each.value);
  return refuse(400, code::kPicklistOutOfRange,
                fmt::format("A validation error occurred. The value {} of '{}' on record of type '{}' is outside the "
                            "valid range. Accepted Values: {}",
                            number, column.logical_name, table.name, accepted));
}

/// "3,1" as "1,3": each once, in their order.
Outcome<Value> check_choices(const TableSpec& table, const Column& column, std::string_view text) {
  std::set<std::int64_t> chosen;
  for (std::string_view part : text.empty() ? std::vector<std::string_view>() : split(text, ',')) {
    std::int64_t number = 0;
    part = trim(part);
    auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size()) return wrong_type(table, column, text);
    TRY_VOID(check_integer(table, column, number));
    chosen.insert(number);
  }
  std::string joined;
  for (std::int64_t each : chosen) joined += (joined.empty() ? "" : ",") + std::to_string(each);
  return joined.empty() ? Value() : Value(joined);
}

tl::unexpected<ApiError> money_out_of_range(const TableSpec& table, const Column& column) {
  return refuse(400, code::kDecimalOutOfRange,
                fmt::format("A validation error occurred. The value of '{}' on record of type '{}' is outside the "
                            "valid range.",
                            column.logical_name, table.name));
}

/// `text`: digits with an optional sign, point and exponent, as JSON and CSV write numbers.
Outcome<Value> check_money(const TableSpec& table, const Column& column, std::string_view text) {
  std::optional<std::int64_t> amount = parse_money(text);
  if (!amount) return wrong_type(table, column, text);
  std::int64_t smallest = kMoneyUnits;  // a cent, where there are two digits behind the point
  for (std::int64_t digit = 0; digit < column.scale; ++digit) smallest /= 10;
  std::int64_t rounded = (*amount + (*amount < 0 ? -smallest / 2 : smallest / 2)) / smallest * smallest;
  if (rounded < column.minimum * kMoneyUnits || rounded > column.maximum * kMoneyUnits) return money_out_of_range(table, column);
  return Value(rounded);
}

Outcome<Value> check_money(const TableSpec& table, const Column& column, const json::value& sent) {
  if (sent.is_int64()) return check_money(table, column, std::to_string(sent.get_int64()));
  if (auto digits = exact_number(sent)) return check_money(table, column, *digits);
  if (!sent.is_double()) return wrong_type(table, column, json::serialize(sent));
  // The control plane's numbers are not wrapped: beyond this a double no longer tells one cent from the next.
  if (std::fabs(sent.get_double()) > 7e13) return money_out_of_range(table, column);
  return check_money(table, column, fmt::format("{}", sent.get_double()));
}

Outcome<Value> check_time(const TableSpec& table, const Column& column, std::string_view text) {
  Result<WallTime> time = parse_iso_time(text);
  if (!time || text[10] != 'T') return wrong_type(table, column, text);
  if (time->ms < kEarliestMs) {
    return refuse(400, code::kInvalidDateTime, fmt::format("The date-time format is invalid, or value is outside the supported range. ({})", text));
  }
  std::int64_t fraction = ((time->ms % 1000) + 1000) % 1000;
  return Value(time->ms - fraction);
}

Outcome<Value> check_date(const TableSpec& table, const Column& column, std::string_view text) {
  Result<Date> date = text.size() == 10 ? parse_iso_date(text) : fail(ErrorCode::invalid_input, "not a day");
  if (!date) return wrong_type(table, column, text);
  if (start_of(*date).ms < kEarliestMs) {
    return refuse(400, code::kInvalidDateTime, fmt::format("The date-time format is invalid, or value is outside the supported range. ({})", text));
  }
  return Value(std::string(text));
}

Outcome<Value> check_guid(const TableSpec& table, const Column& column, std::string_view text) {
  auto guid = parse_guid(text);
  if (!guid) return wrong_type(table, column, text);
  return Value(*guid);
}

}  // namespace

std::string_view edm_type(ColumnType type) {
  switch (type) {
    case ColumnType::text:
    case ColumnType::memo: return "Edm.String";
    case ColumnType::integer:
    case ColumnType::option:
    case ColumnType::state:
    case ColumnType::status: return "Edm.Int32";
    case ColumnType::version: return "Edm.Int64";
    case ColumnType::money: return "Edm.Decimal";
    case ColumnType::boolean: return "Edm.Boolean";
    case ColumnType::date_time: return "Edm.DateTimeOffset";
    case ColumnType::date_only: return "Edm.Date";
    case ColumnType::lookup:
    case ColumnType::unique_id: return "Edm.Guid";
  }
  return "";
}

Outcome<Value> convert(const TableSpec& table, const Column& column, const json::value& sent) {
  if (sent.is_null()) return Value();
  auto digits = exact_number(sent);
  std::string literal = sent.is_string() ? std::string(sent.get_string()) : digits ? std::string(*digits) : json::serialize(sent);
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
      if (!sent.is_string()) return wrong_type(table, column, literal);
      if (column.several) return check_choices(table, column, literal);
      return check_text(table, column, literal);
    case ColumnType::integer:
    case ColumnType::option:
    case ColumnType::state:
    case ColumnType::status:
    case ColumnType::version:
      if (!sent.is_int64()) return wrong_type(table, column, literal);
      return check_integer(table, column, sent.get_int64());
    case ColumnType::money: return check_money(table, column, sent);
    case ColumnType::boolean:
      if (!sent.is_bool()) return wrong_type(table, column, literal);
      return Value(sent.get_bool());
    case ColumnType::date_time:
      if (!sent.is_string()) return wrong_type(table, column, literal);
      return check_time(table, column, literal);
    case ColumnType::date_only:
      if (!sent.is_string()) return wrong_type(table, column, literal);
      return check_date(table, column, literal);
    case ColumnType::lookup:
    case ColumnType::unique_id:
      if (!sent.is_string()) return wrong_type(table, column, literal);
      return check_guid(table, column, literal);
  }
  return Value();
}

Outcome<Value> convert_text(const TableSpec& table, const Column& column, std::string_view text) {
  if (text.empty()) return Value();
  switch (column.type) {
    case ColumnType::integer:
    case ColumnType::option:
    case ColumnType::state:
    case ColumnType::status:
    case ColumnType::version: {
      std::int64_t number = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) return wrong_type(table, column, text);
      return check_integer(table, column, number);
    }
    case ColumnType::money: return check_money(table, column, text);
    case ColumnType::boolean:
      if (text != "true" && text != "false") return wrong_type(table, column, text);
      return Value(text == "true");
    default: return convert(table, column, json::value(json::string_view(text.data(), text.size())));
  }
}

}  // namespace lockstep::emulators::dynamics365
