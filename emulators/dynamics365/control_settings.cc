// The control plane's webhook steps and switches.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/service.h"

namespace lockstep::emulators::dynamics365 {
namespace {

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

http::Response control_refusal(std::string message) { return json_response(400, json::object{{"error", message}}); }

http::Response Service::steps(const http::ServerRequest& request) {
  if (request.method == "POST") {
    JsonDocument document;
    if (auto parsed = document.parse(request.body); !parsed) return control_refusal(parsed.error().message);
    json::array one;
    const json::array* items = document.root().if_array();
    if (!items) {
      one.push_back(document.root());
      items = &one;
    }
    for (const json::value& item : *items) {
      const json::object* object = item.if_object();
      Result<std::size_t> added = object ? add_steps(*object) : fail(ErrorCode::invalid_input, "a step is an object");
      if (!added) return control_refusal(added.error().message);
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
  if (auth < 4 || auth > 6) return fail(ErrorCode::invalid_input, "authtype is 4 (key), 5 (header) or 6 (query)");
  step.auth = static_cast<StepAuth>(auth);
  if (const json::value* value = sent.if_contains("authvalue"); value && value->is_object()) {
    for (const auto& pair : value->get_object()) step.settings.emplace_back(pair.key(), scalar_text(pair.value()));
  } else if (value) {
    step.settings.emplace_back("", scalar_text(*value));
  }
  for (std::string& each : texts(sent, "filteringattributes")) {
    for (std::string_view name : split(each, ',')) step.filtering.emplace(trim(name));
  }
  step.delay = Duration(number_or(sent, "delay_ms", 0));
  step.jitter = Duration(number_or(sent, "jitter_ms", 0));
  std::vector<std::string> tables = texts(sent, "entity"), messages = texts(sent, "message");
  if (tables.empty() || messages.empty()) return fail(ErrorCode::invalid_input, "entity and message are needed");
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
    if (auto parsed = document.parse(request.body); !parsed) return control_refusal(parsed.error().message);
    const json::object* object = document.root().if_object();
    if (!object) return control_refusal("settings are a JSON object");
    if (auto changed = change_settings(*object); !changed) return control_refusal(changed.error().message);
  }
  const ProtectionSettings& protection = organisation_.protection.settings();
  json::array denied;
  for (const auto& [table, verb] : organisation_.denied) denied.push_back(json::value(verb + " " + table));
  return json_response(200, json::object{{"service_protection", protection.on},
                                         {"requests", protection.requests},
                                         {"execution_ms", protection.execution_ms},
                                         {"concurrent", protection.concurrent},
                                         {"duplicate_status", organisation_.duplicate_rules.status},
                                         {"window_ms", protection.window.count()},
                                         {"dop_hint", protection.recommended_parallelism},
                                         {"change_tracking_ms", organisation_.delta_tokens.life().count()},
                                         {"application_required", organisation_.records.rules().application_required},
                                         {"open_activities_block", organisation_.records.rules().open_activities_block},
                                         {"denied", denied}});
}

Result<void> Service::change_settings(const json::object& sent) {
  static constexpr std::string_view kKnown[] = {
      "service_protection", "requests", "execution_ms",       "concurrent", "duplicate_rules",      "duplicate_status",
      "window_ms",          "dop_hint", "change_tracking_ms", "denied",     "application_required", "open_activities_block"};
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
  protection.concurrent = number_or(sent, "concurrent", protection.concurrent);
  protection.window = Duration(number_or(sent, "window_ms", protection.window.count()));
  protection.recommended_parallelism = number_or(sent, "dop_hint", protection.recommended_parallelism);
  organisation_.protection.set(protection);
  organisation_.delta_tokens.set_life(Duration(number_or(sent, "change_tracking_ms", organisation_.delta_tokens.life().count())));
  RecordRules& rules = organisation_.records.rules();
  rules.application_required = flag_or(sent, "application_required", rules.application_required);
  rules.open_activities_block = flag_or(sent, "open_activities_block", rules.open_activities_block);
  organisation_.duplicate_rules.status = static_cast<int>(number_or(sent, "duplicate_status", organisation_.duplicate_rules.status));
  if (sent.contains("duplicate_rules")) TRY_VOID(change_duplicate_rules(sent));
  if (!sent.contains("denied")) return {};
  organisation_.denied.clear();
  for (const std::string& each : texts(sent, "denied")) {  // "Write contact"
    std::vector<std::string_view> words = split(each, ' ');
    if (words.size() != 2 || !organisation_.metadata.by_name(words[1])) {
      return fail(ErrorCode::invalid_input, fmt::format("'{}' is not a verb and a table, as in \"Write contact\"", each));
    }
    organisation_.denied.emplace(std::string(words[1]), std::string(words[0]));
  }
  return {};
}

Result<void> Service::change_duplicate_rules(const json::object& sent) {
  const json::array* rules = sent.at("duplicate_rules").if_array();
  if (!rules) return fail(ErrorCode::invalid_input, "duplicate_rules is an array of {\"entity\":\"…\",\"columns\":[…]}");
  std::vector<DuplicateRule> read;
  for (const json::value& each : *rules) {
    const json::object* rule = each.if_object();
    DuplicateRule one{std::string(rule ? text_member(*rule, "entity") : ""), rule ? texts(*rule, "columns") : std::vector<std::string>()};
    const TableSpec* table = organisation_.metadata.by_name(one.table);
    auto known = [&](const std::string& name) { return table && table->column(name) && table->column(name)->source == Source::stored; };
    if (one.columns.empty() || !std::all_of(one.columns.begin(), one.columns.end(), known))
      return fail(ErrorCode::invalid_input, "a duplicate rule names a table and columns of it");
    FieldId first = table->require(one.columns.front()).field;
    if (!table->rows->has_index(first)) table->rows->add_index(first, true);
    read.push_back(std::move(one));
  }
  organisation_.duplicate_rules.rules = std::move(read);
  return {};
}

}  // namespace lockstep::emulators::dynamics365
