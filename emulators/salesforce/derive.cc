// What the platform does by itself in the same transaction: derived fields, written-through comments, email
// tasks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "emulators/salesforce/org.h"
#include "emulators/salesforce/push_topics.h"

namespace lockstep::emulators::salesforce {
namespace {

Value copy(ValueView value) { return own(value); }

void put(std::vector<std::pair<const Field*, Value>>& changes, const Field& field, Value value) {
  for (auto& [changed, held] : changes) {
    if (changed == &field) {
      held = std::move(value);
      return;
    }
  }
  changes.emplace_back(&field, std::move(value));
}

bool touches(const std::vector<std::pair<const Field*, Value>>& changes, std::initializer_list<const char*> fields) {
  return std::any_of(fields.begin(), fields.end(), [&](const char* field) { return changed_value(changes, field) != nullptr; });
}

}  // namespace

ValueView Org::effective(const ObjectType& object, RowNumber row, const Changes& changes, const char* field) const {
  if (const Value* changed = changed_value(changes, field)) return view(*changed);
  return row == kNoRow ? ValueView{} : value_of(object, row, object.field(field));
}

void Org::derive_on_create(const ObjectType& object, Changes& changes, const Writer& writer) {
  for (const Field& field : object.fields) {
    if (field.source != Source::stored || !field.defaulted || changed_value(changes, field.name)) continue;
    changes.emplace_back(&field, field.name == "OwnerId" ? Value(ensure_user(writer.actor, writer.at)) : field.default_value);
  }
  if (object.name != "Case") return;
  put(changes, object.field("CaseNumber"), fmt::format("{:08}", ++last_case_number_));
  if (changed_value(changes, "AccountId") || !settings_.case_account_from_contact) return;
  const ObjectType& contact = schema_.object("Contact");
  RowNumber of = contact.table->find(text_of(effective(object, kNoRow, changes, "ContactId")));
  if (of != kNoRow) put(changes, object.field("AccountId"), copy(value_of(contact, of, contact.field("AccountId"))));
}

void Org::derive(const ObjectType& object, RowNumber row, Changes& changes, const Writer& writer) const {
  auto text = [&](const char* field) { return std::string(text_of(effective(object, row, changes, field))); };
  if (object.name == "Contact" && touches(changes, {"FirstName", "LastName"})) {
    std::string first = text("FirstName"), last = text("LastName");
    put(changes, object.field("Name"), first.empty() ? last : first + " " + last);
  }
  if (object.name == "Case" && touches(changes, {"Status"})) {
    bool closed = text("Status") == "Closed";
    bool was_closed = row != kNoRow && value_of(object, row, object.field("IsClosed")) == ValueView(true);
    put(changes, object.field("IsClosed"), closed);
    if (closed != was_closed) put(changes, object.field("ClosedDate"), closed ? Value(writer.at.ms) : Value{});
  }
  if (object.name == "Event") derive_event(object, row, changes);
  if (object.name != "Task" && object.name != "Event") return;
  if (object.name == "Task" && touches(changes, {"Status"})) {
    bool closed = text("Status") == "Completed";
    put(changes, object.field("IsClosed"), closed);
    put(changes, object.field("CompletedDateTime"), closed ? Value(writer.at.ms) : Value{});
  }
  if (object.name == "Task" && touches(changes, {"Priority"})) put(changes, object.field("IsHighPriority"), text("Priority") == "High");
  if (!touches(changes, {"WhatId", "WhoId"})) return;
  for (const char* parent : {"WhatId", "WhoId"}) {  // the account of what it is about, else of whom
    std::string id = text(parent);
    const ObjectType* target = id.empty() ? nullptr : schema_.by_prefix(id);
    if (!target) continue;
    RowNumber of = target->table->find(id);
    Value account = target->name == "Account" ? Value(id) : copy(value_of(*target, of, target->field("AccountId")));
    put(changes, object.field("AccountId"), account);
    if (!is_null(view(account))) return;
  }
}

/// Start, end and duration say the same in two ways; what is given wins.
void Org::derive_event(const ObjectType& object, RowNumber row, Changes& changes) const {
  auto instant = [&](const char* field) {
    ValueView value = effective(object, row, changes, field);
    const std::int64_t* ms = std::get_if<std::int64_t>(&value);
    return ms ? std::optional<std::int64_t>(*ms) : std::nullopt;
  };
  constexpr std::int64_t kMinuteMs = 60'000;
  bool by_start = touches(changes, {"StartDateTime", "EndDateTime"});
  if (by_start && !touches(changes, {"ActivityDateTime"})) {
    if (auto start = instant("StartDateTime")) put(changes, object.field("ActivityDateTime"), *start);
  } else if (auto start = instant("ActivityDateTime")) {
    put(changes, object.field("StartDateTime"), *start);
  }
  auto start = instant("StartDateTime");
  if (!start) return;
  if (auto end = instant("EndDateTime"); end && by_start) {
    put(changes, object.field("DurationInMinutes"), (*end - *start) / kMinuteMs);
  } else if (auto minutes = instant("DurationInMinutes")) {
    put(changes, object.field("EndDateTime"), *start + *minutes * kMinuteMs);
  }
  if (!touches(changes, {"ActivityDate"})) put(changes, object.field("ActivityDate"), format_iso(date_of(WallTime{*start})));
}

Outcome<void> Org::check_event(const ObjectType& object, RowNumber row, const Changes& changes) const {
  auto has = [&](const char* field) { return !is_null(effective(object, row, changes, field)); };
  bool all_day = effective(object, row, changes, "IsAllDayEvent") == ValueView(true);
  if ((has("StartDateTime") && has("EndDateTime")) || (has("ActivityDateTime") && has("DurationInMinutes")) ||
      (has("StartDateTime") && has("DurationInMinutes")) || (all_day && (has("ActivityDate") || has("StartDateTime"))))
    return {};
  return refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [DurationInMinutes, ActivityDateTime]", {"DurationInMinutes", "ActivityDateTime"});
}

Outcome<void> Org::check_object_rules(const ObjectType& object, RowNumber row, const Changes& changes) const {
  if (object.name == "Event") return check_event(object, row, changes);
  if (object.name == "PushTopic") {
    const Value* query = changed_value(changes, "Query");
    return query ? check_topic_query(schema_, text_of(view(*query)), now_()) : Outcome<void>{};
  }
  if (object.name != "EmailMessage") return {};
  if (row == kNoRow) {
    const Value* activity = changed_value(changes, "ActivityId");
    if (!activity || is_null(view(*activity)) || changed_value(changes, "ParentId")) return {};
    return refuse("FIELD_INTEGRITY_EXCEPTION", "Activity ID: only a message of a case may name its task", {"ActivityId"});
  }
  std::string status(text_of(value_of(object, row, object.field("Status"))));
  bool theirs = value_of(object, row, object.field("CreatedById")) == ValueView(std::string_view(schema_.seen_as()));
  if (status == "5" && !theirs && value_of(object, row, object.field("IsPrivateDraft")) == ValueView(true))
    return refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
  if (status == "5") return {};  // a draft may still change
  std::vector<std::string> frozen;
  for (const auto& [field, value] : changes) {
    bool read_now = field->name == "Status" && status == "0" && text_of(view(value)) == "1";
    bool open = field->name == "IsExternallyVisible" || field->name.ends_with("__c") || read_now;
    if (!open) frozen.push_back(field->name);
  }
  if (frozen.empty()) return {};
  return refuse("INVALID_FIELD_FOR_INSERT_UPDATE",
                fmt::format("Unable to create/update fields: {}. Please check the security settings of this field and "
                            "verify that it is read/write for your profile or permission set.",
                            fmt::join(frozen, ", ")),
                frozen);
}

void Org::write_comment(RowNumber case_row, const std::string& text, const Writer& writer) {
  const ObjectType& comment = schema_.object("CaseComment");
  Writer automation = writer;
  automation.actor = {ActorKind::automation, "Automated Process"};
  Changes changes;
  put(changes, comment.field("ParentId"), schema_.object("Case").table->record(case_row).id);
  put(changes, comment.field("CommentBody"), text);
  derive_on_create(comment, changes, automation);
  insert(comment, changes, automation);
}

void Org::write_email_task(const ObjectType& email, RowNumber row, const Writer& writer) {
  const Record& record = email.table->record(row);
  std::string case_id(text_of(record.fields.get(email.field("ParentId").column)));
  if (case_id.empty() || !is_null(record.fields.get(email.field("ActivityId").column))) return;
  const ObjectType& task = schema_.object("Task");
  Writer automation = writer;
  automation.actor = {ActorKind::automation, "Automated Process"};
  Changes changes;
  std::string subject(text_of(record.fields.get(email.field("Subject").column)));
  subject.resize(std::min<std::size_t>(subject.size(), 200));
  while (!subject.empty() && (subject.back() & 0x80)) subject.pop_back();  // never half a character
  put(changes, task.field("Subject"), "Email: " + subject);
  put(changes, task.field("TaskSubtype"), std::string("Email"));
  put(changes, task.field("Status"), std::string("Completed"));
  put(changes, task.field("WhatId"), case_id);
  derive_on_create(task, changes, automation);
  derive(task, kNoRow, changes, automation);
  RowNumber task_row = insert(task, changes, automation);
  WriteContext context = automation.context();
  context.actor = writer.actor;  // the message still counts as last written by its sender
  context.journaled = false;
  database_.update(*email.table, row, {{email.field("ActivityId").column, task.table->record(task_row).id}}, context);
}

}  // namespace lockstep::emulators::salesforce
