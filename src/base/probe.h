#pragma once

#include <string_view>

namespace lockstep {

/// Two questions that only the simulator answers otherwise than here: it links definitions of its own in place of probe.cc.

/// Called in paths that lead back from a failure, and on both sides of a durable change: "create.unknown_outcome". The
/// simulator counts the visits, and may cut the power right after one. Does nothing in the programs.
void reached(std::string_view place);

/// True when the simulator was asked to plant this mistake, to see whether it finds it. Always false in the programs.
bool planted(std::string_view mistake);

}  // namespace lockstep
