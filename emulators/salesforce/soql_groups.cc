// GROUP BY with its subtotals, and aggregates.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/salesforce/soql_dates.h"
#include "emulators/salesforce/soql_parser.h"

namespace lockstep::emulators::salesforce {
namespace {

const std::pair<std::string_view, Function> kFunctions[] = {
    {"count", Function::count},       {"count_distinct", Function::count_distinct},
    {"min", Function::min},           {"max", Function::max},
    {"sum", Function::sum},           {"avg", Function::avg},
    {"grouping", Function::grouping},
};

bool is_number(FieldType type) { return type == FieldType::integer || type == FieldType::real || type == FieldType::currency; }

}  // namespace

Outcome<Aggregate> SoqlParser::aggregate_of(const Query& query, const Token& name) {
  auto known = std::find_if(std::begin(kFunctions), std::end(kFunctions), [&](const auto& entry) { return equal_no_case(entry.first, name.value); });
  if (known == std::end(kFunctions)) return error("MALFORMED_QUERY", name, fmt::format("unknown function '{}'", name.value));
  if (peek().kind != Token::Kind::word) return unexpected_token();
  const Token& of = take();
  auto path = this->path(query, of);
  if (!path) return tl::unexpected(path.error());
  bool adds = known->second == Function::sum || known->second == Function::avg;
  bool fits = path->field->filterable && path->field->type != FieldType::address && (!adds || is_number(path->field->type));
  if (!fits) return error("INVALID_FIELD", of, fmt::format("field {} does not support aggregate operator {}", path->field->name, name.value));
  if (!take_symbol(")")) return unexpected_token();
  return Aggregate{known->second, std::move(*path), ""};
}

Outcome<void> SoqlParser::check_group_field(const Query& query, const Token& name, const FieldPath& path) const {
  for (const FieldPath& group : query.group) {
    if (group.same(path)) return {};
  }
  return error("MALFORMED_QUERY", name, "Field must be grouped or aggregated: " + name.value);
}

Outcome<std::size_t> SoqlParser::aggregate_place(Query& query, const Token& name) {
  if (!take_symbol("(")) return unexpected_token();
  auto wanted = aggregate_of(query, name);
  if (!wanted) return tl::unexpected(wanted.error());
  auto known = std::find_if(query.aggregates.begin(), query.aggregates.end(),
                            [&](const Aggregate& each) { return each.function == wanted->function && each.path.same(wanted->path); });
  std::size_t place = static_cast<std::size_t>(known - query.aggregates.begin());
  if (known == query.aggregates.end()) query.aggregates.push_back(std::move(*wanted));
  return place;
}

Outcome<void> SoqlParser::group_by(Query& query) {
  if (!take_word("BY")) return unexpected_token();
  if (take_word("ROLLUP")) query.subtotals = Query::Subtotals::rollup;
  else if (take_word("CUBE")) query.subtotals = Query::Subtotals::cube;
  bool subtotals = query.subtotals != Query::Subtotals::none;
  if (subtotals && !take_symbol("(")) return unexpected_token();
  do {
    if (peek().kind != Token::Kind::word) return unexpected_token();
    const Token& name = take();
    const Field* part = is_symbol("(") ? date_function(name.value) : nullptr;
    if (part) take();
    auto path = part ? part_of_date(query, *part) : this->path(query, name);
    if (!path) return tl::unexpected(path.error());
    if (!path->field->filterable || path->field->type == FieldType::address)
      return error("INVALID_FIELD", name, fmt::format("field '{}' can not be grouped in a query call", path->field->name));
    query.group.push_back(std::move(*path));
  } while (take_symbol(","));
  constexpr std::size_t kMostSubtotalled = 3;
  if (subtotals && (query.group.size() > kMostSubtotalled || !take_symbol(")"))) return unexpected_token();
  return {};
}

Outcome<void> SoqlParser::check_grouped(const Query& query, const Token& at) const {
  bool grouped_by_date = std::any_of(query.select.begin(), query.select.end(), [](const FieldPath& path) { return path.date != nullptr; });
  if (query.aggregates.empty() && query.group.empty() && !grouped_by_date) return {};
  if (!query.children.empty() || !query.type_ofs.empty()) return error("MALFORMED_QUERY", at, "aggregates stand with no child query");
  for (const FieldPath& path : query.select) {
    bool grouped = std::any_of(query.group.begin(), query.group.end(), [&](const FieldPath& group) { return group.same(path); });
    if (!grouped) return error("MALFORMED_QUERY", at, "Field must be grouped or aggregated: " + path.field->name);
  }
  for (const Aggregate& aggregate : query.aggregates) {
    if (aggregate.function != Function::grouping) continue;
    bool grouped = query.subtotals != Query::Subtotals::none &&
                   std::any_of(query.group.begin(), query.group.end(), [&](const FieldPath& group) { return group.same(aggregate.path); });
    if (!grouped) return error("MALFORMED_QUERY", at, "GROUPING is for a field of GROUP BY ROLLUP or CUBE: " + aggregate.path.field->name);
  }
  return {};
}

}  // namespace lockstep::emulators::salesforce
