#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/value.h"

/// The total expression language of the YAML files (docs/expressions.md): no loops, recursion, I/O, clock or
/// randomness; output linear in input; regexes run in linear time (RE2).
namespace lockstep::expression {

/// A path into nothing. Flows through functions and compares as false; never the same as Null.
struct Absent {
  bool operator==(const Absent&) const = default;
};

/// What an expression works on: nothing, a value, or a place in a parsed answer that is narrowed when a slot asks.
/// A json pointer must outlive the evaluation's result.
class Operand {
 public:
  Operand() = default;
  Operand(Absent) {}
  Operand(Value value) : storage_(std::move(value)) {}
  Operand(const boost::json::value* json) : storage_(json) {}
  bool is_absent() const { return storage_.index() == 0; }
  bool is_null() const;
  const Value* value() const { return std::get_if<Value>(&storage_); }
  const boost::json::value* json() const {
    auto p = std::get_if<const boost::json::value*>(&storage_);
    return p ? *p : nullptr;
  }
  /// Narrowing. Errors say what was expected and what was found (failure class `shape`); absent is an error too, except
  /// for the optional forms.
  Result<std::string> text() const;          // text, or number/bool as text; ids are text, always
  Result<bool> truth() const;                // absent and null are false; other kinds than boolean are an error
  Result<std::int64_t> integer() const;
  Result<Value> to_value() const;            // json → Value: object → Map, array → List, numbers → integer or Decimal

 private:
  std::variant<Absent, Value, const boost::json::value*> storage_;
};

/// The names that may start a path, with a slot number each. `secrets` marks roots whose content may only flow into
/// slots that allow it.
struct Root {
  std::string name;
  bool secret = false;
};
class Roots {
 public:
  Roots() = default;
  Roots(std::initializer_list<std::string_view> names);
  std::size_t add(std::string name, bool secret = false);  // same name: same slot
  std::optional<std::size_t> find(std::string_view name) const;
  const std::vector<Root>& all() const { return roots_; }

 private:
  std::vector<Root> roots_;
};
/// Root values by slot, shorter is absent.
using Scope = std::span<const Operand>;

class Program;  // a compiled expression: immutable, shareable
using ProgramRef = std::shared_ptr<const Program>;

/// `text` to a program. Errors: position in the text, unknown root or function with the nearest name, wrong number of
/// arguments, regex or pattern that does not compile, a secret where `allow_secrets` is false.
struct CompileOptions {
  bool allow_secrets = false;
};
Result<ProgramRef> compile(std::string_view text, const Roots& roots, CompileOptions options = {});
/// The slots a program reads, for dependency checks.
std::vector<std::size_t> roots_used(const Program& program);
bool is_constant(const Program& program);

/// Never throws. An error is of failure class `shape`.
Result<Operand> evaluate(const Program& program, Scope scope);
Result<std::string> evaluate_text(const Program& program, Scope scope);
Result<bool> evaluate_truth(const Program& program, Scope scope);

/// Where a template's text ends up: each hole is escaped for its place.
enum class Place { plain, path_segment, query_value, header, json_text, xml_text, form_value, dialect };
/// A query dialect as data (`dialects` of a connector).
struct Dialect {
  std::string text_around = "'";
  std::vector<std::pair<std::string, std::string>> text_escapes;
  std::string instant_pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'";
  std::string list_open = "(", list_between = ", ", list_close = ")";
  std::string null_word = "null";
};

class Template;  // literal pieces and holes; "[[ … ]]" is dropped when a hole inside is absent
using TemplateRef = std::shared_ptr<const Template>;
Result<TemplateRef> compile_template(std::string_view text, const Roots& roots, Place place, const Dialect* dialect = nullptr,
                                     CompileOptions options = {});
/// Nothing when a hole outside "[[ ]]" is absent (a query parameter or header that is then left out).
Result<std::optional<std::string>> render(const Template& text, Scope scope);
/// A template that is one lone hole keeps its operand's type ("${row.id | int}" in a JSON body).
Result<Operand> render_operand(const Template& text, Scope scope);

}  // namespace lockstep::expression
