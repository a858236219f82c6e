#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/message.h"

namespace lockstep::emulators::dynamics365 {

/// An error as the Web API answers it: `{"error":{"code":"0x…","message":"…"}}`.
struct ApiError {
  int status = 400;
  std::string code;
  std::string message;
};

template <class T>
using Outcome = tl::expected<T, ApiError>;

[[nodiscard]] inline tl::unexpected<ApiError> refuse(int status, std::string_view code, std::string message) {
  return tl::unexpected<ApiError>(ApiError{status, std::string(code), std::move(message)});
}

/// Platform codes, by their names in the error-code reference.
namespace code {
inline constexpr std::string_view kRequiredFieldMissing = "0x80040200";
inline constexpr std::string_view kInvalidArgument = "0x80040203";
inline constexpr std::string_view kUnexpected = "0x80040216";
inline constexpr std::string_view kObjectDoesNotExist = "0x80040217";
inline constexpr std::string_view kNotImplemented = "0x80040219";
inline constexpr std::string_view kPrivilegeDenied = "0x80040220";
inline constexpr std::string_view kCannotDeleteDueToAssociation = "0x80040227";
inline constexpr std::string_view kAttachmentTooLarge = "0x80043e09";
inline constexpr std::string_view kUserDisabled = "0x80040225";
inline constexpr std::string_view kNoRoles = "0x80042f09";
inline constexpr std::string_view kMergeNotAllowed = "0x80045301";
inline constexpr std::string_view kRowIsInactive = "0x80040230";
inline constexpr std::string_view kInvalidState = "0x80040233";
inline constexpr std::string_view kDuplicateRecord = "0x80040237";
inline constexpr std::string_view kInvalidDateTime = "0x80040239";
inline constexpr std::string_view kInvalidCharacters = "0x80040278";
inline constexpr std::string_view kMergeInactive = "0x80045304";
inline constexpr std::string_view kMergeIdentical = "0x80045305";
inline constexpr std::string_view kPicklistOutOfRange = "0x8004431a";
inline constexpr std::string_view kIntegerOutOfRange = "0x8004432f";
inline constexpr std::string_view kDecimalOutOfRange = "0x80044330";
inline constexpr std::string_view kStringTooLong = "0x80044331";
inline constexpr std::string_view kExpiredVersionStamp = "0x80044352";
inline constexpr std::string_view kRequestTooLarge = "0x8004418a";
inline constexpr std::string_view kCaseHasOpenActivities = "0x8004440e";
inline constexpr std::string_view kCaseAlreadyClosed = "0x80044411";
inline constexpr std::string_view kInvalidStateStatus = "0x80048408";
inline constexpr std::string_view kPayloadUnreadable = "0x80048d19";
inline constexpr std::string_view kBadRequestUrl = "0x80060888";
inline constexpr std::string_view kSegmentMissing = "0x8006088a";
inline constexpr std::string_view kVersionMismatch = "0x80060882";
inline constexpr std::string_view kKeyNotDefined = "0x80060890";
inline constexpr std::string_view kNotFoundByKey = "0x80060891";
inline constexpr std::string_view kDuplicateEntityKey = "0x80060892";
inline constexpr std::string_view kVersionsNotCompared = "0x8006088d";
inline constexpr std::string_view kRefusedByStep = "0x80040265";
inline constexpr std::string_view kNotInRecycleBin = "0x80049959";
inline constexpr std::string_view kDuplicatesFound = "0x80040333";
inline constexpr std::string_view kLockNotObtained = "0x80044339";
inline constexpr std::string_view kOrganisationDisabled = "0x8004a104";
inline constexpr std::string_view kSeveralByKey = "0x8006089d";
inline constexpr std::string_view kNotAMember = "0x80072560";
inline constexpr std::string_view kConcurrencyExceeded = "0x80072326";
inline constexpr std::string_view kExecutionTimeExceeded = "0x80072321";
inline constexpr std::string_view kRequestsExceeded = "0x80072322";
}  // namespace code

ApiError row_missing(std::string_view table, std::string_view id);
ApiError property_missing(std::string_view table, std::string_view property);
ApiError segment_missing(std::string_view segment);
ApiError user_disabled(std::string_view id);
/// `reason` as the reader of the payload gives it.
ApiError payload_unreadable(std::string_view set, const std::string& reason);

/// `details`: the additions that `odata.include-annotations="*"` brings.
http::Response error_response(const ApiError& error, bool details = false);

}  // namespace lockstep::emulators::dynamics365
