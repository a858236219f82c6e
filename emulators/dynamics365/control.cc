// The control plane: edits as a person, fixtures, webhook steps, switches.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/service.h"

namespace lockstep::emulators::dynamics365 {
namespace {

http::Response refuse_control(std::string message) {
  return json_response(400, json::object{{"error", message}});
}

Writer writer_of(const Edit& edit, WallTime now, Rng& rng) {
  Writer writer;
  writer.actor = edit.actor;
  writer.now = now;
  writer.correlation = make_guid(rng);
  writer.journaled = edit.kind != EditKind::load;
  return writer;
}

/// Text, or an array of texts.
std::vector<std::string> texts(const json::object& object, std::string_view name) {
  std::vector<std::string> found;
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  if (!member) return found;
  if (member->is_string()) found.emplace_back(member->get_string());
  if (const json::array* items = member->if_array()) {
    for (const json::value& item : *items) found.push_back(scalar_text(item));
  }
  return found;
}

std::int64_t number_or(const json::object& object, std::string_view name, std::int64_t otherwise) {
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  return member && member->is_int64() ? member->get_int64() : otherwise;
}

bool flag_or(const json::object& object, std::string_view name, bool otherwise) {
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  return member && member->is_bool() ? member->get_bool() : otherwise;
}

json::object step_row(const Step& step) {
  json::array filtering;
  for (const std::string& each : step.filtering) filtering.push_back(json::value(each));
  return json::object{{"id", step.id},
                      {"entity", step.table},
                      {"message", step.message},
                      {"url", step.url},
                      {"filteringattributes", filtering},
                      {"delay_ms", step.delay.count()}};
}

}  // namespace

Outcome<RowNumber> Service::edited_row(const TableSpec& table, const std::string& id) const {
  auto guid = parse_guid(id);
  RowNumber row = guid ? organisation_.records.find(table, *guid) : kNoRow;
  if (row == kNoRow) return tl::unexpected<ApiError>(row_missing(table.name, id));
  return row;
}

/// People resolve a case by a button, which is the action behind the state; their other changes are saved
/// before.
Outcome<void> Service::update_as_person(const TableSpec& table, RowNumber row, Payload payload,
                                        const Writer& writer) {
  Records& records = organisation_.records;
  const Change* state = table.name == "incident" ? payload.find(*table.state_column()) : nullptr;
  if (!state || state->value != Value(std::int64_t{1})) return records.update(table, row, payload, writer);
  CaseResolution resolution;
  resolution.subject = "Resolved";
  const Change* status = payload.find(*table.status_column());
  if (const std::int64_t* value = status ? std::get_if<std::int64_t>(&status->value) : nullptr) {
    resolution.status = *value;
  }
  std::erase_if(payload.changes, [&](const Change& change) {
    return change.column == table.state_column() || change.column == table.status_column();
  });
  UnitOfWork unit(organisation_.database, organisation_.webhooks);
  TRY_VOID(records.update(table, row, payload, writer));
  TRY_VOID(records.close_case(row, resolution, writer));
  unit.commit();
  return {};
}

Outcome<std::string> Service::apply_edit(const Edit& edit, const TableSpec& table, const Writer& writer) {
  UrlResolver resolver(organisation_, "");
  bool creating = edit.kind == EditKind::create || edit.kind == EditKind::load;
  Door door = edit.kind != EditKind::load ? Door::api : edit.text_values ? Door::fixture_text : Door::fixture;
  Payload payload;
  if (edit.fields) {
    TRY(payload, read_payload(organisation_.metadata, table, *edit.fields, resolver, door, creating));
  }
  Records& records = organisation_.records;
  if (creating) {
    if (!edit.id.empty()) {
      payload.id = parse_guid(edit.id);
      if (!payload.id)
        return refuse(400, code::kInvalidArgument, fmt::format("'{}' is not a GUID.", edit.id));
    }
    TRY(RowNumber created, records.create(table, payload, writer, edit.kind == EditKind::load));
    return table.rows->record(created).id;
  }
  TRY(RowNumber row, edited_row(table, edit.id));
  switch (edit.kind) {
    case EditKind::update:
      TRY_VOID(update_as_person(table, row, std::move(payload), writer));
      break;
    case EditKind::remove:
      TRY_VOID(records.remove(table, row, writer));
      break;
    case EditKind::merge: {
      TRY(RowNumber winner, edited_row(table, edit.into));
      TRY_VOID(records.merge(table, winner, row, payload, writer));
      break;
    }
    default:
      return refuse(400, code::kNotImplemented, "Deletes are final here: the recycle bin is off.");
  }
  return table.rows->record(row).id;
}

Result<std::string> Service::apply(const Edit& edit) {
  const TableSpec* table = organisation_.metadata.by_name(edit.object);
  if (!table) table = organisation_.metadata.by_set(edit.object);
  if (!table) {
    std::vector<std::string> names;
    for (const TableSpec& each : organisation_.metadata.tables()) names.push_back(each.name);
    return fail(ErrorCode::not_found,
                fmt::format("no table '{}'; there are {}", edit.object, join(names, ", ")));
  }
  organisation_.users.id_of(edit.actor, now());
  Outcome<std::string> id = apply_edit(edit, *table, writer_of(edit, now(), organisation_.request_ids));
  organisation_.webhooks.flush(outgoing());
  if (id) return *id;
  return fail(ErrorCode::invalid_input, id.error().code + " " + id.error().message);
}

std::optional<http::Response> Service::control(const http::ServerRequest& request, std::string_view path) {
  if (path == "steps") return steps(request);
  if (path == "settings") return settings(request);
  return std::nullopt;
}

http::Response Service::steps(const http::ServerRequest& request) {
  if (request.method == "POST") {
    JsonDocument document;
    if (auto parsed = document.parse(request.body); !parsed) return refuse_control(parsed.error().message);
    json::array one;
    const json::array* items = document.root().if_array();
    if (!items) {
      one.push_back(document.root());
      items = &one;
    }
    for (const json::value& item : *items) {
      const json::object* object = item.if_object();
      Result<std::size_t> added =
          object ? add_steps(*object) : fail(ErrorCode::invalid_input, "a step is an object");
      if (!added) return refuse_control(added.error().message);
    }
  }
  if (request.method == "DELETE") {
    std::vector<std::string> ids;
    for (const auto& [id, step] : organisation_.webhooks.steps()) ids.push_back(id);
    for (const std::string& id : ids) organisation_.webhooks.remove(id);
  }
  json::array rows;
  for (const auto& [id, step] : organisation_.webhooks.steps()) rows.push_back(step_row(step));
  return json_response(200, json::object{{"steps", rows}});
}

Result<std::size_t> Service::add_steps(const json::object& sent) {
  Step step;
  step.url = std::string(text_member(sent, "url"));
  if (!http::parse_url(step.url)) return fail(ErrorCode::invalid_input, "url is missing or not absolute");
  std::int64_t auth = number_or(sent, "authtype", 5);
  if (auth < 4 || auth > 6)
    return fail(ErrorCode::invalid_input, "authtype is 4 (key), 5 (header) or 6 (query)");
  step.auth = static_cast<StepAuth>(auth);
  if (const json::value* value = sent.if_contains("authvalue"); value && value->is_object()) {
    for (const auto& pair : value->get_object())
      step.settings.emplace_back(pair.key(), scalar_text(pair.value()));
  } else if (value) {
    step.settings.emplace_back("", scalar_text(*value));
  }
  for (std::string& each : texts(sent, "filteringattributes")) {
    for (std::string_view name : split(each, ',')) step.filtering.emplace(trim(name));
  }
  step.delay = Duration(number_or(sent, "delay_ms", 0));
  step.jitter = Duration(number_or(sent, "jitter_ms", 0));
  std::vector<std::string> tables = texts(sent, "entity"), messages = texts(sent, "message");
  if (tables.empty() || messages.empty())
    return fail(ErrorCode::invalid_input, "entity and message are needed");
  std::size_t added = 0;
  for (const std::string& table : tables) {
    const TableSpec* known = organisation_.metadata.by_name(table);
    if (!known) return fail(ErrorCode::invalid_input, fmt::format("no table '{}'", table));
    for (const std::string& message : messages) {
      static constexpr std::string_view kMessages[] = {"Create", "Update", "Delete", "Merge", "Close"};
      if (std::find(std::begin(kMessages), std::end(kMessages), message) == std::end(kMessages)) {
        return fail(ErrorCode::invalid_input, "message is Create, Update, Delete, Merge or Close");
      }
      Step each = step;
      each.id = organisation_.webhooks.new_id();
      each.table = table;
      each.message = message;
      organisation_.webhooks.add(std::move(each));
      ++added;
    }
  }
  return added;
}

http::Response Service::settings(const http::ServerRequest& request) {
  if (request.method == "POST") {
    JsonDocument document;
    if (auto parsed = document.parse(request.body); !parsed) return refuse_control(parsed.error().message);
    const json::object* object = document.root().if_object();
    if (!object) return refuse_control("settings are a JSON object");
    if (auto changed = change_settings(*object); !changed) return refuse_control(changed.error().message);
  }
  const ProtectionSettings& protection = organisation_.protection.settings();
  json::array denied;
  for (const auto& [table, verb] : organisation_.denied) denied.push_back(json::value(verb + " " + table));
  return json_response(
      200, json::object{{"service_protection", protection.on},
                        {"requests", protection.requests},
                        {"execution_ms", protection.execution_ms},
                        {"window_ms", protection.window.count()},
                        {"dop_hint", protection.recommended_parallelism},
                        {"change_tracking_ms", organisation_.delta_tokens.life().count()},
                        {"application_required", organisation_.records.rules().application_required},
                        {"open_activities_block", organisation_.records.rules().open_activities_block},
                        {"denied", denied}});
}

Result<void> Service::change_settings(const json::object& sent) {
  static constexpr std::string_view kKnown[] = {"service_protection",
                                                "requests",
                                                "execution_ms",
                                                "window_ms",
                                                "dop_hint",
                                                "change_tracking_ms",
                                                "denied",
                                                "application_required",
                                                "open_activities_block"};
  for (const auto& member : sent) {
    std::string_view name(member.key().data(), member.key().size());
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
      return fail(ErrorCode::invalid_input, fmt::format("no setting '{}'", name));
    }
  }
  ProtectionSettings protection = organisation_.protection.settings();
  protection.on = flag_or(sent, "service_protection", protection.on);
  protection.requests = number_or(sent, "requests", protection.requests);
  protection.execution_ms = number_or(sent, "execution_ms", protection.execution_ms);
  protection.window = Duration(number_or(sent, "window_ms", protection.window.count()));
  protection.recommended_parallelism = number_or(sent, "dop_hint", protection.recommended_parallelism);
  organisation_.protection.set(protection);
  organisation_.delta_tokens.set_life(
      Duration(number_or(sent, "change_tracking_ms", organisation_.delta_tokens.life().count())));
  RecordRules& rules = organisation_.records.rules();
  rules.application_required = flag_or(sent, "application_required", rules.application_required);
  rules.open_activities_block = flag_or(sent, "open_activities_block", rules.open_activities_block);
  if (!sent.contains("denied")) return {};
  organisation_.denied.clear();
  for (const std::string& each : texts(sent, "denied")) {  // "Write contact"
    std::vector<std::string_view> words = split(each, ' ');
    if (words.size() != 2 || !organisation_.metadata.by_name(words[1])) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("'{}' is not a verb and a table, as in \"Write contact\"", each));
    }
    organisation_.denied.emplace(std::string(words[1]), std::string(words[0]));
  }
  return {};
}

}  // namespace lockstep::emulators::dynamics365
