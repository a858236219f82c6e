#include "emulators/salesforce/indent.h"

#include "emulators/core/json.h"

namespace lockstep::emulators::salesforce {
namespace {

void write(const json::value& value, const std::string& margin, std::string& text) {
  const std::string inner = margin + "  ";
  if (const json::object* object = value.if_object(); object && !object->empty()) {
    std::string before = "{\n";
    for (const auto& member : *object) {
      text += std::exchange(before, ",\n") + inner + json::serialize(json::string(member.key())) + " : ";
      write(member.value(), inner, text);
    }
    text += "\n" + margin + "}";
  } else if (const json::array* array = value.if_array(); array && !array->empty()) {
    std::string before = "[ ";
    for (const json::value& each : *array) {
      text += std::exchange(before, ", ");
      write(each, margin, text);
    }
    text += " ]";
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

void indent(http::Response& response) {
  if (response.body.empty() || !response.headers.find("Content-Type").value_or("").starts_with("application/json")) return;
  std::string text;
  write(json::parse(response.body), "", text);
  response.body = std::move(text);
}

}  // namespace lockstep::emulators::salesforce
