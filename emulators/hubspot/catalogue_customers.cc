// §8: contacts and companies.
#include <initializer_list>

#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {
namespace {

std::vector<std::string> lifecycle_stages() {
  return {"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist", "other"};
}

std::vector<std::string> lead_statuses() {
  return {"NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING"};
}

std::vector<std::string> industries() {
  return {"ACCOUNTING",
          "AIRLINES_AVIATION",
          "APPAREL_FASHION",
          "ARCHITECTURE_PLANNING",
          "AUTOMOTIVE",
          "BANKING",
          "BIOTECHNOLOGY",
          "BROADCAST_MEDIA",
          "BUILDING_MATERIALS",
          "CHEMICALS",
          "CIVIL_ENGINEERING",
          "COMPUTER_HARDWARE",
          "COMPUTER_NETWORKING",
          "COMPUTER_SOFTWARE",
          "CONSTRUCTION",
          "CONSUMER_GOODS",
          "DEFENSE_SPACE",
          "DESIGN",
          "EDUCATION_MANAGEMENT",
          "ELECTRICAL_ELECTRONIC_MANUFACTURING",
          "ENTERTAINMENT",
          "ENVIRONMENTAL_SERVICES",
          "FARMING",
          "FINANCIAL_SERVICES",
          "FOOD_BEVERAGES",
          "FOOD_PRODUCTION",
          "GOVERNMENT_ADMINISTRATION",
          "HEALTH_WELLNESS_AND_FITNESS",
          "HIGHER_EDUCATION",
          "HOSPITAL_HEALTH_CARE",
          "HOSPITALITY",
          "HUMAN_RESOURCES",
          "INFORMATION_SERVICES",
          "INFORMATION_TECHNOLOGY_AND_SERVICES",
          "INSURANCE",
          "INTERNET",
          "LAW_PRACTICE",
          "LEGAL_SERVICES",
          "LEISURE_TRAVEL_TOURISM",
          "LOGISTICS_AND_SUPPLY_CHAIN",
          "MACHINERY",
          "MANAGEMENT_CONSULTING",
          "MARKETING_AND_ADVERTISING",
          "MECHANICAL_OR_INDUSTRIAL_ENGINEERING",
          "MEDIA_PRODUCTION",
          "MEDICAL_DEVICES",
          "MINING_METALS",
          "NON_PROFIT_ORGANIZATION_MANAGEMENT",
          "OIL_ENERGY",
          "ONLINE_MEDIA",
          "PHARMACEUTICALS",
          "PLASTICS",
          "PRINTING",
          "PUBLISHING",
          "REAL_ESTATE",
          "RENEWABLES_ENVIRONMENT",
          "RESEARCH",
          "RESTAURANTS",
          "RETAIL",
          "SECURITY_AND_INVESTIGATIONS",
          "SEMICONDUCTORS",
          "SPORTS",
          "STAFFING_AND_RECRUITING",
          "TELECOMMUNICATIONS",
          "TEXTILES",
          "TRANSPORTATION_TRUCKING_RAILROAD",
          "UTILITIES",
          "VENTURE_CAPITAL_PRIVATE_EQUITY",
          "WAREHOUSING",
          "WHOLESALE",
          "WINE_AND_SPIRITS",
          "WRITING_AND_EDITING"};
}

/// What forms and other clients fill beside the fields of every day: texts, all of them writable.
void add_texts(std::vector<Property>& properties, std::initializer_list<const char*> names) {
  for (const char* name : names) properties.push_back(text(name));
}

}  // namespace

std::vector<Property> contact_properties() {
  std::vector<Property> properties{text("email").of_form(TextForm::email),
                                   text("firstname"),
                                   text("lastname"),
                                   text("phone", "phonenumber"),
                                   text("mobilephone", "phonenumber"),
                                   text("jobtitle"),
                                   text("company"),
                                   text("website"),
                                   text("address"),
                                   text("city"),
                                   text("state"),
                                   text("zip"),
                                   text("country"),
                                   text("message", "textarea"),
                                   choice("lifecyclestage", lifecycle_stages(), "radio"),
                                   choice("hs_lead_status", lead_statuses(), "radio"),
                                   owner_choice(),
                                   choice("hs_additional_emails", {}).open().locked(),
                                   choice("hs_marketable_status", {"true", "false"}, "booleancheckbox").locked(),
                                   choice("hs_merged_object_ids", {}, "checkbox").open().locked(),
                                   text("hs_searchable_calculated_phone_number").from(Source::phone_digits).computed(),
                                   text("hs_searchable_calculated_mobile_number").from(Source::phone_digits).computed(),
                                   choice("hs_all_contact_vids", {}, "checkbox").open().from(Source::all_ids),
                                   text("hs_calculated_merged_vids").locked(),
                                   text("hs_object_source").locked(),
                                   text("hs_object_source_id").locked(),
                                   text("hs_object_source_label").from(Source::source_label),
                                   text("hs_object_source_detail_1").locked(),
                                   date_time("createdate").from(Source::created),
                                   date_time("hs_createdate").from(Source::created),
                                   date_time("lastmodifieddate").from(Source::modified),
                                   date_time("hs_lastmodifieddate").locked(),  // defined, but it is not the one that moves
                                   number("hs_object_id").from(Source::object_id),
                                   number("hs_pinned_engagement_id"),
                                   number("associatedcompanyid").from(Source::primary_company),
                                   choice("numemployees", {"1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"}),
                                   date_time("closedate"),
                                   text("fax", "phonenumber"),
                                   text("hs_whatsapp_phone_number", "phonenumber")};
  add_texts(properties, {"annualrevenue",
                         "company_size",
                         "date_of_birth",
                         "degree",
                         "field_of_study",
                         "gender",
                         "graduation_date",
                         "industry",
                         "job_function",
                         "linkedinbio",
                         "marital_status",
                         "military_status",
                         "relationship_status",
                         "salutation",
                         "school",
                         "seniority",
                         "start_date",
                         "twitterbio",
                         "twitterhandle",
                         "twitterprofilephoto",
                         "work_email",
                         "hs_country_region_code",
                         "hs_state_code",
                         "hs_linkedin_url",
                         "hs_facebook_click_id",
                         "hs_google_click_id"});
  return properties;
}

std::vector<Property> company_properties() {
  std::vector<Property> properties{text("name"),
                                   text("domain"),
                                   choice("hs_additional_domains", {}, "checkbox").open(),
                                   text("phone", "phonenumber"),
                                   text("website"),
                                   choice("industry", industries()),
                                   text("description", "textarea"),
                                   text("about_us"),
                                   text("address"),
                                   text("address2"),
                                   text("city"),
                                   text("state"),
                                   text("zip"),
                                   text("country"),
                                   number("numberofemployees"),
                                   number("annualrevenue"),
                                   boolean("is_public"),
                                   choice("lifecyclestage", lifecycle_stages(), "radio"),
                                   choice("hs_lead_status", lead_statuses(), "radio"),
                                   owner_choice(),
                                   text("hs_searchable_calculated_phone_number").from(Source::phone_digits).computed(),
                                   number("hs_parent_company_id").from(Source::parent_company),
                                   choice("hs_merged_object_ids", {}, "checkbox").open().locked(),
                                   text("hs_object_source").locked(),
                                   text("hs_object_source_id").locked(),
                                   text("hs_object_source_label").from(Source::source_label),
                                   text("hs_object_source_detail_1").locked(),
                                   date_time("createdate").from(Source::created),
                                   date_time("hs_lastmodifieddate").from(Source::modified),
                                   number("hs_object_id").from(Source::object_id),
                                   choice("type", {"PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER"}, "radio"),
                                   date_time("closedate"),
                                   number("twitterfollowers"),
                                   number("hs_pinned_engagement_id")};
  add_texts(properties, {"founded_year", "hs_country_code", "hs_linkedin_handle", "hs_state_code", "linkedin_company_page", "linkedinbio", "timezone",
                         "total_money_raised", "twitterbio", "twitterhandle"});
  return properties;
}

}  // namespace lockstep::emulators::hubspot
