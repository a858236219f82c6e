#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/evidence.h"

namespace lockstep::sim {

/// One rule, judged at the end of a run. See the invariants in ARCHITECTURE.md.
class Oracle {
 public:
  virtual ~Oracle() = default;
  virtual std::string_view name() const = 0;
  /// What is wrong, in one sentence, or nothing.
  virtual std::optional<std::string> judge(Evidence& evidence) const = 0;
};

const std::vector<std::unique_ptr<Oracle>>& oracles();

}  // namespace lockstep::sim
