// §2.12: how the versions of the API name the types of ties and show them.
#include <fmt/format.h>

#include "emulators/hubspot/association_calls.h"

namespace lockstep::emulators::hubspot {
namespace {

tl::unexpected<ApiError> invalid_type(const TypePair& pair, const std::string& type) {
  auto refused =
      invalid(fmt::format("association type {} is not valid between {} and {}", type.empty() ? "(none)" : type, pair.from->type_id, pair.to->type_id));
  refused.value().sub_category = "crm.associations.INVALID_ASSOCIATION_TYPE";
  refused.value().context = {{"type", {type}}, {"fromObjectType", {pair.from->type_id}}, {"toObjectType", {pair.to->type_id}}};
  return refused;
}

Outcome<AssociationTypes> types_of_input(const Associations& associations, const TypePair& pair, const json::object& input) {
  return read_types(associations, pair, input.if_contains("types"));
}

Outcome<AssociationTypes> unlabelled(const Associations& associations, const TypePair& pair, const json::object&) {
  return AssociationTypes{&associations.types(*pair.from, *pair.to).front()};
}

Outcome<AssociationTypes> type_by_name(const Associations& associations, const TypePair& pair, const json::object& input) {
  TRY(const AssociationType* type, named_type(associations, pair, text_member(input, "type")));
  return AssociationTypes{type};
}

json::array ties_with_types(const ObjectType& to, const std::vector<Associations::Tie>& ties, bool numeric) {
  json::array rows;
  for (const Associations::Tie& tie : ties) rows.push_back(render_tie(to, tie, numeric));
  return rows;
}

/// [{"id","type"}], a row for each type of a tie.
json::array ties_by_name(const ObjectType& to, const std::vector<Associations::Tie>& ties, bool) {
  json::array rows;
  for (const Associations::Tie& tie : ties) {
    for (const AssociationType* type : tie.types) rows.push_back(json::object{{"id", to.table->record(tie.to).id}, {"type", type->name}});
  }
  return rows;
}

json::array made_with_labels(const TypePair& pair, RowNumber row, RowNumber to_row, const AssociationTypes& types, bool numeric) {
  json::array rows;
  rows.push_back(render_labels(pair, row, to_row, types, numeric));
  return rows;
}

json::array made_both_ways(const TypePair& pair, RowNumber row, RowNumber to_row, const AssociationTypes& types, bool) {
  return render_default(pair.from->table->record(row).id, pair.to->table->record(to_row).id, *types.front());
}

json::array made_by_name(const TypePair& pair, RowNumber row, RowNumber to_row, const AssociationTypes& types, bool) {
  json::array rows;
  rows.push_back(
      json::object{{"from", {{"id", pair.from->table->record(row).id}}}, {"to", {{"id", pair.to->table->record(to_row).id}}}, {"type", types.front()->name}});
  return rows;
}

}  // namespace

const TieStyle kLabelledTies{2'000, 201, false, true, types_of_input, ties_with_types, made_with_labels};
const TieStyle kDefaultTies{2'000, 200, false, true, unlabelled, ties_with_types, made_both_ways};
const TieStyle kNamedTies{100, 201, true, false, type_by_name, ties_by_name, made_by_name};

Outcome<const AssociationType*> named_type(const Associations& associations, const TypePair& pair, std::string_view id_or_name) {
  const AssociationType* type = associations.find_type(*pair.from, *pair.to, id_or_name);
  if (!type) return invalid_type(pair, std::string(id_or_name));
  return type;
}

Outcome<AssociationTypes> read_types(const Associations& associations, const TypePair& pair, const json::value* given) {
  const json::array* items = given ? given->if_array() : nullptr;
  if (!items || items->empty()) return bad_json("line 1, column 1: association types are missing");
  AssociationTypes types;
  for (const json::value& item : *items) {
    const json::object* object = item.if_object();
    const json::value* id = object ? object->if_contains("associationTypeId") : nullptr;
    std::string_view category = object ? text_member(*object, "associationCategory") : "";
    auto type_id = object ? associations.type_id_of(*object) : std::nullopt;
    const AssociationType* type = type_id ? associations.find_type(*pair.from, *pair.to, *type_id) : nullptr;
    if (!type || type->category() != category) return invalid_type(pair, id ? scalar_text(*id) : "");
    types.push_back(type);
  }
  return types;
}

}  // namespace lockstep::emulators::hubspot
