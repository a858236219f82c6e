// What changes several rows at once: merging, resolving, sending, participants.
#include <fmt/format.h>

#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/records.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::int64_t state_of(const TableSpec& table, RowNumber row) {
  ValueView state = table.rows->get(row, table.state_column()->field);
  const std::int64_t* value = std::get_if<std::int64_t>(&state);
  return value ? *value : 0;
}

Change change(const TableSpec& table, std::string_view column, Value value, std::string target = "") {
  return {&table.require(column), std::move(value), std::move(target)};
}

}  // namespace

Outcome<void> Records::merge(const TableSpec& table, RowNumber winner, RowNumber loser, const Payload& content, const Writer& writer) {
  if (!table.mergeable) {
    return refuse(400, code::kInvalidArgument, fmt::format("Rows of {} cannot be merged.", table.name));
  }
  if (winner == loser) {
    return refuse(400, code::kMergeIdentical, "Merge cannot be performed on sub-entity that is the master entity.");
  }
  if (state_of(table, winner) != 0 || state_of(table, loser) != 0) {
    return refuse(400, code::kMergeInactive, "Merge cannot be performed on an entity that is inactive.");
  }
  UnitOfWork unit(database_, webhooks_);
  if (table.name != "incident" && !content.changes.empty()) TRY_VOID(update(table, winner, content, writer));
  move_children(table, winner, loser, writer);
  const std::string winner_id = table.rows->record(winner).id;
  bool incident = table.name == "incident";
  force(table, loser,
        {change(table, "statecode", std::int64_t{incident ? 2 : 1}), change(table, "statuscode", std::int64_t{incident ? 2000 : 2}),
         change(table, "merged", true), change(table, "_masterid_value", winner_id, table.name)},
        writer, 2);
  database_.merge(*table.rows, winner, loser, context(writer), true);
  RowEvent event{"Merge", &table, winner, content.changes, table.rows->record(loser).id, {}, 1};
  webhooks_.note(event, writer);
  unit.commit();
  return {};
}

void Records::move_children(const TableSpec& table, RowNumber winner, RowNumber loser, const Writer& writer) {
  const std::string winner_id = table.rows->record(winner).id;
  const std::string loser_id = table.rows->record(loser).id;
  for (const Metadata::Reference& reference : metadata_.references_to(table)) {
    if (!reference.column->follows_merge) continue;
    const TableSpec& from = *reference.from;
    for (RowNumber child : from.rows->find_equal(reference.column->field, loser_id)) {
      if (from.rows->record(child).deleted || target_of(from, child, *reference.column) != table.name) continue;
      bool itself = &from == &table && child == winner;  // the winner hung below the loser
      force(from, child, {{reference.column, itself ? Value() : Value(winner_id), table.name}}, writer, 2);
    }
  }
}

bool Records::in_bin(const TableSpec& table, RowNumber row, WallTime now) const {
  const Record& record = table.rows->record(row);
  return metadata_.quirks().recycle_bin && record.deleted && record.modified >= now - kBinLife;
}

Outcome<void> Records::restore(const TableSpec& table, RowNumber row, const Writer& writer) {
  if (row == kNoRow || !in_bin(table, row, writer.now))
    return refuse(404, code::kNotInRecycleBin, fmt::format("The {} is not in the recycle bin.", table.name));
  UnitOfWork unit(database_, webhooks_);
  restore_row(table, row, writer);
  unit.commit();
  return {};
}

/// What a cascade took in the same moment comes back with its row.
void Records::restore_row(const TableSpec& table, RowNumber row, const Writer& writer) {
  const std::string id = table.rows->record(row).id;
  const WallTime deleted = table.rows->record(row).modified;
  database_.restore(*table.rows, row, context(writer));
  for (const Metadata::Reference& reference : metadata_.references_to(table)) {
    if (!reference.column->cascades_delete) continue;
    const TableSpec& from = *reference.from;
    for (RowNumber child : from.rows->find_equal(reference.column->field, id)) {
      const Record& record = from.rows->record(child);
      bool together = record.deleted && record.modified == deleted && target_of(from, child, *reference.column) == table.name;
      if (together) restore_row(from, child, writer);
    }
  }
}

Outcome<void> Records::close_case(RowNumber row, const CaseResolution& resolution, const Writer& writer) {
  const TableSpec& table = metadata_.require("incident");
  const std::string id = table.rows->record(row).id;
  if (state_of(table, row) != 0) {
    return refuse(400, code::kCaseAlreadyClosed, fmt::format("The case with Id {} has already been closed.", id));
  }
  std::int64_t resolved = table.state(1)->default_status, status = resolution.status.value_or(resolved);
  if (status == -1 && metadata_.quirks().default_close_status) status = resolved;
  const Option* option = table.status_column()->option(status);
  if (!option || option->state != 1) {
    return refuse(400, code::kInvalidStateStatus,
                  fmt::format("{} is not a valid status code for state code IncidentState.Resolved on incident with "
                              "Id {}.",
                              status, id));
  }
  TRY_VOID(check_transition(table, row, status, metadata_.quirks()));
  if (rules_.open_activities_block && has_open_activities(metadata_, id)) {
    return refuse(400, "0x8004f456", "The case cannot be resolved because it has open activities.");
  }
  const TableSpec& resolutions = metadata_.require("incidentresolution");
  Payload payload;
  payload.changes = {change(resolutions, "subject", resolution.subject), change(resolutions, "_incidentid_value", id, "incident"),
                     change(resolutions, "statecode", std::int64_t{1}), change(resolutions, "statuscode", std::int64_t{2})};
  if (!resolution.description.empty()) {
    payload.changes.push_back(change(resolutions, "description", resolution.description));
  }
  if (resolution.minutes_spent) payload.changes.push_back(change(resolutions, "timespent", *resolution.minutes_spent));
  UnitOfWork unit(database_, webhooks_);
  TRY_VOID(create(resolutions, payload, writer, true));
  force(table, row, {change(table, "statecode", std::int64_t{1}), change(table, "statuscode", status)}, writer, 2);
  RowEvent event{"Close", &table, row, {}, "", {}, 1};
  event.extra = {{"Status", status}, {"IncidentResolution", {{"subject", resolution.subject}, {"incidentid", id}}}};
  webhooks_.note(event, writer);
  unit.commit();
  return {};
}

void Records::cancel_resolutions(std::string_view incident, const Writer& writer) {
  const TableSpec& table = metadata_.require("incidentresolution");
  for (RowNumber row : table.rows->find_equal(table.require("_incidentid_value").field, incident)) {
    if (table.rows->record(row).deleted || state_of(table, row) == 2) continue;
    force(table, row, {change(table, "statecode", std::int64_t{2}), change(table, "statuscode", std::int64_t{3})}, writer, 2);
  }
}

RowNumber Records::tie_of(const Collection& collection, std::string_view near, std::string_view far) const {
  const TableSpec& through = *collection.through;
  for (RowNumber row : through.rows->find_equal(collection.column->field, near)) {
    if (!through.rows->record(row).deleted && text_of(through.rows->get(row, collection.far->field)) == far) return row;
  }
  return kNoRow;
}

bool Records::tie(const Collection& collection, RowNumber near, const TableSpec& table, RowNumber far, bool tied, const Writer& writer) {
  const TableSpec& through = *collection.through;
  const std::string &near_id = table.rows->record(near).id, &far_id = collection.from->rows->record(far).id;
  RowNumber known = tie_of(collection, near_id, far_id);
  if ((known != kNoRow) == tied) return false;
  if (tied) database_.create(*through.rows, make_guid(rng_), {{collection.column->field, near_id}, {collection.far->field, far_id}}, context(writer));
  else database_.remove(*through.rows, known, context(writer));
  note_tie(collection, near, table, far, tied, writer);
  return true;
}

void Records::note_tie(const Collection& collection, RowNumber near, const TableSpec& table, RowNumber far, bool tied, const Writer& writer) {
  const TableSpec* through = collection.through;
  json::value role;  // of the row that is named first, where both are of one table: referencing (0), or referenced
  if (through && collection.from == &table) role = collection.column->logical_name.ends_with("one") ? 0 : 1;
  RowEvent event{tied ? "Associate" : "Disassociate", &table, near, {}, "", {}, 1};
  event.extra = {{"Target", entity_reference(table.name, table.rows->record(near).id)},
                 {"Relationship", {{"PrimaryEntityRole", role}, {"SchemaName", through ? through->schema_name : collection.name}}},
                 {"RelatedEntities", json::array{entity_reference(collection.from->name, collection.from->rows->record(far).id)}}};
  webhooks_.note(event, writer);
}

Outcome<void> Records::mark_email_sent(RowNumber row, bool deliver, const Writer& writer) {
  const TableSpec& table = metadata_.require("email");
  if (state_of(table, row) != 0) {
    return refuse(400, code::kInvalidState, "The e-mail must be in Draft status to be sent.");
  }
  UnitOfWork unit(database_, webhooks_);
  WriteContext now = context(writer);
  force(table, row,
        {change(table, "statecode", std::int64_t{1}), change(table, "statuscode", std::int64_t{deliver ? 6 : 3}), change(table, "senton", now.at.ms)}, writer,
        1);
  unit.commit();
  return {};
}

void Records::add_parties(const TableSpec& table, std::string_view activity, const std::vector<Party>& parties, const Writer& writer) {
  const TableSpec& party_table = metadata_.require("activityparty");
  for (const Party& party : parties) {
    Draft draft(party_table, kNoRow);
    draft.set(party_table.require("_activityid_value"), std::string(activity), table.name);
    if (!party.id.empty()) draft.set(party_table.require("_partyid_value"), party.id, party.target);
    if (!party.address.empty()) draft.set(party_table.require("addressused"), party.address);
    draft.set(party_table.require("participationtypemask"), party.mask);
    database_.create(*party_table.rows, make_guid(rng_), draft.changes(), context(writer));
  }
}

void Records::remove_parties(const TableSpec& table, std::string_view activity, const Writer& writer) {
  const TableSpec& party_table = metadata_.require("activityparty");
  const Column& column = party_table.require("_activityid_value");
  for (RowNumber row : party_table.rows->find_equal(column.field, activity)) {
    if (party_table.rows->record(row).deleted || target_of(party_table, row, column) != table.name) continue;
    database_.remove(*party_table.rows, row, context(writer));
  }
}

Outcome<void> Records::replace_parties(const TableSpec& table, RowNumber row, const std::vector<Party>& parties, const Writer& writer) {
  Payload payload;
  payload.parties = parties;
  UnitOfWork unit(database_, webhooks_);
  TRY_VOID(update(table, row, payload, writer));
  database_.update(*table.rows, row, {}, context(writer));  // the activity itself counts as changed
  unit.commit();
  return {};
}

}  // namespace lockstep::emulators::dynamics365
