#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulators/core/emulator.h"

namespace lockstep::emulators {

/// What the command line may change of every stand-in.
struct StandInSettings {
  bool limits = true;  // published quotas are enforced
};

struct StandInFactory {
  std::string name;
  std::function<std::unique_ptr<Emulator>(const EmulatorClock&, Rng, const StandInSettings&)> make;
};

/// All stand-ins there are. The place in this list is the offset of its port.
const std::vector<StandInFactory>& stand_in_factories();

}  // namespace lockstep::emulators
