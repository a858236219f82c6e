#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep::emulators {

/// An element of a request: names without their namespace, entities resolved.
struct XmlElement {
  std::string name;
  std::string space;  // its namespace; told of the three outermost levels alone, which is what a call of SOAP is looked up by
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlElement> children;
  std::string text;  // of its own, as it stands

  bool has(std::string_view attribute) const;
  /// Empty when there is none.
  std::string_view attribute(std::string_view wanted) const;
  /// xsi:nil
  bool is_nil() const;
  /// The first child of that name, or null.
  const XmlElement* find(std::string_view child) const;
  /// Its text, trimmed; empty when it is not there.
  std::string text_of(std::string_view child) const;
};

/// The root element; nothing when `text` is not well formed, uses a namespace it does not declare, has a document type, or
/// is nested deeper than 50.
std::optional<XmlElement> parse_xml(std::string_view text);
/// & < > and quotes as entities.
std::string xml_escape(std::string_view text);
/// "<name>text</name>"
std::string xml_tag(std::string_view name, std::string_view text);

}  // namespace lockstep::emulators
