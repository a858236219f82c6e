#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

/// What plain YAML scalars mean: the core schema of YAML 1.2 (yes, no, on and off are texts there), and
/// sizes.
namespace lockstep::grammar {

bool is_core_null(std::string_view text);
std::optional<bool> core_bool(std::string_view text);
/// Decimal, 0o17 and 0x1f; nothing when it does not fit 64 bits.
std::optional<std::int64_t> core_int(std::string_view text);

/// "512", "10KB", "3MB", "1GB" (powers of 1000) or "64KiB", "2MiB" (powers of 1024), in bytes. Error:
/// invalid_input.
Result<std::int64_t> parse_size(std::string_view text);

}  // namespace lockstep::grammar
