#include "emulators/salesforce/push_topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kTopicVersion = "v60.0";

struct Told {
  const char* type;    // in the event
  const char* wanted;  // the topic's flag
};

Told told_as(Operation operation) {
  switch (operation) {
    case Operation::create: return {"created", "NotifyForOperationCreate"};
    case Operation::update: return {"updated", "NotifyForOperationUpdate"};
    case Operation::remove:
    case Operation::merge: return {"deleted", "NotifyForOperationDelete"};
    case Operation::restore: return {"undeleted", "NotifyForOperationUndelete"};
    case Operation::purge: break;
  }
  return {"", ""};
}

std::string_view topic_text(const Org& org, RowNumber row, std::string_view field) {
  const ObjectType& topics = org.schema().object("PushTopic");
  return text_of(org.value_of(topics, row, topics.field(field)));
}

bool topic_flag(const Org& org, RowNumber row, std::string_view field) {
  const ObjectType& topics = org.schema().object("PushTopic");
  return org.value_of(topics, row, topics.field(field)) == ValueView(true);
}

void note_fields(const Condition& condition, std::vector<const Field*>& fields) {
  if (condition.kind == Condition::Kind::comparison) fields.push_back(condition.path.field);
  for (const Condition& part : condition.parts) note_fields(part, fields);
}

/// Whether an update changed what the topic looks at: all fields, those of its query, those of SELECT or of WHERE.
bool touches(const Query& query, std::string_view looks_at, const JournalEntry& entry) {
  std::vector<const Field*> fields;
  if (looks_at == "All") fields = query.object->visible();
  if (looks_at == "Referenced" || looks_at == "Select") {
    for (const FieldPath& path : query.select) fields.push_back(path.field);
  }
  if (query.where && (looks_at == "Referenced" || looks_at == "Where")) note_fields(*query.where, fields);
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Field* field) { return field->source == Source::stored && entry.before.get(field->column) != entry.after.get(field->column); });
}

}  // namespace

bool is_topic(const Org& org, std::string_view channel) {
  if (!channel.starts_with(kTopicChannel)) return false;
  const ObjectType& topics = org.schema().object("PushTopic");
  for (RowNumber row : org.find_by_key(topics, topics.field("Name"), channel.substr(kTopicChannel.size())))
    if (topic_flag(org, row, "IsActive")) return true;
  return false;
}

void note_topics(const Org& org, const JournalEntry& entry, WallTime at, EventLog& log) {
  const Table& topics = *org.schema().object("PushTopic").table;
  const ObjectType* object = topics.live_count() == 0 ? nullptr : org.schema().find(entry.table->name());
  Told told = told_as(entry.operation);
  for (RowNumber row = 0; object && row < topics.row_count(); ++row) {
    if (topics.record(row).deleted || !topic_flag(org, row, "IsActive") || !*told.wanted || !topic_flag(org, row, told.wanted)) continue;
    auto query = parse_soql(org.schema(), topic_text(org, row, "Query"), at);
    if (!query || query->object != object) continue;
    if (query->where && !holds(org, *object, entry.row, *query->where)) continue;
    bool update = entry.operation == Operation::update;
    if (update && !touches(*query, topic_text(org, row, "NotifyForFields"), entry)) continue;
    json::object record{{"Id", object->table->record(entry.row).id}};
    if (std::string_view(told.type) != "deleted") record = Renderer(org, kTopicVersion, {}).selected(*query, entry.row, true);
    record.stable_erase("attributes");
    log.push(std::string(kTopicChannel) + std::string(topic_text(org, row, "Name")), at,
             {{"event", {{"createdDate", format_iso(at)}, {"type", told.type}}}, {"sobject", std::move(record)}});
  }
}

Outcome<void> check_topic_query(const Schema& schema, std::string_view text, WallTime now) {
  auto query = parse_soql(schema, text, now);
  if (!query) return tl::unexpected(query.error());
  bool plain = query->children.empty() && query->aggregates.empty() && query->type_ofs.empty() && query->group.empty() && query->order.empty() &&
               !query->count && !query->limit && query->offset == 0;
  bool has_id = false;
  for (const FieldPath& path : query->select) {
    plain = plain && path.hops.empty();
    has_id = has_id || path.field->type == FieldType::id;
  }
  if (!plain) return refuse("INVALID_FIELD", "a topic's query has fields of one object and WHERE alone", {"Query"});
  if (!has_id) return refuse("INVALID_FIELD", "the Id field must be selected by the query of a topic", {"Query"});
  return {};
}

}  // namespace lockstep::emulators::salesforce
