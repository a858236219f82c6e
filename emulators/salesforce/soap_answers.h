#pragma once

#include <string>
#include <string_view>

#include "emulators/core/json.h"
#include "emulators/salesforce/errors.h"

namespace lockstep::emulators {
struct XmlElement;
}

namespace lockstep::emulators::salesforce {

inline constexpr std::string_view kPartnerApi = "urn:partner.soap.sforce.com", kMetadataApi = "http://soap.sforce.com/2006/04/metadata";
/// An envelope around `body` in the words of an API; `header`: what stands in its header, empty: it has none.
http::Response soap_envelope(int status, const std::string& body, const std::string& header = "", std::string_view api = kPartnerApi);
/// HTTP 500; `code`: "MALFORMED_QUERY".
http::Response soap_fault(std::string_view code, std::string_view message);
http::Response no_operation(const XmlElement& request);
/// How one record of a write went.
struct SoapAnswer {
  std::string id;
  ApiErrors errors;         // empty: success
  std::string more = "";    // elements behind the others
  std::string before = "";  // elements before them, in the order of the schema
  std::string after = "";   // elements behind whether it went well
};
std::string soap_result(const SoapAnswer& answer);

/// A record as REST says it, in the words of the partner API: type and Id first (nil unless it was asked for), then its fields,
/// Id again among them. `element`: what it is called.
std::string soap_record(std::string_view element, const json::object& record);
/// A page of records: what query, queryAll and queryMore answer with, and child queries within them.
std::string soap_query_result(std::string_view element, const json::object& page);
/// Members as elements, lists as repeated ones; what is null is left out, as are links of REST.
std::string soap_members(const json::object& members);

}  // namespace lockstep::emulators::salesforce
