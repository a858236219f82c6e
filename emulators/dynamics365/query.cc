#include "emulators/dynamics365/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMaxTop = 5000;

/// Splits at `separator` outside parentheses.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != separator || depth > 0)) continue;
    parts.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  return parts;
}

void include(Selection& selection, const Column& column) {
  if (std::find(selection.columns.begin(), selection.columns.end(), &column) != selection.columns.end())
    return;
  selection.columns.push_back(&column);
}

Outcome<Expand> read_expand(const Metadata& metadata, const TableSpec& table, std::string_view text) {
  Expand expand;
  std::size_t open = text.find('(');
  expand.name = std::string(trim(text.substr(0, open)));
  std::string_view options;
  if (open != std::string_view::npos && text.ends_with(')'))
    options = text.substr(open + 1, text.size() - open - 2);
  if (!table.parties.empty() && expand.name == table.parties) {
    expand.target = &metadata.require("activityparty");
  } else if (const Navigation* navigation = table.navigation(expand.name)) {
    expand.lookup = navigation->column;
    expand.target = &metadata.require(navigation->targets.front());
  } else {
    return tl::unexpected<ApiError>(property_missing(table.name, expand.name));
  }
  expand.selection = all_columns(*expand.target);
  for (std::string_view option : split_outside(options, ';')) {
    if (option.empty()) continue;
    if (!option.starts_with("$select=")) {
      return refuse(501, code::kNotImplemented,
                    fmt::format("'{}' within $expand is not implemented in this stand-in.", option));
    }
    TRY(expand.selection, read_selection(*expand.target, option.substr(8)));
  }
  return expand;
}

Outcome<std::vector<Ordering>> read_order(const TableSpec& table, std::string_view text) {
  std::vector<Ordering> order;
  for (std::string_view part : split(text, ',')) {
    part = trim(part);
    std::size_t blank = part.find(' ');
    std::string_view direction = blank == std::string_view::npos ? "asc" : trim(part.substr(blank + 1));
    if (direction != "asc" && direction != "desc") {
      return refuse(400, code::kBadRequestUrl, fmt::format("Syntax error in $orderby at '{}'.", direction));
    }
    const Column* column = table.column(part.substr(0, blank));
    if (!column) return tl::unexpected<ApiError>(property_missing(table.name, part.substr(0, blank)));
    order.push_back({column, direction == "desc"});
  }
  return order;
}

Outcome<std::size_t> read_top(const std::string& text) {
  std::size_t top = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), top);
  if (error == std::errc() && end == text.data() + text.size() && top >= 1) return std::min(top, kMaxTop);
  return refuse(400, code::kBadRequestUrl,
                fmt::format("Invalid value '{}' for $top query option found.", text));
}

/// One option; anything without a leading '$' is a parameter such as `tag`, or unknown and passed over.
Outcome<void> read_option(const Metadata& metadata, const TableSpec& table, const std::string& name,
                          const std::string& value, QueryOptions& options) {
  if (name == "$select") {
    auto expands = std::move(options.selection.expands);
    TRY(options.selection, read_selection(table, value));
    options.selection.expands = std::move(expands);
  } else if (name == "$filter") {
    TRY(options.filter, parse_filter(table, metadata, value));
  } else if (name == "$orderby") {
    TRY(options.order, read_order(table, value));
  } else if (name == "$top") {
    TRY(options.top, read_top(value));
  } else if (name == "$count") {
    options.count = value == "true";
  } else if (name == "$expand") {
    for (std::string_view each : split_outside(value, ',')) {
      TRY(Expand expand, read_expand(metadata, table, each));
      options.selection.expands.push_back(std::move(expand));
    }
  } else if (name == "$skiptoken") {
    options.skip_token = value;
  } else if (name == "$deltatoken") {
    options.delta_token = value;
  } else if (name == "$skip") {
    return refuse(400, code::kBadRequestUrl, "Skip Clause is not supported in CRM");
  } else if (name == "$apply" || name == "fetchXml" || name == "savedQuery" || name == "userQuery") {
    return refuse(501, code::kNotImplemented, fmt::format("'{}' is not implemented in this stand-in.", name));
  } else if (name.starts_with('$')) {
    return refuse(400, code::kBadRequestUrl, fmt::format("The query parameter '{}' is not supported.", name));
  }
  return {};
}

}  // namespace

Selection all_columns(const TableSpec& table) {
  Selection selection;
  for (const Column& column : table.columns) selection.columns.push_back(&column);
  return selection;
}

Outcome<Selection> read_selection(const TableSpec& table, std::string_view select) {
  Selection selection;
  for (std::string_view name : split(select, ',')) {
    name = trim(name);
    if (name.empty()) continue;
    if (name == "*") return all_columns(table);
    const Column* column = table.column(name);
    if (!column) return tl::unexpected<ApiError>(property_missing(table.name, name));
    include(selection, *column);
    selection.text += (selection.text.empty() ? "" : ",") + std::string(name);
  }
  bool money = std::any_of(selection.columns.begin(), selection.columns.end(),
                           [](const Column* column) { return column->type == ColumnType::money; });
  include(selection, table.require(table.key));
  if (const Column* currency = table.column("_transactioncurrencyid_value"); money && currency) {
    include(selection, *currency);
  }
  return selection;
}

Outcome<QueryOptions> read_query(const Metadata& metadata, const TableSpec& table, const Call& call) {
  QueryOptions options;
  options.selection = all_columns(table);
  for (const auto& [name, value] : call.query) TRY_VOID(read_option(metadata, table, name, value, options));
  return options;
}

}  // namespace lockstep::emulators::dynamics365
