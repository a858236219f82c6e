#include <algorithm>

#include "base/text.h"
#include "expression/parser.h"

/// The parser's second half: paths and calls.
namespace lockstep::expression {

Result<void> Parser::steps(NodeIndex& base) {
  std::vector<Step> found;
  while (is(".") || is("[") || is("[?")) {
    Step step;
    if (take(".")) {
      if (token().kind != Token::Kind::word) return wrong("a member's name is expected behind '.'; names with other characters are written [\"name\"]");
      step.name = std::string(token().text);
      ++at_;
    } else {
      TRY(step, bracket());
    }
    found.push_back(std::move(step));
  }
  if (found.empty()) return {};
  ProgramNode node{Operation::path};
  node.index = static_cast<std::uint32_t>(program_.steps.size());
  node.extra = static_cast<std::uint32_t>(found.size());
  std::ranges::move(found, std::back_inserter(program_.steps));
  base = push(node, {base});
  return {};
}

Result<Step> Parser::bracket() {
  Step step;
  if (take("[?")) {
    step.kind = Step::Kind::filter;
    ++filters_;
    TRY(step.expression, pipe());
    --filters_;
    TRY_VOID(expect("]", "at the end of the filter"));
    return step;
  }
  ++at_;
  if (is("*") && follows("]")) {
    step.kind = Step::Kind::each;
    at_ += 2;
    return step;
  }
  TRY(step.expression, pipe());
  TRY_VOID(expect("]", "behind an index, a key, * or a filter"));
  step.kind = Step::Kind::dynamic;
  if (const Value* value = constant_of(step.expression)) {
    if (const auto* position = value->get<std::int64_t>()) {
      step.kind = Step::Kind::at;
      step.position = *position;
    } else if (const auto* name = value->get<std::string>()) {
      step.kind = Step::Kind::member;
      step.name = *name;
    } else {
      return wrong("an index is a whole number, a key a text");
    }
  }
  return step;
}

Result<std::vector<Parser::NodeIndex>> Parser::arguments(std::string_view name) {
  ++at_;
  std::vector<NodeIndex> all;
  while (!is(")")) {
    TRY(const NodeIndex argument, pipe());
    all.push_back(argument);
    if (!take(",")) break;
  }
  TRY_VOID(expect(")", "behind the arguments of '" + std::string(name) + "'"));
  return all;
}

Result<Parser::NodeIndex> Parser::call(std::string_view name, std::size_t at, std::vector<NodeIndex> arguments) {
  if (name == "raw") {
    const bool last = arguments.size() == 1 && token().kind == Token::Kind::end && depth_ == 1;
    if (!last || !in_hole_) return fail_at(source_, at, "'| raw' may only end a hole of a template");
    program_.raw = true;
    return arguments[0];
  }
  const Function* function = find_function(name);
  if (!function) return fail_at(source_, at, "unknown function '" + std::string(name) + "'", nearest_name(name, function_names()));
  ProgramNode node{Operation::call};
  node.function = function;
  TRY_VOID(check_arguments(*function, at, arguments, node));
  return push(node, arguments);
}

Result<void> Parser::check_arguments(const Function& function, std::size_t at, const std::vector<NodeIndex>& arguments, ProgramNode& node) {
  std::size_t required = 0;
  std::string shape;
  for (const Parameter& parameter : function.parameters) {
    if (!parameter.optional) ++required;
    shape += (shape.empty() ? "" : ", ") + std::string(parameter.name) + (parameter.optional ? "?" : "");
  }
  if (arguments.size() < required || (arguments.size() > function.parameters.size() && !function.variadic))
    return fail_at(source_, at,
                   "'" + std::string(function.name) + "' takes (" + shape + (function.variadic ? ", …" : "") + "), found " + std::to_string(arguments.size()) +
                       " arguments");
  for (std::size_t i = 0; i < arguments.size() && i < function.parameters.size(); ++i)
    TRY_VOID(compile_argument(function.parameters[i], function, at, arguments[i], node));
  return {};
}

Result<void> Parser::compile_argument(const Parameter& parameter, const Function& function, std::size_t at, NodeIndex argument, ProgramNode& node) {
  using Type = Parameter::Type;
  const Value* value = constant_of(argument);
  const std::string subject = "'" + std::string(parameter.name) + "' of '" + function.name + "'";
  if (parameter.type == Type::regex || parameter.type == Type::pattern) {
    const auto* text = value ? value->get<std::string>() : nullptr;
    if (!text) return fail_at(source_, at, subject + " must be a text written out, so that it is compiled once");
    if (parameter.type == Type::pattern) {
      auto pattern = DatePattern::compile(*text);
      if (!pattern) return fail_at(source_, at, pattern.error().message);
      program_.patterns.push_back(std::move(*pattern));
      node.extra = static_cast<std::uint32_t>(program_.patterns.size());
    } else {
      auto regex = std::make_unique<RE2>(*text, RE2::Quiet);
      if (!regex->ok()) return fail_at(source_, at, "the regular expression does not compile: " + regex->error());
      program_.regexes.push_back(std::move(regex));
      node.extra = static_cast<std::uint32_t>(program_.regexes.size());
    }
    return {};
  }
  if (!value) return {};
  const bool is_text = value->get<std::string>() != nullptr;
  if (parameter.type == Type::integer && !Operand(*value).integer()) return fail_at(source_, at, subject + " takes a whole number");
  if (parameter.type == Type::duration && !duration_of(Operand(*value))) return fail_at(source_, at, subject + " takes a duration (250ms, 90s, 5m, 24h, 7d)");
  if (parameter.type == Type::text && !is_text && !Operand(*value).text()) return fail_at(source_, at, subject + " takes a text");
  return {};
}

}  // namespace lockstep::expression
