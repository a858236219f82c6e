#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lockstep::grammar {

/// Where a node stands: lines and columns count from 1.
struct Mark {
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;
  std::string text() const;  // "connectors/crm.yaml:12:7"
};

/// A parsed YAML node that remembers its place. Aliases are expanded, merge keys ("<<") applied, repeated
/// keys refused, depth and size bounded, so that no file can exhaust memory.
class Node {
 public:
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string scalar;
  bool quoted = false;                                // "12" is text, 12 may be a number
  std::vector<Node> items;                            // list
  std::vector<std::pair<std::string, Node>> members;  // map, in the file's order
  Mark mark;
  Mark key_mark;  // of the key this node stands under

  const Node* find(std::string_view key) const;
  bool is_null() const { return kind == Kind::null; }
  /// Scalars in their YAML 1.2 core meaning; none when the node is something else.
  std::optional<bool> as_bool() const;
  std::optional<std::int64_t> as_int() const;
  /// "name": scalar text, else empty.
  std::string_view text() const { return scalar; }
};

/// Reads a file, or text with a name for messages. Error: invalid_input, with file:line:column.
Result<Node> parse_file(const std::string& path);
Result<Node> parse_text(std::string_view text, std::string name);

/// `overlay` onto `base`: maps deeply, lists and scalars replaced; keys named in `prepend_lists` (e.g.
/// "errors") put the overlay's items before the base's.
Node merge_deep(const Node& base, const Node& overlay, const std::vector<std::string>& prepend_lists);

/// One finding of `lockstep check`.
struct Finding {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  Mark mark;
  std::string message;       // what was found and what is allowed
  std::string suggestion;    // the nearest correct name, or another way out; may be empty
  std::string text() const;  // "file:3:9: error: unknown key 'feilds' … did you mean 'fields'?"
};
using Findings = std::vector<Finding>;
bool has_errors(const Findings& findings);
/// Nothing when it cannot be read; why is a finding with its place.
std::optional<Node> parse_file(const std::string& path, Findings& findings);

}  // namespace lockstep::grammar
