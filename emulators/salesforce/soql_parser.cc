#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/salesforce/soql.h"
#include "emulators/salesforce/soql_lexer.h"
#include "emulators/salesforce/soql_literal.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr int kMaxDepth = 50;

/// Recursive descent. SELECT's names are kept as tokens until FROM has named the object.
class Parser {
 public:
  Parser(const Schema& schema, std::string_view text, std::vector<Token> tokens)
      : schema_(schema), text_(text), tokens_(std::move(tokens)) {}

  Outcome<Query> query() {
    if (auto done = select_list(); !done) return tl::unexpected(done.error());
    if (auto done = from(); !done) return tl::unexpected(done.error());
    if (take_word("WHERE")) {
      auto where = condition(0);
      if (!where) return tl::unexpected(where.error());
      query_.where = std::move(*where);
    }
    if (take_word("ORDER")) {
      if (auto done = order_by(); !done) return tl::unexpected(done.error());
    }
    if (auto done = limit_and_offset(); !done) return tl::unexpected(done.error());
    if (peek().kind != Token::Kind::end) return unexpected_token();
    return std::move(query_);
  }

 private:
  const Token& peek() const { return tokens_[next_]; }
  const Token& take() { return tokens_[peek().kind == Token::Kind::end ? next_ : next_++]; }
  bool is_word(std::string_view word) const {
    return peek().kind == Token::Kind::word && equal_no_case(peek().value, word);
  }
  bool is_symbol(std::string_view symbol) const {
    return peek().kind == Token::Kind::symbol && peek().value == symbol;
  }
  bool take_word(std::string_view word) { return is_word(word) && (take(), true); }
  bool take_symbol(std::string_view symbol) { return is_symbol(symbol) && (take(), true); }
  tl::unexpected<ApiErrors> unexpected_token() const {
    return soql_error("MALFORMED_QUERY", text_, peek().position,
                      peek().kind == Token::Kind::end ? "unexpected end of query"
                                                      : fmt::format("unexpected token: '{}'", peek().value));
  }

  Outcome<void> select_list() {
    if (!take_word("SELECT")) return unexpected_token();
    do {
      if (peek().kind != Token::Kind::word || is_word("FROM")) return unexpected_token();
      selected_.push_back(take());
      if (is_symbol("(")) {
        bool count = equal_no_case(selected_.back().value, "COUNT") && selected_.size() == 1;
        take();
        if (!count || !take_symbol(")")) return unexpected_token();
        query_.count = true;
        selected_.clear();
      }
    } while (!query_.count && take_symbol(","));
    return {};
  }

  Outcome<void> from() {
    if (!take_word("FROM") || peek().kind != Token::Kind::word) return unexpected_token();
    const Token& name = take();
    query_.object = schema_.find(name.value);
    if (!query_.object) {
      return soql_error(
          "INVALID_TYPE", text_, name.position,
          fmt::format("sObject type '{}' is not supported. If you are attempting to use a custom object, be "
                      "sure to append the '__c' after the entity name. Please reference your WSDL or the "
                      "describe call for the appropriate names.",
                      name.value));
    }
    for (const Token& token : selected_) {
      auto path = this->path(token);
      if (!path) return tl::unexpected(path.error());
      for (const FieldPath& known : query_.select) {
        if (known.field == path->field && known.hops == path->hops) {
          return soql_error("INVALID_FIELD", text_, token.position,
                            "duplicate field selected: " + token.value);
        }
      }
      query_.select.push_back(std::move(*path));
    }
    return {};
  }

  Outcome<FieldPath> path(const Token& token) const {
    FieldPath path;
    path.owner = query_.object;
    std::vector<std::string_view> names = split(token.value, '.');
    if (names.size() > 1 && equal_no_case(names.front(), query_.object->name) &&
        !query_.object->find_relationship(names.front())) {
      names.erase(names.begin());  // Contact.Name in a query from Contact
    }
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
      const Field* hop = path.owner->find_relationship(names[i]);
      const ObjectType* target =
          hop && hop->references.size() == 1 ? schema_.find(hop->references.front()) : nullptr;
      if (hop && hop->name == "OwnerId") target = schema_.find("User");
      if (!target) {
        return soql_error(
            "INVALID_FIELD", text_, token.position,
            fmt::format(
                "Didn't understand relationship '{}' in field path. If you are attempting to use a "
                "custom relationship, be sure to append the '__r' after the custom relationship name.",
                names[i]));
      }
      path.hops.push_back(hop);
      path.owner = target;
    }
    path.field = path.owner->find(names.back());
    if (!path.field) {
      return soql_error(
          "INVALID_FIELD", text_, token.position,
          fmt::format(
              "No such column '{}' on entity '{}'. If you are attempting to use a custom field, be sure "
              "to append the '__c' after the custom field name. Please reference your WSDL or the "
              "describe call for the appropriate names.",
              names.back(), path.owner->name));
    }
    return path;
  }

  /// OR and AND may not be mixed without parentheses: the real parser refuses it.
  Outcome<Condition> condition(int depth) {
    if (depth > kMaxDepth) return soql_error("MALFORMED_QUERY", text_, peek().position, "nested too deeply");
    auto first = term(depth);
    if (!first || !(is_word("AND") || is_word("OR"))) return first;
    std::string word = to_lower_ascii(peek().value);
    Condition joined;
    joined.kind = word == "and" ? Condition::Kind::all_of : Condition::Kind::any_of;
    joined.parts.push_back(std::move(*first));
    while (take_word(word)) {
      auto next = term(depth);
      if (!next) return next;
      joined.parts.push_back(std::move(*next));
    }
    if (is_word("AND") || is_word("OR")) return unexpected_token();
    return joined;
  }

  Outcome<Condition> term(int depth) {
    if (take_word("NOT")) {
      auto inner = term(depth + 1);
      if (!inner) return inner;
      Condition negation;
      negation.kind = Condition::Kind::negation;
      negation.parts.push_back(std::move(*inner));
      return negation;
    }
    if (take_symbol("(")) {
      auto inner = condition(depth + 1);
      if (inner && !take_symbol(")")) return unexpected_token();
      return inner;
    }
    return comparison();
  }

  Outcome<Condition> comparison() {
    if (peek().kind != Token::Kind::word) return unexpected_token();
    const Token& name = take();
    Condition condition;
    auto path = this->path(name);
    if (!path) return tl::unexpected(path.error());
    condition.path = std::move(*path);
    const Field& field = *condition.path.field;
    if (!field.filterable || field.type == FieldType::address) {
      return soql_error("INVALID_FIELD", text_, name.position,
                        fmt::format("field '{}' can not be filtered in a query call", field.name));
    }
    auto comparator = this->comparator();
    if (!comparator) return tl::unexpected(comparator.error());
    condition.comparator = *comparator;
    bool ordered = *comparator != Comparator::equal && *comparator != Comparator::not_equal;
    if ((ordered && field.type == FieldType::boolean) ||
        (*comparator == Comparator::like && !is_text(field.type))) {
      return soql_error("INVALID_QUERY_FILTER_OPERATOR", text_, name.position,
                        fmt::format("invalid operator on {} field", name_of(field.type)));
    }
    auto values =
        *comparator == Comparator::in || *comparator == Comparator::not_in ? list(field) : single(field);
    if (!values) return tl::unexpected(values.error());
    condition.values = std::move(*values);
    return condition;
  }

  Outcome<Comparator> comparator() {
    if (take_symbol("=")) return Comparator::equal;
    if (take_symbol("!=") || take_symbol("<>")) return Comparator::not_equal;
    if (take_symbol("<=")) return Comparator::less_or_equal;
    if (take_symbol(">=")) return Comparator::greater_or_equal;
    if (take_symbol("<")) return Comparator::less;
    if (take_symbol(">")) return Comparator::greater;
    if (take_word("LIKE")) return Comparator::like;
    if (take_word("IN")) return Comparator::in;
    if (take_word("NOT") && take_word("IN")) return Comparator::not_in;
    return unexpected_token();
  }

  Outcome<std::vector<Value>> single(const Field& field) {
    if (peek().kind == Token::Kind::symbol || peek().kind == Token::Kind::end) return unexpected_token();
    auto value = read_literal(text_, field, take());
    if (!value) return tl::unexpected(value.error());
    return std::vector<Value>{std::move(*value)};
  }

  Outcome<std::vector<Value>> list(const Field& field) {
    std::vector<Value> values;
    if (!take_symbol("(")) return unexpected_token();
    do {
      auto value = single(field);
      if (!value) return value;
      values.push_back(std::move(value->front()));
    } while (take_symbol(","));
    if (!take_symbol(")")) return unexpected_token();
    return values;
  }

  Outcome<void> order_by() {
    if (!take_word("BY")) return unexpected_token();
    do {
      if (peek().kind != Token::Kind::word) return unexpected_token();
      const Token& name = take();
      OrderItem item;
      auto path = this->path(name);
      if (!path) return tl::unexpected(path.error());
      item.path = std::move(*path);
      if (!item.path.field->filterable || item.path.field->type == FieldType::address) {
        return soql_error("INVALID_FIELD", text_, name.position,
                          fmt::format("field '{}' can not be sorted in a query call", item.path.field->name));
      }
      if (take_word("DESC"))
        item.descending = true;
      else
        take_word("ASC");
      if (take_word("NULLS")) {
        if (take_word("LAST"))
          item.nulls_last = true;
        else if (!take_word("FIRST"))
          return unexpected_token();
      }
      query_.order.push_back(std::move(item));
    } while (take_symbol(","));
    return {};
  }

  Outcome<std::size_t> count_of(std::size_t most) {
    std::size_t number = 0;
    const std::string& digits = peek().value;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (peek().kind != Token::Kind::literal || !whole || number > most) return unexpected_token();
    take();
    return number;
  }

  Outcome<void> limit_and_offset() {
    if (take_word("LIMIT")) {
      auto limit = count_of(50'000'000);
      if (!limit) return tl::unexpected(limit.error());
      query_.limit = *limit;
    }
    if (take_word("OFFSET")) {
      auto offset = count_of(2'000);
      if (!offset) return tl::unexpected(offset.error());
      query_.offset = *offset;
    }
    return {};
  }

  const Schema& schema_;
  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::vector<Token> selected_;
  Query query_;
};

}  // namespace

Outcome<Query> parse_soql(const Schema& schema, std::string_view text) {
  constexpr std::size_t kMaxLength = 100'000;
  if (text.size() > kMaxLength)
    return refuse("MALFORMED_QUERY", "SOQL statement is longer than 100000 characters");
  auto tokens = tokenize_soql(text);
  if (!tokens) return tl::unexpected(tokens.error());
  return Parser(schema, text, std::move(*tokens)).query();
}

}  // namespace lockstep::emulators::salesforce
