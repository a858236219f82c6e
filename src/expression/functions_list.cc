#include <algorithm>

#include "expression/arithmetic.h"
#include "expression/compare.h"
#include "expression/functions.h"

namespace lockstep::expression {

namespace {

using Type = Parameter::Type;

Result<Operand> count(const Call& call) {
  if (call[0].kind() == Operand::Kind::map) return integer_operand(static_cast<std::int64_t>(call[0].members().size()));
  TRY(const auto elements, call[0].elements());
  return integer_operand(static_cast<std::int64_t>(elements.size()));
}

Result<Operand> first(const Call& call) {
  TRY(const auto elements, call[0].elements());
  return elements.empty() ? Operand() : elements.front();
}

Result<Operand> last(const Call& call) {
  TRY(const auto elements, call[0].elements());
  return elements.empty() ? Operand() : elements.back();
}

Result<Operand> sort(const Call& call) {
  TRY(const auto elements, call[0].elements());
  std::vector<std::pair<Value, Operand>> keyed;
  keyed.reserve(elements.size());
  for (const Operand& element : elements) {
    TRY(Value value, element.to_value());
    keyed.emplace_back(std::move(value), element);
  }
  std::ranges::stable_sort(keyed, [](const auto& a, const auto& b) { return sort_order(a.first, b.first) < 0; });
  std::vector<Operand> sorted;
  for (auto& [value, element] : keyed) sorted.push_back(std::move(element));
  return Operand::list(std::move(sorted));
}

/// Keeps the first of equal elements, in their order.
Result<Operand> unique(const Call& call) {
  TRY(const auto elements, call[0].elements());
  std::vector<std::pair<Value, std::size_t>> keyed;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    TRY(Value value, elements[i].to_value());
    keyed.emplace_back(std::move(value), i);
  }
  std::ranges::stable_sort(keyed, [](const auto& a, const auto& b) { return sort_order(a.first, b.first) < 0; });
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < keyed.size(); ++i)
    if (i == 0 || sort_order(keyed[i - 1].first, keyed[i].first) != 0) kept.push_back(keyed[i].second);
  std::ranges::sort(kept);
  std::vector<Operand> out;
  for (const std::size_t index : kept) out.push_back(elements[index]);
  return Operand::list(std::move(out));
}

/// The elements of one list, or the arguments themselves; absent and null ones left out.
Result<std::vector<Operand>> candidates(const Call& call) {
  std::vector<Operand> all(call.arguments.begin(), call.arguments.end());
  if (call.count() == 1) {
    TRY(all, call[0].elements());
  }
  std::erase_if(all, [](const Operand& operand) { return operand.is_absent() || operand.is_null(); });
  return all;
}

Result<Operand> extreme(const Call& call, int wanted) {
  TRY(const auto all, candidates(call));
  Operand best;
  for (const Operand& one : all) {
    if (best.is_absent()) {
      best = one;
      continue;
    }
    const Order order = order_of(one, best);
    if (order == Order::different) return fail(ErrorCode::invalid_input, "elements that cannot be compared");
    if ((wanted < 0 && order == Order::less) || (wanted > 0 && order == Order::greater)) best = one;
  }
  return best;
}

Result<Operand> minimum(const Call& call) { return extreme(call, -1); }
Result<Operand> maximum(const Call& call) { return extreme(call, 1); }

Result<Operand> sum(const Call& call) {
  TRY(const auto all, candidates(call));
  Number total = std::int64_t{0};
  for (const Operand& one : all) {
    TRY(const Number number, number_of(one));
    TRY(total, add(total, number));
  }
  return Operand(value_of(std::move(total)));
}

Result<Operand> contains(const Call& call) {
  if (const auto text = call[0].text_view()) {
    TRY(const std::string part, call[1].text());
    return truth_operand(text->find(part) != std::string_view::npos);
  }
  if (call[0].kind() == Operand::Kind::map) {
    TRY(const std::string name, call[1].text());
    return truth_operand(!call[0].member(name).is_absent());
  }
  TRY(const auto elements, call[0].elements());
  return truth_operand(std::ranges::any_of(elements, [&](const Operand& element) { return equals(element, call[1]); }));
}

Result<Operand> any(const Call& call) {
  TRY(const auto elements, call[0].elements());
  for (const Operand& element : elements) {
    TRY(const bool truth, element.truth());
    if (truth) return truth_operand(true);
  }
  return truth_operand(false);
}

Result<Operand> all(const Call& call) {
  TRY(const auto elements, call[0].elements());
  for (const Operand& element : elements) {
    TRY(const bool truth, element.truth());
    if (!truth) return truth_operand(false);
  }
  return truth_operand(true);
}

Result<Operand> index(const Call& call) {
  if (const auto text = call[0].text_view()) {
    TRY(const std::string part, call[1].text());
    const std::size_t at = text->find(part);
    if (at == std::string_view::npos) return Operand();
    return integer_operand(std::ranges::count_if(text->substr(0, at), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  }
  TRY(const auto elements, call[0].elements());
  const auto at = std::ranges::find_if(elements, [&](const Operand& element) { return equals(element, call[1]); });
  return at == elements.end() ? Operand() : integer_operand(at - elements.begin());
}

/// Pairs as a map; the last of equal keys counts, elements without the key are left out.
Result<Operand> keyed(const Call& call) {
  TRY(const auto elements, call[0].elements());
  TRY(const std::string key, call[1].text());
  TRY(const std::string value, call[2].text());
  Map map;
  for (const Operand& element : elements) {
    const Operand name = element.member(key), held = element.member(value);
    if (name.is_absent() || name.is_null() || held.is_absent()) continue;
    TRY(std::string text, name.text());
    TRY(Value content, held.to_value());
    map.emplace_back(std::move(text), std::move(content));
  }
  std::ranges::stable_sort(map, {}, &Map::value_type::first);
  Map unique_keys;
  for (auto& member : map) {
    if (!unique_keys.empty() && unique_keys.back().first == member.first) unique_keys.back() = std::move(member);
    else unique_keys.push_back(std::move(member));
  }
  return Operand(Value(std::move(unique_keys)));
}

Result<Operand> join(const Call& call) {
  TRY(const auto elements, call[0].elements());
  TRY(const std::string between, call[1].text());
  std::string out;
  bool started = false;
  for (const Operand& element : elements) {
    if (element.is_absent() || element.is_null()) continue;
    TRY(const std::string text, element.text());
    if (out.size() + text.size() + between.size() > kTextBytesMax) return too_large();
    if (started) out += between;
    started = true;
    out += text;
  }
  return text_operand(std::move(out));
}

}  // namespace

FunctionGroup list_functions() {
  return {"Lists and maps",
          {{"count", {{"list"}}, count, "Number of elements, or of a map's members."},
           {"first", {{"list"}}, first, "The first element; absent of an empty list."},
           {"last", {{"list"}}, last, "The last element; absent of an empty list."},
           {"sort", {{"list"}}, sort, "In ascending order; numbers by value."},
           {"unique", {{"list"}}, unique, "Without repetitions, in the order of first appearance."},
           {"min", {{"list"}}, minimum, "The least element or argument; null ones do not count.", false, false, true},
           {"max", {{"list"}}, maximum, "The greatest element or argument; null ones do not count.", false, false, true},
           {"sum", {{"list"}}, sum, "The sum of the elements or arguments.", false, false, true},
           {"join", {{"list"}, {"between", Type::text}}, join, "The texts of the elements in one; null ones are left out."},
           {"contains", {{"where"}, {"what"}}, contains, "Whether a text holds a text, a list an element, a map a member."},
           {"any", {{"list"}}, any, "Whether one of the truth values holds."},
           {"all", {{"list"}}, all, "Whether each of the truth values holds."},
           {"index", {{"where"}, {"what"}}, index, "The place of an element or a part, from 0; absent when it is not there."},
           {"keyed", {{"list"}, {"key", Type::text}, {"value", Type::text}}, keyed, "A list of pairs as a map: `keyed(x, \"name\", \"value\").colour`."}}};
}

}  // namespace lockstep::expression
