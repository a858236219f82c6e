// Many at once, as jobs (contract A3).
#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

std::string title_of(const ObjectType& type) { return capitalised(type.name); }

Outcome<std::vector<std::string>> read_ids(const Call& call, Account& account, const ObjectType& type) {
  auto ids = call.query_value("ids");
  auto external = call.query_value("external_ids");
  if (!ids && !external)
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the ids attribute. Invalid parameter: ids is required");
  std::vector<std::string> found;
  for (std::string_view id : split(ids ? *ids : *external, ',')) {
    if (ids) {
      found.emplace_back(trim(id));
      continue;
    }
    for (RowNumber row : account.find_by(type, "external_id", trim(id))) found.push_back(type.table->record(row).id);
  }
  if (found.size() > kMostInBulk) return refuse(422, "TooManyValues", "At most 100 ids may be sent at once");
  return found;
}

json::value number_of(const std::string& id) {
  bool digits = !id.empty() && id.size() < 19 && id.find_first_not_of("0123456789") == std::string::npos;
  return digits ? json::value(std::stoll(id)) : json::value(id);
}

json::object updated(const std::string& id, const Outcome<void>& done, std::string_view action) {
  json::object row{{"id", number_of(id)}, {"action", json::string(action.data(), action.size())}, {"success", done.has_value()}};
  row["status"] = !done ? "Failed" : action == "delete" ? "Deleted" : "Updated";
  if (done) return row;
  row["error"] = text_member(done.error().body.is_object() ? done.error().body.get_object() : json::object(), "error");
  row["details"] = sentence(done.error());
  row["errors"] = sentence(done.error());
  return row;
}

}  // namespace

Outcome<std::vector<json::object>> read_rows(const Call& call, const std::string& plural) {
  JsonDocument document;
  if (!document.parse(call.request.body)) return refuse_titled(422, "Unprocessable Entity", "Server could not parse JSON");
  const json::object* body = document.root().if_object();
  const json::value* list = body ? body->if_contains(plural) : nullptr;
  if (!list || !list->is_array() || list->get_array().empty())
    return refuse_titled(400, "Invalid attribute",
                         "You passed an invalid value for the " + plural + " attribute. Invalid parameter: " + plural + " is required");
  if (list->get_array().size() > kMostInBulk) return refuse(422, "TooManyValues", "At most 100 " + plural + " may be sent at once");
  std::vector<json::object> rows;
  for (const json::value& each : list->get_array()) {
    if (!each.is_object()) return refuse_titled(400, "Invalid attribute", "A member of " + plural + " is no object");
    rows.emplace_back(each.get_object(), json::storage_ptr());
  }
  return rows;
}

std::optional<json::object> Zendesk::briefly_unable(std::size_t index) {
  if (!faults().fires(kFaultBatchItem, "JOB " + std::to_string(index))) return std::nullopt;
  return json::object{{"index", index},
                      {"success", false},
                      {"status", "Failed"},
                      {"error", "ServiceUnavailable"},
                      {"errors", "Service temporarily unavailable"},
                      {"details", "Service temporarily unavailable"}};
}

Zendesk::Answer Zendesk::start(Call& call, std::string type, std::size_t total, Jobs::Row row) {
  bool async = call.query_value("async") == "true";
  auto guarded = [this, row = std::move(row)](std::size_t index, WallTime at) {
    if (auto unable = briefly_unable(index)) return std::move(*unable);
    return row(index, at);
  };
  auto started = jobs_.start(std::move(type), total, std::move(guarded), call.now, call.base_url);
  if (!started) return tl::unexpected(std::move(started.error()));
  return json_answer(async ? 202 : 200, json::object{{"job_status", std::move(*started)}});
}

Zendesk::Answer Zendesk::create_many(Call& call, ObjectType& type) {
  auto rows = read_rows(call, type.plural);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  Writer by = writer(call);
  by.import = call.request.target.starts_with("/api/v2/imports/");
  std::size_t total = rows->size();
  return start(call, "Bulk Create " + title_of(type), total, [this, &type, by, rows = std::move(*rows)](std::size_t index, WallTime at) mutable {
    by.at = at;
    auto row = account_.create(type, rows[index], by);
    if (row) return json::object{{"index", index}, {"id", account_.id_of(type, *row)}};
    return json::object{{"index", index}, {"error", title_of(type) + "CreateFailed"}, {"details", sentence(row.error())}};
  });
}

Zendesk::Answer Zendesk::create_or_update_many(Call& call, ObjectType& type) {
  auto rows = read_rows(call, type.plural);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  Writer by = writer(call);
  std::size_t total = rows->size();
  return start(call, "Bulk Create Or Update " + title_of(type), total, [this, &type, by, rows = std::move(*rows)](std::size_t index, WallTime at) mutable {
    by.at = at;
    auto done = account_.create_or_update(type, rows[index], by);
    json::object result{{"index", index}, {"status", !done ? "Failed" : done->second ? "Created" : "Updated"}};
    for (const char* key : {"email", "external_id"}) {
      if (const json::value* held = rows[index].if_contains(key)) result[key] = *held;
    }
    if (done) result["id"] = account_.id_of(type, done->first);
    if (!done) {
      result["error"] = title_of(type) + "CreateOrUpdateFailed";
      result["details"] = sentence(done.error());
    }
    return result;
  });
}

/// One change for `ids`, or a list of records each with its own.
Zendesk::Answer Zendesk::update_many(Call& call, ObjectType& type) {
  std::vector<std::pair<std::string, json::object>> changes;
  if (call.query_value("ids") || call.query_value("external_ids")) {
    auto ids = read_ids(call, account_, type);
    if (!ids) return tl::unexpected(std::move(ids.error()));
    JsonDocument document;
    auto given = read_member(call, document, type.name);
    if (!given) return tl::unexpected(std::move(given.error()));
    for (const std::string& id : *ids) changes.emplace_back(id, json::object(**given, json::storage_ptr()));
  } else {
    auto rows = read_rows(call, type.plural);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    for (json::object& row : *rows) {
      const json::value* id = row.if_contains("id");
      std::string named = id ? scalar_text(*id) : "";
      changes.emplace_back(std::move(named), std::move(row));
    }
  }
  Writer by = writer(call);
  by.many = true;
  std::size_t total = changes.size();
  return start(call, "Bulk Update " + title_of(type), total, [this, &type, by, changes = std::move(changes)](std::size_t index, WallTime at) mutable {
    by.at = at;
    const auto& [id, given] = changes[index];
    RowNumber row = account_.find_live(type, id);
    Outcome<void> done = row == kNoRow ? Outcome<void>(record_not_found()) : account_.update(type, row, given, by);
    json::object result = updated(id, done, "update");
    result["index"] = index;
    return result;
  });
}

Zendesk::Answer Zendesk::destroy_many(Call& call, ObjectType& type) {
  auto ids = read_ids(call, account_, type);
  if (!ids) return tl::unexpected(std::move(ids.error()));
  Writer by = writer(call);
  std::size_t total = ids->size();
  return start(call, "Bulk Delete " + title_of(type), total, [this, &type, by, ids = std::move(*ids)](std::size_t index, WallTime at) mutable {
    by.at = at;
    RowNumber row = account_.find_live(type, ids[index]);
    Outcome<void> done = row == kNoRow ? Outcome<void>(record_not_found()) : account_.remove(type, row, by);
    json::object result = updated(ids[index], done, "delete");
    result["index"] = index;
    return result;
  });
}

Zendesk::Answer Zendesk::purge_tickets(Call& call) {
  ObjectType& type = account_.tickets();
  auto rows = deleted_of(call);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  if (rows->size() > kMostInBulk) return refuse(422, "TooManyValues", "At most 100 ids may be sent at once");
  Writer by = writer(call);
  std::size_t total = rows->size();
  return start(call, "Permanently Delete Tickets", total, [this, &type, by, rows = std::move(*rows)](std::size_t index, WallTime at) {
    RowNumber row = rows[index];
    account_.events().purged(type, row, at);
    database().purge(*type.table, row, {whole_seconds(at), by.actor, "", true});
    return json::object{{"success", true}, {"id", account_.id_of(type, row)}};
  });
}

Zendesk::Answer Zendesk::job(Call& call) {
  auto status = jobs_.status(id_in(call), call.now, call.base_url);
  if (!status) return record_not_found();
  return json_answer(200, json::object{{"job_status", std::move(*status)}});
}

Zendesk::Answer Zendesk::jobs(Call& call) {
  json::array all = jobs_.all(call.now, call.base_url);
  if (auto ids = call.query_value("ids")) {
    json::array chosen;
    for (std::string_view id : split(*ids, ',')) {
      if (auto status = jobs_.status(id, call.now, call.base_url)) chosen.push_back(std::move(*status));
    }
    all = std::move(chosen);
  }
  json::value count(all.size());
  return json_answer(200, json::object{{"job_statuses", std::move(all)}, {"count", count}, {"next_page", nullptr}, {"previous_page", nullptr}});
}

}  // namespace lockstep::emulators::zendesk
