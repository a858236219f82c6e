#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "api/problem.h"
#include "hub/hub.h"
#include "store/store.h"

namespace lockstep::api {

/// "contacts" or "contact" to the type.
std::optional<TypeIndex> type_of_path(const Model& model, std::string_view segment);

/// A JSON object's members as canonical fields of `type`. Each unknown or wrong member adds a problem with its pointer
/// (below `pointer`). References become RemoteId{type, own id}.
Fields fields_of_json(const Model& model, TypeIndex type, const boost::json::object& object, const std::string& pointer, std::vector<ProblemDetail>& problems);

/// The record of `connection` that a reference names there. None: what it refers to does not stand there, and null is shown.
Result<std::optional<RemoteId>> shown_reference(Transaction& transaction, ConnectionId connection, EntityRef reference);

/// One record as the support system sees it: what is in step with it, references as its own ids.
Result<std::string> record_json(const Hub& hub, Transaction& transaction, const Golden& golden, const Link& link);

}  // namespace lockstep::api
