// §2.6: up to 25 independent calls in one.
#include "emulators/salesforce/composite_parts.h"
#include "emulators/salesforce/dialect.h"

namespace lockstep::emulators::salesforce {

/// Independent calls; with haltOnError those after the first failure are not run: 412.
http::Response Salesforce::composite_batch(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  const json::value* given = body.if_contains("batchRequests");
  if (!given || !given->is_array() || given->get_array().empty())
    return error_response("JSON_PARSER_ERROR", "batchRequests must be an array of at least one subrequest");
  if (given->get_array().size() > kMaxParts) return error_response("LIMIT_EXCEEDED", "The batch has more than 25 subrequests");
  json::array results;
  bool failure = false;
  for (const json::value& item : given->get_array()) {
    const json::object* object = item.if_object();
    std::string url(object ? text_member(*object, "url") : "");
    if (url.empty() || text_member(*object, "method").empty()) return error_response("INVALID_INPUT", "a subrequest of a batch needs a method and a url");
    if (failure && flag_of(body, "haltOnError")) {
      results.push_back(json::object{{"statusCode", 412}, {"result", halted("Batch processing halted per request")}});
      continue;
    }
    http::ServerRequest request;
    request.method = std::string(text_member(*object, "method"));
    request.target = url.starts_with("/services/data/") ? url : "/services/data/" + url;  // "v60.0/sobjects/…"
    request.headers.add("Content-Type", "application/json");
    if (const json::value* rich = object->if_contains("richInput")) request.body = json::serialize(*rich);
    http::Response answer = dispatch(request, call);
    boost::system::error_code not_json;
    json::value result = answer.body.empty() ? json::value(nullptr) : json::parse(answer.body, not_json);
    failure = failure || answer.status >= 400;
    results.push_back(json::object{{"statusCode", answer.status}, {"result", std::move(result)}});
  }
  return json_response(200, json::object{{"hasErrors", failure}, {"results", std::move(results)}});
}

}  // namespace lockstep::emulators::salesforce
