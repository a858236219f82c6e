// §1.8, §3: the calls of the partner API that read; each is what REST has a resource for, in other words.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/salesforce/describe.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/soap_answers.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr const char* kIdEnabled = "idEnabled";  // of the schema of SOAP, which REST does not tell
constexpr std::string_view kUsualPage = "500";   // rows of a page, where QueryOptions say nothing

std::string with_query(const std::string& path, const std::vector<std::pair<std::string, std::string>>& query) {
  return path + "?" + http::encode_query(query);
}

std::string replication_path(const XmlElement& request, std::string_view what) {
  return with_query(fmt::format("/sobjects/{}/{}", request.text_of("sObjectType"), what),
                    {{"start", request.text_of("startDate")}, {"end", request.text_of("endDate")}});
}

/// The REST resource under the version's path that a reading call asks for; empty when it is none.
std::string path_of(const XmlElement& request) {
  if (request.name == "query") return with_query("/query", {{"q", request.text_of("queryString")}});
  if (request.name == "queryAll") return with_query("/queryAll", {{"q", request.text_of("queryString")}});
  if (request.name == "queryMore") return "/query/" + request.text_of("queryLocator");
  if (request.name == "search") return with_query("/search", {{"q", request.text_of("searchString")}});
  if (request.name == "getUpdated") return replication_path(request, "updated");
  if (request.name == "getDeleted") return replication_path(request, "deleted");
  if (request.name == "describeGlobal") return "/sobjects";
  if (request.name == "describeTabs") return "/tabs";
  if (request.name == "retrieve") return "/composite/sobjects/" + request.text_of("sObjectType");
  return "";
}

json::object retrieve_body(const XmlElement& request) {
  json::array ids, fields;
  for (std::string_view field : split(request.text_of("fieldList"), ',')) {
    if (!trim(field).empty()) fields.emplace_back(json::string(trim(field)));
  }
  for (const XmlElement& child : request.children) {
    if (child.name == "ids") ids.emplace_back(json::string(trim(child.text)));
  }
  return {{"ids", std::move(ids)}, {"fields", std::move(fields)}};
}

/// `query_id`: what a search is called.
std::string results_of(const XmlElement& request, const json::value& answer, const std::string& query_id) {
  if (answer.is_object() && answer.get_object().contains("records")) return soap_query_result("result", answer.get_object());
  std::string results;
  if (request.name == "describeTabs") {  // of the one app that there is
    for (const json::value& tab : answer.as_array()) results += "<tabs>" + soap_members(tab.as_object()) + "</tabs>";
    return "<result>" + xml_tag("description", "Everything") + xml_tag("label", "Lockstep") + xml_tag("logoUrl", "/img/logo.png") +
           "<namespace xsi:nil=\"true\"/>" + xml_tag("selected", "true") + xml_tag("tabSetId", make_id("02u", 1)) + results + "</result>";
  }
  if (const json::array* rows = answer.if_array()) {  // of retrieve, in the order of the ids
    for (const json::value& row : *rows) results += row.is_null() ? "<result xsi:nil=\"true\"/>" : soap_record("result", row.as_object());
    return results;
  }
  if (request.name == "describeGlobal") {
    json::object all = answer.as_object();
    for (json::value& object : all["sobjects"].as_array()) object.as_object()[kIdEnabled] = false;
    return "<result>" + soap_members(all) + "</result>";
  }
  if (request.name != "search") return "<result>" + soap_members(answer.as_object()) + "</result>";
  for (const json::value& row : answer.at("searchRecords").as_array())
    results += "<searchRecords>" + soap_record("record", row.as_object()) + "</searchRecords>";
  return "<result>" + xml_tag("queryId", query_id) + results + "</result>";
}

}  // namespace

std::optional<http::Response> Salesforce::soap_read(const Call& call, const XmlElement& request, const XmlElement* header) {
  if (request.name == "describeSObject" || request.name == "describeSObjects") return soap_describe(call, request);
  std::string path = path_of(request);
  if (path.empty()) return std::nullopt;
  const XmlElement* type = request.find("sObjectType");
  if (type && !org_.schema().find(trim(type->text))) return soap_fault("INVALID_TYPE", fmt::format("sObject type '{}' is not supported.", trim(type->text)));
  if (request.text_of("queryLocator").find_first_of("/?#% ") != std::string::npos) return soap_fault("INVALID_QUERY_LOCATOR", "invalid query locator");
  const XmlElement* options = header ? header->find("QueryOptions") : nullptr;
  std::string size = options ? options->text_of("batchSize") : "";
  http::ServerRequest rest;
  rest.method = request.name == "retrieve" ? "POST" : "GET";
  rest.target = fmt::format("/services/data/v{}{}", call.parameter("version"), path);
  rest.headers = {{"Content-Type", "application/json"},
                  {"Sforce-Query-Options", fmt::format("batchSize={}", size.empty() ? kUsualPage : std::string_view(size))}};
  if (request.name == "retrieve") rest.body = json::serialize(retrieve_body(request));
  http::Response answer = dispatch(rest, call);
  json::value said = json::parse(answer.body);
  if (answer.status != 200) return soap_fault(text_member(said.at(0).as_object(), "errorCode"), text_member(said.at(0).as_object(), "message"));
  return soap_answer(call, request, results_of(request, said, std::to_string(call_number_)));
}

http::Response Salesforce::soap_describe(const Call& call, const XmlElement& request) {
  std::string results;
  for (const XmlElement& child : request.children) {
    if (child.name != "sObjectType") continue;
    std::string name(trim(child.text));
    const ObjectType* object = org_.schema().find(name);
    if (!object) return soap_fault("INVALID_TYPE", fmt::format("sObject type '{}' is not supported.", name));
    json::object described = describe_object(*object, "v" + call.parameter("version"));
    described[kIdEnabled] = false;
    results += "<result>" + soap_members(described) + "</result>";
  }
  return soap_answer(call, request, results);
}

http::Response Salesforce::soap_answer(const Call& call, const XmlElement& request, const std::string& results) {
  std::string limit = "<LimitInfoHeader><limitInfo>" + xml_tag("current", std::to_string(daily_.used(call.now))) +
                      xml_tag("limit", std::to_string(daily_.limit())) + xml_tag("type", "API REQUESTS") + "</limitInfo></LimitInfoHeader>";
  return soap_envelope(200, fmt::format("<{0}Response>{1}</{0}Response>", request.name, results), limit);
}

}  // namespace lockstep::emulators::salesforce
