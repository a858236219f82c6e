// What lies behind a row's address: a column, a related row, a reference, the rows of a collection.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/listing.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

http::Response reference_answer(const ApiCall& api, const TableSpec& target, std::string_view id) {
  std::string out = "{\"@odata.context\":";
  append_json_text(out, api.base + "/$metadata#$ref");
  out.append(",\"@odata.id\":");
  append_json_text(out, fmt::format("{}/{}({})", api.base, target.set, id));
  return api_json(200, out + "}");
}

Outcome<http::Response> read_column(ApiCall& api, const TableSpec& table, RowNumber row, const std::string& name, bool raw) {
  const Column* column = table.column(name);
  if (!column) return tl::unexpected<ApiError>(segment_missing(name));
  ValueView value = value_of(table, api.organisation.users, row, *column);
  if (is_null(value)) return no_content();
  std::string text;
  append_json(text, *column, value);
  if (raw) {
    if (text.starts_with('"')) text = std::string(column->type == ColumnType::date_time ? text.substr(1, text.size() - 2) : text_of(value));
    http::Response response(200, text);
    response.headers.add("Content-Type", "text/plain");
    return response;
  }
  std::string out = "{\"@odata.context\":";
  append_json_text(out, fmt::format("{}/$metadata#{}({})/{}", api.base, table.set, table.rows->record(row).id, name));
  return api_json(200, out + ",\"value\":" + text + "}");
}

/// Whether the plain value is wanted of the column that ends before this segment; nothing else stands behind one.
Outcome<bool> is_raw(const Resource& resource, std::size_t segment) {
  if (resource.rest.size() <= segment) return false;
  if (resource.rest.size() == segment + 1 && resource.rest[segment] == "$value") return true;
  return tl::unexpected<ApiError>(segment_missing(resource.rest[segment] == "$value" ? resource.rest[segment + 1] : resource.rest[segment]));
}

Outcome<http::Response> read_navigation(ApiCall& api, const Resource& resource, RowNumber row, const Navigation& navigation) {
  const TableSpec& table = *resource.table;
  if (resource.rest.size() > 2 && resource.rest[1] == "$ref") return tl::unexpected<ApiError>(segment_missing(resource.rest[2]));
  const TableSpec& target = api.organisation.metadata.require(navigation.targets.front());
  std::string_view id = text_of(value_of(table, api.organisation.users, row, *navigation.column));
  bool here = !id.empty() && target_of(table, row, *navigation.column) == target.name;
  if (!here) return no_content();
  bool deeper = resource.rest.size() > 1;
  if (deeper && resource.rest[1] == "$ref") return reference_answer(api, target, id);
  TRY_VOID(api.allowed(target, "Read"));
  RowNumber found = api.organisation.records.find(target, id);
  if (found == kNoRow) return no_content();
  if (!deeper) return answer_row(api, target, found);
  TRY(bool raw, is_raw(resource, 2));
  return read_column(api, target, found, resource.rest[1], raw);
}

Outcome<http::Response> references(ApiCall& api, const Rows& rows) {
  QueryOptions options;
  options.filter = rows.within;
  Page page = list_rows(*rows.table, api.organisation.users, options, kMaxPage, {});
  json::array ids;
  for (RowNumber row : page.rows) {
    ids.push_back(json::object{{"@odata.id", fmt::format("{}/{}({})", api.base, rows.table->set, rows.table->rows->record(row).id)}});
  }
  json::object body{{"@odata.context", api.base + "/$metadata#Collection($ref)"}, {"value", std::move(ids)}};
  return api_json(200, json::serialize(body));
}

/// "contact_customer_accounts(G1)": the key within the parentheses, or nothing.
std::optional<std::string> key_of(std::string_view segment) {
  std::size_t open = segment.find('(');
  if (open == std::string_view::npos || !segment.ends_with(')')) return std::nullopt;
  return parse_guid(segment.substr(open + 1, segment.size() - open - 2));
}

/// The row that a body or the query names, checked to be of the collection's table.
Outcome<RowNumber> named_row(const ApiCall& api, const Collection& collection, std::string_view url) {
  TRY(RowReference found, api.resolver().resolve(url));
  if (found.table == collection.from) return found.row;
  return refuse(400, code::kInvalidArgument, fmt::format("'{}' is no row of '{}'.", url, collection.from->set));
}

Outcome<http::Response> relate(ApiCall& api, const Resource& resource, const Collection& collection, RowNumber child, bool associate) {
  const TableSpec& from = *collection.from;
  api.organisation.work_ms += 40;
  TRY_VOID(api.allowed(from, "Write"));
  if (collection.through) {
    bool changed = api.organisation.records.tie(collection, api.organisation.find(resource), *resource.table, child, associate, api.writer);
    if (changed) return no_content();
    if (!associate) return tl::unexpected<ApiError>(row_missing(from.name, from.rows->record(child).id));
    return refuse(412, code::kDuplicateRecord, "A record with matching key values already exists.");
  }
  const std::string& owner = resource.table->rows->record(api.organisation.find(resource)).id;
  bool related = text_of(from.rows->get(child, collection.column->field)) == owner;
  if (!associate && !related) return tl::unexpected<ApiError>(row_missing(from.name, from.rows->record(child).id));
  Payload payload;
  payload.changes.push_back({collection.column, associate ? Value(owner) : Value(), resource.table->name});
  TRY_VOID(api.organisation.records.update(from, child, payload, api.writer));
  api.organisation.records.note_tie(collection, api.organisation.find(resource), *resource.table, child, associate, api.writer);
  return no_content();
}

Outcome<http::Response> change_references(ApiCall& api, const Resource& resource, const Collection& collection) {
  if (api.call.request.method == "POST") {
    JsonDocument document;
    TRY_VOID(api.parse_body(document));
    std::string_view url = text_member(document.root().get_object(), "@odata.id");
    if (url.empty()) return tl::unexpected<ApiError>(payload_unreadable(resource.table->set, "'@odata.id' is missing"));
    TRY(RowNumber child, named_row(api, collection, url));
    return relate(api, resource, collection, child, true);
  }
  auto key = key_of(resource.rest.front());
  RowNumber child = key ? api.organisation.records.find(*collection.from, *key) : kNoRow;
  if (key && child == kNoRow) return tl::unexpected<ApiError>(row_missing(collection.from->name, *key));
  if (!key) {
    auto url = api.call.query_value("$id");
    if (!url) return refuse(400, code::kBadRequestUrl, "Which row is to be removed: $id is missing.");
    TRY(child, named_row(api, collection, *url));
  }
  return relate(api, resource, collection, child, false);
}

}  // namespace

const Collection* collection_of(const TableSpec& table, std::string_view segment) { return table.collection(segment.substr(0, segment.find('('))); }

Outcome<http::Response> related_rows(ApiCall& api, const Resource& resource, const Collection& collection) {
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  if (resource.rest.size() > 2) return tl::unexpected<ApiError>(segment_missing(resource.rest[2]));
  const std::string& method = api.call.request.method;
  const std::string& id = resource.table->rows->record(row).id;
  Rows rows{collection.from, resource.row_path() + "/" + collection.name, rows_of(collection, id)};
  std::string_view mode = resource.rest.size() > 1 ? std::string_view(resource.rest[1]) : "";
  if (mode == "$ref" && (method == "POST" || method == "DELETE")) return change_references(api, resource, collection);
  if (method == "POST" && mode.empty() && !collection.through) return create_row(api, *collection.from, Change{collection.column, id, resource.table->name});
  if (method != "GET") return refuse(405, code::kBadRequestUrl, fmt::format("The requested resource does not support http method '{}'.", method));
  TRY_VOID(api.allowed(*resource.table, "Read"));
  if (mode == "$ref") return references(api, rows);
  if (mode == "$count") return read_count(api, rows);
  if (!mode.empty()) return tl::unexpected<ApiError>(segment_missing(mode));
  auto key = key_of(resource.rest.front());
  if (!key) return read_collection(api, rows);
  RowNumber child = api.organisation.records.find(*collection.from, *key);
  bool tied = collection.through && child != kNoRow && api.organisation.records.tie_of(collection, id, *key) != kNoRow;
  bool belongs = tied || (!collection.through && child != kNoRow && text_of(collection.from->rows->get(child, collection.column->field)) == id);
  if (!belongs) return tl::unexpected<ApiError>(row_missing(collection.from->name, *key));
  return answer_row(api, *collection.from, child);
}

Outcome<http::Response> read_part(ApiCall& api, const Resource& resource) {
  Organisation& organisation = api.organisation;
  const TableSpec& table = *resource.table;
  TRY_VOID(api.allowed(table, "Read"));
  organisation.work_ms += 5;
  RowNumber row = organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(organisation.missing(resource));
  const std::string& name = resource.rest.front();
  if (const Navigation* navigation = table.navigation(name)) return read_navigation(api, resource, row, *navigation);
  TRY(bool raw, is_raw(resource, 1));
  return read_column(api, table, row, name, raw);
}

}  // namespace lockstep::emulators::dynamics365
