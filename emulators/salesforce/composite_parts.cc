// §2.6: the parts of a composite call and how they refer to each other's results.
#include "emulators/salesforce/composite_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxHeavyParts = 5;
constexpr std::string_view kRolledBack = "The transaction was rolled back since another operation in the same transaction failed.";

bool is_heavy(std::string_view url) { return url.find("/query") != std::string_view::npos || url.find("/composite/sobjects") != std::string_view::npos; }

bool is_reference_name(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

Outcome<Part> read_part(const json::value& given) {
  const json::object* object = given.if_object();
  if (!object) return refuse("JSON_PARSER_ERROR", "a subrequest must be an object");
  Part part;
  part.method = std::string(text_member(*object, "method"));
  part.url = std::string(text_member(*object, "url"));
  part.reference = std::string(text_member(*object, "referenceId"));
  part.body = object->if_contains("body");
  if (!is_reference_name(part.reference)) {
    return refuse("INVALID_INPUT", fmt::format("Provided referenceId '{}' is missing or malformed", part.reference));
  }
  if (part.method.empty() || !part.url.starts_with("/services/data/v")) {
    return refuse("INVALID_INPUT", fmt::format("{}: a subrequest needs a method and a url that starts with /services/data/", part.reference));
  }
  const json::value* headers = object->if_contains("httpHeaders");
  if (!headers || headers->is_null()) return part;
  if (!headers->is_object()) return refuse("JSON_PARSER_ERROR", "httpHeaders must be an object");
  for (const auto& member : headers->get_object()) {
    std::string name(member.key());
    for (const char* reserved : {"Accept", "Authorization", "Content-Type"}) {
      if (equal_no_case(name, reserved)) {
        return refuse("INVALID_INPUT", fmt::format("{} is not allowed in httpHeaders of a subrequest", name));
      }
    }
    part.headers.add(std::move(name), scalar_text(member.value()));
  }
  return part;
}

/// "id", "records[0].Id": the value in a result's body, or nothing.
const json::value* find_in(const json::value& root, std::string_view path) {
  const json::value* at = &root;
  for (std::string_view step : split(path, '.')) {
    std::size_t bracket = step.find('[');
    std::string_view name = step.substr(0, bracket);
    if (!name.empty()) {
      const json::object* object = at->if_object();
      at = object ? object->if_contains(json::string_view(name.data(), name.size())) : nullptr;
    }
    if (at && bracket != std::string_view::npos) {
      std::size_t index = 0;
      std::from_chars(step.data() + bracket + 1, step.data() + step.size(), index);
      const json::array* array = at->if_array();
      at = array && index < array->size() ? &(*array)[index] : nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

/// Puts the results of earlier parts for @{reference.path}; false when one of them is not there.
bool substitute(std::string& text, const std::vector<PartResult>& results, bool in_json) {
  for (std::size_t at = text.find("@{"); at != std::string::npos; at = text.find("@{", at)) {
    std::size_t end = text.find('}', at);
    if (end == std::string::npos) return false;
    std::string inner = text.substr(at + 2, end - at - 2);
    std::size_t dot = inner.find_first_of(".[");
    if (dot == std::string::npos) return false;
    auto result = std::find_if(results.begin(), results.end(), [&](const PartResult& r) { return r.reference == inner.substr(0, dot); });
    if (result == results.end() || result->status >= 400) return false;
    const json::value* value = find_in(result->body, inner.substr(inner[dot] == '.' ? dot + 1 : dot));
    if (!value) return false;
    std::string put = scalar_text(*value);
    if (in_json) {  // it stands inside a JSON text
      put = json::serialize(json::value(put));
      put = put.substr(1, put.size() - 2);
    }
    text.replace(at, end - at + 1, put);
    at += put.size();
  }
  return true;
}

void keep_headers(const http::Response& response, PartResult& result) {
  for (const char* name : {"ETag", "Location", "Last-Modified"}) {
    if (auto value = response.headers.find(name)) result.headers[name] = std::string(*value);
  }
}

PartResult run_part(Part& part, const std::vector<PartResult>& earlier, const std::function<http::Response(const http::ServerRequest&)>& send) {
  http::ServerRequest request;
  request.method = part.method;
  request.target = part.url;
  request.headers = part.headers;
  if (part.body && !part.body->is_null()) request.body = json::serialize(*part.body);
  request.headers.add("Content-Type", "application/json");
  if (!substitute(request.target, earlier, false) || !substitute(request.body, earlier, true))
    return halted_part(part, "Invalid reference specified. No value found for a reference to an earlier subrequest");
  http::Response answer = send(request);
  PartResult result{part.reference, answer.status, nullptr, {}};
  keep_headers(answer, result);
  boost::system::error_code not_json;
  if (!answer.body.empty()) result.body = json::parse(answer.body, not_json);
  return result;
}

}  // namespace

Outcome<std::vector<Part>> read_parts(const json::object& body, std::size_t most) {
  const json::value* given = body.if_contains("compositeRequest");
  if (!given || !given->is_array() || given->get_array().empty()) {
    return refuse("JSON_PARSER_ERROR", "compositeRequest must be an array of at least one subrequest");
  }
  if (given->get_array().size() > most) {
    return refuse("LIMIT_EXCEEDED", fmt::format("The composite request has more than {} subrequests", most));
  }
  std::vector<Part> parts;
  std::set<std::string> references;
  std::size_t heavy = 0;
  for (const json::value& item : given->get_array()) {
    auto part = read_part(item);
    if (!part) return tl::unexpected(part.error());
    if (!references.insert(part->reference).second) {
      return refuse("INVALID_INPUT", fmt::format("referenceId '{}' is used twice", part->reference));
    }
    if (most == kMaxParts && is_heavy(part->url) && ++heavy > kMaxHeavyParts) {
      return refuse("LIMIT_EXCEEDED", "at most 5 subrequests may be queries or collections");
    }
    parts.push_back(std::move(*part));
  }
  return parts;
}

json::array halted(std::string_view message) { return json::array{json::object{{"errorCode", "PROCESSING_HALTED"}, {"message", message}}}; }

json::array rendered(std::vector<PartResult>& results) {
  json::array answers;
  for (PartResult& result : results) {
    answers.push_back(json::object{
        {"body", std::move(result.body)}, {"httpHeaders", std::move(result.headers)}, {"httpStatusCode", result.status}, {"referenceId", result.reference}});
  }
  return answers;
}

PartResult halted_part(const Part& part, std::string_view message) { return {part.reference, 400, halted(message), {}}; }

std::vector<PartResult> run_parts(Database& database, std::vector<Part>& parts, bool all_or_none,
                                  const std::function<http::Response(const http::ServerRequest&)>& send) {
  Transaction transaction(database);
  std::vector<PartResult> results;
  bool failure = false;
  for (Part& part : parts) {
    results.push_back(all_or_none && failure ? halted_part(part, kRolledBack) : run_part(part, results, send));
    failure = failure || results.back().status >= 400;
  }
  if (!failure || !all_or_none) {
    transaction.commit();
    return results;
  }
  for (PartResult& result : results) {
    if (result.status < 400) result = {result.reference, 400, halted(kRolledBack), {}};
  }
  return results;
}

bool flag_of(const json::object& body, const char* name) {
  const json::value* flag = body.if_contains(name);
  return flag && flag->is_bool() && flag->get_bool();
}

}  // namespace lockstep::emulators::salesforce
