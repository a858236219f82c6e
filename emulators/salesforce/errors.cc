#include "emulators/salesforce/errors.h"

#include <map>

namespace lockstep::emulators::salesforce {
namespace {

json::array names(const std::vector<std::string>& fields, const json::storage_ptr& storage) {
  json::array array(storage);
  for (const std::string& field : fields) array.emplace_back(field);
  return array;
}

}  // namespace

tl::unexpected<ApiErrors> refuse(std::string code, std::string message, std::vector<std::string> fields) {
  ApiErrors errors;
  errors.push_back({std::move(code), std::move(message), std::move(fields), nullptr});
  return tl::unexpected(std::move(errors));
}

int status_of(std::string_view code) {
  static const std::map<std::string_view, int> kStatuses = {
      {"NOT_FOUND", 404},
      {"ENTITY_IS_DELETED", 404},
      {"INVALID_SESSION_ID", 401},
      {"METHOD_NOT_ALLOWED", 405},
      {"UNSUPPORTED_MEDIA_TYPE", 415},
      {"REQUEST_LIMIT_EXCEEDED", 403},
      {"SERVER_UNAVAILABLE", 503},
      {"UNKNOWN_EXCEPTION", 500},
      {"UNSUPPORTED_API_VERSION", 410},
      {"INSUFFICIENT_ACCESS", 403},
      {"FORBIDDEN", 403},
      {"API_DISABLED_FOR_ORG", 403},
      {"API_CURRENTLY_DISABLED", 403},
      {"REQUEST_RUNNING_TOO_LONG", 500},
      {"CONFLICT", 409},
      {"NOT_IMPLEMENTED", 501},
  };
  auto known = kStatuses.find(code);
  return known == kStatuses.end() ? 400 : known->second;
}

http::Response error_response(const ApiErrors& errors) {
  json::array body;
  for (const ApiError& error : errors) {
    json::object item{{"message", error.message}, {"errorCode", error.code}};
    if (!error.fields.empty()) item["fields"] = names(error.fields, {});
    if (!error.duplicates.is_null()) item["duplicateResut"] = error.duplicates;  // spelt like this by the platform
    body.push_back(std::move(item));
  }
  return json_response(status_of(errors.front().code), body);
}

http::Response error_response(std::string code, std::string message) {
  ApiErrors errors;
  errors.push_back({std::move(code), std::move(message), {}, nullptr});
  return error_response(errors);
}

http::Response not_served(std::string_view what) {
  return error_response("NOT_IMPLEMENTED", std::string(what) + " is of the platform, but not of this stand-in");
}

json::array item_errors(const ApiErrors& errors, json::storage_ptr storage) {
  json::array items(storage);
  for (const ApiError& error : errors) {
    json::object item(storage);
    item["statusCode"] = error.code;
    item["message"] = error.message;
    item["fields"] = names(error.fields, storage);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace lockstep::emulators::salesforce
