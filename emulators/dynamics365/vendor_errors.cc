// The taxonomy of the contract (§5.3): what a fault may raise that no call here, or hardly one, runs into by itself.
#include "emulators/dynamics365/vendor_errors.h"

namespace lockstep::emulators::dynamics365 {
namespace {

struct VendorError {
  std::string_view code;
  int status;
  std::string_view message;
};

constexpr VendorError kErrors[] = {
    {"0x80041d52", 401, "The OAuth token has expired"},
    {"0x80040204", 401, "Invalid user auth"},
    {"0x80072560", 403, "The user is not a member of the organization."},
    {"0x80040225", 403, "The specified user is disabled. Consider enabling this user."},
    {"0x8004a112", 403, "The user trying to log on is disabled."},
    {"0x8004a104", 403, "The organization you are attempting to access is currently disabled."},
    {"0x80040220", 403, "Principal user is missing privilege."},
    {"0x80040231", 403, "Principal is missing privilege."},
    {"0x80048306", 403, "Access denied."},
    {"0x8004020d", 403, "Invalid access rights."},
    {"0x80040277", 403, "Unauthorized access."},
    {"0x80042f09", 403, "The user has not been assigned any roles."},
    {"0x80072321", 429, "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds."},
    {"0x80072322", 429, "Number of requests exceeded the limit of 6000 over time window of 300 seconds."},
    {"0x80072323", 429, "The Azure SQL resource limit was exceeded."},
    {"0x80072324", 429, "The maximum number of workers was exceeded."},
    {"0x80072325", 429, "The storage quota was exceeded."},
    {"0x80072326", 429, "Number of concurrent requests exceeded the limit of 52."},
    {"0x8005f103", 429, "The request was throttled."},
    {"0x80044150", 500, "Sql error: Generic SQL error."},
    {"0x80044151", 500, "SQL timeout expired."},
    {"0x80044339", 500, "Could not obtain lock on resource."},
    {"0x80071154", 500, "A concurrent operation failed."},
    {"0x80048543", 503, "The server is busy and the request was not completed. Try again later."},
    {"0x8004a001", 503, "The service timed out. Try again later."},
    {"0x80044171", 500, "The plug-in execution exceeded its time limit."},
    {"0x80044172", 500, "The plug-in execution exceeded its time limit."},
    {"0x80044173", 500, "The plug-in execution exceeded its time limit."},
    {"0x80081111", 500, "The synchronous transaction exceeded its time limit."},
    {"0x80040216", 500, "An unexpected error occurred."},
    {"0x80040224", 500, "An unexpected error occurred from ISV code."},
    {"0x80060882", 412, "The version of the existing record doesn't match the RowVersion property provided."},
    {"0x80040217", 404, "The object you tried to access does not exist."},
    {"0x80060891", 404, "A record with the specified key values does not exist."},
    {"0x80060892", 412, "A record that has the attribute values already exists."},
    {"0x80040237", 412, "Cannot insert duplicate key."},
    {"0x80040333", 412, "A record was not created or updated because a duplicate of the current record already exists."},
    {"0x80073002", 412, "Cannot insert duplicate key row in object with unique index."},
    {"0x8006089d", 400, "More than one record exists for the entity key."},
    {"0x80040203", 400, "Invalid argument."},
    {"0x80040200", 400, "A required field is missing."},
    {"0x80040239", 400, "The date-time format is invalid, or the value is outside the supported range."},
    {"0x80040278", 400, "Invalid character in field."},
    {"0x80044331", 400, "A validation error occurred. The length of the attribute exceeded the maximum allowed length."},
    {"0x8004431a", 400, "The value is outside the valid range of the picklist."},
    {"0x8004432f", 400, "The value is outside the valid range of the integer."},
    {"0x80044330", 400, "The value is outside the valid range of the decimal."},
    {"0x8004418a", 413, "The request is too large."},
    {"0x80048d19", 400, "Error identified in Payload provided by the user."},
    {"0x80040265", 400, "ISV code aborted the operation."},
    {"0x80048408", 400, "The state code is invalid, or the status code is invalid for the specified state code."},
    {"0x80040233", 400, "The object is in an invalid state for the operation."},
    {"0x80040230", 400, "The record cannot be updated because it is inactive."},
    {"0x80044411", 400, "The case has already been resolved."},
    {"0x800404cf", 400, "The case is already closed."},
    {"0x8004440e", 400, "Open activities are associated with the case."},
    {"0x8004f456", 400, "The case cannot be closed."},
    {"0x8004f457", 400, "The case cannot be merged."},
    {"0x80045301", 403, "Merge: the caller is missing a privilege."},
    {"0x80045302", 400, "Merge: the record is associated with an active quote."},
    {"0x80045304", 400, "Merge: a record is inactive."},
    {"0x80045305", 400, "Merge: the records are identical."},
    {"0x80040227", 405, "The record cannot be deleted because it is associated with another one."},
    {"0x80060888", 400, "The request URI is not valid."},
    {"0x80041102", 400, "The entity was not found in the MetadataCache."},
    {"0x80041103", 400, "The entity does not contain the attribute."},
    {"0x80060890", 400, "The entity key is not defined."},
    {"0x8006088d", 400, "Optimistic concurrency isn't enabled for the entity type."},
    {"0x80060883", 400, "The RowVersion property must be provided."},
    {"0x80044352", 400, "Version stamp associated with the client has expired. Please perform a full sync."},
    {"0x80049959", 404, "The record is not in the recycle bin."},
    {"0x80044a02", 400, "The record cannot be restored: its primary key is in use."},
    {"0x80049929", 400, "The table keeps no deleted records."},
    {"0x80049949", 400, "The deleted record cannot be restored."},
    {"0x80044182", 400, "This workflow job was canceled because it included an infinite loop: the depth of calls exceeded 8."},
    {"0x80040219", 501, "The requested functionality is not yet implemented."},
};

}  // namespace

std::optional<ApiError> vendor_error(std::string_view code) {
  for (const VendorError& each : kErrors) {
    if (each.code == code) return ApiError{each.status, std::string(each.code), std::string(each.message)};
  }
  return std::nullopt;
}

}  // namespace lockstep::emulators::dynamics365
