#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "emulators/core/json.h"

namespace lockstep::emulators::zendesk {

/// A refusal in one of the four envelopes (contract A8): `body` as JSON, or `text` alone.
struct ApiError {
  int status = 400;
  json::value body;
  std::string text;
  Duration retry_after{0};
};

template <class T>
using Outcome = tl::expected<T, ApiError>;

/// {"error":"…","description":"…"}
tl::unexpected<ApiError> refuse(int status, std::string_view error, std::string_view description);
/// {"error":{"title":"…","message":"…"}}
tl::unexpected<ApiError> refuse_titled(int status, std::string_view title, std::string_view message);
/// {"errors":[{"code":"…","title":"…","detail":"…","source":{"parameter":"…"}}]}
tl::unexpected<ApiError> refuse_listed(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view parameter);
tl::unexpected<ApiError> bad_sort(std::string_view sort);
/// What the plan does not have, or the user may not.
tl::unexpected<ApiError> forbidden();
tl::unexpected<ApiError> too_many(std::string_view text, Duration retry_after);
tl::unexpected<ApiError> record_not_found();
tl::unexpected<ApiError> closed_ticket();

/// What validation found, by field: the details of a RecordInvalid.
class Problems {
 public:
  void add(std::string_view field, std::string_view error, std::string_view description);
  bool empty() const { return details_.empty(); }
  tl::unexpected<ApiError> refusal() const;

 private:
  json::object details_;
};

http::Response error_response(const ApiError& error);
/// One line for results of jobs and for the control plane.
std::string sentence(const ApiError& error);

}  // namespace lockstep::emulators::zendesk
