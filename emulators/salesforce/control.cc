// The dialect's own part of the control plane: settings, open transactions, gaps, locks, rules.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

http::Response told(const std::string& problem) { return json_response(400, json::object{{"error", problem}}); }

std::optional<EditKind> edit_kind(std::string_view operation) {
  if (operation == "create") return EditKind::create;
  if (operation == "update") return EditKind::update;
  if (operation == "delete") return EditKind::remove;
  return std::nullopt;
}

}  // namespace

std::optional<http::Response> Salesforce::control(const http::ServerRequest& request, std::string_view path) {
  settle(now());
  if (path == "settings") return switches_.answer(request);
  if (request.method != "POST") return std::nullopt;
  JsonDocument document;
  auto parsed = document.parse(request.body);
  json::object none;
  const json::object* given = parsed && document.root().is_object() ? &document.root().get_object() : &none;
  if (path == "transaction") return open_transaction(*given);
  if (path == "event") return inject_event(*given);
  if (path == "lock") return lock_record(*given);
  return change_rule(*given, path);
}

/// Edits whose stamps are of now and which nobody sees before they commit.
http::Response Salesforce::open_transaction(const json::object& given) {
  Result<Duration> after = parse_duration(text_member(given, "commit_after"));
  const json::value* edits = given.if_contains("edits");
  if (!after || !edits || !edits->is_array()) return told("expected {\"commit_after\": \"30s\", \"edits\": [ … as for edit … ]}");
  for (const json::value& edit : edits->get_array()) {
    const json::object* object = edit.if_object();
    if (!object || !edit_kind(text_member(*object, "operation")) || text_member(*object, "as").empty())
      return told("an edit names operation (create, update, delete), object and as");
  }
  OpenTransaction transaction;
  transaction.start = whole_seconds(now());
  transaction.due = now() + *after;
  transaction.edits = json::value(*edits, json::storage_ptr());
  transactions_.push_back(std::move(transaction));
  return json_response(200, json::object{{"ok", true}});
}

void Salesforce::settle(WallTime now) {
  settle_jobs(now);
  archive_activities(now);
  for (std::size_t i = 0; i < transactions_.size();) {
    if (transactions_[i].due > now) {
      ++i;
      continue;
    }
    OpenTransaction transaction = std::move(transactions_[i]);
    transactions_.erase(transactions_.begin() + static_cast<std::ptrdiff_t>(i));
    note_changes({});
    stamp_ = transaction.start;
    for (const json::value& item : transaction.edits.get_array()) {
      const json::object& given = item.get_object();
      json::object none;
      Edit edit;
      edit.kind = *edit_kind(text_member(given, "operation"));
      edit.object = std::string(text_member(given, "object"));
      edit.id = std::string(text_member(given, "id"));
      edit.actor = {ActorKind::person, std::string(text_member(given, "as"))};
      const json::value* fields = given.if_contains("fields");
      edit.fields = fields && fields->is_object() ? &fields->get_object() : &none;
      write(edit);  // refused as it would have been at its commit
    }
    stamp_.reset();
    note_changes({});
  }
}

/// Once a day; those who listen are told that they missed something (§6.7).
void Salesforce::archive_activities(WallTime now) {
  if (date_of(now) == archived_on_) return;
  archived_on_ = date_of(now);
  for (auto& [object, ids] : org_.archive_activities(now - Duration(settings_.archive_days * kOneDay.count())))
    events_.add_gap(*object, "GAP_UPDATE", std::move(ids), now);
}

WallTime Salesforce::covered_until(WallTime end) const {
  for (const OpenTransaction& transaction : transactions_) end = std::min(end, transaction.start);
  return end;
}

void Salesforce::note_changes(ChangeOrigin next) {
  events_.note(origin_, now());
  outbound_.note(now());
  origin_ = std::move(next);
}

http::Response Salesforce::lock_record(const json::object& given) {
  auto id = normalise_id(text_member(given, "id"));
  Result<Duration> how_long = parse_duration(text_member(given, "for"));
  if (!id || !how_long) return told("expected {\"id\": \"001…\", \"for\": \"30s\"}");
  std::string_view by = text_member(given, "by");
  if (by == "approval") {
    org_.hold(*id, now() + *how_long, {"ENTITY_IS_LOCKED", "the entity is locked for editing", {}});
  } else if (by == "workflow") {
    org_.hold(*id, now() + *how_long, {"RECORD_IN_USE_BY_WORKFLOW", "the record is in use by a workflow", {}});
  } else if (by.empty() || by == "transaction") {
    org_.lock(*id, now() + *how_long);
  } else {
    return told("by is transaction, approval or workflow");
  }
  return json_response(200, json::object{{"ok", true}});
}

http::Response Salesforce::inject_event(const json::object& given) {
  const ObjectType* object = org_.schema().find(text_member(given, "object"));
  std::string type(text_member(given, "change_type"));
  if (!object || change_channel(*object, settings_).empty() || !type.starts_with("GAP_"))
    return told("expected {\"object\": \"Account\", \"change_type\": \"GAP_UPDATE\", \"ids\": […]}; GAP_OVERFLOW without ids");
  std::vector<std::string> ids;
  const json::value* list = given.if_contains("ids");
  if (list && list->is_array()) {
    for (const json::value& id : list->get_array()) ids.push_back(scalar_text(id));
  }
  events_.add_gap(*object, type, std::move(ids), now());
  return json_response(200, json::object{{"replay_id", events_.log_of(kAllChanges).last_replay_id()}});
}

}  // namespace lockstep::emulators::salesforce
