#pragma once

#include <string>
#include <string_view>

#include "base/text.h"
#include "http/message.h"

namespace lockstep::fuzz {

/// "POST /path?query", header lines, an empty line, a body: a request as text, so that all of it can be mutated. Lenient: whatever is not
/// there stays empty.
inline http::ServerRequest parse_request(std::string_view text) {
  http::ServerRequest request;
  const std::size_t head_end = text.find("\n\n");
  std::string_view head = text.substr(0, head_end);
  if (head_end != std::string_view::npos) request.body = std::string(text.substr(head_end + 2));
  bool first = true;
  for (const std::string_view line : split(head, '\n')) {
    if (first) {
      const std::size_t blank = line.find(' ');
      request.method = std::string(line.substr(0, blank));
      request.target = blank == std::string_view::npos ? "/" : std::string(line.substr(blank + 1));
      // What no HTTP parser lets through does not reach anybody.
      std::erase_if(request.target, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
      if (!request.target.starts_with('/')) request.target.insert(0, "/");
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    request.headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  request.peer = "192.0.2.7:4711";
  return request;
}

}  // namespace lockstep::fuzz
