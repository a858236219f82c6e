#include "connector/wire.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::connector {

using expression::Operand;
using mapping::WireType;

Result<Wire> Wire::make(const WireSpec& spec) {
  Wire wire;
  wire.spec_ = spec;
  TRY(wire.instant_, expression::DatePattern::compile(spec.instant_pattern));
  TRY(wire.date_, expression::DatePattern::compile(spec.date_pattern));
  return wire;
}

namespace {

bool is_digits(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  return !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
}

Result<Value> read_flag(const Operand& operand) {
  if (operand.kind() == Operand::Kind::boolean) {
    TRY(const bool flag, operand.truth());
    return Value(flag);
  }
  TRY(const std::string text, operand.text());
  if (equal_no_case(text, "true")) return Value(true);
  if (equal_no_case(text, "false")) return Value(false);
  return fail(ErrorCode::invalid_input, "expected true or false, found '" + text.substr(0, 60) + "'");
}

Result<Value> read_set(const Operand& operand, const std::string& join) {
  List list;
  if (const auto text = operand.text_view()) {
    std::size_t from = 0;
    while (from <= text->size()) {
      const std::size_t to = std::min(text->find(join, from), text->size());
      if (to > from) list.emplace_back(text->substr(from, to - from));
      from = to + join.size();
    }
  } else {
    TRY(const auto elements, operand.elements());
    for (const Operand& element : elements) {
      TRY(std::string text_of, element.text());
      list.emplace_back(std::move(text_of));
    }
  }
  make_set(list);
  return Value(std::move(list));
}

Result<Value> read_reference(const Operand& operand) {
  if (const auto* value = operand.value())
    if (value->get<RemoteId>()) return *value;
  TRY(std::string id, operand.text());
  return Value(RemoteId{"", std::move(id)});
}

}  // namespace

Result<Value> Wire::read_time(const Operand& operand) const {
  if (const auto* value = operand.value())
    if (value->get<WallTime>()) return *value;
  TRY(const std::string text, operand.text());
  if (auto iso = parse_iso_time(text)) return Value(*iso);
  if (is_digits(text) && text.size() <= 15) return Value(WallTime{std::atoll(text.c_str())});
  TRY(const WallTime time, instant_.parse(text));
  return Value(time);
}

Result<Value> Wire::read_date(const Operand& operand) const {
  if (const auto* value = operand.value())
    if (value->get<Date>()) return *value;
  TRY(const std::string text, operand.text());
  if (auto iso = parse_iso_date(text)) return Value(*iso);
  if (auto time = parse_iso_time(text)) return Value(date_of(*time));
  if (is_digits(text) && text.size() <= 15) return Value(date_of(WallTime{std::atoll(text.c_str())}));
  TRY(const WallTime time, date_.parse(text));
  return Value(date_of(time));
}

Result<std::optional<Value>> Wire::read(const Operand& operand, WireType type) const {
  if (operand.is_absent()) return std::optional<Value>{};
  if (operand.is_null()) return std::optional(Value{});
  if (const auto text = operand.text_view())
    if (std::ranges::find(spec_.null_reads, *text) != spec_.null_reads.end()) return std::optional(Value{});
  const auto some = [](Result<Value> value) -> Result<std::optional<Value>> {
    if (!value) return tl::unexpected(std::move(value.error()));
    return std::optional(std::move(*value));
  };
  switch (type) {
    case WireType::boolean: return some(read_flag(operand));
    case WireType::number: {
      TRY(const std::string text, operand.text());
      TRY(Decimal decimal, parse_decimal(text));
      return std::optional(Value(std::move(decimal)));
    }
    case WireType::instant: return some(read_time(operand));
    case WireType::date: return some(read_date(operand));
    case WireType::set: return some(read_set(operand, spec_.set_join));
    case WireType::reference: return some(read_reference(operand));
    case WireType::json: return some(operand.to_value());
    case WireType::text: break;
  }
  TRY(std::string text, operand.text());
  return std::optional(Value(std::move(text)));
}

Value Wire::write(const Value& value, WireType type) const {
  if (const auto* flag = value.get<bool>()) return spec_.boolean_as_text ? Value(*flag ? "true" : "false") : value;
  if (const auto* number = value.get<std::int64_t>()) return spec_.number_as_text ? Value(std::to_string(*number)) : value;
  if (const auto* decimal = value.get<Decimal>()) return spec_.number_as_text || type == WireType::text ? Value(decimal->text) : value;
  if (const auto* time = value.get<WallTime>()) return Value(type == WireType::date ? date_.format(*time) : instant_.format(*time));
  if (const auto* date = value.get<Date>()) return Value(type == WireType::instant ? instant_.format(start_of(*date)) : date_.format(start_of(*date)));
  if (const auto* remote = value.get<RemoteId>()) return Value(remote->id);
  if (const auto* list = value.get<List>(); list && type == WireType::set) {
    std::string joined;
    for (const Value& element : *list) {
      if (!joined.empty()) joined += spec_.set_join;
      if (const auto* text = element.get<std::string>()) joined += *text;
    }
    return Value(std::move(joined));
  }
  return value;
}

}  // namespace lockstep::connector
