#pragma once

#include <map>
#include <string>

#include "base/time.h"

namespace lockstep::emulators::dynamics365 {

/// What each definition was when somebody asked, so that the next time only what changed is told.
struct MetadataSnapshots {
  struct Snapshot {
    WallTime at;
    std::map<std::string, std::size_t> definitions;  // by MetadataId: what it held, in short
  };
  std::map<std::uint64_t, Snapshot> taken;  // the latest few, by number
  std::uint64_t last = 0;
};

}  // namespace lockstep::emulators::dynamics365
