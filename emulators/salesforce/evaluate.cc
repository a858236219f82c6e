#include "emulators/salesforce/evaluate.h"

#include <algorithm>

#include "base/text.h"
#include "emulators/salesforce/soql_dates.h"

namespace lockstep::emulators::salesforce {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

int compare_text(std::string_view a, std::string_view b, bool ignore_case) {
  std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    unsigned char x = static_cast<unsigned char>(ignore_case ? lower(a[i]) : a[i]);
    unsigned char y = static_cast<unsigned char>(ignore_case ? lower(b[i]) : b[i]);
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

template <class T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// % is any run, _ any one character, a backslash takes the next literally; without case.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      resume = t;
      continue;
    }
    bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    char wanted = p < pattern.size() ? pattern[p + (escaped ? 1 : 0)] : '\0';
    bool any_one = p < pattern.size() && !escaped && wanted == '_';
    if (p < pattern.size() && (any_one || lower(text[t]) == lower(wanted))) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

}  // namespace

bool compares(const Condition& condition, ValueView found) {
  const Field& field = *condition.path.field;
  auto against = [&](const Value& value) { return compare(field, found, view(value)); };
  auto any_equal = [&] { return std::any_of(condition.values.begin(), condition.values.end(), [&](const Value& v) { return against(v) == 0; }); };
  if (condition.values.empty()) return condition.comparator == Comparator::not_in;
  const Value& first = condition.values.front();
  bool comparable = !is_null(found) && !is_null(view(first));
  switch (condition.comparator) {
    case Comparator::equal: return against(first) == 0;
    case Comparator::not_equal: return against(first) != 0;
    case Comparator::less: return comparable && against(first) < 0;
    case Comparator::less_or_equal: return comparable && against(first) <= 0;
    case Comparator::greater: return comparable && against(first) > 0;
    case Comparator::greater_or_equal: return comparable && against(first) >= 0;
    case Comparator::like: return comparable && like(text_of(found), text_of(view(first)));
    case Comparator::in: return any_equal();
    case Comparator::not_in: return !any_equal();
  }
  return false;
}

int compare(const Field& field, ValueView a, ValueView b) {
  if (is_null(a) || is_null(b)) return is_null(a) == is_null(b) ? 0 : is_null(a) ? -1 : 1;
  if (const std::string_view* left = std::get_if<std::string_view>(&a)) {
    return compare_text(*left, text_of(b), is_text(field.type));
  }
  if (const bool* left = std::get_if<bool>(&a)) return order_of(*left, std::get<bool>(b));
  auto number = [](ValueView value) {
    const std::int64_t* integer = std::get_if<std::int64_t>(&value);
    return integer ? static_cast<double>(*integer) : std::get<double>(value);
  };
  if (std::holds_alternative<std::int64_t>(a) && std::holds_alternative<std::int64_t>(b)) {
    return order_of(std::get<std::int64_t>(a), std::get<std::int64_t>(b));
  }
  return order_of(number(a), number(b));
}

const Field* field_in(const ObjectType& object, const FieldPath& path) {
  if (!path.polymorphic) return &object == path.owner ? path.field : nullptr;
  if (path.field->name == "Type") return nullptr;
  const Field* field = object.find(path.field->name);
  return field || path.field->name != "Name" ? field : object.find("CaseNumber");
}

ValueView value_at(const Org& org, const ObjectType& object, RowNumber row, const FieldPath& path) {
  const ObjectType* at = &object;
  for (const Field* hop : path.hops) {
    std::string_view id = text_of(org.value_of(*at, row, *hop));
    const ObjectType* target = org.schema().target_of(*hop, id);
    row = target ? target->table->find(id) : kNoRow;
    if (row == kNoRow) return std::monostate{};
    at = target;
  }
  if (path.date) return date_part(*path.field, org.value_of(*at, row, *path.date));
  const Field* field = field_in(*at, path);
  if (path.polymorphic && !field) return path.field->name == "Type" ? ValueView(std::string_view(at->name)) : ValueView{};
  return field ? org.value_of(*at, row, *field) : ValueView{};
}

bool holds(const Org& org, const ObjectType& object, RowNumber row, const Condition& condition) {
  return holds(condition, [&](const Condition& each) { return compares(each, value_at(org, object, row, each.path)); });
}

}  // namespace lockstep::emulators::salesforce
