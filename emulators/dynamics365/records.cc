#include "emulators/dynamics365/records.h"

#include <fmt/format.h>

#include "emulators/dynamics365/filter.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// "CAS-01234-X7K2M9", as the platform numbers cases.
std::string ticket_number(std::size_t count, Rng& rng) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string suffix;
  for (int i = 0; i < 6; ++i) suffix.push_back(kAlphabet[rng.below(kAlphabet.size())]);
  return fmt::format("CAS-{:05}-{}", 1000 + count, suffix);
}

/// What was sent, and what was filled in beside it.
std::vector<Change> written_columns(const Draft& draft, const Payload& payload) {
  std::vector<Change> changes = payload.changes;
  for (const Column& column : draft.table().columns) {
    bool stored = column.source == Source::stored || column.source == Source::owner;
    if (!stored || column.write_only || payload.find(column) || !draft.touches(column) || is_null(draft.get(column))) continue;
    changes.push_back({&column, own(draft.get(column)), column.targets.empty() ? "" : std::string(draft.target(column))});
  }
  return changes;
}

}  // namespace

WriteContext Records::context(const Writer& writer) const {
  return {WallTime{writer.now.ms - writer.now.ms % 1000}, writer.actor, writer.key, writer.journaled};
}

RowNumber Records::find(const TableSpec& table, std::string_view id) const {
  RowNumber row = table.rows->find(id);
  return row == kNoRow || table.rows->record(row).deleted ? kNoRow : row;
}

RowNumber Records::find_by_key(const TableSpec& table, const AlternateKey& key, const std::vector<Value>& values) const {
  for (RowNumber row : table.rows->find_equal(key.columns.front()->field, view(values.front()))) {
    bool same = !table.rows->record(row).deleted;
    for (std::size_t i = 1; i < values.size(); ++i) same = same && compare_values(table.rows->get(row, key.columns[i]->field), view(values[i])) == 0;
    if (same) return row;
  }
  return kNoRow;
}

void Records::apply(Draft& draft, const Payload& payload) const {
  for (const Change& change : payload.changes) {
    if (change.column->source != Source::stored && change.column->source != Source::owner) continue;
    bool clears = is_null(view(change.value));
    // Clearing through one target's name leaves a link to another target alone.
    if (clears && change.column->polymorphic() && !change.target.empty() && !metadata_.quirks().null_clears_any_target &&
        draft.target(*change.column) != change.target) {
      continue;
    }
    draft.set(*change.column, change.value, change.target);
  }
}

void Records::fill_defaults(Draft& draft) {
  const TableSpec& table = draft.table();
  for (const Column& column : table.columns) {
    bool state = column.type == ColumnType::state || column.type == ColumnType::status;
    if (!column.default_value || state || draft.touches(column)) continue;
    draft.set(column, *column.default_value);
  }
  if (table.name == "incident" && is_null(draft.get(table.require("ticketnumber")))) {
    draft.set(table.require("ticketnumber"), ticket_number(table.rows->row_count(), rng_));
  }
}

void Records::note_on_behalf(Draft& draft, const Writer& writer) const {
  const TableSpec& table = draft.table();
  if (!table.column("_modifiedonbehalfby_value")) return;
  const Column& modified = table.require("_modifiedonbehalfby_value");
  bool was = !draft.creating() && !is_null(draft.get(modified));
  if (!writer.on_behalf && !was) return;
  std::optional<std::string> id;
  if (writer.on_behalf) id = webhooks_.users().id_of(*writer.on_behalf, writer.now);
  draft.set(modified, id ? Value(*id) : Value(), "systemuser");
  if (id && draft.creating()) draft.set(table.require("_createdonbehalfby_value"), Value(*id), "systemuser");
}

void Records::take_system_times(Draft& draft, const Payload& payload, WriteContext& context, bool fixture) const {
  const TableSpec& table = draft.table();
  const Column* migrated = table.column("overriddencreatedon");
  const Column* created = table.column("createdon");
  if (!migrated || !created) return;
  if (const Change* given = payload.find(*migrated); given && !is_null(view(given->value)) && !fixture) {
    draft.set(*created, given->value);  // the date shown as creation; the column itself keeps the true one
    draft.set(*migrated, context.at.ms);
  }
  if (!fixture) return;
  if (const Change* given = payload.find(*created)) draft.set(*created, given->value);
  const Change* modified = payload.find(table.require("modifiedon"));
  if (modified && !is_null(view(modified->value))) context.at = WallTime{std::get<std::int64_t>(modified->value)};
}

Outcome<void> Records::check_draft(Draft& draft, bool fixture) {
  const Column* customer = draft.table().column("_customerid_value");
  if (customer && (draft.creating() || draft.touches(*customer)) && is_null(draft.get(*customer))) {  // of the system, not of the application
    return refuse(400, code::kRequiredFieldMissing,
                  fmt::format("You should specify a parent contact or account. (The customerid of {} is required.)", draft.table().name));
  }
  TRY_VOID(settle_state(draft, fixture, metadata_.quirks()));
  if (!fixture) TRY_VOID(check_required(draft, rules_.application_required));
  TRY_VOID(check_step(draft));
  TRY_VOID(check_endpoint(draft));
  compute_columns(draft);
  return check_unique(draft);
}

Outcome<RowNumber> Records::create(const TableSpec& table, const Payload& payload, const Writer& writer, bool fixture) {
  std::string id = payload.id ? *payload.id : make_guid(rng_);
  RowNumber held = table.rows->find(id);
  if (held != kNoRow && (!table.rows->record(held).deleted || in_bin(table, held, writer.now))) {
    return refuse(412, code::kDuplicateRecord, "A record with matching key values already exists.");
  }
  UnitOfWork unit(database_, webhooks_);
  Draft draft(table, kNoRow);
  apply(draft, payload);
  for (const Nested& nested : payload.nested) {
    if (nested.points_here || nested.many) continue;
    TRY(RowNumber related, create(*nested.table, nested.payload, writer, fixture));
    draft.set(*nested.column, Value(nested.table->rows->record(related).id), nested.table->name);
  }
  WriteContext write = context(writer);
  take_system_times(draft, payload, write, fixture);
  if (table.external_key() && write.key.empty()) write.key = text_of(draft.get(*table.external_key()));
  fill_defaults(draft);
  TRY_VOID(check_draft(draft, fixture));
  note_on_behalf(draft, writer);
  RowNumber row = held;
  if (held == kNoRow) {
    row = database_.create(*table.rows, id, draft.changes(), write);
  } else {
    database_.recreate(*table.rows, row, draft.changes(), write);
  }
  if (payload.parties) add_parties(table, id, *payload.parties, writer);
  audit(table, row, 1, writer);
  webhooks_.note({"Create", &table, row, webhooks_.listens() ? written_columns(draft, payload) : payload.changes, "", {}, 1}, writer);
  for (const Nested& nested : payload.nested) {
    if (!nested.points_here && !nested.many) continue;
    Payload child = nested.payload;
    if (nested.points_here) {
      std::erase_if(child.changes, [&](const Change& change) { return change.column == nested.column; });
      child.changes.push_back({nested.column, id, table.name});
    }
    RowNumber related = nested.bound;
    if (related == kNoRow) {
      TRY(related, create(*nested.table, child, writer, fixture));
    } else {
      TRY_VOID(update(*nested.table, related, child, writer));
    }
    if (nested.many) tie(*nested.many, row, table, related, true, writer);
  }
  unit.commit();
  return row;
}

Outcome<void> Records::update(const TableSpec& table, RowNumber row, const Payload& payload, const Writer& writer) {
  if (payload.changes.empty() && !payload.parties) return {};
  TRY_VOID(check_not_frozen(table, row, payload));
  Draft draft(table, row);
  apply(draft, payload);
  TRY_VOID(check_draft(draft, false));
  note_on_behalf(draft, writer);
  const std::string& id = table.rows->record(row).id;
  bool closes = table.name == "incident" && draft.touches(*table.state_column());
  if (closes) {
    std::int64_t state = draft.integer(*table.state_column(), 0);
    if (state == 2 && rules_.open_activities_block && has_open_activities(metadata_, id)) {
      return refuse(400, code::kCaseHasOpenActivities, "The incident can not be cancelled because there are open activities for this incident.");
    }
  }
  UnitOfWork unit(database_, webhooks_);
  if (closes && draft.integer(*table.state_column(), 0) == 0) cancel_resolutions(id, writer);
  PackedFields before = webhooks_.before_matters(table) ? table.rows->record(row).fields : PackedFields();
  if (!payload.changes.empty()) database_.update(*table.rows, row, draft.changes(), context(writer));
  if (payload.parties) {
    remove_parties(table, id, writer);
    add_parties(table, id, *payload.parties, writer);
  }
  audit(table, row, 2, writer);
  webhooks_.note({"Update", &table, row, payload.changes, "", {}, 1, before}, writer);
  if (webhooks_.listens()) note_special(table, row, payload, std::move(before), writer);
  unit.commit();
  return {};
}

void Records::note_special(const TableSpec& table, RowNumber row, const Payload& payload, PackedFields before, const Writer& writer) {
  json::object self = entity_reference(table.name, table.rows->record(row).id);
  const Column* owner = table.column("_ownerid_value");
  if (const Change* given = owner ? payload.find(*owner) : nullptr; given && !is_null(view(given->value))) {
    RowEvent event{"Assign", &table, row, {}, "", {}, 1, before};
    event.extra = {{"Target", self}, {"Assignee", entity_reference(given->target, text_of(view(given->value)))}};
    webhooks_.note(event, writer);
  }
  if (table.states.empty() || (!payload.find(*table.state_column()) && !payload.find(*table.status_column()))) return;
  Draft now(table, row);
  RowEvent event{"SetState", &table, row, {}, "", {}, 1, std::move(before)};
  event.extra = {{"EntityMoniker", std::move(self)},
                 {"State", option_set_value(now.integer(*table.state_column(), 0))},
                 {"Status", option_set_value(now.integer(*table.status_column(), 0))}};
  webhooks_.note(event, writer);
}

Outcome<void> Records::remove(const TableSpec& table, RowNumber row, const Writer& writer) {
  UnitOfWork unit(database_, webhooks_);
  TRY_VOID(remove_row(table, row, writer, 1));
  unit.commit();
  return {};
}

void Records::force(const TableSpec& table, RowNumber row, std::vector<Change> changes, const Writer& writer, int depth) {
  Draft draft(table, row);
  for (const Change& change : changes) draft.set(*change.column, change.value, change.target);
  compute_columns(draft);
  note_on_behalf(draft, writer);
  PackedFields before = webhooks_.before_matters(table) ? table.rows->record(row).fields : PackedFields();
  database_.update(*table.rows, row, draft.changes(), context(writer));
  audit(table, row, 2, writer);
  webhooks_.note({"Update", &table, row, std::move(changes), "", {}, depth, std::move(before)}, writer);
}

void Records::audit(const TableSpec& table, RowNumber row, std::int64_t operation, const Writer& writer) {
  const TableSpec &audits = metadata_.require("audit"), &organizations = metadata_.require("organization");
  bool kept = organizations.rows->row_count() > 0 && organizations.rows->get(0, organizations.require("isauditenabled").field) == ValueView(true);
  if (!kept || !writer.journaled || !table.writable) return;
  FieldChanges line{{audits.require("operation").field, operation},
                    {audits.require("action").field, operation},
                    {audits.require("_objectid_value").field, table.rows->record(row).id},
                    {audits.require("objecttypecode").field, table.name},
                    {audits.require("_userid_value").field, webhooks_.users().id_of(writer.actor, writer.now)}};
  WriteContext context = this->context(writer);
  context.journaled = false;
  database_.create(*audits.rows, make_guid(rng_), line, context);
}

Outcome<void> Records::remove_row(const TableSpec& table, RowNumber row, const Writer& writer, int depth) {
  const std::string id = table.rows->record(row).id;
  database_.remove(*table.rows, row, context(writer));  // first, so that a cycle of links ends here
  audit(table, row, 3, writer);
  webhooks_.note({"Delete", &table, row, {}, "", {}, depth}, writer);
  for (const Metadata::Reference& reference : metadata_.references_to(table)) {
    const TableSpec& from = *reference.from;
    for (RowNumber child : from.rows->find_equal(reference.column->field, id)) {
      bool same_target = target_of(from, child, *reference.column) == table.name;
      if (from.rows->record(child).deleted || !same_target) continue;
      if (reference.column->restricts_delete)
        return refuse(405, code::kCannotDeleteDueToAssociation, "The object you tried to delete is associated with another object and cannot be deleted.");
      if (reference.column->cascades_delete) {
        TRY_VOID(remove_row(from, child, writer, depth + 1));
      } else {
        force(from, child, {{reference.column, Value(), table.name}}, writer, depth + 1);
      }
    }
  }
  return {};
}

}  // namespace lockstep::emulators::dynamics365
