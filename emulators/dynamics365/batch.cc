#include "emulators/dynamics365/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMaxOperations = 1000;

bool failed(const http::Response& response) { return response.status >= 400; }

std::string_view header_or_empty(const MultipartPart& part, std::string_view name) { return part.headers.find(name).value_or(""); }

}  // namespace

Batch::Batch(ApiCall& api, std::function<http::Response(const http::ServerRequest&)> dispatch, std::function<bool(const std::string&)> item_fails)
    : api_(api), dispatch_(std::move(dispatch)), item_fails_(std::move(item_fails)), boundary_("batchresponse_" + make_guid(api.organisation.request_ids)) {}

Outcome<std::vector<MultipartPart>> Batch::change_set_parts(const MultipartPart& part, std::set<std::string>& ids) const {
  std::string boundary = boundary_of(header_or_empty(part, "Content-Type"));
  if (boundary.empty()) return std::vector<MultipartPart>();
  // The content starts behind its blank line, so its first boundary has no CRLF of its own in front.
  TRY(std::vector<MultipartPart> items, parse_multipart(part.content, boundary));
  if (api_.organisation.metadata.quirks().repeated_content_ids) ids.clear();
  for (const MultipartPart& item : items) {
    if (!item.headers.contains("Content-ID")) {
      return refuse(400, code::kBadRequestUrl, "The 'Content-ID' header is not present in a change set operation. Content-ID header not present.");
    }
    if (!ids.emplace(header_or_empty(item, "Content-ID")).second) {
      return refuse(400, code::kBadRequestUrl, fmt::format("The Content-ID '{}' names two operations of one batch.", header_or_empty(item, "Content-ID")));
    }
  }
  if (items.empty()) return refuse(400, code::kBadRequestUrl, "A change set is empty.");
  return items;
}

Outcome<http::Response> Batch::run() {
  std::string boundary = boundary_of(api_.call.header("Content-Type").value_or(""));
  if (boundary.empty()) {
    return refuse(400, code::kBadRequestUrl, "A batch needs 'Content-Type: multipart/mixed; boundary=…'.");
  }
  const std::string& body = api_.call.request.body;
  if (has_bare_line_feed(body) && !api_.organisation.metadata.quirks().bare_line_feeds) {
    append_part(boundary_, "", error_response(payload_unreadable("", "System.ArgumentException: Stream was not readable.")));
    return done(400);
  }
  TRY(std::vector<MultipartPart> parts, parse_multipart(body, boundary));
  std::vector<std::vector<MultipartPart>> change_sets;
  std::set<std::string> content_ids;
  std::size_t operations = 0;
  for (const MultipartPart& part : parts) {
    TRY(std::vector<MultipartPart> items, change_set_parts(part, content_ids));
    operations += std::max<std::size_t>(items.size(), 1);
    change_sets.push_back(std::move(items));
  }
  if (operations > kMaxOperations) {
    return refuse(400, code::kInvalidArgument, fmt::format("The batch holds more than {} operations.", kMaxOperations));
  }
  int status = 200;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    int failure = change_sets[i].empty() ? run_single(parts[i]) : run_change_set(change_sets[i]);
    if (failure == 0 || api_.prefer.continue_on_error) continue;
    status = failure;  // the answer ends with the first failure and carries its status
    break;
  }
  return done(status);
}

http::Response Batch::done(int status) {
  fmt::format_to(std::back_inserter(out_), "--{}--\r\n", boundary_);
  http::Response response(status, std::move(out_));
  response.headers.add("Content-Type", "multipart/mixed; boundary=" + boundary_);
  response.headers.add("OData-Version", "4.0");
  return response;
}

int Batch::run_single(const MultipartPart& part) {
  http::Response response = answer(part, false);
  append_part(boundary_, "", response);
  return failed(response) ? response.status : 0;
}

int Batch::run_change_set(const std::vector<MultipartPart>& items) {
  std::string boundary = "changesetresponse_" + make_guid(api_.organisation.request_ids);
  fmt::format_to(std::back_inserter(out_), "--{}\r\nContent-Type: multipart/mixed; boundary={}\r\n\r\n", boundary_, boundary);
  std::size_t start = out_.size();
  int failure = 0;
  {
    UnitOfWork unit(api_.organisation.database, api_.organisation.webhooks);
    for (const MultipartPart& item : items) {
      api_.organisation.written.clear();
      http::Response response = answer(item, true);
      std::string_view content_id = header_or_empty(item, "Content-ID");
      if (failed(response)) {
        failure = response.status;
        out_.resize(start);  // of a failed change set only the failure is told
      } else {
        note_content_id(content_id, response);
      }
      append_part(boundary, content_id, response);
      if (failure != 0) break;
    }
    if (failure == 0) unit.commit();
  }
  api_.organisation.content_ids.clear();
  fmt::format_to(std::back_inserter(out_), "--{}--\r\n", boundary);
  return failure;
}

http::Response Batch::answer(const MultipartPart& part, bool in_change_set) {
  Outcome<http::ServerRequest> request = inner_request(part, in_change_set);
  if (!request) return error_response(request.error());
  if (item_fails_(request->method + " " + request->target))
    return error_response({500, std::string(code::kLockNotObtained), "Cannot obtain lock on resource, please try again later."});
  return dispatch_(*request);
}

Outcome<http::ServerRequest> Batch::inner_request(const MultipartPart& part, bool in_change_set) const {
  if (!to_lower_ascii(header_or_empty(part, "Content-Type")).starts_with("application/http")) {
    return refuse(400, code::kBadRequestUrl, "A part of a batch needs 'Content-Type: application/http'.");
  }
  TRY(http::ServerRequest request, parse_inner_request(part.content));
  if (in_change_set && request.method == "GET") {
    return refuse(400, code::kBadRequestUrl, "A change set cannot hold GET requests.");
  }
  std::string& target = request.target;
  if (target.starts_with(api_.call.base_url)) target.erase(0, api_.call.base_url.size());
  if (target.starts_with('$') && !target.starts_with("$batch")) {
    std::string reference = target.substr(0, target.find_first_of("/?("));
    auto known = api_.organisation.content_ids.find(reference);
    if (known == api_.organisation.content_ids.end()) {
      return refuse(400, code::kBadRequestUrl, fmt::format("Content-ID Reference: '{}' does not exist in the batch context.", reference));
    }
    target = std::string(kApiPath) + "/" + known->second + target.substr(reference.size());
  }
  if (!target.starts_with(kApiRoot)) {
    return refuse(400, code::kBadRequestUrl,
                  fmt::format("'{}' is neither an absolute URL of this organisation nor one that starts with {}.", target, kApiRoot));
  }
  if (target.find("$batch") != std::string::npos) {
    return refuse(400, code::kBadRequestUrl, "A batch cannot hold another batch.");
  }
  return request;
}

void Batch::note_content_id(std::string_view content_id, const http::Response& response) {
  auto entity = response.headers.find("Location");
  if (!entity) entity = response.headers.find("OData-EntityId");
  std::string path(entity ? relative_path(*entity, api_.call.base_url) : std::string_view(api_.organisation.written));
  if (!path.empty()) api_.organisation.content_ids["$" + std::string(content_id)] = std::move(path);
}

void Batch::append_part(std::string_view boundary, std::string_view content_id, const http::Response& response) {
  fmt::format_to(std::back_inserter(out_), "--{}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n", boundary);
  if (!content_id.empty()) fmt::format_to(std::back_inserter(out_), "Content-ID: {}\r\n", content_id);
  out_.append("\r\n");
  append_inner_response(out_, response);
}

}  // namespace lockstep::emulators::dynamics365
