#include "emulators/dynamics365/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/core/xml.h"
#include "emulators/dynamics365/filter.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kActive = 0;
constexpr std::int64_t kResolved = 1;

std::string_view state_label(const TableSpec& table, std::int64_t value) {
  const State* state = table.state(value);
  return state ? std::string_view(state->label) : "?";
}

void compute_full_name(Draft& draft) {
  if (!draft.touches("firstname") && !draft.touches("lastname")) return;
  std::string first(draft.text("firstname")), last(draft.text("lastname"));
  std::string full = first.empty() || last.empty() ? first + last : first + " " + last;
  draft.set(draft.table().require("fullname"), full.empty() ? Value() : Value(full.substr(0, 160)));
}

void compute_address(Draft& draft) {
  bool touched = false;
  for (const Column& column : draft.table().columns) {
    touched |= column.name.starts_with("address1_") && column.creatable && draft.touches(column);
  }
  if (!touched) return;
  std::vector<std::string> lines;
  for (const char* line : {"address1_line1", "address1_line2", "address1_line3"}) lines.emplace_back(draft.text(line));
  std::string place(draft.text("address1_city"));
  std::string region(draft.text("address1_stateorprovince"));
  if (!region.empty()) place += (place.empty() ? "" : ", ") + region;
  std::string postal_code(draft.text("address1_postalcode"));
  if (!postal_code.empty()) place += (place.empty() ? "" : " ") + postal_code;
  lines.push_back(place);
  lines.emplace_back(draft.text("address1_country"));
  std::string composite;
  for (const std::string& line : lines) {
    if (!line.empty()) composite += (composite.empty() ? "" : "\r\n") + line;
  }
  draft.set(draft.table().require("address1_composite"), composite.empty() ? Value() : Value(composite));
}

void compute_money(Draft& draft) {
  const TableSpec& table = draft.table();
  const Column* named = table.column("_transactioncurrencyid_value");
  if (named && draft.touches(*named)) draft.set(table.require("exchangerate"), is_null(draft.get(*named)) ? Value() : Value(kMoneyUnits));
  for (const Column& column : table.columns) {
    const Column* base = column.type == ColumnType::money ? table.column(column.name + "_base") : nullptr;
    if (!base || !draft.touches(column)) continue;
    Value amount = own(draft.get(column));
    bool set = !is_null(view(amount));
    draft.set(*base, std::move(amount));
    const Column* currency = table.column("_transactioncurrencyid_value");
    if (set && currency && is_null(draft.get(*currency))) {
      draft.set(*currency, Value(std::string(kBaseCurrency)), "transactioncurrency");
      draft.set(table.require("exchangerate"), kMoneyUnits);
    }
  }
}

void compute_customer(Draft& draft) {
  const TableSpec& table = draft.table();
  const Column& customer = table.require("_customerid_value");
  if (!draft.touches(customer)) return;
  Value id = own(draft.get(customer));
  bool is_account = draft.target(customer) == "account";
  draft.set(table.require("_accountid_value"), is_account ? id : Value());
  draft.set(table.require("_contactid_value"), is_account ? Value() : id);
}

/// Of base64 in `content`.
void compute_file_size(Draft& draft, const char* content) {
  if (!draft.touches(content)) return;
  std::string_view body = draft.text(content);
  std::size_t padding = body.ends_with("==") ? 2 : body.ends_with('=') ? 1 : 0;
  std::int64_t size = static_cast<std::int64_t>(body.size() / 4 * 3 - (body.empty() ? 0 : padding));
  draft.set(draft.table().require("filesize"), body.empty() ? Value() : Value(size));
}

void compute_note(Draft& draft) {
  const TableSpec& table = draft.table();
  const Column& object = table.require("_objectid_value");
  if (draft.touches(object)) {
    std::string target(draft.target(object));
    draft.set(table.require("objecttypecode"), target.empty() ? Value() : Value(target));
  }
  compute_file_size(draft, "documentbody");
}

void compute_image(Draft& draft) {
  if (!draft.touches("entityimage")) return;
  std::string id = guid_of_name("image " + std::string(draft.text("entityimage")));
  bool set = !draft.text("entityimage").empty();
  draft.set(draft.table().require("entityimageid"), set ? Value(id) : Value());
  draft.set(draft.table().require("entityimage_url"),
            set ? Value(fmt::format("/Image/download.aspx?Entity={}&Attribute=entityimage&Id={}", draft.table().name, id)) : Value());
}

/// A key with a column that is empty holds nobody off.
Outcome<void> check_key(const Draft& draft, const AlternateKey& key) {
  const TableSpec& table = draft.table();
  std::string names, attributes;
  bool touched = false;
  for (const Column* column : key.columns) {
    ValueView value = draft.get(*column);
    if (is_null(value)) return {};
    touched = touched || draft.touches(*column);
    std::string text;
    append_json(text, *column, value);
    names += (names.empty() ? "" : ", ") + column->logical_name;
    if (const std::string_view* plain = std::get_if<std::string_view>(&value)) text = xml_escape(*plain);
    attributes += fmt::format("<{0}>{1}</{0}>", column->logical_name, text);
  }
  if (!touched) return {};
  for (RowNumber row : table.rows->find_equal(key.columns.front()->field, draft.get(*key.columns.front()))) {
    if (row == draft.row() || table.rows->record(row).deleted) continue;
    auto same = [&](const Column* each) { return compare_values(table.rows->get(row, each->field), draft.get(*each)) == 0; };
    if (!std::all_of(key.columns.begin(), key.columns.end(), same)) continue;
    return refuse(412, code::kDuplicateEntityKey,
                  fmt::format("A record that has the attribute values {0} already exists. The entity key {1} requires "
                              "that this set of attributes contains unique values. Select unique values and try "
                              "again.<DuplicateEntity><EntityName>{2}</EntityName><Id>{3}</Id><Attributes>{4}"
                              "</Attributes></DuplicateEntity>",
                              names, key.name, table.name, table.rows->record(row).id, attributes));
  }
  return {};
}

}  // namespace

Outcome<void> check_transition(const TableSpec& table, RowNumber row, std::int64_t status, const Quirks& quirks) {
  ValueView held = table.rows->get(row, table.status_column()->field);
  const std::int64_t* from = std::get_if<std::int64_t>(&held);
  auto state_of = [&](std::int64_t of) { return table.status_column()->option(of)->state; };
  bool closed = from && table.name == "incident" && state_of(*from) != kActive;
  if (closed && state_of(status) != kActive && state_of(status) != state_of(*from))
    return refuse(400, code::kInvalidState, "A case that is closed has to be reactivated first.");
  for (const StatusTransition& each : quirks.status_transitions) {
    if (!from || each.table != table.name || each.from != *from || *from == status || each.to.contains(status)) continue;
    return refuse(400, code::kInvalidStateStatus,
                  fmt::format("The status reason {} cannot follow {} on {} with Id {}: its status reason transitions do not allow it.", status, *from,
                              table.name, table.rows->record(row).id));
  }
  return {};
}

Outcome<void> settle_state(Draft& draft, bool lenient, const Quirks& quirks) {
  const TableSpec& table = draft.table();
  if (table.states.empty()) return {};
  const Column& state_column = *table.state_column();
  const Column& status_column = *table.status_column();
  bool has_state = draft.touches(state_column), has_status = draft.touches(status_column);
  if (!draft.creating() && !has_state && !has_status) return {};
  if ((has_state && is_null(draft.get(state_column))) || (has_status && is_null(draft.get(status_column)))) {
    return refuse(400, code::kInvalidStateStatus, "statecode and statuscode cannot be null.");
  }
  if (draft.creating() && has_state && !table.state_on_create && !lenient) {
    if (!quirks.create_state_passed_over)
      return refuse(400, code::kInvalidStateStatus, fmt::format("The state of a {} cannot be set on create: create it, then change its state.", table.name));
    has_state = false;
  }
  std::int64_t from = draft.creating() ? kActive : std::get<std::int64_t>(table.rows->get(draft.row(), state_column.field));
  std::int64_t to = from;
  if (has_state) {
    to = draft.integer(state_column, from);
  } else if (has_status && (lenient || quirks.status_moves_state)) {
    to = status_column.option(draft.integer(status_column, 0))->state;
  }
  std::int64_t status = has_status ? draft.integer(status_column, 0) : table.state(to)->default_status;
  if (status_column.option(status)->state != to) {
    std::string id = draft.creating() ? "(new)" : table.rows->record(draft.row()).id;
    return refuse(
        400, code::kInvalidStateStatus,
        fmt::format("{} is not a valid status code for state code {}State.{} on {} with Id {}.", status, table.label, state_label(table, to), table.name, id));
  }
  if (table.name == "incident" && !draft.creating() && to == kResolved) {
    return refuse(400, code::kInvalidStateStatus,
                  "This message can not be used to set the state of incident to Resolved. In order to set state of "
                  "incident to Resolved, use the CloseIncidentRequest message instead.");
  }
  if (!draft.creating()) TRY_VOID(check_transition(table, draft.row(), status, quirks));
  draft.set(state_column, to);
  draft.set(status_column, status);
  return {};
}

Outcome<void> check_not_frozen(const TableSpec& table, RowNumber row, const Payload& payload) {
  if (table.states.empty() || table.name == "sdkmessageprocessingstep") return {};
  ValueView state = table.rows->get(row, table.state_column()->field);
  const std::int64_t* value = std::get_if<std::int64_t>(&state);
  if (!value || *value == kActive) return {};
  const std::string& id = table.rows->record(row).id;
  if (payload.parties) return refuse(400, code::kRowIsInactive, fmt::format("Cannot update {} with Id {} because it is inactive.", table.name, id));
  for (const Change& change : payload.changes) {
    if (change.column == table.state_column() || change.column == table.status_column()) continue;
    if (table.name == "incident") {
      return refuse(400, code::kCaseAlreadyClosed,
                    fmt::format("The case with Id {} has already been closed; '{}' cannot be changed.", id, change.column->logical_name));
    }
    return refuse(400, code::kRowIsInactive, fmt::format("Cannot update {} with Id {} because it is inactive.", table.name, id));
  }
  return {};
}

bool has_open_activities(const Metadata& metadata, std::string_view incident_id) {
  for (const TableSpec& table : metadata.tables()) {
    if (!table.activity) continue;
    const Column& regarding = table.require("_regardingobjectid_value");
    for (RowNumber row : table.rows->find_equal(regarding.field, incident_id)) {
      ValueView state = table.rows->get(row, table.state_column()->field);
      if (!table.rows->record(row).deleted && state == ValueView(kActive)) return true;
    }
  }
  return false;
}

Outcome<void> check_step(const Draft& draft) {
  if (draft.table().name != "sdkmessageprocessingstep") return {};
  if (draft.integer(draft.table().require("mode"), 1) == 0) return {};
  if (draft.integer(draft.table().require("stage"), 40) == 40) return {};
  return refuse(400, code::kInvalidArgument, "Asynchronous steps run in the stage 40 (post-operation) alone.");
}

Outcome<void> check_endpoint(const Draft& draft) {
  const TableSpec& table = draft.table();
  if (table.name != "serviceendpoint") return {};
  if (!http::parse_url(draft.text("url"))) return refuse(400, code::kInvalidArgument, fmt::format("'{}' is no absolute URL.", draft.text("url")));
  std::string_view secret = draft.text("authvalue");
  if (secret.empty() || draft.integer(table.require("authtype"), 0) == 4) return {};  // a plain key
  auto settings = parse_xml(secret);
  auto named = [](const XmlElement& each) { return !each.attribute("name").empty(); };
  if (settings && settings->name == "settings" && std::all_of(settings->children.begin(), settings->children.end(), named)) return {};
  return refuse(400, code::kInvalidArgument, "The authvalue of headers and of query parameters is <settings><setting name='…' value='…'/></settings>.");
}

Outcome<void> check_required(const Draft& draft, bool of_applications) {
  for (const Column& column : draft.table().columns) {
    bool asked = of_applications ? column.required : column.system_required;
    if (!asked || (!draft.creating() && !draft.touches(column))) continue;
    if (!is_null(draft.get(column))) continue;
    return refuse(400, code::kRequiredFieldMissing, fmt::format("Required field '{}' is missing on '{}'.", column.logical_name, draft.table().name));
  }
  return {};
}

void compute_columns(Draft& draft) {
  const std::string& name = draft.table().name;
  if (name == "contact") compute_full_name(draft);
  if (name == "contact" || name == "account") compute_address(draft);
  if (name == "contact" || name == "account") compute_image(draft);
  compute_money(draft);
  if (name == "incident") compute_customer(draft);
  if (name == "annotation") compute_note(draft);
  if (name == "activitymimeattachment") compute_file_size(draft, "body");
  if (name == "serviceendpoint" && draft.touches("authvalue")) draft.set(draft.table().require("isauthvalueset"), Value(!draft.text("authvalue").empty()));
}

Outcome<void> check_unique(const Draft& draft) {
  for (const AlternateKey& key : draft.table().keys) {
    if (key.index == AlternateKey::Index::active) TRY_VOID(check_key(draft, key));
  }
  return {};
}

}  // namespace lockstep::emulators::dynamics365
