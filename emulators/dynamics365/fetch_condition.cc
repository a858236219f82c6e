#include "emulators/dynamics365/fetch_condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/filter_functions.h"

namespace lockstep::emulators::dynamics365 {
namespace {

tl::unexpected<ApiError> bad_condition(const XmlElement& condition) {
  return refuse(400, code::kInvalidArgument,
                fmt::format("The condition on '{}' with the operator '{}' is not valid.", condition.attribute("attribute"), condition.attribute("operator")));
}

/// FetchXML writes GUIDs with or without braces, and yes and no as 1 and 0.
std::optional<Value> fetch_value(const Column& column, std::string text) {
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  if (column.type == ColumnType::boolean && (text == "1" || text == "0")) text = text == "1" ? "true" : "false";
  return typed_text(column, text);
}

std::vector<std::string> values_of(const XmlElement& condition) {
  if (condition.has("value")) return {std::string(condition.attribute("value"))};
  std::vector<std::string> values;
  for (const XmlElement& child : condition.children) {
    if (child.name == "value") values.emplace_back(trim(child.text));
  }
  return values;
}

Filter negated(Filter inner, bool wanted) {
  if (!wanted) return inner;
  Filter filter;
  filter.kind = Filter::Kind::negation;
  filter.parts.push_back(std::move(inner));
  return filter;
}

/// 'a%', '%a', '%a%'.
Filter like(const Column& column, std::string_view pattern) {
  bool open_start = pattern.starts_with('%'), open_end = pattern.size() > 1 && pattern.ends_with('%');
  std::string_view plain = pattern.substr(open_start ? 1 : 0);
  if (open_end) plain.remove_suffix(1);
  Filter filter;
  filter.column = &column;
  filter.value = Value(std::string(has_wildcards(plain) ? pattern : plain));
  filter.kind = has_wildcards(plain) ? Filter::Kind::like
                : open_start         ? (open_end ? Filter::Kind::contains : Filter::Kind::ends_with)
                                     : (open_end ? Filter::Kind::starts_with : Filter::Kind::equal);
  return filter;
}

/// "last-x-days" to "LastXDays"; the few that are spelled otherwise are listed.
std::string function_name(std::string_view operation) {
  static constexpr std::pair<std::string_view, std::string_view> kOwn[] = {
      {"eq-userid", "EqualUserId"}, {"ne-userid", "NotEqualUserId"}, {"last-seven-days", "Last7Days"}, {"next-seven-days", "Next7Days"}, {"ne-on", "NotOn"}};
  for (const auto& [spelling, name] : kOwn) {
    if (operation == spelling) return std::string(name);
  }
  std::string name;
  for (std::string_view word : split(operation, '-')) {
    if (word == "olderthan") {
      name += "OlderThan";
    } else if (!word.empty()) {
      name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(word.front()))));
      name += word.substr(1);
    }
  }
  return name;
}

std::optional<Filter::Kind> kind_of(std::string_view operation) {
  static constexpr std::pair<std::string_view, Filter::Kind> kOperators[] = {
      {"eq", Filter::Kind::equal},    {"ne", Filter::Kind::unequal}, {"neq", Filter::Kind::unequal}, {"gt", Filter::Kind::greater},
      {"ge", Filter::Kind::at_least}, {"lt", Filter::Kind::less},    {"le", Filter::Kind::at_most}};
  for (const auto& [spelling, kind] : kOperators) {
    if (operation == spelling) return kind;
  }
  return std::nullopt;
}

/// A condition on one column, compared with what the condition says.
Outcome<Filter> column_condition(const FilterScope& scope, const Column* column, const XmlElement& condition) {
  std::string_view operation = condition.attribute("operator");
  std::vector<std::string> values = values_of(condition);
  if (operation == "null" || operation == "not-null") {
    Filter filter;
    filter.kind = operation == "null" ? Filter::Kind::equal : Filter::Kind::unequal;
    filter.column = column;
    return filter;
  }
  if (auto kind = kind_of(operation)) {
    std::optional<Value> value = values.size() == 1 ? fetch_value(*column, values.front()) : std::nullopt;
    if (!value) return bad_condition(condition);
    Filter filter;
    filter.kind = *kind;
    filter.column = column;
    filter.value = std::move(*value);
    return filter;
  }
  bool text = column->type == ColumnType::text || column->type == ColumnType::memo;
  bool negates = operation.starts_with("not-");
  std::string_view positive = negates ? operation.substr(4) : operation;
  if (text && values.size() == 1 && (positive == "like" || positive.starts_with("begin") || positive.starts_with("end"))) {
    std::string pattern = positive == "like" ? values.front() : positive.starts_with("begin") ? values.front() + "%" : "%" + values.front();
    return negated(like(*column, pattern), negates);
  }
  for (std::string& each : values) {
    if (auto value = fetch_value(*column, each); value && std::holds_alternative<std::string>(*value)) each = std::get<std::string>(*value);
  }
  return query_function(scope, function_name(operation), *column, values);
}

/// The table of that name, and its number.
Outcome<std::size_t> table_named(const FetchTables& tables, std::string_view name) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (tables[i].first == name) return i;
  }
  return refuse(400, code::kInvalidArgument, fmt::format("The fetch joins no entity '{}'.", name));
}

void mark_joined(Filter& filter, std::size_t table) {
  filter.joined = table;
  for (Filter& part : filter.parts) mark_joined(part, table);
}

Outcome<Filter> fetch_condition(const FilterScope& scope, const FetchTables& tables, std::size_t own, const XmlElement& condition) {
  if (condition.has("entityname")) {
    TRY(own, table_named(tables, condition.attribute("entityname")));
  }
  TRY(const Column* column, fetch_column(*tables[own].second, condition.attribute("attribute")));
  if (!condition.has("valueof")) {
    TRY(Filter filter, column_condition(scope, column, condition));
    mark_joined(filter, own);
    return filter;
  }
  std::string_view valueof = condition.attribute("valueof");
  std::size_t dot = valueof.find('.');
  std::size_t other = own;
  if (dot != std::string_view::npos) {
    TRY(other, table_named(tables, valueof.substr(0, dot)));
  }
  TRY(const Column* compared, fetch_column(*tables[other].second, valueof.substr(dot == std::string_view::npos ? 0 : dot + 1)));
  auto kind = kind_of(condition.attribute("operator"));
  if (!kind || compared->type != column->type) return bad_condition(condition);
  Filter filter;
  filter.kind = *kind;
  filter.column = column;
  filter.joined = own;
  filter.other = compared;
  filter.other_joined = other;
  return filter;
}

/// A link within a filter asks of the rows of another table: whether any of them fits, or not any. The platform's "all" and "not all"
/// are not what they say: there are such rows and none fits, and some row fits.
Outcome<Filter> related_rows(const FilterScope& scope, const TableSpec& above, const XmlElement& link) {
  const TableSpec* table = scope.metadata.by_name(link.attribute("name"));
  if (!table) return refuse(400, "0x80041102", fmt::format("The entity with a name = '{}' was not found.", link.attribute("name")));
  TRY(const Column* from, fetch_column(*table, link.attribute("from")));
  TRY(const Column* to, fetch_column(above, link.attribute("to")));
  bool down = from->type == ColumnType::lookup && to->source == Source::key;
  if (!down && !(to->type == ColumnType::lookup && from->source == Source::key))
    return refuse(501, code::kNotImplemented, "A link within a filter follows a lookup in this stand-in.");
  Filter inner;  // an empty one holds nobody off
  for (const XmlElement& child : link.children) {
    if (child.name != "filter")
      return refuse(501, code::kNotImplemented, fmt::format("'<{}>' of a link within a filter is not implemented in this stand-in.", child.name));
    TRY(Filter part, fetch_filter(scope, {{table->name, table}}, 0, child));
    if (crosses_tables(part, 0)) return refuse(501, code::kNotImplemented, "Conditions of a link within a filter do not compare columns in this stand-in.");
    inner.parts.push_back(std::move(part));
  }
  auto some = [&](const Filter& fitting) {
    Filter filter;
    filter.kind = down ? Filter::Kind::any_related : Filter::Kind::related;
    filter.column = down ? from : to;
    filter.from = table;
    filter.parts.push_back(fitting);
    return filter;
  };
  std::string_view kind = link.attribute("link-type");
  if (kind == "any" || kind == "not all") return some(inner);
  if (kind == "not any") return negated(some(inner), true);
  if (kind != "all") return refuse(400, code::kInvalidArgument, fmt::format("The link type '{}' is not valid within a filter.", kind));
  Filter there_and_none;
  there_and_none.parts.push_back(some(Filter{}));
  there_and_none.parts.push_back(negated(some(inner), true));
  return there_and_none;
}

}  // namespace

Outcome<const Column*> fetch_column(const TableSpec& table, std::string_view logical_name) {
  const Column* column = table.logical(logical_name);
  if (column) return column;
  return refuse(400, "0x80041103", fmt::format("'{}' entity doesn't contain attribute with Name = '{}'.", table.name, logical_name));
}

Outcome<Filter> fetch_filter(const FilterScope& scope, const FetchTables& tables, std::size_t own, const XmlElement& element) {
  Filter filter;
  filter.kind = element.attribute("type") == "or" ? Filter::Kind::any_of : Filter::Kind::all_of;
  for (const XmlElement& child : element.children) {
    if (child.name == "condition") {
      TRY(Filter part, fetch_condition(scope, tables, own, child));
      filter.parts.push_back(std::move(part));
    } else if (child.name == "filter") {
      TRY(Filter part, fetch_filter(scope, tables, own, child));
      filter.parts.push_back(std::move(part));
    } else if (child.name == "link-entity") {
      TRY(Filter part, related_rows(scope, *tables[own].second, child));
      mark_joined(part, own);
      filter.parts.push_back(std::move(part));
    } else {
      return refuse(501, code::kNotImplemented, fmt::format("'<{}>' within a filter is not implemented in this stand-in.", child.name));
    }
  }
  if (filter.parts.empty()) filter.kind = Filter::Kind::all_of;  // an empty filter holds nobody off
  return filter;
}

bool crosses_tables(const Filter& filter, std::size_t own) {
  bool leaf = filter.column != nullptr;
  return (leaf && (filter.joined != own || filter.other)) ||
         std::any_of(filter.parts.begin(), filter.parts.end(), [&](const Filter& part) { return crosses_tables(part, own); });
}

}  // namespace lockstep::emulators::dynamics365
