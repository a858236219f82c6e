#pragma once

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {

/// [{"category","typeId","label"}]
json::array render_types(const Associations::Tie& tie);
/// {"toObjectId","associationTypes"}
json::object render_tie(const ObjectType& to, const Associations::Tie& tie);
/// {"fromObjectTypeId","fromObjectId","toObjectTypeId","toObjectId","labels"}
json::object render_labels(const TypePair& pair, RowNumber from, RowNumber to,
                           const std::vector<const AssociationType*>& types);
/// [{associationCategory, associationTypeId}]; refusals with the sub-category of §2.12.
Outcome<std::vector<const AssociationType*>> read_types(const Associations& associations,
                                                        const TypePair& pair, const json::value* given);
/// A page of ties behind `after` (an id, empty for the start); sets `next` when more follow.
std::vector<Associations::Tie> page_of(std::vector<Associations::Tie> ties, const ObjectType& to,
                                       std::string_view after, std::size_t limit, std::string& next);

}  // namespace lockstep::emulators::hubspot
