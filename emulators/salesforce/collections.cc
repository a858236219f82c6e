// §2.5: many records in one call, results in request order, HTTP 200 even when every record failed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxRecords = 200;

struct Collection {
  bool all_or_none = false;
  std::vector<const json::object*> records;
  std::vector<std::size_t> chunks;  // how many records of one type follow each other
};

http::Response results_response(const std::vector<RowResult>& results, bool upsert) {
  JsonDocument document;
  json::array items = document.array();
  for (const RowResult& result : results) {
    json::object item = document.object();
    if (result.errors.empty()) item["id"] = result.id;
    item["success"] = result.errors.empty();
    item["errors"] = item_errors(result.errors, document.storage());
    if (upsert && result.errors.empty()) item["created"] = result.created;
    items.push_back(std::move(item));
  }
  return json_response(200, std::move(items));
}

void roll_back_all(std::vector<RowResult>& results) {
  for (RowResult& result : results) {
    if (!result.errors.empty()) continue;
    result.errors.push_back({"ALL_OR_NONE_OPERATION_ROLLED_BACK",
                             "Record rolled back because not all records were valid and the request was using "
                             "AllOrNone header",
                             {}});
  }
}

Outcome<Collection> read_collection(const json::object& body, std::int64_t most_chunks) {
  Collection collection;
  if (const json::value* flag = body.if_contains("allOrNone")) {
    if (!flag->is_bool()) return refuse("JSON_PARSER_ERROR", "allOrNone must be true or false");
    collection.all_or_none = flag->get_bool();
  }
  const json::value* records = body.if_contains("records");
  if (!records || !records->is_array() || records->get_array().empty()) {
    return refuse("JSON_PARSER_ERROR", "records must be an array of at least one record");
  }
  if (records->get_array().size() > kMaxRecords) {
    return refuse("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call");
  }
  std::string type;
  for (const json::value& record : records->get_array()) {
    const json::object* object = record.if_object();
    const json::value* attributes = object ? object->if_contains("attributes") : nullptr;
    if (!attributes || !attributes->is_object() || text_member(attributes->get_object(), "type").empty()) {
      return refuse("INVALID_INPUT", "every record needs attributes with its type");
    }
    std::string_view here = text_member(attributes->get_object(), "type");
    if (here != type) collection.chunks.push_back(0);
    ++collection.chunks.back();
    type = std::string(here);
    collection.records.push_back(object);
  }
  if (collection.chunks.size() > static_cast<std::size_t>(most_chunks))
    return refuse("LIMIT_EXCEEDED", fmt::format("records change their type more than {} times in one call", most_chunks));
  return collection;
}

std::string_view type_of(const json::object& record) { return text_member(record.at("attributes").get_object(), "type"); }

/// The record without the member `name` (without case), whose text is put into `taken`.
json::object without(const json::object& record, std::string_view name, std::string& taken, bool& present) {
  json::object rest(record.storage());
  present = false;
  for (const auto& member : record) {
    if (!equal_no_case(std::string_view(member.key().data(), member.key().size()), name)) {
      rest.insert(member);
      continue;
    }
    present = !member.value().is_null();
    taken = scalar_text(member.value());
  }
  return rest;
}

/// Keys that stand more than once in one call, compared without case when `ignore_case`.
std::set<std::string> repeated(const std::vector<std::string>& keys, bool ignore_case) {
  std::set<std::string> seen, twice;
  for (const std::string& key : keys) {
    std::string folded = ignore_case ? to_lower_ascii(key) : key;
    if (!folded.empty() && !seen.insert(folded).second) twice.insert(folded);
  }
  return twice;
}

RowResult failed(ApiErrors errors) {
  RowResult result;
  result.errors = std::move(errors);
  return result;
}

RowResult failed(std::string code, std::string message) { return failed(ApiErrors{{std::move(code), std::move(message), {}}}); }

/// Runs `each(i)` for all items, those of a chunk together; with allOrNone a failure undoes everything.
template <class Each>
std::vector<RowResult> run(StandIn& stand_in, const std::vector<std::size_t>& chunks, bool all_or_none, Each&& each) {
  std::vector<RowResult> results;
  Transaction transaction(stand_in.database());
  for (std::size_t size : chunks) {
    std::size_t first = results.size();
    std::vector<RowResult> done = write_chunk(stand_in.database(), size, [&](std::size_t i) {
      bool unable = stand_in.faults().fires(kFaultBatchItem, "composite/sobjects").has_value();
      return unable ? failed("UNABLE_TO_LOCK_ROW", std::string(kUnableToLock)) : each(first + i);
    });
    results.insert(results.end(), done.begin(), done.end());
  }
  bool failure = std::any_of(results.begin(), results.end(), [](const RowResult& result) { return !result.good(); });
  if (failure && all_or_none) {
    roll_back_all(results);
  } else {
    transaction.commit();
  }
  return results;
}

RowResult create_one(Org& org, const ObjectType* object, const json::object& body, const Writer& writer) {
  if (!object) return failed("INVALID_TYPE", "sObject type is not supported");
  auto row = org.create(*object, body, writer);
  if (!row) return failed(std::move(row.error()));
  return {object->table->record(*row).id, true, {}};
}

}  // namespace

http::Response Salesforce::collection_create(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  auto collection = read_collection(document.root().get_object(), settings_.collection_chunks);
  if (!collection) return error_response(collection.error());
  Writer writer = this->writer(call);
  return results_response(run(*this, collection->chunks, collection->all_or_none,
                              [&](std::size_t i) {
                                const json::object& record = *collection->records[i];
                                return create_one(org_, org_.schema().find(type_of(record)), record, writer);
                              }),
                          false);
}

http::Response Salesforce::collection_update(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  auto collection = read_collection(document.root().get_object(), settings_.collection_chunks);
  if (!collection) return error_response(collection.error());
  Writer writer = this->writer(call);
  std::vector<json::object> bodies;
  std::vector<std::string> ids;
  for (const json::object* record : collection->records) {
    std::string id;
    bool present = false;
    bodies.push_back(without(*record, "Id", id, present));
    ids.push_back(normalise_id(id).value_or(id));
  }
  std::set<std::string> twice = repeated(ids, false);
  auto update_one = [&](std::size_t i) {
    const ObjectType* object = org_.schema().find(type_of(*collection->records[i]));
    if (!object) return failed("INVALID_TYPE", "sObject type is not supported");
    if (ids[i].empty()) return failed("MISSING_ARGUMENT", "Id not specified in an update call");
    if (settings_.repeated_ids_fail && twice.contains(ids[i])) return failed("DUPLICATE_VALUE", "duplicate id specified: " + ids[i]);
    auto row = org_.find_live(*object, ids[i], "INVALID_CROSS_REFERENCE_KEY");
    if (!row) return failed(std::move(row.error()));
    auto updated = org_.update(*object, *row, bodies[i], writer);
    if (!updated) return failed(std::move(updated.error()));
    return RowResult{ids[i], false, {}};
  };
  return results_response(run(*this, collection->chunks, collection->all_or_none, update_one), false);
}

http::Response Salesforce::collection_upsert(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const ObjectType* object = object_of(call);
  if (!object) return error_response("NOT_FOUND", "The requested resource does not exist");
  const Field* field = object->find(call.parameter("field"));
  bool by_id = field && field->source == Source::id;  // recorded: "Id": null creates
  if (!field || !(field->external_id || by_id)) {     // other lookups are not confirmed for collections
    return error_response("NOT_FOUND", fmt::format("Provided external ID field does not exist or is not accessible: {}", call.parameter("field")));
  }
  auto collection = read_collection(document.root().get_object(), settings_.collection_chunks);
  if (!collection) return error_response(collection.error());
  std::vector<std::string> keys;
  for (const json::object* record : collection->records) {
    if (org_.schema().find(type_of(*record)) != object) {
      return error_response("INVALID_TYPE", fmt::format("all records must be of type {}", object->name));
    }
    std::string key;
    bool present = false;
    without(*record, field->name, key, present);
    keys.push_back(std::string(trim(key)));
  }
  std::set<std::string> twice = repeated(keys, true);
  Writer writer = this->writer(call);
  auto upsert_one = [&](std::size_t i) {
    if (twice.contains(to_lower_ascii(keys[i]))) {
      return failed("DUPLICATE_VALUE", "Duplicate external id specified: " + keys[i]);
    }
    auto upserted = org_.upsert(*object, field->name, *collection->records[i], writer);
    if (!upserted) return failed(std::move(upserted.error()));
    return RowResult{object->table->record(upserted->row).id, upserted->created, {}};
  };
  return results_response(run(*this, {keys.size()}, collection->all_or_none, upsert_one), true);
}

http::Response Salesforce::collection_delete(Call& call) {
  std::string given = call.query_value("ids").value_or("");
  if (given.empty()) return error_response("MISSING_ARGUMENT", "ids is missing");
  std::vector<std::string_view> ids = split(given, ',');
  if (ids.size() > kMaxRecords) {
    return error_response("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call");
  }
  Writer writer = this->writer(call);
  auto delete_one = [&](std::size_t i) {
    const ObjectType* object = org_.schema().by_prefix(ids[i]);
    if (!object) return failed("MALFORMED_ID", fmt::format("malformed id {}", ids[i]));
    auto row = org_.find_live(*object, ids[i], "INVALID_CROSS_REFERENCE_KEY");
    if (!row) return failed(std::move(row.error()));
    auto removed = org_.remove(*object, *row, writer);
    if (!removed) return failed(std::move(removed.error()));
    return RowResult{object->table->record(*row).id, false, {}};
  };
  return results_response(run(*this, {ids.size()}, call.query_value("allOrNone") == "true", delete_one), false);
}

http::Response Salesforce::collection_read(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return error_response("NOT_FOUND", "The requested resource does not exist");
  JsonDocument document;
  std::vector<std::string> ids, names;
  if (call.request.method == "GET") {
    std::string id_list = call.query_value("ids").value_or(""), name_list = call.query_value("fields").value_or("");
    for (std::string_view id : split(id_list, ',')) ids.emplace_back(id);
    for (std::string_view name : split(name_list, ',')) names.emplace_back(name);
  } else {
    if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
    for (auto [member, list] : {std::pair{"ids", &ids}, std::pair{"fields", &names}}) {
      const json::value* given = document.root().get_object().if_contains(member);
      if (!given || !given->is_array() || given->get_array().empty()) {
        return error_response("INVALID_INPUT", fmt::format("{} must be an array of at least one value", member));
      }
      for (const json::value& item : given->get_array()) list->push_back(scalar_text(item));
    }
  }
  if (ids.size() > static_cast<std::size_t>(settings_.retrieve_ids))
    return error_response("EXCEEDED_ID_LIMIT", fmt::format("record limit reached. cannot submit more than {} ids", settings_.retrieve_ids));
  std::vector<const Field*> fields;
  for (const std::string& name : names) {
    const Field* field = object->find(trim(name));
    if (!field) return error_response("INVALID_FIELD", fmt::format("No such column '{}' on entity '{}'", name, object->name));
    fields.push_back(field);
  }
  JsonDocument out;
  Renderer renderer(org_, call.parameter("version"), out.storage());
  json::array records = out.array();
  records.reserve(ids.size());
  for (const std::string& id : ids) {
    auto full = normalise_id(id);
    if (!full) return error_response("MALFORMED_ID", fmt::format("malformed id {}", id));
    RowNumber row = object->table->find(*full);
    bool there = row != kNoRow && !object->table->record(row).deleted;
    records.push_back(there ? json::value(renderer.record(*object, row, fields)) : json::value(nullptr, out.storage()));
  }
  return json_response(200, std::move(records));
}

}  // namespace lockstep::emulators::salesforce
