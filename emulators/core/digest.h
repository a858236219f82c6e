#pragma once

#include <string>
#include <string_view>

namespace lockstep::emulators {

/// 32 raw bytes.
std::string sha256(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);

}  // namespace lockstep::emulators
