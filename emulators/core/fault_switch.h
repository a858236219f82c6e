#pragma once

#include "base/result.h"
#include "emulators/core/faults.h"
#include "emulators/core/json.h"

namespace lockstep::emulators {

/// A fault as the control plane is told it (README.md of this folder); `now` starts a burst. A rate of 0 means: off.
/// `names`: the faults there are; `knows_code`: whether the dialect has that vendor's error. Errors: a sentence for the control plane's user. Whatever is misspelt or of the wrong
/// kind is one.
Result<Fault> read_fault(const json::value& told, WallTime now, const std::vector<std::string>& names, const std::function<bool(std::string_view)>& knows_code);
json::object fault_row(const Fault& fault);

}  // namespace lockstep::emulators
