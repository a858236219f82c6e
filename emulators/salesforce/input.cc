#include "emulators/salesforce/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

tl::unexpected<ApiErrors> wrong_type(const Field& field, const json::value& given) {
  return refuse(std::string(kWrongType), fmt::format("{}: value not of required type: {}", field.label, scalar_text(given)), {field.name});
}

/// Whether a character needs more than ISO 8859-1 has.
bool beyond_latin_1(std::string_view utf8) {
  return std::any_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xC4; });
}

/// No longer than the field may hold, and never half a character.
void cut(const Field& field, std::string& text) {
  auto units = [&] { return field.counts_bytes ? text.size() : utf16_length(text); };
  while (field.length > 0 && units() > static_cast<std::size_t>(field.length)) {
    std::size_t excess = std::max<std::size_t>(1, (units() - static_cast<std::size_t>(field.length)) / 2);
    text.resize(text.size() - std::min(excess, text.size()));
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.pop_back();
  }
}

Outcome<Value> read_text(const Field& field, std::string_view given, InputManner manner) {
  std::string text(manner.trims ? trim(given) : given);
  if (text.empty()) return Value{};
  if (manner.latin_1 && beyond_latin_1(text))
    return refuse("TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET", fmt::format("{}: the text holds characters outside of ISO-8859-1", field.label), {field.name});
  if (manner.truncates) cut(field, text);
  std::size_t length = field.counts_bytes ? text.size() : utf16_length(text);
  if (field.length > 0 && length > static_cast<std::size_t>(field.length)) {
    return refuse("STRING_TOO_LONG", fmt::format("{}: data value too large: {} (max length={})", field.label, text, field.length), {field.name});
  }
  if (field.type == FieldType::email && !is_email(text)) {
    return refuse("INVALID_EMAIL_ADDRESS", fmt::format("{}: invalid email address: {}", field.label, text), {field.name});
  }
  bool listed = std::find(field.values.begin(), field.values.end(), text) != field.values.end();
  if (field.restricted && !listed) {
    return refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", fmt::format("{}: bad value for restricted picklist field: {}", field.label, text), {field.name});
  }
  return Value(std::move(text));
}

Outcome<Value> read_reference(const Field& field, std::string_view given) {
  if (given.empty()) return Value{};
  auto id = normalise_id(given);
  if (!id) {
    return refuse("MALFORMED_ID", fmt::format("{}: id value of incorrect type: {}", field.label, given), {field.name});
  }
  return Value(std::move(*id));
}

/// An array of ids, or in texts the ids apart by ';'.
Outcome<Value> read_id_list(const Field& field, const json::value& given) {
  std::vector<std::string> ids;
  if (const json::array* list = given.if_array()) {
    for (const json::value& each : *list) ids.push_back(scalar_text(each));
  } else if (given.is_string() && !given.get_string().empty()) {
    for (std::string_view each : split(std::string_view(given.get_string()), ';')) ids.emplace_back(trim(each));
  } else if (!given.is_string()) {
    return wrong_type(field, given);
  }
  for (std::string& id : ids) {
    auto read = read_reference(field, id);
    if (!read || is_null(view(*read))) return read ? wrong_type(field, given) : read;
    id = std::get<std::string>(*read);
  }
  return ids.empty() ? Value{} : Value(join(ids, ";"));
}

std::optional<double> number_of(const json::value& given) {
  if (given.is_number()) return given.to_number<double>();
  const json::string* text = given.if_string();
  if (!text) return std::nullopt;
  double number = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

Outcome<Value> read_number(const Field& field, const json::value& given) {
  if (given.is_string() && given.get_string().empty()) return Value{};
  auto number = number_of(given);
  if (!number) return wrong_type(field, given);
  double bound = field.type == FieldType::currency ? 1e18
                 : field.type == FieldType::real   ? 1e3  // coordinates are the only doubles: precision 18, scale 15
                 : field.digits > 0                ? std::pow(10, field.digits)
                                                   : 2147483648.0;
  if (std::abs(*number) >= bound) {
    return refuse("NUMBER_OUTSIDE_VALID_RANGE", fmt::format("{}: value outside of valid range on numeric field: {}", field.label, scalar_text(given)),
                  {field.name});
  }
  if (field.type == FieldType::integer) {
    if (*number != std::floor(*number)) return wrong_type(field, given);
    return Value(static_cast<std::int64_t>(*number));
  }
  return Value(field.type == FieldType::currency ? std::round(*number) : *number);
}

Outcome<Value> read_time(const Field& field, const json::value& given) {
  std::string_view text = text_of(scalar_of(given));
  if (given.is_string() && text.empty()) return Value{};
  if (field.type == FieldType::date) {
    if (!given.is_string() || text.size() != 10 || !parse_iso_date(text)) return wrong_type(field, given);
    return Value(std::string(text));
  }
  Result<WallTime> time = parse_iso_time(text);
  if (!given.is_string() || !time) return wrong_type(field, given);
  return Value(time->ms - (time->ms % 1000 + 1000) % 1000);  // stored to the second
}

Outcome<Value> read_boolean(const Field& field, const json::value& given, bool text_values) {
  if (given.is_bool()) return Value(given.get_bool());
  std::string word = text_values ? to_lower_ascii(scalar_text(given)) : "";
  if (word == "true" || word == "1") return Value(true);
  if (word == "false" || word == "0") return Value(false);
  return wrong_type(field, given);
}

}  // namespace

std::size_t utf16_length(std::string_view utf8) {
  std::size_t units = 0;
  for (char c : utf8) {
    unsigned char byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) ++units;
    if (byte >= 0xF0) ++units;  // beyond the basic plane: a surrogate pair
  }
  return units;
}

bool is_email(std::string_view text) {
  std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.find('@', at + 1) != std::string_view::npos) return false;
  std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  auto all_in = [](std::string_view part, std::string_view extra) {
    return std::all_of(part.begin(), part.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
    });
  };
  if (!all_in(local, "!#$%&'*+-/=?^_`{|}~.") || !all_in(domain, "-.")) return false;
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  std::size_t dot = domain.rfind('.');
  return dot != std::string_view::npos && dot > 0 && domain.size() - dot > 2 && domain.find("..") == std::string_view::npos && domain.front() != '-';
}

json::value with_line_ends(const json::value& given, std::string_view how) {
  if (!given.is_string() || (how != "lf" && how != "crlf")) return given;
  std::string text;
  for (char c : std::string_view(given.get_string())) {
    if (c == '\r') continue;
    if (c == '\n' && how == "crlf") text += '\r';
    text += c;
  }
  return json::value(text);
}

json::value without_time(const json::value& given) {
  std::string_view text = given.is_string() ? std::string_view(given.get_string()) : "";
  bool instant = text.size() > 10 && text[10] == 'T' && (parse_iso_time(text) || parse_iso_time(std::string(text) + "Z"));
  return instant ? json::value(std::string(text.substr(0, 10))) : given;
}

Outcome<Value> read_value(const Field& field, const json::value& given, InputManner manner) {
  if (given.is_null()) {
    if (field.type == FieldType::boolean) return wrong_type(field, given);
    return Value{};
  }
  if (field.type == FieldType::id_list) return read_id_list(field, given);
  if (given.is_object() || given.is_array()) return wrong_type(field, given);
  switch (field.type) {
    case FieldType::boolean: return read_boolean(field, given, manner.text_values);
    case FieldType::integer:
    case FieldType::real:
    case FieldType::currency: return read_number(field, given);
    case FieldType::date:
    case FieldType::datetime: return read_time(field, given);
    default: break;
  }
  if (!given.is_string()) return wrong_type(field, given);
  std::string_view text = text_of(scalar_of(given));
  return field.type == FieldType::reference ? read_reference(field, text) : read_text(field, text, manner);
}

}  // namespace lockstep::emulators::salesforce
