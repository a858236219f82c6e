#include "emulators/dynamics365/sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/dynamics365/sql_lexer.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// A table of the query with what is asked of it, as the element that it becomes.
struct Joined {
  std::string table, alias, from, to, kind;
  std::size_t parent = 0;
  std::string inside;  // attributes and orders
};

class SqlReader {
 public:
  explicit SqlReader(std::vector<SqlToken> tokens) : tokens_(std::move(tokens)) {}

  Outcome<std::string> fetch() {
    if (!take("SELECT")) return unexpected();
    bool distinct = take("DISTINCT");
    std::string options;
    if (take("TOP")) {
      TRY(std::size_t top, number());
      options = fmt::format(" top=\"{}\"", top);
    }
    distinct = take("DISTINCT") || distinct;
    std::size_t items = next_;
    while (peek().kind != SqlToken::Kind::end && !is("FROM")) ++next_;
    TRY_VOID(from());
    std::size_t behind = next_;
    next_ = items;
    TRY_VOID(select_list());
    next_ = behind;
    std::string filter;
    if (take("WHERE")) {
      TRY(filter, any_of(0));
      filter = "<filter>" + filter + "</filter>";
    }
    if (take("GROUP")) TRY_VOID(group_by());
    if (take("ORDER")) TRY_VOID(order_by());
    if (take("OFFSET")) {
      TRY(std::string page, page_of());
      options += page;
    }
    if (peek().kind != SqlToken::Kind::end) return unexpected();
    if (aggregates_ || !groups_.empty()) options += " aggregate=\"true\"";
    if (distinct) options += " distinct=\"true\"";
    for (const Item& item : items_) TRY_VOID(put(item));
    return fmt::format("<fetch{}><entity name=\"{}\">{}{}{}</entity></fetch>", options, xml_escape(tables_[0].table), tables_[0].inside, filter, links(0));
  }

 private:
  struct Item {
    std::string name, aggregate, alias;
  };

  const SqlToken& peek() const { return tokens_[next_]; }
  bool is(std::string_view word) const { return peek().kind == SqlToken::Kind::word && equal_no_case(peek().value, word); }
  bool take(std::string_view word) { return is(word) && ++next_; }
  bool take_symbol(std::string_view symbol) { return peek().kind == SqlToken::Kind::symbol && peek().value == symbol && ++next_; }
  tl::unexpected<ApiError> unexpected() const {
    return bad_sql(peek().kind == SqlToken::Kind::end ? "it ends too early" : "unexpected '" + peek().value + "'");
  }
  Outcome<std::string> word() {
    if (peek().kind != SqlToken::Kind::word) return unexpected();
    return to_lower_ascii(tokens_[next_++].value);
  }
  Outcome<std::size_t> number() {
    std::size_t value = 0;
    const std::string& text = peek().value;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (peek().kind != SqlToken::Kind::number || error != std::errc() || end != text.data() + text.size()) return unexpected();
    ++next_;
    return value;
  }

  /// "contact", "contact c", "contact AS c".
  Outcome<Joined> table() {
    Joined joined;
    TRY(joined.table, word());
    joined.alias = joined.table;
    bool clause = is("JOIN") || is("INNER") || is("LEFT") || is("ON") || is("WHERE") || is("GROUP") || is("ORDER") || is("OFFSET");
    if (take("AS") || (peek().kind == SqlToken::Kind::word && !clause)) {
      TRY(joined.alias, word());
    }
    return joined;
  }

  /// The place among the tables of "c.name", and its column. Without an alias it is of the first.
  Outcome<std::pair<std::size_t, std::string>> column(const std::string& name) const {
    std::size_t dot = name.find('.');
    if (dot == std::string::npos) return std::pair<std::size_t, std::string>(0, name);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (tables_[i].alias == name.substr(0, dot)) return std::pair(i, name.substr(dot + 1));
    }
    return bad_sql("no table is called '" + name.substr(0, dot) + "'");
  }

  Outcome<void> from() {
    if (!take("FROM")) return unexpected();
    TRY(Joined first, table());
    tables_.push_back(std::move(first));
    while (is("JOIN") || is("INNER") || is("LEFT")) {
      bool outer = take("LEFT");
      if (outer) take("OUTER");
      take("INNER");
      if (!take("JOIN")) return unexpected();
      TRY(Joined next, table());
      next.kind = outer ? "outer" : "inner";
      tables_.push_back(next);
      if (!take("ON")) return unexpected();
      TRY(std::string left, word());
      if (!take_symbol("=")) return unexpected();
      TRY(std::string right, word());
      TRY(auto a, column(left));
      TRY(auto b, column(right));
      std::size_t own = tables_.size() - 1;
      if ((a.first == own) == (b.first == own)) return bad_sql("a join compares the new table with one before it");
      if (a.first == own) std::swap(a, b);
      tables_[own].parent = a.first;
      tables_[own].to = a.second;
      tables_[own].from = b.second;
    }
    return {};
  }

  Outcome<void> select_list() {
    static constexpr std::string_view kAggregates[] = {"count", "sum", "avg", "min", "max"};
    do {
      if (take_symbol("*")) return bad_sql("SELECT * is not supported");
      Item item;
      TRY(item.name, word());
      if (take_symbol("(")) {
        item.aggregate = item.name;
        if (std::find(std::begin(kAggregates), std::end(kAggregates), item.aggregate) == std::end(kAggregates)) return bad_sql("the function " + item.name);
        bool all = item.aggregate == "count" && take_symbol("*");
        if (!all && item.aggregate == "count") item.aggregate = "countcolumn";
        item.name = all ? "" : item.name;
        if (!all) {
          TRY(item.name, word());
        }
        if (!take_symbol(")")) return unexpected();
        aggregates_ = true;
        item.alias = fmt::format("column{}", items_.size() + 1);
      }
      if (take("AS")) {
        TRY(item.alias, word());
      }
      items_.push_back(std::move(item));
    } while (take_symbol(","));
    return is("FROM") ? Outcome<void>{} : unexpected();
  }

  /// The attribute that an item becomes, where its table is.
  Outcome<void> put(const Item& item) {
    if (item.name.empty()) {  // COUNT(*): of the key
      tables_[0].inside +=
          fmt::format("<attribute name=\"{}\" aggregate=\"count\" alias=\"{}\"/>", xml_escape(key_of(tables_[0].table)), xml_escape(item.alias));
      return {};
    }
    TRY(auto found, column(item.name));
    bool grouped = std::any_of(groups_.begin(), groups_.end(), [&](const auto& group) { return group == found; });
    std::string alias = item.alias.empty() && (found.first > 0 || grouped) ? found.second : item.alias;
    std::string more = item.aggregate.empty() ? "" : fmt::format(" aggregate=\"{}\"", item.aggregate);
    if (grouped && item.aggregate.empty()) more = " groupby=\"true\"";
    if (more.empty() && (aggregates_ || !groups_.empty())) return bad_sql("'" + item.name + "' is neither grouped nor aggregated");
    if (!alias.empty()) more += fmt::format(" alias=\"{}\"", xml_escape(alias));
    tables_[found.first].inside += fmt::format("<attribute name=\"{}\"{}/>", xml_escape(found.second), more);
    return {};
  }

  static std::string key_of(const std::string& table) {
    bool activity = table == "email" || table == "task" || table == "phonecall" || table == "appointment";
    return activity ? "activityid" : table + "id";
  }

  std::string links(std::size_t parent) const {
    std::string text;
    for (std::size_t i = 1; i < tables_.size(); ++i) {
      const Joined& each = tables_[i];
      if (each.parent != parent) continue;
      text += fmt::format("<link-entity name=\"{}\" from=\"{}\" to=\"{}\" link-type=\"{}\" alias=\"{}\">{}{}</link-entity>", xml_escape(each.table),
                          xml_escape(each.from), xml_escape(each.to), each.kind, xml_escape(each.alias), each.inside, links(i));
    }
    return text;
  }

  Outcome<std::string> any_of(int depth) {
    if (depth > 30) return bad_sql("nested too deeply");
    TRY(std::string text, all_of(depth));
    if (!is("OR")) return text;
    while (take("OR")) {
      TRY(std::string next, all_of(depth));
      text += next;
    }
    return "<filter type=\"or\">" + text + "</filter>";
  }
  Outcome<std::string> all_of(int depth) {
    TRY(std::string text, one(depth));
    if (!is("AND")) return text;
    while (take("AND")) {
      TRY(std::string next, one(depth));
      text += next;
    }
    return "<filter>" + text + "</filter>";
  }
  Outcome<std::string> one(int depth) {
    if (take_symbol("(")) {
      TRY(std::string text, any_of(depth + 1));
      if (!take_symbol(")")) return unexpected();
      return text;
    }
    TRY(std::string name, word());
    TRY(auto found, column(name));
    std::string start = "<condition attribute=\"" + xml_escape(found.second) + "\"";
    if (found.first > 0) start += " entityname=\"" + xml_escape(tables_[found.first].alias) + "\"";
    if (take("IS")) {
      bool negated = take("NOT");
      if (!take("NULL")) return unexpected();
      return fmt::format("{} operator=\"{}\"/>", start, negated ? "not-null" : "null");
    }
    bool negated = take("NOT");
    std::vector<std::string> values;
    std::string operation;
    if (take("LIKE")) {
      operation = negated ? "not-like" : "like";
      TRY_VOID(value(values));
    } else if (take("IN")) {
      operation = negated ? "not-in" : "in";
      if (!take_symbol("(")) return unexpected();
      do {
        TRY_VOID(value(values));
      } while (take_symbol(","));
      if (!take_symbol(")")) return unexpected();
    } else if (take("BETWEEN")) {
      operation = negated ? "not-between" : "between";
      TRY_VOID(value(values));
      if (!take("AND")) return unexpected();
      TRY_VOID(value(values));
    } else {
      static constexpr std::pair<std::string_view, std::string_view> kOperators[] = {{"=", "eq"},  {"<>", "ne"}, {"!=", "ne"}, {"<=", "le"},
                                                                                     {">=", "ge"}, {"<", "lt"},  {">", "gt"}};
      for (const auto& [symbol, own] : kOperators) {
        if (!negated && operation.empty() && take_symbol(symbol)) operation = own;
      }
      if (operation.empty()) return unexpected();
      TRY_VOID(value(values));
    }
    std::string inner;
    for (const std::string& each : values) inner += xml_tag("value", each);
    return fmt::format("{} operator=\"{}\">{}</condition>", start, operation, inner);
  }

  Outcome<void> value(std::vector<std::string>& values) {
    if (is("N") && tokens_[next_ + 1].kind == SqlToken::Kind::text) ++next_;  // N'…'
    if (peek().kind != SqlToken::Kind::text && peek().kind != SqlToken::Kind::number) return unexpected();
    values.push_back(tokens_[next_++].value);
    return {};
  }

  Outcome<void> group_by() {
    if (!take("BY")) return unexpected();
    do {
      TRY(std::string name, word());
      TRY(auto found, column(name));
      groups_.push_back(std::move(found));
    } while (take_symbol(","));
    return {};
  }

  Outcome<void> order_by() {
    if (!take("BY")) return unexpected();
    do {
      TRY(std::string name, word());
      for (const Item& item : items_) {
        if (item.alias == name && !item.name.empty()) name = item.name;
      }
      TRY(auto found, column(name));
      bool descending = take("DESC");
      if (!descending) take("ASC");
      if (!aggregates_ && groups_.empty())
        tables_[found.first].inside += fmt::format("<order attribute=\"{}\" descending=\"{}\"/>", xml_escape(found.second), descending);
    } while (take_symbol(","));
    return {};
  }

  /// "20 ROWS FETCH NEXT 10 ROWS ONLY": whole pages alone.
  Outcome<std::string> page_of() {
    TRY(std::size_t offset, number());
    if (!(take("ROWS") || take("ROW")) || !take("FETCH") || !(take("NEXT") || take("FIRST"))) return unexpected();
    TRY(std::size_t rows, number());
    if (!(take("ROWS") || take("ROW")) || !take("ONLY")) return unexpected();
    if (rows == 0 || offset % rows != 0)
      return refuse(501, code::kNotImplemented, "An OFFSET that is no whole number of pages is not implemented in this stand-in.");
    return fmt::format(" count=\"{}\" page=\"{}\"", rows, offset / rows + 1);
  }

  std::vector<SqlToken> tokens_;
  std::size_t next_ = 0;
  std::vector<Joined> tables_;
  std::vector<Item> items_;
  std::vector<std::pair<std::size_t, std::string>> groups_;
  bool aggregates_ = false;
};

}  // namespace

Outcome<std::string> fetch_of_sql(std::string_view sql) {
  TRY(std::vector<SqlToken> tokens, tokenize_sql(sql));
  return SqlReader(std::move(tokens)).fetch();
}

}  // namespace lockstep::emulators::dynamics365
