#include "emulators/core/faults.h"

namespace lockstep::emulators {

void Faults::clear(std::string_view name) {
  if (auto known = faults_.find(name); known != faults_.end()) faults_.erase(known);
}

std::optional<Fault> Faults::fires(std::string_view name, std::string_view method_and_path) {
  auto known = faults_.find(name);
  if (known == faults_.end()) return std::nullopt;
  Fault& fault = known->second;
  if (fault.remaining == 0) return std::nullopt;
  if (!fault.match.empty() && method_and_path.find(fault.match) == std::string_view::npos)
    return std::nullopt;
  if (fault.rate < 1.0 && !rng_.chance(fault.rate)) return std::nullopt;
  if (fault.remaining > 0) --fault.remaining;
  ++fault.fired;
  return fault;
}

}  // namespace lockstep::emulators
