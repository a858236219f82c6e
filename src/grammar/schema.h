#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grammar/node.h"

namespace lockstep::grammar {

/// One description of what YAML may say; the validator, the JSON Schemas in schemas/ and the reference pages
/// all come from it. A slot tells literal, template and expression apart: never the look of its content.
struct Schema;
using SchemaRef = std::shared_ptr<const Schema>;

struct Member {
  std::string name;
  SchemaRef schema;
  bool required = false;
  std::string doc;  // one sentence, for the reference and for editors
};

struct Schema {
  enum class Kind {
    text,
    name,
    integer,
    boolean,
    duration,
    size,
    url,
    regex,          // literals
    template_text,  // text with ${expression} holes
    expression,     // an expression
    choice,         // one of `options`
    list,           // of `element`; `single_ok`: a lone element counts as a list of one
    map,            // any key (matching key_pattern) to `element`
    record,         // the named members, and no others
    alternatives,   // the first of `alternatives` whose shape (kind of node, discriminating key) fits
    json_body,      // free JSON with templates and body words
    any
  };
  Kind kind = Kind::any;
  std::string name;  // for $defs and messages: "request"
  std::string doc;
  std::vector<std::string> options;
  std::optional<std::int64_t> minimum, maximum;  // integer; duration in ms; list: item counts
  SchemaRef element;
  bool single_ok = false;
  std::string key_pattern;  // RE2, map
  std::vector<Member> members;
  std::vector<SchemaRef> alternatives;
  std::vector<std::vector<std::string>> exactly_one;  // record: of each set of names exactly one must be there
  /// For recursive grammars: resolved when first used.
  std::function<SchemaRef()> lazy;
};

/// Adds a finding for each deviation: unknown key with the nearest name, wrong type, missing part, value out
/// of range.
void validate(const Node& node, const Schema& schema, Findings& findings);

/// JSON Schema (draft 2020-12) text of the description, for editors.
std::string to_json_schema(const Schema& schema, const std::string& title);
/// A reference page in Markdown.
std::string to_reference(const Schema& schema, const std::string& title);

}  // namespace lockstep::grammar
