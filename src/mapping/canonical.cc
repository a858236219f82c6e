#include <algorithm>

#include "base/text.h"
#include "mapping/decimal_text.h"
#include "mapping/lens.h"
#include "mapping/mapping.h"
#include "mapping/phone.h"
#include "mapping/unicode.h"

namespace lockstep::mapping {

namespace {

tl::unexpected<Error> not_a(std::string_view kind, const FieldDefinition& field, const Value& value) {
  return fail(ErrorCode::invalid_input, "field '" + field.name + "' takes " + std::string(kind) + ", found " + to_display(value));
}

/// Leaves only `part` of the text, which is in it.
void keep(std::string& text, std::string_view part) {
  if (part.size() != text.size()) text = std::string(part);
}

/// Scalars become text; in place, since most texts are canonical already.
Result<void> make_text(const FieldDefinition& field, Value& value) {
  if (const auto* integer = value.get<std::int64_t>()) value = Value(std::to_string(*integer));
  else if (const auto* decimal = value.get<Decimal>()) value = Value(decimal->text);
  else if (const bool* flag = value.get<bool>()) value = Value(*flag ? "true" : "false");
  std::string* text = value.get<std::string>();
  if (!text) return not_a("text", field, value);
  if (!is_plain(*text)) {
    if (!is_utf8(*text)) return fail(ErrorCode::invalid_input, "field '" + field.name + "' is not valid UTF-8");
    if (has_controls(*text)) *text = without_controls(*text);
  }
  const std::string_view trimmed = trim(*text);
  if (trimmed.empty()) {  // nobody means a text of blanks, and systems that trim hold none
    text->clear();
    return {};
  }
  switch (field.type) {
    case FieldType::email:
    case FieldType::url: keep(*text, trimmed); break;
    case FieldType::phone: {
      std::optional<std::string> number;
      if (trimmed.starts_with('+')) number = plain_e164(trimmed);
      if (!number && trimmed.starts_with('+')) number = to_e164(trimmed, "");
      if (number) *text = std::move(*number);
      else keep(*text, trimmed);
      break;
    }
    case FieldType::country: {
      std::string code = country_code(trimmed);
      if (code.empty()) keep(*text, trimmed);
      else *text = std::move(code);
      break;
    }
    case FieldType::enumeration:
      if (!field.options.empty() && !text->empty() && std::ranges::find(field.options, *text) == field.options.end()) {
        const std::string nearest = nearest_name(*text, field.options);
        return fail(ErrorCode::invalid_input, "field '" + field.name + "' takes one of " + join(field.options, ", ") + ", found '" + *text + "'" +
                                                  (nearest.empty() ? "" : ", did you mean '" + nearest + "'?"));
      }
      break;
    default: break;
  }
  return {};
}

Result<void> make_decimal(const FieldDefinition& field, Value& value) {
  if (const auto* integer = value.get<std::int64_t>()) value = Value(Decimal{std::to_string(*integer)});
  if (const std::string* text = value.get<std::string>()) {
    TRY(Decimal number, parse_decimal(*text));
    value = Value(std::move(number));
  }
  Decimal* decimal = value.get<Decimal>();
  if (!decimal) return not_a("a number", field, value);
  if (field.scale >= 0) *decimal = rounded(*decimal, field.scale);
  return {};
}

Result<void> make_words(const FieldDefinition& field, Value& value) {
  List* list = value.get<List>();
  if (!list) return not_a("a list", field, value);
  for (const Value& element : *list) {
    const std::string* word = element.get<std::string>();
    if (!word) return not_a("a list of texts", field, value);
    if (!field.options.empty() && std::ranges::find(field.options, *word) == field.options.end())
      return fail(ErrorCode::invalid_input, "field '" + field.name + "' takes " + join(field.options, ", ") + ", found '" + *word + "'");
  }
  make_set(*list);
  return {};
}

Result<void> make_group(const FieldDefinition& field, Value& value) {
  const Map* map = value.get<Map>();
  if (!map) return not_a("an object", field, value);
  Map whole;
  for (const FieldDefinition& member : field.members) {
    const Value* found = value.member(member.name);
    TRY(Value one, canonical(member, found ? *found : Value{}));
    whole.emplace_back(member.name, std::move(one));
  }
  for (const auto& [name, ignored] : *map) {
    std::vector<std::string> names;
    for (const FieldDefinition& member : field.members) names.push_back(member.name);
    if (std::ranges::find(names, name) == names.end())
      return fail(ErrorCode::invalid_input, "field '" + field.name + "' has no member '" + name + "'; members: " + join(names, ", "));
  }
  make_map(whole);
  value = Value(std::move(whole));
  return {};
}

/// Blanks, dots, dashes and brackets are how a number is written, not which one it is.
std::string normal_phone(std::string_view text) {
  std::string number;
  for (const char c : text)
    if (std::string_view(" \t-./()").find(c) == std::string_view::npos) number += c;
  return number;
}

}  // namespace

Result<void> make_canonical(const FieldDefinition& field, Value& value) {
  if (value.is_null()) return {};
  switch (field.type) {
    case FieldType::date: {
      if (value.get<Date>()) return {};
      const std::string* text = value.get<std::string>();
      if (!text) return not_a("a date (2026-11-24)", field, value);
      TRY(const Date date, parse_iso_date(*text));
      value = Value(date);
      return {};
    }
    case FieldType::instant: {
      if (value.get<WallTime>()) return {};
      const std::string* text = value.get<std::string>();
      if (!text) return not_a("an instant (2026-11-24T08:00:00Z)", field, value);
      TRY(const WallTime time, parse_iso_time(*text));
      value = Value(time);
      return {};
    }
    case FieldType::decimal: return make_decimal(field, value);
    case FieldType::boolean:
      if (value.get<bool>()) return {};
      return not_a("true or false", field, value);
    case FieldType::set: return make_words(field, value);
    case FieldType::group: return make_group(field, value);
    case FieldType::reference:
      if (value.get<EntityRef>() || value.get<RemoteId>()) return {};
      return not_a("a reference", field, value);
    default: return make_text(field, value);
  }
}

Result<Value> canonical(const FieldDefinition& field, Value value) {
  TRY_VOID(make_canonical(field, value));
  return value;
}

Value normal_form(const FieldDefinition& field, const Value& value) {
  if (const std::string* text = value.get<std::string>()) {
    switch (field.type) {
      case FieldType::email: return Value(to_lower(trim(*text)));
      case FieldType::url: {
        std::string_view rest = trim(*text);
        while (rest.ends_with('/')) rest = trim(rest.substr(0, rest.size() - 1));
        return Value(rest);
      }
      case FieldType::country: {
        const std::string code = country_code(*text);
        return code.empty() ? Value(collapse(*text)) : Value(code);
      }
      case FieldType::html:
      case FieldType::text: {
        // Line ends and blanks at the ends are no edits: every system stores them its own way.
        std::string unified;
        unified.reserve(text->size());
        for (std::size_t i = 0; i < text->size(); ++i)
          if ((*text)[i] != '\r' || i + 1 >= text->size() || (*text)[i + 1] != '\n') unified += (*text)[i] == '\r' ? '\n' : (*text)[i];
        return Value(trim(unified));
      }
      case FieldType::phone: return Value(normal_phone(*text));
      default: return Value(trim(*text));
    }
  }
  if (const List* list = value.get<List>()) {
    List normal;
    for (const Value& element : *list) {
      const std::string* word = element.get<std::string>();
      if (!word) normal.push_back(element);
      else if (!trim(*word).empty()) normal.emplace_back(trim(*word));
    }
    make_set(normal);
    return Value(std::move(normal));
  }
  if (const Map* map = value.get<Map>()) {
    Map normal;
    for (const FieldDefinition& member : field.members)
      if (const Value* found = value.member(member.name)) {
        Value one = normal_form(member, *found);
        normal.emplace_back(member.name, one.is_blank() ? Value{} : std::move(one));
      }
    if (normal.size() != map->size()) return value;
    make_map(normal);
    return Value(std::move(normal));
  }
  return value;
}

std::string_view to_string(WireType type) {
  static constexpr std::string_view kNames[] = {"text", "boolean", "number", "instant", "date", "set", "reference", "json"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view to_string(LensClass lens_class) {
  static constexpr std::string_view kNames[] = {"iso", "lens", "one-way", "lossy"};
  return kNames[static_cast<std::size_t>(lens_class)];
}

}  // namespace lockstep::mapping
