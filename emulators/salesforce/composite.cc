// §2.6: up to 25 calls in one, which may refer to each other's results.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxParts = 25, kMaxHeavyParts = 5;

struct Part {
  std::string method;
  std::string url;
  std::string reference;
  const json::value* body = nullptr;
  http::Headers headers;
};

struct PartResult {
  std::string reference;
  int status = 0;
  json::value body;
  json::object headers;
};

bool is_heavy(std::string_view url) {
  return url.find("/query") != std::string_view::npos ||
         url.find("/composite/sobjects") != std::string_view::npos;
}

bool is_reference_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
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
    return refuse("INVALID_INPUT",
                  fmt::format("Provided referenceId '{}' is missing or malformed", part.reference));
  }
  if (part.method.empty() || !part.url.starts_with("/services/data/v")) {
    return refuse("INVALID_INPUT",
                  fmt::format("{}: a subrequest needs a method and a url that starts with /services/data/",
                              part.reference));
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

Outcome<std::vector<Part>> read_parts(const json::object& body) {
  const json::value* given = body.if_contains("compositeRequest");
  if (!given || !given->is_array() || given->get_array().empty()) {
    return refuse("JSON_PARSER_ERROR", "compositeRequest must be an array of at least one subrequest");
  }
  if (given->get_array().size() > kMaxParts) {
    return refuse("LIMIT_EXCEEDED", "The composite request has more than 25 subrequests");
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
    if (is_heavy(part->url) && ++heavy > kMaxHeavyParts) {
      return refuse("LIMIT_EXCEEDED", "at most 5 subrequests may be queries or collections");
    }
    parts.push_back(std::move(*part));
  }
  return parts;
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
    auto result = std::find_if(results.begin(), results.end(),
                               [&](const PartResult& r) { return r.reference == inner.substr(0, dot); });
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

json::array halted(std::string_view message) {
  return json::array{json::object{{"errorCode", "PROCESSING_HALTED"}, {"message", message}}};
}

void keep_headers(const http::Response& response, PartResult& result) {
  for (const char* name : {"Location", "Last-Modified"}) {
    if (auto value = response.headers.find(name)) result.headers[name] = std::string(*value);
  }
}

}  // namespace

http::Response Salesforce::composite(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  auto parts = read_parts(body);
  if (!parts) return error_response(parts.error());
  const json::value* flag = body.if_contains("allOrNone");
  bool all_or_none = flag && flag->is_bool() && flag->get_bool();
  Transaction transaction(database());
  std::vector<PartResult> results;
  bool failure = false;
  for (Part& part : *parts) {
    PartResult result;
    result.reference = part.reference;
    http::ServerRequest request;
    request.method = part.method;
    request.target = part.url;
    request.headers = part.headers;
    if (part.body && !part.body->is_null()) request.body = json::serialize(*part.body);
    request.headers.add("Content-Type", "application/json");
    if (all_or_none && failure) {
      result.status = 400;
      result.body =
          halted("The transaction was rolled back since another operation in the same transaction failed.");
    } else if (!substitute(request.target, results, false) || !substitute(request.body, results, true)) {
      result.status = 400;
      result.body =
          halted("Invalid reference specified. No value found for a reference to an earlier subrequest");
    } else {
      http::Response answer = dispatch(request, call);
      result.status = answer.status;
      keep_headers(answer, result);
      boost::system::error_code not_json;
      if (!answer.body.empty()) result.body = json::parse(answer.body, not_json);
    }
    failure = failure || result.status >= 400;
    results.push_back(std::move(result));
  }
  if (failure && all_or_none) {
    for (PartResult& result : results) {
      if (result.status >= 400) continue;
      result.status = 400;
      result.headers.clear();
      result.body =
          halted("The transaction was rolled back since another operation in the same transaction failed.");
    }
  } else {
    transaction.commit();
  }
  json::array answers;
  for (PartResult& result : results) {
    answers.push_back(json::object{{"body", std::move(result.body)},
                                   {"httpHeaders", std::move(result.headers)},
                                   {"httpStatusCode", result.status},
                                   {"referenceId", result.reference}});
  }
  return json_response(200, json::object{{"compositeResponse", std::move(answers)}});
}

}  // namespace lockstep::emulators::salesforce
