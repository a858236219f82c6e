// Answers to fetchXml, to views (savedQuery) and to $apply.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/fetch_xml.h"
#include "emulators/dynamics365/listing.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// "c_x002e_fullname": a point may not stand in a property's name.
std::string linked_name(const FetchLink& link, const FetchColumn& column) {
  return column.alias.empty() ? link.alias + "_x002e_" + column.column->logical_name : column.alias;
}

/// Where the next page starts, in the XML that clients send back within theirs, encoded twice as on the wire.
std::string paging_cookie(const Fetch& fetch, const FetchRow& first, const FetchRow& last) {
  const TableSpec& table = *fetch.table;
  std::string inner = fmt::format("<cookie page=\"{}\"><{} last=\"{{{}}}\" first=\"{{{}}}\" /></cookie>", fetch.page, table.key, table.rows->record(last[0]).id,
                                  table.rows->record(first[0]).id);
  return fmt::format("<cookie pagenumber=\"{}\" pagingcookie=\"{}\" istracking=\"False\" />", fetch.page + 1, percent_encode(percent_encode(inner)));
}

void append_value(std::string& out, bool& first, const std::string& name, const Column& column, ValueView value, bool formatted) {
  if (is_null(value)) return;
  if (!std::exchange(first, false)) out.push_back(',');
  append_json_text(out, name);
  out.push_back(':');
  append_json(out, column, value);
  std::string label = formatted && column.type != ColumnType::lookup ? formatted_value(column, value) : "";
  if (label.empty()) return;
  fmt::format_to(std::back_inserter(out), ",\"{}@OData.Community.Display.V1.FormattedValue\":", name);
  append_json_text(out, label);
}

Selection own_selection(const Fetch& fetch) {
  Selection selection;
  bool key = false;
  for (const FetchColumn& each : fetch.columns) {
    if (!each.alias.empty()) continue;
    selection.columns.push_back(each.column);
    key = key || each.column->source == Source::key;
  }
  if (!key) selection.columns.push_back(&fetch.table->require(fetch.table->key));
  return selection;
}

void append_row(std::string& out, const ApiCall& api, const Fetch& fetch, RowWriter& writer, const FetchRow& row) {
  const Users& users = api.organisation.users;
  bool formatted = api.prefer.annotations.formatted_value;
  writer.append(out, row[0]);
  out.pop_back();
  bool first = false;
  for (const FetchColumn& each : fetch.columns) {
    if (!each.alias.empty()) append_value(out, first, each.alias, *each.column, value_of(*fetch.table, users, row[0], *each.column), formatted);
  }
  for (std::size_t i = 0; i < fetch.links.size(); ++i) {
    if (row[i + 1] == kNoRow) continue;
    const FetchLink& link = fetch.links[i];
    for (const FetchColumn& each : link.columns)
      append_value(out, first, linked_name(link, each), *each.column, value_of(*link.table, users, row[i + 1], *each.column), formatted);
  }
  out.push_back('}');
}

/// A page's rows without those that read the same, when the fetch asks for distinct ones.
std::string rows_text(const ApiCall& api, const Fetch& fetch, const std::vector<FetchRow>& rows) {
  Selection selection = own_selection(fetch);
  RowWriter writer(api.rendering(), *fetch.table, selection);
  std::string out, previous;
  for (const FetchRow& row : rows) {
    std::string text;
    append_row(text, api, fetch, writer, row);
    if (fetch.distinct && text == previous) continue;
    out += (out.empty() ? "" : ",") + text;
    previous = std::move(text);
  }
  return out;
}

http::Response listed(ApiCall& api, const TableSpec& table, std::string_view members, std::string_view rows) {
  std::string out = "{\"@odata.context\":";
  append_json_text(out, fmt::format("{}/$metadata#{}", api.base, table.set));
  out.append(members);
  out.append(",\"value\":[");
  out.append(rows);
  http::Response response = api_json(200, out + "]}");
  api.note_preferences(response);
  return response;
}

}  // namespace

Outcome<http::Response> read_fetch(ApiCall& api, const TableSpec& table, const std::string& xml) {
  Organisation& organisation = api.organisation;
  TRY(Fetch fetch, parse_fetch(api.scope(), table, xml));
  for (const FetchLink& link : fetch.links) TRY_VOID(api.allowed(*link.table, "Read"));
  std::vector<FetchRow> rows = fetch_rows(fetch, organisation.users);
  organisation.work_ms += 10 + static_cast<std::int64_t>(rows.size() / 20);
  if (fetch.aggregation) {
    std::string out;
    auto value = [&](std::size_t place, const auto& asked) { return joined_value(fetch, organisation.users, rows[place], asked.joined, *asked.column); };
    append_aggregates(out, rows.size(), value, value, *fetch.aggregation, api.prefer.annotations.formatted_value);
    return listed(api, table, "", out);
  }
  std::size_t total = rows.size(), size = std::min(fetch.count == 0 ? api.prefer.page_size.value_or(kMaxPage) : fetch.count, kMaxPage);
  std::size_t start = fetch.top ? 0 : std::min(total, (fetch.page - 1) * size);
  std::size_t end = std::min(total, start + (fetch.top ? std::min(*fetch.top, kMaxPage) : size));
  std::vector<FetchRow> page(rows.begin() + static_cast<std::ptrdiff_t>(start), rows.begin() + static_cast<std::ptrdiff_t>(end));
  std::string members;
  if (fetch.total) {
    members += fmt::format(",\"@Microsoft.Dynamics.CRM.totalrecordcount\":{},\"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded\":{}",
                           std::min(total, kMaxPage), total > kMaxPage);
  }
  if (end < total && !fetch.top) {
    members += ",\"@Microsoft.Dynamics.CRM.fetchxmlpagingcookie\":";
    append_json_text(members, paging_cookie(fetch, page.front(), page.back()));
    members += ",\"@Microsoft.Dynamics.CRM.morerecords\":true";
  }
  return listed(api, table, members, rows_text(api, fetch, page));
}

Outcome<http::Response> read_aggregates(ApiCall& api, const TableSpec& table, const QueryOptions& options) {
  QueryOptions unordered;
  unordered.filter = options.filter;
  Page page = list_rows(table, api.organisation.users, unordered, table.rows->row_count() + 1, {});
  api.organisation.work_ms += 10 + static_cast<std::int64_t>(page.rows.size() / 20);
  std::string out;
  const Users& users = api.organisation.users;
  auto value = [&](std::size_t place, const Aggregate& asked) { return value_of(table, users, page.rows[place], *asked.column); };
  auto grouped = [&](std::size_t place, const Grouping& asked) {
    RowNumber row = page.rows[place];
    if (!asked.lookup) return value_of(table, users, row, *asked.column);
    RowNumber behind =
        target_of(table, row, *asked.lookup) == asked.target->name ? asked.target->rows->find(text_of(value_of(table, users, row, *asked.lookup))) : kNoRow;
    return behind == kNoRow ? ValueView() : value_of(*asked.target, users, behind, *asked.column);
  };
  append_aggregates(out, page.rows.size(), grouped, value, *options.apply, api.prefer.annotations.formatted_value);
  return listed(api, table, "", out);
}

}  // namespace lockstep::emulators::dynamics365
