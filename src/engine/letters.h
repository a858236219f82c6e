#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/rows.h"

namespace lockstep {

/// Dead letters with one cause: the same failure in the same system.
struct LetterGroup {
  std::string fingerprint;
  ConnectionId connection;
  std::string failure_class;
  std::string error;          // of the latest
  std::string advice;         // what a person can do, in plain words
  std::vector<Ulid> letters;  // oldest first: the order of a replay
  WallTime first_failed, last_failed;
};

/// The largest group first.
std::vector<LetterGroup> group_letters(const std::vector<DeadLetter>& letters);
std::string_view advice_for(std::string_view failure_class);

}  // namespace lockstep
