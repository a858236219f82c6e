// The control plane's webhook steps and switches.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/text.h"
#include "emulators/core/signature.h"
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
    if (!known && table != "none") return fail(ErrorCode::invalid_input, fmt::format("no table '{}'", table));
    for (const std::string& message : messages) {
      static constexpr std::string_view kMessages[] = {"Create",   "Update",    "Delete",       "Merge",          "Close",         "Assign",
                                                       "SetState", "Associate", "Disassociate", "CreateMultiple", "UpdateMultiple"};
      if (std::find(std::begin(kMessages), std::end(kMessages), message) == std::end(kMessages))
        return fail(ErrorCode::invalid_input, fmt::format("message is one of {}", fmt::join(kMessages, ", ")));
      if (is_of_all_tables(message) != !known) return fail(ErrorCode::invalid_input, "Associate and Disassociate are of the table 'none', and nothing else is");
      Step each = step;
      each.id = organisation_.webhooks.new_id();
      each.table = known ? table : "";
      each.message = message;
      organisation_.webhooks.add(std::move(each));
      ++added;
    }
  }
  return added;
}

void Service::add_switches() {
  RecordRules& rules = organisation_.records.rules();
  Quirks& quirks = organisation_.metadata.quirks();
  switches_.add("service_protection", &limits_.on);
  switches_.add("requests", &limits_.requests);
  switches_.add("execution_ms", &limits_.execution_ms);
  switches_.add("concurrent", &limits_.concurrent);
  switches_.add("window_ms", &limits_.window);
  switches_.add("servers", &servers_);
  switches_.add("dop_hint", &limits_.recommended_parallelism);
  switches_.add("transaction_ms", &transaction_);
  switches_.add("page_rows", &organisation_.page_rows);
  switches_.add("change_tracking_ms", &organisation_.delta_tokens.life());
  switches_.add("application_required", &rules.application_required);
  switches_.add("open_activities_block", &rules.open_activities_block);
  switches_.add("recycle_bin", &quirks.recycle_bin);
  switches_.add("not_member_status", &quirks.not_member_status);
  switches_.add("organisation_disabled", &organisation_disabled_);
  switches_.add("organisation_disabled_status", &quirks.organisation_disabled_status);
  switches_.add("request_bytes", &request_bytes_);
  switches_.add("too_large_status", &quirks.too_large_status);
  switches_.add("unauthorized_body", &quirks.unauthorized_body);
  switches_.add(
      "client_keys", [this](const json::value& sent, bool apply) { return change_client_keys(sent, apply); },
      [this] {
        json::object shown;
        for (const auto& [client, key] : client_keys_) shown[client] = "(set)";
        return json::value(std::move(shown));
      });
  switches_.add("older_challenge", &quirks.older_challenge);
  switches_.add("older_errors", &quirks.older_errors);
  switches_.add("segment_code", &quirks.segment_code);
  switches_.add("count_snapshot_ms", &quirks.count_snapshot);
  switches_.add("full_last_pages", &quirks.full_last_pages);
  switches_.add("navigation_of_any_lookup", &quirks.navigation_of_any_lookup);
  switches_.add("own_ticket_numbers", &quirks.own_ticket_numbers);
  switches_.add("only_changes_fire", &organisation_.webhooks.only_changes_fire());
  switches_.add("url_bytes", &url_bytes_);
  switches_.add("batched_url_bytes", &batched_url_bytes_);
  switches_.add("parser_code", &quirks.parser_code);
  switches_.add("invalid_property_code", &quirks.invalid_property_code);
  switches_.add("stale_version_code", &quirks.stale_version_code);
  switches_.add("duplicate_status", &quirks.duplicate_status);
  switches_.add("expired_token_status", &quirks.expired_token_status);
  switches_.add("untracked_status", &quirks.untracked_status);
  switches_.add("repeated_rows", &quirks.repeated_rows);
  switches_.add("repeated_members", &quirks.repeated_members);
  switches_.add("empty_targets", &quirks.empty_targets);
  switches_.add("key_index_ms", &quirks.key_index);
  switches_.add("repeated_content_ids", &quirks.repeated_content_ids);
  switches_.add("deleted_ids_flat", &quirks.deleted_ids_flat);
  switches_.add("self_ties_named", &quirks.self_ties_named);
  switches_.add("quoted_ids", &quirks.quoted_ids);
  switches_.add("selected_navigation", &quirks.selected_navigation);
  switches_.add("bare_line_feeds", &quirks.bare_line_feeds);
  switches_.add("entity_id_beside_row", &quirks.entity_id_beside_row);
  switches_.add("client_correlation", &quirks.client_correlation);
  switches_.add("time_left_in_seconds", &quirks.time_left_in_seconds);
  switches_.add("status_moves_state", &quirks.status_moves_state);
  switches_.add("read_only_passed_over", &quirks.read_only_passed_over);
  switches_.add("larger_tops_cut", &quirks.larger_tops_cut);
  switches_.add("create_state_passed_over", &quirks.create_state_passed_over);
  switches_.add("default_close_status", &quirks.default_close_status);
  switches_.add("empty_text_kept", &quirks.empty_text_kept);
  switches_.add("null_clears_any_target", &quirks.null_clears_any_target);
  switches_.add(
      "duplicate_rules", [this](const json::value& sent, bool apply) { return change_duplicate_rules(sent, apply); },
      [this] { return json::value(organisation_.duplicate_rules.rules.size()); });
  switches_.add(
      "denied", [this](const json::value& sent, bool apply) { return change_denied(sent, apply); },
      [this] {
        json::array denied;
        for (const auto& [table, verb, user] : organisation_.denied) denied.push_back(json::value(verb + " " + table + (user.empty() ? "" : " " + user)));
        return json::value(std::move(denied));
      });
  switches_.add(
      "status_transitions", [this](const json::value& sent, bool apply) { return change_transitions(sent, apply); },
      [this] { return json::value(organisation_.metadata.quirks().status_transitions.size()); });
  add_lack("untracked", &TableSpec::tracks_changes);
  add_lack("unversioned", &TableSpec::compares_versions);
  switches_.add("unresolved_parties", &quirks.unresolved_parties);
  switches_.when_changed([this] { organisation_.protection.set(limits_); });
}

void Service::add_lack(const char* name, bool TableSpec::*has) {
  auto lacking = std::make_shared<std::set<std::string>>();
  auto set = [this, has, lacking](const json::value& sent, bool apply) {
    const json::array* list = sent.if_array();
    std::set<std::string> wanted;
    for (const json::value& each : list ? *list : json::array()) wanted.insert(scalar_text(each));
    auto known = [&](const std::string& table) {
      const TableSpec* found = organisation_.metadata.by_name(table);
      return found && (found->*has || lacking->contains(table));
    };
    if (!list || !std::all_of(wanted.begin(), wanted.end(), known)) return false;
    if (!apply) return true;
    for (const std::string& table : *lacking) organisation_.metadata.editable(table)->*has = true;
    for (const std::string& table : wanted) organisation_.metadata.editable(table)->*has = false;
    *lacking = std::move(wanted);
    return true;
  };
  switches_.add(name, set, [lacking] {
    json::array shown;
    for (const std::string& table : *lacking) shown.push_back(json::value(table));
    return json::value(std::move(shown));
  });
}

/// {"lockstep-client": "-----BEGIN CERTIFICATE-----…"}
bool Service::change_client_keys(const json::value& sent, bool apply) {
  const json::object* keys = sent.if_object();
  auto good = [&](const auto& key) { return tokens().client(std::string_view(key.key())) && is_public_key(scalar_text(key.value())); };
  if (!keys || !std::all_of(keys->begin(), keys->end(), good)) return false;
  if (!apply) return true;
  client_keys_.clear();
  for (const auto& key : *keys) client_keys_[std::string(key.key())] = scalar_text(key.value());
  return true;
}

/// ["Write contact", "Read incident Ann", …]
bool Service::change_denied(const json::value& sent, bool apply) {
  std::set<Denial> denied;
  const json::array* list = sent.if_array();
  if (!list) return false;
  for (const json::value& each : *list) {
    std::string text = scalar_text(each);
    std::vector<std::string_view> words = split(text, ' ');
    if (words.size() < 2 || !organisation_.metadata.by_name(words[1])) return false;
    std::string user = words.size() > 2 ? text.substr(words[0].size() + words[1].size() + 2) : "";
    denied.insert({std::string(words[1]), std::string(words[0]), std::move(user)});
  }
  if (apply) organisation_.denied = std::move(denied);
  return true;
}

/// [{"entity": "incident", "from": 1, "to": [2, 5]}, …]
bool Service::change_transitions(const json::value& sent, bool apply) {
  const json::array* rules = sent.if_array();
  if (!rules) return false;
  std::vector<StatusTransition> read;
  for (const json::value& each : *rules) {
    const json::object* rule = each.if_object();
    const TableSpec* table = rule ? organisation_.metadata.by_name(text_member(*rule, "entity")) : nullptr;
    const json::value* to = rule ? rule->if_contains("to") : nullptr;
    if (!table || table->states.empty() || !to || !to->is_array()) return false;
    StatusTransition one{table->name, number_or(*rule, "from", -1), {}};
    for (const json::value& status : to->get_array()) {
      if (!status.is_int64() || !table->status_column()->option(status.get_int64())) return false;
      one.to.insert(status.get_int64());
    }
    if (!table->status_column()->option(one.from)) return false;
    read.push_back(std::move(one));
  }
  if (apply) organisation_.metadata.quirks().status_transitions = std::move(read);
  return true;
}

/// [{"entity": "contact", "columns": ["emailaddress1"]}, …]
bool Service::change_duplicate_rules(const json::value& sent, bool apply) {
  const json::array* rules = sent.if_array();
  if (!rules) return false;
  std::vector<DuplicateRule> read;
  for (const json::value& each : *rules) {
    const json::object* rule = each.if_object();
    DuplicateRule one{std::string(rule ? text_member(*rule, "entity") : ""), rule ? texts(*rule, "columns") : std::vector<std::string>()};
    const TableSpec* table = organisation_.metadata.by_name(one.table);
    auto known = [&](const std::string& name) { return table && table->column(name) && table->column(name)->source == Source::stored; };
    if (one.columns.empty() || !std::all_of(one.columns.begin(), one.columns.end(), known)) return false;
    FieldId first = table->require(one.columns.front()).field;
    if (apply && !table->rows->has_index(first)) table->rows->add_index(first, true);
    read.push_back(std::move(one));
  }
  if (apply) organisation_.duplicate_rules.rules = std::move(read);
  return true;
}

}  // namespace lockstep::emulators::dynamics365
