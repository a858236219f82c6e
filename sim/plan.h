#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lockstep::sim {

/// One thing that happens: somebody writes something somewhere, or the world breaks. `what` decides which members count:
///   create, edit, delete, restore, merge   a person or program at work in `system`, on customer record `type` `number`
///   import                                 a program loads `count` new records from `number` on, at once
///   fault                                  the stand-in of `system` does `value` at `rate` for `for_ms`
///   outage                                 `system` does not answer for `for_ms`
///   forget                                 positions in the feed of `system` die for `for_ms`
///   kept                                   what programs write to `field` of contacts in `system` is put back for `for_ms`, and nobody told
///   unreadable                             `system` refuses the share `rate` of reads by id for `for_ms`, as if the records were at fault
///   deaf                                   no webhook reaches the hub for `for_ms`
///   skew                                   the clock of `system` jumps ahead by `for_ms`
///   full                                   the hub's disk is full for `for_ms`
///   options                                the hub stops and starts with another mapping and other tunables
///   restore                                power cut; the hub starts again with the last backup
///   backup                                 the hub takes one
///   crash                                  power cut; the hub starts again `for_ms` later. `value` names a place to wait for, or is empty;
///                                          `count`: so many times, each as soon as it runs again
struct Event {
  std::int64_t at_ms = 0;  // since the start
  std::string who;         // "Ann", "import", "world"
  std::string system;      // "support" or a connection; empty: the whole world
  std::string what;
  std::string type;          // "contact"
  std::int64_t number = -1;  // which customer record, the same in all systems
  std::int64_t other = -1;   // the account, contact or winner of a merge that it refers to
  std::string field;         // by the model's name
  std::string value;
  double rate = 0;
  std::int64_t for_ms = 0;
  std::int64_t count = 0;
  bool operator==(const Event&) const = default;
};

/// Everything that a run is made of. The same plan gives the same run.
struct Plan {
  std::uint64_t seed = 0;  // of scheduling, network, stand-ins and hub
  std::string profile;
  /// Rates and tunables by name: "lose_answers", "fault/hubspot/server_error", "poll_ms". What is not there has its default.
  std::map<std::string, double> config;
  std::vector<Event> events;  // by at_ms
  double setting(std::string_view name, double otherwise) const;
  bool operator==(const Plan&) const = default;
};

/// One event a line, so that a plan can be read, cut and pasted.
std::string to_json(const Plan& plan);
/// Errors: what is wrong and where.
Result<Plan> parse_plan(std::string_view text);

/// By the number that the setting "strategy" holds; without it the later edit wins.
inline constexpr const char* kStrategies[] = {"owner, order: [dynamics365, salesforce]", "prefer, order: [hubspot, support, dynamics365, salesforce]",
                                              "longest", "newest_nonblank"};
inline constexpr double kOwnerStrategy = 0;  // the first of them

/// By the number that "deletes" holds; without it a delete is passed on, and an edit wins over one.
inline constexpr const char* kDeletePolicies[] = {"delete: review",  "incoming_delete: review",  "delete_vs_edit: review", "delete_vs_edit: delete_wins",
                                                  "delete: archive", "incoming_delete: archive", "delete: ignore",         "incoming_delete: ignore"};
inline constexpr std::size_t kFirstKeepingPolicy = 4;  // from there on, a deleted record may stay in other systems
inline constexpr double kDeletesIgnored = 6, kIncomingDeletesIgnored = 7;

inline constexpr const char* kProfiles[] = {"calm", "swarm", "liveness", "quota"};
/// Precondition: one of kProfiles. Draws events, faults and tunables from separate streams of the seed, so that taking
/// one away later shifts no other.
Plan generate(std::uint64_t seed, const std::string& profile);

}  // namespace lockstep::sim
