// The field tables of the contract (§8), one line a field. Flags there marked as not confirmed are read the
// strict way.
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {
namespace {

void add_address(std::vector<Field>& fields, const std::string& prefix) {
  fields.push_back(text(prefix + "Street", 255, FieldType::textarea));
  fields.push_back(text(prefix + "City", 40));
  fields.push_back(text(prefix + "State", 80).labelled(prefix + " State/Province"));
  fields.push_back(text(prefix + "PostalCode", 20).labelled(prefix + " Zip/Postal Code"));
  fields.push_back(text(prefix + "Country", 80));
  fields.push_back(plain(prefix + "Latitude", FieldType::real));
  fields.push_back(plain(prefix + "Longitude", FieldType::real));
  fields.push_back(
      picklist(prefix + "GeocodeAccuracy", {"Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip",
                                            "Neighborhood", "City", "County", "State", "Unknown"})
          .only_listed());
  fields.push_back(plain(prefix + "Address", FieldType::address).from(Source::address, prefix));
}

Field owner(std::vector<std::string> to = {"User"}) {
  Field field = reference("OwnerId", std::move(to));
  field.nillable = false;
  field.defaulted = true;  // whoever creates it
  return field;
}

Field phone(std::string name) { return text(std::move(name), 40, FieldType::phone); }

ObjectType account() {
  ObjectType object{"Account", "Account", "Accounts", "001", true, true, {}, nullptr, {}};
  std::vector<Field>& fields = object.fields;
  fields = {
      text("Name", 255).required().labelled("Account Name"),
      picklist("Type", {"Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller",
                        "Installation Partner", "Technology Partner", "Other"})
          .labelled("Account Type"),
      reference("ParentId", {"Account"}).labelled("Parent Account ID"),
      phone("Phone").labelled("Account Phone"),
      phone("Fax").labelled("Account Fax"),
      text("AccountNumber", 40),
      text("Website", 255, FieldType::url),
      text("Sic", 20).labelled("SIC Code"),
      text("SicDesc", 80).labelled("SIC Description"),
      picklist("Industry",
               {"Agriculture",     "Apparel",       "Banking",       "Biotechnology",      "Chemicals",
                "Communications",  "Construction",  "Consulting",    "Education",          "Electronics",
                "Energy",          "Engineering",   "Entertainment", "Environmental",      "Finance",
                "Food & Beverage", "Government",    "Healthcare",    "Hospitality",        "Insurance",
                "Machinery",       "Manufacturing", "Media",         "Not For Profit",     "Recreation",
                "Retail",          "Shipping",      "Technology",    "Telecommunications", "Transportation",
                "Utilities",       "Other"}),
      plain("AnnualRevenue", FieldType::currency),
      plain("NumberOfEmployees", FieldType::integer).labelled("Employees"),
      picklist("Ownership", {"Public", "Private", "Subsidiary", "Other"}),
      text("TickerSymbol", 20),
      long_text("Description").labelled("Account Description"),
      picklist("Rating", {"Hot", "Warm", "Cold"}).labelled("Account Rating"),
      text("Site", 80).labelled("Account Site"),
      picklist("AccountSource", {"Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"}),
      owner(),
      plain("LastActivityDate", FieldType::date).read_only(),
      text("PhotoUrl", 255, FieldType::url).read_only(),
      text("Jigsaw", 20).labelled("Data.com Key"),
      text("JigsawCompanyId", 20).read_only(),
      text("DunsNumber", 9),
      text("NaicsCode", 8),
      text("NaicsDesc", 120),
      text("Tradestyle", 255),
      text("YearStarted", 4),
      sync_key("Lockstep_Id__c"),
  };
  add_address(fields, "Billing");
  add_address(fields, "Shipping");
  return object;
}

ObjectType contact() {
  ObjectType object{"Contact", "Contact", "Contacts", "003", true, true, {}, nullptr, {}};
  std::vector<Field>& fields = object.fields;
  fields = {
      text("LastName", 80).required(),
      text("FirstName", 40),
      picklist("Salutation", {"Mr.", "Ms.", "Mrs.", "Dr.", "Prof."}),
      text("Name", 121).required().read_only().labelled("Full Name"),
      reference("AccountId", {"Account"}),
      text("Email", 80, FieldType::email).lookup_key(),
      phone("Phone").labelled("Business Phone"),
      phone("Fax").labelled("Business Fax"),
      phone("MobilePhone"),
      phone("HomePhone"),
      phone("OtherPhone"),
      phone("AssistantPhone").labelled("Asst. Phone"),
      text("Title", 128),
      text("Department", 80),
      text("AssistantName", 40).labelled("Assistant's Name"),
      reference("ReportsToId", {"Contact"}).labelled("Reports To ID"),
      picklist("LeadSource", {"Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"}, 255),
      plain("Birthdate", FieldType::date),
      long_text("Description").labelled("Contact Description"),
      owner(),
      boolean("HasOptedOutOfEmail").labelled("Email Opt Out"),
      boolean("HasOptedOutOfFax").labelled("Fax Opt Out"),
      boolean("DoNotCall"),
      text("EmailBouncedReason", 255),
      plain("EmailBouncedDate", FieldType::datetime),
      boolean("IsEmailBounced").read_only(),
      plain("LastActivityDate", FieldType::date).read_only(),
      plain("LastCURequestDate", FieldType::datetime).read_only(),
      plain("LastCUUpdateDate", FieldType::datetime).read_only(),
      text("Jigsaw", 20).labelled("Data.com Key"),
      text("JigsawContactId", 20).read_only(),
      text("PhotoUrl", 255, FieldType::url).read_only(),
      sync_key("Lockstep_Id__c"),
  };
  add_address(fields, "Mailing");
  add_address(fields, "Other");
  return object;
}

ObjectType case_object() {
  ObjectType object{"Case", "Case", "Cases", "500", true, false, {}, nullptr, {}};
  object.fields = {
      text("CaseNumber", 30).required().read_only().lookup_key(),
      text("Subject", 255),
      long_text("Description"),
      picklist("Status", {"New", "Working", "Escalated", "Closed"}).with_default(std::string("New")),
      picklist("Priority", {"High", "Medium", "Low"}).with_default(std::string("Medium")),
      picklist("Origin", {"Phone", "Email", "Web"}).labelled("Case Origin"),
      picklist("Type", {"Mechanical", "Electrical", "Electronic", "Structural", "Other"})
          .labelled("Case Type"),
      picklist("Reason", {"Installation", "Equipment Complexity", "Performance", "Breakdown",
                          "Equipment Design", "Feedback", "Other"})
          .labelled("Case Reason"),
      reference("ContactId", {"Contact"}),
      reference("AccountId", {"Account"}),
      reference("ParentId", {"Case"}).labelled("Parent Case ID"),
      owner({"Group", "User"}),
      boolean("IsClosed").read_only().labelled("Closed"),
      plain("ClosedDate", FieldType::datetime).read_only(),
      boolean("IsEscalated").labelled("Escalated"),
      text("SuppliedName", 80).labelled("Name"),
      text("SuppliedEmail", 80, FieldType::email).labelled("Email Address"),
      text("SuppliedPhone", 40).labelled("Phone"),
      text("SuppliedCompany", 80).labelled("Company"),
      phone("ContactPhone").from(Source::contact_part, "Phone"),
      phone("ContactMobile").from(Source::contact_part, "MobilePhone"),
      phone("ContactFax").from(Source::contact_part, "Fax"),
      text("ContactEmail", 80, FieldType::email).from(Source::contact_part, "Email"),
      long_text("Comments", 4'000).labelled("Internal Comments"),
      sync_key("Lockstep_Id__c"),
  };
  return object;
}

ObjectType case_comment() {
  ObjectType object{"CaseComment", "Case Comment", "Case Comments", "00a", true, false, {}, nullptr, {}};
  object.fields = {
      reference("ParentId", {"Case"}).required().create_only(),
      long_text("CommentBody", 4'000).in_bytes().labelled("Body"),
      boolean("IsPublished").labelled("Published"),
      boolean("IsNotificationSelected"),
      text("CreatorName", 121).read_only(),
  };
  return object;
}

ObjectType task() {
  ObjectType object{"Task", "Task", "Tasks", "00T", true, false, {}, nullptr, {}};
  Field seconds = plain("CallDurationInSeconds", FieldType::integer).labelled("Call Duration");
  seconds.digits = 8;
  object.fields = {
      text("Subject", 255, FieldType::combobox),
      picklist("Status", {"Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"})
          .with_default(std::string("Not Started")),
      picklist("Priority", {"High", "Normal", "Low"}).with_default(std::string("Normal")),
      plain("ActivityDate", FieldType::date).labelled("Due Date Only"),
      reference("WhoId", {"Contact", "Lead"}).labelled("Name ID"),
      reference("WhatId", {"Account", "Case"}).labelled("Related To ID"),
      owner(),
      long_text("Description").labelled("Comments"),
      reference("AccountId", {"Account"}).read_only(),
      boolean("IsClosed").read_only().labelled("Closed"),
      boolean("IsHighPriority").read_only().labelled("High Priority"),
      boolean("IsArchived").read_only().labelled("Archived"),
      picklist("TaskSubtype", {"Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn"})
          .only_listed()
          .create_only(),
      seconds,
      picklist("CallType", {"Internal", "Inbound", "Outbound"}),
      text("CallDisposition", 255).labelled("Call Result"),
      text("CallObject", 255).labelled("Call Object Identifier"),
      plain("ReminderDateTime", FieldType::datetime),
      boolean("IsReminderSet").labelled("Reminder Set"),
      boolean("IsRecurrence").create_only(),
      plain("CompletedDateTime", FieldType::datetime).read_only(),
      sync_key("Lockstep_Id__c"),
  };
  return object;
}

ObjectType event() {
  ObjectType object{"Event", "Event", "Events", "00U", true, false, {}, nullptr, {}};
  object.fields = {
      text("Subject", 255, FieldType::combobox),
      text("Location", 255),
      boolean("IsAllDayEvent").labelled("All-Day Event"),
      plain("ActivityDateTime", FieldType::datetime).labelled("Due Date Time"),
      plain("ActivityDate", FieldType::date).labelled("Due Date Only"),
      plain("DurationInMinutes", FieldType::integer).labelled("Duration"),
      plain("StartDateTime", FieldType::datetime),
      plain("EndDateTime", FieldType::datetime),
      long_text("Description"),
      reference("WhoId", {"Contact", "Lead"}).labelled("Name ID"),
      reference("WhatId", {"Account", "Case"}).labelled("Related To ID"),
      owner(),
      reference("AccountId", {"Account"}).read_only(),
      boolean("IsPrivate").labelled("Private"),
      picklist("ShowAs", {"Busy", "OutOfOffice", "Free"}).only_listed().with_default(std::string("Busy")),
      boolean("IsChild").read_only(),
      boolean("IsGroupEvent").read_only(),
      boolean("IsArchived").read_only().labelled("Archived"),
      boolean("IsRecurrence").create_only(),
      boolean("IsReminderSet").labelled("Reminder Set"),
      plain("ReminderDateTime", FieldType::datetime),
      picklist("EventSubtype", {"Event"}).only_listed().create_only(),
      sync_key("Lockstep_Id__c"),
  };
  return object;
}

ObjectType email_message() {
  ObjectType object{"EmailMessage", "Email Message", "Email Messages", "02s", true, false, {}, nullptr, {}};
  object.fields = {
      reference("ParentId", {"Case"}).labelled("Case ID"),
      reference("RelatedToId", {"Account", "Case", "Contact"}),
      reference("ActivityId", {"Task"}),
      text("Subject", 3'000),
      long_text("TextBody"),
      long_text("HtmlBody"),
      long_text("Headers"),
      text("FromAddress", 1'000, FieldType::email),
      text("FromName", 1'000),
      text("ToAddress", 4'000).not_filterable(),
      text("CcAddress", 4'000).labelled("CC Address").not_filterable(),
      text("BccAddress", 4'000).labelled("BCC Address").not_filterable(),
      boolean("Incoming").labelled("Is Incoming"),
      picklist("Status", {"0", "1", "2", "3", "4", "5"}).only_listed().with_default(std::string("0")),
      plain("MessageDate", FieldType::datetime),
      text("MessageIdentifier", 765).labelled("Message ID"),
      text("ThreadIdentifier", 765).labelled("Thread ID"),
      boolean("HasAttachment").read_only(),
      boolean("IsExternallyVisible"),
      boolean("IsPrivateDraft"),
      boolean("IsClientManaged"),
      reference("ReplyToEmailMessageId", {"EmailMessage"}),
      sync_key("Lockstep_Id__c"),
  };
  return object;
}

ObjectType user() {
  ObjectType object{"User", "User", "Users", "005", false, false, {}, nullptr, {}};
  object.fields = {
      text("Username", 80).required().lookup_key(),
      text("LastName", 80).required(),
      text("FirstName", 40),
      text("Name", 121).required().read_only().labelled("Full Name"),
      text("Email", 128, FieldType::email).required(),
      text("Alias", 8).required(),
      boolean("IsActive").labelled("Active"),
      picklist("UserType", {"Standard", "Guest"}).read_only(),
      text("Title", 80),
      text("CompanyName", 80),
      text("Department", 80),
      phone("Phone"),
      phone("MobilePhone").labelled("Cell"),
      text("FederationIdentifier", 512).labelled("SAML Federation ID"),
      text("TimeZoneSidKey", 40),
  };
  return object;
}

}  // namespace

std::vector<ObjectType> standard_objects() {
  return {account(), contact(), case_object(), case_comment(), task(), event(), email_message(), user()};
}

}  // namespace lockstep::emulators::salesforce
