#include "emulators/core/json.h"

#include <fmt/format.h>

namespace lockstep::emulators {

Result<void> JsonDocument::parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser(storage(), options);
  boost::system::error_code error;
  std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (!error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    error = json::make_error_code(json::error::extra_data);
  }
  if (error) return fail(ErrorCode::invalid_input, fmt::format("{} at byte {}", error.message(), read));
  root_ = parser.release();
  return {};
}

ValueView scalar_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_: return value.get_bool();
    case json::kind::int64: return value.get_int64();
    case json::kind::uint64: return static_cast<double>(value.get_uint64());
    case json::kind::double_: return value.get_double();
    case json::kind::string: return std::string_view(value.get_string().data(), value.get_string().size());
    default: return std::monostate{};
  }
}

json::value to_json(ValueView value, json::storage_ptr storage) {
  if (const std::string_view* text = std::get_if<std::string_view>(&value)) {
    return json::value(json::string_view(text->data(), text->size()), std::move(storage));
  }
  if (const bool* boolean = std::get_if<bool>(&value)) return json::value(*boolean, std::move(storage));
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) return json::value(*integer, std::move(storage));
  if (const double* real = std::get_if<double>(&value)) return json::value(*real, std::move(storage));
  return json::value(nullptr, std::move(storage));
}

std::string_view text_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  return member ? text_of(scalar_of(*member)) : std::string_view{};
}

std::string scalar_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null() || value.is_object() || value.is_array()) return "";
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return json::serialize(value);
}

http::Response json_response(int status, const json::value& body, std::string_view content_type) {
  http::Response response(status, json::serialize(body));
  response.headers.add("Content-Type", std::string(content_type));
  return response;
}

}  // namespace lockstep::emulators
