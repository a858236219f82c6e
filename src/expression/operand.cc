#include "expression/operand.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "expression/date_pattern.h"
#include "expression/json_value.h"
#include "grammar/literal.h"

namespace lockstep::expression {

namespace json = boost::json;

namespace {

Operand::Kind kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return Operand::Kind::null;
    case json::kind::bool_: return Operand::Kind::boolean;
    case json::kind::int64: return Operand::Kind::integer;
    case json::kind::uint64: return value.get_uint64() <= INT64_MAX ? Operand::Kind::integer : Operand::Kind::decimal;
    case json::kind::double_: return Operand::Kind::decimal;
    case json::kind::string: return Operand::Kind::text;
    case json::kind::array: return Operand::Kind::list;
    case json::kind::object: return Operand::Kind::map;
  }
  return Operand::Kind::null;
}

Operand::Kind kind_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return Operand::Kind::null;
    case Value::Kind::boolean: return Operand::Kind::boolean;
    case Value::Kind::integer: return Operand::Kind::integer;
    case Value::Kind::decimal: return Operand::Kind::decimal;
    case Value::Kind::text: return Operand::Kind::text;
    case Value::Kind::instant: return Operand::Kind::instant;
    case Value::Kind::date: return Operand::Kind::date;
    case Value::Kind::entity: return Operand::Kind::entity;
    case Value::Kind::remote: return Operand::Kind::remote;
    case Value::Kind::list: return Operand::Kind::list;
    case Value::Kind::map: return Operand::Kind::map;
  }
  return Operand::Kind::null;
}

tl::unexpected<Error> expected(std::string_view what, const Operand& operand) {
  return fail(ErrorCode::invalid_input, "expected " + std::string(what) + ", found " + std::string(article_of(operand.kind())));
}

}  // namespace

std::string_view article_of(Operand::Kind kind) {
  switch (kind) {
    case Operand::Kind::absent: return "nothing (absent)";
    case Operand::Kind::null: return "null";
    case Operand::Kind::boolean: return "true or false";
    case Operand::Kind::integer: return "a whole number";
    case Operand::Kind::decimal: return "a decimal number";
    case Operand::Kind::text: return "a text";
    case Operand::Kind::instant: return "an instant";
    case Operand::Kind::date: return "a date";
    case Operand::Kind::entity: return "an entity";
    case Operand::Kind::remote: return "a remote id";
    case Operand::Kind::list: return "a list";
    case Operand::Kind::map: return "a map";
  }
  return "";
}

Operand::Kind Operand::kind() const {
  if (const auto* place = json()) return kind_of(*place);
  if (const auto* held = value()) return kind_of(*held);
  return items() ? Kind::list : Kind::absent;
}

bool Operand::is_null() const {
  if (const auto* place = json()) return place->is_null();
  const auto* held = value();
  return held && held->is_null();
}

std::optional<std::string_view> Operand::text_view() const {
  if (const auto* place = json()) {
    const auto* text = place->if_string();
    return text ? std::optional(std::string_view(text->data(), text->size())) : std::nullopt;
  }
  const auto* held = value();
  const auto* text = held ? held->get<std::string>() : nullptr;
  return text ? std::optional(std::string_view(*text)) : std::nullopt;
}

Result<std::string> Operand::text() const {
  if (const auto view = text_view()) return std::string(*view);
  switch (kind()) {
    case Kind::absent:
    case Kind::null:
    case Kind::list:
    case Kind::map: return expected("a text", *this);
    case Kind::instant:
      if (!is_in_calendar(*value()->get<WallTime>())) return fail(ErrorCode::invalid_input, "an instant outside the years 1 to 9999");
      return format_iso(*value()->get<WallTime>());
    case Kind::date: return format_iso(*value()->get<Date>());
    case Kind::entity: return value()->get<EntityRef>()->entity.text();
    case Kind::remote: return value()->get<RemoteId>()->id;
    case Kind::boolean: return std::string((json() ? json()->get_bool() : *value()->get<bool>()) ? "true" : "false");
    default: break;
  }
  TRY(const Value number, to_value());
  if (const auto* whole = number.get<std::int64_t>()) return std::to_string(*whole);
  return number.get<Decimal>()->text;
}

Result<bool> Operand::truth() const {
  switch (kind()) {
    case Kind::absent:
    case Kind::null: return false;
    case Kind::boolean: return json() ? json()->get_bool() : *value()->get<bool>();
    default: return expected("true or false", *this);
  }
}

Result<std::int64_t> Operand::integer() const {
  if (const auto* place = json(); place && place->is_int64()) return place->get_int64();
  if (const auto view = text_view()) {
    if (const auto number = grammar::core_int(*view); number && !view->starts_with("0x") && !view->starts_with("0o")) return *number;
    return expected("a whole number", *this);
  }
  if (kind() != Kind::integer && kind() != Kind::decimal) return expected("a whole number", *this);
  TRY(const Value number, to_value());
  if (const auto* whole = number.get<std::int64_t>()) return *whole;
  const auto whole = grammar::core_int(number.get<Decimal>()->text);
  return whole ? Result<std::int64_t>(*whole) : expected("a whole number", *this);
}

Result<Value> Operand::to_value() const {
  if (const auto* place = json()) return value_of(*place);
  if (const auto* held = value()) return *held;
  if (!items()) return expected("a value", *this);
  List list;
  list.reserve(items()->size());
  for (const Operand& item : *items()) {
    if (item.is_absent()) continue;
    TRY(Value element, item.to_value());
    list.push_back(std::move(element));
  }
  return Value(std::move(list));
}

Result<std::vector<Operand>> Operand::elements() const {
  if (const auto* held = items()) return *held;
  std::vector<Operand> out;
  const auto* place = json();
  const auto* held = value();
  if (const auto* array = place ? place->if_array() : nullptr) {
    out.reserve(array->size());
    for (const json::value& element : *array) out.emplace_back(&element);
  } else if (const auto* list = held ? held->get<List>() : nullptr) {
    const bool owned = std::holds_alternative<Value>(storage_);
    out.reserve(list->size());
    for (const Value& element : *list) out.push_back(owned ? Operand(element) : Internals::part(*this, element));
  } else if (is_absent() || is_null()) {
    return expected("a list", *this);
  } else {
    out.push_back(*this);
  }
  return out;
}

Operand Operand::member(std::string_view name) const {
  if (const auto* place = json()) {
    const auto* object = place->if_object();
    return object ? Operand(object->if_contains(name)) : Operand();
  }
  const auto* held = value();
  const Value* found = held ? held->member(name) : nullptr;
  if (!found) return {};
  return std::holds_alternative<Value>(storage_) ? Operand(*found) : Internals::part(*this, *found);
}

std::vector<std::pair<std::string_view, Operand>> Operand::members() const {
  std::vector<std::pair<std::string_view, Operand>> out;
  const auto* place = json();
  const auto* held = value();
  if (const auto* object = place ? place->if_object() : nullptr) {
    for (const auto& member : *object) out.emplace_back(std::string_view(member.key()), Operand(&member.value()));
  } else if (const auto* map = held ? held->get<Map>() : nullptr) {
    for (const auto& [name, element] : *map) out.emplace_back(name, Internals::part(*this, element));
  }
  return out;
}

}  // namespace lockstep::expression
