#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "emulators/core/json.h"

namespace lockstep::emulators::salesforce {

/// One refusal as the API words it. The same thing is `errorCode` in a REST body and `statusCode` in a
/// collection item.
struct ApiError {
  std::string code;
  std::string message;
  std::vector<std::string> fields;
  json::value duplicates = nullptr;  // what a duplicate rule found
  bool thrown = false;               // by automation: all that is written together with the record fails with it
};
using ApiErrors = std::vector<ApiError>;
template <class T>
using Outcome = tl::expected<T, ApiErrors>;

inline constexpr std::string_view kWrongType = "INVALID_TYPE_ON_FIELD_IN_RECORD";
/// What a row says that another transaction holds; a caller adds the ids where it knows them.
inline constexpr std::string_view kUnableToLock = "unable to obtain exclusive access to this record or 1 records";

[[nodiscard]] tl::unexpected<ApiErrors> refuse(std::string code, std::string message, std::vector<std::string> fields = {});
/// The HTTP status that a single-record call answers with.
int status_of(std::string_view code);
/// [{"message","errorCode","fields"?}] with the status of the first.
http::Response error_response(const ApiErrors& errors);
http::Response error_response(std::string code, std::string message);
/// 501; `what`: a path, or whatever else the platform has and this stand-in has not.
http::Response not_served(std::string_view what);
/// [{"statusCode","message","fields"}]
json::array item_errors(const ApiErrors& errors, json::storage_ptr storage);

}  // namespace lockstep::emulators::salesforce
