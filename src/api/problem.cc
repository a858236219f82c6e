#include "api/problem.h"

#include "model/value.h"

namespace lockstep::api {

http::Response json_response(int status, std::string body) {
  http::Response response(status, std::move(body));
  response.headers.set("Content-Type", "application/json");
  return response;
}

http::Response problem(int status, std::string_view title, std::string_view detail, const std::vector<ProblemDetail>& errors) {
  std::string body =
      "{\"type\": \"about:blank\", \"title\": " + to_json(Value(title)) + ", \"status\": " + std::to_string(status) + ", \"detail\": " + to_json(Value(detail));
  if (!errors.empty()) {
    body += ", \"errors\": [";
    for (const ProblemDetail& error : errors) {
      if (&error != &errors.front()) body += ", ";
      body += "{\"pointer\": " + to_json(Value(error.pointer)) + ", \"detail\": " + to_json(Value(error.detail)) + "}";
    }
    body += "]";
  }
  http::Response response(status, body + "}");
  response.headers.set("Content-Type", "application/problem+json");
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace lockstep::api
