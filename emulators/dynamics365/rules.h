#pragma once

#include "emulators/dynamics365/draft.h"
#include "emulators/dynamics365/errors.h"
#include "emulators/dynamics365/payload.h"

namespace lockstep::emulators::dynamics365 {

/// State and status belong together; cases are resolved by CloseIncident alone. `lenient`: for fixtures.
Outcome<void> settle_state(Draft& draft, bool lenient, const Quirks& quirks);
/// Whether an administrator's rules, and those of cases, let a row go from its status to this one. Precondition: there is such a status.
Outcome<void> check_transition(const TableSpec& table, RowNumber row, std::int64_t status, const Quirks& quirks);
/// A row that is not active takes nothing but a new state.
Outcome<void> check_not_frozen(const TableSpec& table, RowNumber row, const Payload& payload);
/// Whether open activities hang on this case.
bool has_open_activities(const Metadata& metadata, std::string_view incident_id);
/// What a webhook step and its endpoint may be.
Outcome<void> check_step(const Draft& draft);
Outcome<void> check_endpoint(const Draft& draft);
/// Every required column has a value; on update only those that are written are looked at.
Outcome<void> check_required(const Draft& draft, bool of_applications);
/// Columns that the platform computes from others.
void compute_columns(Draft& draft);
/// The alternate key stays unique among the rows that live.
Outcome<void> check_unique(const Draft& draft);

}  // namespace lockstep::emulators::dynamics365
