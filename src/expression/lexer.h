#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace lockstep::expression {

struct Token {
  enum class Kind { word, literal, sign, end };
  Kind kind = Kind::end;
  std::string_view text;  // as it stands in the source
  std::size_t at = 0;     // byte
  Value value;            // literal
};

/// Splits the source, from byte `start`, into tokens; the last one is of kind end. With `in_hole` the text
/// ends at the first '}' outside a literal.
Result<std::vector<Token>> tokenize(std::string_view source, std::size_t start, bool in_hole);

}  // namespace lockstep::expression
