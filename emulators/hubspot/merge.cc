// §2.11: two records become one.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/portal.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxIdentities = 250;

void append(std::string& list, std::string_view more) {
  if (more.empty()) return;
  if (!list.empty()) list += ';';
  list += more;
}

std::size_t size_of(std::string_view list) { return list.empty() ? 0 : static_cast<std::size_t>(std::count(list.begin(), list.end(), ';')) + 1; }

}  // namespace

/// The primary's values, the loser's where it has none; addresses of the loser become additional ones.
Portal::Changes Portal::merged_values(const ObjectType& type, RowNumber primary, RowNumber loser) const {
  const PackedFields &first = type.table->record(primary).fields, &second = type.table->record(loser).fields;
  Changes values;
  for (const auto& [name, property] : type.properties) {
    if (property.source != Source::stored) continue;
    ValueView value = first.get(property.column);
    if (is_null(value)) value = second.get(property.column);
    if (!is_null(value)) values.emplace_back(&property, own(value));
  }
  auto list_of = [&](const char* name, const std::string& absorbed) {
    const Property& property = type.property(name);
    std::string list = text_of_value(first.get(property.column));
    append(list, text_of_value(second.get(property.column)));
    append(list, absorbed);
    std::erase_if(values, [&](const auto& change) { return change.first == &property; });
    if (!list.empty()) values.emplace_back(&property, list);
  };
  list_of("hs_merged_object_ids", "");
  if (type.name == "contacts") {
    FieldId email = type.property("email").column;
    bool both = !is_null(first.get(email));
    list_of("hs_additional_emails", both ? text_of_value(second.get(email)) : "");
  }
  return values;
}

Outcome<RowNumber> Portal::merge(ObjectType& type, RowNumber primary, RowNumber loser, const Writer& writer) {
  if (!type.mergeable) return invalid(fmt::format("{} cannot be merged", type.name));
  if (primary == loser) return invalid("A record cannot be merged into itself");
  Table& table = *type.table;
  Changes values = merged_values(type, primary, loser);
  const Property& merged_ids = type.property("hs_merged_object_ids");
  auto ids = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == &merged_ids; });
  std::string absorbed = ids == values.end() ? "" : text_of_value(view(ids->second));
  bool keep = settings_.merge_keeps_primary_id;
  std::string primary_id = table.record(primary).id, loser_id = table.record(loser).id;
  if (!keep) append(absorbed, primary_id);
  append(absorbed, loser_id);
  if (size_of(absorbed) > kMaxIdentities) return refuse(414, "VALIDATION_ERROR", "Cannot have more than 250 identities on a profile");
  std::erase_if(values, [&](const auto& value) { return value.first == &merged_ids; });
  values.emplace_back(&merged_ids, absorbed);
  const Property* stamped = type.find("hs_calculated_merged_vids");  // of this merge alone, not of those before
  std::erase_if(values, [&](const auto& value) { return value.first == stamped; });

  UnitOfWork unit(*this);
  WriteContext context = writer.context();
  context.at = std::max({writer.at, table.record(primary).modified, table.record(loser).modified});
  const Property* created = type.find("createdate");
  Value oldest = std::min(table.record(primary).created, table.record(loser).created).ms;
  std::vector<TieChange> moved;
  std::size_t properties_moved = 0;
  FieldChanges fields;
  for (const auto& [property, value] : values) {
    if (property != &merged_ids && table.get(primary, property->column) != view(value)) ++properties_moved;
    fields.emplace_back(property->column, value);
  }
  if (is_null(table.get(primary, created->column))) fields.emplace_back(created->column, oldest);
  std::string loser_vid = fmt::format("{}:{}", loser_id, writer.at.ms);
  if (stamped) fields.emplace_back(stamped->column, keep ? loser_vid : fmt::format("{}:{};{}", primary_id, writer.at.ms, loser_vid));
  RowNumber winner = primary;
  before_write(type, loser, writer);
  before_write(type, primary, writer);
  if (keep) {
    database_.merge(table, primary, loser, context);
    database_.update(table, primary, fields, context);
  } else {
    std::string id = next_id(type);
    before_write(type, table.row_count(), writer);
    winner = database_.create(table, id, fields, context);
    database_.merge(table, winner, primary, context);
    database_.merge(table, winner, loser, context);
    associations_.move(type, primary, winner, moved);
  }
  associations_.move(type, loser, winner, moved);
  const std::string& winner_id = table.record(winner).id;
  auto as_number = [](const std::string& id) { return std::stoll(id); };
  json::array merged{as_number(loser_id)};
  events_.record(type, winner_id, "merge",
                 json::object{{"primaryObjectId", as_number(primary_id)},
                              {"mergedObjectIds", std::move(merged)},
                              {"newObjectId", as_number(winner_id)},
                              {"numberOfPropertiesMoved", properties_moved}},
                 writer);
  for (const std::string& gone : {primary_id, loser_id}) {
    if (gone != winner_id && (gone != primary_id || settings_.merge_deletes_primary))
      events_.record(type, gone, "deletion", json::object{{"changeFlag", "DELETED"}}, writer);
  }
  unit.commit();
  return winner;
}

}  // namespace lockstep::emulators::hubspot
