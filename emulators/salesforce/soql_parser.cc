#include "emulators/salesforce/soql_dates.h"
#include "emulators/salesforce/soql_parser.h"

#include <fmt/format.h>

#include <charconv>

namespace lockstep::emulators::salesforce {

tl::unexpected<ApiErrors> SoqlParser::unexpected_token() const {
  return soql_error("MALFORMED_QUERY", text_, peek().position,
                    peek().kind == Token::Kind::end ? "unexpected end of query" : fmt::format("unexpected token: '{}'", peek().value));
}

Outcome<Query> SoqlParser::query() {
  auto query = nested(nullptr, 0);
  if (query && peek().kind != Token::Kind::end) return unexpected_token();
  return query;
}

Outcome<Query> SoqlParser::nested(const ObjectType* parent, int depth) {
  constexpr int kMaxNested = 5;
  if (depth > kMaxNested) return error("MALFORMED_QUERY", peek(), "nested too deeply");
  Query query;
  if (!take_word("SELECT")) return unexpected_token();
  std::size_t items = next_;
  if (auto done = skip_select_list(); !done) return tl::unexpected(done.error());
  if (auto done = from(query, parent); !done) return tl::unexpected(done.error());
  std::size_t behind = next_;
  next_ = items;
  if (auto done = select_list(query, depth); !done) return tl::unexpected(done.error());
  next_ = behind;
  const Token& clauses = peek();
  if (take_word("WHERE")) {
    auto where = condition(query, 0);
    if (!where) return tl::unexpected(where.error());
    query.where = std::move(*where);
  }
  if (query.scope && query.where) {
    Condition both;
    both.kind = Condition::Kind::all_of;
    both.parts = {std::move(*query.scope), std::move(*query.where)};
    query.where = std::move(both);
  } else if (query.scope) {
    query.where = std::move(query.scope);
  }
  if (take_word("GROUP")) {
    if (auto done = group_by(query); !done) return tl::unexpected(done.error());
    if (take_word("HAVING")) {
      in_having_ = true;
      auto having = condition(query, 0);
      in_having_ = false;
      if (!having) return tl::unexpected(having.error());
      query.having = std::move(*having);
    }
  }
  if (auto grouped = check_grouped(query, clauses); !grouped) return tl::unexpected(grouped.error());
  if (take_word("ORDER")) {
    if (auto done = order_by(query); !done) return tl::unexpected(done.error());
  }
  if (auto done = limit_and_offset(query); !done) return tl::unexpected(done.error());
  constexpr std::size_t kMostWithAllFields = 200;
  if (query.all_custom && query.limit.value_or(kMostWithAllFields + 1) > kMostWithAllFields)
    return error("MALFORMED_QUERY", peek(), "The SOQL FIELDS function must have a LIMIT of at most 200");
  return query;
}

Outcome<void> SoqlParser::order_by(Query& query) {
  if (!take_word("BY")) return unexpected_token();
  do {
    if (peek().kind != Token::Kind::word) return unexpected_token();
    const Token& name = take();
    OrderItem item;
    bool grouped = !query.aggregates.empty() || !query.group.empty();
    const Field* part = is_symbol("(") ? date_function(name.value) : nullptr;
    if (part) {
      take();
      auto path = part_of_date(query, *part);
      if (!path) return tl::unexpected(path.error());
      item.path = std::move(*path);
    } else if (grouped && is_symbol("(")) {
      auto place = aggregate_place(query, name);
      if (!place) return tl::unexpected(place.error());
      item.aggregate = *place;
    } else {
      if (is_symbol("(")) return unexpected_token();
      auto path = this->path(query, name);
      if (!path) return tl::unexpected(path.error());
      item.path = std::move(*path);
      if (!item.path.field->filterable || item.path.field->type == FieldType::address) {
        return soql_error("INVALID_FIELD", text_, name.position, fmt::format("field '{}' can not be sorted in a query call", item.path.field->name));
      }
    }
    if (grouped && !item.aggregate) {
      if (auto done = check_group_field(query, name, item.path); !done) return done;
    }
    if (take_word("DESC")) item.descending = true;
    else take_word("ASC");
    if (take_word("NULLS")) {
      if (take_word("LAST")) item.nulls_last = true;
      else if (!take_word("FIRST")) return unexpected_token();
    }
    query.order.push_back(std::move(item));
  } while (take_symbol(","));
  return {};
}

Outcome<std::size_t> SoqlParser::count_of(std::size_t most) {
  std::size_t number = 0;
  const std::string& digits = peek().value;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (peek().kind != Token::Kind::literal || !whole || number > most) return unexpected_token();
  take();
  return number;
}

Outcome<void> SoqlParser::limit_and_offset(Query& query) {
  if (take_word("LIMIT")) {
    auto limit = count_of(50'000'000);
    if (!limit) return tl::unexpected(limit.error());
    query.limit = *limit;
  }
  if (take_word("OFFSET")) {
    auto offset = count_of(50'000'000);
    if (!offset) return tl::unexpected(offset.error());
    if (*offset > 2'000) return refuse("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000");
    query.offset = *offset;
  }
  while (take_word("FOR")) {  // who looks, which nobody asks here
    if (!take_word("VIEW") && !take_word("REFERENCE")) return unexpected_token();
  }
  return {};
}

Outcome<Query> parse_soql(const Schema& schema, std::string_view text, WallTime now) {
  constexpr std::size_t kMaxLength = 100'000;
  if (text.size() > kMaxLength) return refuse("MALFORMED_QUERY", "SOQL statement is longer than 100000 characters");
  auto tokens = tokenize_soql(text);
  if (!tokens) return tl::unexpected(tokens.error());
  return SoqlParser(schema, text, *tokens, now).query();
}

}  // namespace lockstep::emulators::salesforce
