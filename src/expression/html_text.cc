#include <algorithm>
#include <array>

#include "base/text.h"
#include "expression/functions.h"

namespace lockstep::expression {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kEntities = {{{"amp", "&"},
                                                                                      {"lt", "<"},
                                                                                      {"gt", ">"},
                                                                                      {"quot", "\""},
                                                                                      {"apos", "'"},
                                                                                      {"nbsp", " "},
                                                                                      {"auml", "ä"},
                                                                                      {"ouml", "ö"},
                                                                                      {"uuml", "ü"},
                                                                                      {"szlig", "ß"},
                                                                                      {"euro", "€"},
                                                                                      {"ndash", "–"},
                                                                                      {"mdash", "—"},
                                                                                      {"hellip", "…"}}};
/// Elements that start and end on lines of their own.
constexpr std::array<std::string_view, 16> kBlocks = {"p",  "div", "br", "li", "ul", "ol", "tr",         "table",
                                                      "h1", "h2",  "h3", "h4", "h5", "h6", "blockquote", "pre"};

void append_utf8(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 63));
    out += static_cast<char>(0x80 | (code & 63));
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 63));
    out += static_cast<char>(0x80 | ((code >> 6) & 63));
    out += static_cast<char>(0x80 | (code & 63));
  }
}

/// "#228" or "#xe4"; false when it names no character.
bool append_numbered(std::string_view entity, std::string& out) {
  const bool hex = entity.size() > 1 && (entity[1] == 'x' || entity[1] == 'X');
  std::uint32_t code = 0;
  entity.remove_prefix(hex ? 2 : 1);
  if (entity.empty() || entity.size() > 7) return false;
  for (const char c : entity) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return false;
    code = code * (hex ? 16u : 10u) + static_cast<std::uint32_t>(digit);
  }
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  append_utf8(code, out);
  return true;
}

/// At an '&': appends what the entity stands for and returns its length; an unknown one stays as it is.
std::size_t append_entity(std::string_view rest, std::string& out) {
  constexpr std::size_t kLongest = 12;
  const std::size_t end = rest.substr(0, kLongest).find(';');
  if (end != std::string_view::npos && end > 1) {
    const std::string_view name = rest.substr(1, end - 1);
    if (name[0] == '#' && append_numbered(name, out)) return end + 1;
    for (const auto& [known, text] : kEntities)
      if (known == name) {
        out += text;
        return end + 1;
      }
  }
  out += '&';
  return 1;
}

void break_line(std::string& out) {
  while (out.ends_with(' ')) out.pop_back();
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
}

std::string tag_name(std::string_view tag) {
  if (tag.starts_with('/')) tag.remove_prefix(1);
  std::size_t end = 0;
  while (end < tag.size() && ((tag[end] >= 'a' && tag[end] <= 'z') || (tag[end] >= 'A' && tag[end] <= 'Z') || (tag[end] >= '0' && tag[end] <= '9'))) ++end;
  return to_lower_ascii(tag.substr(0, end));
}

/// Behind "<script …>": where the text goes on, behind its end tag.
std::size_t behind_element(std::string_view html, std::size_t at, std::string_view name) {
  for (; (at = html.find("</", at)) != std::string_view::npos; at += 2)
    if (equal_no_case(html.substr(at + 2, name.size()), name)) {
      const std::size_t end = html.find('>', at);
      return end == std::string_view::npos ? html.size() : end + 1;
    }
  return html.size();
}

}  // namespace

std::string html_to_text(std::string_view html) {
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    const char c = html[at];
    const bool opens_tag = c == '<' && at + 1 < html.size() && (html[at + 1] == '/' || html[at + 1] == '!' || (html[at + 1] | 32) >= 'a');
    if (opens_tag) {
      const bool comment = html.substr(at, 4) == "<!--";
      const std::size_t end = comment ? html.find("-->", at + 4) : html.find('>', at);
      const std::string name = tag_name(html.substr(at + 1, std::min(end, html.size()) - at - 1));
      const bool hides_content = html[at + 1] != '/' && !comment && (name == "script" || name == "style");
      if (std::ranges::find(kBlocks, name) != kBlocks.end()) break_line(out);
      at = end == std::string_view::npos ? html.size() : end + (comment ? 3 : 1);
      if (hides_content && html[at - 1] == '>') at = behind_element(html, at, name);
    } else if (c == '&') {
      at += append_entity(html.substr(at), out);
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (!out.empty() && !out.ends_with(' ') && !out.ends_with('\n')) out += ' ';
      ++at;
    } else {
      out += c;
      ++at;
    }
  }
  return std::string(trim(out));
}

}  // namespace lockstep::expression
