#include "emulators/core/json.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace lockstep::emulators {
namespace {

/// Hears of names alone.
class MemberNames {
 public:
  static constexpr std::size_t max_object_size = json::string::max_size(), max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size, max_string_size = max_object_size;
  std::optional<std::string> repeated;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    open_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    open_.pop_back();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name_ += part;
    return true;
  }
  bool on_key(json::string_view rest, std::size_t, json::error_code&) {
    name_ += rest;
    if (!open_.back().insert(name_).second && !repeated) repeated = name_;
    name_.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  std::vector<std::set<std::string, std::less<>>> open_;
  std::string name_;
};

}  // namespace

std::optional<std::string> repeated_member(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::basic_parser<MemberNames> parser(options);
  json::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  return error ? std::nullopt : parser.handler().repeated;
}

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
