#include "store/epoch.h"

#include <cstdlib>

namespace lockstep {

std::string print_epoch(const Epoch& epoch) {
  return std::to_string(epoch.number) + " " + std::to_string(epoch.restored_at.ms) + " " + std::to_string(epoch.backup_taken.ms);
}

Epoch parse_epoch(const std::string& text) {
  Epoch epoch;
  char* rest = nullptr;
  epoch.number = std::strtoull(text.c_str(), &rest, 10);
  epoch.restored_at.ms = std::strtoll(rest, &rest, 10);
  epoch.backup_taken.ms = std::strtoll(rest, nullptr, 10);
  return epoch;
}

}  // namespace lockstep
