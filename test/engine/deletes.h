#pragma once

#include "test/support/scenes.h"

namespace lockstep::support {

inline void refresh_often(Hub& hub) {
  for (System& system : hub.systems)
    for (SystemType& type : system.types) type.schedule.full_refresh_every = Duration{15 * 60'000};
}

inline FakeTraits unlisted() {
  FakeTraits traits;
  traits.feed_lists_deletes = false;
  return traits;
}

}  // namespace lockstep::support
