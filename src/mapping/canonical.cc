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

Result<Value> canonical_text(const FieldDefinition& field, Value value) {
  if (const auto* integer = value.get<std::int64_t>()) value = Value(std::to_string(*integer));
  else if (const auto* decimal = value.get<Decimal>()) value = Value(decimal->text);
  else if (const bool* flag = value.get<bool>()) value = Value(*flag ? "true" : "false");
  std::string* text = value.get<std::string>();
  if (!text) return not_a("text", field, value);
  if (!is_utf8(*text)) return fail(ErrorCode::invalid_input, "field '" + field.name + "' is not valid UTF-8");
  if (has_controls(*text)) *text = without_controls(*text);
  if (trim(*text).empty()) text->clear();  // nobody means a text of blanks, and systems that trim hold none
  switch (field.type) {
    case FieldType::email:
    case FieldType::url: return Value(trim(*text));
    case FieldType::phone: {
      const std::string_view trimmed = trim(*text);
      if (trimmed.starts_with('+'))
        if (auto number = to_e164(trimmed, "")) return Value(std::move(*number));
      return Value(trimmed);
    }
    case FieldType::country: {
      const std::string code = country_code(*text);
      return code.empty() ? Value(trim(*text)) : Value(code);
    }
    case FieldType::enumeration:
      if (!field.options.empty() && !text->empty() && std::ranges::find(field.options, *text) == field.options.end()) {
        const std::string nearest = nearest_name(*text, field.options);
        return fail(ErrorCode::invalid_input, "field '" + field.name + "' takes one of " + join(field.options, ", ") + ", found '" + *text + "'" +
                                                  (nearest.empty() ? "" : ", did you mean '" + nearest + "'?"));
      }
      return value;
    default: return value;
  }
}

Result<Value> canonical_decimal(const FieldDefinition& field, Value value) {
  Decimal number;
  if (auto* decimal = value.get<Decimal>()) {
    number = std::move(*decimal);
  } else if (const auto* integer = value.get<std::int64_t>()) {
    number = Decimal{std::to_string(*integer)};
  } else {
    const std::string* text = value.get<std::string>();
    if (!text) return not_a("a number", field, value);
    TRY(number, parse_decimal(*text));
  }
  return Value(field.scale < 0 ? std::move(number) : rounded(number, field.scale));
}

Result<Value> canonical_set(const FieldDefinition& field, Value value) {
  List* list = value.get<List>();
  if (!list) return not_a("a list", field, value);
  for (const Value& element : *list) {
    const std::string* word = element.get<std::string>();
    if (!word) return not_a("a list of texts", field, value);
    if (!field.options.empty() && std::ranges::find(field.options, *word) == field.options.end())
      return fail(ErrorCode::invalid_input, "field '" + field.name + "' takes " + join(field.options, ", ") + ", found '" + *word + "'");
  }
  make_set(*list);
  return value;
}

Result<Value> canonical_group(const FieldDefinition& field, Value value) {
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
  return Value(std::move(whole));
}

/// Blanks, dots, dashes and brackets are how a number is written, not which one it is.
std::string normal_phone(std::string_view text) {
  std::string number;
  for (const char c : text)
    if (std::string_view(" \t-./()").find(c) == std::string_view::npos) number += c;
  return number;
}

}  // namespace

Result<Value> canonical(const FieldDefinition& field, Value value) {
  if (value.is_null()) return value;
  switch (field.type) {
    case FieldType::date: {
      if (value.get<Date>()) return value;
      const std::string* text = value.get<std::string>();
      if (!text) return not_a("a date (2026-11-24)", field, value);
      TRY(const Date date, parse_iso_date(*text));
      return Value(date);
    }
    case FieldType::instant: {
      if (value.get<WallTime>()) return value;
      const std::string* text = value.get<std::string>();
      if (!text) return not_a("an instant (2026-11-24T08:00:00Z)", field, value);
      TRY(const WallTime time, parse_iso_time(*text));
      return Value(time);
    }
    case FieldType::decimal: return canonical_decimal(field, std::move(value));
    case FieldType::boolean:
      if (value.get<bool>()) return value;
      return not_a("true or false", field, value);
    case FieldType::set: return canonical_set(field, std::move(value));
    case FieldType::group: return canonical_group(field, std::move(value));
    case FieldType::reference:
      if (value.get<EntityRef>() || value.get<RemoteId>()) return value;
      return not_a("a reference", field, value);
    default: return canonical_text(field, std::move(value));
  }
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

namespace {

class TypeLens final : public Lens {
 public:
  explicit TypeLens(FieldDefinition field) : field_(std::move(field)) {}
  Result<Value> get(Value wire) const override { return canonical(field_, std::move(wire)); }
  Result<Value> put(Value value) const override { return value; }

 private:
  FieldDefinition field_;
};

}  // namespace

LensRef make_type_lens(const FieldDefinition& field) { return std::make_shared<TypeLens>(field); }

}  // namespace lockstep::mapping
