#pragma once

#include <map>
#include <string>

#include "base/time.h"

namespace lockstep::emulators::dynamics365 {

/// What each definition was when somebody asked, so that the next time only what changed is told.
struct MetadataSnapshots {
  struct Snapshot {
    WallTime at;
    struct Held {
      std::size_t digest;         // of what it held
      std::string_view category;  // as DeletedMetadataFilters have it; empty: no filter is of that kind
    };
    std::map<std::string, Held> definitions;  // by MetadataId
  };
  std::map<std::uint64_t, Snapshot> taken;  // the latest few, by number
  std::uint64_t last = 0;
};

}  // namespace lockstep::emulators::dynamics365
