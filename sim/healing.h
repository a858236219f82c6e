#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/crm_world.h"

namespace lockstep::sim {

/// What people and systems do once nothing is broken any more, until nothing is owed.
class Healing {
 public:
  /// `count`: what was done, by name, is added there.
  Healing(CrmWorld& world, std::map<std::string, std::uint64_t>& count) : world_(world), count_(count) {}

  /// Whether nothing is owed any more within an hour, with the help of people.
  bool settles();
  /// What is, in words.
  std::string owed();
  /// A system that found nobody tells it again, for a day by its own patience. There is nothing to see until then: it does so now.
  void hear_out();
  /// Mends and replays: what used up its attempts while the world was broken goes through now. How many letters were open.
  std::size_t replay_letters();

 private:
  /// Whoever deleted so many that the hub asks first did mean it. How many items were answered.
  std::size_t confirm_mass_deletes();
  /// The first records of each system that are owed a read, to see why it does not settle them.
  std::string unread_links();
  /// And the first writes that are not sent.
  std::string unsent_writes();

  CrmWorld& world_;
  std::map<std::string, std::uint64_t>& count_;
};

}  // namespace lockstep::sim
