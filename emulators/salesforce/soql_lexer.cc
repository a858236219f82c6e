#include "emulators/salesforce/soql_lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace lockstep::emulators::salesforce {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads a quoted text from `position` (at its quote); false when it is not well formed.
bool read_text(std::string_view query, std::size_t& position, std::string& text) {
  for (++position; position < query.size(); ++position) {
    char c = query[position];
    if (c == '\'') {
      ++position;
      return true;
    }
    if (c == '\\') {
      if (++position == query.size()) return false;
      switch (query[position]) {
        case 'n':
        case 'N': text += '\n'; continue;
        case 'r':
        case 'R': text += '\r'; continue;
        case 't':
        case 'T': text += '\t'; continue;
        case 'b':
        case 'B': text += '\b'; continue;
        case 'f':
        case 'F': text += '\f'; continue;
        case '_':
        case '%': text += '\\'; break;  // kept for LIKE
        case '\\':
        case '\'':
        case '"': break;
        default: return false;
      }
      c = query[position];
    }
    text += c;
  }
  return false;
}

std::size_t symbol_length(std::string_view rest) {
  for (std::string_view two : {"!=", "<>", "<=", ">="}) {
    if (rest.starts_with(two)) return 2;
  }
  return std::string_view("=<>(),").find(rest[0]) == std::string_view::npos ? 0 : 1;
}

}  // namespace

tl::unexpected<ApiErrors> soql_error(const std::string& code, std::string_view query, std::size_t position, const std::string& what) {
  std::size_t from = position > 20 ? position - 20 : 0;
  std::string_view around = query.substr(from, 60);
  return refuse(code, fmt::format("\n{}\n{}^\nERROR at Row:1:Column:{}\n{}", around, std::string(position - from, ' '), position + 1, what));
}

Outcome<std::vector<Token>> tokenize_soql(std::string_view query) {
  std::vector<Token> tokens;
  std::size_t position = 0;
  while (position < query.size()) {
    char c = query[position];
    Token token;
    token.position = position;
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++position;
      continue;
    }
    if (c == '\'') {
      token.kind = Token::Kind::text;
      if (!read_text(query, position, token.value)) {
        return soql_error("MALFORMED_QUERY", query, token.position, "line 1: bad string literal or escape");
      }
    } else if (is_digit(c) || ((c == '-' || c == '+') && position + 1 < query.size() && is_digit(query[position + 1]))) {
      std::size_t end = position + 1;
      while (end < query.size() && (is_word(query[end]) || query[end] == ':' || query[end] == '-' || query[end] == '+')) ++end;
      token.kind = Token::Kind::literal;
      token.value = query.substr(position, end - position);
      position = end;
    } else if (is_word(c)) {
      std::size_t end = position;
      auto counts = [&](std::size_t at) { return query[at] == ':' && at + 1 < query.size() && is_digit(query[at + 1]); };
      while (end < query.size() && (is_word(query[end]) || counts(end))) ++end;  // LAST_N_DAYS:30
      token.kind = Token::Kind::word;
      token.value = query.substr(position, end - position);
      position = end;
    } else if (std::size_t length = symbol_length(query.substr(position))) {
      token.kind = Token::Kind::symbol;
      token.value = query.substr(position, length);
      position += length;
    } else {
      return soql_error("MALFORMED_QUERY", query, position, fmt::format("unexpected token: '{}'", c));
    }
    tokens.push_back(std::move(token));
  }
  Token end;
  end.position = query.size();
  tokens.push_back(std::move(end));
  return tokens;
}

}  // namespace lockstep::emulators::salesforce
