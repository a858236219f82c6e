#include "emulators/dynamics365/errors.h"

#include <fmt/format.h>

#include "emulators/core/json.h"
#include "emulators/dynamics365/unserved.h"

namespace lockstep::emulators::dynamics365 {

ApiError row_missing(std::string_view table, std::string_view id) {
  return {404, std::string(code::kObjectDoesNotExist), fmt::format("{} With Id = {} Does Not Exist", table, id)};
}

ApiError property_missing(std::string_view table, std::string_view property) {
  return {400, std::string(code::kBadRequestUrl), fmt::format("Could not find a property named '{}' on type 'Microsoft.Dynamics.CRM.{}'.", property, table)};
}

ApiError segment_missing(std::string_view segment) {
  if (is_unserved(segment)) return {501, std::string(code::kNotImplemented), fmt::format("'{}' is beyond this stand-in.", segment)};
  return {404, std::string(code::kSegmentMissing), fmt::format("Resource not found for the segment '{}'.", segment)};
}

ApiError user_disabled(std::string_view id) {
  return {403, std::string(code::kUserDisabled), fmt::format("The specified user(Id = {}) is disabled. Consider enabling this user.", id)};
}

ApiError payload_unreadable(std::string_view set, const std::string& reason) {
  return {400, std::string(code::kPayloadUnreadable),
          fmt::format("Error identified in Payload provided by the user for Entity :'{}', InnerException : {}", set, reason)};
}

http::Response error_response(const ApiError& error, bool details) {
  json::object body{{"code", error.code}, {"message", error.message}};
  if (details) {
    body["@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus"] = "0";
    body["@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode"] = error.code;
    body["@Microsoft.PowerApps.CDS.HelpLink"] = "http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a" + error.code;
    body["@Microsoft.PowerApps.CDS.TraceText"] = "";
    body["@Microsoft.PowerApps.CDS.InnerError.Message"] = error.message;
  }
  http::Response response = json_response(error.status, json::object{{"error", std::move(body)}}, "application/json; odata.metadata=minimal");
  response.headers.add("OData-Version", "4.0");
  return response;
}

}  // namespace lockstep::emulators::dynamics365
