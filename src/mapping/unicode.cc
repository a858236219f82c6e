#include "mapping/unicode.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "base/text.h"

namespace lockstep::mapping {

namespace {

bool plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string collapse_blanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool blank = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c;
  }
  return out;
}

template <class Change>
std::string through_icu(std::string_view text, Change change) {
  if (!is_utf8(text)) return std::string(text);
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  change(wide);
  std::string out;
  wide.toUTF8String(out);
  return out;
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using Words = std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;

/// ISO 3166-1 both ways: names, two- and three-letter codes, as they are written and in folded case, to codes; codes to
/// English names.
struct Countries {
  Words codes, names;
};

const Countries& countries() {
  static const Countries table = [] {
    Countries all;
    for (const char* const* code = uloc_getISOCountries(); *code; ++code) {
      const icu::Locale locale("", *code);
      icu::UnicodeString name;
      locale.getDisplayCountry(icu::Locale::getEnglish(), name);
      std::string text;
      name.toUTF8String(text);
      for (const std::string& known : {text, std::string(locale.getISO3Country()), std::string(*code)}) all.codes[known] = all.codes[fold_case(known)] = *code;
      all.names[*code] = text;
    }
    for (const auto& [name, code] : {std::pair{"usa", "US"},
                                     {"united states of america", "US"},
                                     {"uk", "GB"},
                                     {"great britain", "GB"},
                                     {"england", "GB"},
                                     {"holland", "NL"},
                                     {"the netherlands", "NL"},
                                     {"deutschland", "DE"},
                                     {"czech republic", "CZ"},
                                     {"turkey", "TR"}})
      all.codes[name] = code;
    return all;
  }();
  return table;
}

}  // namespace

std::string collapse(std::string_view text) {
  if (plain_ascii(text)) return collapse_blanks(text);
  const std::string composed = through_icu(text, [](icu::UnicodeString& wide) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
    if (U_SUCCESS(status)) wide = nfc->normalize(wide, status);
    wide.findAndReplace(icu::UnicodeString(static_cast<UChar32>(0x00a0)), icu::UnicodeString(static_cast<UChar32>(' ')));
  });
  return collapse_blanks(composed);
}

std::string fold_case(std::string_view text) {
  if (plain_ascii(text)) return to_lower_ascii(text);
  return through_icu(text, [](icu::UnicodeString& wide) { wide.foldCase(); });
}
std::string to_upper(std::string_view text) {
  return through_icu(text, [](icu::UnicodeString& wide) { wide.toUpper(icu::Locale::getRoot()); });
}
std::string to_lower(std::string_view text) {
  if (plain_ascii(text)) return to_lower_ascii(text);
  return through_icu(text, [](icu::UnicodeString& wide) { wide.toLower(icu::Locale::getRoot()); });
}

std::string country_code(std::string_view text) {
  constexpr std::size_t kNameMax = 100;
  const Words& codes = countries().codes;
  if (const auto found = codes.find(text); found != codes.end()) return found->second;
  if (text.size() > kNameMax) return "";
  const auto found = codes.find(fold_case(collapse(text)));
  return found == codes.end() ? "" : found->second;
}

std::string country_name(std::string_view code) {
  const auto found = countries().names.find(code);
  return found == countries().names.end() ? "" : found->second;
}

namespace {

/// `entity` without '&' and ';' to UTF-8; empty when unknown.
std::string decode_entity(std::string_view entity) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNamed = {
      {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}, {"ndash", "–"}, {"mdash", "—"}}};
  for (const auto& [name, text] : kNamed)
    if (name == entity) return std::string(text);
  if (entity.size() < 2 || entity[0] != '#') return "";
  const bool is_hex = entity[1] == 'x' || entity[1] == 'X';
  std::uint32_t code = 0;
  for (const char c : entity.substr(is_hex ? 2 : 1)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : is_hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : is_hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0 || code > 0x10ffff) return "";
    code = code * (is_hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  if (code == 0 || code > 0x10ffff) return "";
  std::string out;
  icu::UnicodeString(static_cast<UChar32>(code)).toUTF8String(out);
  return out;
}

/// How many characters stand before the first that `stops`.
template <class Stops>
std::size_t run_until(std::string_view text, Stops stops) {
  return static_cast<std::size_t>(std::ranges::find_if(text, stops) - text.begin());
}

bool ends_line(std::string_view tag) {
  static constexpr std::array<std::string_view, 9> kBlocks = {"br", "br/", "/p", "/div", "/li", "/tr", "/h1", "/h2", "/h3"};
  return std::ranges::any_of(kBlocks, [&](std::string_view block) { return equal_no_case(block, tag); });
}

}  // namespace

std::string html_to_text(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  for (std::size_t i = 0; i < html.size(); ++i) {
    const std::size_t run = run_until(html.substr(i), [](char c) { return c == '<' || c == '&' || c == '\r'; });
    out += html.substr(i, run);
    i += run;
    if (i == html.size()) break;
    if (html[i] == '<') {
      const std::size_t end = html.find('>', i);
      if (end == std::string_view::npos) {
        out += html.substr(i);
        break;
      }
      std::string_view tag = trim(html.substr(i + 1, end - i - 1));
      tag = tag.substr(0, tag.find_first_of(" \t\n"));
      if (ends_line(tag)) out += '\n';
      i = end;
      continue;
    }
    if (html[i] == '&') {
      const std::size_t end = html.find(';', i);
      if (end != std::string_view::npos && end - i <= 10)
        if (const std::string decoded = decode_entity(html.substr(i + 1, end - i - 1)); !decoded.empty()) {
          out += decoded;
          i = end;
          continue;
        }
      out += '&';
      continue;
    }
    if (i + 1 >= html.size() || html[i + 1] != '\n') out += '\n';  // line ends of any kind are one
  }
  return std::string(trim(out));
}

std::string text_to_html(std::string_view text) {
  text = trim(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t run = run_until(text.substr(i), [](char c) { return c == '&' || c == '<' || c == '>' || c == '\n' || c == '\r'; });
    out += text.substr(i, run);
    i += run;
    if (i == text.size()) break;
    const char c = text[i];
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '\n' || i + 1 >= text.size() || text[i + 1] != '\n') out += "<br>";
  }
  return out;
}

std::string truncate_bytes(std::string_view text, std::size_t count) {
  if (text.size() <= count) return std::string(text);
  while (count > 0 && (static_cast<unsigned char>(text[count]) & 0xc0) == 0x80) --count;
  return std::string(text.substr(0, count));
}

namespace {
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }
}  // namespace

bool has_controls(std::string_view text) { return std::ranges::any_of(text, is_control); }

bool is_plain(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080, kBlanks = 0x2020202020202020;
  std::uint64_t word = 0;
  std::size_t at = 0;
  // Eight at a time, since most texts are plain: a byte below a blank borrows its high bit.
  for (; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (((word | (word - kBlanks)) & kHighBits) != 0) break;
  }
  return std::ranges::all_of(text.substr(at), [](char c) { return static_cast<unsigned char>(c) < 0x80 && !is_control(c); });
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::ranges::remove_copy_if(text, std::back_inserter(out), is_control);
  return out;
}

namespace {

/// 4-byte code points are surrogate pairs; continuation bytes count nothing.
std::size_t utf16_units(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0xf0 ? 2 : (byte & 0xc0) != 0x80 ? 1 : 0;
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) units += utf16_units(c);
  return units;
}

std::string truncate_utf16(std::string_view text, std::size_t count) {
  std::size_t units = 0, at = 0;
  for (; at < text.size(); ++at) {
    units += utf16_units(text[at]);
    if (units > count) break;
  }
  return std::string(text.substr(0, at));
}

std::string whole_markup(std::string_view html) {
  const std::size_t open = html.rfind('<'), close = html.rfind('>');
  if (open != std::string_view::npos && (close == std::string_view::npos || close < open)) html = html.substr(0, open);
  constexpr std::size_t kEntityMax = 10;
  const std::size_t entity = html.rfind('&');
  if (entity != std::string_view::npos && html.size() - entity < kEntityMax && html.find(';', entity) == std::string_view::npos) html = html.substr(0, entity);
  return std::string(html);
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  constexpr std::size_t kLocalMax = 64;
  if (at == std::string_view::npos || at == 0 || at > kLocalMax) return false;
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const auto all_in = [](std::string_view part, std::string_view extra) {
    return std::ranges::all_of(
        part, [&](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos; });
  };
  const auto well_dotted = [](std::string_view part) { return part.front() != '.' && part.back() != '.' && part.find("..") == std::string_view::npos; };
  if (domain.empty() || !all_in(local, "!#$%&'*+-/=?^_`{|}~.") || !all_in(domain, "-.") || !well_dotted(local) || !well_dotted(domain)) return false;
  const std::size_t dot = domain.rfind('.');
  constexpr std::size_t kTopLevelMin = 2;
  return dot != std::string_view::npos && domain.size() - dot > kTopLevelMin && domain.front() != '-';
}

}  // namespace lockstep::mapping
