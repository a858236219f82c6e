// The field tables of the contract (§8), one line a field. Flags there marked as not confirmed are read the
// strict way.
#include "emulators/salesforce/objects.h"

namespace lockstep::emulators::salesforce {
namespace {

Field clean_status() {
  return picklist("CleanStatus", {"Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch", "Skipped"}).only_listed();
}

ObjectType account() {
  ObjectType object{"Account", "Account", "Accounts", "001", true, true, {}, nullptr, {}};
  std::vector<Field>& fields = object.fields;
  fields = {
      text("Name", 255).required().labelled("Account Name"),
      picklist("Type",
               {"Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner", "Technology Partner", "Other"})
          .labelled("Account Type"),
      reference("ParentId", {"Account"}).labelled("Parent Account ID"),
      phone("Phone").labelled("Account Phone"),
      phone("Fax").labelled("Account Fax"),
      text("AccountNumber", 40),
      text("Website", 255, FieldType::url),
      text("Sic", 20).labelled("SIC Code"),
      text("SicDesc", 80).labelled("SIC Description"),
      picklist("Industry",
               {"Agriculture", "Apparel",     "Banking",     "Biotechnology", "Chemicals",          "Communications", "Construction", "Consulting",
                "Education",   "Electronics", "Energy",      "Engineering",   "Entertainment",      "Environmental",  "Finance",      "Food & Beverage",
                "Government",  "Healthcare",  "Hospitality", "Insurance",     "Machinery",          "Manufacturing",  "Media",        "Not For Profit",
                "Recreation",  "Retail",      "Shipping",    "Technology",    "Telecommunications", "Transportation", "Utilities",    "Other"}),
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
      boolean("IsPartner").update_only().labelled("Partner Account"),
      boolean("IsCustomerPortal").update_only().labelled("Customer Portal Account"),
      clean_status(),
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
      reference("IndividualId", {"Individual"}),
      clean_status(),
      text("PhotoUrl", 255, FieldType::url).read_only(),
      sync_key("Lockstep_Id__c"),
  };
  add_address(fields, "Mailing");
  add_address(fields, "Other");
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
      picklist("TimeZoneSidKey", {"Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles"}).required(),
      picklist("LocaleSidKey", {"en_GB", "en_US", "de_DE"}).required(),
      picklist("EmailEncodingKey", {"UTF-8", "ISO-8859-1"}).required(),
      picklist("LanguageLocaleKey", {"en_US", "de"}).required(),
      text("CommunityNickname", 40),
      text("Division", 80),
      phone("Fax"),
      text("Extension", 40),
      text("EmployeeNumber", 20),
      reference("ManagerId", {"User"}),
      reference("ProfileId", {"Profile"}).required(),
      reference("UserRoleId", {"UserRole"}),
      reference("ContactId", {"Contact"}).read_only(),
      reference("AccountId", {"Account"}).read_only(),
      plain("LastLoginDate", FieldType::datetime).read_only(),
      boolean("ReceivesAdminInfoEmails"),
      boolean("ReceivesInfoEmails"),
  };
  add_address(object.fields, "");
  return object;
}

/// Queues that may own cases; the API does not make them.
ObjectType group() {
  ObjectType object{"Group", "Group", "Groups", "00G", false, false, {}, nullptr, {}};
  object.fields = {text("Name", 40).required(), text("DeveloperName", 80), picklist("Type", {"Regular", "Queue"}), text("Email", 255, FieldType::email)};
  return object;
}

ObjectType organization() {
  ObjectType object{"Organization", "Organization", "Organizations", "00D", false, false, {}, nullptr, {}};
  object.fields = {text("Name", 80).required(),      text("OrganizationType", 40), text("InstanceName", 5),
                   boolean("IsSandbox").read_only(), text("NamespacePrefix", 15),  plain("TrialExpirationDate", FieldType::datetime),
                   text("LanguageLocaleKey", 40),    text("TimeZoneSidKey", 40)};
  return object;
}

}  // namespace

void add_address(std::vector<Field>& fields, const std::string& prefix) {
  fields.push_back(text(prefix + "Street", 255, FieldType::textarea));
  fields.push_back(text(prefix + "City", 40));
  fields.push_back(text(prefix + "State", 80).labelled(prefix + (prefix.empty() ? "" : " ") + "State/Province"));
  fields.push_back(text(prefix + "PostalCode", 20).labelled(prefix + (prefix.empty() ? "" : " ") + "Zip/Postal Code"));
  fields.push_back(text(prefix + "Country", 80));
  fields.push_back(plain(prefix + "Latitude", FieldType::real));
  fields.push_back(plain(prefix + "Longitude", FieldType::real));
  fields.push_back(picklist(prefix + "GeocodeAccuracy",
                            {"Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "County", "State", "Unknown"})
                       .only_listed());
  fields.push_back(plain(prefix + "Address", FieldType::address).from(Source::address, prefix));
}

Field owner(std::vector<std::string> to) {
  Field field = reference("OwnerId", std::move(to));
  field.nillable = false;
  field.defaulted = true;  // whoever creates it
  return field;
}

Field phone(std::string name) { return text(std::move(name), 40, FieldType::phone); }

ObjectType push_topic() {
  ObjectType object{"PushTopic", "Push Topic", "Push Topics", "0IF", true, false, {}, nullptr, {}};
  Field name = text("Name", 25).required().lookup_key();
  name.unique = true;
  object.fields = {
      std::move(name),
      text("Query", 1'300, FieldType::textarea).required(),
      plain("ApiVersion", FieldType::real),
      boolean("IsActive").with_default(true),
      picklist("NotifyForFields", {"All", "Referenced", "Select", "Where"}).only_listed().with_default(std::string("Referenced")),
      boolean("NotifyForOperationCreate").with_default(true),
      boolean("NotifyForOperationUpdate").with_default(true),
      boolean("NotifyForOperationDelete").with_default(true),
      boolean("NotifyForOperationUndelete").with_default(true),
      text("Description", 400, FieldType::textarea),
  };
  object.fields[2].nillable = false;
  return object;
}

std::vector<ObjectType> standard_objects() {
  return {account(),
          contact(),
          case_object(),
          case_comment_object(),
          task_object(),
          event_object(),
          email_message_object(),
          user(),
          group(),
          organization(),
          push_topic(),
          entity_definition_object(),
          field_definition_object(),
          queue_sobject_object(),
          profile_object(),
          record_type_object()};
}

}  // namespace lockstep::emulators::salesforce
