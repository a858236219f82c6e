// Columns, lengths and option sets: Microsoft's reference pages of the account, contact and systemuser
// tables.
#include "emulators/dynamics365/table_builder.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::vector<Option> contact_methods() { return {{1, "Any"}, {2, "Email"}, {3, "Phone"}, {4, "Fax"}, {5, "Mail"}}; }

void customer_states(TableBuilder& table) { table.states({{0, "Active", 1}, {1, "Inactive", 2}}, {{1, "Active", 0}, {2, "Inactive", 1}}); }

/// What accounts and contacts have that is rarely sent, with the platform's option sets.
void rare_columns(TableBuilder& table) {
  std::vector<Option> usual{{1, "Default Value"}};
  for (const char* name : {"customersizecode", "shippingmethodcode", "territorycode"}) table.option(name, usual).by_default(std::int64_t{1});
  table.option("preferredappointmentdaycode",
               {{0, "Sunday"}, {1, "Monday"}, {2, "Tuesday"}, {3, "Wednesday"}, {4, "Thursday"}, {5, "Friday"}, {6, "Saturday"}});
  table.option("preferredappointmenttimecode", {{1, "Morning"}, {2, "Afternoon"}, {3, "Evening"}});
  table.option("address1_addresstypecode", {{1, "Bill To"}, {2, "Ship To"}, {3, "Primary"}, {4, "Other"}});
  table.option("address1_shippingmethodcode", {{1, "Airborne"}, {2, "DHL"}, {3, "FedEx"}, {4, "UPS"}, {5, "Postal Mail"}, {6, "Full Load"}, {7, "Will Call"}});
  table.option("address1_freighttermscode", {{1, "FOB"}, {2, "No Charge"}});
  table.text({"address1_name"}, 200)
      .text({"address1_telephone1", "address1_telephone2", "address1_telephone3", "address1_fax"}, 50)
      .text({"address1_postofficebox"}, 20);
  table.boolean({"donotbulkpostalmail", "donotsendmm"}, false);
}

void merge_columns(TableBuilder& table) {
  table.spec.mergeable = true;
  table.lookup("masterid", table.spec.name).read_only().stays_on_merge();
  table.boolean({"merged"}, false).read_only();
}

}  // namespace

TableSpec account_table() {
  TableBuilder table("account", "accounts", "accountid", "name", "Account");
  table.text({"name"}, 160).required().text({"accountnumber"}, 20);
  table.text({"telephone1", "telephone2", "telephone3", "fax"}, 50);
  table.text({"emailaddress1", "emailaddress2", "emailaddress3"}, 100).text({"websiteurl", "ftpsiteurl"}, 200);
  table.memo("description", 2000).address().file("lockstep_document");
  table.integer("numberofemployees", 0, 1'000'000'000);
  table.money("revenue", 100'000'000'000'000).money("marketcap", 100'000'000'000'000);
  table.currency();
  table.option("industrycode", {{1, "Accounting"},
                                {2, "Agriculture and Non-petrol Natural Resource Extraction"},
                                {3, "Broadcasting Printing and Publishing"},
                                {4, "Brokers"},
                                {5, "Building Supply Retail"},
                                {6, "Business Services"},
                                {7, "Consulting"},
                                {8, "Consumer Services"},
                                {9, "Design, Direction and Creative Management"},
                                {10, "Distributors, Dispatchers and Processors"},
                                {11, "Doctor's Offices and Clinics"},
                                {12, "Durable Manufacturing"},
                                {13, "Eating and Drinking Places"},
                                {14, "Entertainment Retail"},
                                {15, "Equipment Rental and Leasing"},
                                {16, "Financial"},
                                {17, "Food and Tobacco Processing"},
                                {18, "Inbound Capital Intensive Processing"},
                                {19, "Inbound Repair and Services"},
                                {20, "Insurance"},
                                {21, "Legal Services"},
                                {22, "Non-Durable Merchandise Retail"},
                                {23, "Outbound Consumer Service"},
                                {24, "Petrochemical Extraction and Distribution"},
                                {25, "Service Retail"},
                                {26, "SIG Affiliations"},
                                {27, "Social Services"},
                                {28, "Special Outbound Trade Contractors"},
                                {29, "Specialty Realty"},
                                {30, "Transportation"},
                                {31, "Utility Creation and Distribution"},
                                {32, "Vehicle Retail"},
                                {33, "Wholesale"}});
  table.option("paymenttermscode", {{1, "Net 30"}, {2, "2% 10, Net 30"}, {3, "Net 45"}, {4, "Net 60"}});
  table.option("ownershipcode", {{1, "Public"}, {2, "Private"}, {3, "Subsidiary"}, {4, "Other"}});
  table.option("accountcategorycode", {{1, "Preferred Customer"}, {2, "Standard"}});
  table.option("customertypecode", {{1, "Competitor"},
                                    {2, "Consultant"},
                                    {3, "Customer"},
                                    {4, "Investor"},
                                    {5, "Partner"},
                                    {6, "Influencer"},
                                    {7, "Press"},
                                    {8, "Prospect"},
                                    {9, "Reseller"},
                                    {10, "Supplier"},
                                    {11, "Vendor"},
                                    {12, "Other"}});
  table.option("preferredcontactmethodcode", contact_methods()).by_default(std::int64_t{1});
  table.boolean({"creditonhold", "donotemail", "donotphone", "donotfax", "donotpostalmail", "donotbulkemail"}, false);
  table.text({"sic"}, 20).text({"tickersymbol"}, 10).text({"stockexchange"}, 20).integer("sharesoutstanding", 0, 1'000'000'000);
  for (const char* name : {"accountratingcode", "businesstypecode"}) table.option(name, {{1, "Default Value"}}).by_default(std::int64_t{1});
  table.money("creditlimit", 100'000'000'000'000);
  rare_columns(table);
  table.lookup("primarycontactid", "contact").lookup("parentaccountid", "account");
  merge_columns(table);
  table.image();
  customer_states(table);
  table.external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec contact_table() {
  TableBuilder table("contact", "contacts", "contactid", "fullname", "Contact");
  table.text({"lastname"}, 50).required().text({"firstname", "middlename"}, 50);
  table.text({"fullname"}, 160).read_only();
  table.text({"salutation", "jobtitle", "nickname", "managername", "department"}, 100).text({"suffix"}, 10);
  table.text({"emailaddress1", "emailaddress2", "emailaddress3"}, 100);
  table.text({"telephone1", "telephone2", "telephone3", "mobilephone", "home2", "fax", "pager", "managerphone"}, 50);
  table.text({"websiteurl", "ftpsiteurl"}, 200).memo("description", 2000).address();
  table.date_only({"birthdate", "anniversary"});
  table.option("gendercode", {{1, "Male"}, {2, "Female"}});
  table.option("familystatuscode", {{1, "Single"}, {2, "Married"}, {3, "Divorced"}, {4, "Widowed"}});
  table.option("preferredcontactmethodcode", contact_methods()).by_default(std::int64_t{1});
  table.boolean({"donotemail", "donotphone", "donotfax", "donotpostalmail", "donotbulkemail"}, false);
  table.text({"employeeid", "governmentid", "externaluseridentifier"}, 50);
  rare_columns(table);
  table.option("haschildrencode", {{1, "Default Value"}})
      .option("educationcode", {{1, "Default Value"}})
      .integer("numberofchildren", 0, 1'000'000'000)
      .text({"spousesname"}, 100);
  table.polymorphic("parentcustomerid", {"account", "contact"}).cascades_delete();
  merge_columns(table);
  table.image();
  customer_states(table);
  table.currency().external_key().owned_columns();
  return std::move(table.spec);
}

TableSpec systemuser_table() {
  TableBuilder table("systemuser", "systemusers", "systemuserid", "fullname", "User");
  table.text({"fullname"}, 200).text({"internalemailaddress"}, 100).text({"domainname"}, 1024);
  table.text({"applicationid", "azureactivedirectoryobjectid"}, 36).boolean({"isdisabled"}, false).lookup("businessunitid", "businessunit");
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.principal_columns();
  return std::move(table.spec);
}

TableSpec transactioncurrency_table() {
  TableBuilder table("transactioncurrency", "transactioncurrencies", "transactioncurrencyid", "currencyname", "Currency");
  table.text({"currencyname"}, 100).text({"isocurrencycode"}, 5).text({"currencysymbol"}, 13);
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec team_table() {
  TableBuilder table("team", "teams", "teamid", "name", "Team");
  table.text({"name"}, 160).boolean({"isdefault"}, false).memo("description", 2000).lookup("businessunitid", "businessunit");
  table.option("teamtype", {{0, "Owner"}, {1, "Access"}, {2, "Security Group"}, {3, "Office Group"}});
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.principal_columns();
  return std::move(table.spec);
}

TableSpec organization_table() {
  TableBuilder table("organization", "organizations", "organizationid", "name", "Organization");
  table.text({"name"}, 160).integer("languagecode", 0, 2147483647).integer("maxuploadfilesize", 0, 134'217'728);
  table.lookup("basecurrencyid", "transactioncurrency").boolean({"isauditenabled"}, false);
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec businessunit_table() {
  TableBuilder table("businessunit", "businessunits", "businessunitid", "name", "Business Unit");
  table.text({"name"}, 160).memo("description", 2000).boolean({"isdisabled"}, false).lookup("parentbusinessunitid", "businessunit");
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec savedquery_table() {
  TableBuilder table("savedquery", "savedqueries", "savedqueryid", "name", "View");
  table.text({"name"}, 200).text({"returnedtypecode"}, 64).memo("fetchxml", 1'073'741'823).memo("description", 2000);
  table.boolean({"isdefault"}, false).integer("querytype", 0, 1'000'000'000);
  table.states({{0, "Active", 1}, {1, "Inactive", 2}}, {{1, "Active", 0}, {2, "Inactive", 1}});
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

}  // namespace lockstep::emulators::dynamics365
