#include "emulators/hubspot/errors.h"

#include <fmt/format.h>

namespace lockstep::emulators::hubspot {
namespace {

json::object context_of(const ApiError& error) {
  json::object context;
  for (const auto& [name, values] : error.context) {
    json::array list;
    for (const std::string& value : values) list.emplace_back(value);
    context[name] = std::move(list);
  }
  return context;
}

json::array details_of(const ApiError& error) {
  json::array errors;
  for (const PropertyProblem& problem : error.problems) {
    errors.push_back(
        json::object{{"message", problem.message}, {"code", problem.code}, {"context", {{"propertyName", json::array{json::value(problem.property)}}}}});
  }
  if (!error.scopes.empty()) {
    json::array scopes;
    for (const std::string& scope : error.scopes) scopes.emplace_back(scope);
    errors.push_back(
        json::object{{"message", "One or more of the following scopes are required."}, {"context", {{"requiredGranularScopes", std::move(scopes)}}}});
  }
  return errors;
}

}  // namespace

tl::unexpected<ApiError> refuse(int status, std::string category, std::string message) {
  ApiError error;
  error.status = status;
  error.category = std::move(category);
  error.message = std::move(message);
  return tl::unexpected(std::move(error));
}

tl::unexpected<ApiError> invalid(std::string message) { return refuse(400, "VALIDATION_ERROR", std::move(message)); }

tl::unexpected<ApiError> invalid(std::vector<PropertyProblem> problems) {
  json::array items;
  for (const PropertyProblem& problem : problems) {
    items.push_back(json::object{
        {"isValid", false}, {"message", problem.message}, {"error", problem.code}, {"name", problem.property}, {"localizedErrorMessage", problem.message}});
  }
  ApiError error;
  error.category = "VALIDATION_ERROR";
  error.message = "Property values were not valid: " + json::serialize(items);
  error.problems = std::move(problems);
  return tl::unexpected(std::move(error));
}

tl::unexpected<ApiError> bad_json(std::string what) { return refuse(400, "", "Invalid input JSON on " + what); }

tl::unexpected<ApiError> not_served(std::string_view what) { return refuse(501, "", fmt::format("Not served by this stand-in: {}", what)); }

tl::unexpected<ApiError> briefly_unable() { return refuse(500, "INTERNAL_ERROR", "There was a problem with the request. Try again later."); }

tl::unexpected<ApiError> not_found() { return refuse(404, "", "resource not found"); }

http::Response error_response(const ApiError& error, const std::string& correlation_id) {
  json::object body{{"status", "error"}, {"message", error.message}, {"correlationId", correlation_id}};
  if (!error.context.empty()) body["context"] = context_of(error);
  if (json::array errors = details_of(error); !errors.empty()) body["errors"] = std::move(errors);
  if (!error.category.empty()) body["category"] = error.category;
  if (!error.sub_category.empty()) body["subCategory"] = error.sub_category;
  http::Response response = json_response(error.status, body, "application/json;charset=utf-8");
  response.headers.add("x-hubspot-correlation-id", correlation_id);
  return response;
}

json::object error_row(const ApiError& error) {
  json::object row{{"status", "error"},
                   {"category", error.category.empty() ? "VALIDATION_ERROR" : error.category},
                   {"message", error.message},
                   {"context", context_of(error)}};
  if (!error.sub_category.empty()) row["subCategory"] = error.sub_category;
  return row;
}

}  // namespace lockstep::emulators::hubspot
