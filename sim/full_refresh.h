#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::sim {

/// What one system took of a load or a full refresh, on virtual time and within its published limits.
struct SystemLoad {
  std::string system;
  std::int64_t records = 0;  // written there, or read from there
  std::uint64_t calls = 0;
  double hours = 0;         // until the last of them
  double least_hours = 0;   // that so many calls take at the limits alone; daily limits let a day's calls go at once
  double share_of_day = 0;  // of what the day allows; 0: no daily limit
};
struct FullRefresh {
  std::vector<SystemLoad> load, refresh;
  double load_hours = 0, refresh_hours = 0;
  bool in_step = false;  // everything arrived, once, and the refresh wrote nothing
};

/// `contacts` people stand in one system and are loaded into the two others; then all three are read from beginning to end,
/// as a full refresh does. Answers take 0.2 to 1 s.
FullRefresh play_full_refresh(std::int64_t contacts);

}  // namespace lockstep::sim
