#pragma once

#include <optional>
#include <vector>

#include "expression/program.h"

namespace lockstep::expression {

/// Walks a program over one scope. Recursion is as deep as the program, which the parser bounds; filters
/// inside filters are bounded by a budget of steps.
class Evaluator {
 public:
  Evaluator(const Program& program, Scope scope) : program_(program), scope_(scope) {}

  /// The result may still show parts of the scope's own values: see detach().
  Result<Operand> run(const ProgramNode& node);
  /// Copies what belongs to the scope or the program, so that the result outlives both.
  static Operand detach(Operand operand);

 private:
  static Operand show(const Operand& held);
  Operand root(std::size_t slot) const;
  Result<Operand> path(const ProgramNode& node);
  Result<Operand> walk(Operand base, const Step* step, const Step* end);
  Result<void> spread(const Operand& base, const Step* step, const Step* end, std::vector<Operand>& out);
  Result<Operand> take_step(const Operand& base, const Step& step);
  Result<Operand> at_key(const Operand& base, const Operand& key) const;
  Result<std::vector<Operand>> filtered(const Operand& base, const Step& step);
  Result<Operand> call(const ProgramNode& node);
  Result<Operand> call_once(const ProgramNode& node, std::span<const Operand> arguments);
  Result<Operand> root_call(const ProgramNode& node);
  Result<Operand> list(const ProgramNode& node);
  Result<Operand> coalesce(const ProgramNode& node);
  Result<Operand> junction(const ProgramNode& node, bool stop_at);
  Result<Operand> compare(const ProgramNode& node);
  Result<Operand> contained(const ProgramNode& node);
  Result<Operand> arithmetic(const ProgramNode& node);
  Result<Operand> minus(const ProgramNode& node);
  Result<bool> truth(const ProgramNode& node);

  const Program& program_;
  Scope scope_;
  const Operand* current_ = nullptr;
  std::size_t budget_ = 10'000'000;
};

/// What nearly every evaluation is, without the machinery: a path of names into parsed JSON. Nothing for any other program.
std::optional<Operand> plain_path(const Program& program, Scope scope);

}  // namespace lockstep::expression
