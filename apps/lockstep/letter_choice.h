#pragma once

#include <string>
#include <vector>

#include "session.h"

namespace lockstep::app {

/// The letters that `choice` means: an id, a cause as `groups` shows it, or "all" open ones. Prints why there are none; returns the
/// exit code.
int choose_letters(Session& session, const std::string& choice, std::vector<Ulid>& ids);

}  // namespace lockstep::app
