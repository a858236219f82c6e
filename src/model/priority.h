#pragma once

#include <cstdint>

namespace lockstep {

/// Who goes first where work waits: at a vendor's limits and in the outbox. People's edits come first, so that a full load
/// never delays a webhook.
enum class Priority : std::uint8_t { real_time, incremental, reconciliation, full_refresh };
inline constexpr std::size_t kPriorities = 4;

}  // namespace lockstep
