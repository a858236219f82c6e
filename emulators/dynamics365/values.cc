#include "emulators/dynamics365/values.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>

namespace lockstep::emulators::dynamics365 {
namespace {

std::string with_thousands(std::int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return number < 0 ? "-" + digits : digits;
}

std::string formatted_time(WallTime time, bool with_clock) {
  std::string iso = format_iso(time);
  int month = std::stoi(iso.substr(5, 2)), day = std::stoi(iso.substr(8, 2)), hour = std::stoi(iso.substr(11, 2));
  std::string date = fmt::format("{}/{}/{}", month, day, iso.substr(0, 4));
  if (!with_clock) return date;
  return fmt::format("{} {}:{} {}", date, hour % 12 == 0 ? 12 : hour % 12, iso.substr(14, 2), hour < 12 ? "AM" : "PM");
}

std::string formatted_money(std::int64_t amount) {
  std::int64_t cents = std::abs(amount) / (kMoneyUnits / 100);
  return fmt::format("{}${}.{:02}", amount < 0 ? "-" : "", with_thousands(cents / 100), cents % 100);
}

}  // namespace

ValueView value_of(const TableSpec& table, const Users& users, RowNumber row, const Column& column) {
  const Record& record = table.rows->record(row);
  switch (column.source) {
    case Source::stored: return record.fields.get(column.field);
    case Source::key: return std::string_view(record.id);
    case Source::created_on: {
      ValueView overridden = record.fields.get(column.field);
      return is_null(overridden) ? ValueView(record.created.ms) : overridden;
    }
    case Source::modified_on: return record.modified.ms;
    case Source::version: return static_cast<std::int64_t>(record.number());
    case Source::created_by: return users.id_of(record.created_by);
    case Source::modified_by: return users.id_of(record.modified_by);
    case Source::owner: {
      ValueView assigned = record.fields.get(column.field);
      return is_null(assigned) ? ValueView(users.id_of(record.created_by)) : assigned;
    }
    case Source::owning_unit: return users.business_unit;
    case Source::owning_user:
    case Source::owning_team: {
      const Column& owner = table.require("_ownerid_value");
      bool wanted = target_of(table, row, owner) == column.targets.front();
      return wanted ? value_of(table, users, row, owner) : ValueView();
    }
  }
  return std::monostate{};
}

std::string_view target_of(const TableSpec& table, RowNumber row, const Column& column) {
  if (!column.target_field) return column.targets.front();
  std::string_view target = text_of(table.rows->get(row, *column.target_field));
  // Who created a row owns it until it is assigned.
  return target.empty() && column.source == Source::owner ? std::string_view(column.targets.front()) : target;
}

std::optional<std::int64_t> parse_money(std::string_view text) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max() / 10 - 9;
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int exponent = 0;
  if (std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    text = text.substr(0, e);
  }
  std::size_t point = text.find('.');
  std::int64_t amount = 0;
  std::int64_t dropped = 0;  // digits behind the point that no cent depends on
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (text[i] < '0' || text[i] > '9' || (amount > kLargest && i < point)) return std::nullopt;
    if (amount > kLargest) ++dropped;
    else amount = amount * 10 + (text[i] - '0');
  }
  if (text.size() == (point == std::string_view::npos ? 0u : 1u)) return std::nullopt;
  std::int64_t places = (point == std::string_view::npos ? 0 : static_cast<std::int64_t>(text.size() - point - 1)) - std::int64_t{exponent} - dropped;
  for (; places < 4 && amount != 0; ++places) {
    if (amount > kLargest) return std::nullopt;
    amount *= 10;
  }
  for (bool up = false; places > 4 && (amount != 0 || up); --places) {
    up = amount % 10 >= 5;
    amount = amount / 10 + (places == 5 && up ? 1 : 0);
  }
  return negative ? -amount : amount;
}

void append_money(std::string& out, std::int64_t amount) {
  std::int64_t size = std::abs(amount);
  fmt::format_to(std::back_inserter(out), "{}{}.{:04}", amount < 0 ? "-" : "", size / kMoneyUnits, size % kMoneyUnits);
}

void append_time(std::string& out, WallTime time) {
  using namespace std::chrono;
  sys_time<milliseconds> instant{milliseconds(time.ms)};
  sys_days day = floor<days>(instant);
  year_month_day date(day);
  std::int64_t second = duration_cast<seconds>(instant - day).count();
  auto two_digits = [&](unsigned number, char behind) {
    out.push_back(static_cast<char>('0' + number / 10));
    out.push_back(static_cast<char>('0' + number % 10));
    out.push_back(behind);
  };
  unsigned year = static_cast<unsigned>(static_cast<int>(date.year()));
  out.push_back(static_cast<char>('0' + year / 1000));
  out.push_back(static_cast<char>('0' + year / 100 % 10));
  two_digits(year % 100, '-');
  two_digits(static_cast<unsigned>(date.month()), '-');
  two_digits(static_cast<unsigned>(date.day()), 'T');
  two_digits(static_cast<unsigned>(second / 3600), ':');
  two_digits(static_cast<unsigned>(second / 60 % 60), ':');
  two_digits(static_cast<unsigned>(second % 60), 'Z');
}

std::size_t utf16_length(std::string_view utf8) {
  std::size_t units = 0;
  for (unsigned char byte : utf8) {
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

void append_integer(std::string& out, std::int64_t number) {
  fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out.append("\\\""); break;
      case '\\': out.append("\\\\"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text, plain, text.size() - plain);
  out.push_back('"');
}

void append_json(std::string& out, const Column& column, ValueView value) {
  if (is_null(value)) {
    out.append("null");
  } else if (const std::string_view* text = std::get_if<std::string_view>(&value)) {
    append_json_text(out, *text);
  } else if (const bool* boolean = std::get_if<bool>(&value)) {
    out.append(*boolean ? "true" : "false");
  } else if (column.type == ColumnType::money) {
    append_money(out, std::get<std::int64_t>(value));
    if (!column.number_type.empty()) out.erase(out.find_last_not_of("0") + (out[out.find_last_not_of("0")] == '.' ? 0 : 1));
  } else if (column.type == ColumnType::date_time) {
    out.push_back('"');
    append_time(out, WallTime{std::get<std::int64_t>(value)});
    out.push_back('"');
  } else {
    append_integer(out, std::get<std::int64_t>(value));
  }
}

/// "1,3" -> "One; Three"
std::string labels_of(const Column& column, std::string_view chosen) {
  std::string labels;
  for (const Option& each : column.options) {
    bool here = ("," + std::string(chosen) + ",").find("," + std::to_string(each.value) + ",") != std::string::npos;
    if (here) labels += (labels.empty() ? "" : "; ") + each.label;
  }
  return labels;
}

std::string fraction_of(std::int64_t amount, std::int64_t scale) {
  std::string digits = fmt::format("{:04}", std::abs(amount) % kMoneyUnits).substr(0, static_cast<std::size_t>(scale));
  return digits.empty() ? "" : "." + digits;
}

std::string formatted_value(const Column& column, ValueView value) {
  if (is_null(value)) return "";
  switch (column.type) {
    case ColumnType::boolean: return std::get<bool>(value) ? "Yes" : "No";
    case ColumnType::option:
    case ColumnType::state:
    case ColumnType::status: {
      const Option* option = column.option(std::get<std::int64_t>(value));
      return option ? option->label : "";
    }
    case ColumnType::integer:
    case ColumnType::version: return with_thousands(std::get<std::int64_t>(value));
    case ColumnType::text: return column.several ? labels_of(column, text_of(value)) : "";
    case ColumnType::money:
      if (!column.number_type.empty())
        return with_thousands(std::get<std::int64_t>(value) / kMoneyUnits) + fraction_of(std::get<std::int64_t>(value), column.scale);
      return formatted_money(std::get<std::int64_t>(value));
    case ColumnType::date_time: return formatted_time(WallTime{std::get<std::int64_t>(value)}, true);
    case ColumnType::date_only: {
      Result<Date> date = parse_iso_date(text_of(value));
      return date ? formatted_time(start_of(*date), false) : "";
    }
    default: return "";
  }
}

}  // namespace lockstep::emulators::dynamics365
