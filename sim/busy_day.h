#pragma once

#include <cstdint>

#include "sim/plan.h"

namespace lockstep::sim {

/// A day of a company with a customer for every five edits: imported in the first minutes, then edited through the day in all four systems,
/// half of the edits by people one by one, half by programs, hundreds at once. Nothing is broken.
Plan busy_day(std::int64_t edits);

}  // namespace lockstep::sim
