#pragma once

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {

/// Texts in the later specifications, numbers in the earlier ones (§2.12).
json::value render_id(const std::string& id, bool numeric);
/// The id in {"from": {"id": …}}; empty when there is none.
std::string end_id(const json::object& input, const char* name);
/// Of a row whose records are not there.
ApiError invalid_identifier(const std::string& from, const std::string& to);
/// Of a record that is tied to none.
ApiError no_associations(const TypePair& pair, const std::string& id);
/// [{"category","typeId","label"}]
json::array render_types(const Associations::Tie& tie);
/// {"toObjectId","associationTypes"}
json::object render_tie(const ObjectType& to, const Associations::Tie& tie, bool numeric);
/// {"fromObjectTypeId","fromObjectId","toObjectTypeId","toObjectId","labels"}
json::object render_labels(const TypePair& pair, RowNumber from, RowNumber to,
                           const std::vector<const AssociationType*>& types, bool numeric);
/// The unlabelled tie as both sides see it: [{"from","to","associationSpec"}]
std::vector<json::object> render_default(const std::string& from, const std::string& to, const AssociationType& type);
/// [{associationCategory, associationTypeId}]; refusals with the sub-category of §2.12.
Outcome<std::vector<const AssociationType*>> read_types(const Associations& associations,
                                                        const TypePair& pair, const json::value* given);
/// A page of ties behind `after` (an id, empty for the start); sets `next` when more follow.
std::vector<Associations::Tie> page_of(std::vector<Associations::Tie> ties, const ObjectType& to,
                                       std::string_view after, std::size_t limit, std::string& next);

}  // namespace lockstep::emulators::hubspot
