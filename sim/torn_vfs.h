#pragma once

#include <string_view>

#include "runtime/rng.h"

namespace lockstep::sim {

/// A disk that keeps only what was synced. It lies between SQLite and the operating system for every store that is opened in this
/// process after install(). One world at a time.
class TornDisk {
 public:
  /// Makes it SQLite's default; once is enough.
  static void install();
  /// From here on nothing more reaches the disk, whatever closing a store still tries.
  static void die();
  /// While it is full no file grows.
  static void fill(bool full);
  /// Files whose path contains `part` were synced by other means than SQLite.
  static void synced(std::string_view part);
  /// Of what was written and not synced, `rng` decides what is there: nothing, all up to a write torn at a sector, or any of it.
  /// Afterwards the disk works again. Precondition: die(), and every store is closed. Returns how many writes were lost or torn.
  static std::size_t come_back(Rng rng);
};

}  // namespace lockstep::sim
