#pragma once

#include <string>

#include "runtime/rng.h"

namespace lockstep::emulators {

/// RFC 9562: 8-4-4-4-12 lower-case hexadecimal digits, random but for the version and the variant.
std::string make_uuid(Rng& rng, int version = 4);

}  // namespace lockstep::emulators
