// §8: contacts and companies.
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {
namespace {

std::vector<std::string> lifecycle_stages() {
  return {"subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
          "evangelist", "other"};
}

std::vector<std::string> lead_statuses() {
  return {"NEW",       "OPEN",      "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT",
          "CONNECTED", "BAD_TIMING"};
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

}  // namespace

std::vector<Property> contact_properties() {
  return {text("email").of_form(TextForm::email),
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
          text("hs_object_source").locked(),
          text("hs_object_source_id").locked(),
          date_time("createdate").from(Source::created),
          date_time("hs_createdate").from(Source::created),
          date_time("lastmodifieddate").from(Source::modified),
          date_time("hs_lastmodifieddate").locked(),  // defined, but it is not the one that moves
          number("hs_object_id").from(Source::object_id)};
}

std::vector<Property> company_properties() {
  return {text("name"),
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
          number("hs_parent_company_id").locked(),
          choice("hs_merged_object_ids", {}, "checkbox").open().locked(),
          text("hs_object_source").locked(),
          text("hs_object_source_id").locked(),
          date_time("createdate").from(Source::created),
          date_time("hs_lastmodifieddate").from(Source::modified),
          number("hs_object_id").from(Source::object_id)};
}

}  // namespace lockstep::emulators::hubspot
