#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::emulators::salesforce {

/// An element of a request: names without their namespace prefix, text with entities resolved.
struct XmlElement {
  std::string name;
  std::string text;  // of its own, trimmed
  bool nil = false;  // xsi:nil="true"
  std::vector<XmlElement> children;

  /// The first child of that name, or null.
  const XmlElement* find(std::string_view child) const;
  /// Its text; empty when it is not there.
  std::string text_of(std::string_view child) const;
};

/// The root element; nothing when `text` is not well formed, has a document type, or is nested deeper than 50.
std::optional<XmlElement> parse_xml(std::string_view text);
std::string xml_escape(std::string_view text);
/// "<name>text</name>"
std::string xml_tag(std::string_view name, std::string_view text);

}  // namespace lockstep::emulators::salesforce
