// The property tables and value rules of the vendor's contract page (§2.4, §8).
#include <algorithm>
#include <map>

#include "base/text.h"
#include "mapping/unicode.h"
#include "test/mapping/server_model.h"
#include "test/mapping/server_values.h"

namespace lockstep::mapping {

namespace {

constexpr std::size_t kTextMax = 65'536;

struct Property {
  enum class Kind { text, email, number, instant, choice } kind = Kind::text;
  std::vector<std::string> options;
  bool read_only = false;
  bool required = false;
};

Property text() { return {}; }
Property email() { return {Property::Kind::email}; }
Property number() { return {Property::Kind::number}; }
Property instant() { return {Property::Kind::instant}; }
Property choice(std::vector<std::string> options) { return {Property::Kind::choice, std::move(options)}; }
Property needed(Property property) { return property.required = true, property; }
Property locked(Property property) { return property.read_only = true, property; }

using Object = std::map<std::string, Property>;

const std::map<std::string, Object>& objects() {
  static const std::map<std::string, Object> all = {
      {"contact",
       {{"email", email()}, {"firstname", text()}, {"lastname", text()}, {"phone", text()}, {"mobilephone", text()}, {"jobtitle", text()},
        {"website", text()}, {"address", text()}, {"city", text()}, {"state", text()}, {"zip", text()}, {"country", text()}, {"message", text()}}},
      {"company",
       {{"name", text()}, {"domain", text()}, {"phone", text()}, {"website", text()}, {"description", text()}, {"address", text()},
        {"city", text()}, {"state", text()}, {"zip", text()}, {"country", text()}, {"numberofemployees", number()}, {"annualrevenue", number()},
        {"industry",
         choice({"ACCOUNTING", "APPAREL_FASHION", "AUTOMOTIVE", "BANKING", "BIOTECHNOLOGY", "BROADCAST_MEDIA", "CHEMICALS", "CIVIL_ENGINEERING",
                 "COMPUTER_HARDWARE", "COMPUTER_NETWORKING", "COMPUTER_SOFTWARE", "CONSTRUCTION", "EDUCATION_MANAGEMENT",
                 "ELECTRICAL_ELECTRONIC_MANUFACTURING", "ENTERTAINMENT", "ENVIRONMENTAL_SERVICES", "FARMING", "FINANCIAL_SERVICES",
                 "FOOD_BEVERAGES", "FOOD_PRODUCTION", "GOVERNMENT_ADMINISTRATION", "HIGHER_EDUCATION", "HOSPITAL_HEALTH_CARE", "HOSPITALITY",
                 "INFORMATION_SERVICES", "INFORMATION_TECHNOLOGY_AND_SERVICES", "INSURANCE", "INTERNET", "LEISURE_TRAVEL_TOURISM",
                 "LOGISTICS_AND_SUPPLY_CHAIN", "MACHINERY", "MANAGEMENT_CONSULTING", "MECHANICAL_OR_INDUSTRIAL_ENGINEERING",
                 "MEDIA_PRODUCTION", "MEDICAL_DEVICES", "NON_PROFIT_ORGANIZATION_MANAGEMENT", "OIL_ENERGY", "ONLINE_MEDIA",
                 "PHARMACEUTICALS", "RENEWABLES_ENVIRONMENT", "RESTAURANTS", "RETAIL", "SEMICONDUCTORS", "TELECOMMUNICATIONS",
                 "TRANSPORTATION_TRUCKING_RAILROAD", "UTILITIES", "WHOLESALE"})}}},
      {"ticket",
       {{"subject", needed(text())}, {"content", text()}, {"hs_pipeline", choice({"0"})}, {"hs_pipeline_stage", needed(choice({"1", "2", "3", "4"}))},
        {"hs_ticket_priority", choice({"LOW", "MEDIUM", "HIGH", "URGENT"})}, {"source_type", choice({"CHAT", "EMAIL", "FORM", "PHONE"})},
        {"hs_ticket_category", choice({"PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY"})}}},
      {"note", {{"hs_timestamp", needed(instant())}, {"hs_note_body", text()}}},
      {"call",
       {{"hs_timestamp", needed(instant())}, {"hs_call_title", text()}, {"hs_call_body", text()}, {"hs_call_direction", choice({"INBOUND", "OUTBOUND"})},
        {"hs_call_status", choice({"COMPLETED"})}, {"hs_call_duration", number()}, {"hs_call_to_number", text()}}},
      {"email",
       {{"hs_timestamp", needed(instant())}, {"hs_email_direction", needed(choice({"EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"}))},
        {"hs_email_status", choice({"SENT"})}, {"hs_email_subject", text()}, {"hs_email_text", text()}, {"hs_email_html", text()},
        {"hs_email_from_email", locked(text())}, {"hs_email_to_email", locked(text())}}}};
  return all;
}

class HubspotModel final : public ServerModel {
 public:
  Result<Value> store(const std::string& object, const SlotSpec& slot, const Value& sent) const override {
    if (slot.form == "association") return sent;
    const Property& property = objects().at(object).at(field_name(slot));
    const std::string text = as_text(sent);
    if (text.empty()) return property.required ? Result<Value>(fail(ErrorCode::refused, "required")) : Value{};
    const auto refuse = [&](const char* why) { return fail(ErrorCode::refused, field_name(slot) + ": " + why); };
    switch (property.kind) {
      case Property::Kind::text: return utf16_length(text) <= kTextMax ? Result<Value>(Value(text)) : refuse("too long");
      case Property::Kind::email: return is_email(trim(text)) ? Result<Value>(Value(to_lower(trim(text)))) : refuse("INVALID_EMAIL");
      case Property::Kind::number: {
        if (text.find_first_not_of("-.0123456789") != std::string::npos) return refuse("INVALID_INTEGER");
        TRY(Decimal number, parse_decimal(text));
        return Value(std::move(number));
      }
      case Property::Kind::instant: {
        TRY(const WallTime time, parse_iso_time(text));
        return Value(time);
      }
      case Property::Kind::choice: break;
    }
    return std::ranges::find(property.options, text) != property.options.end() ? Result<Value>(Value(text)) : refuse("INVALID_OPTION");
  }

  std::string objection(const std::string& object, const SlotSpec& slot, bool) const override {
    if (slot.form == "association") return objects().contains(field_name(slot)) ? "" : "no object " + field_name(slot);
    const auto found = objects().at(object).find(field_name(slot));
    if (found == objects().at(object).end()) return "no property " + object + "." + field_name(slot);
    return slot.writable && found->second.read_only ? "is read-only" : "";
  }

  rc::Gen<Value> held(const std::string& object, const SlotSpec& slot) const override {
    const Property& property = objects().at(object).at(field_name(slot));
    const auto as_value = [](auto made) { return Value(std::move(made)); };
    switch (property.kind) {
      case Property::Kind::number:
        return rc::gen::map(rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000), [](std::int64_t n) { return Value(parse_decimal(std::to_string(n) + "e-3").value()); });
      case Property::Kind::instant: return rc::gen::map(rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000), [](std::int64_t ms) { return Value(WallTime{ms}); });
      case Property::Kind::choice: return rc::gen::map(rc::gen::elementOf(property.options), as_value);
      case Property::Kind::email: return rc::gen::map(typed_email(80), [](const std::string& text) { return Value(to_lower(text)); });
      case Property::Kind::text: break;
    }
    return rc::gen::map(typed_text(kTextMax), [](const std::string& text) { return text.empty() ? Value{} : Value(text); });
  }

  std::vector<Value> options(const std::string& object, const SlotSpec& slot) const override {
    std::vector<Value> values;
    if (slot.form != "association")
      for (const std::string& option : objects().at(object).at(field_name(slot)).options) values.emplace_back(option);
    return values;
  }

  std::vector<std::string> required(const std::string& object) const override {
    std::vector<std::string> names;
    for (const auto& [name, property] : objects().at(object))
      if (property.required) names.push_back(name);
    return names;
  }

 private:
  static std::string as_text(const Value& sent) {
    if (const auto* decimal = sent.get<Decimal>()) return decimal->text;
    const boost::json::value value = wire_json(sent);
    return value.is_null() ? "" : value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
  }
};

}  // namespace

std::unique_ptr<ServerModel> make_hubspot_model() { return std::make_unique<HubspotModel>(); }

}  // namespace lockstep::mapping
