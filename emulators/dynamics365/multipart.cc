#include "emulators/dynamics365/multipart.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

tl::unexpected<ApiError> malformed(std::string_view what) { return refuse(400, code::kBadRequestUrl, fmt::format("The batch is malformed: {}", what)); }

/// Up to the next line end, which is taken too.
std::string_view take_line(std::string_view& text) {
  std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::exchange(text, {});
  bool crlf = end > 0 && text[end - 1] == '\r';
  std::string_view line = text.substr(0, crlf ? end - 1 : end);
  text.remove_prefix(end + 1);
  return line;
}

Outcome<http::Headers> take_headers(std::string_view& text) {
  http::Headers headers;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.empty()) return headers;
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return malformed(fmt::format("'{}' is not a header field", line));
    headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  return headers;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 412: return "Precondition Failed";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 501: return "Not Implemented";
    default: return status < 500 ? "Error" : "Internal Server Error";
  }
}

}  // namespace

bool has_bare_line_feed(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return true;
  }
  return false;
}

std::string boundary_of(std::string_view content_type) {
  if (!to_lower_ascii(content_type).starts_with("multipart/mixed")) return "";
  for (std::string_view parameter : split(content_type, ';')) {
    parameter = trim(parameter);
    if (!to_lower_ascii(parameter).starts_with("boundary=")) continue;
    parameter.remove_prefix(9);
    if (parameter.size() >= 2 && parameter.front() == '"' && parameter.back() == '"') {
      parameter = parameter.substr(1, parameter.size() - 2);
    }
    return std::string(parameter);
  }
  return "";
}

Outcome<std::vector<MultipartPart>> parse_multipart(std::string_view text, std::string_view boundary) {
  const std::string opening = "--" + std::string(boundary);
  const std::string delimiter = "\n" + opening;
  std::vector<MultipartPart> parts;
  std::size_t start = text.starts_with(opening) ? opening.size() : text.find(delimiter);
  if (start == std::string_view::npos) return malformed(fmt::format("no boundary '{}'", opening));
  if (!text.starts_with(opening)) start += delimiter.size();
  while (true) {
    std::string_view rest = text.substr(start);
    if (rest.starts_with("--")) return parts;
    if (!take_line(rest).empty()) return malformed("a boundary must end with CRLF");
    std::size_t end = rest.starts_with(opening) ? std::string_view::npos : rest.find(delimiter);
    if (end == std::string_view::npos) return malformed("the last boundary is missing");
    MultipartPart part;
    part.content = rest.substr(0, end);
    start = static_cast<std::size_t>(rest.data() - text.data()) + end + delimiter.size();
    if (part.content.ends_with('\r')) part.content.remove_suffix(1);  // the other half of the line end
    TRY(part.headers, take_headers(part.content));
    parts.push_back(std::move(part));
  }
}

Outcome<http::ServerRequest> parse_inner_request(std::string_view content) {
  std::string_view line = take_line(content);
  std::vector<std::string_view> words = split(line, ' ');
  if (words.size() < 3 || !words.back().starts_with("HTTP/1.1")) {
    return malformed(fmt::format("'{}' is not a request line", line));
  }
  http::ServerRequest request;
  request.method = std::string(words.front());
  std::size_t from = words.front().size() + 1;
  request.target = std::string(line.substr(from, line.size() - from - words.back().size() - 1));
  TRY(request.headers, take_headers(content));
  if (auto length_text = request.headers.find("Content-Length")) {
    std::size_t length = 0;
    std::from_chars(length_text->data(), length_text->data() + length_text->size(), length);
    if (length > content.size()) {
      return refuse(400, code::kPayloadUnreadable, "Stream was not readable. (Content-Length is more than there is.)");
    }
    content = content.substr(0, length);
  }
  request.body = std::string(content);
  return request;
}

void append_inner_response(std::string& out, const http::Response& response) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  for (const auto& [name, value] : response.headers.all()) {
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  }
  out.append("\r\n");
  out.append(response.body);
  out.append("\r\n");
}

}  // namespace lockstep::emulators::dynamics365
