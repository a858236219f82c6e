// What the audit trail says against what the systems say.
#include "sim/oracles/oracles.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace lockstep::sim {

namespace {

using emulators::JournalEntry;

constexpr std::array<std::string_view, 3> kKeyColumns = {"Lockstep_Id__c", "lockstep_id", "lockstep_id"};  // in each of kCrms

constexpr std::string_view kBlank = "-";  // what names that may not be blank are given instead

/// The audit rows of one connection, by the record's id there and by the entity.
struct Rows {
  std::multimap<std::string, const AuditRow*> by_id;
  std::multimap<EntityId, const AuditRow*> by_entity;
};

bool is_write(const AuditRow& row) {
  return row.source == kHub && (row.success || row.failure_class == "outcome_unknown" || row.failure_class == "gone" || row.failure_class == "already_done");
}
/// An observation that found a write of ours whose answer was lost.
bool found_later(const AuditRow& row) {
  return row.source != kHub && std::ranges::any_of(row.changes, [](const AuditChange& change) {
           return change.note.starts_with("written by the hub") || change.note.starts_with("our delete arrived");
         });
}

/// Invariant 5: what stands in a system's journal as ours stands in the audit trail, once, with the values written; and what the
/// trail says was created was created.
class Audit final : public Oracle {
 public:
  std::string_view name() const override { return "audit"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const std::string_view crm : kCrms) {
      const Rows rows = rows_of(evidence, evidence.world.hub->find_system(crm)->id);
      for (const JournalEntry& entry : Directory::stand_in(evidence.world, crm).database().journal())
        if (is_hub(Directory::stand_in(evidence.world, crm), entry) && !evidence.is_forgotten(entry.at))
          if (auto wrong = judge_entry(evidence, crm, rows, entry)) return wrong;
      if (auto wrong = judge_creates(rows, crm)) return wrong;
    }
    return std::nullopt;
  }

 private:
  static Rows rows_of(const Evidence& evidence, ConnectionId connection) {
    Rows rows;
    for (const auto& [entity, list] : evidence.audit)
      for (const AuditRow& row : list) {
        if (row.connection != connection) continue;
        rows.by_id.emplace(row.remote.id, &row);
        rows.by_entity.emplace(entity, &row);
      }
    return rows;
  }
  static std::optional<std::string> judge_entry(Evidence& evidence, std::string_view crm, const Rows& rows, const JournalEntry& entry) {
    if (lost_its_master(entry)) return std::nullopt;
    const std::string& id = entry.table->record(entry.row).id;
    const auto mine = rows_about(evidence, crm, rows, entry);
    const auto what = [&] { return fmt::format("{} of {} {} in {} at {}", name_of(entry.operation), entry.table->name(), id, crm, format_iso(entry.at)); };
    const bool told = std::ranges::any_of(mine, [](const AuditRow* row) { return is_write(*row) || found_later(*row); });
    if (!told) return what() + " has no audit row";
    const TypeNames* type = type_of(crm, entry);
    if (!type || entry.operation == emulators::Operation::remove) return std::nullopt;
    for (const FieldNames& field : type->fields) {
      const auto column = entry.table->find_field(field.columns[crm_index(crm)]);
      const auto after = column ? entry.after.get(*column) : emulators::ValueView{};
      if (!std::holds_alternative<std::string_view>(after)) continue;
      const std::string value = plain(std::get<std::string_view>(after));
      if (!value.empty() && !std::ranges::any_of(mine, [&](const AuditRow* row) { return says(*row, field.field, value); }))
        return fmt::format("{}: no audit row says that {} was set to '{}'", what(), field.field, value);
    }
    return std::nullopt;
  }
  /// A record that had been merged into one that is deleted names nobody any more: done by the system, and to what no one holds.
  static bool lost_its_master(const JournalEntry& entry) {
    const auto column = entry.table->find_field("_masterid_value");
    return column && entry.operation == emulators::Operation::update && std::holds_alternative<std::string_view>(entry.before.get(*column)) &&
           std::holds_alternative<std::monostate>(entry.after.get(*column));
  }
  /// By its id, and by the entities of the same customer: an attempt whose outcome was not known names no id.
  static std::set<const AuditRow*> rows_about(Evidence& evidence, std::string_view crm, const Rows& rows, const JournalEntry& entry) {
    std::set<const AuditRow*> mine;
    const auto [first, last] = rows.by_id.equal_range(entry.table->record(entry.row).id);
    // Whoever it was linked to once tried to make it, perhaps, under no id.
    for (auto row = first; row != last; ++row) {
      mine.insert(row->second);
      const auto [from, to] = rows.by_entity.equal_range(row->second->entity);
      for (auto other = from; other != to; ++other) mine.insert(other->second);
    }
    // The key that it carried names the entity, also one that was merged away since.
    if (const auto key = key_of(crm, entry)) {
      const auto [from, to] = rows.by_entity.equal_range(*key);
      for (auto row = from; row != to; ++row) mine.insert(row->second);
    }
    const TypeNames* type = type_of(crm, entry);
    const auto number = type ? evidence.directory.number_at(crm, *type, entry.table->record(entry.row).id) : std::nullopt;
    if (!number) return mine;
    for (const GoldenRecord* record : evidence.golden_of(type->type, *number)) {
      const auto [from, to] = rows.by_entity.equal_range(record->entity);
      for (auto row = from; row != to; ++row) mine.insert(row->second);
    }
    return mine;
  }
  static std::optional<EntityId> key_of(std::string_view crm, const JournalEntry& entry) {
    const auto column = entry.table->find_field(kKeyColumns[crm_index(crm)]);
    const auto after = column ? entry.after.get(*column) : emulators::ValueView{};
    const auto* text = std::get_if<std::string_view>(&after);
    if (!text) return std::nullopt;
    const auto id = parse_ulid(*text);
    return id ? std::optional(EntityId{*id}) : std::nullopt;
  }
  static const TypeNames* type_of(std::string_view crm, const JournalEntry& entry) {
    for (const TypeNames& type : type_names())
      if (type.objects[crm_index(crm)] == entry.table->name()) return &type;
    return nullptr;
  }
  static bool says(const AuditRow& row, std::string_view field, const std::string& value) {
    if (!is_write(row) && !found_later(row)) return false;
    return std::ranges::any_of(row.changes, [&](const AuditChange& change) {
      const std::string* text = change.after ? change.after->get<std::string>() : nullptr;
      if (change.field == field && !text) return value == kBlank;
      return change.field == field && text && plain(*text) == value;
    });
  }
  static std::optional<std::string> judge_creates(const Rows& rows, std::string_view crm) {
    std::set<std::string> created;
    for (const auto& [id, row] : rows.by_id)
      if (is_write(*row) && row->success && row->operation == "create" && !created.insert(row->remote.object + "/" + id).second)
        return fmt::format("{} was created twice in {}, says the audit trail", id, crm);
    return std::nullopt;
  }
};

}  // namespace

void add_audit_oracles(std::vector<std::unique_ptr<Oracle>>& into) { into.push_back(std::make_unique<Audit>()); }

}  // namespace lockstep::sim
