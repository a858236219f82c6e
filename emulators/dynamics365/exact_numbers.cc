#include "emulators/dynamics365/exact_numbers.h"

#include <algorithm>

namespace lockstep::emulators::dynamics365 {
namespace {

// No name of a column, and nothing that a client would send.
constexpr std::string_view kMember =
    "\x7f"
    "exact";
constexpr std::size_t kSafeDigits = 15;  // of a double

bool of_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; }

bool needs_care(std::string_view number) {
  if (number.find_first_of(".eE") == std::string_view::npos) return false;
  std::string_view digits = number.substr(0, number.find_first_of("eE"));
  return static_cast<std::size_t>(std::count_if(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) > kSafeDigits;
}

}  // namespace

std::string keep_exact_numbers(std::string_view text) {
  std::string kept;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\';
      ++at;
    } else if (text[at] == '-' || (text[at] >= '0' && text[at] <= '9')) {
      std::size_t end = at;
      while (end < text.size() && of_number(text[end])) ++end;
      if (needs_care(text.substr(at, end - at))) {
        kept.append(text, copied, at - copied).append("{\"").append(kMember).append("\":\"").append(text, at, end - at).append("\"}");
        copied = end;
      }
      at = end;
    } else {
      ++at;
    }
  }
  return kept.append(text.substr(std::min(copied, text.size())));
}

std::optional<std::string_view> exact_number(const json::value& value) {
  const json::object* object = value.if_object();
  if (!object || object->size() != 1) return std::nullopt;
  std::string_view digits = text_member(*object, kMember);
  if (digits.empty()) return std::nullopt;
  return digits;
}

}  // namespace lockstep::emulators::dynamics365
