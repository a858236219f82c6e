#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/rendering.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kWriteMs = 40;  // execution time of a write, for the limit

/// What a create or update answers: the row when it was asked for, else 204 with its address.
Outcome<http::Response> written(const ApiCall& api, const Resource& resource, RowNumber row, bool created) {
  const TableSpec& table = *resource.table;
  const Record& record = table.rows->record(row);
  http::Response response = no_content();
  std::string address = fmt::format("{}/{}", api.base, resource.row_path());
  if (api.prefer.representation) {
    TRY(QueryOptions options, api.query(table));
    if (api.call.request.method == "PATCH") options.selection.expands.clear();
    std::string out;
    RowWriter writer(api.rendering(), table, options.selection);
    writer.append(out, row, context_of(api.base, table, options.selection, "/$entity"));
    response = api_json(created ? 201 : 200, std::move(out));
    response.headers.add("ETag", etag_of(record));
    address = fmt::format("{}/{}({})", api.base, table.set, record.id);
  }
  api.note_preferences(response);
  api.organisation.written = fmt::format("{}({})", table.set, record.id);
  if (api.prefer.representation && !api.organisation.metadata.quirks().entity_id_beside_row) return response;
  if (created) response.headers.add("Location", fmt::format("{}/{}({})", api.base, table.set, record.id));
  response.headers.add("OData-EntityId", address);
  return response;
}

Outcome<void> check_writable(const ApiCall& api, const TableSpec& table, std::string_view verb) {
  api.organisation.work_ms += kWriteMs;
  if (!table.writable) {
    return refuse(400, code::kInvalidArgument, fmt::format("The '{}' method does not support entities of type '{}'.", verb, table.name));
  }
  return api.allowed(table, verb);
}

/// A query option of the answer that is wrong must not be found only after the write.
Outcome<void> check_answer_options(const ApiCall& api, const TableSpec& table) {
  if (!api.prefer.representation) return {};
  TRY_VOID(api.query(table));
  return {};
}

/// Rules run only for who asks for them.
Outcome<void> check_duplicates(const ApiCall& api, const TableSpec& table, RowNumber row, const Payload& payload) {
  auto suppress = api.condition("MSCRM.SuppressDuplicateDetection");
  if (!suppress || !equal_no_case(*suppress, "false")) return {};
  return api.organisation.duplicate_rules.check(table, row, payload, api.organisation.metadata.quirks());
}

Outcome<http::Response> upsert_create(ApiCall& api, const Resource& resource) {
  const TableSpec& table = *resource.table;
  TRY_VOID(check_writable(api, table, "Create"));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  TRY(Payload payload, read_payload(api.organisation.metadata, table, document.root().get_object(), api.resolver(), Door::api, true));
  if (resource.alternate_key) {
    add_missing_key(payload, *resource.alternate_key, resource.key_values);
  } else if (payload.id && *payload.id != resource.id) {
    return refuse(400, code::kInvalidArgument, "The primary key of the body is not the one of the URL.");
  } else {
    payload.id = resource.id;
  }
  TRY_VOID(api.allowed(table, payload));
  TRY_VOID(check_duplicates(api, table, kNoRow, payload));
  TRY(RowNumber row, api.organisation.records.create(table, payload, api.writer));
  return written(api, resource, row, true);
}

Outcome<http::Response> change_one(ApiCall& api, const Resource& resource, Payload payload) {
  TRY_VOID(check_writable(api, *resource.table, "Write"));
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  TRY_VOID(check_if_match(api, resource, row));
  TRY_VOID(api.allowed(*resource.table, payload));
  TRY_VOID(api.organisation.records.update(*resource.table, row, payload, api.writer));
  return no_content();
}

Outcome<http::Response> write_reference(ApiCall& api, const Resource& resource, const Navigation& navigation) {
  Payload payload;
  if (api.call.request.method == "DELETE") {
    if (navigation.column->source == Source::owner)
      return refuse(400, code::kRequiredFieldMissing, fmt::format("Required field '{}' is missing on '{}'.", navigation.name, resource.table->name));
    payload.changes.push_back({navigation.column, Value(), navigation.targets.front()});
    return change_one(api, resource, std::move(payload));
  }
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  json::object bind;
  const json::value* id = document.root().get_object().if_contains("@odata.id");
  bind[navigation.name + "@odata.bind"] = id ? *id : json::value(0);
  TRY(payload, read_payload(api.organisation.metadata, *resource.table, bind, api.resolver(), Door::api, false));
  return change_one(api, resource, std::move(payload));
}

Outcome<http::Response> write_property(ApiCall& api, const Resource& resource, const std::string& name) {
  const Column* column = resource.table->column(name);
  if (!column || column->type == ColumnType::lookup) return tl::unexpected<ApiError>(segment_missing(name));
  if (column->source != Source::stored || !column->updatable)  // passed over or not within a row: here nothing else is left to do
    return refuse(400, code::kInvalidArgument, fmt::format("'{}' of '{}' cannot be updated.", name, resource.table->name));
  json::object body;
  JsonDocument document;
  body[name] = nullptr;
  if (api.call.request.method == "PUT") {
    TRY_VOID(api.parse_body(document));
    const json::value* value = document.root().get_object().if_contains("value");
    if (!value) return tl::unexpected<ApiError>(payload_unreadable(resource.table->set, "'value' is missing"));
    body[name] = *value;
  }
  TRY(Payload payload, read_payload(api.organisation.metadata, *resource.table, body, api.resolver(), Door::api, false));
  return change_one(api, resource, std::move(payload));
}

Outcome<http::Response> write_parties(ApiCall& api, const Resource& resource) {
  TRY_VOID(check_writable(api, *resource.table, "Write"));
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::value* value = document.root().get_object().if_contains("value");
  TRY(std::vector<Party> parties, read_parties(api.organisation.metadata, value ? *value : json::value(), api.resolver()));
  TRY_VOID(api.organisation.records.replace_parties(*resource.table, row, parties, api.writer));
  return no_content();
}

}  // namespace

Outcome<void> check_if_match(const ApiCall& api, const Resource& resource, RowNumber row) {
  auto wanted = api.condition("If-Match");
  if (!wanted || *wanted == "*") return {};
  if (!resource.table->compares_versions)
    return refuse(400, code::kVersionsNotCompared, fmt::format("Optimistic concurrency isn't enabled for entity type {}.", resource.table->name));
  if (*wanted == etag_of(resource.table->rows->record(row))) return {};
  return refuse(412, api.organisation.metadata.quirks().stale_version_code,
                "The version of the existing record doesn't match the RowVersion property provided.");
}

Outcome<http::Response> create_row(ApiCall& api, const TableSpec& table, std::optional<Change> belongs) {
  TRY_VOID(check_writable(api, table, "Create"));
  TRY_VOID(check_answer_options(api, table));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  TRY(Payload payload, read_payload(api.organisation.metadata, table, document.root().get_object(), api.resolver(), Door::api, true));
  TRY_VOID(api.allowed(table, payload));
  TRY_VOID(check_duplicates(api, table, kNoRow, payload));
  if (belongs && !payload.find(*belongs->column)) payload.changes.push_back(std::move(*belongs));
  TRY(RowNumber row, api.organisation.records.create(table, payload, api.writer));
  Resource resource;
  resource.table = &table;
  resource.id = table.rows->record(row).id;
  return written(api, resource, row, true);
}

Outcome<http::Response> patch_row(ApiCall& api, const Resource& resource) {
  const TableSpec& table = *resource.table;
  TRY_VOID(check_answer_options(api, table));
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) {
    if (api.condition("If-Match")) return tl::unexpected<ApiError>(api.organisation.missing(resource));
    return upsert_create(api, resource);
  }
  if (api.condition("If-None-Match") == "*") {
    return refuse(412, code::kDuplicateRecord, "A record with matching key values already exists.");
  }
  TRY_VOID(check_writable(api, table, "Write"));
  TRY_VOID(check_if_match(api, resource, row));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  TRY(Payload payload, read_payload(api.organisation.metadata, table, document.root().get_object(), api.resolver(), Door::api, false));
  if (payload.id && *payload.id != table.rows->record(row).id) {
    return refuse(400, code::kInvalidArgument, "The primary key of a row cannot be changed.");
  }
  if (resource.alternate_key) drop_key(payload, *resource.alternate_key);
  TRY_VOID(api.allowed(table, payload));
  TRY_VOID(check_duplicates(api, table, row, payload));
  TRY_VOID(api.organisation.records.update(table, row, payload, api.writer));
  return written(api, resource, row, false);
}

Outcome<http::Response> delete_row(ApiCall& api, const Resource& resource) {
  TRY_VOID(check_writable(api, *resource.table, "Delete"));
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  TRY_VOID(check_if_match(api, resource, row));
  TRY_VOID(api.organisation.records.remove(*resource.table, row, api.writer));
  return no_content();
}

Outcome<http::Response> write_part(ApiCall& api, const Resource& resource) {
  const std::string& name = resource.rest.front();
  if (!resource.table->parties.empty() && name == resource.table->parties && api.call.request.method == "PUT") {
    return write_parties(api, resource);
  }
  bool reference = resource.rest.size() == 2 && resource.rest[1] == "$ref";
  const Navigation* navigation = resource.table->navigation(name);
  if (reference && navigation) return write_reference(api, resource, *navigation);
  if (resource.rest.size() == 1 && !navigation) return write_property(api, resource, name);
  return tl::unexpected<ApiError>(segment_missing(name));
}

}  // namespace lockstep::emulators::dynamics365
