#include "connector/bundle.h"

#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

namespace {

std::string print_part(const BundleSpec& spec, const http::Request& part, std::string_view boundary) {
  std::string out = "--" + std::string(boundary) + "\r\nContent-Type: application/http\r\n";
  for (const auto& [name, value] : spec.part_headers) out += name + ": " + value + "\r\n";
  const auto url = http::parse_url(part.url);
  out += "\r\n" + part.method + " " + (url ? url->target : "/") + " HTTP/1.1\r\n";
  for (const auto& [name, value] : part.headers.all()) out += name + ": " + value + "\r\n";
  if (!part.body.empty()) out += "Content-Length: " + std::to_string(part.body.size()) + "\r\n";
  return out + "\r\n" + part.body + "\r\n";
}

/// What the envelope's body says of one part.
Value describe_part(const http::Request& part, std::size_t number) {
  const auto url = http::parse_url(part.url);
  Map headers;
  for (const auto& [name, value] : part.headers.all()) {
    // They speak of the envelope.
    if (equal_no_case(name, "Accept") || equal_no_case(name, "Content-Type")) continue;
    headers.emplace_back(name, Value(value));
  }
  make_map(headers);
  Map map{{"method", Value(part.method)}, {"path", Value(url ? url->target : "/")}, {"number", Value(static_cast<std::int64_t>(number))}};
  if (!headers.empty()) map.emplace_back("headers", Value(std::move(headers)));
  if (!part.body.empty()) map.emplace_back("json", Value(part.body));
  make_map(map);
  return Value(std::move(map));
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

http::Headers take_headers(std::string_view& rest) {
  http::Headers headers;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  return headers;
}

/// "HTTP/1.1 204 No Content", header fields, body.
AnswerRef parse_part(std::string_view part) {
  http::Headers outer = take_headers(part);
  const std::string_view status_line = take_line(part);
  if (!status_line.starts_with("HTTP/")) return nullptr;
  const std::size_t space = status_line.find(' ');
  const int status = space == std::string_view::npos ? 0 : std::atoi(std::string(status_line.substr(space + 1, 3)).c_str());
  if (status < 100) return nullptr;
  http::Headers headers = take_headers(part);
  return std::make_shared<Answer>(status, std::move(headers), std::string(trim(part)));
}

std::string boundary_of(const Answer& envelope) {
  const auto type = envelope.headers().find("Content-Type");
  if (!type) return "";
  const std::size_t at = to_lower_ascii(*type).find("boundary=");
  if (at == std::string::npos) return "";
  std::string_view value = type->substr(at + 9);
  value = value.substr(0, value.find(';'));
  if (value.starts_with('"')) value = value.substr(1, value.find('"', 1) - 1);
  return std::string(trim(value));
}

std::vector<AnswerRef> unpack_multipart(const Answer& envelope) {
  std::vector<AnswerRef> parts;
  const std::string boundary = boundary_of(envelope);
  if (boundary.empty()) return parts;
  const std::string mark = "--" + boundary;
  const std::string_view text = envelope.text();
  std::size_t at = text.starts_with(mark) ? 0 : text.find("\n" + mark);
  while (at != std::string_view::npos) {
    std::size_t start = text.find(mark, at) + mark.size();
    if (text.substr(start).starts_with("--")) break;
    const std::size_t end = text.find("\n" + mark, start);
    if (end == std::string_view::npos) break;  // cut: the last part may not be whole
    std::string_view part = text.substr(start, end - start);
    take_line(part);
    parts.push_back(parse_part(part));
    at = end;
  }
  return parts;
}

}  // namespace

Result<http::Request> pack(const Context& context, const BundleSpec& spec, const std::vector<http::Request>& parts, std::string_view boundary) {
  Scope scope = context.scope();
  if (spec.multipart) {
    TRY(http::Request request, build_request(context, spec.request, scope));
    for (const http::Request& part : parts) request.body += print_part(spec, part, boundary);
    request.body += "--" + std::string(boundary) + "--\r\n";
    request.headers.set("Content-Type", "multipart/mixed; boundary=" + std::string(boundary));
    return request;
  }
  List list;
  for (std::size_t i = 0; i < parts.size(); ++i) list.push_back(describe_part(parts[i], i));
  const Value value(std::move(list));
  scope.set(kParts, Operand::borrow(value));
  return build_request(context, spec.request, scope);
}

std::vector<AnswerRef> unpack(const Context& context, const BundleSpec& spec, const Answer& envelope, std::size_t count) {
  std::vector<AnswerRef> parts;
  if (spec.multipart) {
    parts = unpack_multipart(envelope);
  } else {
    Scope scope = context.scope();
    envelope.enter(scope);
    const auto items = expression::evaluate_list(*spec.parts, scope);
    for (std::size_t i = 0; items && i < items->size(); ++i) {
      scope.set(kItem, (*items)[i]);
      const auto status = expression::evaluate(*spec.part_status, scope);
      const auto number = status ? status->integer() : Result<std::int64_t>(0);
      std::string body;
      const auto content = expression::evaluate(*spec.part_body, scope);
      if (content && !content->is_absent() && !content->is_null() && !append_json(*content, body)) body.clear();
      parts.push_back(number && *number >= 100 ? std::make_shared<Answer>(static_cast<int>(*number), http::Headers{}, std::move(body)) : nullptr);
    }
  }
  parts.resize(count);
  return parts;
}

}  // namespace lockstep::connector
