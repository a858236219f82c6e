#include "emulators/core/control_plane.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/core/csv.h"
#include "emulators/core/fault_switch.h"

namespace lockstep::emulators {
namespace {

http::Response refuse(int status, const std::string& message) { return json_response(status, json::object{{"error", message}}); }

std::uint64_t number_or(const std::string& text, std::uint64_t fallback) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : fallback;
}

std::optional<EditKind> edit_kind(std::string_view word) {
  if (word == "create") return EditKind::create;
  if (word == "update") return EditKind::update;
  if (word == "delete") return EditKind::remove;
  if (word == "restore") return EditKind::restore;
  if (word == "merge") return EditKind::merge;
  return std::nullopt;
}

json::object changed_fields(const Table& table, const PackedFields& fields, const PackedFields& other) {
  json::object object;
  fields.for_each([&](FieldId field, ValueView value) { object[table.field_name(field)] = to_json(value); });
  other.for_each([&](FieldId field, ValueView) {
    if (is_null(fields.get(field))) object[table.field_name(field)] = nullptr;
  });
  return object;
}

}  // namespace

http::Response ControlPlane::handle(const http::ServerRequest& request) {
  std::string path = request.path().substr(kControlPrefix.size());
  const std::string& method = request.method;
  if (path.starts_with("records/") && method == "POST") return load(request, path.substr(8));
  if (path == "edit" && method == "POST") return edit(request);
  if (path == "writes" && method == "GET") return writes(request);
  if (path == "counts" && method == "GET") return counts();
  if (path == "clock" && (method == "POST" || method == "GET")) return advance_clock(request);
  if (path == "faults") return faults(request);
  if (path == "schema" && method == "POST") return change_schema(request);
  if (auto own = stand_in_.control(request, path)) return std::move(*own);
  return refuse(404,
                "the control plane knows POST records/{object}, POST edit, GET writes, GET counts, GET and POST clock, "
                "GET, POST and DELETE faults, POST schema, GET and POST settings");
}

http::Response ControlPlane::load(const http::ServerRequest& request, std::string_view object) {
  Edit edit;
  edit.kind = EditKind::load;
  edit.object = std::string(object);
  edit.actor = {ActorKind::person, "loader"};
  for (const auto& [name, value] : http::parse_query(request.query())) {
    if (name == "as") edit.actor.name = value;
  }
  auto type = request.headers.find("Content-Type");
  edit.text_values = type && type->starts_with("text/csv");
  Result<Loaded> loaded = edit.text_values ? load_csv(request.body, edit) : load_json(request.body, edit);
  if (!loaded) return refuse(400, loaded.error().message);
  int status = loaded->errors.empty() ? 200 : 422;
  return json_response(status, json::object{{"loaded", loaded->count}, {"ids", std::move(loaded->ids)}, {"errors", std::move(loaded->errors)}});
}

void ControlPlane::load_one(Edit& edit, const json::object& fields, Loaded& loaded) {
  edit.fields = &fields;
  Result<std::string> id = stand_in_.apply(edit);
  if (id) {
    ++loaded.count;
    loaded.ids.emplace_back(*id);
    return;
  }
  loaded.errors.push_back(json::object{{"index", loaded.ids.size()}, {"error", id.error().message}});
  loaded.ids.emplace_back(nullptr);
}

Result<ControlPlane::Loaded> ControlPlane::load_json(std::string_view body, Edit& edit) {
  JsonDocument document;
  TRY_VOID(document.parse(body));
  const json::array* records = document.root().if_array();
  if (!records) return fail(ErrorCode::invalid_input, "expected a JSON array of records");
  for (std::size_t i = 0; i < records->size(); ++i) {
    if (!(*records)[i].is_object()) {
      return fail(ErrorCode::invalid_input, fmt::format("record {} is not a JSON object", i));
    }
  }
  Loaded loaded;
  for (const json::value& record : *records) load_one(edit, record.get_object(), loaded);
  return loaded;
}

Result<ControlPlane::Loaded> ControlPlane::load_csv(std::string_view body, Edit& edit) {
  TRY(CsvTable table, parse_csv(body));
  Loaded loaded;
  for (const std::vector<std::string>& row : table.rows) {
    json::object fields;
    for (std::size_t column = 0; column < table.header.size(); ++column) {
      if (!row[column].empty()) fields[table.header[column]] = row[column];
    }
    load_one(edit, fields, loaded);
  }
  return loaded;
}

Result<std::string> ControlPlane::edit_one(const json::value& item) {
  const json::object* object = item.if_object();
  if (!object) return fail(ErrorCode::invalid_input, "an edit is a JSON object");
  auto kind = edit_kind(text_member(*object, "operation"));
  if (!kind) return fail(ErrorCode::invalid_input, "operation must be create, update, delete, restore or merge");
  Edit edit;
  edit.kind = *kind;
  edit.object = std::string(text_member(*object, "object"));
  edit.id = std::string(text_member(*object, "id"));
  edit.into = std::string(text_member(*object, "into"));
  std::string_view who = text_member(*object, "kind");
  if (!who.empty() && who != "person" && who != "integration") return fail(ErrorCode::invalid_input, "kind must be person or integration");
  edit.actor = {who == "integration" ? ActorKind::integration : ActorKind::person, std::string(text_member(*object, "as"))};
  if (edit.object.empty()) return fail(ErrorCode::invalid_input, "object is missing");
  if (edit.actor.name.empty()) return fail(ErrorCode::invalid_input, "as is missing: the name of the person or integration that edits");
  if (*kind != EditKind::create && edit.id.empty()) return fail(ErrorCode::invalid_input, "id is missing");
  if (*kind == EditKind::merge && edit.into.empty()) {
    return fail(ErrorCode::invalid_input, "into is missing: the id of the record that stays");
  }
  json::object no_fields;
  const json::value* fields = object->if_contains("fields");
  if (fields && !fields->is_object()) return fail(ErrorCode::invalid_input, "fields must be a JSON object");
  edit.fields = fields ? fields->if_object() : &no_fields;
  return stand_in_.apply(edit);
}

http::Response ControlPlane::edit(const http::ServerRequest& request) {
  JsonDocument document;
  if (auto parsed = document.parse(request.body); !parsed) return refuse(400, parsed.error().message);
  auto outcome = [&](const json::value& item) {
    Result<std::string> id = edit_one(item);
    if (id) return json::object{{"ok", true}, {"id", *id}};
    return json::object{{"ok", false}, {"error", id.error().message}};
  };
  const json::array* items = document.root().if_array();
  if (!items) {
    json::object single = outcome(document.root());
    return json_response(single.at("ok").as_bool() ? 200 : 422, single);
  }
  json::array results;
  for (const json::value& item : *items) results.push_back(outcome(item));
  return json_response(200, results);
}

json::object ControlPlane::write_row(const JournalEntry& entry) {
  const Table& table = *entry.table;
  const Actor& actor = stand_in_.database_.actor(entry.actor);
  json::object row{{"sequence", entry.sequence},
                   {"time", format_iso(entry.at)},
                   {"by", {{"kind", name_of(actor.kind)}, {"name", actor.name}}},
                   {"operation", name_of(entry.operation)},
                   {"object", table.name()},
                   {"id", table.record(entry.row).id}};
  if (!entry.key.empty()) row["key"] = entry.key;
  if (entry.merged_into != kNoRow) row["into"] = table.record(entry.merged_into).id;
  row["before"] = changed_fields(table, entry.before, entry.after);
  row["after"] = changed_fields(table, entry.after, entry.before);
  return row;
}

http::Response ControlPlane::writes(const http::ServerRequest& request) {
  constexpr std::uint64_t kMaxWrites = 10'000;
  const auto& journal = stand_in_.database_.journal();
  std::map<std::string, std::string> wanted;
  for (const auto& [name, value] : http::parse_query(request.query())) wanted[name] = value;
  std::uint64_t after = std::min<std::uint64_t>(number_or(wanted["after"], 0), journal.size());
  std::uint64_t limit = std::min(number_or(wanted["limit"], 1'000), kMaxWrites);
  auto fits = [&](std::string_view name, std::string_view held) {
    auto given = wanted.find(std::string(name));
    return given == wanted.end() || given->second == held;
  };
  json::array rows;
  std::uint64_t next = after;  // journal[i] has sequence i + 1
  for (; next < journal.size() && rows.size() < limit; ++next) {
    const JournalEntry& entry = journal[next];
    const Actor& actor = stand_in_.database_.actor(entry.actor);
    if (fits("by", actor.name) && fits("kind", name_of(actor.kind)) && fits("key", entry.key) && fits("object", entry.table->name()) &&
        fits("id", entry.table->record(entry.row).id))
      rows.push_back(write_row(entry));
  }
  return json_response(200, json::object{{"writes", std::move(rows)}, {"next", next}, {"more", next < journal.size()}});
}

http::Response ControlPlane::counts() {
  json::object calls, statuses, rows;
  for (const auto& [route, count] : stand_in_.calls_) calls[route] = count;
  for (const auto& [status, count] : stand_in_.statuses_) statuses[std::to_string(status)] = count;
  for (const auto& [name, table] : stand_in_.database_.tables()) {
    rows[name] = {{"live", table->live_count()}, {"deleted", table->row_count() - table->live_count()}};
  }
  return json_response(200, json::object{{"total_calls", stand_in_.call_count_},
                                         {"calls", std::move(calls)},
                                         {"statuses", std::move(statuses)},
                                         {"rows", std::move(rows)},
                                         {"writes", stand_in_.database_.journal().size()}});
}

http::Response ControlPlane::advance_clock(const http::ServerRequest& request) {
  if (request.method == "POST") {
    JsonDocument document;
    if (auto parsed = document.parse(request.body); !parsed) return refuse(400, parsed.error().message);
    const json::object* object = document.root().if_object();
    Result<Duration> by = parse_duration(object ? text_member(*object, "advance") : "");
    if (!by) return refuse(400, "expected {\"advance\": \"90s\"}: " + by.error().message);
    stand_in_.advanced_ += *by;
  }
  return json_response(200, json::object{{"now", format_iso(stand_in_.now())}});
}

http::Response ControlPlane::change_schema(const http::ServerRequest& request) {
  JsonDocument document;
  if (auto parsed = document.parse(request.body); !parsed) return refuse(400, parsed.error().message);
  const json::object* object = document.root().if_object();
  SchemaChange change;
  if (object) {
    change.object = std::string(text_member(*object, "object"));
    change.field = std::string(text_member(*object, "field"));
    change.add_option = std::string(text_member(*object, "add_option"));
    change.remove_option = std::string(text_member(*object, "remove_option"));
    const json::value* required = object->if_contains("required");
    if (required && required->is_bool()) change.required = required->as_bool();
  }
  if (change.object.empty() || change.field.empty())
    return refuse(400, "expected {\"object\":\"…\",\"field\":\"…\"} with required, add_option or remove_option");
  if (auto changed = stand_in_.change_schema(change); !changed) return refuse(422, changed.error().message);
  return json_response(200, json::object{{"ok", true}});
}

http::Response ControlPlane::faults(const http::ServerRequest& request) {
  if (request.method == "DELETE") stand_in_.faults_.clear_all();
  if (request.method == "POST") {
    JsonDocument document;
    if (auto parsed = document.parse(request.body); !parsed) return refuse(400, parsed.error().message);
    std::vector<std::string> names = common_faults();
    for (std::string_view own : stand_in_.own_faults()) names.emplace_back(own);
    Result<Fault> fault = read_fault(document.root(), stand_in_.now(), names, [this](std::string_view code) { return stand_in_.knows_fault_code(code); });
    if (!fault) return refuse(400, fault.error().message);
    if (fault->rate <= 0) {
      stand_in_.faults_.clear(fault->name);
    } else {
      stand_in_.faults_.set(std::move(*fault));
    }
  }
  json::array list;
  for (const auto& [name, fault] : stand_in_.faults_.all()) list.push_back(fault_row(fault));
  return json_response(200, json::object{{"faults", std::move(list)}});
}

}  // namespace lockstep::emulators
