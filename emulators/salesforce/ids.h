#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::emulators::salesforce {

/// 18 characters: 3 of key prefix, 2 of instance, 10 of sequence, 3 of checksum. Ids ascend with the
/// sequence.
std::string make_id(std::string_view key_prefix, std::uint64_t sequence);
/// The 18-character form of a 15- or 18-character id; nothing when `text` is neither (wrong length,
/// characters or checksum).
std::optional<std::string> normalise_id(std::string_view text);
/// The three characters that make an id safe against loss of case. Precondition: 15 characters.
std::string id_checksum(std::string_view id15);

}  // namespace lockstep::emulators::salesforce
