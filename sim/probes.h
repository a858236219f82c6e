#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace lockstep::sim {

/// What the simulator knows of base/probe.h: its definitions of reached() and planted() write and read here. One process runs
/// one simulation at a time.
struct Probes {
  std::map<std::string, std::uint64_t, std::less<>> visits;
  std::string awaited;   // the place where the power is to be cut
  bool arrived = false;  // it was reached
  std::string planted;   // the mistake to make; empty: none
};
Probes& probes();

struct PlantedMistake {
  const char* name;
  const char* profile;  // whose seeds are to find it
  const char* rules;    // the oracles that are about it
  const char* meaning;
};
inline constexpr PlantedMistake kPlantedMistakes[] = {
    {"echo", "calm", "rest, last edit, convergence", "an observation that shows nothing new counts as an edit"},
    {"lost_webhook", "calm", "convergence, last edit, no lost edit, cursor, deletes", "a webhook is acknowledged and forgotten"},
    {"dropped_loser", "swarm", "no lost edit", "the losing value of a conflict is not recorded"},
    {"blind_create", "swarm", "no duplicate", "a create without an answer is sent again without a look"},
    {"stale_send", "swarm", "last edit, no lost edit, convergence, audit", "a write without an answer is sent again as it was"},
    {"refresh_race", "swarm", "sign-ins", "two renewals of one credential at once"},
    {"cursor_before_commit", "swarm", "cursor, convergence, no lost edit", "the cursor is committed before what was read"},
};

/// Places in src/ where the power may be cut.
inline constexpr const char* kPlaces[] = {"send.intent_committed", "send.answered",   "discover.page_read",   "create.unknown_outcome",
                                          "write.outcome_unknown", "start.recovered", "merge.own_write_seen", "credentials.renewed"};
/// Those and the ways of recovery that a batch of 100 runs must visit as well.
inline constexpr const char* kRecoveries[] = {"deliver.dead_letter", "deliver.duplicate", "deliver.unread_event",
                                              "feed.stepped_down",   "feed.climbed",      "mapping.moved"};
/// And a batch of 1,000. Two are not among them, since they wait for systems of another kind than those of the shipped connectors, and are tested
/// alone: `create.given_up` (records that carry no key and cannot be looked up) and `scan.begins_anew` (a listing whose position dies).
inline constexpr const char* kRareRecoveries[] = {"merge.write_refused", "read.dead_letter"};

}  // namespace lockstep::sim
