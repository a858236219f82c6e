#pragma once

#include "base/text.h"
#include "emulators/salesforce/soql.h"
#include "emulators/salesforce/soql_lexer.h"

namespace lockstep::emulators::salesforce {

/// Recursive descent. SELECT's items are kept as tokens until FROM has named the object.
class SoqlParser {
 public:
  SoqlParser(const Schema& schema, std::string_view text, const std::vector<Token>& tokens, WallTime now)
      : schema_(schema), text_(text), tokens_(tokens), now_(now) {}
  /// The whole text.
  Outcome<Query> query();

 private:
  /// One query that starts here; `parent`: it stands in that object's SELECT list.
  Outcome<Query> nested(const ObjectType* parent, int depth);
  const Token& peek() const { return tokens_[next_]; }
  const Token& take() { return tokens_[peek().kind == Token::Kind::end ? next_ : next_++]; }
  bool is_word(std::string_view word) const { return peek().kind == Token::Kind::word && equal_no_case(peek().value, word); }
  bool is_symbol(std::string_view symbol) const { return peek().kind == Token::Kind::symbol && peek().value == symbol; }
  bool take_word(std::string_view word) { return is_word(word) && (take(), true); }
  bool take_symbol(std::string_view symbol) { return is_symbol(symbol) && (take(), true); }
  tl::unexpected<ApiErrors> unexpected_token() const;
  tl::unexpected<ApiErrors> error(const char* code, const Token& at, const std::string& what) const { return soql_error(code, text_, at.position, what); }

  // soql_select.cc
  /// Where FROM is, skipping over the SELECT list; its items are read afterwards.
  Outcome<void> skip_select_list();
  Outcome<void> from(Query& query, const ObjectType* parent);
  Outcome<void> alias_and_scope(Query& query);
  Outcome<void> label(Query& query);
  Outcome<FieldPath> part_of_date(const Query& query, const Field& part);
  Outcome<void> select_list(Query& query, int depth);
  Outcome<void> select_item(Query& query, int depth);
  Outcome<void> function(Query& query, const Token& name);
  /// From behind its parenthesis on, without a name.
  Outcome<Aggregate> aggregate_of(const Query& query, const Token& name);
  /// The same as one of the query's: it is worked out for this alone when it is not selected.
  Outcome<std::size_t> aggregate_place(Query& query, const Token& name);
  Outcome<void> check_group_field(const Query& query, const Token& name, const FieldPath& path) const;
  Outcome<void> all_fields(Query& query, const Token& which);
  Outcome<void> child_query(Query& query, int depth);
  Outcome<void> type_of(Query& query);
  Outcome<std::vector<const Field*>> fields_of(const ObjectType& object);
  Outcome<void> group_by(Query& query);
  Outcome<void> check_grouped(const Query& query, const Token& at) const;
  Outcome<FieldPath> path(const Query& query, const Token& token) const;
  Outcome<FieldPath> polymorphic(FieldPath path, const Field& hop, const Token& token, std::string_view name) const;

  // soql_where.cc
  Outcome<Condition> condition(Query& query, int depth);
  Outcome<Condition> term(Query& query, int depth);
  Outcome<Condition> comparison(Query& query, int depth);
  /// What a condition compares: a field, or in HAVING an aggregate.
  Outcome<void> operand(Query& query, const Token& name, Condition& condition);
  Outcome<Comparator> comparator();
  Outcome<std::vector<Value>> single(const Field& field);
  Outcome<std::vector<Value>> list(const Field& field);
  Outcome<Condition> semi_join(Condition condition, int depth);

  Outcome<void> order_by(Query& query);
  Outcome<std::size_t> count_of(std::size_t most);
  Outcome<void> limit_and_offset(Query& query);

  const Schema& schema_;
  std::string_view text_;
  const std::vector<Token>& tokens_;
  WallTime now_;
  std::size_t next_ = 0;
  bool in_having_ = false;
};

}  // namespace lockstep::emulators::salesforce
