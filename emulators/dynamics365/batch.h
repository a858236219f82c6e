#pragma once

#include <functional>
#include <set>

#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/multipart.h"

namespace lockstep::emulators::dynamics365 {

/// `$batch`: parts in order, change sets all or nothing.
class Batch {
 public:
  /// `dispatch` answers one inner request.
  /// `item_fails` says of a part ("POST /api/data/…") that the system is briefly unable to do it.
  Batch(ApiCall& api, std::function<http::Response(const http::ServerRequest&)> dispatch, std::function<bool(const std::string&)> item_fails);
  Outcome<http::Response> run();

 private:
  Outcome<std::vector<MultipartPart>> change_set_parts(const MultipartPart& part, std::set<std::string>& ids) const;
  http::Response done(int status);
  /// Appends the part's answer; the status of a failure, or 0.
  int run_single(const MultipartPart& part);
  int run_change_set(const std::vector<MultipartPart>& items);
  http::Response answer(const MultipartPart& part, bool in_change_set);
  Outcome<http::ServerRequest> inner_request(const MultipartPart& part, bool in_change_set) const;
  void note_content_id(std::string_view content_id, const http::Response& response);
  void append_part(std::string_view boundary, std::string_view content_id, const http::Response& response);

  ApiCall& api_;
  std::function<http::Response(const http::ServerRequest&)> dispatch_;
  std::function<bool(const std::string&)> item_fails_;
  std::string boundary_;
  std::string out_;
};

}  // namespace lockstep::emulators::dynamics365
