// What an administrator or another transaction puts in a write's way: locks, duplicate rules, assignment.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {

/// The record itself, and every parent it hangs on or is about to hang on.
std::vector<std::string> Org::locked_by_write(const ObjectType& object, RowNumber row, const Changes& changes) const {
  std::vector<std::string> ids;
  if (row != kNoRow) ids.push_back(object.table->record(row).id);
  for (const Field& field : object.fields) {
    if (field.type != FieldType::reference || field.source != Source::stored || field.name == "OwnerId") continue;
    const Value* changed = changed_value(changes, field.name);
    if (changed && !is_null(view(*changed))) ids.emplace_back(text_of(view(*changed)));
    std::string_view held = row == kNoRow ? std::string_view{} : text_of(object.table->get(row, field.column));
    if (!held.empty()) ids.emplace_back(held);
  }
  return ids;
}

Outcome<void> Org::take_locks(const ObjectType& object, RowNumber row, const Changes& changes, const Writer& writer) {
  auto hold = row == kNoRow ? held_.end() : held_.find(object.table->record(row).id);
  if (hold != held_.end() && hold->second.until > now_()) return tl::unexpected(ApiErrors{hold->second.told});
  std::vector<std::string> ids = locked_by_write(object, row, changes);
  for (const std::string& id : ids) {
    auto lock = locks_.find(id);
    if (lock == locks_.end() || (!lock->second.held && lock->second.until <= now_())) continue;
    if (lock->second.call == writer.call && lock->second.batch == writer.batch) continue;
    return refuse("UNABLE_TO_LOCK_ROW", fmt::format("{}: {}", kUnableToLock, id));
  }
  if (settings_.row_lock_ms > 0 || writer.holds_locks) {
    for (const std::string& id : ids) locks_[id] = {now_() + Duration(settings_.row_lock_ms), writer.call, writer.batch, writer.holds_locks};
  }
  return {};
}

void Org::release_locks() {
  for (auto& [id, lock] : locks_) lock.held = false;
  std::erase_if(locks_, [&](const auto& lock) { return lock.second.until <= now_(); });
}

Outcome<void> Org::check_duplicates(const ObjectType& object, RowNumber row, const Changes& changes, const Writer& writer) const {
  auto rule = duplicate_rules_.find(object.name);
  if (rule == duplicate_rules_.end() || (rule->second.allow_save && writer.allow_duplicates)) return {};
  bool touched = false;
  for (const std::string& field : rule->second.fields) touched = touched || changed_value(changes, field);
  if (!touched) return {};
  json::array matches;
  for (RowNumber other = 0; other < object.table->row_count(); ++other) {
    if (other == row || object.table->record(other).deleted) continue;
    bool same = std::all_of(rule->second.fields.begin(), rule->second.fields.end(), [&](const std::string& name) {
      std::string_view mine = text_of(effective(object, row, changes, name.c_str()));
      return !mine.empty() && equal_no_case(mine, text_of(value_of(object, other, object.field(name))));
    });
    if (!same) continue;
    const std::string& id = object.table->record(other).id;
    json::object record{{"attributes", {{"type", object.name}, {"url", fmt::format("/services/data/{}/sobjects/{}/{}", writer.version, object.name, id)}}},
                        {"Id", id}};
    matches.push_back(
        json::object{{"additionalInformation", json::array()}, {"fieldDiffs", json::array()}, {"matchConfidence", 100.0}, {"record", std::move(record)}});
  }
  if (matches.empty()) return {};
  std::string name = fmt::format("Standard_{}_Duplicate_Rule", object.name);
  std::size_t size = matches.size();
  json::object found{{"entityType", object.name},
                     {"errors", json::array()},
                     {"matchEngine", "FuzzyMatchEngine"},
                     {"matchRecords", std::move(matches)},
                     {"rule", fmt::format("Standard_{}_Match_Rule", object.name)},
                     {"size", size},
                     {"success", true}};
  ApiError error{"DUPLICATES_DETECTED", "Use one of these records?", {}, {}};
  error.duplicates = json::object{{"allowSave", rule->second.allow_save},
                                  {"duplicateRule", name},
                                  {"duplicateRuleEntityType", object.name},
                                  {"errorMessage", "Use one of these records?"},
                                  {"matchResults", json::array{std::move(found)}}};
  return tl::unexpected(ApiErrors{std::move(error)});
}

/// Active assignment rules run unless the caller says otherwise, and then they own the record.
void Org::assign(const ObjectType& object, Changes& changes, const Writer& writer) const {
  auto owner = assignment_owners_.find(object.name);
  if (owner == assignment_owners_.end() || !writer.auto_assign) return;
  std::erase_if(changes, [](const auto& change) { return change.first->name == "OwnerId"; });
  changes.emplace_back(&object.field("OwnerId"), Value(owner->second));
}

/// The value that a rule sets wins over what the caller sent.
void Org::run_workflows(const ObjectType& object, Changes& changes) const {
  auto rules = workflows_.find(object.name);
  if (rules == workflows_.end()) return;
  for (const Workflow& rule : rules->second) {
    if (!changed_value(changes, rule.when)) continue;
    std::erase_if(changes, [&](const auto& change) { return change.first->name == rule.set; });
    changes.emplace_back(&object.field(rule.set), rule.to);
  }
}

void Org::put_back(const ObjectType& object, Changes& changes, const Writer& writer) const {
  auto kept = kept_.find(object.name);
  if (kept == kept_.end() || writer.actor.kind != ActorKind::integration) return;
  std::erase_if(changes, [&](const auto& change) { return kept->second.contains(change.first->name); });
}

/// All that fire are told at once.
Outcome<void> Org::check_validations(const ObjectType& object, RowNumber row, const Changes& changes) const {
  auto rules = validations_.find(object.name);
  if (rules == validations_.end()) return {};
  ApiErrors errors;
  for (const Validation& rule : rules->second) {
    ValueView held = effective(object, row, changes, rule.field.c_str());
    if (held != view(rule.equals)) continue;
    ApiError error{rule.code, rule.message, {}, nullptr, rule.throws};
    if (!rule.throws) error.fields.push_back(rule.field);
    if (rule.throws) return tl::unexpected(ApiErrors{std::move(error)});  // nothing after it runs
    errors.push_back(std::move(error));
  }
  if (errors.empty()) return {};
  return tl::unexpected(std::move(errors));
}

/// The next writes of an object fail as the control plane was told.
Outcome<void> Org::take_refusal(const ObjectType& object) {
  auto known = refusals_.find(object.name);
  if (known == refusals_.end() || known->second.remaining == 0) return {};
  --known->second.remaining;
  return refuse(known->second.code, known->second.message);
}

std::vector<std::pair<const ObjectType*, std::vector<std::string>>> Org::archive_activities(WallTime before) {
  std::vector<std::pair<const ObjectType*, std::vector<std::string>>> archived;
  std::string day = format_iso(date_of(before));
  for (const char* name : {"Task", "Event"}) {
    const ObjectType& object = schema_.object(name);
    std::vector<std::string> ids;
    for (RowNumber row = 0; row < object.table->row_count(); ++row) {
      const Record& record = object.table->record(row);
      std::string_view due = text_of(value_of(object, row, object.field("ActivityDate")));
      bool closed = object.name == "Event" || value_of(object, row, object.field("IsClosed")) == ValueView(true);
      bool old = due.empty() ? record.created < before && object.name == "Task" : due < day;
      if (record.deleted || record.archived || !closed || !old) continue;
      WriteContext context{record.modified, database_.actor(record.modified_by), "", false};  // its stamps stay
      database_.update(*object.table, row, {{object.field("IsArchived").column, Value(true)}}, context);
      database_.set_archived(*object.table, row, true, context);
      ids.push_back(record.id);
    }
    if (!ids.empty()) archived.emplace_back(&object, std::move(ids));
  }
  return archived;
}

}  // namespace lockstep::emulators::salesforce
