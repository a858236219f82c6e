#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "expression/date_pattern.h"
#include "expression/expression.h"

namespace lockstep::expression {

/// A hole of a path: percent-encoded; refuses what would change the path's shape (nothing, "." and "..").
Result<std::string> escape_segment(std::string_view text);
/// An http(s) URL at the start of a template stays one; characters that no URL may hold are percent-encoded.
bool is_url(std::string_view text);
std::string escape_url(std::string_view text);

/// Literals of a query dialect.
class DialectWriter {
 public:
  static Result<DialectWriter> make(const Dialect& dialect);
  /// Text quoted and escaped, instants by pattern, lists around and between, null's word. Error: maps.
  Result<void> append(const Operand& operand, std::string& out) const;
  /// Names bare, each checked; a list of them only with what stands between.
  Result<void> append_names(const Operand& operand, std::string& out) const;

 private:
  void append_text(std::string_view text, std::string& out) const;

  Dialect dialect_;
  DatePattern instant_;
};

}  // namespace lockstep::expression
