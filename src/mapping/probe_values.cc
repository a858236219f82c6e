#include "mapping/probe_values.h"

#include <initializer_list>

namespace lockstep::mapping {

namespace {

std::vector<Value> texts(std::initializer_list<std::string> list) {
  std::vector<Value> values;
  for (const std::string& text : list) values.emplace_back(text);
  return values;
}

std::vector<Value> decimals() {
  std::vector<Value> values;
  for (const char* text : {"0", "1", "-1", "12", "59", "90", "3.75", "-3.75", "1234567.891", "100000000000000000000"}) values.emplace_back(Decimal{text});
  return values;
}

std::vector<Value> sets(const FieldDefinition& field) {
  std::vector<Value> values;
  const std::vector<std::string> words = field.options.empty() ? std::vector<std::string>{"alpha", "beta", "a;b", "c, d"} : field.options;
  List all;
  for (const std::string& word : words) {
    values.emplace_back(List{Value(word)});
    all.emplace_back(word);
  }
  make_set(all);
  values.emplace_back(std::move(all));
  return values;
}

/// The n-th probe of each member together, until the longest list is used up.
std::vector<Value> groups(const FieldDefinition& field) {
  std::vector<Value> values;
  std::vector<std::vector<Value>> of_members;
  std::size_t count = 0;
  for (const FieldDefinition& member : field.members) {
    of_members.push_back(probe_values(member));
    count = std::max(count, of_members.back().size());
  }
  for (std::size_t i = 0; i < count; ++i) {
    Map map;
    for (std::size_t m = 0; m < of_members.size(); ++m) map.emplace_back(field.members[m].name, of_members[m][i % of_members[m].size()]);
    make_map(map);
    values.emplace_back(std::move(map));
  }
  return values;
}

}  // namespace

std::vector<Value> probe_values(const FieldDefinition& field) {
  constexpr std::size_t kLong = 120'000;
  const std::string long_text(kLong, 'x');
  switch (field.type) {
    case FieldType::email: return texts({"ada@example.com", "Ada.Lovelace@Example.COM", "no address", long_text + "@example.com"});
    case FieldType::phone: return texts({"+493012345671", "+12125550100;ext=5", "030 12345", "ask for Ada", long_text});
    case FieldType::url: return texts({"https://example.com/a?b=c", "example.com/", long_text});
    case FieldType::country: return texts({"DE", "US", "GB", "Narnia", long_text});
    case FieldType::date: return {Value(Date{0}), Value(Date{20'000}), Value(Date{-98'000})};
    case FieldType::instant: return {Value(WallTime{1'795'000'000'123}), Value(WallTime{1'795'046'400'000}), Value(WallTime{-7'000'000'000'001})};
    case FieldType::decimal: return decimals();
    case FieldType::boolean: return {Value(true), Value(false)};
    case FieldType::set: return sets(field);
    case FieldType::group: return groups(field);
    case FieldType::reference: return {};
    case FieldType::html: return texts({"<p>Hello <b>Ada</b></p>", "a &amp; b<br>c", "plain", "<p>" + long_text + "</p>"});
    default: break;
  }
  if (!field.options.empty()) {
    std::vector<Value> values;
    for (const std::string& option : field.options) values.emplace_back(option);
    return values;
  }
  return texts({"Ada", "  Ada  ", "Zoë \xf0\x9f\x98\x80", "two\nlines", "a, b; c", "ADA", long_text});
}

}  // namespace lockstep::mapping
