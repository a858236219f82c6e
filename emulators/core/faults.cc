#include "emulators/core/faults.h"

namespace lockstep::emulators {

const std::vector<std::string>& common_faults() {
  static const std::vector<std::string> kNames = {
      std::string(kFaultRateLimit),       std::string(kFaultServerError), std::string(kFaultErrorAfterCommit), std::string(kFaultDropRequest),
      std::string(kFaultDropAfterCommit), std::string(kFaultExpireToken), std::string(kFaultRevokeToken),      std::string(kFaultSlow),
      std::string(kFaultBatchItem),       std::string(kFaultWebhookLost), std::string(kFaultWebhookLate),      std::string(kFaultWebhookDuplicated),
      std::string(kFaultWebhookReordered)};
  return kNames;
}

void Faults::clear(std::string_view name) {
  if (auto known = faults_.find(name); known != faults_.end()) faults_.erase(known);
}

std::optional<Fault> Faults::fires(std::string_view name, std::string_view method_and_path) {
  auto known = faults_.find(name);
  if (known == faults_.end()) return std::nullopt;
  Fault& fault = known->second;
  if (fault.remaining == 0 || (fault.until && now_() >= *fault.until)) return std::nullopt;
  if (!fault.match.empty() && method_and_path.find(fault.match) == std::string_view::npos) return std::nullopt;
  ++fault.fitted;
  if (!fault.calls.empty() && !fault.calls.contains(fault.fitted)) return std::nullopt;
  if (fault.rate < 1.0 && !rng_.chance(fault.rate)) return std::nullopt;
  if (fault.remaining > 0) --fault.remaining;
  ++fault.fired;
  Fault firing = fault;
  if (fault.until && fault.retry_after == Duration{0}) firing.retry_after = *fault.until - now_();
  return firing;
}

}  // namespace lockstep::emulators
