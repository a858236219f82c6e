#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// At most `bytes_max` bytes from the start, never a part of a character. Bytes that are no UTF-8 become `?`.
std::string cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace lockstep
