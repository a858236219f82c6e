#include "emulators/zendesk/errors.h"

namespace lockstep::emulators::zendesk {
namespace {

json::string text(std::string_view value) { return json::string(value.data(), value.size()); }

tl::unexpected<ApiError> refusal_of(int status, json::value body) {
  ApiError error;
  error.status = status;
  error.body = std::move(body);
  return tl::unexpected(std::move(error));
}

}  // namespace

tl::unexpected<ApiError> refuse(int status, std::string_view error, std::string_view description) {
  return refusal_of(status, json::object{{"error", text(error)}, {"description", text(description)}});
}

tl::unexpected<ApiError> refuse_titled(int status, std::string_view title, std::string_view message) {
  return refusal_of(status, json::object{{"error", json::object{{"title", text(title)}, {"message", text(message)}}}});
}

tl::unexpected<ApiError> refuse_listed(int status, std::string_view code, std::string_view title, std::string_view detail, std::string_view parameter) {
  json::object one{{"code", text(code)}, {"title", text(title)}, {"detail", text(detail)}, {"source", json::object{{"parameter", text(parameter)}}}};
  json::array list;
  list.push_back(std::move(one));
  return refusal_of(status, json::object{{"errors", std::move(list)}});
}

tl::unexpected<ApiError> bad_sort(std::string_view sort) {
  return refuse_listed(400, "InvalidPaginationParameter", "Invalid pagination parameter", "sort is not valid: " + std::string(sort), "sort");
}

tl::unexpected<ApiError> forbidden() {
  return refuse_titled(403, "Forbidden", "You do not have access to this page. Please contact the account owner of this help desk for further help.");
}

tl::unexpected<ApiError> too_many(std::string_view message, Duration retry_after) {
  ApiError error;
  error.status = 429;
  error.text = std::string(message);
  error.retry_after = retry_after;
  return tl::unexpected(std::move(error));
}

tl::unexpected<ApiError> record_not_found() { return refuse(404, "RecordNotFound", "Not found"); }

tl::unexpected<ApiError> closed_ticket() {
  Problems problems;
  problems.add("status", "InvalidValue", "Status: closed prevents ticket update");
  return problems.refusal();
}

void Problems::add(std::string_view field, std::string_view error, std::string_view description) {
  json::value& list = details_[json::string_view(field.data(), field.size())];
  if (!list.is_array()) list = json::array();
  list.get_array().push_back(json::object{{"description", text(description)}, {"error", text(error)}});
}

tl::unexpected<ApiError> Problems::refusal() const {
  return refusal_of(422, json::object{{"error", "RecordInvalid"}, {"description", "Record validation errors"}, {"details", details_}});
}

http::Response error_response(const ApiError& error) {
  http::Response response(error.status, error.text);
  if (error.text.empty()) {
    response = json_response(error.status, error.body, "application/json; charset=utf-8");
  } else {
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
  }
  std::int64_t seconds = (error.retry_after.count() + 999) / 1000;
  if (error.status == 429 || seconds > 0) response.headers.add("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
  return response;
}

std::string sentence(const ApiError& error) {
  if (!error.text.empty()) return error.text;
  const json::object* body = error.body.if_object();
  if (!body) return "";
  std::string told(text_member(*body, "error"));
  if (const json::value* details = body->if_contains("details")) {
    for (const auto& field : details->as_object()) {
      for (const json::value& one : field.value().as_array()) told += "; " + std::string(text_member(one.as_object(), "description"));
    }
    return told;
  }
  std::string_view description = text_member(*body, "description");
  return description.empty() ? json::serialize(*body) : told + ": " + std::string(description);
}

}  // namespace lockstep::emulators::zendesk
