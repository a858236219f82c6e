#pragma once

#include <string>
#include <string_view>

namespace lockstep::mapping {

/// Unicode NFC with white space runs collapsed to one blank and the ends trimmed (ICU). Invalid UTF-8 stays as it is.
std::string collapse(std::string_view text);
/// Full case folding, for comparing only.
std::string fold_case(std::string_view text);
/// Upper and lower case by the root locale.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

/// ISO 3166-1 alpha-2 of a code (two or three letters) or an English name; empty when it is neither.
std::string country_code(std::string_view text);
/// English short name of an alpha-2 code; empty when unknown.
std::string country_name(std::string_view code);

/// Text of an HTML fragment: tags dropped, block ends become line breaks, entities decoded, ends trimmed.
std::string html_to_text(std::string_view html);
/// The other way: ends trimmed, escaped, line breaks become <br>.
std::string text_to_html(std::string_view text);

/// Control characters but tab and line ends dropped: several systems refuse them, none shows them.
bool has_controls(std::string_view text);
/// ASCII without such characters.
bool is_plain(std::string_view text);
std::string without_controls(std::string_view text);

/// UTF-16 units: what CRMs count as characters.
std::size_t utf16_length(std::string_view text);
/// The first `count` UTF-16 units (or bytes), never cutting a code point.
std::string truncate_utf16(std::string_view text, std::size_t count);
std::string truncate_bytes(std::string_view text, std::size_t count);
/// HTML that was cut, without the tag or entity that the cut went through.
std::string whole_markup(std::string_view html);

/// Whether strict systems take it as an address: one '@', ASCII, a domain with a dot.
bool is_email(std::string_view text);

}  // namespace lockstep::mapping
