#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "runtime/rng.h"

namespace lockstep::emulators {

/// A switch of the control plane. It fires for a share `rate` of the calls that fit, or for the ones that `calls` counts, at most
/// `remaining` times and no longer than `until`.
struct Fault {
  std::string name;
  double rate = 1.0;
  std::set<std::uint64_t> calls;    // a script: of the calls that fit, counted from 1, these alone; empty: by the rate
  std::int64_t remaining = -1;      // -1: until switched off
  std::optional<WallTime> until;    // a burst: fires until then by the stand-in's clock
  std::string match;                // only calls whose "METHOD path" contains it; empty: all
  int status = 0;                   // what to answer, where a fault lets one choose; 0: the dialect's default
  std::string code;                 // the vendor's error that is answered, where a dialect knows it; empty: its usual one
  std::optional<std::string> html;  // answered instead of the dialect's error, as a gateway before the system would
  Duration retry_after{0};          // told to the caller; 0 in a burst: what is left of it
  Duration delay{0};                // kFaultSlow: how long the answer takes; webhooks: how much later
  std::uint64_t fitted = 0;         // calls that fitted so far
  std::uint64_t fired = 0;
};

inline constexpr int kRateLimitStatus = 429, kFaultStatus = 503;  // of a gateway's page, unless told

// Faults that StandIn itself knows; dialects may ask for more by name.
inline constexpr std::string_view kFaultRateLimit = "rate_limit";                 // refused before anything is done
inline constexpr std::string_view kFaultServerError = "server_error";             // failed before anything is done
inline constexpr std::string_view kFaultErrorAfterCommit = "error_after_commit";  // done, but answered as a 5xx
inline constexpr std::string_view kFaultDropRequest = "drop_request";             // never arrives, no answer
inline constexpr std::string_view kFaultDropAfterCommit = "drop_after_commit";    // done, no answer
inline constexpr std::string_view kFaultExpireToken = "expire_token";             // all access tokens die first
inline constexpr std::string_view kFaultRevokeToken = "revoke_token";             // and all refresh tokens with them
inline constexpr std::string_view kFaultSlow = "slow";                            // answers late
// Asked by each dialect for each record of a batch: that record fails as if the system were briefly unable, the others go on.
inline constexpr std::string_view kFaultBatchItem = "batch_item";
// Of webhooks; `match` is looked for in "POST url". Decided when the system has something to tell, not again for a retry.
inline constexpr std::string_view kFaultWebhookLost = "webhook_lost";              // never sent, and the system does not know
inline constexpr std::string_view kFaultWebhookLate = "webhook_late";              // by `delay`
inline constexpr std::string_view kFaultWebhookDuplicated = "webhook_duplicated";  // sent twice, the second later by `delay`
// Sent after the next one, or after `delay` (5 s where none is given) when there is none.
inline constexpr std::string_view kFaultWebhookReordered = "webhook_reordered";

/// The ones above.
const std::vector<std::string>& common_faults();

class Faults {
 public:
  /// `now`: the stand-in's clock.
  Faults(Rng rng, std::function<WallTime()> now) : rng_(rng), now_(std::move(now)) {}
  /// Replaces the switch of that name.
  void set(Fault fault) { faults_.insert_or_assign(fault.name, fault); }
  void clear(std::string_view name);
  void clear_all() { faults_.clear(); }
  /// The fault as it fires now for this call, or nothing.
  std::optional<Fault> fires(std::string_view name, std::string_view method_and_path);
  const std::map<std::string, Fault, std::less<>>& all() const { return faults_; }

 private:
  Rng rng_;
  std::function<WallTime()> now_;
  std::map<std::string, Fault, std::less<>> faults_;
};

}  // namespace lockstep::emulators
