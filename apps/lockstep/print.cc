#include "print.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lockstep::app {

std::string connection_name(ConnectionId id, const ConnectionNames& names) {
  for (const auto& [connection, name] : names)
    if (connection == id) return name;
  return "hub";
}

std::string age(Duration duration) {
  const auto seconds = duration.count() / 1000;
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (seconds < 7200) return fmt::format("{}m", seconds / 60);
  return fmt::format("{}h", seconds / 3600);
}

std::string kind_name(ReviewKind kind) {
  static constexpr const char* kNames[] = {"field_conflict", "possible_duplicate", "second_record",  "mass_delete",  "rewritten",
                                           "duplicate_key",  "delete_vs_edit",     "refused_delete", "refused_field"};
  return kNames[static_cast<int>(kind)];
}

namespace {
std::string text(std::string_view value) { return to_json(Value(value)); }
std::string time_text(WallTime time) { return time.ms == 0 ? "null" : text(format_iso(time)); }
}  // namespace

void print_changes(const AuditRow& row) {
  for (const AuditChange& change : row.changes) {
    if (!change.before && !change.after) fmt::print("      {:<18} {}\n", change.field, change.note);
    else
      fmt::print("      {:<18} {} → {}{}\n", change.field, change.before ? to_display(*change.before) : "?", change.after ? to_display(*change.after) : "?",
                 change.note.empty() ? "" : "   (" + change.note + ")");
  }
}

std::string audit_json(const AuditRow& row, const ConnectionNames& names) {
  std::string changes;
  for (const AuditChange& change : row.changes)
    changes += fmt::format("{}{{\"field\": {}, \"before\": {}, \"after\": {}, \"note\": {}}}", changes.empty() ? "" : ", ", text(change.field),
                           change.before ? to_json(*change.before) : "null", change.after ? to_json(*change.after) : "null", text(change.note));
  return fmt::format(
      "{{\"id\": {}, \"at\": {}, \"run\": {}, \"connection\": {}, \"source\": {}, \"entity\": {}, \"type\": {}, \"object\": {}, \"remote_id\": {}, "
      "\"operation\": {}, "
      "\"success\": {}, \"failure_class\": {}, \"error\": {}, \"attempt\": {}, \"mapping_version\": {}, \"changes\": [{}]}}",
      row.id, text(format_iso(row.at)), text(row.run.value().text()), text(connection_name(row.connection, names)), text(connection_name(row.source, names)),
      text(row.entity.value().text()), text(row.type), text(row.remote.object), text(row.remote.id), text(row.operation), row.success, text(row.failure_class),
      text(row.error), row.attempt, text(row.mapping_version), changes);
}

std::string review_json(const ReviewItem& item, const ConnectionNames& names) {
  std::string candidates;
  for (const ReviewCandidate& candidate : item.candidates)
    candidates += fmt::format("{}{{\"system\": {}, \"value\": {}, \"entity\": {}, \"remote_id\": {}}}", candidates.empty() ? "" : ", ",
                              text(connection_name(candidate.system, names)), to_json(candidate.value),
                              text(candidate.entity.value().is_nil() ? "" : candidate.entity.value().text()), text(candidate.remote.id));
  static constexpr const char* kStates[] = {"open", "resolved", "closed_by_itself"};
  return fmt::format(
      "{{\"id\": {}, \"kind\": {}, \"state\": {}, \"entity\": {}, \"connection\": {}, \"object\": {}, \"remote_id\": {}, \"summary\": {}, \"opened\": {}, "
      "\"closed\": {}, "
      "\"closed_by\": {}, \"candidates\": [{}]}}",
      text(item.id.text()), text(kind_name(item.kind)), text(kStates[static_cast<int>(item.state)]),
      text(item.entity.value().is_nil() ? "" : item.entity.value().text()), text(connection_name(item.connection, names)), text(item.remote.object),
      text(item.remote.id), text(item.summary), time_text(item.opened), time_text(item.closed), text(item.closed_by), candidates);
}

std::string_view state_name(DeadLetterState state) {
  static constexpr std::string_view kStates[] = {"open", "replayed", "discarded", "superseded"};
  return kStates[static_cast<int>(state)];
}

std::string letter_json(const DeadLetter& letter, const ConnectionNames& names) {
  return fmt::format(
      "{{\"id\": {}, \"state\": {}, \"entity\": {}, \"connection\": {}, \"object\": {}, \"remote_id\": {}, \"operation\": {}, \"failure_class\": {}, "
      "\"error\": {}, "
      "\"fingerprint\": {}, \"attempts\": {}, \"first_failed\": {}, \"last_failed\": {}, \"context\": {}}}",
      text(letter.id.text()), text(state_name(letter.state)), text(letter.entity.value().text()), text(connection_name(letter.connection, names)),
      text(letter.remote.object), text(letter.remote.id), text(letter.operation), text(letter.failure_class), text(letter.error), text(letter.fingerprint),
      letter.attempts, time_text(letter.first_failed), time_text(letter.last_failed), letter.context.empty() ? "null" : letter.context);
}

}  // namespace lockstep::app
