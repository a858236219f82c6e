// Associations as they are written: with journal, webhooks and what follows for the records.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/portal.h"

namespace lockstep::emulators::hubspot {
namespace {

std::string label_of(const TieChange& change) { return fmt::format("{} as {}", change.to_type->table->record(change.to).id, change.type->id); }

}  // namespace

void Portal::note_ties(const std::vector<TieChange>& changes, const Writer& writer) {
  for (const TieChange& change : changes) {
    Table& table = *change.from_type->table;
    PackedFields before, after;
    FieldId field = table.field("associations." + change.to_type->name);
    (change.removed ? before : after).set(field, std::string_view(label_of(change)));
    database_.note_update(table, change.from, before, after, writer.context());
    events_.tie(change, writer);
  }
  if (!settings_.associations_touch) return;
  for (const TieChange& change : changes) {
    before_write(*change.from_type, change.from, writer);
    WriteContext context = writer.context();
    context.at = stamp_for(change.from_type->table->record(change.from), writer.at);
    context.journaled = false;  // the tie itself stands in the journal
    database_.update(*change.from_type->table, change.from, {}, context);
  }
}

Outcome<void> Portal::check_room(const ObjectType& from, RowNumber row, const ObjectType& to, RowNumber to_row, const AssociationType& type) const {
  auto full = [&](const AssociationType& kind) {
    const AssociationType* back = associations_.find_type(to, from, kind.inverse);
    return associations_.full(from, row, to, to_row, kind) || (back && associations_.full(to, to_row, from, row, *back));
  };
  if (!full(type) && !full(associations_.types(from, to).front())) return {};  // what bears a label is tied without one, too
  auto refused = invalid(fmt::format("{} {} cannot have more associations of type {}", from.singular, from.table->record(row).id, type.id));
  refused.value().sub_category = "crm.associations.ASSOCIATION_LIMIT_EXCEEDED";
  return refused;
}

void Portal::tie(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& kind, const Writer& writer) {
  UnitOfWork unit(*this);
  std::vector<TieChange> changes;
  associations_.add(from, from_row, to, to_row, kind, changes);
  note_ties(changes, writer);
  unit.commit();
}

void Portal::untie(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& kind, const Writer& writer) {
  UnitOfWork unit(*this);
  std::vector<TieChange> changes;
  associations_.remove(from, from_row, to, to_row, kind, changes);
  note_ties(changes, writer);
  unit.commit();
}

Outcome<void> Portal::set_ties(const ObjectType& from, RowNumber from_row, ObjectType& to, const json::value& ids, const Writer& writer) {
  const std::vector<AssociationType>& types = associations_.types(from, to);
  if (types.empty()) return invalid(fmt::format("{} and {} are never associated", from.name, to.name));
  std::vector<RowNumber> wanted;
  auto want = [&](const json::value& id) {
    std::string text = scalar_text(id);
    if (text.empty()) return true;
    RowNumber row = find_live(to, text);
    if (row != kNoRow) wanted.push_back(row);
    return row != kNoRow;
  };
  bool found = true;
  if (const json::array* items = ids.if_array()) {
    for (const json::value& item : *items) found = found && want(item);
  } else {
    found = want(ids);
  }
  if (!found) return invalid(fmt::format("no such record in {}", to.name));
  UnitOfWork unit(*this);
  std::vector<TieChange> changes;
  for (const Associations::Tie& tie : associations_.ties(from, from_row, to)) {
    if (std::find(wanted.begin(), wanted.end(), tie.to) == wanted.end()) associations_.remove(from, from_row, to, tie.to, types.front(), changes);
  }
  for (RowNumber row : wanted) {
    bool primary = row == wanted.front() && types.size() > 1 && types[1].primary && to.name == "companies";
    const AssociationType& kind = primary ? types[1] : types.front();
    TRY_VOID(check_room(from, from_row, to, row, kind));
    associations_.add(from, from_row, to, row, kind, changes);
  }
  note_ties(changes, writer);
  unit.commit();
  return {};
}

}  // namespace lockstep::emulators::hubspot
