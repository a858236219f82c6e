#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "sim/plan.h"

namespace lockstep::sim {

/// Exit codes of `lockstep-sim`.
enum class Finding { none = 0, crash = 127, liveness = 128, oracle = 129 };
std::string_view to_string(Finding finding);

struct Outcome {
  Finding finding = Finding::none;
  std::string rule;     // the oracle's name, or "liveness", "crash"
  std::string message;  // what is wrong, in one sentence
  std::int64_t virtual_ms = 0, healed_after_ms = 0;
  std::uint64_t steps = 0, requests = 0;
  std::uint64_t draw = 0, digest = 0;           // the unseed: equal for every run of one plan
  std::vector<std::string> golden;              // the golden records at the end, one each, in order of their text: "contact 3, phone '1'"
  std::vector<std::string> explained;           // those of which an open review item or dead letter speaks: "contact 3"
  std::vector<std::string> refused;             // what people tried and no system took, in the order of the plan
  std::map<std::string, std::uint64_t> count;   // events that took place, faults that fired, records explained
  std::map<std::string, std::uint64_t> visits;  // of places in recovery paths
  std::string log;                              // warnings and errors of the hub, the last ones, one a line
};

/// Plays a plan in this process: a safety phase with faults, healing, a rest. A broken CHECK ends the process.
Outcome run(const Plan& plan);

/// Of a processor, not of the clock: how busy the machine is must decide nothing.
inline constexpr std::chrono::seconds kProcessorTimeMax{120};

/// The same in a process of its own, so that a crash is a finding and nothing is left behind.
Outcome run_isolated(const Plan& plan, std::chrono::seconds processor_time_max = kProcessorTimeMax);

}  // namespace lockstep::sim
