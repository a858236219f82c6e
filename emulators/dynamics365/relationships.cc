#include "emulators/dynamics365/relationships.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr Relationship kRelationships[] = {
    {"contact_customer_accounts", "contact", "parentcustomerid", "account"},
    {"contact_customer_contacts", "contact", "parentcustomerid", "contact"},
    {"account_primary_contact", "account", "primarycontactid", "contact"},
    {"account_parent_account", "account", "parentaccountid", "account"},
    {"account_master_account", "account", "masterid", "account"},
    {"contact_master_contact", "contact", "masterid", "contact"},
    {"transactioncurrency_account", "account", "transactioncurrencyid", "transactioncurrency"},
    {"transactioncurrency_contact", "contact", "transactioncurrencyid", "transactioncurrency"},
    {"TransactionCurrency_Incident", "incident", "transactioncurrencyid", "transactioncurrency"},
    {"TransactionCurrency_PhoneCall", "phonecall", "transactioncurrencyid", "transactioncurrency"},
    {"TransactionCurrency_Email", "email", "transactioncurrencyid", "transactioncurrency"},
    {"TransactionCurrency_Task", "task", "transactioncurrencyid", "transactioncurrency"},
    {"TransactionCurrency_Appointment", "appointment", "transactioncurrencyid", "transactioncurrency"},
    {"incident_customer_accounts", "incident", "customerid", "account"},
    {"incident_customer_contacts", "incident", "customerid", "contact"},
    {"contact_as_primary_contact", "incident", "primarycontactid", "contact"},
    {"incident_parent_incident", "incident", "parentcaseid", "incident"},
    {"subject_incidents", "incident", "subjectid", "subject"},
    {"product_incidents", "incident", "productid", "product"},
    {"entitlement_cases", "incident", "entitlementid", "entitlement"},
    {"subject_parent_subject", "subject", "parentsubject", "subject"},
    {"incident_master_incident", "incident", "masterid", "incident"},
    {"Incident_IncidentResolutions", "incidentresolution", "incidentid", "incident"},
    {"Account_Annotation", "annotation", "objectid", "account"},
    {"Contact_Annotation", "annotation", "objectid", "contact"},
    {"Incident_Annotation", "annotation", "objectid", "incident"},
    {"PhoneCall_Annotation", "annotation", "objectid", "phonecall"},
    {"Email_Annotation", "annotation", "objectid", "email"},
    {"Task_Annotation", "annotation", "objectid", "task"},
    {"email_activity_mime_attachment", "activitymimeattachment", "objectid", "email"},
    {"Account_Phonecalls", "phonecall", "regardingobjectid", "account"},
    {"Contact_Phonecalls", "phonecall", "regardingobjectid", "contact"},
    {"Incident_Phonecalls", "phonecall", "regardingobjectid", "incident"},
    {"Account_Emails", "email", "regardingobjectid", "account"},
    {"Contact_Emails", "email", "regardingobjectid", "contact"},
    {"Incident_Emails", "email", "regardingobjectid", "incident"},
    {"Account_Tasks", "task", "regardingobjectid", "account"},
    {"Contact_Tasks", "task", "regardingobjectid", "contact"},
    {"Incident_Tasks", "task", "regardingobjectid", "incident"},
    {"Account_Appointments", "appointment", "regardingobjectid", "account"},
    {"Contact_Appointments", "appointment", "regardingobjectid", "contact"},
    {"Incident_Appointments", "appointment", "regardingobjectid", "incident"},
    {"Appointment_Annotation", "annotation", "objectid", "appointment"},
    {"appointment_activity_parties", "activityparty", "activityid", "appointment"},
    {"phonecall_activity_parties", "activityparty", "activityid", "phonecall"},
    {"email_activity_parties", "activityparty", "activityid", "email"},
    {"account_activity_parties", "activityparty", "partyid", "account"},
    {"contact_activity_parties", "activityparty", "partyid", "contact"},
    {"incident_activity_parties", "activityparty", "partyid", "incident"},
    {"system_user_activity_parties", "activityparty", "partyid", "systemuser"},
};

}  // namespace

std::span<const Relationship> relationships() { return kRelationships; }

}  // namespace lockstep::emulators::dynamics365
