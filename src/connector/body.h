#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "connector/roots.h"
#include "expression/expression.h"

/// JSON bodies as data: templates in their places and a few words ($each, $fields, $merge, $if, $json, $node, a dialect's
/// name). Compiled once, then written straight into the request's text.
namespace lockstep::connector {

struct Body;
using BodyRef = std::shared_ptr<const Body>;

struct Body {
  enum class Kind : std::uint8_t {
    literal,  // JSON text as it stands
    text,     // a template; a lone hole keeps its type; absent leaves the member out
    object,
    list,
    each,    // one element for each of a list; `rows` walks the rows to write
    fields,  // the row's fields in their wire forms, as members
    merge,   // the members of several objects in one
    condition,
    json_text,  // JSON as a text inside JSON
    node        // a text that holds JSON, as it stands
  };
  Kind kind = Kind::literal;
  std::string literal;
  expression::TemplateRef text;
  std::vector<std::pair<expression::TemplateRef, BodyRef>> members;
  std::vector<BodyRef> items;                   // list, merge; condition: then, otherwise
  expression::ProgramRef program;               // each, condition, node
  bool over_rows = false;                       // each
  std::size_t as = 0;                           // each: root of the element
  std::vector<expression::TemplateRef> except;  // fields
};

/// What the words $each: rows and $fields need to know.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::size_t count() const = 0;
  /// Makes row `index` the root `row` of `scope`.
  virtual void enter(std::size_t index, Scope& scope) const = 0;
  /// Appends `"name":value` for each field to send of the row entered last, but for `except`.
  virtual Result<void> write_fields(const std::vector<std::string>& except, const std::function<void()>& comma, std::string& out) const = 0;
};

/// The body as JSON text. `rows` may be null where the body uses neither word.
Result<std::string> render_body(const Body& body, Scope& scope, const RowSource* rows);
/// An operand as JSON text; absent is an error.
Result<void> append_json(const expression::Operand& operand, std::string& out);
/// A text in JSON quotes.
void append_quoted(std::string_view text, std::string& out);

}  // namespace lockstep::connector
