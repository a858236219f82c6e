#pragma once

#include <boost/json/fwd.hpp>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expression/operand.h"
#include "model/value.h"

/// The total expression language of the YAML files (docs/expressions.md): no loops, recursion, I/O, clock or
/// randomness; bounded output; regexes run in linear time (RE2).
namespace lockstep::expression {

/// The names that may start a path, with a slot number each.
struct Root {
  std::string name;
  bool secret = false;  // its content may only flow into slots that allow it
};
class Roots {
 public:
  Roots() = default;
  Roots(std::initializer_list<std::string_view> names);
  std::size_t add(std::string name, bool secret = false);  // same name: same slot
  /// Texts found under `path` ("select", "object", "params.key_field") are names: a query dialect writes them
  /// bare, after checking them, instead of quoting them.
  void mark_names(std::string path);
  std::optional<std::size_t> find(std::string_view name) const;
  const std::vector<Root>& all() const { return roots_; }
  const std::vector<std::string>& name_paths() const { return name_paths_; }

 private:
  std::vector<Root> roots_;
  std::vector<std::string> name_paths_;
};
/// Root values by slot, shorter is absent.
using Scope = std::span<const Operand>;

class Program;  // a compiled expression: immutable, shareable between threads
using ProgramRef = std::shared_ptr<const Program>;

/// `text` to a program. Errors: position in the text, unknown root or function with the nearest name, wrong
/// number of arguments, regex or pattern that does not compile, a secret where `allow_secrets` is false.
struct CompileOptions {
  bool allow_secrets = false;
};
Result<ProgramRef> compile(std::string_view text, const Roots& roots, CompileOptions options = {});
/// The slots a program reads, ascending, for dependency checks.
const std::vector<std::size_t>& roots_used(const Program& program);
bool is_constant(const Program& program);
/// The text it was compiled from.
const std::string& source_of(const Program& program);

/// Never throws. The result is absent, a place in JSON, or a value: lists made by `[*]` or a filter become
/// List. An error is of failure class `shape` and names the expression, never a value. A plain path into
/// parsed JSON allocates nothing.
Result<Operand> evaluate(const Program& program, Scope scope);
/// The elements of a list (a lone value is a list of one), each a place in JSON where it can be: rows of an
/// answer are not copied. Absent and null are errors.
Result<std::vector<Operand>> evaluate_list(const Program& program, Scope scope);
Result<std::string> evaluate_text(const Program& program, Scope scope);
Result<bool> evaluate_truth(const Program& program, Scope scope);

/// An instant by a pattern (expression/date_pattern.h); keep a compiled DatePattern where it is done per
/// record. An unknown pattern is ISO.
std::string format_time(WallTime time, std::string_view pattern);

/// Where a template's text ends up: each hole is escaped for its place.
enum class Place {
  plain,         // nothing is escaped
  path_segment,  // of a URL: literal text stands as written, a hole can never leave its segment nor be empty;
                 // a hole at the very start that holds an http(s) URL stays one
  query_value,   // one value of a query: literal text and holes are percent-encoded, a blank is %20
  header,        // refuses CR, LF and NUL
  json_text,     // inside the quotes of a JSON text
  xml_text,
  form_value,  // like query_value
  dialect      // literals of a query dialect
};
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
/// `dialect` is needed for Place::dialect and copied. A literal "${" is written "$${". A hole ending in `|
/// raw` is not escaped; one ending in `| name` must hold a name (or a list of names) and is written bare.
Result<TemplateRef> compile_template(std::string_view text, const Roots& roots, Place place, const Dialect* dialect = nullptr, CompileOptions options = {});
/// Nothing when a hole outside "[[ ]]" is absent (a query parameter or header that is then left out). Null
/// has no text but in a dialect: an error.
Result<std::optional<std::string>> render(const Template& text, Scope scope);
/// A template that is one lone hole keeps its operand's type ("${row.id | int}" in a JSON body).
Result<Operand> render_operand(const Template& text, Scope scope);
std::vector<std::size_t> roots_used(const Template& text);
/// Sources of the holes that end in `| raw`, for `lockstep check`.
std::vector<std::string> raw_holes(const Template& text);
bool is_constant(const Template& text);

/// Escapes one text for a place other than path_segment and dialect. Error: invalid_input (header with CR, LF
/// or NUL).
Result<std::string> escape(std::string_view text, Place place);

/// The functions as Markdown tables, for docs/expressions.md.
std::string function_reference();

}  // namespace lockstep::expression
