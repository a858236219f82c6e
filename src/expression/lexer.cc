#include "expression/lexer.h"

#include <array>

#include "expression/program.h"
#include "grammar/literal.h"

namespace lockstep::expression {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::string_view, 6> kLongSigns = {"//", "==", "!=", "<=", ">=", "[?"};
constexpr std::string_view kSigns = ".,()[]|<>+-*?@";

class Lexer {
 public:
  Lexer(std::string_view source, std::size_t start, bool in_hole) : source_(source), at_(start), in_hole_(in_hole) {}

  Result<std::vector<Token>> run() {
    constexpr std::size_t kTokensMax = 1000;
    while (true) {
      while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
      if (at_ == source_.size() || (in_hole_ && source_[at_] == '}')) break;
      if (tokens_.size() >= kTokensMax) return fail_at(source_, at_, "an expression of more than 1000 parts");
      TRY_VOID(next());
    }
    tokens_.push_back(Token{Token::Kind::end, source_.substr(at_, 0), at_, {}});
    return std::move(tokens_);
  }

 private:
  Result<void> next() {
    const char c = source_[at_];
    if (starts_word(c)) return word();
    if (is_digit(c)) return number();
    if (c == '"' || c == '\'') return text();
    for (const std::string_view sign : kLongSigns)
      if (source_.substr(at_).starts_with(sign)) return push(Token::Kind::sign, sign.size());
    if (kSigns.find(c) != std::string_view::npos) return push(Token::Kind::sign, 1);
    const std::string hint = c == '='   ? "; equality is '=='"
                             : c == '&' ? "; write 'and'"
                             : c == '!' ? "; write 'not' or '!='"
                             : c == '/' ? "; '//' gives a default"
                                        : "";
    return fail_at(source_, at_, "'" + std::string(1, c) + "' means nothing here" + hint);
  }

  Result<void> push(Token::Kind kind, std::size_t length, Value value = {}) {
    tokens_.push_back(Token{kind, source_.substr(at_, length), at_, std::move(value)});
    at_ += length;
    return {};
  }

  Result<void> word() {
    std::size_t length = 1;
    while (at_ + length < source_.size() && (starts_word(source_[at_ + length]) || is_digit(source_[at_ + length]))) ++length;
    return push(Token::Kind::word, length);
  }

  Result<void> number() {
    std::size_t length = 1;
    const auto peek = [&](std::size_t i) { return at_ + i < source_.size() ? source_[at_ + i] : '\0'; };
    while (is_digit(peek(length))) ++length;
    const bool fraction = peek(length) == '.' && is_digit(peek(length + 1));
    if (fraction)
      for (++length; is_digit(peek(length));) ++length;
    std::size_t end = length;
    while (starts_word(peek(end)) || is_digit(peek(end))) ++end;
    if (end > length) {
      const auto duration = parse_duration(source_.substr(at_, end));
      if (!duration)
        return fail_at(source_, at_, "'" + std::string(source_.substr(at_, end)) + "' is neither a number nor a duration (250ms, 90s, 5m, 24h, 7d)");
      return push(Token::Kind::literal, end, Value(duration->count()));
    }
    const std::string_view digits = source_.substr(at_, length);
    if (const auto whole = grammar::core_int(digits); whole && !fraction) return push(Token::Kind::literal, length, Value(*whole));
    auto decimal = parse_decimal(digits);
    if (!decimal) return fail_at(source_, at_, "a number of more than 40 digits");
    return push(Token::Kind::literal, length, Value(std::move(*decimal)));
  }

  Result<void> text() {
    const char quote = source_[at_];
    const std::size_t start = at_;
    std::string out;
    std::size_t i = at_ + 1;
    for (; i < source_.size() && source_[i] != quote; ++i) {
      if (source_[i] != '\\') {
        out += source_[i];
        continue;
      }
      constexpr std::string_view kLetters = "nrt\\\"'/", kMeanings = "\n\r\t\\\"'/";
      const std::size_t letter = i + 1 < source_.size() ? kLetters.find(source_[i + 1]) : std::string_view::npos;
      if (letter == std::string_view::npos)
        return fail_at(source_, i, "unknown escape; known: \\n \\r \\t \\\\ \\\" \\'; a backslash for a regex is written \\\\");
      out += kMeanings[letter];
      ++i;
    }
    if (i >= source_.size()) return fail_at(source_, start, "a text is not closed");
    return push(Token::Kind::literal, i + 1 - start, Value(std::move(out)));
  }

  std::string_view source_;
  std::size_t at_;
  bool in_hole_;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view source, std::size_t start, bool in_hole) { return Lexer(source, start, in_hole).run(); }

}  // namespace lockstep::expression
