#include "emulators/core/xml.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"

namespace lockstep::emulators {
namespace {

constexpr std::size_t kMaxDepth = 50, kLevelsWithSpace = 3;
constexpr char kNamespaceEnd = '|';  // between a namespace and a name

/// Builds the tree from what the parser reports.
class Builder {
 public:
  explicit Builder(XML_Parser parser) : parser_(parser) {}

  void start(const char* name, const char** attributes) {
    if (open_.size() >= kMaxDepth) return stop();
    XmlElement& element = open_.empty() ? root_ : open_.back()->children.emplace_back();
    element.name = local_name(name);
    if (open_.size() < kLevelsWithSpace) element.space = space_of(name);
    for (; *attributes != nullptr; attributes += 2) element.attributes.emplace_back(local_name(attributes[0]), attributes[1]);
    open_.push_back(&element);  // stays where it is: siblings come only once it is closed
  }
  void end() { open_.pop_back(); }
  void text(const char* bytes, int length) { open_.back()->text.append(bytes, static_cast<std::size_t>(length)); }
  /// Document types could name files and grow without end.
  void stop() { XML_StopParser(parser_, XML_FALSE); }
  XmlElement take() { return std::move(root_); }

 private:
  static std::string local_name(std::string_view name) {
    std::size_t end = name.rfind(kNamespaceEnd);
    return std::string(end == std::string_view::npos ? name : name.substr(end + 1));
  }

  static std::string space_of(std::string_view name) {
    std::size_t end = name.rfind(kNamespaceEnd);
    return std::string(name.substr(0, end == std::string_view::npos ? 0 : end));
  }

  XML_Parser parser_;
  XmlElement root_;
  std::vector<XmlElement*> open_;
};

Builder& builder(void* data) { return *static_cast<Builder*>(data); }

}  // namespace

std::optional<XmlElement> parse_xml(std::string_view text) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30;
  if (text.size() > kMostBytes) return std::nullopt;
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreateNS(nullptr, kNamespaceEnd), &XML_ParserFree);
  Builder built(parser.get());
  XML_SetUserData(parser.get(), &built);
  XML_SetElementHandler(
      parser.get(), [](void* data, const XML_Char* name, const XML_Char** attributes) { builder(data).start(name, attributes); },
      [](void* data, const XML_Char*) { builder(data).end(); });
  XML_SetCharacterDataHandler(parser.get(), [](void* data, const XML_Char* bytes, int length) { builder(data).text(bytes, length); });
  XML_SetStartDoctypeDeclHandler(parser.get(), [](void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) { builder(data).stop(); });
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK) return std::nullopt;
  return built.take();
}

bool XmlElement::has(std::string_view attribute) const {
  return std::any_of(attributes.begin(), attributes.end(), [&](const auto& each) { return each.first == attribute; });
}

std::string_view XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes) {
    if (key == wanted) return value;
  }
  return "";
}

bool XmlElement::is_nil() const { return attribute("nil") == "true" || attribute("nil") == "1"; }

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

std::string XmlElement::text_of(std::string_view child) const {
  const XmlElement* found = find(child);
  return found ? std::string(trim(found->text)) : "";
}

std::string xml_escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string xml_tag(std::string_view name, std::string_view text) { return fmt::format("<{0}>{1}</{0}>", name, xml_escape(text)); }

}  // namespace lockstep::emulators
