#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mapping/lens.h"

/// The lens steps, one small class each, by family: steps_text.cc, steps_value.cc, steps_time.cc, steps_shape.cc.
namespace lockstep::mapping {

/// One step as the registry knows it.
struct StepEntry {
  using Make = std::function<Result<LensRef>(const std::vector<std::string>&, const FieldDefinition&)>;
  std::string usage;  // "truncate(255) or truncate(4000 bytes)"
  std::size_t arguments_min = 0, arguments_max = 0;
  std::vector<ValueKind> takes;    // seen from the canonical side
  std::optional<ValueKind> gives;  // none: what it takes
  Make make;
};
using StepTable = std::map<std::string, StepEntry>;

void add_text_steps(StepTable& table);
void add_value_steps(StepTable& table);
void add_time_steps(StepTable& table);
void add_shape_steps(StepTable& table);

/// "expected text, found 12"
tl::unexpected<Error> unexpected_value(std::string_view wanted, const Value& found);
/// A whole number from `minimum` to `maximum`.
Result<int> number_argument(const std::string& text, int minimum, int maximum);

}  // namespace lockstep::mapping
