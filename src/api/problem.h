#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace lockstep::api {

/// RFC 9457. `pointer` is a JSON pointer into the request's body.
struct ProblemDetail {
  std::string pointer;
  std::string detail;
};
http::Response problem(int status, std::string_view title, std::string_view detail, const std::vector<ProblemDetail>& errors = {});
http::Response json_response(int status, std::string body);

}  // namespace lockstep::api
