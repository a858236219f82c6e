// The field tables of what service is about (§8.3 to §8.7): cases, activities, messages.
#include "emulators/salesforce/objects.h"

namespace lockstep::emulators::salesforce {
namespace {

void add_recurrence(std::vector<Field>& fields) {
  fields.push_back(text("RecurrenceActivityId", 18).read_only());
  fields.push_back(picklist("RecurrenceType",
                            {"RecursDaily", "RecursEveryWeekday", "RecursMonthly", "RecursMonthlyNth", "RecursWeekly", "RecursYearly", "RecursYearlyNth"}));
  for (const char* date : {"RecurrenceStartDateOnly", "RecurrenceEndDateOnly"}) fields.push_back(plain(date, FieldType::date));
  fields.push_back(text("RecurrenceTimeZoneSidKey", 40));
  for (const char* number : {"RecurrenceInterval", "RecurrenceDayOfWeekMask", "RecurrenceDayOfMonth"}) fields.push_back(plain(number, FieldType::integer));
  fields.push_back(picklist("RecurrenceInstance", {"First", "Second", "Third", "Fourth", "Last"}));
  fields.push_back(picklist("RecurrenceMonthOfYear",
                            {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}));
  fields.push_back(picklist("RecurrenceRegeneratedType", {"RecurrenceRegenerateAfterDueDate", "RecurrenceRegenerateAfterToday", "RecurrenceRegenerated"}));
}

}  // namespace

ObjectType case_object() {
  ObjectType object{"Case", "Case", "Cases", "500", true, false, {}, nullptr, {}};
  object.fields = {
      text("CaseNumber", 30).required().read_only().lookup_key(),
      text("Subject", 255),
      long_text("Description"),
      picklist("Status", {"New", "Working", "Escalated", "Closed"}).with_default(std::string("New")),
      picklist("Priority", {"High", "Medium", "Low"}).with_default(std::string("Medium")),
      picklist("Origin", {"Phone", "Email", "Web"}).labelled("Case Origin"),
      picklist("Type", {"Mechanical", "Electrical", "Electronic", "Structural", "Other"}).labelled("Case Type"),
      picklist("Reason", {"Installation", "Equipment Complexity", "Performance", "Breakdown", "Equipment Design", "Feedback", "Other"}).labelled("Case Reason"),
      reference("ContactId", {"Contact"}),
      reference("AccountId", {"Account"}),
      reference("ParentId", {"Case"}).labelled("Parent Case ID"),
      reference("AssetId", {"Asset"}),
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

ObjectType case_comment_object() {
  ObjectType object{"CaseComment", "Case Comment", "Case Comments", "00a", true, false, {}, nullptr, {}};
  object.fields = {
      reference("ParentId", {"Case"}).required().create_only(),
      long_text("CommentBody", 4'000).in_bytes().labelled("Body"),
      boolean("IsPublished").labelled("Published"),
      boolean("IsNotificationSelected"),
      text("CreatorName", 121).read_only(),
      text("CreatorFullPhotoUrl", 255, FieldType::url).read_only(),
      text("CreatorSmallPhotoUrl", 255, FieldType::url).read_only(),
      reference("ConnectionReceivedId", {"PartnerNetworkConnection"}).read_only(),
      reference("ConnectionSentId", {"PartnerNetworkConnection"}).read_only(),
  };
  return object;
}

ObjectType task_object() {
  ObjectType object{"Task", "Task", "Tasks", "00T", true, false, {}, nullptr, {}};
  Field seconds = plain("CallDurationInSeconds", FieldType::integer).labelled("Call Duration");
  seconds.digits = 8;
  object.fields = {
      text("Subject", 255, FieldType::combobox),
      picklist("Status", {"Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"}).with_default(std::string("Not Started")),
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
      picklist("TaskSubtype", {"Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn"}).only_listed().create_only(),
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
  add_recurrence(object.fields);
  return object;
}

ObjectType event_object() {
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
      plain("EndDate", FieldType::date).read_only(),
      picklist("GroupEventType", {"0", "1", "2", "3"}).read_only(),
      boolean("IsRecurrence2").read_only(),
      boolean("IsRecurrence2Exception").read_only(),
      boolean("IsRecurrence2Exclusion").read_only(),
      text("Recurrence2PatternText", 512, FieldType::textarea).create_only(),
      plain("Recurrence2PatternStartDate", FieldType::datetime).read_only(),
      text("Recurrence2PatternTimeZone", 255).read_only(),
      sync_key("Lockstep_Id__c"),
  };
  add_recurrence(object.fields);
  return object;
}

ObjectType email_message_object() {
  ObjectType object{"EmailMessage", "Email Message", "Email Messages", "02s", true, false, {}, nullptr, {}};
  object.fields = {
      reference("ParentId", {"Case"}).create_only().labelled("Case ID"),
      reference("RelatedToId", {"Account", "Case", "Contact"}),
      reference("ActivityId", {"Task"}).create_only(),
      text("Subject", 3'000),
      long_text("TextBody"),
      long_text("HtmlBody"),
      long_text("Headers"),
      text("FromAddress", 1'000, FieldType::email),
      text("FromName", 1'000),
      text("ToAddress", 4'000).not_filterable(),
      text("CcAddress", 4'000).labelled("CC Address").not_filterable(),
      text("BccAddress", 4'000).labelled("BCC Address").not_filterable(),
      id_list("ToIds", {"Contact", "Lead", "User"}),
      id_list("CcIds", {"Contact", "Lead", "User"}),
      id_list("BccIds", {"Contact", "Lead", "User"}),
      boolean("Incoming").create_only().labelled("Is Incoming"),
      picklist("Status", {"0", "1", "2", "3", "4", "5"}).only_listed().with_default(std::string("0")),
      plain("MessageDate", FieldType::datetime),
      text("MessageIdentifier", 765).create_only().labelled("Message ID"),
      text("ThreadIdentifier", 765).create_only().labelled("Thread ID"),
      boolean("HasAttachment").read_only(),
      boolean("IsExternallyVisible"),
      boolean("IsPrivateDraft").create_only(),
      boolean("IsClientManaged").create_only(),
      picklist("ValidatedFromAddress", {}).create_only(),
      reference("ReplyToEmailMessageId", {"EmailMessage"}).create_only(),
      sync_key("Lockstep_Id__c"),
  };
  return object;
}

}  // namespace lockstep::emulators::salesforce
