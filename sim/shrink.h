#pragma once

#include <functional>

#include "sim/runner.h"

namespace lockstep::sim {

/// Makes a failing plan as short as it goes while the same rule still fails: events and settings are left out in ever smaller
/// parts (Zeller's ddmin). `run_one` plays a plan; at most `runs_max` are played. Precondition: `plan` fails by `rule`.
Plan shrink(Plan plan, const std::string& rule, const std::function<Outcome(const Plan&)>& run_one, std::size_t runs_max);

}  // namespace lockstep::sim
