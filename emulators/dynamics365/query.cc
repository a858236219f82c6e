#include "emulators/dynamics365/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/dynamics365/unserved.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMaxTop = 5000;

constexpr int kMaxExpandDepth = 8;

void include(Selection& selection, const Column& column) {
  if (std::find(selection.columns.begin(), selection.columns.end(), &column) != selection.columns.end()) return;
  selection.columns.push_back(&column);
}

constexpr std::string_view kExpandClauses =
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.";

Outcome<void> read_option(const FilterScope& scope, const TableSpec& table, const std::string& name, const std::string& value, QueryOptions& options,
                          int depth);

Outcome<void> read_nested(const FilterScope& scope, std::string_view text, Expand& expand, int depth) {
  static constexpr std::string_view kNested[] = {"$select", "$filter", "$orderby", "$top", "$expand"};
  QueryOptions nested;
  nested.selection = all_columns(*expand.target);
  for (std::string_view option : split_outside(text, ';')) {
    if (option.empty()) continue;
    std::size_t equals = option.find('=');
    std::string name(trim(option.substr(0, equals)));
    bool known = std::find(std::begin(kNested), std::end(kNested), name) != std::end(kNested);
    if (!known || equals == std::string_view::npos) {
      return refuse(400, code::kBadRequestUrl, fmt::format("The query option '{}' is not supported within $expand.", option));
    }
    std::string value(trim(option.substr(equals + 1)));
    if (expand.lookup && name != "$select" && name != "$expand") return refuse(400, code::kBadRequestUrl, std::string(kExpandClauses));
    TRY_VOID(read_option(scope, *expand.target, name, value, nested, depth + 1));
    expand.options += (expand.options.empty() ? "" : "&") + name + "=" + percent_encode(value);
  }
  expand.selection = std::move(nested.selection);
  expand.filter = std::move(nested.filter);
  expand.order = std::move(nested.order);
  expand.top = nested.top;
  return {};
}

Outcome<Expand> read_expand(const FilterScope& scope, const TableSpec& table, std::string_view text, int depth) {
  if (depth > kMaxExpandDepth) return refuse(400, code::kBadRequestUrl, "$expand is nested too deeply.");
  Expand expand;
  std::size_t open = text.find('(');
  expand.name = std::string(trim(text.substr(0, open)));
  if (open != std::string_view::npos && !text.ends_with(')')) return refuse(400, code::kBadRequestUrl, fmt::format("Syntax error in $expand at '{}'.", text));
  constexpr std::string_view kReference = "/$ref";
  std::string_view name = expand.name;
  expand.reference = name.ends_with(kReference);
  if (expand.reference) name.remove_suffix(kReference.size());
  expand.collection = table.collection(name);
  if (expand.collection && expand.reference) return refuse(400, code::kBadRequestUrl, "Expand with $ref is only supported on lookup type navigation property.");
  if (expand.collection) {
    expand.target = expand.collection->from;
  } else if (const Navigation* navigation = table.navigation(name)) {
    expand.lookup = navigation->column;
    expand.target = &scope.metadata.require(navigation->targets.front());
  } else {
    return tl::unexpected<ApiError>(is_unserved(expand.name) ? segment_missing(expand.name) : property_missing(table.name, expand.name));
  }
  std::string_view options = open == std::string_view::npos ? "" : text.substr(open + 1, text.size() - open - 2);
  TRY_VOID(read_nested(scope, options, expand, depth));
  return expand;
}

Outcome<std::vector<Ordering>> read_order(const FilterScope& scope, const TableSpec& table, std::string_view text) {
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
    Ordering& each = order.emplace_back(column, direction == "desc");
    for (const std::string& target : column->targets) each.targets.push_back(&scope.metadata.require(target));
  }
  return order;
}

/// `cut`: of more than can be asked for come as many as there may be.
Outcome<std::size_t> read_top(const std::string& text, bool cut) {
  std::size_t top = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), top);
  if (error == std::errc() && end == text.data() + text.size() && top >= 1 && (cut || top <= kMaxTop)) return std::min(top, kMaxTop);
  return refuse(400, code::kBadRequestUrl, fmt::format("Invalid value '{}' for $top query option found.", text));
}

/// The FetchXML of a view. Personal views are not kept here.
Outcome<std::string> saved_fetch(const FilterScope& scope, const TableSpec& table, const std::string& id) {
  const TableSpec& views = scope.metadata.require("savedquery");
  RowNumber row = views.rows->find(to_lower_ascii(id));
  if (row == kNoRow) return tl::unexpected<ApiError>(row_missing("savedquery", id));
  if (text_of(views.rows->get(row, views.require("returnedtypecode").field)) != table.name)
    return refuse(400, code::kInvalidArgument, fmt::format("The view '{}' does not show rows of '{}'.", id, table.name));
  return std::string(text_of(views.rows->get(row, views.require("fetchxml").field)));
}

/// One option; anything without a leading '$' is a parameter such as `tag`, or unknown and passed over.
Outcome<void> read_option(const FilterScope& scope, const TableSpec& table, const std::string& name, const std::string& value, QueryOptions& options,
                          int depth) {
  if (name == "$select") {
    auto expands = std::move(options.selection.expands);
    TRY(options.selection, read_selection(table, value, scope.metadata.quirks()));
    options.selection.expands = std::move(expands);
  } else if (name == "$filter") {
    TRY(options.filter, parse_filter(table, scope, value));
  } else if (name == "$orderby") {
    TRY(options.order, read_order(scope, table, value));
  } else if (name == "$top") {
    TRY(options.top, read_top(value, scope.metadata.quirks().larger_tops_cut));
  } else if (name == "$count") {
    if (value != "true" && value != "false") return refuse(400, code::kBadRequestUrl, fmt::format("Invalid value '{}' for $count query option found.", value));
    options.count = value == "true";
  } else if (name == "$expand") {
    for (std::string_view each : split_outside(value, ',')) {
      TRY(Expand expand, read_expand(scope, table, each, depth));
      options.selection.expands.push_back(std::move(expand));
    }
  } else if (name == "$skiptoken") {
    options.skip_token = value;
  } else if (name == "$deltatoken") {
    options.delta_token = value;
  } else if (name == "$skip") {
    return refuse(400, code::kBadRequestUrl, "Skip Clause is not supported in CRM");
  } else if (name == "$apply") {
    TRY(options.apply, parse_apply(table, scope, value, options.filter));
  } else if (name == "fetchXml") {
    options.fetch_xml = value;
  } else if (name == "savedQuery" || name == "userQuery") {
    TRY(options.fetch_xml, saved_fetch(scope, table, value));
  } else if (name.starts_with('$')) {
    return refuse(400, code::kBadRequestUrl, fmt::format("The query parameter '{}' is not supported.", name));
  }
  return {};
}

/// `value` with what its parameter aliases stand for: "@p1 eq @p2" with "@p1=name" and "@p2='x'" among the query's pairs. One that is not given is null.
std::string with_aliases(std::string_view value, const QueryPairs& query) {
  std::string text;
  bool quoted = false;
  while (!value.empty()) {
    if (value.front() == '\'') quoted = !quoted;
    std::size_t length = quoted || value.front() != '@' ? 1 : std::min(value.find_first_of(" ,();]"), value.size());
    std::string_view piece = value.substr(0, length);
    value.remove_prefix(length);
    if (length == 1) {
      text += piece;
      continue;
    }
    auto given = std::find_if(query.begin(), query.end(), [&](const auto& pair) { return pair.first == piece; });
    text += given == query.end() ? "null" : given->second;
  }
  return text;
}

/// Whether $orderby or $top is said of an expanded collection, at any depth.
bool sorts_or_cuts(const Expand& expand) {
  return !expand.order.empty() || expand.top || std::any_of(expand.selection.expands.begin(), expand.selection.expands.end(), sorts_or_cuts);
}

bool takes_aliases(std::string_view option) { return option == "$filter" || option == "$orderby"; }

}  // namespace

std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  int depth = 0;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\'') quoted = !quoted;
    if (i < text.size() && !quoted && text[i] == '(') ++depth;
    if (i < text.size() && !quoted && text[i] == ')') --depth;
    if (i < text.size() && (quoted || text[i] != separator || depth > 0)) continue;
    parts.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  return parts;
}

Selection all_columns(const TableSpec& table) {
  Selection selection;
  for (const Column& column : table.columns) {
    if (!column.write_only && !column.image) selection.columns.push_back(&column);
  }
  return selection;
}

Outcome<Selection> read_selection(const TableSpec& table, std::string_view select, const Quirks& quirks) {
  Selection selection;
  for (std::string_view name : split(select, ',')) {
    name = trim(name);
    if (name.empty()) continue;
    if (name == "*") return all_columns(table);
    const Column* column = table.column(name);
    const Navigation* navigation = column || !quirks.selected_navigation ? nullptr : table.navigation(name);
    if (navigation) column = navigation->column;
    if (!column || column->write_only) return tl::unexpected<ApiError>(property_missing(table.name, name));
    include(selection, *column);
    selection.text += (selection.text.empty() ? "" : ",") + std::string(name);
  }
  bool money = std::any_of(selection.columns.begin(), selection.columns.end(),
                           [](const Column* column) { return column->type == ColumnType::money && column->number_type.empty(); });
  if (const Column* address = table.column("address1_composite")) {  // comes with any of its parts
    bool part = std::any_of(selection.columns.begin(), selection.columns.end(), [](const Column* column) { return column->name.starts_with("address1_"); });
    if (part) include(selection, *address);
  }
  include(selection, table.require(table.key));
  if (const Column* principal = table.column("ownerid")) include(selection, *principal);  // the key of users and teams as what they are, too
  if (const Column* currency = table.column("_transactioncurrencyid_value"); money && currency) {
    include(selection, *currency);
  }
  return selection;
}

Outcome<QueryOptions> read_query(const FilterScope& scope, const TableSpec& table, const QueryPairs& query) {
  QueryOptions options;
  options.selection = all_columns(table);
  for (const auto& [name, value] : query) TRY_VOID(read_option(scope, table, name, takes_aliases(name) ? with_aliases(value, query) : value, options, 0));
  bool nested =
      std::any_of(options.selection.expands.begin(), options.selection.expands.end(), [](const Expand& each) { return !each.selection.expands.empty(); });
  for (const Expand& each : options.selection.expands) {
    if (nested && sorts_or_cuts(each)) return refuse(400, code::kBadRequestUrl, std::string(kExpandClauses));
    if (!each.reference || options.selection.text.empty()) continue;
    include(options.selection, *each.lookup);
    options.selection.text += "," + each.name.substr(0, each.name.find('/'));
  }
  return options;
}

}  // namespace lockstep::emulators::dynamics365
