// §2.2 to §2.4: single records by id and by key, conditional requests.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

http::Response no_such_resource() { return error_response("NOT_FOUND", "The requested resource does not exist"); }

/// Only accounts have one (§2.4).
std::string etag_of(const Record& record) {
  std::string hash = sha256(record.id + "/" + std::to_string(record.version));
  return fmt::format("\"{}--gzip\"", to_base64(hash.substr(0, 20)));
}

bool names_tag(std::string_view list, const std::string& tag) {
  for (std::string_view given : split(list, ',')) {
    if (trim(given) == "*" || trim(given) == tag) return true;
  }
  return false;
}

bool is_tag_list(std::string_view list) {
  for (std::string_view given : split(list, ',')) {
    std::string_view tag = trim(given);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    bool quoted = tag.size() >= 2 && tag.front() == '"' && tag.back() == '"';
    if (tag != "*" && !quoted) return false;
  }
  return true;
}

constexpr const char* kConditions[] = {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"};

/// A condition that the platform does not look at must not be taken for one that held.
std::optional<http::Response> check_unsupported(const Call& call, const Settings& settings) {
  if (!settings.unsupported_conditions_refused) return std::nullopt;
  auto refused = [](const char* name, const std::string& method) {
    return error_response("INVALID_HEADER", fmt::format("{} is not supported for {}", name, method));
  };
  if (call.header("If-Range")) return refused("If-Range", call.request.method);
  for (const char* name : kConditions) {
    if (call.request.method == "DELETE" && call.header(name)) return refused(name, call.request.method);
  }
  return std::nullopt;
}

/// A write under a condition that cannot be read is refused; a read passes over it.
std::optional<http::Response> check_condition_forms(const Call& call, const ObjectType& object) {
  for (const char* name : kConditions) {
    auto given = call.header(name);
    bool dated = std::string_view(name).ends_with("Since");
    if (!given || (!dated && object.name != "Account") || (dated ? parse_http_date(*given).has_value() : is_tag_list(*given))) continue;
    return error_response("INVALID_HEADER", fmt::format("{}: {} is not an {}", name, *given, dated ? "HTTP date" : "entity tag"));
  }
  return std::nullopt;
}

/// If-Match and If-None-Match of accounts; If-Modified-Since and If-Unmodified-Since against LastModifiedDate, in whole seconds.
std::optional<http::Response> check_conditions(const Call& call, const Org& org, const Settings& settings, const ObjectType& object, RowNumber row) {
  bool reading = call.request.method == "GET" || call.request.method == "HEAD";
  if (auto refused = check_unsupported(call, settings)) return refused;
  const Record& record = object.table->record(row);
  if (auto refused = reading ? std::nullopt : check_condition_forms(call, object)) return refused;
  if (object.name == "Account") {
    auto match = call.header("If-Match"), none_match = call.header("If-None-Match");
    if (match && !names_tag(*match, etag_of(record))) return http::Response(412, "");
    if (none_match && names_tag(*none_match, etag_of(record))) return http::Response(reading ? 304 : 412, "");
  }
  for (const char* name : {"If-Modified-Since", "If-Unmodified-Since"}) {
    auto given = call.header(name);
    if (!given) continue;
    Result<WallTime> date = parse_http_date(*given);
    if (!date) continue;
    bool changed_since = org.last_modified(object, row) > *date;
    bool wants_changed = std::string_view(name) == "If-Modified-Since";
    if (changed_since == wants_changed) continue;
    if (!reading && settings.failed_condition_is_error)
      return error_response("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", "The record was modified after the date of the condition");
    return http::Response(wants_changed && reading ? 304 : 412, "");
  }
  return std::nullopt;
}

std::string_view token_of(const json::value& given) {
  switch (given.kind()) {
    case json::kind::null: return "VALUE_NULL";
    case json::kind::bool_: return given.get_bool() ? "VALUE_TRUE" : "VALUE_FALSE";
    case json::kind::int64:
    case json::kind::uint64: return "VALUE_NUMBER_INT";
    case json::kind::double_: return "VALUE_NUMBER_FLOAT";
    case json::kind::string: return "VALUE_STRING";
    case json::kind::array: return "START_ARRAY";
    case json::kind::object: return "START_OBJECT";
  }
  return "";
}

/// What kept a record of a body from being written. A value that does not fit its field's type fails already as the body is read: with the parser's words,
/// and before any rule is asked.
http::Response write_refused(const Call& call, const ObjectType& object, const json::object& body, const ApiErrors& errors) {
  auto misfit = std::find_if(errors.begin(), errors.end(), [](const ApiError& error) { return error.code == kWrongType; });
  if (misfit == errors.end()) return error_response(errors);
  const std::string& name = misfit->fields.front();
  for (const auto& member : body) {
    if (!equal_no_case(std::string_view(member.key()), name)) continue;
    const json::value& given = member.value();
    std::string shown = given.is_null() ? "null" : given.is_object() ? "{" : given.is_array() ? "[" : scalar_text(given);
    std::string_view text = call.request.body;
    std::size_t at = text.find(fmt::format("\"{}\"", std::string_view(member.key())));
    std::size_t line_start = text.substr(0, at).rfind('\n') + 1;  // 0 where there is none
    return error_response(
        "JSON_PARSER_ERROR",
        fmt::format("Cannot deserialize instance of {} from {} value {} or request may be missing a required field at [line:{}, column:{}]",
                    name_of(object.field(name).type), token_of(given), shown,
                    1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())), '\n'), at - line_start + 1));
  }
  return error_response(errors);
}

http::Response created_answer(const Call& call, const ObjectType& object, const std::string& id, bool upsert) {
  json::object body{{"id", id}, {"success", true}, {"errors", json::array()}};
  if (upsert) body["created"] = true;
  http::Response response = json_response(201, body);
  response.headers.add("Location", record_url(call.parameter("version"), object, id));
  return response;
}

}  // namespace

Outcome<RowNumber> Salesforce::row_of_path(const ObjectType& object, const std::string& id, const std::string& missing_code) const {
  if (object.reified) {
    RowNumber row = object.table->find(id);
    return row == kNoRow ? Outcome<RowNumber>(refuse("NOT_FOUND", "The requested resource does not exist")) : Outcome<RowNumber>(row);
  }
  if (!normalise_id(id)) {
    return refuse("NOT_FOUND", fmt::format("Provided external ID field does not exist or is not accessible: {}", id));
  }
  return org_.find_live(object, id, missing_code);
}

Outcome<Salesforce::KeyedRows> Salesforce::rows_by_key(Call& call, const ObjectType& object) const {
  const Field* field = object.find(call.parameter("field"));
  if (!field || !(field->external_id || field->id_lookup || field->source == Source::id)) {
    return refuse("NOT_FOUND", fmt::format("Provided external ID field does not exist or is not accessible: {}", call.parameter("field")));
  }
  if (field->type == FieldType::email && to_lower_ascii(call.parameter("value")).ends_with(".inc"))  // taken for the ending of a file
    return refuse("NOT_FOUND", "The requested resource does not exist");
  return KeyedRows{field, org_.find_by_key(object, *field, call.parameter("value"))};
}

http::Response Salesforce::create_row(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  if (auto refused = check_unsupported(call, settings_)) return std::move(*refused);
  if (auto refused = check_condition_forms(call, *object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  auto row = org_.create(*object, body, writer(call));
  if (!row) return write_refused(call, *object, body, row.error());
  note_used(call, *object, *row);
  return created_answer(call, *object, object->table->record(*row).id, false);
}

http::Response Salesforce::render_row(Call& call, const ObjectType& object, RowNumber row) {
  if (auto stopped = check_conditions(call, org_, settings_, object, row)) return std::move(*stopped);
  std::vector<const Field*> fields;
  if (auto names = call.query_value("fields")) {
    for (std::string_view name : split(*names, ',')) {
      const Field* field = object.find(trim(name));
      if (!field) {
        return error_response("INVALID_FIELD", fmt::format("No such column '{}' on entity '{}'", trim(name), object.name));
      }
      fields.push_back(field);
    }
  } else {
    fields = object.visible();
  }
  note_used(call, object, row);
  JsonDocument document;
  Renderer renderer(org_, call.parameter("version"), document.storage());
  http::Response response = json_response(200, renderer.record(object, row, fields));
  response.headers.add("Last-Modified", format_http_date(org_.last_modified(object, row)));
  if (object.name == "Account") response.headers.add("ETag", etag_of(object.table->record(row)));
  return response;
}

http::Response Salesforce::read_row(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  auto row = row_of_path(*object, call.parameter("id"));
  if (!row) return error_response(row.error());
  return render_row(call, *object, *row);
}

http::Response Salesforce::update_row(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  auto row = row_of_path(*object, call.parameter("id"));
  if (!row) return error_response(row.error());
  if (auto stopped = check_conditions(call, org_, settings_, *object, *row)) return std::move(*stopped);
  const json::object& body = document.root().get_object();
  auto updated = org_.update(*object, *row, body, writer(call));
  if (!updated) return write_refused(call, *object, body, updated.error());
  note_used(call, *object, *row);
  return no_content();
}

http::Response Salesforce::delete_row(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  if (auto refused = check_unsupported(call, settings_)) return std::move(*refused);
  auto row = row_of_path(*object, call.parameter("id"), settings_.missing_delete_is_cross_reference ? "INVALID_CROSS_REFERENCE_KEY" : "NOT_FOUND");
  if (!row) return error_response(row.error());
  auto removed = org_.remove(*object, *row, writer(call));
  return removed ? no_content() : error_response(removed.error());
}

http::Response Salesforce::read_by_key(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  if (auto related = read_related(call, *object)) return std::move(*related);
  auto keyed = rows_by_key(call, *object);
  if (!keyed) return error_response(keyed.error());
  if (keyed->rows.empty()) return no_such_resource();
  if (keyed->rows.size() == 1) return render_row(call, *object, keyed->rows.front());
  json::array urls;
  for (RowNumber row : keyed->rows) {
    urls.emplace_back(record_url(call.parameter("version"), *object, object->table->record(row).id));
  }
  return json_response(300, urls);
}

http::Response Salesforce::upsert_row(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  auto keyed = rows_by_key(call, *object);
  if (!keyed) return error_response(keyed.error());
  json::object& body = document.root().get_object();
  for (const auto& member : body) {
    std::string_view name(member.key().data(), member.key().size());
    if (!equal_no_case(name, keyed->field->name) && !equal_no_case(name, "Id")) continue;
    return error_response("INVALID_FIELD", fmt::format("The {} field should not be specified in the sobject data.", name));
  }
  if (keyed->rows.size() > 1) return read_by_key(call);
  Writer writer = this->writer(call);
  writer.key = call.parameter("value");
  if (keyed->rows.size() == 1) {
    RowNumber row = keyed->rows.front();
    if (auto stopped = check_conditions(call, org_, settings_, *object, row)) return std::move(*stopped);
    auto updated = org_.update(*object, row, body, writer);
    if (!updated) return write_refused(call, *object, body, updated.error());
    note_used(call, *object, row);
    if (std::atoi(call.parameter("version").c_str() + 1) < settings_.upsert_body_version) return no_content();
    return json_response(200, json::object{{"id", object->table->record(row).id}, {"success", true}, {"errors", json::array()}, {"created", false}});
  }
  if (call.query_value("updateOnly") == "true" && settings_.update_only_miss_status == 204) return no_content();
  if (call.query_value("updateOnly") == "true" || keyed->field->source == Source::id) return no_such_resource();
  body[keyed->field->name] = call.parameter("value");
  if (faults().fires(kUpsertRace, "PATCH " + call.request.path())) {
    Writer other = writer;
    other.actor = {ActorKind::automation, "Automated Process"};
    org_.create(*object, body, other);
  }
  auto row = org_.create(*object, body, writer);
  if (!row) return write_refused(call, *object, body, row.error());
  note_used(call, *object, *row);
  return created_answer(call, *object, object->table->record(*row).id, true);
}

http::Response Salesforce::delete_by_key(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return no_such_resource();
  if (auto refused = check_unsupported(call, settings_)) return std::move(*refused);
  auto keyed = rows_by_key(call, *object);
  if (!keyed) return error_response(keyed.error());
  if (keyed->rows.empty()) return no_such_resource();
  if (keyed->rows.size() > 1) return read_by_key(call);
  auto removed = org_.remove(*object, keyed->rows.front(), writer(call));
  return removed ? no_content() : error_response(removed.error());
}

}  // namespace lockstep::emulators::salesforce
