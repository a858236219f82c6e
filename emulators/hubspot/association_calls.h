#pragma once

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {

using AssociationTypes = std::vector<const AssociationType*>;

/// How one version of the API names the types of ties, and shows them.
struct TieStyle {
  std::size_t most_created;  // inputs of a batch
  int created;               // status of a batch that made them
  bool primary_alone;        // of the companies of a record a batch reads the primary one and no others
  bool pages;                // whether more than a hundred ties of one record can be walked; else they are cut off
  Outcome<AssociationTypes> (*types)(const Associations&, const TypePair&, const json::object& input);
  json::array (*ties)(const ObjectType& to, const std::vector<Associations::Tie>&, bool numeric);
  json::array (*made)(const TypePair&, RowNumber row, RowNumber to_row, const AssociationTypes&, bool numeric);
};
extern const TieStyle kLabelledTies;  // version 4 and the dated ones
extern const TieStyle kDefaultTies;   // the same, without a type: the unlabelled one
extern const TieStyle kNamedTies;     // version 3

/// Texts in the later specifications, numbers in the earlier ones (§2.12).
json::value render_id(const std::string& id, bool numeric);
/// [{"category","typeId","label"}]
json::array render_types(const Associations::Tie& tie);
/// {"toObjectId","associationTypes"}
json::object render_tie(const ObjectType& to, const Associations::Tie& tie, bool numeric);
/// {"fromObjectTypeId","fromObjectId","toObjectTypeId","toObjectId","labels"}
json::object render_labels(const TypePair& pair, RowNumber from, RowNumber to, const AssociationTypes& types, bool numeric);
/// The unlabelled tie as both sides see it: [{"from","to","associationSpec"}]
json::array render_default(const std::string& from, const std::string& to, const AssociationType& type);
/// [{associationCategory, associationTypeId}]; refusals with the sub-category of §2.12.
Outcome<AssociationTypes> read_types(const Associations& associations, const TypePair& pair, const json::value* given);
Outcome<const AssociationType*> named_type(const Associations& associations, const TypePair& pair, std::string_view id_or_name);
/// A page of ties behind `after` (an id, empty for the start); sets `next` when more follow.
std::vector<Associations::Tie> page_of(std::vector<Associations::Tie> ties, const ObjectType& to, std::string_view after, std::size_t limit, std::string& next);

}  // namespace lockstep::emulators::hubspot
