#include "emulators/dynamics365/aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "emulators/dynamics365/query.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

tl::unexpected<ApiError> bad_apply(std::string_view at) { return refuse(400, code::kBadRequestUrl, fmt::format("Syntax error in $apply at '{}'.", at)); }

/// The text between "word(" and the closing parenthesis, or nothing.
std::optional<std::string_view> within(std::string_view text, std::string_view word) {
  if (!text.starts_with(word) || text.size() < word.size() + 2 || text[word.size()] != '(' || text.back() != ')') return std::nullopt;
  return text.substr(word.size() + 1, text.size() - word.size() - 2);
}

Outcome<Aggregate> parse_aggregate(const TableSpec& table, std::string_view text) {
  static constexpr std::pair<std::string_view, Aggregate::Kind> kMethods[] = {
      {"sum", Aggregate::Kind::sum},     {"average", Aggregate::Kind::average},        {"min", Aggregate::Kind::minimum},
      {"max", Aggregate::Kind::maximum}, {"countdistinct", Aggregate::Kind::distinct}, {"count", Aggregate::Kind::values}};
  std::vector<std::string_view> words;
  for (std::string_view word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  Aggregate aggregate;
  if (words.size() == 3 && words[0] == "$count" && words[1] == "as") {
    aggregate.alias = std::string(words[2]);
    return aggregate;
  }
  if (words.size() != 5 || words[1] != "with" || words[3] != "as") return bad_apply(text);
  aggregate.alias = std::string(words[4]);
  aggregate.column = table.column(words[0]);
  if (!aggregate.column) return tl::unexpected<ApiError>(property_missing(table.name, words[0]));
  for (const auto& [name, kind] : kMethods) {
    if (words[2] != name) continue;
    aggregate.kind = kind;
    TRY_VOID(check_aggregate(aggregate));
    return aggregate;
  }
  return bad_apply(text);
}

Outcome<std::vector<Aggregate>> parse_aggregates(const TableSpec& table, std::string_view text) {
  std::vector<Aggregate> aggregates;
  for (std::string_view part : split(text, ',')) {
    TRY(Aggregate aggregate, parse_aggregate(table, trim(part)));
    aggregates.push_back(std::move(aggregate));
  }
  return aggregates;
}

/// "name", or "primarycontactid/fullname", which is answered as "contact_fullname".
Outcome<Grouping> parse_grouping(const TableSpec& table, const FilterScope& scope, std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    const Column* column = table.column(text);
    if (!column) return tl::unexpected<ApiError>(property_missing(table.name, text));
    if (column->type == ColumnType::date_time) return refuse(400, code::kBadRequestUrl, "groupby with datetime values is not supported.");
    return Grouping{column, column->name};
  }
  const Navigation* navigation = table.navigation(text.substr(0, slash));
  if (!navigation) return tl::unexpected<ApiError>(property_missing(table.name, text.substr(0, slash)));
  const TableSpec& target = scope.metadata.require(navigation->targets.front());
  TRY(Grouping grouping, parse_grouping(target, scope, text.substr(slash + 1)));
  if (grouping.lookup) return bad_apply(text);
  grouping.alias = target.name + "_" + grouping.alias;
  grouping.lookup = navigation->column;
  grouping.target = &target;
  return grouping;
}

Outcome<Aggregation> parse_groups(const TableSpec& table, const FilterScope& scope, std::string_view text) {
  Aggregation aggregation;
  std::size_t close = text.find(')');
  if (!text.starts_with('(') || close == std::string_view::npos) return bad_apply(text);
  for (std::string_view name : split(text.substr(1, close - 1), ',')) {
    TRY(Grouping grouping, parse_grouping(table, scope, trim(name)));
    aggregation.groups.push_back(std::move(grouping));
  }
  std::string_view rest = trim(text.substr(close + 1));
  if (rest.empty()) return aggregation;
  if (!rest.starts_with(',')) return bad_apply(rest);
  auto inner = within(trim(rest.substr(1)), "aggregate");
  if (!inner) return bad_apply(rest);
  TRY(aggregation.aggregates, parse_aggregates(table, *inner));
  return aggregation;
}

/// What one aggregate has seen.
struct Tally {
  std::int64_t count = 0;
  std::int64_t sum = 0;
  Value least, most;
  std::map<std::string, bool> seen;

  void add(const Aggregate& aggregate, ValueView value) {
    if (aggregate.kind == Aggregate::Kind::rows) {
      ++count;
      return;
    }
    if (is_null(value)) return;
    ++count;
    if (const std::int64_t* number = std::get_if<std::int64_t>(&value)) sum += *number;
    if (is_null(view(least)) || compare_values(value, view(least)) < 0) least = own(value);
    if (is_null(view(most)) || compare_values(value, view(most)) > 0) most = own(value);
    if (aggregate.kind == Aggregate::Kind::distinct) {
      std::string text;
      append_json(text, *aggregate.column, value);
      seen[to_lower_ascii(text)] = true;
    }
  }

  /// Null: the number is a value of the column. Otherwise a plain one.
  std::optional<std::int64_t> counted(const Aggregate& aggregate) const {
    using Kind = Aggregate::Kind;
    if (aggregate.kind == Kind::rows || aggregate.kind == Kind::values) return count;
    if (aggregate.kind == Kind::distinct) return static_cast<std::int64_t>(seen.size());
    return std::nullopt;
  }

  Value value(const Aggregate& aggregate) const {
    using Kind = Aggregate::Kind;
    if (count == 0) return Value();
    if (aggregate.kind == Kind::sum) return Value(sum);
    if (aggregate.kind == Kind::average) return Value(sum / count);
    return aggregate.kind == Kind::minimum ? least : most;
  }
};

/// The members of one row.
class AggregateWriter {
 public:
  AggregateWriter(std::string& out, bool formatted) : out_(out), formatted_(formatted) {}

  void value(const std::string& alias, const Column& column, ValueView value) {
    if (formatted_ && !is_null(value)) text(alias, formatted_value(column, value));
    name(alias);
    append_json(out_, column, value);
  }
  void number(const std::string& alias, std::int64_t number) {
    if (formatted_) text(alias, std::to_string(number));
    name(alias);
    append_integer(out_, number);
  }

 private:
  void name(const std::string& name) {
    if (!std::exchange(first_, false)) out_.push_back(',');
    append_json_text(out_, name);
    out_.push_back(':');
  }
  void text(const std::string& alias, const std::string& text) {
    if (text.empty()) return;
    name(alias + "@OData.Community.Display.V1.FormattedValue");
    append_json_text(out_, text);
  }

  std::string& out_;
  bool formatted_;
  bool first_ = true;
};

struct Group {
  std::vector<Value> values;
  std::vector<Tally> tallies;
};

}  // namespace

Outcome<void> check_aggregate(const Aggregate& aggregate) {
  bool sums = aggregate.kind == Aggregate::Kind::sum || aggregate.kind == Aggregate::Kind::average;
  bool number = aggregate.column && (aggregate.column->type == ColumnType::money || aggregate.column->type == ColumnType::integer);
  if (!sums || number) return {};
  return refuse(400, code::kInvalidArgument, fmt::format("The property '{}' is no number that could be summed.", aggregate.column->name));
}

Outcome<Aggregation> parse_apply(const TableSpec& table, const FilterScope& scope, std::string_view text, std::optional<Filter>& filter) {
  std::vector<std::string_view> steps = split_outside(text, '/');
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    auto condition = within(steps[i], "filter");
    if (!condition) return bad_apply(steps[i]);
    TRY(Filter parsed, parse_filter(table, scope, *condition));
    Filter both;
    if (filter) both.parts.push_back(std::move(*filter));
    both.parts.push_back(std::move(parsed));
    filter = std::move(both);
  }
  if (auto groups = within(steps.back(), "groupby")) return parse_groups(table, scope, *groups);
  auto aggregates = within(steps.back(), "aggregate");
  if (!aggregates) return bad_apply(steps.back());
  Aggregation aggregation;
  TRY(aggregation.aggregates, parse_aggregates(table, *aggregates));
  return aggregation;
}

void append_aggregates(std::string& out, std::size_t rows, const GroupedValue& grouped_at, const AggregatedValue& value_at, const Aggregation& aggregation,
                       bool formatted) {
  std::map<std::string, Group> groups;  // by the values' text, without case
  if (aggregation.groups.empty()) groups[""].tallies.resize(aggregation.aggregates.size());
  for (std::size_t place = 0; place < rows; ++place) {
    std::string key;
    std::vector<Value> values;
    for (const Grouping& each : aggregation.groups) {
      ValueView value = grouped_at(place, each);
      append_json(key, *each.column, value);
      values.push_back(own(value));
    }
    Group& group = groups[to_lower_ascii(key)];
    if (group.values.empty() && !values.empty()) group = {std::move(values), std::vector<Tally>(aggregation.aggregates.size())};
    for (std::size_t i = 0; i < aggregation.aggregates.size(); ++i) {
      const Aggregate& each = aggregation.aggregates[i];
      group.tallies[i].add(each, each.column ? value_at(place, each) : ValueView());
    }
  }
  bool first_row = true;
  for (const auto& [key, group] : groups) {
    out += std::exchange(first_row, false) ? "{" : ",{";
    AggregateWriter writer(out, formatted);
    for (std::size_t i = 0; i < aggregation.groups.size(); ++i) {
      const Grouping& each = aggregation.groups[i];
      if (!is_null(view(group.values[i]))) writer.value(each.alias, *each.column, view(group.values[i]));
    }
    for (std::size_t i = 0; i < aggregation.aggregates.size(); ++i) {
      const Aggregate& each = aggregation.aggregates[i];
      if (auto number = group.tallies[i].counted(each)) writer.number(each.alias, *number);
      else writer.value(each.alias, *each.column, view(group.tallies[i].value(each)));
    }
    out.push_back('}');
  }
}

}  // namespace lockstep::emulators::dynamics365
