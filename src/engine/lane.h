#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "engine/engine.h"

namespace lockstep {

/// One connected system at work: its readers, its deliverer and what wakes them.
struct Engine::Lane {
  Lane(Hub& hub, System& system_, discover::Intake& intake, discover::Progress progress, Rng rng)
      : system(system_),
        discoverer(hub, system_, intake, std::move(progress)),
        dispatcher(hub, system_, intake, rng),
        listed_changed(hub.executor),
        reads_wanted(hub.executor),
        work_owed(hub.executor) {
    status.name = system_.name;
    status.state = "opening";
  }
  /// A batch type is delivered from now on: long enough for reads before writes, references that wait for each other, and a few retries.
  void open_batch(TypeIndex type, Instant now) {
    constexpr Duration kLongest{120'000};
    batch_open[type] = now + std::min(system.find(type)->schedule.poll_every / 2, kLongest);
  }

  System& system;
  discover::Discoverer discoverer;
  deliver::Dispatcher dispatcher;
  std::set<TypeIndex> listed;               // types whose first listing is complete: only those are delivered
  std::map<TypeIndex, Instant> batch_open;  // batch types whose interval has come: delivered until then
  Signal listed_changed;
  Signal reads_wanted;
  Signal work_owed;
  bool reads_pending = true;
  bool owed_pending = true;
  std::optional<Error> not_read;  // in a round in the foreground: a record could not be read by id, which does not hold up the others
  int looks = 0;                  // after a restore: looks in a row for what is to be read by id that found no more than a little
  bool drained = false;           // after a restore: whatever was to be read by id was read
  SystemStatus status;
};

}  // namespace lockstep
