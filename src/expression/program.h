#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "expression/date_pattern.h"
#include "expression/expression.h"
#include "expression/functions.h"

namespace lockstep::expression {

enum class Operation : std::uint8_t {
  constant,   // index: constants
  root,       // index: slot
  current,    // the '@' of a filter
  path,       // child 0: where it starts; index: first step, extra: number of steps
  call,       // index: function; extra: its regex or pattern, counted from 1
  root_call,  // index: slot; child 0: a name, looked up without regard to case
  list,       // children: elements
  coalesce,
  both,
  either,
  negation,
  compare,      // detail: Comparison
  contained,    // child 0 in child 1; detail: 1 for "not in"
  absent_test,  // detail: 1 for "is not"
  null_test,
  add,
  subtract,
  multiply,
  minus,
  condition  // if(c, a, b)
};
enum class Comparison : std::uint8_t { equal, unequal, less, less_or_equal, greater, greater_or_equal };

struct ProgramNode {
  Operation operation = Operation::constant;
  std::uint8_t detail = 0;
  std::uint32_t first = 0, count = 0;  // children
  std::uint32_t index = 0, extra = 0;
  const Function* function = nullptr;
};

struct Step {
  enum class Kind : std::uint8_t {
    member,   // .name, ["name"]
    at,       // [3], [-1]
    dynamic,  // [expression]
    each,     // [*]
    filter    // [?condition]
  };
  Kind kind = Kind::member;
  std::string name;
  std::int64_t position = 0;
  std::uint32_t expression = 0;
};

/// Nodes refer to each other by index; children lie behind one another in `children`.
class Program {
 public:
  std::string source;
  std::vector<ProgramNode> nodes;
  std::vector<std::uint32_t> children;
  std::vector<Value> constants;
  std::vector<Step> steps;
  std::vector<std::unique_ptr<RE2>> regexes;
  std::vector<DatePattern> patterns;
  std::vector<std::size_t> roots;
  std::uint32_t start = 0;
  bool uses_current = false;
  bool raw = false;  // a hole that ends in "| raw"

  const ProgramNode& child(const ProgramNode& node, std::size_t which) const { return nodes[children[node.first + which]]; }
};

/// What a template needs beside the program: where the expression ended in the text.
struct CompiledHole {
  std::shared_ptr<Program> program;
  std::size_t end = 0;
};
/// Compiles the expression that starts at byte `start` of a template, up to the '}' that closes the hole.
Result<CompiledHole> compile_hole(std::string_view whole, std::size_t start, const Roots& roots, CompileOptions options);

/// "… at character 5 of 'row.id'": characters, not bytes.
tl::unexpected<Error> fail_at(std::string_view source, std::size_t byte, const std::string& message, const std::string& nearest = "");

}  // namespace lockstep::expression
