#pragma once

#include <string_view>
#include <vector>

#include "expression/lexer.h"
#include "expression/program.h"

namespace lockstep::expression {

/// Recursive descent over the tokens; depth is bounded. From weak to strong: |, or, and, not, comparisons,
/// //, + -, *, unary -, paths.
class Parser {
 public:
  Parser(std::string_view source, std::vector<Token> tokens, const Roots& roots, CompileOptions options, bool in_hole, Program& program)
      : source_(source), tokens_(std::move(tokens)), roots_(roots), options_(options), in_hole_(in_hole), program_(program) {}
  Result<void> run();
  std::size_t end() const { return token().at; }

 private:
  using NodeIndex = std::uint32_t;

  const Token& token() const { return tokens_[at_]; }
  bool is(std::string_view text) const { return (token().kind == Token::Kind::sign || token().kind == Token::Kind::word) && token().text == text; }
  bool follows(std::string_view text) const {
    return at_ + 1 < tokens_.size() && tokens_[at_ + 1].text == text && tokens_[at_ + 1].kind != Token::Kind::literal;
  }
  bool take(std::string_view text);
  Result<void> expect(std::string_view text, std::string_view where);
  tl::unexpected<Error> wrong(const std::string& message, const std::string& nearest = "") const { return fail_at(source_, token().at, message, nearest); }

  NodeIndex push(ProgramNode node, std::initializer_list<NodeIndex> children);
  NodeIndex push(ProgramNode node, const std::vector<NodeIndex>& children);
  NodeIndex constant(Value value);

  Result<NodeIndex> pipe();
  Result<NodeIndex> disjunction();
  Result<NodeIndex> conjunction();
  Result<NodeIndex> negation();
  Result<NodeIndex> comparison();
  Result<NodeIndex> test(NodeIndex left);
  Result<NodeIndex> coalescing();
  Result<NodeIndex> sum();
  Result<NodeIndex> product();
  Result<NodeIndex> unary();
  Result<NodeIndex> postfix();
  Result<NodeIndex> primary();
  Result<NodeIndex> word();
  Result<NodeIndex> root(std::string_view name, std::size_t at);
  Result<NodeIndex> condition();
  Result<NodeIndex> list();
  Result<void> steps(NodeIndex& base);
  Result<Step> bracket();

  Result<std::vector<NodeIndex>> arguments(std::string_view name);
  Result<NodeIndex> call(std::string_view name, std::size_t at, std::vector<NodeIndex> arguments);
  Result<void> check_arguments(const Function& function, std::size_t at, const std::vector<NodeIndex>& arguments, ProgramNode& node);
  Result<void> compile_argument(const Parameter& parameter, const Function& function, std::size_t at, NodeIndex argument, ProgramNode& node);
  const Value* constant_of(NodeIndex node) const;

  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  const Roots& roots_;
  CompileOptions options_;
  bool in_hole_;
  Program& program_;
  std::size_t depth_ = 0;
  std::size_t filters_ = 0;
};

}  // namespace lockstep::expression
