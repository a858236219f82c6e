#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/Assertions.h>
#include <rapidcheck/Show.h>

#include <functional>
#include <string>

#include "test/property/draw.h"

namespace lockstep::property {

/// Runs a property `runs` times with what it draws (draw.h); its shrunk counterexample and the seed to repeat it are the failure's
/// text. RC_PARAMS="max_success=10000 seed=…" runs all of them a hundred times as often, or again as they failed.
/// RapidCheck's templates are compiled once, behind this function and those of draw.h: they cost seconds for each property.
void expect_holds(const std::string& claim, const std::function<void()>& property, int runs = 100);

}  // namespace lockstep::property

/// A GoogleTest whose body is a property.
#define PROPERTY(suite, name)                                                                         \
  static void suite##_##name##_holds();                                                               \
  TEST(suite, name) { ::lockstep::property::expect_holds(#suite "." #name, suite##_##name##_holds); } \
  static void suite##_##name##_holds()
