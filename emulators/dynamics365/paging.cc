#include "emulators/dynamics365/paging.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::string_view kMark = "pagingcookie=\"";

std::int64_t page_number(const json::object& state) {
  const json::value* page = state.if_contains("page");
  return page && page->is_int64() ? page->get_int64() : 2;
}

}  // namespace

std::string encode_skip_token(const json::object& state) {
  return fmt::format("<cookie pagenumber=\"{}\" pagingcookie=\"{}\" istracking=\"False\" />", page_number(state), to_base64url(json::serialize(state)));
}

Outcome<json::object> decode_skip_token(std::string_view token) {
  std::size_t start = token.find(kMark);
  std::size_t end = start == std::string_view::npos ? start : token.find('"', start + kMark.size());
  std::string state;
  if (end != std::string_view::npos && from_base64(token.substr(start + kMark.size(), end - start - kMark.size()), state)) {
    boost::system::error_code error;
    json::value parsed = json::parse(state, error);
    if (!error && parsed.is_object()) return std::move(parsed.get_object());
  }
  return refuse(400, code::kBadRequestUrl, "Malformed XML in the Paging Cookie. (The $skiptoken is not one of ours.)");
}

}  // namespace lockstep::emulators::dynamics365
