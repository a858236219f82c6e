#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/dynamics365/errors.h"
#include "emulators/dynamics365/quirks.h"

namespace lockstep::emulators::dynamics365 {

/// "11/18/2026 11:06:40"
std::string token_time(WallTime now);

/// Tokens of change tracking: "919042!08/22/2017 08:10:44". One belongs to the table and the $select it was
/// given for, and lives as long as deletions are remembered.
class DeltaTokens {
 public:
  explicit DeltaTokens(const Quirks& quirks) : quirks_(quirks) {}
  Duration& life() { return life_; }
  std::string issue(std::string_view table, std::string_view select, std::uint64_t version, WallTime now);
  /// The version after which changes are wanted. Errors: expired, or never given for this table and $select.
  Outcome<std::uint64_t> accept(std::string_view table, std::string_view select, std::string_view token, WallTime now);

 private:
  struct Issued {
    WallTime at;
    std::set<std::string, std::less<>> selects;
  };
  void forget(WallTime now);
  const Quirks& quirks_;
  Duration life_ = std::chrono::hours(7 * 24);
  std::map<std::string, Issued, std::less<>> issued_;  // by "table token"
  std::size_t forget_above_ = 10'000;
  WallTime forgotten_until_;  // tokens issued before may have been forgotten
};

}  // namespace lockstep::emulators::dynamics365
