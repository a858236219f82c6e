#include "emulators/dynamics365/xml.h"

#include <charconv>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr int kMaxXmlDepth = 32;

/// False at an entity that XML does not define.
bool append_entity(std::string& out, std::string_view entity) {
  static constexpr std::pair<std::string_view, char> kNamed[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [name, c] : kNamed) {
    if (entity != name) continue;
    out.push_back(c);
    return true;
  }
  if (!entity.starts_with('#')) return false;
  entity.remove_prefix(1);
  bool hexadecimal = entity.starts_with('x');
  if (hexadecimal) entity.remove_prefix(1);
  unsigned code = 0;
  auto [end, error] = std::from_chars(entity.data(), entity.data() + entity.size(), code, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != entity.data() + entity.size() || code == 0 || code > 0x7f) return false;
  out.push_back(static_cast<char>(code));
  return true;
}

bool unescape(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '&') {
      out.push_back(text[i]);
      continue;
    }
    std::size_t end = text.find(';', i);
    if (end == std::string_view::npos || !append_entity(out, text.substr(i + 1, end - i - 1))) return false;
    i = end;
  }
  return true;
}

class XmlParser {
 public:
  explicit XmlParser(std::string_view text) : text_(text) {}

  std::optional<XmlElement> document() {
    XmlElement root;
    if (!skip_between() || !element(root, 0) || !skip_between() || at_ != text_.size()) return std::nullopt;
    return root;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  bool take(std::string_view wanted) {
    if (text_.substr(at_).starts_with(wanted)) {
      at_ += wanted.size();
      return true;
    }
    return false;
  }

  bool skip_past(std::string_view end) {
    std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) return false;
    at_ = found + end.size();
    return true;
  }

  /// Blanks, comments, declarations.
  bool skip_between() {
    while (true) {
      skip_blanks();
      if (take("<!--")) {
        if (!skip_past("-->")) return false;
      } else if (take("<?")) {
        if (!skip_past("?>")) return false;
      } else {
        return true;
      }
    }
  }

  std::string name() {
    std::size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || std::string_view("-_.:").find(text_[at_]) != std::string_view::npos))
      ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  bool attributes(XmlElement& element) {
    while (true) {
      skip_blanks();
      if (at_ >= text_.size()) return false;
      if (text_[at_] == '>' || text_[at_] == '/') return true;
      std::string key = name();
      skip_blanks();
      if (key.empty() || !take("=")) return false;
      skip_blanks();
      if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
      char quote = text_[at_++];
      std::size_t end = text_.find(quote, at_);
      std::string value;
      if (end == std::string_view::npos || !unescape(text_.substr(at_, end - at_), value)) return false;
      at_ = end + 1;
      element.attributes.emplace_back(std::move(key), std::move(value));
    }
  }

  bool element(XmlElement& element, int depth) {
    if (depth > kMaxXmlDepth || !take("<")) return false;
    element.name = name();
    if (element.name.empty() || !attributes(element)) return false;
    if (take("/>")) return true;
    return take(">") && content(element, depth);
  }

  bool content(XmlElement& element, int depth) {
    while (at_ < text_.size()) {
      std::size_t end = text_.find('<', at_);
      if (end == std::string_view::npos || !unescape(text_.substr(at_, end - at_), element.text)) return false;
      at_ = end;
      if (take("</")) return name() == element.name && (skip_blanks(), take(">"));
      if (take("<!--")) {
        if (!skip_past("-->")) return false;
      } else if (!this->element(element.children.emplace_back(), depth + 1)) {
        return false;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes) {
    if (key == wanted) return value;
  }
  return "";
}

bool XmlElement::has(std::string_view wanted) const {
  for (const auto& [key, value] : attributes) {
    if (key == wanted) return true;
  }
  return false;
}

std::optional<XmlElement> parse_xml(std::string_view text) { return XmlParser(text).document(); }

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

}  // namespace lockstep::emulators::dynamics365
