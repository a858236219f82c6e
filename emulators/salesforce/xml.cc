#include "emulators/salesforce/xml.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr int kMaxXmlDepth = 50;

std::string_view local_name(std::string_view name) {
  std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool unescape(std::string_view given, std::string& into) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {
      {"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] != '&') {
      into += given[i];
      continue;
    }
    std::string_view rest = given.substr(i + 1);
    bool known = false;
    for (const auto& [entity, character] : kEntities) {
      if (!rest.starts_with(entity)) continue;
      into += character;
      i += entity.size();
      known = true;
      break;
    }
    if (!known) return false;
  }
  return true;
}

class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  std::optional<XmlElement> root() {
    skip_prologue();
    XmlElement element;
    if (!read_element(element, 0)) return std::nullopt;
    return element;
  }

 private:
  void skip_prologue() {
    while (true) {
      while (at_ < text_.size() && std::string_view(" \t\r\n\xEF\xBB\xBF").find(text_[at_]) != std::string_view::npos) ++at_;
      std::string_view rest = text_.substr(at_);
      std::string_view end = rest.starts_with("<?") ? "?>" : rest.starts_with("<!--") ? "-->" : "";
      if (end.empty()) return;
      std::size_t found = rest.find(end);
      at_ = found == std::string_view::npos ? text_.size() : at_ + found + end.size();
    }
  }

  bool read_element(XmlElement& element, int depth) {
    std::size_t end = text_.find('>', at_);
    if (depth > kMaxXmlDepth || at_ >= text_.size() || text_[at_] != '<' || end == std::string_view::npos) return false;
    std::string_view tag = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    std::string_view full = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (full.empty() || full[0] == '!' || full[0] == '/') return false;
    element.name = std::string(local_name(full));
    element.nil = tag.find("nil=\"true\"") != std::string_view::npos;
    return empty || read_content(element, full, depth);
  }

  bool read_content(XmlElement& element, std::string_view full, int depth) {
    std::string text;
    while (at_ < text_.size()) {
      std::size_t next = text_.find('<', at_);
      if (next == std::string_view::npos || !unescape(text_.substr(at_, next - at_), text)) return false;
      at_ = next;
      std::string_view rest = text_.substr(at_);
      if (rest.starts_with("</")) {
        std::size_t end = rest.find('>');
        if (end == std::string_view::npos || trim(rest.substr(2, end - 2)) != full) return false;
        at_ += end + 1;
        element.text = std::string(trim(text));
        return true;
      }
      if (rest.starts_with("<!--")) {
        std::size_t end = rest.find("-->");
        if (end == std::string_view::npos) return false;
        at_ += end + 3;
        continue;
      }
      element.children.emplace_back();
      if (!read_element(element.children.back(), depth + 1)) return false;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

std::string XmlElement::text_of(std::string_view child) const {
  const XmlElement* found = find(child);
  return found ? found->text : "";
}

std::optional<XmlElement> parse_xml(std::string_view text) { return XmlReader(text).root(); }

std::string xml_escape(std::string_view text) {
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
        escaped += c;
    }
  }
  return escaped;
}

std::string xml_tag(std::string_view name, std::string_view text) { return fmt::format("<{0}>{1}</{0}>", name, xml_escape(text)); }

}  // namespace lockstep::emulators::salesforce
