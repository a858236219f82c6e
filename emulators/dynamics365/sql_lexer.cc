#include "emulators/dynamics365/sql_lexer.h"

#include <cctype>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

}  // namespace

tl::unexpected<ApiError> bad_sql(std::string what) { return refuse(400, code::kInvalidArgument, "The SQL query is not valid or not supported: " + what); }

Outcome<std::vector<SqlToken>> tokenize_sql(std::string_view text) {
  std::vector<SqlToken> tokens;
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    std::size_t end = at + 1;
    if (std::isspace(static_cast<unsigned char>(c)) || (c == ';' && trim(text.substr(end)).empty())) {
      ++at;
    } else if (c == '\'') {
      std::string value;
      for (; end < text.size() && (text[end] != '\'' || text.substr(end).starts_with("''")); ++end) {
        value += text[end];
        if (text[end] == '\'') ++end;
      }
      if (end >= text.size()) return bad_sql("a text that is never closed");
      tokens.push_back({SqlToken::Kind::text, std::move(value)});
      at = end + 1;
    } else if (is_word_character(c) || c == '-') {
      while (end < text.size() && is_word_character(text[end])) ++end;
      bool number = std::isdigit(static_cast<unsigned char>(c)) || c == '-';
      tokens.push_back({number ? SqlToken::Kind::number : SqlToken::Kind::word, std::string(text.substr(at, end - at))});
      at = end;
    } else {
      for (std::string_view two : {"<>", "!=", "<=", ">="}) {
        if (text.substr(at).starts_with(two)) end = at + 2;
      }
      tokens.push_back({SqlToken::Kind::symbol, std::string(text.substr(at, end - at))});
      at = end;
    }
  }
  tokens.emplace_back();
  return tokens;
}

}  // namespace lockstep::emulators::dynamics365
