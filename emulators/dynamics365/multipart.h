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
/// What lines end with.
enum class LineEnds { crlf, any };
/// RFC 2046; a preamble is passed over.
Outcome<std::vector<MultipartPart>> parse_multipart(std::string_view text, std::string_view boundary, LineEnds ends);
/// "POST /api/data/v9.2/accounts HTTP/1.1", header fields, body: the content of an application/http part.
Outcome<http::ServerRequest> parse_inner_request(std::string_view content, LineEnds ends);
/// The same for an answer.
void append_inner_response(std::string& out, const http::Response& response);

}  // namespace lockstep::emulators::dynamics365
