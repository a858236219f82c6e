#include "emulators/salesforce/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/salesforce/describe.h"

namespace lockstep::emulators::salesforce {
namespace {

std::string_view change_type_of(Operation operation) {
  switch (operation) {
    case Operation::create: return "CREATE";
    case Operation::update: return "UPDATE";
    case Operation::remove:
    case Operation::merge: return "DELETE";
    case Operation::restore: return "UNDELETE";
    case Operation::purge: break;
  }
  return "";
}

/// CometD writes instants without fractions.
std::string event_instant(std::int64_t ms) {
  std::string text = format_iso(WallTime{ms});
  std::size_t dot = text.find('.');
  return dot == std::string::npos ? text : text.substr(0, dot) + "Z";
}

json::value event_value(const Field& field, ValueView value) {
  const std::int64_t* integer = std::get_if<std::int64_t>(&value);
  if (integer && field.type == FieldType::datetime) return json::value(event_instant(*integer));
  return to_json(value);
}

void put_field(json::object& payload, const ObjectType& object, const Field& field, ValueView value, json::array* changed) {
  auto [whole, part] = event_compound_of(object, field);
  if (whole.empty()) {
    payload[field.name] = event_value(field, value);
    if (changed) changed->emplace_back(field.name);
    return;
  }
  json::value& nested = payload[whole];
  if (!nested.is_object()) nested = json::object();
  nested.get_object()[part] = event_value(field, value);
  if (changed) changed->emplace_back(whole + "." + part);
}

const Field* field_at(const ObjectType& object, FieldId column) {
  for (const Field& field : object.fields) {
    if (field.source == Source::stored && field.column == column) return &field;
  }
  return nullptr;
}

bool is_compound_whole(const ObjectType& object, const Field& field) { return object.name == "Contact" && field.name == "Name"; }

}  // namespace

std::pair<std::string, std::string> event_compound_of(const ObjectType& object, const Field& field) {
  if (object.name == "Contact" && (field.name == "FirstName" || field.name == "LastName" || field.name == "Salutation")) return {"Name", field.name};
  for (const Field& whole : object.fields) {
    if (std::string_view part = address_part(whole, field); !part.empty()) return {whole.name, std::string(part)};
  }
  return {};
}

std::string change_channel(const ObjectType& object, const Settings& settings) {
  bool none = object.setup || (object.name == "CaseComment" && !settings.case_comment_events) || object.name == "Group" || object.name == "Organization" ||
              object.name == "PushTopic";
  return none ? "" : "/data/" + object.name + "ChangeEvent";
}

json::object ChangeEvents::header(const Transaction& transaction, const ObjectType& object, const std::string& type, json::array ids) const {
  return json::object{{"entityName", object.name},
                      {"recordIds", std::move(ids)},
                      {"changeType", type},
                      {"changeOrigin", transaction.origin ? transaction.origin->text : ""},
                      {"transactionKey", transaction.key},
                      {"sequenceNumber", transaction.sequence},
                      {"commitTimestamp", transaction.at.ms},
                      {"commitNumber", 11'000'000'000 + static_cast<std::int64_t>(transactions_)},
                      {"commitUser", transaction.user},
                      {"isTransactionEnd", false}};
}

/// Of the events of a transaction the last one says so.
void ChangeEvents::end(const Transaction& transaction) {
  if (!changes_.last()) return;
  json::object& last = changes_.last()->data["payload"].as_object()["ChangeEventHeader"].as_object();
  if (last["transactionKey"] == json::value(transaction.key)) last["isTransactionEnd"] = true;
}

void ChangeEvents::push(const ObjectType& object, WallTime at, json::object payload) {
  changes_.push(change_channel(object, settings_), at, {{"schema", event_schema_id(object)}, {"payload", std::move(payload)}, {"event", json::object()}});
}

/// The same change to several records in one transaction is one event with several ids.
bool ChangeEvents::merged_with_last(const Transaction& transaction, const json::object& payload, const std::string& id) {
  if (!changes_.last()) return false;
  json::object& last = changes_.last()->data["payload"].get_object();
  json::object& header = last["ChangeEventHeader"].get_object();
  const json::object& other = payload.at("ChangeEventHeader").get_object();
  if (header["transactionKey"] != json::value(transaction.key) || header["entityName"] != other.at("entityName") ||
      header["changeType"] != json::value("UPDATE") || other.at("changeType") != json::value("UPDATE") || last.size() != payload.size())
    return false;
  for (const auto& member : payload) {
    const json::value* there = last.if_contains(member.key());
    if (!there || (member.key() != "ChangeEventHeader" && *there != member.value())) return false;
  }
  header["recordIds"].get_array().emplace_back(id);
  return true;
}

void ChangeEvents::add_entry(Transaction& transaction, const JournalEntry& entry) {
  const ObjectType* object = org_.schema().find(entry.table->name());
  std::string type(change_type_of(entry.operation));
  if (!object || type.empty() || change_channel(*object, settings_).empty()) return;
  if (entry.operation == Operation::merge && !settings_.merge_sends_events) return;
  const Record& record = entry.table->record(entry.row);
  json::object payload;
  json::array changed;
  bool update = type == "UPDATE", whole = type == "CREATE" || type == "UNDELETE";
  auto put = [&](const Field& field, ValueView value) {
    bool shown = !is_compound_whole(*object, field) && field.access != Access::none && field.type != FieldType::id_list;
    if (shown) put_field(payload, *object, field, value, update ? &changed : nullptr);
  };
  if (whole) {
    record.fields.for_each([&](FieldId column, ValueView value) {
      if (const Field* field = field_at(*object, column)) put(*field, value);
    });
    for (const char* name : {"CreatedDate", "CreatedById", "LastModifiedById"})
      put(object->field(name), org_.value_of(*object, entry.row, object->field(name)));
  }
  if (update) {
    for (const Field& field : object->fields) {
      if (field.source != Source::stored) continue;
      ValueView before = entry.before.get(field.column), after = entry.after.get(field.column);
      if (before != after) put(field, after);
    }
  }
  if (whole || update) put(object->field("LastModifiedDate"), ValueView(entry.at.ms));
  if (update && entry.actor != entry.actor_before) put(object->field("LastModifiedById"), org_.value_of(*object, entry.row, object->field("LastModifiedById")));
  transaction.changes += update ? static_cast<std::int64_t>(std::max<std::size_t>(1, changed.size())) : 1;
  if (transaction.changes > settings_.overflow_changes) {
    if (std::find(overflowed_.begin(), overflowed_.end(), object) == overflowed_.end()) overflowed_.push_back(object);
    return;
  }
  ++transaction.sequence;
  json::object head = header(transaction, *object, type, json::array{json::value(record.id)});
  if (update) head["changedFields"] = std::move(changed);
  payload["ChangeEventHeader"] = std::move(head);
  if (merged_with_last(transaction, payload, record.id)) {
    --transaction.sequence;
    return;
  }
  push(*object, transaction.at, std::move(payload));
}

void ChangeEvents::note(const ChangeOrigin& origin, WallTime now) {
  const auto& journal = org_.database().journal();
  if (seen_ >= journal.size()) return;
  Transaction transaction;
  transaction.key = to_hex(sha256("transaction " + std::to_string(++transactions_))).substr(0, 32);
  transaction.origin = &origin;
  transaction.at = now;
  Actor actor = origin.actor.name.empty() ? org_.database().actor(journal[seen_].actor) : origin.actor;
  transaction.user = org_.ensure_user(actor, now);
  overflowed_.clear();
  const std::string writer = org_.schema().seen_as();
  org_.act_as_everybody();  // whoever wrote: listeners differ, and each is told what that one may see
  for (; seen_ < journal.size(); ++seen_) {
    add_entry(transaction, journal[seen_]);
    note_topics(org_, journal[seen_], now, topics_);
  }
  for (const ObjectType* object : overflowed_) {
    transaction.sequence = 1;
    push(*object, now, json::object{{"ChangeEventHeader", header(transaction, *object, "GAP_OVERFLOW", {})}});
  }
  end(transaction);
  org_.act_as_user(writer);
  changes_.trim(now);
  topics_.trim(now);
}

void ChangeEvents::add_gap(const ObjectType& object, const std::string& change_type, std::vector<std::string> ids, WallTime now) {
  Transaction transaction;
  transaction.key = to_hex(sha256("transaction " + std::to_string(++transactions_))).substr(0, 32);
  transaction.at = now;
  transaction.sequence = 1;
  json::array names;
  for (std::string& id : ids) names.emplace_back(id);
  org_.act_as_everybody();
  push(object, now, json::object{{"ChangeEventHeader", header(transaction, object, change_type, std::move(names))}});
  end(transaction);
}

}  // namespace lockstep::emulators::salesforce
