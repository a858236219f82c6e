#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

std::string_view trim(std::string_view text);
/// ASCII only; for protocol words. Names of people go through ICU (`mapping/normal_form.h`).
std::string to_lower_ascii(std::string_view text);
bool equal_no_case(std::string_view a, std::string_view b);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
bool is_utf8(std::string_view text);

/// The candidate nearest to `word` by edit distance, or empty when none is near enough to be a likely slip.
std::string nearest_name(std::string_view word, std::span<const std::string> candidates);

/// 64-bit FNV-1a: stable over builds and machines, so it may be stored. Not for hostile keys.
std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
/// `url`: RFC 4648 §5 alphabet without padding.
std::string to_base64url(std::string_view bytes);
/// Accepts both alphabets, padding optional (all of it or none); false when `text` is neither.
bool from_base64(std::string_view text, std::string& bytes);
bool from_hex(std::string_view text, std::string& bytes);

/// Percent-encodes everything but RFC 3986 unreserved characters (a blank becomes %20).
std::string percent_encode(std::string_view text);
/// `plus_is_blank` for forms and queries. Broken escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_blank);

}  // namespace lockstep
