#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "emulators/core/value.h"
#include "http/message.h"

namespace lockstep::emulators {

namespace json = boost::json;

/// One request body or answer in one monotonic arena: parsing and building cost a quarter of the default
/// allocator's time. Nothing of it may outlive the document.
class JsonDocument {
 public:
  JsonDocument() : root_(storage()) {}
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  /// Error: invalid_input with the position. Depth is bounded (64).
  Result<void> parse(std::string_view text);
  json::value& root() { return root_; }
  json::storage_ptr storage() { return &arena_; }
  json::object object() { return json::object(storage()); }
  json::array array() { return json::array(storage()); }

 private:
  json::monotonic_resource arena_;
  json::value root_;
};

/// The first name that one object of a JSON text has twice, which a parsed document no longer tells; nothing for what is no JSON.
std::optional<std::string> repeated_member(std::string_view text);

/// Null for what is no scalar.
ValueView scalar_of(const json::value& value);
json::value to_json(ValueView value, json::storage_ptr storage = {});
/// The member's text; empty when it is missing or no string.
std::string_view text_member(const json::object& object, std::string_view name);
/// Scalar as text, as a person would type it: true, 12, 1.5, "as is". Empty for null, arrays and objects.
std::string scalar_text(const json::value& value);

http::Response json_response(int status, const json::value& body, std::string_view content_type = "application/json;charset=UTF-8");

}  // namespace lockstep::emulators
