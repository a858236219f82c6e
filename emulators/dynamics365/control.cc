// The control plane: edits as a person, fixtures, schema. Its steps and switches are in control_settings.cc.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/service.h"

namespace lockstep::emulators::dynamics365 {
namespace {

Writer writer_of(const Edit& edit, WallTime now, Rng& rng) {
  Writer writer;
  writer.actor = edit.actor;
  writer.now = now;
  writer.correlation = make_guid(rng);
  writer.journaled = edit.kind != EditKind::load;
  return writer;
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
Outcome<void> Service::update_as_person(const TableSpec& table, RowNumber row, Payload payload, const Writer& writer) {
  Records& records = organisation_.records;
  const Change* state = table.name == "incident" ? payload.find(*table.state_column()) : nullptr;
  if (!state || state->value != Value(std::int64_t{1})) return records.update(table, row, payload, writer);
  CaseResolution resolution;
  resolution.subject = "Resolved";
  const Change* status = payload.find(*table.status_column());
  if (const std::int64_t* value = status ? std::get_if<std::int64_t>(&status->value) : nullptr) {
    resolution.status = *value;
  }
  std::erase_if(payload.changes, [&](const Change& change) { return change.column == table.state_column() || change.column == table.status_column(); });
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
      if (!payload.id) return refuse(400, code::kInvalidArgument, fmt::format("'{}' is not a GUID.", edit.id));
    }
    TRY(RowNumber created, records.create(table, payload, writer, edit.kind == EditKind::load));
    return table.rows->record(created).id;
  }
  if (edit.kind == EditKind::restore) {
    RowNumber binned = table.rows->find(edit.id);
    TRY_VOID(records.restore(table, binned, writer));
    return table.rows->record(binned).id;
  }
  TRY(RowNumber row, edited_row(table, edit.id));
  switch (edit.kind) {
    case EditKind::update: TRY_VOID(update_as_person(table, row, std::move(payload), writer)); break;
    case EditKind::remove: TRY_VOID(records.remove(table, row, writer)); break;
    case EditKind::merge: {
      TRY(RowNumber winner, edited_row(table, edit.into));
      TRY_VOID(records.merge(table, winner, row, payload, writer));
      break;
    }
    default: return refuse(400, code::kNotImplemented, "Only deletes, updates and merges are of a row that is there.");
  }
  return table.rows->record(row).id;
}

void Service::begin_transaction(WallTime now) {
  constexpr Duration kSecond{1'000};
  constexpr std::uint64_t kNumbers = 16;  // rows that one edit may write
  if (transaction_ <= Duration{0} || (!begun_.empty() && now - begun_.back().at < kSecond)) return;
  begun_.push_back({now, organisation_.database.draw(kNumbers)});
  while (begun_.size() > 1 && begun_[1].at <= now - transaction_) begun_.pop_front();
}

/// Not to before the row's last write: that one was waited for.
void Service::date_back(const Edit& edit, const TableSpec& table, Writer& writer) {
  if (transaction_ <= Duration{0}) return;
  begin_transaction(writer.now);
  RowNumber row = edit.id.empty() ? kNoRow : table.rows->find(edit.id);
  const Record* record = row == kNoRow ? nullptr : &table.rows->record(row);
  WallTime began = writer.now - transaction_;
  if (record) began = std::max(began, record->modified);
  if (!begun_.empty() && begun_.front().at <= began && (!record || record->number() < begun_.front().numbers.first))
    organisation_.database.write_under(begun_.front().numbers);
  writer.now = std::min(writer.now, began);
}

Result<std::string> Service::apply(const Edit& edit) {
  const TableSpec* table = organisation_.metadata.by_name(edit.object);
  if (!table) table = organisation_.metadata.by_set(edit.object);
  if (!table) {
    std::vector<std::string> names;
    for (const TableSpec& each : organisation_.metadata.tables()) names.push_back(each.name);
    return fail(ErrorCode::not_found, fmt::format("no table '{}'; there are {}", edit.object, join(names, ", ")));
  }
  organisation_.users.id_of(edit.actor, now());
  organisation_.metadata.build_keys(now());
  Writer writer = writer_of(edit, now(), organisation_.request_ids);
  if (edit.kind != EditKind::load) date_back(edit, *table, writer);
  Outcome<std::string> id = apply_edit(edit, *table, writer);
  Database::Numbers left = organisation_.database.write_under({});
  if (!begun_.empty() && left.end == begun_.front().numbers.end) begun_.front().numbers = left;
  organisation_.webhooks.flush(outgoing());
  if (id) return *id;
  return fail(ErrorCode::invalid_input, id.error().code + " " + id.error().message);
}

std::optional<http::Response> Service::control(const http::ServerRequest& request, std::string_view path) {
  if (path == "steps") return steps(request);
  if (path == "settings") return switches_.answer(request);
  if (path == "keys") return keys(request);
  return std::nullopt;
}

Result<void> Service::change_schema(const SchemaChange& change) {
  const TableSpec* table = organisation_.metadata.by_name(change.object);
  if (!table) table = organisation_.metadata.by_set(change.object);
  Column* column = table ? organisation_.metadata.editable(table->name, change.field) : nullptr;
  if (!column) return fail(ErrorCode::not_found, fmt::format("no column '{}' of a table '{}'", change.field, change.object));
  if (change.required) column->required = *change.required;
  if (change.add_option.empty() && change.remove_option.empty()) return {};
  if (column->type != ColumnType::option) return fail(ErrorCode::invalid_input, fmt::format("'{}' has no options", change.field));
  auto labelled = [](std::string_view text) { return [text](const Option& each) { return each.label == text || std::to_string(each.value) == text; }; };
  if (!change.remove_option.empty() && std::erase_if(column->options, labelled(change.remove_option)) == 0)
    return fail(ErrorCode::not_found, fmt::format("'{}' has no option '{}'", change.field, change.remove_option));
  if (change.add_option.empty()) return {};
  if (std::any_of(column->options.begin(), column->options.end(), labelled(change.add_option)))
    return fail(ErrorCode::invalid_input, fmt::format("'{}' has an option '{}'", change.field, change.add_option));
  // An administrator's options are numbered from the publisher's prefix on; a number given as the option is its value.
  std::int64_t value = 0;
  const std::string& text = change.add_option;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    value = 100'000'000;
    for (const Option& each : column->options) value = std::max(value, each.value + 1);
  }
  column->options.push_back({value, text, 0});
  return {};
}

http::Response Service::keys(const http::ServerRequest& request) {
  JsonDocument document;
  if (auto parsed = document.parse(request.body); !parsed) return control_refusal(parsed.error().message);
  const json::object* sent = document.root().if_object();
  std::string table(sent ? text_member(*sent, "entity") : ""), name(sent ? text_member(*sent, "name") : "");
  std::vector<std::string> columns;
  if (const json::value* list = sent ? sent->if_contains("columns") : nullptr; list && list->is_array()) {
    for (const json::value& each : list->get_array()) columns.push_back(scalar_text(each));
  }
  if (name.empty() || !organisation_.metadata.add_key(table, name, columns))
    return control_refusal("expected {\"entity\":\"account\",\"name\":\"…\",\"columns\":[\"accountnumber\"]} of columns that are stored");
  return json_response(200, json::object{{"ok", true}});
}

}  // namespace lockstep::emulators::dynamics365
