#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/dynamics365/metadata.h"
#include "emulators/dynamics365/users.h"

namespace lockstep::emulators::dynamics365 {

/// The value of any column, computed ones too.
ValueView value_of(const TableSpec& table, const Users& users, RowNumber row, const Column& column);
/// The table a lookup's value points to.
std::string_view target_of(const TableSpec& table, RowNumber row, const Column& column);

/// Amounts are held as whole numbers of a ten-thousandth: a double would round them.
inline constexpr std::int64_t kMoneyUnits = 10'000;
/// "12.5", "-3", "1e3"; further places are rounded away. Nothing: no number, or too large to be held.
std::optional<std::int64_t> parse_money(std::string_view text);
/// "20000.0100": money carries its scale.
void append_money(std::string& out, std::int64_t amount);

/// "2025-01-31T09:15:00Z": the Web API knows no fractions.
void append_time(std::string& out, WallTime time);
void append_integer(std::string& out, std::int64_t number);
/// Length as the platform counts it.
std::size_t utf16_length(std::string_view utf8);
void append_json_text(std::string& out, std::string_view text);
/// As a value of this column's type travels.
void append_json(std::string& out, const Column& column, ValueView value);
/// As a person of the United States would read it; not for lookups.
std::string formatted_value(const Column& column, ValueView value);

}  // namespace lockstep::emulators::dynamics365
