// §1.8: answers of the partner API.
#include "emulators/salesforce/soap_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "emulators/core/xml.h"

namespace lockstep::emulators::salesforce {
namespace {

/// The kind of fault that a code comes in.
std::string_view fault_kind(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"MALFORMED_QUERY", "MalformedQueryFault"},  {"INVALID_FIELD", "InvalidFieldFault"},
      {"INVALID_TYPE", "InvalidSObjectFault"},     {"INVALID_QUERY_LOCATOR", "InvalidQueryLocatorFault"},
      {"MALFORMED_ID", "InvalidIdFault"},          {"INVALID_LOGIN", "LoginFault"},
      {"MALFORMED_SEARCH", "MalformedSearchFault"}};
  for (const auto& [known, kind] : kKinds) {
    if (known == code) return kind;
  }
  return "UnexpectedErrorFault";
}

/// REST writes the zone of instants as +0000, XML as Z.
std::string soap_text(const json::value& value) {
  std::string text = scalar_text(value);
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000+0000";
  bool instant = value.is_string() && text.size() == kShape.size() &&
                 std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) { return shape == '0' ? c >= '0' && c <= '9' : c == shape; });
  return instant ? text.substr(0, text.size() - 5) + "Z" : text;
}

std::string nil(std::string_view element) { return fmt::format("<{} xsi:nil=\"true\"/>", element); }

std::string soap_field(const std::string& element, const json::value& value) {
  if (value.is_null()) return nil(element);
  if (const json::array* list = value.if_array()) {  // an element for each
    std::string elements;
    for (const json::value& each : *list) elements += xml_tag(element, soap_text(each));
    return elements;
  }
  if (!value.is_object()) return xml_tag(element, soap_text(value));
  const json::object& object = value.get_object();
  if (object.contains("records")) return soap_query_result(element, object);
  if (object.contains("attributes")) return soap_record(element, object);
  std::string parts = fmt::format("<{} xsi:type=\"address\">", element);
  for (const auto& part : object) parts += part.value().is_null() ? nil(part.key()) : xml_tag(part.key(), soap_text(part.value()));
  return parts + fmt::format("</{}>", element);
}

}  // namespace

http::Response soap_envelope(int status, const std::string& body, const std::string& header, std::string_view api) {
  http::Response response(
      status, fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope "
                          "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                          "xmlns=\"{}\" xmlns:sf=\"urn:{}.partner.soap.sforce.com\" "
                          "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{}<soapenv:Body>{}"
                          "</soapenv:Body></soapenv:Envelope>",
                          api, status == 200 ? "sobject" : "fault", header.empty() ? "" : fmt::format("<soapenv:Header>{}</soapenv:Header>", header), body));
  response.headers.add("Content-Type", "text/xml;charset=UTF-8");
  return response;
}

http::Response soap_fault(std::string_view code, std::string_view message) {
  return soap_envelope(500, fmt::format("<soapenv:Fault><faultcode>sf:{0}</faultcode><faultstring>{0}: {1}</faultstring><detail>"
                                        "<sf:{2} xsi:type=\"sf:{2}\"><sf:exceptionCode>{0}</sf:exceptionCode><sf:exceptionMessage>{1}</sf:exceptionMessage>"
                                        "</sf:{2}></detail></soapenv:Fault>",
                                        code, xml_escape(message), fault_kind(code)));
}

http::Response no_operation(const XmlElement& request) {
  return soap_fault("UNKNOWN_EXCEPTION", fmt::format("No operation available for request {{{}}}{}", request.space, request.name));
}

std::string soap_result(const SoapAnswer& answer) {
  const auto& [id, errors, more, before, after] = answer;
  std::string text = "<result>" + before;
  for (const ApiError& error : errors) {
    text += "<errors>";
    for (const std::string& field : error.fields) text += xml_tag("fields", field);
    text += xml_tag("message", error.message) + xml_tag("statusCode", error.code) + "</errors>";
  }
  text += id.empty() ? nil("id") : xml_tag("id", id);
  return text + more + xml_tag("success", errors.empty() ? "true" : "false") + after + "</result>";
}

std::string soap_record(std::string_view element, const json::object& record) {
  std::string_view type;
  if (const json::value* attributes = record.if_contains("attributes")) type = text_member(attributes->get_object(), "type");
  std::string_view id = text_member(record, "Id");
  std::string text = fmt::format("<{} xsi:type=\"sf:sObject\">", element) + xml_tag("sf:type", type) + (id.empty() ? nil("sf:Id") : xml_tag("sf:Id", id));
  for (const auto& field : record) {
    if (field.key() != "attributes") text += soap_field("sf:" + std::string(field.key()), field.value());
  }
  return text + fmt::format("</{}>", element);
}

std::string soap_query_result(std::string_view element, const json::object& page) {
  const json::value* next = page.if_contains("nextRecordsUrl");
  std::string locator = next ? scalar_text(*next) : "";
  std::string text = fmt::format("<{} xsi:type=\"QueryResult\">", element) + xml_tag("done", scalar_text(page.at("done")));
  text += locator.empty() ? nil("queryLocator") : xml_tag("queryLocator", locator.substr(locator.rfind('/') + 1));
  for (const json::value& record : page.at("records").as_array()) text += soap_record("records", record.as_object());
  return text + xml_tag("size", scalar_text(page.at("totalSize"))) + fmt::format("</{}>", element);
}

std::string soap_members(const json::object& members) {
  std::string text;
  auto add = [&](std::string_view name, const json::value& value) {
    if (value.is_null()) return;
    text += value.is_object() ? fmt::format("<{0}>{1}</{0}>", name, soap_members(value.get_object())) : xml_tag(name, soap_text(value));
  };
  std::map<std::string, const json::value*> sorted;  // the schema of the API names them by the alphabet, and some clients insist
  for (const auto& member : members) sorted.emplace(member.key(), &member.value());
  for (const auto& [name, value] : sorted) {
    if (name == "urls") continue;
    if (!value->is_array()) {
      add(name, *value);
      continue;
    }
    for (const json::value& item : value->get_array()) add(name, item);
  }
  return text;
}

}  // namespace lockstep::emulators::salesforce
