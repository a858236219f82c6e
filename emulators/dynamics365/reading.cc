#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/listing.h"
#include "emulators/dynamics365/paging.h"
#include "emulators/dynamics365/rendering.h"
#include "emulators/dynamics365/sql.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMaxCount = 5000;
constexpr std::size_t kRowsPerMs = 20;  // execution time of reading, for the limit

/// The query as sent without the options that say where to go on.
std::string query_without_tokens(const http::ServerRequest& request) {
  std::string query = request.query(), kept;
  for (std::string_view part : split(query, '&')) {
    std::string name = percent_decode(part.substr(0, part.find('=')), true);
    if (part.empty() || name == "$skiptoken" || name == "$deltatoken") continue;
    kept += (kept.empty() ? "" : "&") + std::string(part);
  }
  return kept;
}

/// The page and what the links of its answer hold.
struct Listed {
  Page page;
  bool tracked = false;
  bool delta = false;
  std::uint64_t tracked_to = 0;  // version up to which a full walk of the pages sees everything
};

std::uint64_t number_of(const json::object& state, const char* name, std::uint64_t otherwise) {
  const json::value* held = state.if_contains(name);
  return held && held->is_int64() ? static_cast<std::uint64_t>(held->get_int64()) : otherwise;
}

Outcome<void> check_trackable(const TableSpec& table, const QueryOptions& options, const Quirks& quirks) {
  const char* refused = options.filter ? "$filter" : !options.order.empty() ? "$orderby" : options.has_expand() ? "$expand" : options.top ? "$top" : nullptr;
  if (refused) {
    return refuse(400, code::kBadRequestUrl, fmt::format("The \"{}\" query parameter isn't supported when Change Tracking is enabled.", refused));
  }
  if (table.tracks_changes) return {};
  return refuse(static_cast<int>(quirks.untracked_status), code::kInvalidArgument,
                fmt::format("Change tracking is not enabled for the entity '{}'.", table.name));
}

Outcome<Listed> list_page(ApiCall& api, const TableSpec& table, const QueryOptions& options) {
  Organisation& organisation = api.organisation;
  Listed listed;
  json::object state;
  if (options.skip_token) {
    TRY(state, decode_skip_token(*options.skip_token));
  }
  std::uint64_t now = organisation.database.version();
  listed.delta = options.delta_token || state.contains("from");
  listed.tracked = listed.delta || state.contains("tracked") || (!options.skip_token && api.prefer.track_changes);
  if (listed.tracked) TRY_VOID(check_trackable(table, options, organisation.metadata.quirks()));
  if (listed.tracked) TRY_VOID(api.allowed(table, "GlobalRead"));
  std::size_t size = std::min(api.prefer.page_size.value_or(kMaxPage), static_cast<std::size_t>(std::max<std::int64_t>(organisation.page_rows, 1)));
  if (listed.delta) {
    std::uint64_t from = number_of(state, "from", 0);
    if (options.delta_token) {
      TRY(from, organisation.delta_tokens.accept(table.name, options.selection.text, *options.delta_token, api.call.now));
    }
    listed.tracked_to = number_of(state, "to", now);
    listed.page = list_changes(table, from, listed.tracked_to, size, state);
    if (listed.page.next) {
      (*listed.page.next)["from"] = from;
      (*listed.page.next)["to"] = listed.tracked_to;
    }
    return listed;
  }
  bool paged = api.prefer.page_size || !options.top;  // with a page size, $top is passed over
  listed.page = list_rows(table, organisation.users, options, paged ? size : std::min(size, *options.top), state);
  listed.tracked_to = number_of(state, "tracked", now);
  bool filled = paged && !listed.page.next && listed.page.rows.size() == size && !organisation.metadata.quirks().full_last_pages;
  if (filled) listed.page.next = state_behind(table, organisation.users, options, listed.page.rows.back(), state);  // to an empty page
  if (!paged) listed.page.next.reset();
  if (listed.page.next && listed.tracked) (*listed.page.next)["tracked"] = listed.tracked_to;
  return listed;
}

void append_link(std::string& out, const ApiCall& api, std::string_view path, std::string_view annotation, std::string_view option, std::string_view token) {
  std::string query = query_without_tokens(api.call.request);
  std::string link = fmt::format("{}/{}?{}{}{}={}", api.base, path, query, query.empty() ? "" : "&", option, percent_encode(token));
  fmt::format_to(std::back_inserter(out), ",\"{}\":", annotation);
  append_json_text(out, link);
}

void append_counts(std::string& out, const ApiCall& api, const TableSpec& table, const QueryOptions& options) {
  if (!options.count && api.prefer.all_annotations())
    out += ",\"@Microsoft.Dynamics.CRM.totalrecordcount\":-1,\"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded\":false";
  if (!options.count) return;
  std::size_t count = count_rows(table, api.organisation.users, options, kMaxCount + 1);
  fmt::format_to(std::back_inserter(out), ",\"@odata.count\":{}", std::min(count, kMaxCount));
  if (!api.prefer.all_annotations()) return;
  fmt::format_to(std::back_inserter(out),
                 ",\"@Microsoft.Dynamics.CRM.totalrecordcount\":{},"
                 "\"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded\":{}",
                 std::min(count, kMaxCount), count > kMaxCount);
}

void append_deleted(std::string& out, const ApiCall& api, const TableSpec& table, RowNumber row) {
  out.append("{\"@odata.context\":");
  append_json_text(out, fmt::format("{}/$metadata#{}/$deletedEntity", api.base, table.set));
  fmt::format_to(std::back_inserter(out), ",\"id\":\"{}\",\"reason\":\"deleted\"}}", table.rows->record(row).id);
}

Outcome<QueryOptions> options_for(const ApiCall& api, const Rows& rows) {
  TRY(QueryOptions options, api.query(*rows.table));
  if (!rows.within) return options;
  if (!options.filter) {
    options.filter = rows.within;
    return options;
  }
  Filter both;
  both.parts.push_back(*rows.within);
  both.parts.push_back(std::move(*options.filter));
  options.filter = std::move(both);
  return options;
}

/// Of many rows, what is expanded one level deep is not cut into pages.
void expand_whole(Selection& selection) {
  bool nested = std::any_of(selection.expands.begin(), selection.expands.end(), [](const Expand& each) { return !each.selection.expands.empty(); });
  for (Expand& each : selection.expands) each.whole = !nested && each.collection && !each.top;
}

}  // namespace

Outcome<http::Response> read_collection(ApiCall& api, const Rows& rows) {
  Organisation& organisation = api.organisation;
  const TableSpec& table = *rows.table;
  TRY_VOID(api.allowed(table, "Read"));
  if (auto sql = api.call.query_value("sql")) {
    TRY(std::string xml, fetch_of_sql(*sql));
    return read_fetch(api, table, xml);
  }
  TRY(QueryOptions options, options_for(api, rows));
  if (!options.fetch_xml.empty()) return read_fetch(api, table, options.fetch_xml);
  if (options.apply) return read_aggregates(api, table, options);
  expand_whole(options.selection);
  TRY(Listed listed, list_page(api, table, options));
  const Page& page = listed.page;
  organisation.work_ms += 5 + static_cast<std::int64_t>((page.rows.size() + page.deleted.size()) / kRowsPerMs);
  std::string out = "{\"@odata.context\":";
  append_json_text(out, context_of(api.base, table, options.selection, listed.delta ? "/$delta" : ""));
  append_counts(out, api, table, options);
  out.append(",\"value\":[");
  RowWriter writer(api.rendering(), table, options.selection);
  bool first = true;
  for (RowNumber row : page.rows) {
    if (!std::exchange(first, false)) out.push_back(',');
    writer.append(out, row);
  }
  for (RowNumber row : page.deleted) {
    if (!std::exchange(first, false)) out.push_back(',');
    append_deleted(out, api, table, row);
  }
  out.push_back(']');
  if (page.next) {
    append_link(out, api, rows.path, "@odata.nextLink", "$skiptoken", encode_skip_token(*page.next));
  } else if (listed.tracked) {
    std::string token = organisation.delta_tokens.issue(table.name, options.selection.text, listed.tracked_to, api.call.now);
    append_link(out, api, rows.path, "@odata.deltaLink", "$deltatoken", token);
  }
  out.push_back('}');
  http::Response response = api_json(200, std::move(out));
  api.note_preferences(response);
  return response;
}

Outcome<http::Response> read_count(ApiCall& api, const Rows& rows) {
  Organisation& organisation = api.organisation;
  const TableSpec& table = *rows.table;
  TRY_VOID(api.allowed(table, "Read"));
  TRY(QueryOptions options, options_for(api, rows));
  std::size_t count = 0;
  if (options.delta_token) {
    TRY(std::uint64_t from, organisation.delta_tokens.accept(table.name, options.selection.text, *options.delta_token, api.call.now));
    Page page = list_changes(table, from, organisation.database.version(), kMaxCount, {});
    count = page.rows.size() + page.deleted.size();
  } else {
    count = count_rows(table, organisation.users, options, kMaxCount);
  }
  organisation.work_ms += 10;
  http::Response response(200, "\xEF\xBB\xBF" + std::to_string(count));  // with a byte order mark, as seen
  response.headers.add("Content-Type", "text/plain");
  response.headers.add("OData-Version", "4.0");
  return response;
}

Outcome<http::Response> read_row(ApiCall& api, const Resource& resource) {
  TRY_VOID(api.allowed(*resource.table, "Read"));
  TRY(QueryOptions options, api.query(*resource.table));  // wrong options are told before a missing row
  if (options.filter || !options.order.empty() || options.top || options.count)
    return refuse(400, code::kBadRequestUrl,
                  "The query specified in the URI is not valid. The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, "
                  "and $top can be applied only on collections.");
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  return answer_row(api, *resource.table, row);
}

Outcome<http::Response> answer_row(ApiCall& api, const TableSpec& table, RowNumber row) {
  TRY(QueryOptions options, api.query(table));
  api.organisation.work_ms += 5;
  std::string etag = etag_of(table.rows->record(row));
  bool comparable = table.compares_versions && !options.has_expand() && !api.prefer.annotation_list;
  if (comparable && api.condition("If-None-Match") == etag) {
    http::Response unchanged(304, "");
    unchanged.headers.add("ETag", etag);
    return unchanged;
  }
  std::string out;
  RowWriter writer(api.rendering(), table, options.selection);
  writer.append(out, row, context_of(api.base, table, options.selection, "/$entity"));
  http::Response response = api_json(200, std::move(out));
  response.headers.add("ETag", etag);
  api.note_preferences(response);
  return response;
}

}  // namespace lockstep::emulators::dynamics365
