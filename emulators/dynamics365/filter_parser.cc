#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/text.h"
#include "emulators/dynamics365/filter.h"
#include "emulators/dynamics365/filter_functions.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr int kMaxDepth = 32;

struct Literal {
  enum class Kind { null, boolean, number, text, guid, date, date_time };
  Kind kind = Kind::null;
  std::string text;  // as written; of a text: without its quotes
};

tl::unexpected<ApiError> bad_syntax(std::string_view what, std::size_t position, std::string_view filter) {
  return refuse(400, code::kBadRequestUrl, fmt::format("{} at position {} in '{}'.", what, position, filter));
}

tl::unexpected<ApiError> incompatible(const Column& column, const Literal& literal, std::string_view operation) {
  std::string_view names[] = {"<null>", "Edm.Boolean", "Edm.Int32", "Edm.String", "Edm.Guid", "Edm.Date", "Edm.DateTimeOffset"};
  return refuse(400, code::kBadRequestUrl,
                fmt::format("A binary operator with incompatible types was detected. Property '{}' cannot be compared "
                            "with the '{}' literal '{}' by '{}'.",
                            column.name, names[static_cast<int>(literal.kind)], literal.text, operation));
}

bool is_text_column(const Column& column) { return column.type == ColumnType::text || column.type == ColumnType::memo; }

std::optional<Value> number_value(const Column& column, const std::string& text) {
  if (column.type == ColumnType::money) {
    std::optional<std::int64_t> amount = parse_money(text);
    return amount ? std::optional<Value>(Value(*amount)) : std::nullopt;
  }
  std::int64_t integer = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Value(integer);
}

std::optional<Value> time_value(const std::string& text, bool date_only) {
  if (date_only) {
    Result<Date> date = parse_iso_date(text);
    if (!date) return std::nullopt;
    return Value(start_of(*date).ms);
  }
  Result<WallTime> time = parse_iso_time(text);
  if (!time) return std::nullopt;
  return Value(time->ms);
}

/// The literal as a value of the column's type, or nothing when the types do not go together.
std::optional<Value> typed(const Column& column, const Literal& literal) {
  using Kind = Literal::Kind;
  if (literal.kind == Kind::null) return Value();
  if (is_text_column(column)) {
    return literal.kind == Kind::text ? std::optional<Value>(Value(literal.text)) : std::nullopt;
  }
  switch (column.type) {
    case ColumnType::boolean:
      if (literal.kind != Kind::boolean) return std::nullopt;
      return Value(literal.text == "true");
    case ColumnType::lookup:
    case ColumnType::unique_id:
      if (literal.kind != Kind::guid) return std::nullopt;
      return Value(to_lower_ascii(literal.text));
    case ColumnType::date_only:
      if (literal.kind != Kind::date) return std::nullopt;
      return Value(literal.text);
    case ColumnType::date_time:
      if (literal.kind != Kind::date && literal.kind != Kind::date_time) return std::nullopt;
      return time_value(literal.text, literal.kind == Kind::date);
    default:
      if (literal.kind != Kind::number) return std::nullopt;
      return number_value(column, literal.text);
  }
}

Literal classify(std::string word) {
  using Kind = Literal::Kind;
  if (word == "null") return {Kind::null, std::move(word)};
  if (word == "true" || word == "false") return {Kind::boolean, std::move(word)};
  if (parse_guid(word)) return {Kind::guid, std::move(word)};
  if (word.size() == 10 && parse_iso_date(word)) return {Kind::date, std::move(word)};
  if (word.size() > 10 && word[4] == '-') return {Kind::date_time, std::move(word)};
  return {Kind::number, std::move(word)};
}

class FilterParser {
 public:
  FilterParser(const TableSpec& table, const FilterScope& scope, std::string_view text) : table_(&table), scope_(scope), text_(text) {}

  Outcome<Filter> parse() {
    TRY(Filter filter, either(0));
    skip_blanks();
    if (position_ != text_.size()) return bad_syntax("Syntax error: nothing was expected", position_, text_);
    return filter;
  }

 private:
  Outcome<Filter> either(int depth) { return chain(depth, "or", Filter::Kind::any_of); }

  Outcome<Filter> chain(int depth, std::string_view word, Filter::Kind kind) {
    if (depth > kMaxDepth) return bad_syntax("The filter is nested too deeply", position_, text_);
    bool is_or = kind == Filter::Kind::any_of;
    auto part = [&] { return is_or ? chain(depth, "and", Filter::Kind::all_of) : unary(depth); };
    Filter all;
    all.kind = kind;
    TRY(Filter first, part());
    all.parts.push_back(std::move(first));
    while (take_word(word)) {
      TRY(Filter next, part());
      all.parts.push_back(std::move(next));
    }
    return all.parts.size() == 1 ? std::move(all.parts.front()) : std::move(all);
  }

  Outcome<Filter> unary(int depth) {
    skip_blanks();
    if (take_word("not")) {
      Filter negation;
      negation.kind = Filter::Kind::negation;
      bool outer = std::exchange(negated_, true);
      Outcome<Filter> inner = unary(depth + 1);
      negated_ = outer;
      if (!inner) return inner;
      negation.parts.push_back(std::move(*inner));
      return negation;
    }
    if (take('(')) {
      TRY(Filter inner, either(depth + 1));
      if (!take(')')) return bad_syntax("Syntax error: ')' or an operator was expected", position_, text_);
      return inner;
    }
    std::size_t start = position_;
    std::string name = word();
    if (name.empty()) return bad_syntax("Syntax error: a property or function was expected", start, text_);
    if (take('(')) return function(name, start);
    return comparison(name);
  }

  Outcome<Filter> function(const std::string& name, std::size_t start) {
    constexpr std::string_view kPlatform = "Microsoft.Dynamics.CRM.";
    if (name.starts_with(kPlatform)) return platform_function(std::string_view(name).substr(kPlatform.size()));
    if (name.ends_with("/any") || name.ends_with("/all")) return lambda(name);
    Filter filter;
    if (name == "contains") filter.kind = Filter::Kind::contains;
    if (name == "startswith") filter.kind = Filter::Kind::starts_with;
    if (name == "endswith") filter.kind = Filter::Kind::ends_with;
    if (filter.kind == Filter::Kind::all_of) {
      return refuse(400, code::kBadRequestUrl, fmt::format("An unknown function with name '{}' was found at position {}.", name, start));
    }
    TRY(Path path, path_of(word()));
    filter.column = path.column;
    if (!is_text_column(*filter.column)) return incompatible(*filter.column, {Literal::Kind::text, ""}, name);
    if (!take(',')) return bad_syntax("Syntax error: ',' was expected", position_, text_);
    TRY(Literal literal, this->literal());
    if (literal.kind != Literal::Kind::text) return incompatible(*filter.column, literal, name);
    if (!take(')')) return bad_syntax("Syntax error: ')' was expected", position_, text_);
    if (has_wildcards(literal.text)) {  // they are such in these functions as well
      literal.text = (name == "startswith" ? "" : "%") + literal.text + (name == "endswith" ? "" : "%");
      filter.kind = Filter::Kind::like;
    }
    filter.value = Value(std::move(literal.text));
    return behind(path, std::move(filter));
  }

  /// (PropertyName='x',PropertyValues=['a','b']) or (…,PropertyValue=7): texts are quoted whatever the column's type.
  Outcome<Filter> platform_function(std::string_view name) {
    if (negated_) return refuse(400, code::kBadRequestUrl, "Not operator along with the Custom Named Condition operators is not allowed");
    if (word() != "PropertyName" || !take('=')) return bad_syntax("PropertyName= was expected", position_, text_);
    TRY(Literal property, literal());
    TRY(Path path, path_of(property.text));
    std::vector<std::string> values;
    if (take(',')) {
      std::string parameter = word();
      bool many = parameter == "PropertyValues";
      if ((!many && parameter != "PropertyValue") || !take('=') || (many && !take('[')))
        return bad_syntax("PropertyValue= or PropertyValues=[…] was expected", position_, text_);
      while (!many || !take(']')) {
        if (!values.empty() && !take(',')) return bad_syntax("',' or ']' was expected", position_, text_);
        TRY(Literal literal, many ? item() : this->literal());
        if (many && literal.kind != Literal::Kind::text) return refuse(400, code::kBadRequestUrl, "The PropertyValues of a function must be quoted strings.");
        values.push_back(std::move(literal.text));
        if (!many) break;
      }
    }
    if (!take(')')) return bad_syntax("Syntax error: ')' was expected", position_, text_);
    TRY(Filter filter, query_function(scope_, name, *path.column, values));
    return behind(path, std::move(filter));
  }

  /// contact_customer_accounts/any(o:o/lastname eq 'Lee'), …/any(), …/all(o:…)
  Outcome<Filter> lambda(const std::string& name) {
    std::vector<std::string_view> segments = split(std::string_view(name), '/');
    bool of_variable = !variable_.empty() && segments.size() == 3 && std::string(segments.front()) + "/" == variable_;
    if (segments.size() != 2 && !of_variable) return bad_syntax("Syntax error: a collection was expected", position_, text_);
    std::string_view collection_name = segments[segments.size() - 2];
    const Collection* collection = table_->collection(collection_name);
    if (!collection) return tl::unexpected<ApiError>(property_missing(table_->name, collection_name));
    Filter filter;
    filter.kind = segments.back() == "any" ? Filter::Kind::any_related : Filter::Kind::all_related;
    filter.column = collection->column;
    filter.from = collection->through ? collection->through : collection->from;
    if (filter.kind == Filter::Kind::any_related && take(')')) return filter;
    std::string variable = word();  // "o:o/lastname": the variable ends at the colon
    std::size_t colon = variable.find(':');
    if (colon == std::string::npos) return bad_syntax("Syntax error: 'x:' was expected", position_, text_);
    position_ -= variable.size() - colon - 1;
    if (++lambda_depth_ > kMaxDepth) return bad_syntax("The filter is nested too deeply", position_, text_);
    const TableSpec* outer = std::exchange(table_, collection->from);
    std::string outer_variable = std::exchange(variable_, variable.substr(0, colon) + "/");
    Outcome<Filter> inner = either(0);
    table_ = outer;
    variable_ = std::move(outer_variable);
    --lambda_depth_;
    if (!inner) return inner;
    if (!take(')')) return bad_syntax("Syntax error: ')' was expected", position_, text_);
    if (collection->through) {  // of the row at the other end
      Filter beyond;
      beyond.kind = Filter::Kind::related;
      beyond.column = collection->far;
      beyond.from = collection->from;
      beyond.parts.push_back(std::move(*inner));
      inner = std::move(beyond);
    }
    filter.parts.push_back(std::move(*inner));
    return filter;
  }

  Outcome<Filter> comparison(const std::string& name) {
    static const std::pair<std::string_view, Filter::Kind> kOperators[] = {{"eq", Filter::Kind::equal},   {"ne", Filter::Kind::unequal},
                                                                           {"gt", Filter::Kind::greater}, {"ge", Filter::Kind::at_least},
                                                                           {"lt", Filter::Kind::less},    {"le", Filter::Kind::at_most}};
    Filter filter;
    TRY(Path path, path_of(name));
    filter.column = path.column;
    std::size_t start = position_;
    std::string operation = word();
    bool known = false;
    for (const auto& [spelling, kind] : kOperators) {
      if (operation != spelling) continue;
      filter.kind = kind;
      known = true;
    }
    if (!known) return bad_syntax("Syntax error: an operator was expected", start, text_);
    TRY(Literal literal, this->literal());
    if (const Column* other = literal.kind == Literal::Kind::number ? compared_column(path, literal.text) : nullptr) {
      if (other->type != filter.column->type) return incompatible(*filter.column, literal, operation);
      filter.other = other;
      return filter;
    }
    if (scope_.metadata.quirks().quoted_ids && filter.column->holds_id() && parse_guid(literal.text)) literal.kind = Literal::Kind::guid;
    std::optional<Value> value = typed(*filter.column, literal);
    if (!value) return incompatible(*filter.column, literal, operation);
    filter.value = std::move(*value);
    return behind(path, std::move(filter));
  }

  struct Hop {
    const Column* lookup;
    const TableSpec* target;
  };
  struct Path {
    std::vector<Hop> hops;
    const Column* column = nullptr;
  };

  /// The column of the same row that stands where a literal may; null: none, or the left side is of another row.
  const Column* compared_column(const Path& left, std::string_view text) const {
    if (!left.hops.empty() || !text.starts_with(variable_)) return nullptr;
    return table_->column(text.substr(variable_.size()));
  }

  /// "name", "_x_value", "nav/column"; "nav/key" is the lookup itself.
  Outcome<Path> path_of(std::string_view text) {
    if (!variable_.empty()) {
      if (!text.starts_with(variable_))
        return refuse(400, code::kBadRequestUrl, fmt::format("'{}' does not start with the range variable '{}'.", text, variable_));
      text.remove_prefix(variable_.size());
    }
    Path path;
    const TableSpec* table = table_;
    std::vector<std::string_view> segments = split(text, '/');
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
      const Navigation* navigation = table->navigation(segments[i]);
      if (!navigation) return tl::unexpected<ApiError>(property_missing(table->name, segments[i]));
      const TableSpec& target = scope_.metadata.require(navigation->targets.front());
      if (i + 2 == segments.size() && segments.back() == target.key && navigation->targets.size() == 1) {
        path.column = navigation->column;
        return path;
      }
      path.hops.push_back({navigation->column, &target});
      table = &target;
    }
    path.column = table->column(segments.back());
    if (!path.column) return tl::unexpected<ApiError>(property_missing(table->name, segments.back()));
    return path;
  }

  static Filter behind(const Path& path, Filter inner) {
    for (auto hop = path.hops.rbegin(); hop != path.hops.rend(); ++hop) {
      Filter related;
      related.kind = Filter::Kind::related;
      related.column = hop->lookup;
      related.from = hop->target;
      related.parts.push_back(std::move(inner));
      inner = std::move(related);
    }
    return inner;
  }

  Outcome<Literal> literal() {
    skip_blanks();
    if (position_ < text_.size() && text_[position_] == '\'') return quoted('\'');
    std::size_t start = position_;
    std::string word = this->word();
    if (word.empty()) return bad_syntax("Syntax error: a literal was expected", start, text_);
    return classify(std::move(word));
  }

  /// Of a list, which is JSON: its quotes are double ones, too.
  Outcome<Literal> item() {
    skip_blanks();
    return position_ < text_.size() && text_[position_] == '"' ? quoted('"') : literal();
  }

  Outcome<Literal> quoted(char quote) {
    std::size_t start = position_++;
    Literal literal{Literal::Kind::text, ""};
    while (position_ < text_.size()) {
      char c = text_[position_++];
      if (c != quote) {
        literal.text.push_back(c);
      } else if (position_ < text_.size() && text_[position_] == quote) {
        literal.text.push_back(quote);
        ++position_;
      } else {
        return literal;
      }
    }
    return bad_syntax("There is an unterminated string literal", start, text_);
  }

  std::string word() {
    skip_blanks();
    std::size_t start = position_;
    while (position_ < text_.size() && std::string_view(" \t(),=[]'").find(text_[position_]) == std::string_view::npos) {
      ++position_;
    }
    return std::string(text_.substr(start, position_ - start));
  }

  bool take_word(std::string_view wanted) {
    std::size_t start = position_;
    if (word() == wanted) return true;
    position_ = start;
    return false;
  }

  bool take(char wanted) {
    skip_blanks();
    if (position_ >= text_.size() || text_[position_] != wanted) return false;
    ++position_;
    return true;
  }

  void skip_blanks() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t')) ++position_;
  }

  const TableSpec* table_;  // within a lambda: that of its variable
  const FilterScope& scope_;
  std::string_view text_;
  std::size_t position_ = 0;
  std::string variable_;  // within a lambda: "o/"
  int lambda_depth_ = 0;
  bool negated_ = false;  // behind "not"
};

}  // namespace

std::optional<Value> typed_text(const Column& column, const std::string& text) {
  if (is_text_column(column)) return Value(text);
  return typed(column, classify(text));
}

Outcome<Filter> parse_filter(const TableSpec& table, const FilterScope& scope, std::string_view text) { return FilterParser(table, scope, text).parse(); }

}  // namespace lockstep::emulators::dynamics365
