#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "runtime/rng.h"

namespace lockstep::emulators {

/// A switch of the control plane. It fires for a share `rate` of the calls that fit, at most `remaining`
/// times.
struct Fault {
  std::string name;
  double rate = 1.0;
  std::int64_t remaining = -1;  // -1: until switched off
  std::string match;            // only calls whose "METHOD path" contains it; empty: all
  int status = 0;               // what to answer, where a fault lets one choose; 0: the dialect's default
  Duration retry_after{0};
  Duration delay{0};  // kFaultSlow: how long the answer takes
  std::uint64_t fired = 0;
};

// Faults that StandIn itself knows; dialects may ask for more by name.
inline constexpr std::string_view kFaultRateLimit = "rate_limit";      // refused before anything is done
inline constexpr std::string_view kFaultServerError = "server_error";  // failed before anything is done
inline constexpr std::string_view kFaultErrorAfterCommit =
    "error_after_commit";                                                       // done, but answered as a 5xx
inline constexpr std::string_view kFaultDropRequest = "drop_request";           // never arrives, no answer
inline constexpr std::string_view kFaultDropAfterCommit = "drop_after_commit";  // done, no answer
inline constexpr std::string_view kFaultExpireToken = "expire_token";           // all access tokens die first

inline constexpr std::string_view kFaultSlow = "slow";                          // answers late
// Asked by each dialect for each record of a batch: that record fails as if the system were briefly unable, the others go on.
inline constexpr std::string_view kFaultBatchItem = "batch_item";

class Faults {
 public:
  explicit Faults(Rng rng) : rng_(rng) {}
  /// Replaces the switch of that name.
  void set(Fault fault) { faults_.insert_or_assign(fault.name, fault); }
  void clear(std::string_view name);
  void clear_all() { faults_.clear(); }
  /// The fault as it fires now for this call, or nothing.
  std::optional<Fault> fires(std::string_view name, std::string_view method_and_path);
  const std::map<std::string, Fault, std::less<>>& all() const { return faults_; }

 private:
  Rng rng_;
  std::map<std::string, Fault, std::less<>> faults_;
};

}  // namespace lockstep::emulators
