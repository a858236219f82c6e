#include "test/mapping/generated.h"

#include "base/check.h"
#include "mapping/mapping.h"
#include "test/mapping/server_values.h"

namespace lockstep::mapping {

using namespace property;

namespace {

std::string text_of_any_length() { return typed_text(any_of(std::vector<std::size_t>{30, 30, 30, 30, 30, 30, 41, 81, 256, 2001, 66'000})); }

std::string phone_text() {
  return any_boolean() ? any_of({"+493012345671", "+49 30 1234567", "+1 (212) 555-0100", "030 1234567", "+44 20 7946 0958 ext. 12", "0800 FLOWERS"})
                       : typed_text(60);
}

Value any_members(const FieldDefinition& group) {
  Map map;
  for (const FieldDefinition& member : group.members) map.emplace_back(member.name, one_in(5) ? Value{} : any_canonical(member));
  make_map(map);
  return Value(std::move(map));
}

Value any_words() {
  List list;
  for (std::size_t i = any_count(20); i > 0; --i) list.emplace_back(any_of({"vip", "late", "a;b", " x "}));
  return Value(std::move(list));
}

Value raw(const FieldDefinition& field) {
  switch (field.type) {
    case FieldType::email: return Value(one_in(3) ? text_of_any_length() : typed_email(any_boolean() ? 90 : 30));
    case FieldType::phone: return Value(phone_text());
    case FieldType::url: return Value(any_boolean() ? any_of({"https://example.com/x?y=z", "example.com/"}) : typed_text(300));
    case FieldType::country: return Value(any_boolean() ? any_of({"DE", "US", "germany", "CIV", "Türkiye"}) : typed_text(90));
    case FieldType::date: return Value(Date{static_cast<std::int32_t>(any_integer(-300'000, 2'899'999))});
    case FieldType::instant:
      return Value(WallTime{any_boolean() ? any_integer(1'700'000'000'000, 1'799'999'999'999) : any_integer(-20'000'000'000'000, 199'999'999'999'999)});
    case FieldType::decimal: return Value(any_boolean() ? any_decimal() : Decimal{std::to_string(any_integer(0, 99'999))});
    case FieldType::boolean: return Value(any_boolean());
    case FieldType::set: return any_words();
    case FieldType::group: return any_members(field);
    default: return Value(field.options.empty() ? text_of_any_length() : any_of(field.options));
  }
}

}  // namespace

Value any_canonical(const FieldDefinition& field) {
  auto made = canonical(field, raw(field));
  CHECK(made, made.error().message);
  return std::move(*made);
}

}  // namespace lockstep::mapping
