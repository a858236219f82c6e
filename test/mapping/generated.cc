#include "test/mapping/generated.h"

#include "base/check.h"
#include "mapping/mapping.h"
#include "test/mapping/server_values.h"
#include "test/model/arbitrary_value.h"

namespace lockstep::mapping {

namespace {

rc::Gen<std::string> text_of_any_length() {
  return rc::gen::mapcat(rc::gen::weightedElement<std::size_t>({{6, 30}, {1, 41}, {1, 81}, {1, 256}, {1, 2001}, {1, 66'000}}), typed_text);
}

rc::Gen<std::string> phone_text() {
  return rc::gen::oneOf(rc::gen::element<std::string>("+493012345671", "+49 30 1234567", "+1 (212) 555-0100", "030 1234567", "+44 20 7946 0958 ext. 12", "0800 FLOWERS"),
                        typed_text(60));
}

rc::Gen<Value> raw(const FieldDefinition& field) {
  const auto as_value = [](auto made) { return Value(std::move(made)); };
  switch (field.type) {
    case FieldType::email: return rc::gen::map(rc::gen::oneOf(typed_email(90), typed_email(30), text_of_any_length()), as_value);
    case FieldType::phone: return rc::gen::map(phone_text(), as_value);
    case FieldType::url: return rc::gen::map(rc::gen::oneOf(rc::gen::element<std::string>("https://example.com/x?y=z", "example.com/"), typed_text(300)), as_value);
    case FieldType::country: return rc::gen::map(rc::gen::oneOf(rc::gen::element<std::string>("DE", "US", "germany", "CIV", "Türkiye"), typed_text(90)), as_value);
    case FieldType::date: return rc::gen::map(rc::gen::inRange<std::int32_t>(-300'000, 2'900'000), [](std::int32_t days) { return Value(Date{days}); });
    case FieldType::instant:
      return rc::gen::map(rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1'700'000'000'000, 1'800'000'000'000), rc::gen::inRange<std::int64_t>(-20'000'000'000'000, 200'000'000'000'000)),
                          [](std::int64_t ms) { return Value(WallTime{ms}); });
    case FieldType::decimal:
      return rc::gen::oneOf(rc::gen::map(any_decimal(), as_value), rc::gen::map(rc::gen::inRange<std::int64_t>(0, 100'000), [](std::int64_t n) { return Value(Decimal{std::to_string(n)}); }));
    case FieldType::boolean: return rc::gen::map(rc::gen::arbitrary<bool>(), as_value);
    case FieldType::set:
      return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("vip", "late", "a;b", " x ")), [](const std::vector<std::string>& words) {
        List list;
        for (const std::string& word : words) list.emplace_back(word);
        return Value(std::move(list));
      });
    case FieldType::group: {
      return rc::gen::exec([field] {
        Map map;
        for (const FieldDefinition& member : field.members) map.emplace_back(member.name, *rc::gen::weightedOneOf<Value>({{1, rc::gen::just(Value{})}, {4, any_canonical(member)}}));
        make_map(map);
        return Value(std::move(map));
      });
    }
    default: break;
  }
  if (!field.options.empty()) return rc::gen::map(rc::gen::elementOf(field.options), as_value);
  return rc::gen::map(text_of_any_length(), as_value);
}

}  // namespace

rc::Gen<Value> any_canonical(const FieldDefinition& field) {
  return rc::gen::map(raw(field), [field](Value value) {
    auto made = canonical(field, std::move(value));
    CHECK(made, made.error().message);
    return std::move(*made);
  });
}

}  // namespace lockstep::mapping
