#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expression/expression.h"

namespace re2 {
class RE2;
}

/// The compiled form: a small immutable tree over numbered slots. Private to this folder.
namespace lockstep::expression {

struct Node;
using NodeRef = std::unique_ptr<const Node>;

/// One step of a path.
struct Step {
  enum class Kind { member, computed, each, filter } kind = Kind::member;
  std::string name;   // member
  NodeRef key;        // computed: a text or an index
  NodeRef condition;  // filter: over "@", which is slot 0 of its scope
};

using Function = Result<Operand> (*)(std::vector<Operand>& arguments, const Node& call);

struct Node {
  enum class Kind { literal, path, negate, invert, otherwise, compare, contains, both, either, plus, minus, times, is_absent, is_null, choose, call } kind = Kind::literal;
  Value literal;
  std::size_t slot = 0;                 // path
  std::vector<Step> steps;              // path
  std::vector<NodeRef> children;        // operands, arguments
  std::string word;                     // compare: the operator; call: the function's name
  bool inverted = false;                // is not …, not in
  Function function = nullptr;
  std::shared_ptr<const re2::RE2> regex;  // call: the constant pattern, compiled once
};

class Program {
 public:
  NodeRef root;
  std::vector<std::size_t> slots;
};

struct Signature {
  const char* name;
  std::size_t least, most;
  Function function;
  int regex_argument;  // -1: none
};
const Signature* find_function(std::string_view name);
std::vector<std::string> function_names();

/// Recursive evaluation. Depth is bounded by the parser.
Result<Operand> run(const Node& node, Scope scope);

/// Instants by a pattern in the style of Java's DateTimeFormatter: yyyy MM dd HH mm ss SSS 'text' X Z, or "RFC1123".
std::string format_instant(WallTime time, std::string_view pattern);
Result<WallTime> parse_instant(std::string_view text, std::string_view pattern);

/// A name for a dialect's bare places: written without quotes, checked to be one. Marked as a map that no answer holds.
Value make_name(std::string text);
const std::string* name_of(const Value& value);

}  // namespace lockstep::expression
