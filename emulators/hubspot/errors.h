#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "emulators/core/json.h"

namespace lockstep::emulators::hubspot {

/// One property that a write is refused for.
struct PropertyProblem {
  std::string property;
  std::string code;  // "INVALID_OPTION"
  std::string message;
};

/// A refusal as the API words it; the same thing is a body of its own or a row of a batch's `errors`.
struct ApiError {
  int status = 400;
  std::string category;  // empty: the body has none
  std::string sub_category;
  std::string message;
  std::vector<std::pair<std::string, std::vector<std::string>>> context;
  std::vector<PropertyProblem> problems;
  std::vector<std::string> scopes;  // of which one is missing
};

template <class T>
using Outcome = tl::expected<T, ApiError>;

[[nodiscard]] tl::unexpected<ApiError> refuse(int status, std::string category, std::string message);
[[nodiscard]] tl::unexpected<ApiError> invalid(std::string message);  // 400 VALIDATION_ERROR
[[nodiscard]] tl::unexpected<ApiError> invalid(std::vector<PropertyProblem> problems);
/// "Invalid input JSON …", which has no category.
[[nodiscard]] tl::unexpected<ApiError> bad_json(std::string what);
/// A row that fails though nothing is wrong with it.
[[nodiscard]] tl::unexpected<ApiError> briefly_unable();
[[nodiscard]] tl::unexpected<ApiError> not_found();  // 404 without a category
/// 501, for what HubSpot has and the stand-in has not: nobody may take it for a record that is missing, or for a mistake of the caller.
[[nodiscard]] tl::unexpected<ApiError> not_served(std::string_view what);

http::Response error_response(const ApiError& error, const std::string& correlation_id);
/// A row of `errors` in a 207.
json::object error_row(const ApiError& error);

}  // namespace lockstep::emulators::hubspot
