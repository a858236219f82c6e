#include "emulators/dynamics365/delta_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lockstep::emulators::dynamics365 {
namespace {

tl::unexpected<ApiError> expired(const Quirks& quirks) {
  return refuse(static_cast<int>(quirks.expired_token_status), code::kExpiredVersionStamp,
                "Version stamp associated with the client has expired. Please perform a full sync.");
}

}  // namespace

std::string token_time(WallTime now) {
  std::string iso = format_iso(now);
  return fmt::format("{}/{}/{} {}", iso.substr(5, 2), iso.substr(8, 2), iso.substr(0, 4), iso.substr(11, 8));
}

std::string DeltaTokens::issue(std::string_view table, std::string_view select, std::uint64_t version, WallTime now) {
  if (issued_.size() > forget_above_) forget(now);
  std::string token = fmt::format("{}!{}", version, token_time(now));
  Issued& issued = issued_[fmt::format("{} {}", table, token)];
  issued.at = now;
  issued.selects.emplace(select);
  return token;
}

Outcome<std::uint64_t> DeltaTokens::accept(std::string_view table, std::string_view select, std::string_view token, WallTime now) {
  auto known = issued_.find(fmt::format("{} {}", table, token));
  if (known != issued_.end() && now - known->second.at > life_) return expired(quirks_);
  std::uint64_t version = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), version);
  bool formed = error == std::errc() && end != token.data() + token.size() && *end == '!';
  if (known == issued_.end()) {
    if (formed && forgotten_until_.ms > 0) return expired(quirks_);
    return refuse(400, code::kInvalidArgument, fmt::format("The delta token '{}' is not valid for '{}'.", token, table));
  }
  if (!known->second.selects.contains(select)) {
    return refuse(400, code::kInvalidArgument, fmt::format("The delta token was not issued for $select={}; start change tracking again.", select));
  }
  return version;
}

void DeltaTokens::forget(WallTime now) {
  std::erase_if(issued_, [&](const auto& each) { return now - each.second.at > life_; });
  forget_above_ = std::max(forget_above_, 2 * issued_.size());  // looking through all of them at each call would take ever longer
  forgotten_until_ = now - life_;
}

}  // namespace lockstep::emulators::dynamics365
