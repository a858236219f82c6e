#include "emulators/dynamics365/unserved.h"

#include <algorithm>

namespace lockstep::emulators::dynamics365 {
namespace {

// Of the platform itself: what the applications on top of it add (leads, opportunities) is missing from many an organisation.
constexpr std::string_view kUnserved[] = {  // sorted
    "AddMembersTeam", "AddPrincipalToQueue", "AddPrivilegesRole", "AddToQueue", "AddUserToRecordTeam", "BulkDetectDuplicates", "CalculateRollupField",
    "DeleteOptionValue", "ExecuteByIdSavedQuery", "ExecuteByIdUserQuery", "ExecuteWorkflow", "ExportSolution", "FormatAddress", "GetAutoNumberSeed",
    "GetNextAutoNumberValue", "GetTimeZoneCodeByLocalizedName", "GetValidManyToMany", "GetValidReferencedEntities", "GetValidReferencingEntities",
    "GrantAccess", "ImportSolution", "InitializeFrom", "InsertOptionValue", "InsertStatusValue", "LocalTimeFromUtcTime", "ModifyAccess", "OrderOption",
    "PickFromQueue", "QueryMultipleSchedules", "RemoveMembersTeam", "ReplacePrivilegesRole", "RetrieveAbsoluteAndSiteCollectionUrl",
    "RetrieveAllEntities", "RetrieveAttributeChangeHistory", "RetrieveAuditDetails", "RetrieveAvailableLanguages", "RetrieveCurrentOrganization",
    "RetrieveDependenciesForDelete", "RetrieveDependentComponents", "RetrieveDuplicates", "RetrieveEntity", "RetrieveMetadataChanges",
    "RetrievePrincipalAccess", "RetrievePrincipalAccessInfo", "RetrieveProvisionedLanguages", "RetrieveRecordChangeHistory",
    "RetrieveSharedPrincipalsAndAccess", "RetrieveUnpublished", "RetrieveUnpublishedMultiple", "RetrieveUserPrivileges",
    "RetrieveUserSetOfPrivilegesByIds", "RevokeAccess", "SetAutoNumberSeed", "UpdateOptionValue", "UpdateStateValue", "UtcTimeFromLocalTime",
    "ValidateRecurrenceRule", "activitypointers", "appmodules", "appointments", "calendars", "connectionreferences", "connectionroles", "connections",
    "customapis", "duplicaterules", "environmentvariabledefinitions", "environmentvariablevalues", "faxes", "feedback", "fieldsecurityprofiles",
    "importmaps", "imports", "knowledgearticles", "letters", "mailboxes", "pluginassemblies", "pluginpackages", "plugintracelogs", "plugintypes",
    "positions", "principalobjectaccessset", "privileges", "publishers", "queueitems", "queues", "recurringappointmentmasters", "roles",
    "solutioncomponents", "solutions", "systemforms", "systemuserroles_association", "teammembership_association", "teamroles_association", "templates",
    "timezonedefinitions", "userqueries", "usersettingscollection", "webresourceset", "workflows"};

}  // namespace

bool is_unserved(std::string_view segment) {
  constexpr std::string_view kBound = "Microsoft.Dynamics.CRM.";
  if (segment.starts_with(kBound)) segment.remove_prefix(kBound.size());
  return std::binary_search(std::begin(kUnserved), std::end(kUnserved), segment.substr(0, segment.find('(')));
}

}  // namespace lockstep::emulators::dynamics365
