#include "expression/parser.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lockstep::expression {

namespace {

constexpr std::size_t kDepthMax = 48;
constexpr std::array<std::string_view, 9> kReserved = {"and", "or", "not", "in", "is", "true", "false", "null", "absent"};

constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons = {{{"==", Comparison::equal},
                                                                                  {"!=", Comparison::unequal},
                                                                                  {"<", Comparison::less},
                                                                                  {"<=", Comparison::less_or_equal},
                                                                                  {">", Comparison::greater},
                                                                                  {">=", Comparison::greater_or_equal}}};

struct Deeper {
  explicit Deeper(std::size_t& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  std::size_t& depth_;
};

}  // namespace

bool Parser::take(std::string_view text) {
  if (!is(text)) return false;
  ++at_;
  return true;
}

Result<void> Parser::expect(std::string_view text, std::string_view where) {
  if (take(text)) return {};
  const std::string found = token().kind == Token::Kind::end ? "the end" : "'" + std::string(token().text) + "'";
  return wrong("expected '" + std::string(text) + "' " + std::string(where) + ", found " + found);
}

Parser::NodeIndex Parser::push(ProgramNode node, const std::vector<NodeIndex>& children) {
  node.first = static_cast<std::uint32_t>(program_.children.size());
  node.count = static_cast<std::uint32_t>(children.size());
  program_.children.insert(program_.children.end(), children.begin(), children.end());
  program_.nodes.push_back(node);
  return static_cast<NodeIndex>(program_.nodes.size() - 1);
}

Parser::NodeIndex Parser::push(ProgramNode node, std::initializer_list<NodeIndex> children) { return push(node, std::vector<NodeIndex>(children)); }

Parser::NodeIndex Parser::constant(Value value) {
  ProgramNode node;
  node.index = static_cast<std::uint32_t>(program_.constants.size());
  program_.constants.push_back(std::move(value));
  return push(node, {});
}

const Value* Parser::constant_of(NodeIndex index) const {
  const ProgramNode& node = program_.nodes[index];
  return node.operation == Operation::constant ? &program_.constants[node.index] : nullptr;
}

Result<void> Parser::run() {
  if (token().kind == Token::Kind::end) return wrong("an expression is missing");
  TRY(program_.start, pipe());
  if (token().kind != Token::Kind::end) return wrong("expected an operator or the end, found '" + std::string(token().text) + "'");
  return {};
}

Result<Parser::NodeIndex> Parser::pipe() {
  const Deeper deeper(depth_);
  if (depth_ > kDepthMax) return wrong("nested deeper than 48 levels");
  TRY(NodeIndex left, disjunction());
  while (take("|")) {
    if (token().kind != Token::Kind::word) return wrong("a function is expected behind '|'");
    const Token name = token();
    ++at_;
    std::vector<NodeIndex> all = {left};
    if (is("(")) {
      TRY(const auto more, arguments(name.text));
      all.insert(all.end(), more.begin(), more.end());
    }
    TRY(left, call(name.text, name.at, std::move(all)));
    TRY_VOID(steps(left));
  }
  return left;
}

Result<Parser::NodeIndex> Parser::disjunction() {
  TRY(NodeIndex left, conjunction());
  while (take("or")) {
    TRY(const NodeIndex right, conjunction());
    left = push({Operation::either}, {left, right});
  }
  return left;
}

Result<Parser::NodeIndex> Parser::conjunction() {
  TRY(NodeIndex left, negation());
  while (take("and")) {
    TRY(const NodeIndex right, negation());
    left = push({Operation::both}, {left, right});
  }
  return left;
}

Result<Parser::NodeIndex> Parser::negation() {
  std::size_t count = 0;
  while (take("not")) ++count;
  TRY(NodeIndex inner, comparison());
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 2 - count % 2); ++i) inner = push({Operation::negation}, {inner});
  return inner;
}

Result<Parser::NodeIndex> Parser::comparison() {
  TRY(NodeIndex left, coalescing());
  if (is("is")) return test(left);
  const bool negated = is("not") && follows("in");
  if (negated) ++at_;
  if (take("in")) {
    TRY(const NodeIndex right, coalescing());
    return push({Operation::contained, negated}, {left, right});
  }
  for (const auto& [sign, comparison] : kComparisons) {
    if (!take(sign)) continue;
    TRY(const NodeIndex right, coalescing());
    for (const auto& [again, other] : kComparisons)
      if (is(again)) return wrong("comparisons do not chain; join them with 'and'");
    return push({Operation::compare, static_cast<std::uint8_t>(comparison)}, {left, right});
  }
  return left;
}

Result<Parser::NodeIndex> Parser::test(NodeIndex left) {
  ++at_;
  const std::uint8_t negated = take("not");
  if (take("absent")) return push({Operation::absent_test, negated}, {left});
  if (take("null")) return push({Operation::null_test, negated}, {left});
  return wrong("'is' is followed by absent, null, not absent or not null; other values are compared with '=='");
}

Result<Parser::NodeIndex> Parser::coalescing() {
  TRY(const NodeIndex left, sum());
  if (!is("//")) return left;
  std::vector<NodeIndex> all = {left};
  while (take("//")) {
    TRY(const NodeIndex right, sum());
    all.push_back(right);
  }
  return push({Operation::coalesce}, all);
}

Result<Parser::NodeIndex> Parser::sum() {
  TRY(NodeIndex left, product());
  while (is("+") || is("-")) {
    const Operation operation = is("+") ? Operation::add : Operation::subtract;
    ++at_;
    TRY(const NodeIndex right, product());
    left = push({operation}, {left, right});
  }
  return left;
}

Result<Parser::NodeIndex> Parser::product() {
  TRY(NodeIndex left, unary());
  while (take("*")) {
    TRY(const NodeIndex right, unary());
    left = push({Operation::multiply}, {left, right});
  }
  return left;
}

Result<Parser::NodeIndex> Parser::unary() {
  if (!take("-")) return postfix();
  const Deeper deeper(depth_);
  if (depth_ > kDepthMax) return wrong("nested deeper than 48 levels");
  TRY(const NodeIndex inner, unary());
  if (const Value* value = constant_of(inner))
    if (const auto* number = value->get<std::int64_t>(); number && *number != INT64_MIN) return constant(Value(-*number));
  return push({Operation::minus}, {inner});
}

Result<Parser::NodeIndex> Parser::postfix() {
  TRY(NodeIndex base, primary());
  TRY_VOID(steps(base));
  return base;
}

Result<Parser::NodeIndex> Parser::primary() {
  const Token first = token();
  if (first.kind == Token::Kind::literal) {
    ++at_;
    return constant(first.value);
  }
  if (first.kind == Token::Kind::word) return word();
  if (take("(")) {
    TRY(const NodeIndex inner, pipe());
    TRY_VOID(expect(")", "behind what stands in parentheses"));
    return inner;
  }
  if (take("[")) return list();
  if (is("[?")) return wrong("a filter needs a list before it");
  if (take("@")) {
    if (filters_ == 0) return fail_at(source_, first.at, "'@' stands for the element of a filter: list[?@.key == \"id\"]");
    program_.uses_current = true;
    return push({Operation::current}, {});
  }
  if (first.kind == Token::Kind::end) return wrong("the expression ends where a value is expected");
  return wrong("expected a value, found '" + std::string(first.text) + "'");
}

Result<Parser::NodeIndex> Parser::list() {
  std::vector<NodeIndex> elements;
  while (!is("]")) {
    TRY(const NodeIndex element, pipe());
    elements.push_back(element);
    if (!take(",")) break;
  }
  TRY_VOID(expect("]", "at the end of the list"));
  return push({Operation::list}, elements);
}

Result<Parser::NodeIndex> Parser::word() {
  const Token name = token();
  ++at_;
  if (name.text == "true" || name.text == "false") return constant(Value(name.text == "true"));
  if (name.text == "null") return constant(Value());
  if (name.text == "absent") return push({Operation::coalesce}, {});
  if (std::ranges::find(kReserved, name.text) != kReserved.end()) return fail_at(source_, name.at, "expected a value, found '" + std::string(name.text) + "'");
  if (!is("(")) return root(name.text, name.at);
  if (name.text == "if") return condition();
  if (name.text == "raw") return fail_at(source_, name.at, "'raw' stands at the end of a hole: ${… | raw}");
  if (find_function(name.text) || !roots_.find(name.text)) {
    TRY(auto all, arguments(name.text));
    return call(name.text, name.at, std::move(all));
  }
  TRY(const NodeIndex called, root(name.text, name.at));
  TRY(const auto all, arguments(name.text));
  if (all.size() != 1) return fail_at(source_, name.at, "'" + std::string(name.text) + "' takes one name");
  ProgramNode node{Operation::root_call};
  node.index = program_.nodes[called].index;
  return push(node, all);
}

Result<Parser::NodeIndex> Parser::root(std::string_view name, std::size_t at) {
  const auto slot = roots_.find(name);
  if (!slot) {
    std::vector<std::string> names;
    for (const Root& known : roots_.all()) names.push_back(known.name);
    const std::string nearest = nearest_name(name, names);
    std::string known = names.empty() ? "nothing is in scope" : "in scope: " + lockstep::join(names, ", ");
    if (find_function(name)) known += "; the function '" + std::string(name) + "' is called as " + std::string(name) + "(…) or … | " + std::string(name);
    return fail_at(source_, at, "unknown name '" + std::string(name) + "' (" + known + ")", nearest);
  }
  if (roots_.all()[*slot].secret && !options_.allow_secrets)
    return fail_at(source_, at, "'" + std::string(name) + "' holds secrets, which may flow only into sign-in, signature keys, headers and forms");
  if (std::ranges::find(program_.roots, *slot) == program_.roots.end()) program_.roots.push_back(*slot);
  ProgramNode node{Operation::root};
  node.index = static_cast<std::uint32_t>(*slot);
  return push(node, {});
}

Result<Parser::NodeIndex> Parser::condition() {
  const std::size_t at = token().at;
  TRY(const auto all, arguments("if"));
  if (all.size() != 3) return fail_at(source_, at, "if takes a condition and two values: if(c, a, b)");
  return push({Operation::condition}, all);
}

}  // namespace lockstep::expression
