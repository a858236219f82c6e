#include <algorithm>
#include <boost/json.hpp>

#include "expression/tree.h"

namespace lockstep::expression {

namespace json = boost::json;

namespace {

constexpr int kDepthMax = 64;

tl::unexpected<Error> shape(std::string_view wanted, const std::string& found) { return fail(ErrorCode::invalid_input, "expected " + std::string(wanted) + ", found " + found); }

std::string show(const json::value& node) { return json::serialize(node).substr(0, 80); }

Result<Value> convert(const json::value& node, int depth) {
  if (depth > kDepthMax) return shape("less nesting", "deeper than 64 levels");
  switch (node.kind()) {
    case json::kind::null: return Value{};
    case json::kind::bool_: return Value(node.get_bool());
    case json::kind::int64: return Value(std::int64_t{node.get_int64()});
    case json::kind::uint64: return Value(Decimal{std::to_string(node.get_uint64())});
    case json::kind::double_: {
      TRY(Decimal decimal, parse_decimal(json::serialize(node)));
      return Value(std::move(decimal));
    }
    case json::kind::string: return Value(std::string_view(node.get_string()));
    case json::kind::array: {
      List list;
      list.reserve(node.get_array().size());
      for (const json::value& item : node.get_array()) {
        TRY(Value value, convert(item, depth + 1));
        list.push_back(std::move(value));
      }
      return Value(std::move(list));
    }
    case json::kind::object: {
      Map map;
      for (const auto& [key, item] : node.get_object()) {
        TRY(Value value, convert(item, depth + 1));
        map.emplace_back(std::string(key), std::move(value));
      }
      make_map(map);
      return Value(std::move(map));
    }
  }
  return Value{};
}

/// A part of an operand; nothing leads to absent.
Operand member(const Operand& of, std::string_view name) {
  if (const json::value* node = of.json()) {
    if (const json::object* object = node->if_object())
      if (const json::value* found = object->if_contains(name)) return found;
    return Absent{};
  }
  if (const Value* value = of.value())
    if (const Value* found = value->member(name)) return *found;
  return Absent{};
}

Operand element(const Operand& of, std::int64_t index) {
  if (const json::value* node = of.json()) {
    const json::array* array = node->if_array();
    if (!array) return Absent{};
    const auto size = static_cast<std::int64_t>(array->size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return Absent{};
    return &(*array)[static_cast<std::size_t>(index)];
  }
  if (const Value* value = of.value())
    if (const List* list = value->get<List>()) {
      const auto size = static_cast<std::int64_t>(list->size());
      if (index < 0) index += size;
      if (index >= 0 && index < size) return (*list)[static_cast<std::size_t>(index)];
    }
  return Absent{};
}

std::size_t length_of(const Operand& of) {
  if (const json::value* node = of.json()) return node->is_array() ? node->get_array().size() : 0;
  if (const Value* value = of.value())
    if (const List* list = value->get<List>()) return list->size();
  return 0;
}

bool is_list(const Operand& of) {
  if (const json::value* node = of.json()) return node->is_array();
  return of.value() && of.value()->get<List>();
}

Result<Operand> walk(Operand current, const std::vector<Step>& steps, std::size_t from, Scope scope) {
  for (std::size_t i = from; i < steps.size(); ++i) {
    if (current.is_absent()) return Operand(Absent{});
    const Step& step = steps[i];
    switch (step.kind) {
      case Step::Kind::member: current = member(current, step.name); break;
      case Step::Kind::computed: {
        TRY(const Operand key, run(*step.key, scope));
        if (key.is_absent()) return Operand(Absent{});
        if (const auto index = key.integer(); index && is_list(current)) {
          current = element(current, *index);
          break;
        }
        TRY(const std::string name, key.text());
        current = member(current, name);
        break;
      }
      case Step::Kind::each: {
        if (!is_list(current)) return Operand(Absent{});
        if (i + 1 == steps.size()) return current;
        List collected;
        for (std::size_t k = 0; k < length_of(current); ++k) {
          TRY(const Operand one, walk(element(current, static_cast<std::int64_t>(k)), steps, i + 1, scope));
          if (one.is_absent()) continue;
          TRY(Value value, one.to_value());
          // A path that maps again flattens: a[*].b[*] is one list.
          if (List* inner = value.get<List>(); inner && std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(), [](const Step& s) { return s.kind == Step::Kind::each; }))
            std::move(inner->begin(), inner->end(), std::back_inserter(collected));
          else
            collected.push_back(std::move(value));
        }
        return Operand(Value(std::move(collected)));
      }
      case Step::Kind::filter: {
        if (!is_list(current)) return Operand(Absent{});
        List kept;
        for (std::size_t k = 0; k < length_of(current); ++k) {
          const Operand one = element(current, static_cast<std::int64_t>(k));
          const Operand inner[] = {one};
          TRY(const Operand truth, run(*step.condition, inner));
          TRY(const bool holds, truth.truth());
          if (!holds) continue;
          TRY(Value value, one.to_value());
          kept.push_back(std::move(value));
        }
        current = Value(std::move(kept));
        break;
      }
    }
  }
  return current;
}

/// Numbers compare by value, whatever their kind; texts compare with texts only.
std::optional<int> order_of(const Value& a, const Value& b) {
  const auto number = [](const Value& v) -> std::optional<Decimal> {
    if (const auto* integer = v.get<std::int64_t>()) return Decimal{std::to_string(*integer)};
    if (const auto* decimal = v.get<Decimal>()) return *decimal;
    return std::nullopt;
  };
  const auto x = number(a), y = number(b);
  if (x && y) return compare(*x, *y);
  if (a.kind() != b.kind()) return std::nullopt;
  return compare(a, b);
}

Result<Operand> compare_nodes(const Node& node, Scope scope) {
  TRY(const Operand left, run(*node.children[0], scope));
  TRY(const Operand right, run(*node.children[1], scope));
  if (left.is_absent() || right.is_absent()) return Operand(Value(node.word == "!=" && left.is_absent() != right.is_absent()));
  TRY(const Value a, left.to_value());
  TRY(const Value b, right.to_value());
  const auto order = order_of(a, b);
  bool holds = false;
  if (node.word == "==") holds = order == 0;
  else if (node.word == "!=") holds = order != 0;
  else if (!order || a.is_null()) holds = false;
  else if (node.word == "<") holds = *order < 0;
  else if (node.word == "<=") holds = *order <= 0;
  else if (node.word == ">") holds = *order > 0;
  else holds = *order >= 0;
  return Operand(Value(holds));
}

Result<Operand> arithmetic(const Node& node, Scope scope) {
  TRY(const Operand left, run(*node.children[0], scope));
  TRY(const Operand right, run(*node.children[1], scope));
  if (left.is_absent() || right.is_absent()) return Operand(Absent{});
  TRY(const Value a, left.to_value());
  TRY(const Value b, right.to_value());
  if (node.kind == Node::Kind::plus && a.get<std::string>() && b.get<std::string>()) return Operand(Value(*a.get<std::string>() + *b.get<std::string>()));
  const auto *x = a.get<std::int64_t>(), *y = b.get<std::int64_t>();
  if (!x || !y) return shape("two whole numbers", to_display(a) + " and " + to_display(b));
  std::int64_t result = 0;
  const bool overflow = node.kind == Node::Kind::plus    ? __builtin_add_overflow(*x, *y, &result)
                        : node.kind == Node::Kind::minus ? __builtin_sub_overflow(*x, *y, &result)
                                                         : __builtin_mul_overflow(*x, *y, &result);
  if (overflow) return shape("a number of 64 bits", "a larger one");
  return Operand(Value(result));
}

}  // namespace

bool Operand::is_null() const {
  if (const json::value* node = json()) return node->is_null();
  return value() && value()->is_null();
}

Result<std::string> Operand::text() const {
  if (const json::value* node = json()) {
    if (node->is_string()) return std::string(node->get_string());
    if (node->is_number() || node->is_bool()) return json::serialize(*node);
    return shape("text", show(*node));
  }
  const Value* one = value();
  if (!one) return shape("text", "nothing");
  if (const std::string* text = one->get<std::string>()) return *text;
  if (const std::string* name = name_of(*one)) return *name;
  switch (one->kind()) {
    case Value::Kind::integer:
    case Value::Kind::decimal:
    case Value::Kind::boolean:
    case Value::Kind::instant:
    case Value::Kind::date: return to_display(*one);
    default: return shape("text", to_display(*one));
  }
}

Result<bool> Operand::truth() const {
  if (is_absent() || is_null()) return false;
  if (const json::value* node = json()) {
    if (node->is_bool()) return node->get_bool();
    return shape("true or false", show(*node));
  }
  if (const bool* flag = value()->get<bool>()) return *flag;
  return shape("true or false", to_display(*value()));
}

Result<std::int64_t> Operand::integer() const {
  if (const json::value* node = json()) {
    if (node->is_int64()) return std::int64_t{node->get_int64()};
    return shape("a whole number", show(*node));
  }
  if (const Value* one = value())
    if (const auto* number = one->get<std::int64_t>()) return *number;
  return shape("a whole number", value() ? to_display(*value()) : "nothing");
}

Result<Value> Operand::to_value() const {
  if (const json::value* node = json()) return convert(*node, 0);
  if (value()) return *value();
  return shape("a value", "nothing");
}

Result<Operand> run(const Node& node, Scope scope) {
  switch (node.kind) {
    case Node::Kind::literal: return Operand(node.literal);
    case Node::Kind::path: {
      if (node.slot >= scope.size()) return Operand(Absent{});
      if (node.steps.empty()) return scope[node.slot];
      return walk(scope[node.slot], node.steps, 0, scope);
    }
    case Node::Kind::negate: {
      TRY(const Operand inner, run(*node.children[0], scope));
      TRY(const std::int64_t number, inner.integer());
      if (number == INT64_MIN) return shape("a number of 64 bits", "a larger one");
      return Operand(Value(-number));
    }
    case Node::Kind::invert: {
      TRY(const Operand inner, run(*node.children[0], scope));
      TRY(const bool truth, inner.truth());
      return Operand(Value(!truth));
    }
    case Node::Kind::otherwise: {
      TRY(Operand left, run(*node.children[0], scope));
      if (!left.is_absent() && !left.is_null()) return left;
      return run(*node.children[1], scope);
    }
    case Node::Kind::compare: return compare_nodes(node, scope);
    case Node::Kind::contains: {
      TRY(const Operand left, run(*node.children[0], scope));
      TRY(const Operand right, run(*node.children[1], scope));
      if (left.is_absent() || right.is_absent()) return Operand(Value(node.inverted));
      TRY(const Value wanted, left.to_value());
      TRY(const Value list, right.to_value());
      bool found = false;
      if (const List* items = list.get<List>()) found = std::ranges::any_of(*items, [&](const Value& item) { return order_of(item, wanted) == 0; });
      return Operand(Value(found != node.inverted));
    }
    case Node::Kind::both:
    case Node::Kind::either: {
      TRY(const Operand left, run(*node.children[0], scope));
      TRY(const bool first, left.truth());
      if (first == (node.kind == Node::Kind::either)) return Operand(Value(first));
      TRY(const Operand right, run(*node.children[1], scope));
      TRY(const bool second, right.truth());
      return Operand(Value(second));
    }
    case Node::Kind::plus:
    case Node::Kind::minus:
    case Node::Kind::times: return arithmetic(node, scope);
    case Node::Kind::is_absent: {
      TRY(const Operand inner, run(*node.children[0], scope));
      return Operand(Value(inner.is_absent() != node.inverted));
    }
    case Node::Kind::is_null: {
      TRY(const Operand inner, run(*node.children[0], scope));
      // "is not null" asks for a value: what is absent is not there either.
      const bool nothing = inner.is_null() || (node.inverted && inner.is_absent());
      return Operand(Value(nothing != node.inverted));
    }
    case Node::Kind::choose: {
      TRY(const Operand condition, run(*node.children[0], scope));
      TRY(const bool truth, condition.truth());
      return run(*node.children[truth ? 1 : 2], scope);
    }
    case Node::Kind::call: {
      if (node.word == "absent") return Operand(Absent{});
      std::vector<Operand> arguments;
      arguments.reserve(node.children.size());
      for (const NodeRef& child : node.children) {
        TRY(Operand one, run(*child, scope));
        arguments.push_back(std::move(one));
      }
      if (node.word == "list") {
        List list;
        for (const Operand& one : arguments) {
          if (one.is_absent()) continue;
          TRY(Value value, one.to_value());
          list.push_back(std::move(value));
        }
        return Operand(Value(std::move(list)));
      }
      TRY(Operand result, node.function(arguments, node));
      return node.steps.empty() ? Result<Operand>(std::move(result)) : walk(std::move(result), node.steps, 0, scope);
    }
  }
  return Operand(Absent{});
}

Result<Operand> evaluate(const Program& program, Scope scope) { return run(*program.root, scope); }

Result<std::string> evaluate_text(const Program& program, Scope scope) {
  TRY(const Operand result, evaluate(program, scope));
  return result.text();
}

Result<bool> evaluate_truth(const Program& program, Scope scope) {
  TRY(const Operand result, evaluate(program, scope));
  return result.truth();
}

}  // namespace lockstep::expression
