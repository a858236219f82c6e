#include "sim/probes.h"

#include "base/probe.h"

namespace lockstep {

namespace sim {

Probes& probes() {
  static Probes all;
  return all;
}

}  // namespace sim

void reached(std::string_view place) {
  sim::Probes& probes = sim::probes();
  const auto found = probes.visits.find(place);
  if (found == probes.visits.end()) probes.visits.emplace(std::string(place), 1);
  else ++found->second;
  if (!probes.awaited.empty() && probes.awaited == place) probes.arrived = true;
}

bool planted(std::string_view mistake) { return sim::probes().planted == mistake; }

}  // namespace lockstep
