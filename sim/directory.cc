#include "sim/directory.h"

#include <algorithm>

#include "base/check.h"

namespace lockstep::sim {

namespace {

std::string text_of_value(emulators::ValueView value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
  return "";
}

}  // namespace

emulators::StandIn& Directory::stand_in(CrmWorld& world, std::string_view crm) {
  auto* found = dynamic_cast<emulators::StandIn*>(world.stand_ins.at(std::string(crm)).get());
  CHECK(found, "a stand-in of another make");
  return *found;
}

emulators::Table* Directory::table(CrmWorld& world, std::string_view crm, const TypeNames& type) {
  return stand_in(world, crm).database().find_table(type.objects[crm_index(crm)]);
}

void Directory::add(std::string_view crm, std::string_view type, std::int64_t number, std::string id) {
  auto& ids = ids_[Key(crm_index(crm), std::string(type), number)];
  if (std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
}

void Directory::follow() {
  for (std::size_t crm = 0; crm < kCrms.size(); ++crm) {
    const auto& journal = stand_in(world_, kCrms[crm]).database().journal();
    for (; followed_[crm] < journal.size(); ++followed_[crm]) {
      const emulators::JournalEntry& entry = journal[followed_[crm]];
      if (entry.operation == emulators::Operation::remove || entry.operation == emulators::Operation::purge) continue;
      for (const TypeNames& type : type_names()) {
        if (entry.table->name() != type.objects[crm]) continue;
        if (const auto number = number_at(kCrms[crm], type, entry.table->record(entry.row).id))
          add(kCrms[crm], type.type, *number, entry.table->record(entry.row).id);
      }
    }
  }
}

std::optional<std::int64_t> Directory::number_at(std::string_view crm, const TypeNames& type, std::string_view id) {
  emulators::Table* rows = table(world_, crm, type);
  if (!rows) return std::nullopt;
  const emulators::RowNumber row = rows->find(id);
  const auto marker = rows->find_field(type.find(type.marker)->columns[crm_index(crm)]);
  if (row == emulators::kNoRow || !marker) return std::nullopt;
  return number_of(type, text_of_value(rows->get(row, *marker)));
}

namespace {

/// Deactivated in place of a delete: nobody in this company does that otherwise.
bool is_out_of_use(std::string_view crm, std::string_view type, const emulators::Table& rows, emulators::RowNumber row) {
  if (crm != "dynamics365" || (type != "account" && type != "contact")) return false;
  const auto state = rows.find_field("statecode");
  return state && text_of_value(rows.get(row, *state)) != "0";
}

}  // namespace

std::vector<std::string> Directory::live_ids(std::string_view crm, std::string_view type, std::int64_t number) {
  follow();
  std::vector<std::string> live;
  const auto found = ids_.find(Key(crm_index(crm), std::string(type), number));
  emulators::Table* rows = table(world_, crm, names_of(type));
  if (found == ids_.end() || !rows) return live;
  for (const std::string& id : found->second) {
    const emulators::RowNumber row = rows->find(id);
    if (row == emulators::kNoRow) continue;
    const emulators::Record& record = rows->record(row);
    if (!record.deleted && !record.archived && record.merged_into == emulators::kNoRow && !is_out_of_use(crm, type, *rows, row)) live.push_back(id);
  }
  return live;
}

Held Directory::read(std::string_view crm, const TypeNames& type, emulators::Table& rows, emulators::RowNumber row) {
  const std::size_t index = crm_index(crm);
  Held held;
  held.id = rows.record(row).id;
  const auto column = [&](std::string_view name) {
    const auto field = name.empty() ? std::nullopt : rows.find_field(name);
    return field ? text_of_value(rows.get(row, *field)) : std::string();
  };
  for (const FieldNames& field : type.fields)
    if (std::string text = plain(column(field.columns[index])); !text.empty()) held.fields[std::string(field.field)] = std::move(text);
  for (const ReferenceNames& reference : type.references) {
    const std::string id = column(reference.columns[index]);
    if (id.empty()) continue;
    const TypeNames& to = names_of(reference.to);
    const auto number = number_at(crm, to, id);
    // Dynamics 365 has one column for a case's customer, contact or account: an account there is no contact.
    const auto names_it = [&](const TypeNames& other) { return other.type != to.type && number_at(crm, other, id); };
    if (!number && std::ranges::any_of(type_names(), names_it)) continue;
    const auto live = number ? live_ids(crm, to.type, *number) : std::vector<std::string>();
    held.references[std::string(reference.field)] = std::ranges::find(live, id) == live.end() ? -1 : *number;
  }
  return held;
}

std::vector<Held> Directory::live_records(std::string_view crm, std::string_view type, std::int64_t number) {
  std::vector<Held> records;
  const TypeNames& names = names_of(type);
  for (const std::string& id : live_ids(crm, type, number)) {
    emulators::Table* rows = table(world_, crm, names);
    records.push_back(read(crm, names, *rows, rows->find(id)));
  }
  return records;
}

std::set<std::int64_t> Directory::numbers(std::string_view type) {
  follow();
  std::set<std::int64_t> numbers;
  for (const auto& [key, ids] : ids_)
    if (std::get<1>(key) == type) numbers.insert(std::get<2>(key));
  return numbers;
}

}  // namespace lockstep::sim
