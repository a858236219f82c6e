#include "expression/evaluator.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "expression/arithmetic.h"
#include "expression/compare.h"

namespace lockstep::expression {

namespace {

Result<Operand> add_operands(const Operand& a, const Operand& b) {
  const bool text = a.kind() == Operand::Kind::text || b.kind() == Operand::Kind::text;
  if (text) {
    TRY(std::string left, a.text());
    TRY(const std::string right, b.text());
    if (left.size() + right.size() > kTextBytesMax) return too_large();
    return text_operand(std::move(left += right));
  }
  if (a.kind() == Operand::Kind::list && b.kind() == Operand::Kind::list) {
    TRY(auto left, a.elements());
    TRY(const auto right, b.elements());
    if (left.size() + right.size() > kElementsMax) return too_large();
    left.insert(left.end(), right.begin(), right.end());
    return Operand::list(std::move(left));
  }
  if (a.kind() == Operand::Kind::instant) {
    TRY(const std::int64_t duration, duration_of(b));
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.value()->get<WallTime>()->ms, duration, &sum)) return too_large();
    return instant_operand(WallTime{sum});
  }
  TRY(const Number left, number_of(a));
  TRY(const Number right, number_of(b));
  TRY(Number sum, add(left, right));
  return Operand(value_of(std::move(sum)));
}

Result<Operand> subtract_operands(const Operand& a, const Operand& b) {
  if (a.kind() == Operand::Kind::instant) {
    std::int64_t difference = 0;
    const std::int64_t from = a.value()->get<WallTime>()->ms;
    const bool both = b.kind() == Operand::Kind::instant;
    TRY(const std::int64_t amount, both ? Result<std::int64_t>(b.value()->get<WallTime>()->ms) : duration_of(b));
    if (__builtin_sub_overflow(from, amount, &difference)) return too_large();
    if (both) return integer_operand(difference);
    return instant_operand(WallTime{difference});
  }
  TRY(const Number left, number_of(a));
  TRY(const Number right, number_of(b));
  TRY(Number difference, subtract(left, right));
  return Operand(value_of(std::move(difference)));
}

bool holds(Comparison comparison, Order order) {
  switch (comparison) {
    case Comparison::equal: return order == Order::equal;
    case Comparison::unequal: return order != Order::equal;
    case Comparison::less: return order == Order::less;
    case Comparison::less_or_equal: return order == Order::less || order == Order::equal;
    case Comparison::greater: return order == Order::greater;
    case Comparison::greater_or_equal: return order == Order::greater || order == Order::equal;
  }
  return false;
}

}  // namespace

Operand Evaluator::detach(Operand operand) {
  if (Internals::is_lent(operand)) return Operand(*operand.value());
  const auto* items = operand.items();
  const bool lent = items && std::ranges::any_of(*items, [](const Operand& item) { return Internals::is_lent(item) || item.items(); });
  if (!lent) return operand;
  std::vector<Operand> own;
  own.reserve(items->size());
  for (const Operand& item : *items) own.push_back(detach(item));
  return Operand::list(std::move(own));
}

Operand Evaluator::root(std::size_t slot) const {
  if (slot >= scope_.size()) return {};
  return show(scope_[slot]);
}

/// A value is shown, not copied: it may be a whole record.
Operand Evaluator::show(const Operand& held) { return Internals::owns(held) ? Internals::lend(*held.value()) : held; }

Result<bool> Evaluator::truth(const ProgramNode& node) {
  TRY(const Operand operand, run(node));
  return operand.truth();
}

Result<Operand> Evaluator::run(const ProgramNode& node) {
  if (budget_-- == 0) return fail(ErrorCode::invalid_input, "more than ten million steps");
  switch (node.operation) {
    case Operation::constant: return Internals::lend(program_.constants[node.index]);
    case Operation::root: return root(node.index);
    case Operation::current: return show(*current_);
    case Operation::path: return path(node);
    case Operation::call: return call(node);
    case Operation::root_call: return root_call(node);
    case Operation::list: return list(node);
    case Operation::coalesce: return coalesce(node);
    case Operation::both: return junction(node, false);
    case Operation::either: return junction(node, true);
    case Operation::negation: {
      TRY(const bool inner, truth(program_.child(node, 0)));
      return truth_operand(!inner);
    }
    case Operation::compare: return compare(node);
    case Operation::contained: return contained(node);
    case Operation::absent_test:
    case Operation::null_test: {
      TRY(const Operand operand, run(program_.child(node, 0)));
      const bool is = node.operation == Operation::absent_test ? operand.is_absent() : operand.is_null();
      return truth_operand(is != (node.detail != 0));
    }
    case Operation::add:
    case Operation::subtract:
    case Operation::multiply: return arithmetic(node);
    case Operation::minus: return minus(node);
    case Operation::condition: {
      TRY(const bool first, truth(program_.child(node, 0)));
      return run(program_.child(node, first ? 1 : 2));
    }
  }
  return Operand();
}

Result<Operand> Evaluator::list(const ProgramNode& node) {
  std::vector<Operand> elements;
  for (std::size_t i = 0; i < node.count; ++i) {
    TRY(Operand element, run(program_.child(node, i)));
    if (!element.is_absent()) elements.push_back(std::move(element));
  }
  return Operand::list(std::move(elements));
}

Result<Operand> Evaluator::coalesce(const ProgramNode& node) {
  Operand last;
  for (std::size_t i = 0; i < node.count; ++i) {
    TRY(last, run(program_.child(node, i)));
    if (!last.is_absent() && !last.is_null()) break;
  }
  return last;
}

/// `and` stops at the first false, `or` at the first true.
Result<Operand> Evaluator::junction(const ProgramNode& node, bool stop_at) {
  for (std::size_t i = 0; i < node.count; ++i) {
    TRY(const bool one, truth(program_.child(node, i)));
    if (one == stop_at) return truth_operand(stop_at);
  }
  return truth_operand(!stop_at);
}

Result<Operand> Evaluator::compare(const ProgramNode& node) {
  TRY(const Operand left, run(program_.child(node, 0)));
  TRY(const Operand right, run(program_.child(node, 1)));
  if (left.is_absent() || right.is_absent()) return truth_operand(false);
  return truth_operand(holds(static_cast<Comparison>(node.detail), order_of(left, right)));
}

Result<Operand> Evaluator::contained(const ProgramNode& node) {
  TRY(const Operand left, run(program_.child(node, 0)));
  TRY(const Operand right, run(program_.child(node, 1)));
  if (left.is_absent() || right.is_absent()) return truth_operand(false);
  bool found = false;
  if (right.kind() == Operand::Kind::map) {
    TRY(const std::string name, left.text());
    found = !right.member(name).is_absent();
  } else if (right.kind() == Operand::Kind::list) {
    TRY(const auto elements, right.elements());
    found = std::ranges::any_of(elements, [&](const Operand& element) { return equals(left, element); });
  } else if (!right.is_null()) {
    return fail(ErrorCode::invalid_input, "'in' expects a list or a map, found " + std::string(article_of(right.kind())));
  }
  return truth_operand(found != (node.detail != 0));
}

Result<Operand> Evaluator::arithmetic(const ProgramNode& node) {
  TRY(const Operand left, run(program_.child(node, 0)));
  TRY(const Operand right, run(program_.child(node, 1)));
  if (left.is_absent() || right.is_absent()) return Operand();
  if (left.is_null() || right.is_null()) return Operand(Value());
  if (node.operation == Operation::add) return add_operands(left, right);
  if (node.operation == Operation::subtract) return subtract_operands(left, right);
  TRY(const Number a, number_of(left));
  TRY(const Number b, number_of(right));
  TRY(Number product, multiply(a, b));
  return Operand(value_of(std::move(product)));
}

Result<Operand> Evaluator::minus(const ProgramNode& node) {
  TRY(const Operand operand, run(program_.child(node, 0)));
  if (operand.is_absent() || operand.is_null()) return operand;
  TRY(const Number number, number_of(operand));
  TRY(Number negative, negate(number));
  return Operand(value_of(std::move(negative)));
}

Result<Operand> Evaluator::root_call(const ProgramNode& node) {
  TRY(const Operand name, run(program_.child(node, 0)));
  if (name.is_absent()) return Operand();
  TRY(const std::string wanted, name.text());
  const Operand base = root(node.index);
  for (const auto& [known, operand] : base.members())
    if (equal_no_case(known, wanted)) return operand;
  return Operand();
}

Result<Operand> Evaluator::call(const ProgramNode& node) {
  std::vector<Operand> arguments;
  arguments.reserve(node.count);
  for (std::size_t i = 0; i < node.count; ++i) {
    TRY(Operand argument, run(program_.child(node, i)));
    if (argument.is_absent()) return Operand();
    arguments.push_back(std::move(argument));
  }
  if (!node.function->maps || arguments[0].kind() != Operand::Kind::list) return call_once(node, arguments);
  TRY(const auto elements, arguments[0].elements());
  std::vector<Operand> results;
  results.reserve(elements.size());
  for (const Operand& element : elements) {
    arguments[0] = element;
    TRY(Operand result, call_once(node, arguments));
    if (!result.is_absent()) results.push_back(std::move(result));
  }
  return Operand::list(std::move(results));
}

Result<Operand> Evaluator::call_once(const ProgramNode& node, std::span<const Operand> arguments) {
  const Function& function = *node.function;
  if (!arguments.empty() && arguments[0].is_null() && !function.takes_null) return Operand(Value());
  Call call{arguments};
  if (node.extra > 0) {
    const bool regex = std::ranges::any_of(function.parameters, [](const Parameter& parameter) { return parameter.type == Parameter::Type::regex; });
    if (regex) call.regex = program_.regexes[node.extra - 1].get();
    else call.pattern = &program_.patterns[node.extra - 1];
  }
  auto result = function.run(call);
  if (!result) return fail(std::move(result).error(), function.name);
  return result;
}

namespace {

tl::unexpected<Error> in_expression(const Program& program, Error error) {
  error.message += " in `" + program.source + "`";
  return tl::unexpected<Error>(std::move(error));
}

/// Lists may still hold places in JSON.
Result<Operand> evaluate_items(const Program& program, Scope scope) {
  try {
    Evaluator evaluator(program, scope);
    auto result = evaluator.run(program.nodes[program.start]);
    if (!result) return in_expression(program, std::move(result).error());
    return Evaluator::detach(std::move(*result));
  } catch (const std::exception& error) {  // memory at its end, ICU
    return fail(ErrorCode::internal, std::string(error.what()) + " in `" + program.source + "`");
  }
}

}  // namespace

Result<Operand> evaluate(const Program& program, Scope scope) {
  if (auto shown = plain_path(program, scope)) return std::move(*shown);
  auto result = evaluate_items(program, scope);
  if (!result || !result->items()) return result;
  auto list = result->to_value();
  if (!list) return in_expression(program, std::move(list).error());
  return Operand(std::move(*list));
}

Result<std::vector<Operand>> evaluate_list(const Program& program, Scope scope) {
  TRY(const Operand operand, evaluate_items(program, scope));
  auto elements = operand.elements();
  if (!elements) return in_expression(program, std::move(elements).error());
  return elements;
}

Result<std::string> evaluate_text(const Program& program, Scope scope) {
  TRY(const Operand operand, evaluate(program, scope));
  auto text = operand.text();
  if (!text) return in_expression(program, std::move(text).error());
  return text;
}

Result<bool> evaluate_truth(const Program& program, Scope scope) {
  TRY(const Operand operand, evaluate(program, scope));
  const auto truth = operand.truth();
  if (!truth) return in_expression(program, truth.error());
  return truth;
}

}  // namespace lockstep::expression
