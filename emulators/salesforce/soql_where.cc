// WHERE: conditions over fields, ranges of days, sets.
#include <fmt/format.h>

#include "emulators/salesforce/soql_dates.h"
#include "emulators/salesforce/soql_literal.h"
#include "emulators/salesforce/soql_parser.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr int kMaxDepth = 50;

/// "= TODAY" is a range of two bounds, "> TODAY" what comes after it.
Condition in_range(const Condition& named, const DayRange& range) {
  bool days = named.path.field->type == FieldType::date;
  auto bound = [&](Comparator comparator, WallTime at) {
    Condition condition = named;
    condition.comparator = comparator;
    condition.values = {days ? Value(format_iso(date_of(at))) : Value(at.ms)};
    return condition;
  };
  Condition both;
  switch (named.comparator) {
    case Comparator::greater: return bound(Comparator::greater_or_equal, range.end);
    case Comparator::greater_or_equal: return bound(Comparator::greater_or_equal, range.start);
    case Comparator::less: return bound(Comparator::less, range.start);
    case Comparator::less_or_equal: return bound(Comparator::less, range.end);
    case Comparator::not_equal:
      both.kind = Condition::Kind::any_of;
      both.parts = {bound(Comparator::less, range.start), bound(Comparator::greater_or_equal, range.end)};
      return both;
    default:
      both.kind = Condition::Kind::all_of;
      both.parts = {bound(Comparator::greater_or_equal, range.start), bound(Comparator::less, range.end)};
      return both;
  }
}

}  // namespace

/// OR and AND may not be mixed without parentheses: the real parser refuses it.
Outcome<Condition> SoqlParser::condition(Query& query, int depth) {
  if (depth > kMaxDepth) return soql_error("MALFORMED_QUERY", text_, peek().position, "nested too deeply");
  auto first = term(query, depth);
  if (!first || !(is_word("AND") || is_word("OR"))) return first;
  std::string word = to_lower_ascii(peek().value);
  Condition joined;
  joined.kind = word == "and" ? Condition::Kind::all_of : Condition::Kind::any_of;
  joined.parts.push_back(std::move(*first));
  while (take_word(word)) {
    auto next = term(query, depth);
    if (!next) return next;
    joined.parts.push_back(std::move(*next));
  }
  if (is_word("AND") || is_word("OR")) return unexpected_token();
  return joined;
}

Outcome<Condition> SoqlParser::term(Query& query, int depth) {
  if (take_word("NOT")) {
    auto inner = term(query, depth + 1);
    if (!inner) return inner;
    Condition negation;
    negation.kind = Condition::Kind::negation;
    negation.parts.push_back(std::move(*inner));
    return negation;
  }
  if (take_symbol("(")) {
    auto inner = condition(query, depth + 1);
    if (inner && !take_symbol(")")) return unexpected_token();
    return inner;
  }
  return comparison(query, depth);
}

Outcome<void> SoqlParser::operand(Query& query, const Token& name, Condition& condition) {
  const Field* part = is_symbol("(") ? date_function(name.value) : nullptr;
  if (part) {
    take();
    auto path = part_of_date(query, *part);
    if (!path) return tl::unexpected(path.error());
    condition.path = std::move(*path);
    return in_having_ ? check_group_field(query, name, condition.path) : Outcome<void>{};
  }
  if (!in_having_ || !is_symbol("(")) {
    auto path = this->path(query, name);
    if (!path) return tl::unexpected(path.error());
    condition.path = std::move(*path);
    return in_having_ ? check_group_field(query, name, condition.path) : Outcome<void>{};
  }
  auto place = aggregate_place(query, name);
  if (!place) return tl::unexpected(place.error());
  static const Field kCount = plain("count", FieldType::integer), kTotal = plain("total", FieldType::real);
  condition.aggregate = *place;
  condition.path = query.aggregates[*place].path;
  Function function = query.aggregates[*place].function;
  if (function == Function::count || function == Function::count_distinct || function == Function::grouping) condition.path.field = &kCount;
  if (function == Function::sum || function == Function::avg) condition.path.field = &kTotal;
  return {};
}

Outcome<Condition> SoqlParser::comparison(Query& query, int depth) {
  if (peek().kind != Token::Kind::word) return unexpected_token();
  const Token& name = take();
  Condition condition;
  if (auto done = operand(query, name, condition); !done) return tl::unexpected(done.error());
  const Field& field = *condition.path.field;
  if (!field.filterable || field.type == FieldType::address) {
    return soql_error("INVALID_FIELD", text_, name.position, fmt::format("field '{}' can not be filtered in a query call", field.name));
  }
  auto comparator = this->comparator();
  if (!comparator) return tl::unexpected(comparator.error());
  condition.comparator = *comparator;
  bool ordered = *comparator != Comparator::equal && *comparator != Comparator::not_equal;
  if ((ordered && field.type == FieldType::boolean) || (*comparator == Comparator::like && !is_text(field.type))) {
    return soql_error("INVALID_QUERY_FILTER_OPERATOR", text_, name.position, fmt::format("invalid operator on {} field", name_of(field.type)));
  }
  bool set = *comparator == Comparator::in || *comparator == Comparator::not_in;
  if (set && !in_having_ && is_symbol("(") && tokens_[next_ + 1].kind == Token::Kind::word && equal_no_case(tokens_[next_ + 1].value, "SELECT"))
    return semi_join(std::move(condition), depth);
  if (auto range = peek().kind == Token::Kind::word ? date_range(peek().value, now_) : std::nullopt) {
    if (set || *comparator == Comparator::like || (field.type != FieldType::date && field.type != FieldType::datetime)) return unexpected_token();
    take();
    return in_range(condition, *range);
  }
  auto values = set ? list(field) : single(field);
  if (!values) return tl::unexpected(values.error());
  condition.values = std::move(*values);
  return condition;
}

Outcome<Comparator> SoqlParser::comparator() {
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

Outcome<std::vector<Value>> SoqlParser::single(const Field& field) {
  if (peek().kind == Token::Kind::symbol || peek().kind == Token::Kind::end) return unexpected_token();
  auto value = read_literal(text_, field, take());
  if (!value) return tl::unexpected(value.error());
  return std::vector<Value>{std::move(*value)};
}

Outcome<std::vector<Value>> SoqlParser::list(const Field& field) {
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

/// "AccountId IN (SELECT AccountId FROM Contact WHERE …)": the values are found when the query runs.
Outcome<Condition> SoqlParser::semi_join(Condition condition, int depth) {
  const Token& at = peek();
  const Field& field = *condition.path.field;
  if (field.type != FieldType::id && field.type != FieldType::reference)
    return error("MALFORMED_QUERY", at, fmt::format("field '{}' is no id: it cannot be joined", field.name));
  take();
  auto inner = nested(nullptr, depth + 1);
  if (!inner) return tl::unexpected(inner.error());
  bool one_id = inner->select.size() == 1 && inner->children.empty() && inner->aggregates.empty() && inner->type_ofs.empty() && !inner->count;
  if (!one_id || (inner->select[0].field->type != FieldType::id && inner->select[0].field->type != FieldType::reference))
    return error("MALFORMED_QUERY", at, "an inner select must select one id field");
  if (!take_symbol(")")) return unexpected_token();
  condition.subquery = std::make_shared<Query>(std::move(*inner));
  return condition;
}

}  // namespace lockstep::emulators::salesforce
