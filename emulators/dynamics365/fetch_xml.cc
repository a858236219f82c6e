#include "emulators/dynamics365/fetch_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "emulators/dynamics365/fetch_condition.h"
#include "emulators/dynamics365/listing.h"
#include "emulators/dynamics365/preferences.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

tl::unexpected<ApiError> bad_fetch(std::string message) { return refuse(400, code::kInvalidArgument, std::move(message)); }

bool flag(const XmlElement& element, std::string_view name) { return element.attribute(name) == "true" || element.attribute(name) == "1"; }

Outcome<std::size_t> whole(const XmlElement& element, std::string_view name, std::size_t otherwise) {
  if (!element.has(name)) return otherwise;
  std::string_view text = element.attribute(name);
  std::size_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0 && number <= 1'000'000) return number;
  return bad_fetch(fmt::format("The value '{}' of '{}' is not valid in a fetch.", text, name));
}

Outcome<Aggregate> aggregate_of(const XmlElement& element, const Column* column) {
  static constexpr std::pair<std::string_view, Aggregate::Kind> kKinds[] = {{"count", Aggregate::Kind::rows},  {"countcolumn", Aggregate::Kind::values},
                                                                            {"sum", Aggregate::Kind::sum},     {"avg", Aggregate::Kind::average},
                                                                            {"min", Aggregate::Kind::minimum}, {"max", Aggregate::Kind::maximum}};
  Aggregate aggregate{Aggregate::Kind::rows, column, std::string(element.attribute("alias"))};
  for (const auto& [name, kind] : kKinds) {
    if (element.attribute("aggregate") != name) continue;
    aggregate.kind = kind == Aggregate::Kind::values && flag(element, "distinct") ? Aggregate::Kind::distinct : kind;
    TRY_VOID(check_aggregate(aggregate));
    return aggregate;
  }
  return bad_fetch(fmt::format("'{}' is not an aggregate.", element.attribute("aggregate")));
}

/// The last of the joined tables that a filter looks at.
std::size_t last_joined(const Filter& filter) {
  std::size_t last = filter.column ? std::max(filter.joined, filter.other ? filter.other_joined : 0) : 0;
  for (const Filter& part : filter.parts) last = std::max(last, last_joined(part));
  return last;
}

class FetchParser {
 public:
  explicit FetchParser(const FilterScope& scope) : scope_(scope) {}

  Outcome<Fetch> parse(const TableSpec& table, const XmlElement& root) {
    if (root.children.size() != 1 || root.children.front().name != "entity") return bad_fetch("A fetch holds one <entity>.");
    const XmlElement& entity = root.children.front();
    if (entity.attribute("name") != table.name)
      return bad_fetch(fmt::format("The fetch is of '{}', the request of '{}'.", entity.attribute("name"), table.name));
    fetch_.table = &table;
    if (root.attribute("datasource") == "bin") fetch_.binned_since = scope_.now - kBinLife;
    if (flag(root, "aggregate")) fetch_.aggregation.emplace();
    fetch_.distinct = flag(root, "distinct");
    fetch_.total = flag(root, "returntotalrecordcount");
    TRY(fetch_.page, whole(root, "page", 1));
    TRY(fetch_.count, whole(root, "count", 0));
    if (root.has("top")) {
      TRY(fetch_.top, whole(root, "top", 1));
    }
    if (root.has("paging-cookie")) {
      auto cookie = parse_xml(root.attribute("paging-cookie"));
      if (!cookie || cookie->name != "cookie") return bad_fetch("Malformed XML in the Paging Cookie");
    }
    TRY_VOID(read_table(entity, table, 0, fetch_.columns));
    TRY_VOID(read_filters());
    if (fetch_.columns.empty() && !fetch_.aggregation) {
      for (const Column& column : table.columns) fetch_.columns.push_back({&column, ""});
    }
    return std::move(fetch_);
  }

 private:
  Outcome<void> read_table(const XmlElement& element, const TableSpec& table, std::size_t index, std::vector<FetchColumn>& columns) {
    for (const XmlElement& child : element.children) {
      if (child.name == "attribute") {
        TRY_VOID(read_attribute(child, table, index, columns));
      } else if (child.name == "all-attributes") {
        for (const Column& column : table.columns) columns.push_back({&column, ""});
      } else if (child.name == "filter") {
        filters_.emplace_back(index, &child);  // read when all tables are known that they may name
      } else if (child.name == "order") {
        TRY_VOID(read_order(child, table, index));
      } else if (child.name == "link-entity") {
        TRY_VOID(read_link(child, table, index));
      } else {
        return refuse(501, code::kNotImplemented, fmt::format("'<{}>' of FetchXML is not implemented in this stand-in.", child.name));
      }
    }
    return {};
  }

  Outcome<void> read_attribute(const XmlElement& element, const TableSpec& table, std::size_t index, std::vector<FetchColumn>& columns) {
    TRY(const Column* column, fetch_column(table, element.attribute("name")));
    std::string alias(element.attribute("alias"));
    if (!fetch_.aggregation) {
      columns.push_back({column, std::move(alias)});
      return {};
    }
    if (alias.empty()) return bad_fetch("An attribute of an aggregating fetch needs an alias.");
    if (flag(element, "groupby")) {
      fetch_.aggregation->groups.push_back({column, std::move(alias), index});
      return {};
    }
    TRY(Aggregate aggregate, aggregate_of(element, column));
    aggregate.joined = index;
    fetch_.aggregation->aggregates.push_back(std::move(aggregate));
    return {};
  }

  Outcome<void> read_order(const XmlElement& element, const TableSpec& table, std::size_t index) {
    if (fetch_.aggregation) return {};  // groups come in the order of their values
    TRY(const Column* column, fetch_column(table, element.attribute("attribute")));
    fetch_.order.push_back({index, column, flag(element, "descending")});
    return {};
  }

  Outcome<void> read_link(const XmlElement& element, const TableSpec& above, std::size_t above_index) {
    using Kind = FetchLink::Kind;
    static constexpr std::pair<std::string_view, Kind> kKinds[] = {{"inner", Kind::inner},
                                                                   {"outer", Kind::outer},
                                                                   {"exists", Kind::some},
                                                                   {"in", Kind::some},
                                                                   {"any", Kind::some},
                                                                   {"not any", Kind::none},
                                                                   {"matchfirstrowusingcrossapply", Kind::first}};
    std::string_view wanted = element.has("link-type") ? element.attribute("link-type") : "inner";
    auto kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& each) { return each.first == wanted; });
    if (kind == std::end(kKinds)) return refuse(501, code::kNotImplemented, fmt::format("The link type '{}' is not implemented in this stand-in.", wanted));
    if (above_index != 0 && (fetch_.links[above_index - 1].kind == Kind::some || fetch_.links[above_index - 1].kind == Kind::none))
      return refuse(501, code::kNotImplemented, "Links within a link of that type are not implemented in this stand-in.");
    FetchLink link;
    link.table = scope_.metadata.by_name(element.attribute("name"));
    if (!link.table) return refuse(400, "0x80041102", fmt::format("The entity with a name = '{}' was not found.", element.attribute("name")));
    TRY(link.from, fetch_column(*link.table, element.attribute("from")));
    TRY(link.to, fetch_column(above, element.attribute("to")));
    link.parent = above_index;
    link.kind = kind->second;
    link.alias = std::string(element.attribute("alias"));
    std::size_t index = fetch_.links.size() + 1;
    if (link.alias.empty()) link.alias = fmt::format("{}{}", link.table->name, index);
    const TableSpec& table = *link.table;
    fetch_.links.push_back(std::move(link));
    std::vector<FetchColumn> columns;
    TRY_VOID(read_table(element, table, index, columns));
    fetch_.links[index - 1].columns = std::move(columns);
    return {};
  }

  Outcome<void> read_filters() {
    FetchTables tables{{fetch_.table->name, fetch_.table}};
    for (const FetchLink& link : fetch_.links) tables.emplace_back(link.alias, link.table);
    for (const auto& [index, element] : filters_) {
      TRY(Filter part, fetch_filter(scope_, tables, index, *element));
      if (crosses_tables(part, index)) {
        bool on_join = index != 0 && fetch_.links[index - 1].kind != FetchLink::Kind::inner;
        if (on_join && last_joined(part) > index) return bad_fetch("A condition of a link may look at the tables before it alone.");
        (on_join ? fetch_.links[index - 1].across : fetch_.across).push_back(std::move(part));
        continue;
      }
      std::optional<Filter>& filter = index == 0 ? fetch_.filter : fetch_.links[index - 1].filter;
      if (!filter) filter.emplace();
      filter->parts.push_back(std::move(part));
    }
    return {};
  }

  const FilterScope& scope_;
  Fetch fetch_;
  std::vector<std::pair<std::size_t, const XmlElement*>> filters_;  // with the table they stand in
};

/// Rows of the linked table that belong to `above`.
std::vector<RowNumber> linked(const FetchLink& link, const TableSpec& above, RowNumber row, const Users& users) {
  std::vector<RowNumber> found;
  if (row == kNoRow) return found;
  ValueView wanted = value_of(above, users, row, *link.to);
  if (is_null(wanted)) return found;
  QueryOptions options;
  options.filter.emplace();
  options.filter->kind = Filter::Kind::equal;
  options.filter->column = link.from;
  options.filter->value = own(wanted);
  for (RowNumber each : list_rows(*link.table, users, options, kMaxPage, {}).rows) {
    bool same_table = link.to->type != ColumnType::lookup || link.from->source != Source::key || target_of(above, row, *link.to) == link.table->name;
    if (same_table && (!link.filter || link.filter->matches(*link.table, users, each))) found.push_back(each);
  }
  return found;
}

const TableSpec& table_at(const Fetch& fetch, std::size_t index) { return index == 0 ? *fetch.table : *fetch.links[index - 1].table; }

/// A condition over a joined row.
bool joined_matches(const Fetch& fetch, const Users& users, const FetchRow& row, const Filter& filter) {
  auto part_matches = [&](const Filter& part) { return joined_matches(fetch, users, row, part); };
  if (filter.kind == Filter::Kind::all_of) return std::all_of(filter.parts.begin(), filter.parts.end(), part_matches);
  if (filter.kind == Filter::Kind::any_of) return std::any_of(filter.parts.begin(), filter.parts.end(), part_matches);
  if (filter.kind == Filter::Kind::negation) return !part_matches(filter.parts.front());
  Filter compared = filter;
  if (filter.other) compared.value = own(joined_value(fetch, users, row, filter.other_joined, *filter.other));
  compared.other = nullptr;
  if (filter.other && is_null(view(compared.value))) return false;
  if (row[filter.joined] == kNoRow) return filter.kind == Filter::Kind::equal && is_null(view(compared.value));
  return compared.matches(table_at(fetch, filter.joined), users, row[filter.joined]);
}

FetchRow with(FetchRow row, RowNumber next) {
  row.push_back(next);
  return row;
}

/// What a link makes of one row: itself with each row it found, or itself alone.
void join_link(const FetchLink& link, const std::vector<RowNumber>& found, FetchRow row, std::vector<FetchRow>& joined) {
  using Kind = FetchLink::Kind;
  bool sees = link.kind != Kind::some && link.kind != Kind::none;
  bool alone = (link.kind == Kind::outer && found.empty()) || (link.kind == Kind::some && !found.empty()) || (link.kind == Kind::none && found.empty());
  row.push_back(kNoRow);
  if (alone) joined.push_back(row);
  for (RowNumber each : sees ? found : std::vector<RowNumber>()) {
    row.back() = each;
    joined.push_back(row);
    if (link.kind == Kind::first) return;
  }
}

}  // namespace

ValueView joined_value(const Fetch& fetch, const Users& users, const FetchRow& row, std::size_t table, const Column& column) {
  return row[table] == kNoRow ? ValueView() : value_of(table_at(fetch, table), users, row[table], column);
}

Outcome<Fetch> parse_fetch(const FilterScope& scope, const TableSpec& table, std::string_view xml) {
  std::optional<XmlElement> root = parse_xml(xml);
  if (!root || root->name != "fetch") return bad_fetch("Invalid XML: the FetchXML is not well-formed.");
  bool bin = root->attribute("datasource") == "bin";
  if (root->has("datasource") && !bin) return bad_fetch(fmt::format("The data source '{}' is not known.", root->attribute("datasource")));
  if (bin && !scope.metadata.quirks().recycle_bin) return bad_fetch("The recycle bin is not enabled for this organization.");
  return FetchParser(scope).parse(table, *root);
}

std::vector<FetchRow> fetch_rows(const Fetch& fetch, const Users& users) {
  std::vector<FetchRow> rows;
  for (const auto& [id, row] : fetch.table->rows->by_id()) {
    const Record& record = fetch.table->rows->record(row);
    if (record.deleted != fetch.binned_since.has_value() || (record.deleted && record.modified < *fetch.binned_since)) continue;
    if (fetch.filter && !fetch.filter->matches(*fetch.table, users, row)) continue;
    rows.push_back({row});
  }
  for (const FetchLink& link : fetch.links) {
    std::vector<FetchRow> joined;
    for (FetchRow& row : rows) {
      std::vector<RowNumber> found = linked(link, table_at(fetch, link.parent), row[link.parent], users);
      for (const Filter& filter : link.across) std::erase_if(found, [&](RowNumber each) { return !joined_matches(fetch, users, with(row, each), filter); });
      join_link(link, found, std::move(row), joined);
    }
    rows = std::move(joined);
  }
  for (const Filter& filter : fetch.across) std::erase_if(rows, [&](const FetchRow& row) { return !joined_matches(fetch, users, row, filter); });
  std::stable_sort(rows.begin(), rows.end(), [&](const FetchRow& a, const FetchRow& b) {
    for (const FetchOrder& each : fetch.order) {
      int order = compare_values(joined_value(fetch, users, a, each.table, *each.column), joined_value(fetch, users, b, each.table, *each.column));
      if (order != 0) return each.descending ? order > 0 : order < 0;
    }
    return false;
  });
  return rows;
}

}  // namespace lockstep::emulators::dynamics365
