// Deletes with their cascades, undelete, merge (§6.6).
#include <fmt/format.h>

#include "emulators/salesforce/org.h"
#include "emulators/salesforce/relations.h"

namespace lockstep::emulators::salesforce {
namespace {

std::string_view name_of_row(const ObjectType& object, const Record& record) {
  const Field* name = object.find("Name");
  std::string_view text = name ? text_of(record.fields.get(name->column)) : std::string_view{};
  return text.empty() ? std::string_view(record.id) : text;
}

}  // namespace

std::vector<RowNumber> Org::children(const ObjectType& child, const char* field, std::string_view parent_id) const {
  std::vector<RowNumber> live;
  for (RowNumber row : child.table->find_equal(child.field(field).column, parent_id)) {
    if (!child.table->record(row).deleted) live.push_back(row);
  }
  return live;
}

Outcome<void> Org::remove_tree(const ObjectType& object, RowNumber row, const Writer& writer) {
  const Record& record = object.table->record(row);
  Writer cascade = writer;
  cascade.actor = {ActorKind::automation, "Automated Process"};
  for (const ChildRelation& relation : child_relations()) {
    if (relation.parent != object.name) continue;
    const ObjectType& child = schema_.object(relation.child);
    for (RowNumber child_row : children(child, relation.field, record.id)) {
      bool may_clear = object.name == "Contact" && settings_.contact_delete_clears_cases;
      if (relation.rule == OnDelete::restrict && !may_clear) {
        return refuse(settings_.blocked_delete_is_dependency ? "DEPENDENCY_EXISTS" : "DELETE_FAILED",
                      fmt::format("Your attempt to delete {} could not be completed because it is associated with the "
                                  "following {}.: {}",
                                  name_of_row(object, record), child.plural, name_of_row(child, child.table->record(child_row))));
      }
      if (relation.rule == OnDelete::clear || relation.rule == OnDelete::restrict) {
        database_.update(*child.table, child_row, {{child.field(relation.field).column, Value{}}}, cascade.context());
      } else if (auto removed = remove_tree(child, child_row, cascade); !removed) {
        return removed;
      }
    }
  }
  database_.remove(*object.table, row, writer.context());
  return {};
}

Outcome<void> Org::remove(const ObjectType& object, RowNumber row, const Writer& writer) {
  if (!object.deletable) return refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
  if (auto refused = take_refusal(object); !refused) return refused;
  if (auto checked = check_access(object, row, {}, writer); !checked) return checked;
  if (auto locked = take_locks(object, row, {}, writer); !locked) return locked;
  Transaction transaction(database_);
  auto removed = remove_tree(object, row, writer);
  if (removed) transaction.commit();
  return removed;
}

Outcome<void> Org::restore(const ObjectType& object, RowNumber row, const Writer& writer) {
  Changes held;  // its unique values may be taken by now
  for (const Field& field : object.fields) {
    if (field.unique) held.emplace_back(&field, own(value_of(object, row, field)));
  }
  if (auto free = check_unique(object, held, row); !free) return free;
  database_.restore(*object.table, row, writer.context());
  return {};
}

Outcome<void> Org::empty_bin(const ObjectType& object, RowNumber row, const Writer& writer) {
  if (!object.table->record(row).deleted) return refuse("INVALID_CROSS_REFERENCE_KEY", "the record is not in the recycle bin");
  database_.purge(*object.table, row, writer.context());
  return {};
}

Outcome<std::vector<std::string>> Org::merge(const ObjectType& object, RowNumber winner, RowNumber loser, const json::object& body, const Writer& writer) {
  if (!object.mergeable || winner == loser) {
    return refuse("MERGE_FAILED", fmt::format("{} records cannot be merged this way", object.name));
  }
  Transaction transaction(database_);
  std::vector<std::string> moved;
  std::string winner_id = object.table->record(winner).id, loser_id = object.table->record(loser).id;
  for (const ChildRelation& relation : child_relations()) {
    if (relation.parent != object.name) continue;
    const ObjectType& child = schema_.object(relation.child);
    for (RowNumber row : children(child, relation.field, loser_id)) {
      Value parent = child.name == object.name && row == winner ? Value{} : Value(winner_id);  // never its own parent
      database_.update(*child.table, row, {{child.field(relation.field).column, parent}}, writer.context());
      moved.push_back(child.table->record(row).id);
    }
  }
  database_.merge(*object.table, winner, loser, writer.context());
  auto updated = update(object, winner, body, writer);
  if (!updated) return tl::unexpected(updated.error());
  transaction.commit();
  return moved;
}

}  // namespace lockstep::emulators::salesforce
