#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep::emulators::dynamics365 {

/// An element of a small XML document: what FetchXML and settings of service endpoints are written in.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  // entities resolved
  std::vector<XmlElement> children;
  std::string text;  // of the element itself, entities resolved

  /// Empty when there is none.
  std::string_view attribute(std::string_view wanted) const;
  bool has(std::string_view wanted) const;
};

/// The root element, or nothing when `text` is not well-formed. Comments and a declaration are passed over; no
/// document types, no CDATA. Depth is bounded.
std::optional<XmlElement> parse_xml(std::string_view text);
/// & < > and quotes as entities.
std::string xml_escaped(std::string_view text);

}  // namespace lockstep::emulators::dynamics365
