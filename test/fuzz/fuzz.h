#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "test/fuzz/mutator.h"

namespace lockstep::fuzz {

/// What is wrong with how an input was taken; empty: nothing. Exceptions, crashes and hangs are found by the caller.
using Target = std::function<std::string(const std::string& input)>;

/// Runs inputs until the target's share of the budget is used up: LOCKSTEP_FUZZ_SECONDS for each target (1 when it is not set, so that all
/// take about 15 s), from the seed LOCKSTEP_FUZZ_SEED (1). LOCKSTEP_FUZZ_INPUT=N runs that one input and prints it. A crash, a hang or a
/// finding prints the target, the seed and the number of the input.
void run(const std::string& name, const Corpus& corpus, const Target& target);

}  // namespace lockstep::fuzz
