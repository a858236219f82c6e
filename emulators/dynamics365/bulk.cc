// CreateMultiple, UpdateMultiple, UpsertMultiple on standard tables: all or nothing.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/convert.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kBulkRowMs = 8;

struct Target {
  const json::object* body = nullptr;
  Resource resource;  // from @odata.id, or from keys in the body; without a key for CreateMultiple
  bool key_in_url = false;
};

/// The address of a row: @odata.id, else the primary key among the columns, or an alternate one of what is upserted.
Outcome<void> address(const ApiCall& api, const TableSpec& table, Target& target, bool upserts) {
  if (std::string_view id = text_member(*target.body, "@odata.id"); !id.empty()) {
    TRY(target.resource, parse_resource(api.organisation.metadata, relative_path(id, api.call.base_url)));
    target.key_in_url = true;
    if (target.resource.table == &table && target.resource.keyed()) return {};
    return refuse(400, code::kInvalidArgument, fmt::format("'{}' does not address a row of '{}'.", id, table.set));
  }
  target.resource.table = &table;
  std::string_view sent_id = text_member(*target.body, table.key);
  target.resource.id = parse_guid(sent_id).value_or(std::string(sent_id));
  if (!target.resource.id.empty()) return {};
  for (const AlternateKey& key : table.keys) {
    if (!upserts) break;
    if (key.index != AlternateKey::Index::active) continue;
    std::vector<Value> values;
    for (const Column* column : key.columns) {
      const json::value* sent = target.body->if_contains(column->name);
      if (!sent || sent->is_null()) break;
      TRY(Value value, convert(table, *column, *sent));
      values.push_back(std::move(value));
    }
    if (values.size() != key.columns.size()) continue;
    target.resource.alternate_key = &key;
    target.resource.key_values = std::move(values);
    return {};
  }
  return refuse(400, code::kInvalidArgument, "Each target needs an @odata.id or the value of a key.");
}

class BulkAction {
 public:
  BulkAction(ApiCall& api, const TableSpec& table) : api_(api), organisation_(api.organisation), table_(table) {}

  Outcome<std::vector<const json::object*>> targets(const json::object& body) const {
    const json::value* sent = body.if_contains("Targets");
    const json::array* items = sent ? sent->if_array() : nullptr;
    if (!items) return refuse(400, code::kInvalidArgument, "Required parameter 'Targets' is missing.");
    if (items->empty() && !organisation_.metadata.quirks().empty_targets) return refuse(400, code::kInvalidArgument, "The parameter 'Targets' names no row.");
    std::vector<const json::object*> objects;
    for (const json::value& item : *items) {
      const json::object* object = item.if_object();
      if (!object || !object->contains("@odata.type")) {
        return tl::unexpected<ApiError>(payload_unreadable(table_.set, "every target needs '@odata.type' with the type of its row"));
      }
      objects.push_back(object);
    }
    return objects;
  }

  Outcome<std::string> create(const json::object& target) {
    TRY_VOID(api_.allowed(table_, "Create"));
    TRY(Payload payload, read(target, true));
    TRY(RowNumber row, organisation_.records.create(table_, payload, api_.writer));
    created_.push_back({row, payload.changes});
    return table_.rows->record(row).id;
  }

  Outcome<void> update(const json::object& body) {
    TRY_VOID(api_.allowed(table_, "Write"));
    Target target{&body, {}, false};
    TRY_VOID(address(api_, table_, target, false));
    TRY_VOID(once(target));
    RowNumber row = organisation_.find(target.resource);
    if (row == kNoRow) return tl::unexpected<ApiError>(organisation_.missing(target.resource));
    TRY(Payload payload, read(body, false));
    if (target.resource.alternate_key) drop_key(payload, *target.resource.alternate_key);
    return write(row, payload);  // versions are not looked at here
  }

  Outcome<void> upsert(const json::object& body) {
    Target target{&body, {}, false};
    TRY_VOID(address(api_, table_, target, true));
    TRY_VOID(once(target));
    RowNumber row = organisation_.find(target.resource);
    TRY_VOID(api_.allowed(table_, row == kNoRow ? "Create" : "Write"));
    TRY(Payload payload, read(body, row == kNoRow));
    if (row != kNoRow) {
      if (target.resource.alternate_key) drop_key(payload, *target.resource.alternate_key);
      return write(row, payload);
    }
    if (const AlternateKey* key = target.resource.alternate_key) {
      bool in_body = std::any_of(key->columns.begin(), key->columns.end(), [&](const Column* each) { return payload.find(*each); });
      if (in_body && target.key_in_url) return refuse(400, code::kUnexpected, "An unexpected error occurred.");
      add_missing_key(payload, *key, target.resource.key_values);
    } else {
      payload.id = target.resource.id;
    }
    TRY(row, organisation_.records.create(table_, payload, api_.writer));
    created_.push_back({row, payload.changes});
    return {};
  }

  /// To steps of the messages of many rows; those of single rows have been told one by one.
  void tell() const {
    auto note = [&](std::string_view message, const std::vector<RowEvent::Target>& rows) {
      if (rows.empty()) return;
      RowEvent event{message, &table_, rows.front().row, {}, "", {}, 1};
      event.targets = rows;
      organisation_.webhooks.note(event, api_.writer);
    };
    note("CreateMultiple", created_);
    note("UpdateMultiple", updated_);
  }

 private:
  Outcome<void> write(RowNumber row, const Payload& payload) {
    updated_.push_back({row, payload.changes});
    return organisation_.records.update(table_, row, payload, api_.writer);
  }

  Outcome<Payload> read(const json::object& body, bool creating) const {
    TRY(Payload payload, read_payload(organisation_.metadata, table_, body, api_.resolver(), Door::api, creating));
    TRY_VOID(api_.allowed(table_, payload));
    return payload;
  }

  Outcome<void> once(const Target& target) {
    if (organisation_.metadata.quirks().repeated_rows || seen_.insert(target.resource.row_path()).second) return {};
    return refuse(400, code::kInvalidArgument, fmt::format("'{}' is a target twice.", target.resource.row_path()));
  }

  ApiCall& api_;
  Organisation& organisation_;
  const TableSpec& table_;
  std::set<std::string> seen_;
  std::vector<RowEvent::Target> created_, updated_;
};

}  // namespace

Outcome<http::Response> bulk_action(ApiCall& api, const TableSpec& table, std::string_view action) {
  if (action == "DeleteMultiple") return refuse(501, code::kNotImplemented, "DeleteMultiple has not yet been implemented.");
  bool known = action == "CreateMultiple" || action == "UpdateMultiple" || action == "UpsertMultiple";
  if (!known || !table.bulk) return tl::unexpected<ApiError>(segment_missing("Microsoft.Dynamics.CRM." + std::string(action)));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  BulkAction bulk(api, table);
  TRY(std::vector<const json::object*> targets, bulk.targets(document.root().get_object()));
  api.organisation.work_ms += 20 + static_cast<std::int64_t>(targets.size()) * kBulkRowMs;
  UnitOfWork unit(api.organisation.database, api.organisation.webhooks);
  json::array ids;
  for (const json::object* target : targets) {
    if (action == "CreateMultiple") {
      TRY(std::string id, bulk.create(*target));
      ids.push_back(json::value(id));
    } else if (action == "UpdateMultiple") {
      TRY_VOID(bulk.update(*target));
    } else {
      TRY_VOID(bulk.upsert(*target));
    }
  }
  bulk.tell();
  unit.commit();
  if (action != "CreateMultiple") return no_content();
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"}, {"Ids", std::move(ids)}};
  return api_json(200, json::serialize(body));
}

}  // namespace lockstep::emulators::dynamics365
