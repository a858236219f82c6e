#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::emulators {

/// Nothing when `packed` is no whole gzip file, or holds more than `most_bytes`.
std::optional<std::string> gunzip(std::string_view packed, std::size_t most_bytes);

/// As a server sends it to who accepts it.
std::string gzip(std::string_view plain);

}  // namespace lockstep::emulators
