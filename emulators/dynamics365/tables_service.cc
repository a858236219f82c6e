// Columns, lengths and option sets: Microsoft's reference pages of the incident, annotation and activity
// tables.
#include "emulators/dynamics365/table_builder.h"

namespace lockstep::emulators::dynamics365 {

TableSpec incident_table() {
  TableBuilder table("incident", "incidents", "incidentid", "title", "Case");
  table.text({"title"}, 200).required().text({"ticketnumber"}, 100).create_only();
  table.memo("description", 2000);
  table.polymorphic("customerid", {"account", "contact"}).required_by_system().cascades_delete();
  table.lookup("accountid", "account").read_only().lookup("contactid", "contact").read_only();
  table.option("caseorigincode", {{1, "Phone"}, {2, "Email"}, {3, "Web"}, {2483, "Facebook"}, {3986, "Twitter"}, {700610000, "IoT"}});
  table.option("casetypecode", {{1, "Question"}, {2, "Problem"}, {3, "Request"}});
  table.option("prioritycode", {{1, "High"}, {2, "Normal"}, {3, "Low"}}).by_default(std::int64_t{2});
  table.option("severitycode", {{1, "Default Value"}}).by_default(std::int64_t{1});
  table.option("customersatisfactioncode", {{1, "Very Dissatisfied"}, {2, "Dissatisfied"}, {3, "Neutral"}, {4, "Satisfied"}, {5, "Very Satisfied"}});
  table.option("servicestage", {{0, "Identify"}, {1, "Research"}, {2, "Resolve"}});
  table.lookup("primarycontactid", "contact").lookup("parentcaseid", "incident");
  table.lookup("subjectid", "subject").lookup("productid", "product").lookup("entitlementid", "entitlement");
  table.date_time({"followupby", "resolveby", "responseby", "escalatedon"});
  table.boolean({"isescalated", "firstresponsesent"}, false);
  table.lookup("masterid", "incident").read_only().stays_on_merge().boolean({"merged"}, false).read_only();
  table.integer("numberofchildincidents", 0, 1'000'000).read_only();
  table.states({{0, "Active", 1}, {1, "Resolved", 5}, {2, "Cancelled", 6}}, {{1, "In Progress", 0},
                                                                             {2, "On Hold", 0},
                                                                             {3, "Waiting for Details", 0},
                                                                             {4, "Researching", 0},
                                                                             {5, "Problem Solved", 1},
                                                                             {1000, "Information Provided", 1},
                                                                             {6, "Cancelled", 2},
                                                                             {2000, "Merged", 2}});
  table.spec.mergeable = table.spec.state_on_create = true;
  table.currency().external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec subject_table() {
  TableBuilder table("subject", "subjects", "subjectid", "title", "Subject");
  table.text({"title"}, 500).required().memo("description", 2000).integer("featuremask", 0, 2147483647).lookup("parentsubject", "subject");
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec product_table() {
  TableBuilder table("product", "products", "productid", "name", "Product");
  table.text({"name"}, 100).required().text({"productnumber"}, 100).required().memo("description", 2000);
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec entitlement_table() {
  TableBuilder table("entitlement", "entitlements", "entitlementid", "name", "Entitlement");
  table.text({"name"}, 100).required().memo("description", 2000).date_only({"startdate", "enddate"});
  table.polymorphic("customerid", {"account", "contact"});
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec incidentresolution_table() {
  TableBuilder table("incidentresolution", "incidentresolutions", "activityid", "subject", "Case Resolution");
  table.text({"subject"}, 200).memo("description", 2000).integer("timespent", 0, 2147483647);
  table.lookup("incidentid", "incident").cascades_delete();
  table.text({"activitytypecode"}, 64).read_only().by_default(std::string("incidentresolution"));
  table.states({{0, "Open", 1}, {1, "Completed", 2}, {2, "Canceled", 3}}, {{1, "Open", 0}, {2, "Closed", 1}, {3, "Canceled", 2}});
  table.spec.writable = table.spec.bulk = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec annotation_table() {
  TableBuilder table("annotation", "annotations", "annotationid", "subject", "Note");
  table.text({"subject"}, 500).required().memo("notetext", 100'000);
  table.polymorphic("objectid", {"account", "contact", "incident", "phonecall", "email", "task", "appointment"}).cascades_delete();
  table.text({"objecttypecode"}, 64).read_only();
  table.boolean({"isdocument"}, false).required_by_system().memo("documentbody", 1'073'741'823);
  table.text({"filename"}, 255).text({"mimetype"}, 256).text({"langid"}, 2).text({"stepid"}, 32);
  table.integer("filesize", 0, 1'000'000'000).read_only();
  table.spec.bulk = false;
  table.external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec activitymimeattachment_table() {
  TableBuilder table("activitymimeattachment", "activitymimeattachments", "activitymimeattachmentid", "filename", "Attachment");
  table.text({"filename"}, 255).text({"subject"}, 2000).text({"mimetype"}, 256).memo("body", 1'073'741'823);
  table.integer("filesize", 0, 1'000'000'000).read_only().integer("attachmentnumber", 0, 1'000'000'000);
  table.text({"objecttypecode"}, 64).required().polymorphic("objectid", {"email"}).required().cascades_delete();
  table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec phonecall_table() {
  TableBuilder table("phonecall", "phonecalls", "activityid", "subject", "Phone Call");
  table.activity("phonecall", 200).memo("description", 2000).text({"phonenumber"}, 200);
  table.boolean({"directioncode"}, true).boolean({"leftvoicemail"}, false);
  table.states({{0, "Open", 1}, {1, "Completed", 2}, {2, "Canceled", 3}}, {{1, "Open", 0}, {2, "Made", 1}, {4, "Received", 1}, {3, "Canceled", 2}});
  table.spec.parties = "phonecall_activity_parties";
  table.currency().external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec email_table() {
  TableBuilder table("email", "emails", "activityid", "subject", "Email");
  table.activity("email", 800).memo("description", 1'073'741'823);
  table.boolean({"directioncode"}, true).text({"sender"}, 250).text({"torecipients"}, 500);
  table.date_time({"senton"}).read_only();
  table.text({"messageid"}, 320).text({"trackingtoken"}, 50).text({"conversationindex"}, 2048).read_only();
  table.states({{0, "Open", 1}, {1, "Completed", 2}, {2, "Canceled", 5}}, {{1, "Draft", 0},
                                                                           {8, "Failed", 0},
                                                                           {2, "Completed", 1},
                                                                           {3, "Sent", 1},
                                                                           {4, "Received", 1},
                                                                           {6, "Pending Send", 1},
                                                                           {7, "Sending", 1},
                                                                           {5, "Canceled", 2}});
  table.spec.parties = "email_activity_parties";
  table.currency().external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec task_table() {
  TableBuilder table("task", "tasks", "activityid", "subject", "Task");
  table.activity("task", 200).memo("description", 2000).integer("percentcomplete", 0, 100);
  table.states({{0, "Open", 2}, {1, "Completed", 5}, {2, "Canceled", 6}},
               {{2, "Not Started", 0}, {3, "In Progress", 0}, {4, "Waiting on someone else", 0}, {7, "Deferred", 0}, {5, "Completed", 1}, {6, "Canceled", 2}});
  table.currency().external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec appointment_table() {
  TableBuilder table("appointment", "appointments", "activityid", "subject", "Appointment");
  table.activity("appointment", 200).memo("description", 1'048'576).text({"location"}, 200).text({"globalobjectid"}, 300);
  table.boolean({"isalldayevent"}, false);
  table.states({{0, "Open", 1}, {1, "Completed", 3}, {2, "Canceled", 4}, {3, "Scheduled", 5}},
               {{1, "Free", 0}, {2, "Tentative", 0}, {3, "Completed", 1}, {4, "Canceled", 2}, {5, "Busy", 3}, {6, "Out of Office", 3}});
  table.spec.parties = "appointment_activity_parties";
  table.currency().owned_columns();
  return std::move(table.spec);
}

TableSpec activityparty_table() {
  TableBuilder table("activityparty", "activityparties", "activitypartyid", "addressused", "Activity Party");
  table.polymorphic("activityid", {"phonecall", "email", "appointment"}).cascades_delete().required();
  table.polymorphic("partyid", {"account", "contact", "incident", "systemuser"}).text({"addressused"}, 320);
  table.option("participationtypemask", {{1, "Sender"},
                                         {2, "To Recipient"},
                                         {3, "CC Recipient"},
                                         {4, "BCC Recipient"},
                                         {5, "Required attendee"},
                                         {6, "Optional attendee"},
                                         {7, "Organizer"},
                                         {8, "Regarding"},
                                         {9, "Owner"},
                                         {10, "Resource"},
                                         {11, "Customer"}});
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  return std::move(table.spec);
}

}  // namespace lockstep::emulators::dynamics365
