#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/salesforce/errors.h"

namespace lockstep::emulators::salesforce {

struct Token {
  enum class Kind { word, text, literal, symbol, end };
  Kind kind = Kind::end;
  std::string value;  // text: without quotes, unescaped; literal: a number, date or instant as written
  std::size_t position = 0;
};

Outcome<std::vector<Token>> tokenize_soql(std::string_view text);

/// The message form of SOQL refusals: the query, a caret, the place and what is wrong.
tl::unexpected<ApiErrors> soql_error(const std::string& code, std::string_view query, std::size_t position, const std::string& what);

}  // namespace lockstep::emulators::salesforce
