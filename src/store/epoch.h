#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace lockstep {

/// What a store knows of having been restored from a backup: its setting "epoch".
struct Epoch {
  std::uint64_t number = 0;  // 0: never restored
  WallTime restored_at;
  WallTime backup_taken;  // when the restored backup was taken; {0}: its name does not tell
};
inline constexpr const char* kEpochSetting = "epoch";
std::string print_epoch(const Epoch& epoch);
Epoch parse_epoch(const std::string& text);

}  // namespace lockstep
