#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/errors.h"
#include "http/message.h"

namespace lockstep::emulators::dynamics365 {

struct MultipartPart {
  http::Headers headers;
  std::string_view content;  // of the text that was parsed
};

/// The boundary of a "multipart/mixed" content type, or empty.
std::string boundary_of(std::string_view content_type);
/// Whether a line ends with LF alone.
bool has_bare_line_feed(std::string_view text);
/// RFC 2046; a preamble is passed over. Lines end with CRLF or LF.
Outcome<std::vector<MultipartPart>> parse_multipart(std::string_view text, std::string_view boundary);
/// "POST /api/data/v9.2/accounts HTTP/1.1", header fields, body: the content of an application/http part.
Outcome<http::ServerRequest> parse_inner_request(std::string_view content);
/// The same for an answer.
void append_inner_response(std::string& out, const http::Response& response);

}  // namespace lockstep::emulators::dynamics365
